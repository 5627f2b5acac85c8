"""attncalc worksheet: a sheet with blanks, its key, and as many others like it as are wanted."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from attncalc.cli import options, output
from attncalc.cli.arrays import arranged
from attncalc.cli.attention import OverridesAttention, overrides
from attncalc.errors import InputError
from attncalc.formats import PAGES, SHEET_SUFFIXES, PageFormat, Paper, SheetFormat
from attncalc.records import dataclass

if TYPE_CHECKING:
    from attncalc.sheet import Sheet

EXAMPLES = """\b
Examples:
  attncalc worksheet handout.yaml -o sheet.pdf --key key.pdf
  attncalc worksheet handout.yaml --seed 7 --variants 30 -o 30.pdf --key k.pdf
  attncalc worksheet handout.yaml --seed 7 --variants 9 -o '{variant}.html'
  attncalc worksheet handout.yaml --level 1 --json
  attncalc worksheet handout.yaml --blank 'weights[tea],output' --json
  attncalc worksheet handout.yaml --seed 7 --variants 30 -o quiz.xml
  attncalc worksheet handout.yaml --answers answers.csv
"""

PAGE_SUFFIXES: dict[str, PageFormat] = {page.suffix: name for name, page in PAGES.items()}

_PLACES = ("{variant}", "{code}")
"""In the name of a file that is one of several."""

Seed = Annotated[
    Optional[int],
    typer.Option(
        "--seed",
        min=0,
        metavar="N",
        help="New numbers of the same kind, always the same ones. Default: the file's numbers.",
        show_default=False,
    ),
]
Variants = Annotated[
    int,
    typer.Option("--variants", min=1, max=10_000, metavar="N", help="So many sheets of a seed."),
]
CodeOption = Annotated[
    Optional[str],
    typer.Option(
        "--code", metavar="CODE", help="The sheet with this code again.", show_default=False
    ),
]
Answers = Annotated[
    Optional[str],
    typer.Option(
        "--answers",
        metavar="FILE",
        help="Write an empty table for answers (.csv): student, then a column a blank.",
        show_default=False,
    ),
]
FormatOption = Annotated[
    Optional[SheetFormat],
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="A page: text, md, qmd, tex, typ, pdf, html, svg, png; json; or a quiz: moodle, "
        "canvas, jupyterquiz. Default: text.",
        show_default=False,
    ),
]
Key = Annotated[
    Optional[str],
    typer.Option(
        "--key",
        metavar="FILE",
        help="Write the key too: the sheet with its answers, what is accepted, and what mistakes "
        "give. Its suffix chooses the format.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("worksheet", cls=OverridesAttention, epilog=EXAMPLES)(worksheet)


def worksheet(
    context: typer.Context,
    files: options.File,
    blank: options.BlankOption = None,
    level: options.Level = 2,
    seed: Seed = None,
    variants: Variants = 1,
    code: CodeOption = None,
    query: options.SheetQuery = None,
    head: options.SheetHead = None,
    precision: options.SheetPrecision = 4,
    format: FormatOption = None,
    json: options.Json = False,
    output_file: options.Output = None,
    key: Key = None,
    answers: Answers = None,
    paper: options.PaperOption = "a4",
    lang: options.Lang = "en",
    decimal: options.Decimal = None,
    color: options.ColorOption = "auto",
) -> None:
    """Make a sheet with blanks, and its key.

    Of a problem's own numbers; with --seed, of new ones that tell known mistakes apart. Options
    such as --scale override the file's. Where a file has {variant} or {code} in its name, each
    sheet has its own.
    """
    chosen = output.chosen_format(format, json, output_file, SHEET_SUFFIXES)
    key_format = None if key is None else _format_of_key(key)
    output.spare(files, output_file)
    output.spare(files, key)
    output.spare(files, answers)
    if key is not None and key == output_file:
        raise InputError("--key", f"{key} is the sheet's file too; expected another one")
    _refuse_one_file(chosen, variants, output_file, "--output")
    if key_format is not None:
        _refuse_one_file(key_format, variants, key, "--key")
    options.speak(context, lang, decimal)

    from attncalc.cli.progress import seen
    from attncalc.worksheet import codes
    from attncalc.worksheet.loading import maker_of
    from attncalc.worksheet.making import Wanted

    again = None if code is None else codes.read(code)
    wanted = Wanted(
        again.level or level if again else level,
        blank,
        precision,
        None if head is None else head - 1,
    )
    file = options.only(files, "worksheet")
    queries = None if query is None else [query]
    maker = maker_of(file, wanted, overrides(context), queries, arranged(context))
    if again is not None:
        sheets = [_again(maker, again)]
    elif seed is None and variants > 1:
        message = f"{variants} sheets of the same numbers; expected --seed, for new ones"
        raise InputError("--variants", message, hint=f"--seed 1 --variants {variants}")
    else:
        made = (maker.made(seed, variant) for variant in range(1, variants + 1))
        sheets = [*seen(made, variants, "drawing")]
    _warn(sheets)
    if answers is not None:
        from attncalc.exports.answers_csv import answer_table

        output.write(answer_table(sheets), answers)
    if key is not None and key_format is not None:
        _write(sheets, _Written(key_format, paper, color, filled=True), key)
    elsewhere = answers is not None or key is not None
    if not elsewhere or output_file is not None or json or format is not None:
        _write(sheets, _Written(chosen, paper, color, filled=False), output_file)


@dataclass(frozen=True)
class _Written:
    """How sheets are written. filled: with their answers, as keys."""

    format: SheetFormat
    paper: Paper
    color: options.Color
    filled: bool


def _write(sheets: "list[Sheet]", how: _Written, file: Optional[str]) -> None:
    """Write them to one file, or each to its own."""
    if file is None or not _is_of_several(file):
        _write_together(sheets, how, file)
        return
    for sheet in sheets:
        own = file.replace("{variant}", str(sheet.variant)).replace("{code}", sheet.code)
        _write_together([sheet], how, own)


def _write_together(sheets: "list[Sheet]", how: _Written, file: Optional[str]) -> None:
    match how.format:
        case "json":
            from attncalc.exports.worksheet_json import worksheet_json

            output.write("".join(map(worksheet_json, sheets)), file)
        case "moodle":
            from attncalc.exports.moodle_xml import moodle_xml

            output.write(moodle_xml(sheets), file)
        case "canvas":
            from attncalc.cli.app import say
            from attncalc.exports.canvas_qti import canvas_qti, canvas_warnings

            for warning in canvas_warnings(sheets):
                say(f"warning: {warning}")
            output.write(canvas_qti(sheets), file)
        case "jupyterquiz":
            from attncalc.exports.jupyterquiz_json import jupyterquiz_json

            output.write(jupyterquiz_json(sheets), file)
        case _:
            _write_pages(sheets, how.format, how, file)


def _write_pages(
    sheets: "list[Sheet]", kind: PageFormat, how: _Written, file: Optional[str]
) -> None:
    from attncalc.cli.pages import Pages
    from attncalc.handouts import checking
    from attncalc.walkthrough.worksheet import answerable, worksheet

    pages = Pages(kind, paper=how.paper, color=how.color, output_file=file)
    if kind == "html" and not how.filled:
        (sheet,) = sheets
        pages.put(checking(answerable(sheet)))
        return
    pages.write([worksheet(sheet, filled=how.filled) for sheet in sheets])


def _format_of_key(key: str) -> PageFormat:
    suffix = Path(key).suffix.lower()
    if suffix not in PAGE_SUFFIXES:
        known = ", ".join(PAGE_SUFFIXES)
        raise InputError("--key", f"no page ends in “{suffix}”; expected one of {known}")
    return PAGE_SUFFIXES[suffix]


def _is_of_several(file: str) -> bool:
    return any(place in file for place in _PLACES)


def _refuse_one_file(format: SheetFormat, variants: int, file: Optional[str], option: str) -> None:
    """Refuse several sheets in a file of a format that holds one. Raises InputError."""
    single = {name for name, page in PAGES.items() if page.single}
    if variants > 1 and format in single and not (file is not None and _is_of_several(file)):
        message = f"{variants} sheets in one file; expected 1 for {format}"
        hint = f"sheet-{{variant}}.{format} is a file each"
        raise InputError(option, message, hint=hint)


def _again(maker: object, code: object) -> "Sheet":
    """The sheet of a code. Raises InputError where it is one of another file."""
    from attncalc.worksheet.codes import Code
    from attncalc.worksheet.making import Maker

    assert isinstance(maker, Maker)
    assert isinstance(code, Code)
    own = maker.code(code.seed, code.variant)
    if str(own) != str(code):
        message = f"{code} is of another file, or of other options; here it would be {own}"
        hint = "give --blank, --query, --head and --precision as when the sheet was made"
        raise InputError("--code", message, hint=hint)
    return maker.made(code.seed, code.variant)


def _warn(sheets: "list[Sheet]") -> None:
    """Say what a sheet cannot do."""
    from attncalc.cli.app import say

    for warning in dict.fromkeys(str(each) for sheet in sheets for each in sheet.warnings):
        say(f"warning: {warning}")
