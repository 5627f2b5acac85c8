"""attncalc diff: two dumps of the same stages, where they part, and which of them is wrong."""

from typing import TYPE_CHECKING, Annotated, Literal, Optional, TypeAlias, assert_never

import typer

from attncalc.cli import SUCCESS, WRONG, options, output, pages
from attncalc.cli.arrays import ReadsArrays, arranged
from attncalc.document.style import NumberStyle
from attncalc.errors import InputError
from attncalc.formats import PageFormat
from attncalc.selection import Selection

if TYPE_CHECKING:
    from attncalc.difference import Difference

EXAMPLES = """\b
Examples:
  attncalc diff reference.npz ported.npz
  attncalc diff handout.yaml ported.npz
  attncalc diff reference.npz ported.npz --json | jq .cause
  attncalc diff reference.npz ported.npz --format junit -o diff.xml
"""

DataFormat: TypeAlias = Literal["json", "junit"]
DiffFormat: TypeAlias = Literal[PageFormat, DataFormat]

SUFFIXES: dict[str, DiffFormat] = {**options.COMPARE_SUFFIXES, ".xml": "junit"}

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Two dumps: .npz, .safetensors or problem files; - reads standard input.",
        show_default=False,
    ),
]
DiffFormatOption = Annotated[
    Optional[DiffFormat],
    typer.Option(
        "--format", "-f", help="What to print. junit: XML. Default: text.", show_default=False
    ),
]
Tolerance = Annotated[
    Optional[str],
    typer.Option(
        "--tolerance",
        metavar="T",
        help="By how much numbers may differ, whatever rounding explains: 1e-3.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("diff", cls=ReadsArrays, epilog=EXAMPLES)(diff)


def diff(
    context: typer.Context,
    files: Files,
    tolerance: Tolerance = None,
    format: DiffFormatOption = None,
    json: options.Json = False,
    output_file: options.Output = None,
    fragment: options.Fragment = False,
    paper: options.PaperOption = "a4",
    precision: options.Precision = 4,
    rounding: options.RoundingOption = "half-up",
    full: options.Full = False,
    lang: options.Lang = "en",
    decimal: options.Decimal = None,
    color: options.ColorOption = "auto",
) -> None:
    """Find where two dumps part, and which of them is wrong.

    Each stage is equal to the bit, noise that rounding explains, or differs. The exit code is 1 if
    any differs.
    """
    chosen = output.chosen_format(format, json, output_file, SUFFIXES)
    pages.refuse_fragment(fragment, chosen)
    speech = options.speak(context, lang, decimal)
    granted = options.tolerance(tolerance)
    files = options.gathered(files)
    output.spare(files, output_file)
    if len(files) != 2:
        count = "1 file" if len(files) == 1 else f"{len(files)} files"
        raise InputError("attncalc diff", f"{count}; expected 2")
    if files.count("-") > 1:
        raise InputError("attncalc diff", "standard input is given twice; expected it once")

    from attncalc.parting import difference

    found = difference(files[0], files[1], float(granted or 0), arranged(context))
    if chosen == "json" or chosen == "junit":
        output.write(_data(chosen, found), output_file)
    else:
        from attncalc.walkthrough.differing import write_difference

        selection = Selection(style=NumberStyle(precision, rounding), full=full, speech=speech)
        document = write_difference(found, selection)
        pages.Pages(chosen, context.obj, fragment, paper, color, output_file).write([document])
    raise typer.Exit(WRONG if found.differs else SUCCESS)


def _data(format: DataFormat, found: "Difference") -> str:
    """What was found, for another program."""
    match format:
        case "json":
            from attncalc.exports.diff_json import diff_json

            return diff_json(found) + "\n"
        case "junit":
            from attncalc.exports.diff_junit import diff_junit

            return diff_junit(found)
        case _:
            assert_never(format)
