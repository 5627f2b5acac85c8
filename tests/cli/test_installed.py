"""What is installed: the package whole, and nothing else but what it says it needs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import COMMAND, ROOT

PACKAGE = ROOT / "attncalc"
IMPORTED_AS = {"markdown-it-py": "markdown_it", "pyyaml": "yaml"}
"""What a distribution is imported as, if not by its own name."""

IMPORT_ALL = """
import importlib, pkgutil, attncalc
for module in pkgutil.walk_packages(attncalc.__path__, "attncalc."):
    if module.name not in ("attncalc.__main__", "attncalc.capture.model"):  # torch is an extra
        importlib.import_module(module.name)
print(attncalc.__path__[0])
"""


def contents(package: Path) -> dict[str, bytes]:
    """Every file of a package, but what Python makes of it."""
    return {
        path.relative_to(package).as_posix(): path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def imported(path: Path, *, everywhere: bool) -> set[str]:
    """The packages that a module imports, when it is imported itself or everywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.installed
def test_whole() -> None:
    """The wheel has every file of the checkout, and the samples; every module can be imported."""
    if COMMAND is None:
        pytest.skip("the checkout is what a wheel is compared with")
    python = Path(COMMAND).with_name("python")
    done = subprocess.run(
        [python, "-c", IMPORT_ALL], capture_output=True, text=True, check=True, cwd=python.parent
    )
    package = Path(done.stdout.strip())
    assert ROOT not in package.parents or python.parent.parent in package.parents
    samples = {f"samples/{name}": text for name, text in contents(ROOT / "samples").items()}
    assert contents(package) == contents(PACKAGE) | samples


def test_nothing_undeclared() -> None:
    """Nothing is imported that is not declared; what is in an extra, only where it is used."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = names(project["dependencies"])
    asked_for = names([*extras["pdf"], *extras["safetensors"]])
    own = {"attncalc", *sys.stdlib_module_names}
    for path in PACKAGE.rglob("*.py"):
        # What begins with torch is begun by the command that is for models.
        models = names(extras["models"]) if path == PACKAGE / "capture/model.py" else set()
        assert imported(path, everywhere=False) <= own | needed | models, path
        assert imported(path, everywhere=True) <= own | needed | asked_for | models, path


def names(requirements: list[str]) -> set[str]:
    """What requirements are imported as."""
    distributions = [re.split(r"[<>=~!\[; ]", each, maxsplit=1)[0] for each in requirements]
    return {IMPORTED_AS.get(name, name) for name in distributions}
