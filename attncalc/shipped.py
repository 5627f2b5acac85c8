"""The files that come with the package: samples and schemas."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def samples() -> dict[str, Path]:
    """Every sample by its name: the file's stem, or its whole name where a stem is taken."""
    installed = _PACKAGE / "samples"
    folder = installed if installed.is_dir() else _PACKAGE.parent / "samples"
    named: dict[str, Path] = {}
    for path in (*folder.glob("*.yaml"), *folder.glob("*.csv")):
        named[path.name if path.stem in named else path.stem] = path
    return dict(sorted(named.items()))


def sample_purpose(path: Path) -> str:
    """What a sample shows, as its first comment says."""
    for line in path.read_text(encoding="utf-8").splitlines():
        _, mark, purpose = line.partition("What it shows: ")
        if mark:
            return purpose
    return ""


def schema(name: str) -> str:
    """The JSON Schema of the problem file ("input") or of explain --json ("output")."""
    return (_PACKAGE / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
