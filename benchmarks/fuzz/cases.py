"""An input as a folder: case.json holds the arguments, beside it lie the files they name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

STDIN = "stdin"
"""The file that is standard input, where a case has any."""

DESCRIPTION = "case.json"


@dataclass(frozen=True)
class OwnClaims:
    """The numbers of explain --json, handed back to check as claims with so many decimals.

    args: of check. misprints: how many of the numbers get another digit. honest: neither these nor
    another option than explain had, so that no number may be wrong.
    """

    decimals: int
    args: tuple[str, ...] = ()
    misprints: int = 0
    honest: bool = True


@dataclass(frozen=True)
class Case:
    """A call of attncalc in a folder of its own, and where own_claims is given, one more."""

    args: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    own_claims: OwnClaims | None = None

    @property
    def command(self) -> str:
        """The command, for the names of what is found."""
        return self.args[0] if self.args else "none"


def lay_out(case: Case, folder: Path) -> None:
    """Write the case's files."""
    for name, content in case.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def save(case: Case, folder: Path, found: Mapping[str, str | int]) -> None:
    """The case as a folder, with what was found."""
    folder.mkdir(parents=True, exist_ok=True)
    lay_out(case, folder)
    if case.stdin:
        (folder / STDIN).write_bytes(case.stdin)
    description: dict[str, object] = {"args": list(case.args), **found}
    if case.own_claims is not None:
        description["own_claims"] = asdict(case.own_claims)
    text = json.dumps(description, indent=1, ensure_ascii=True)
    (folder / DESCRIPTION).write_text(text + "\n", encoding="utf-8")


def load(folder: Path) -> Case:
    """The case of a folder."""
    description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (DESCRIPTION, STDIN)
    }
    stdin = folder / STDIN
    own = description.get("own_claims")
    return Case(
        tuple(description["args"]),
        files,
        stdin.read_bytes() if stdin.is_file() else b"",
        OwnClaims(**{**own, "args": tuple(own["args"])}) if own else None,
    )
