"""attncalc weave: walkthroughs filled into Markdown documents, in place."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from attncalc.cli import SUCCESS, WRONG, options, output
from attncalc.cli.app import errors_of, refuse, say
from attncalc.errors import InputError

if TYPE_CHECKING:
    from attncalc.weaving import Woven

EXAMPLES = """\b
Examples:
  attncalc weave handout.md
  attncalc weave README.md docs/*.md --check
  attncalc weave slides.qmd --output woven.qmd
  attncalc weave - < handout.md > woven.md

\b
A document asks with a block, below which the walkthrough is put, or unseen:
  ~~~attncalc
  file=animal.yaml query=it stages=scores,weights precision=2
  ~~~

\b
  <!-- attncalc file=sample:cat format=mermaid -->
  <!-- attncalc: to here -->
"""

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Markdown or Quarto documents; - reads standard input, writes standard output.",
        show_default=False,
    ),
]
Check = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit code 1 if a document would change.")
]
AllowOutside = Annotated[
    bool,
    typer.Option(
        "--allow-outside", help="Read files that are not below the document's folder, too."
    ),
]
Output = Annotated[
    Optional[str],
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write one document to a file of its own.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("weave", epilog=EXAMPLES)(weave)


def weave(
    files: Files,
    check: Check = False,
    strict: options.Strict = False,
    allow_outside: AllowOutside = False,
    output_file: Output = None,
) -> None:
    """Put walkthroughs into Markdown and Quarto documents.

    A block is a problem, or names a file and options of explain; what is woven stands below it,
    between two comments, and is replaced whenever numbers change. Numbers claimed in a block are
    checked: a wrong one is told, and the exit code is 1. A document with an error is left as it is.
    """
    if check and output_file is not None:
        message = "--check writes nothing; leave one of both out"
        raise typer.BadParameter(message, param_hint="--output")
    if len(files) > 1 and (output_file is not None or "-" in files):
        what = "--output" if output_file is not None else "standard input"
        raise InputError("attncalc weave", f"{len(files)} documents; expected 1 with {what}")
    output.spare(files, output_file, "without --output, the document is woven in place")

    from attncalc.weaving import weave as woven

    worst = SUCCESS
    for file in files:
        folder = Path() if file == "-" else Path(file).parent
        target = output_file or file
        try:
            text = _read(file)
            done = woven(text, file, folder, allow_outside=allow_outside)
            if not check and (done.text != text or target != file or file == "-"):
                output.write(done.text, target)
        except OSError:
            raise  # of standard output, which the others need, too
        except Exception as error:
            worst = max(worst, refuse(errors_of(error, file)))
            continue
        if check and done.text != text:
            say(f"{file}: not up to date; attncalc weave {file}")
            worst = max(worst, WRONG)
        if _tell(file, done, strict=strict):
            worst = max(worst, WRONG)
    raise typer.Exit(worst)


def _tell(file: str, woven: "Woven", *, strict: bool) -> bool:
    """Say on standard error which of the document's numbers are wrong, and whether any is."""
    failing = [claim for claim in woven.judged if claim.finding.fails(strict=strict)]
    for claim in failing:
        say(f"{file}:{claim.line}: {claim.sentence}")
    return bool(failing)


def _read(file: str) -> str:
    """A document, every byte of it. Raises InputErrors where it is no text."""
    from attncalc.readers.contents import content_of, content_of_stdin, text_of

    content = content_of_stdin() if file == "-" else content_of(Path(file))
    return text_of(content, file)
