"""Options that commands share: their flags, their help, what their values may be."""

from enum import Enum
from typing import Annotated, Optional

import typer

from attncalc.errors import InputError
from attncalc.handouts import MOST_DECIMALS


class PageFormat(str, Enum):
    TEXT = "text"
    MD = "md"
    QMD = "qmd"
    TEX = "tex"
    TYP = "typ"
    PDF = "pdf"
    HTML = "html"
    SVG = "svg"
    PNG = "png"
    JSON = "json"


class ExplainFormat(str, Enum):
    TEXT = "text"
    MD = "md"
    QMD = "qmd"
    TEX = "tex"
    TYP = "typ"
    PDF = "pdf"
    HTML = "html"
    SVG = "svg"
    PNG = "png"
    JSON = "json"
    CSV = "csv"
    NPZ = "npz"


class CheckFormat(str, Enum):
    TEXT = "text"
    MD = "md"
    QMD = "qmd"
    TEX = "tex"
    TYP = "typ"
    PDF = "pdf"
    HTML = "html"
    SVG = "svg"
    PNG = "png"
    JSON = "json"
    GITHUB = "github"
    JUNIT = "junit"


class View(str, Enum):
    STEPS = "steps"
    LOOKUP = "lookup"


class RoundingMode(str, Enum):
    HALF_UP = "half-up"
    HALF_EVEN = "half-even"


class Color(str, Enum):
    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


SUFFIXES = {".txt": "text", ".json": "json"}
PAGE_SUFFIXES = {
    **SUFFIXES,
    ".md": "md",
    ".qmd": "qmd",
    ".tex": "tex",
    ".typ": "typ",
    ".pdf": "pdf",
    ".html": "html",
    ".svg": "svg",
    ".png": "png",
}
EXPLAIN_SUFFIXES = {**PAGE_SUFFIXES, ".csv": "csv", ".npz": "npz"}
CHECK_SUFFIXES = {**PAGE_SUFFIXES, ".xml": "junit"}


def overrides(**options: Optional[str]) -> dict[str, str]:
    """The attention options that are given."""
    return {name: text for name, text in options.items() if text is not None}


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
FormatOption = Annotated[
    Optional[PageFormat],
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
Precision = Annotated[
    int,
    typer.Option(
        "--precision", "-p", min=0, max=MOST_DECIMALS, help="Decimals of a rounded number."
    ),
]
Rounding = Annotated[
    RoundingMode, typer.Option("--rounding", help="Where a digit lies exactly halfway.")
]
Full = Annotated[bool, typer.Option("--full", help="Leave nothing out, however large.")]
ColorOption = Annotated[
    Color, typer.Option("--color", help="auto: in a terminal, unless NO_COLOR is set.")
]
Scale = Annotated[
    Optional[str],
    typer.Option(
        "--scale",
        metavar="SCALE",
        help="1/sqrt(d_k), none, or a number, like 0.5 or 1/3, that scores are multiplied by.",
        show_default=False,
    ),
]
Mask = Annotated[
    Optional[str],
    typer.Option(
        "--mask",
        metavar="MASK",
        help="none, causal, {window: 3}, or rows like [[1,0],[1,1]], 1 where a query may attend.",
        show_default=False,
    ),
]
Bias = Annotated[
    Optional[str],
    typer.Option(
        "--bias",
        metavar="BIAS",
        help="none, alibi, or rows of numbers to add to the scaled scores, like [[0,-inf],[0,0]].",
        show_default=False,
    ),
]
Softcap = Annotated[
    Optional[str],
    typer.Option(
        "--softcap",
        metavar="C",
        help="none, or c: a scaled score s becomes c tanh(s/c).",
        show_default=False,
    ),
]
Sink = Annotated[
    Optional[str],
    typer.Option(
        "--sink",
        metavar="SINK",
        help="none, or a logit that takes its share and has no value; [1,2]: one for each head.",
        show_default=False,
    ),
]
Base = Annotated[
    Optional[str],
    typer.Option(
        "--base",
        metavar="BASE",
        help="Base of the softmax's powers: e, or a number greater than 1.",
        show_default=False,
    ),
]
Heads = Annotated[
    Optional[str],
    typer.Option(
        "--heads",
        metavar="H",
        help="How many heads the queries are cut into; none for one without an axis.",
        show_default=False,
    ),
]
KvHeads = Annotated[
    Optional[str],
    typer.Option(
        "--kv-heads",
        metavar="H",
        help="How many heads of keys and values these share.",
        show_default=False,
    ),
]
Positions = Annotated[
    Optional[str],
    typer.Option(
        "--positions",
        metavar="POSITIONS",
        help="none, sinusoidal, rope, {rope: {base: 10000, pairing: half}}, or rows to add.",
        show_default=False,
    ),
]
Past = Annotated[
    Optional[str],
    typer.Option(
        "--past",
        metavar="PAST",
        help="none, or a key-value cache: {tokens: [a], K: [[1,0]], V: [[1,2]]}.",
        show_default=False,
    ),
]
