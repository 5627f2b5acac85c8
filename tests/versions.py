"""What attncalc runs with, in the versions that it is tested with once more, for pip.

python tests/versions.py lowest     the lowest that pyproject.toml allows
python tests/versions.py uncapped   the newest there are, beyond what it allows
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def libraries() -> list[Requirement]:
    """Every library that a user may have, those of the extras too."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    named = [name for extra, names in extras.items() if extra != "dev" for name in names]
    return [Requirement(library) for library in [*project["dependencies"], *named]]


def lowest(library: Requirement) -> str:
    """name==version, of its lower bound."""
    (version,) = [bound.version for bound in library.specifier if bound.operator == ">="]
    return f"{library.name}=={version}"


def uncapped(library: Requirement) -> str:
    """Its name alone."""
    return library.name


if __name__ == "__main__":
    written = {"lowest": lowest, "uncapped": uncapped}[sys.argv[1]]
    print(*map(written, libraries()))
