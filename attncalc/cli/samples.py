"""attncalc samples: the worked examples that come with the package."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from attncalc.cli import output
from attncalc.errors import InputError, suggestion

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


def _listed(named: dict[str, Path]) -> str:
    from attncalc import shipped

    longest = max(map(len, named))
    return "".join(
        f"{name.ljust(longest)}  {shipped.sample_purpose(path)}{_verdict(name, path)}\n"
        for name, path in named.items()
    )


def _verdict(name: str, path: Path) -> str:
    """What a check of a published example says, behind what it shows."""
    if not name.startswith("gallery/"):
        return ""
    from attncalc.checking import check
    from attncalc.readers import load
    from attncalc.steps.engine import explain
    from attncalc.walkthrough.checked import summary_line

    return f" ({summary_line(check(explain(load(path))))})"


def samples(name: Name = None) -> None:
    """List the shipped samples, or print one."""
    from attncalc import shipped

    known = shipped.samples()
    if name is None:
        ours = {each: path for each, path in known.items() if not each.startswith("gallery/")}
        published = {each: path for each, path in known.items() if each not in ours}
        output.write(_listed(ours) + "\n" + _listed(published), None)
        return
    if name not in known:
        raise InputError(
            "attncalc samples",
            f"there is no sample “{name}”; expected one of {', '.join(known)}",
            hint=suggestion(name, known),
        )
    output.write(known[name].read_text(encoding="utf-8"), None)
