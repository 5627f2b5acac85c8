"""The files that come with the package: samples and schemas."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def samples() -> dict[str, Path]:
    """Every sample by its name: the file's stem, or its whole name where a stem is taken.

    The published examples of the gallery are named gallery/…
    """
    installed = _PACKAGE / "samples"
    folder = installed if installed.is_dir() else _PACKAGE.parent / "samples"
    named: dict[str, Path] = {}
    for path in (*folder.glob("*.yaml"), *folder.glob("*.csv")):
        named[path.name if path.stem in named else path.stem] = path
    gallery = {f"gallery/{path.stem}": path for path in folder.glob("gallery/*.yaml")}
    return {**dict(sorted(named.items())), **dict(sorted(gallery.items()))}


def sample_purpose(path: Path) -> str:
    """What a sample shows, as its first comment says."""
    for line in path.read_text(encoding="utf-8").splitlines():
        _, mark, purpose = line.partition("What it shows: ")
        if mark:
            return purpose
    return ""


def schema(name: str) -> str:
    """A JSON Schema: "input" is of the problem file, the others of what --json prints.

    "output" by explain, "check", "compare", "diff" and "worksheet" by the commands of that name.
    """
    return (_PACKAGE / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
