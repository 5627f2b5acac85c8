"""What attncalc runs with, in the versions that it is tested with once more, for pip.

python tests/versions.py lowest     the lowest that pyproject.toml allows
python tests/versions.py uncapped   the newest there are, beyond what it allows
python tests/versions.py tools      constraints on everything else: what runs the tests
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def libraries() -> list[Requirement]:
    """Every library that a user may have, those of the extras too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    named = [name for extra, names in extras.items() if extra != "dev" for name in names]
    return [Requirement(library) for library in [*project["dependencies"], *named]]


def lowest() -> list[str]:
    """name==version, of each lower bound."""
    return [f"{each.name}=={_lower_bound(each)}" for each in libraries()]


def _lower_bound(library: Requirement) -> str:
    (version,) = [bound.version for bound in library.specifier if bound.operator == ">="]
    return version


def uncapped() -> list[str]:
    """Their names alone."""
    return [library.name for library in libraries()]


def tools() -> list[str]:
    """The constraints that hold nothing back that a user gets: a library, or what it needs."""
    free = _with_what_they_need(library.name for library in libraries())
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [pin for pin in pins if canonicalize_name(pin.partition("==")[0]) not in free]


def _with_what_they_need(names: Iterable[str]) -> set[str]:
    """Some packages, and all that these depend on."""
    found: set[str] = set()
    left = [canonicalize_name(name) for name in names]
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        try:
            needed = [Requirement(text) for text in requires(name) or ()]
        except PackageNotFoundError:  # of another system
            continue
        asked = (each for each in needed if each.marker is None or each.marker.evaluate())
        left += [canonicalize_name(each.name) for each in asked]
    return found


if __name__ == "__main__":
    separator = "\n" if sys.argv[1] == "tools" else " "
    print(*{"lowest": lowest, "uncapped": uncapped, "tools": tools}[sys.argv[1]](), sep=separator)
