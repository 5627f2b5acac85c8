"""attncalc samples: the worked examples that come with the package."""

from typing import Annotated, Optional

import typer

from attncalc.cli import output
from attncalc.errors import InputError

EXAMPLES = """\b
Examples:
  attncalc samples
  attncalc samples animal | attncalc explain -
  attncalc samples animal > handout.yaml
"""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("samples", epilog=EXAMPLES)(samples)


def complete(incomplete: str) -> list[str]:
    """The samples' names that begin so."""
    from attncalc import shipped

    return [name for name in shipped.samples() if name.startswith(incomplete)]


Name = Annotated[
    Optional[str],
    typer.Argument(
        metavar="[NAME]",
        help="The sample to print; without it, all are listed.",
        autocompletion=complete,
        show_default=False,
    ),
]


def samples(name: Name = None) -> None:
    """List the shipped samples, or print one."""
    from attncalc import shipped

    known = shipped.samples()
    if name is None:
        longest = max(map(len, known))
        lines = [
            f"{each.ljust(longest)}  {shipped.sample_purpose(path)}\n"
            for each, path in known.items()
        ]
        output.write("".join(lines), None)
        return
    if name not in known:
        from difflib import get_close_matches

        near = get_close_matches(name, known, 1)
        raise InputError(
            "attncalc samples",
            f"there is no sample “{name}”; expected one of {', '.join(known)}",
            hint=f"did you mean {near[0]}?" if near else None,
        )
    output.write(known[name].read_text(encoding="utf-8"), None)
