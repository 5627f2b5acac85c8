"""Options that commands share: their flags, their help, what their values may be."""

from typing import TYPE_CHECKING, Annotated, Literal, Optional, TypeAlias

import typer

from attncalc.document.style import MOST_DECIMALS, Rounding
from attncalc.document.topics import HIDEABLE, Detail, Topic
from attncalc.errors import InputError, suggestion
from attncalc.formats import FRAGMENTS, PAGES, DataFormat, PageFormat, Paper, ReportFormat
from attncalc.language import DecimalMark, Language, Speech
from attncalc.selection import Notation, View

if TYPE_CHECKING:
    from decimal import Decimal as Exactly

Color: TypeAlias = Literal["auto", "always", "never"]

CompareFormat: TypeAlias = Literal[PageFormat, "json"]
ExplainFormat: TypeAlias = Literal[PageFormat, DataFormat]
CheckFormat: TypeAlias = Literal[PageFormat, ReportFormat]

COMPARE_SUFFIXES: dict[str, CompareFormat] = {
    ".txt": "text",
    ".json": "json",
    **{page.suffix: name for name, page in PAGES.items()},
}
EXPLAIN_SUFFIXES: dict[str, ExplainFormat] = {**COMPARE_SUFFIXES, ".csv": "csv", ".npz": "npz"}
CHECK_SUFFIXES: dict[str, CheckFormat] = {**COMPARE_SUFFIXES, ".xml": "junit"}


def queries(query: Optional[list[str]], all_queries: bool) -> Optional[list[str]]:
    """The tokens whose queries are asked for; none for every one, None for the file's own."""
    return [] if all_queries else query or None


def heads(head: Optional[list[int]], all_heads: bool) -> tuple[int, ...]:
    """The heads that are named, from 0; where all are wanted, no names are needed."""
    return () if all_heads else tuple(number - 1 for number in head or [])


def topics(listed: Optional[str]) -> tuple[Topic, ...]:
    """The topics of a comma-separated list. Raises InputError for one that cannot be left out."""
    named = [name.strip() for name in (listed or "").split(",")]
    for name in filter(None, named):
        if name not in HIDEABLE:
            found = f"“{name}”; expected some of {', '.join(HIDEABLE)}"
            raise InputError("--hide", found, hint=suggestion(name, HIDEABLE))
    return tuple(topic for topic in HIDEABLE if topic in named)


def speak(context: typer.Context, lang: Language, decimal: Optional[DecimalMark]) -> Speech:
    """Have the command speak a language from here on to its end."""
    from attncalc.language import speaking

    speech = Speech(lang, decimal)
    context.with_resource(speaking(speech))
    return speech


def tolerance(text: Optional[str]) -> "Optional[Exactly]":
    """The tolerance that is typed, if one is."""
    if text is None:
        return None

    from attncalc.readers.claims import A_TOLERANCE, tolerance_of

    found = tolerance_of(text)
    if found is None:
        raise typer.BadParameter(f"“{text}”; expected {A_TOLERANCE}", param_hint="--tolerance")
    return found


def gathered(files: list[str]) -> list[str]:
    """The files, with those given as NAME=FILE put together to one problem."""
    if not any("=" in file for file in files):
        return files
    from attncalc.readers.parts import gathered

    return gathered(files)


def only(files: list[str], command: str) -> str:
    """The one problem that is given, in a file or in several by name."""
    found = gathered(files)
    if len(found) > 1:
        hint = f"one matrix a file: attncalc {command} Q=q.csv K=k.csv V=v.csv"
        raise InputError(f"attncalc {command}", f"{len(found)} files; expected 1", hint=hint)
    return found[0]


File = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE",
        help="A problem: YAML, JSON, a table (.csv, .tsv, .md, .txt), .npz or .safetensors; "
        "- reads standard input. Or a matrix a file: Q=q.npy K=k.csv V=v.txt.",
        show_default=False,
    ),
]
Query = Annotated[
    Optional[list[str]],
    typer.Option(
        "--query",
        "-q",
        metavar="TOKEN",
        help="Token to write out term by term: it, the#2 (its second), #6 (the sixth). Repeatable.",
        show_default=False,
    ),
]
Head = Annotated[
    Optional[list[int]],
    typer.Option(
        "--head",
        metavar="N",
        help="Head to write out, from 1; without it, the first. Repeatable.",
        show_default=False,
    ),
]
AllHeads = Annotated[bool, typer.Option("--all-heads", help="Write every head out.")]
AllQueries = Annotated[bool, typer.Option("--all-queries", help="Write every query out.")]
Stages = Annotated[
    Optional[str],
    typer.Option(
        "--stages",
        metavar="A,B",
        help="Only these stages, by their JSON names: scores,weights; cost: what it all takes.",
        show_default=False,
    ),
]
ViewOption = Annotated[
    View,
    typer.Option("--view", help="lookup: the same numbers as a search for the best keys."),
]
CompareFormatOption = Annotated[
    Optional[CompareFormat],
    typer.Option("--format", "-f", help="What to print. Default: text.", show_default=False),
]
ExplainFormatOption = Annotated[
    Optional[ExplainFormat],
    typer.Option(
        "--format",
        "-f",
        help="What to print. csv, npz: the stages as a table, as arrays. Default: text.",
        show_default=False,
    ),
]
CheckFormatOption = Annotated[
    Optional[CheckFormat],
    typer.Option(
        "--format",
        "-f",
        help="What to print. github: annotations; junit: XML. Default: text.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Output = Annotated[
    Optional[str],
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to a file; its suffix (.txt, .json, …) chooses the format.",
        show_default=False,
    ),
]
Fragment = Annotated[
    bool,
    typer.Option(
        "--fragment", help=f"Only the piece, for inclusion in a page: {', '.join(FRAGMENTS)}."
    ),
]
PaperOption = Annotated[
    Paper, typer.Option("--paper", help="Of typ and pdf. slides: 16 by 9, a step a slide.")
]
Precision = Annotated[
    int,
    typer.Option(
        "--precision", "-p", min=0, max=MOST_DECIMALS, help="Decimals of a rounded number."
    ),
]
RoundingOption = Annotated[
    Rounding, typer.Option("--rounding", help="Where a digit lies exactly halfway.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit code 1 for a slip too.")]
Full = Annotated[bool, typer.Option("--full", help="Leave nothing out, however large.")]
DetailOption = Annotated[
    Detail,
    typer.Option(
        "--detail",
        help="brief: the query that is written out, and nothing else. lesson: with what a first "
        "reader asks, and a list of the symbols.",
    ),
]
Hide = Annotated[
    Optional[str],
    typer.Option(
        "--hide",
        metavar="A,B",
        help=f"Leave these out: {', '.join(HIDEABLE)}.",
        show_default=False,
    ),
]
Backward = Annotated[
    bool,
    typer.Option("--backward", help="Write the gradients out, too; the file has d_output."),
]
GradientCheck = Annotated[
    bool,
    typer.Option(
        "--gradient-check",
        help="And each gradient beside a difference quotient; implies --backward.",
    ),
]
GradientsOption = Annotated[
    Notation,
    typer.Option("--gradients", help="How gradients are called. flash: dP, dS, D."),
]
Lang = Annotated[Language, typer.Option("--lang", help="The language of pages.")]
Decimal = Annotated[
    Optional[DecimalMark],
    typer.Option(
        "--decimal", help="The decimal mark. Default: as the language has it.", show_default=False
    ),
]
ColorOption = Annotated[
    Color, typer.Option("--color", help="auto: in a terminal, unless NO_COLOR is set.")
]
BlankOption = Annotated[
    Optional[str],
    typer.Option(
        "--blank",
        metavar="A,B",
        help="Ask for these stages of the query, or single numbers: weights,output or "
        "'weights[tea]'.",
        show_default=False,
    ),
]
Level = Annotated[
    int,
    typer.Option(
        "--level",
        min=1,
        max=3,
        help="1: one number a step; 2: all numbers of the query, from the scores on; "
        "3: everything that is not given.",
    ),
]
SheetQuery = Annotated[
    Optional[str],
    typer.Option(
        "--query",
        "-q",
        metavar="TOKEN",
        help="Token that the sheet is about: it, the#2 (its second), #6 (the sixth).",
        show_default=False,
    ),
]
SheetHead = Annotated[
    Optional[int],
    typer.Option(
        "--head",
        min=1,
        metavar="N",
        help="Head that the sheet is about, from 1; without it, the first.",
        show_default=False,
    ),
]
SheetPrecision = Annotated[
    int,
    typer.Option(
        "--precision", "-p", min=2, max=MOST_DECIMALS, help="Decimals that numbers are asked with."
    ),
]
