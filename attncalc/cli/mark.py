"""attncalc mark: a class's answers to a sheet, marked in one call."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Literal, Optional, TypeAlias

import typer

from attncalc.cli import options, output
from attncalc.errors import InputError
from attncalc.formats import PAGES, PageFormat

if TYPE_CHECKING:
    from attncalc.cli.marked import Done
    from attncalc.worksheet.judging import Credit
    from attncalc.worksheet.marking import Tally

EXAMPLES = """\b
Examples:
  attncalc mark sheet.json answers.csv
  attncalc mark sheet.json answers.csv -o marks.csv --report class.html
  attncalc mark handout.yaml answers/ --feedback feedback --json
  attncalc mark variants.json form.csv --credit follows=1,slip=0.5
"""

FeedbackFormat: TypeAlias = Literal["html", "pdf"]
DataFormat: TypeAlias = Literal["csv", "json"]

_WAYS = ("follows", "slip", "mistake")

_DATA: dict[str, DataFormat] = {".csv": "csv", ".json": "json", ".jsonl": "json"}

_PAGES: dict[str, PageFormat] = {
    ".txt": "text",
    **{page.suffix: name for name, page in PAGES.items()},
}

Sheet = Annotated[
    str,
    typer.Argument(
        metavar="SHEET",
        help="A worksheet's JSON (of --variants too), or the problem file that it was made of.",
    ),
]
AnswersFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="ANSWERS...",
        help="Tables of answers (.csv, .tsv), problem files with claims, or folders of them; "
        "- reads a table from standard input.",
    ),
]
MarksFile = Annotated[
    Optional[str],
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the marks to a file: .csv, or .json for a line a student.",
        show_default=False,
    ),
]
Feedback = Annotated[
    Optional[str],
    typer.Option(
        "--feedback",
        metavar="DIR",
        help="Write a page for each student into this folder.",
        show_default=False,
    ),
]
FeedbackKind = Annotated[
    FeedbackFormat, typer.Option("--feedback-format", help="What these pages are.")
]
ReportFile = Annotated[
    Optional[str],
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write a page about the class; its suffix (.html, .pdf, .txt, …) chooses the format.",
        show_default=False,
    ),
]
CreditOption = Annotated[
    Optional[str],
    typer.Option(
        "--credit",
        metavar="A=X,…",
        help="The share of the points for what follows, slips, or is a known mistake: "
        "follows=1,slip=0.5,mistake=0.",
        show_default=False,
    ),
]
Jobs = Annotated[
    Optional[int],
    typer.Option(
        "--jobs",
        min=1,
        max=256,
        metavar="N",
        help="Processes at once. Default: as many as there are processors, for large classes.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("mark", epilog=EXAMPLES)(mark)


def mark(
    context: typer.Context,
    sheet: Sheet,
    answers: AnswersFiles,
    output_file: MarksFile = None,
    json: options.Json = False,
    feedback: Feedback = None,
    feedback_format: FeedbackKind = "html",
    report: ReportFile = None,
    credit: CreditOption = None,
    jobs: Jobs = None,
    blank: options.BlankOption = None,
    level: options.Level = 2,
    query: options.SheetQuery = None,
    head: options.SheetHead = None,
    precision: options.SheetPrecision = 4,
    lang: options.Lang = "en",
    decimal: options.Decimal = None,
    color: options.ColorOption = "auto",
) -> None:
    """Mark a class's answers to a sheet.

    Each is right, follows from earlier ones, is a slip, is wrong, or none.
    Prints a table: points, the first wrong answer, the mistake behind it, and a verdict a blank.
    --blank, --level, --query, --head and --precision are those that the sheet of a problem file
    was made with.
    """
    shares = _credit(credit)
    output_file = None if output_file == "-" else output_file
    page = None if report is None else output.format_of(report, _PAGES, "--report")
    kind = None if output_file is None else output.format_of(output_file, _DATA, "--output")
    speech = options.speak(context, lang, decimal)

    from attncalc.worksheet.claimed import gathered, is_table

    files = gathered(answers)
    for target in filter(None, (output_file, report)):
        output.spare([sheet, *files], target)
    if [sheet, *files].count("-") > 1:
        message = "- is given more than once; standard input can be read once"
        raise typer.BadParameter(message, param_hint="ANSWERS")

    from attncalc.cli.marked import Work, done
    from attncalc.worksheet.loading import sheets_in
    from attncalc.worksheet.making import Wanted
    from attncalc.worksheet.marking import Marker

    wanted = Wanted(level, blank, precision, None if head is None else head - 1)
    marker = Marker(sheets_in(sheet, wanted, query), shares)
    printed = "json" if json else "csv" if output_file is None else None
    written = {printed, kind}
    work = Work(marker, "csv" in written, "json" in written, feedback is not None)
    tables = [file for file in files if is_table(file)]
    claims = [file for file in files if not is_table(file)]
    blocks = done(tables, claims, work, jobs)
    if feedback is not None:
        from attncalc.cli.feedback import Feedback as FeedbackPages

        blocks = FeedbackPages(feedback, feedback_format, marker, speech).beside(blocks)
    tally = marker.tally()
    pieces = _pieces(blocks, tally, printed, kind)
    if output_file is None:
        for _ in pieces:
            pass
    else:
        output.write_pieces((piece.encode() for piece in pieces), output_file)
    if report is not None and page is not None:
        from attncalc.cli.pages import Pages
        from attncalc.worksheet.class_page import write_class

        document = write_class(tally, marker.sheets[0])
        Pages(page, context.obj, color=color, output_file=report).write([document])


def _pieces(
    blocks: "Iterator[Done]", tally: "Tally", printed: Optional[str], kind: Optional[str]
) -> Iterator[str]:
    """What is written to a file, of that kind; the same is printed on the way, as what is printed.

    All students are counted.
    """
    from attncalc.exports.marks_csv import marks_header
    from attncalc.exports.marks_json import class_json

    def of(format: Optional[str], csv: str, json: str) -> str:
        return csv if format == "csv" else json if format == "json" else ""

    def put(csv: str, json: str) -> str:
        text = of(printed, csv, json)
        if text:
            output.write(text, None)
        return of(kind, csv, json)

    header = marks_header(tally.ids)
    for block in blocks:
        tally.join(block.tally)
        yield put(header, "")
        header = ""
        yield put(block.csv, block.json)
    yield put("", class_json(tally))


def _credit(text: Optional[str]) -> "Credit":
    """The shares that are typed, and those of the rest. Raises InputError."""
    from attncalc.worksheet.judging import Credit

    shares: dict[str, Decimal] = {}
    for part in (text or "").split(",") if text is not None else []:
        way, equals, typed = (each.strip() for each in part.partition("="))
        share = _share(typed)
        if way not in _WAYS or not equals or share is None:
            message = f"“{part.strip()}”; expected shares from 0 to 1, like follows=1,slip=0.5"
            hint = f"what can be given a share: {', '.join(_WAYS)}"
            raise InputError("--credit", message, hint=hint)
        if way in shares:
            raise InputError("--credit", f"{way} stands twice; expected once")
        shares[way] = share
    return Credit(**shares)


def _share(text: str) -> Optional[Decimal]:
    try:
        share = Decimal(text)
    except InvalidOperation:
        return None
    return share if share.is_finite() and 0 <= share <= 1 else None
