"""attncalc graph: who attends to whom, and how it was worked out, as drawings."""

from math import isnan
from typing import TYPE_CHECKING, Annotated, Literal, Optional, TypeAlias, assert_never

import typer

from attncalc.cli import options, output
from attncalc.cli.arrays import ReadsArrays, arranged
from attncalc.document.style import NumberStyle
from attncalc.errors import InputError
from attncalc.formats import DrawingFormat
from attncalc.names import ONE_A_PAIR
from attncalc.selection import Edges

if TYPE_CHECKING:
    from attncalc.document.document import Flow, Graph
    from attncalc.steps.trace import Trace

EXAMPLES = """\b
Examples:
  attncalc graph handout.yaml
  attncalc graph handout.yaml --all-queries --threshold 0.1
  attncalc graph handout.yaml --stage scores --top 3
  attncalc graph handout.yaml --output handout.svg
  attncalc graph handout.yaml --kind computation --query it --output it.svg
  attncalc graph handout.yaml --kind pipeline --output pipeline.dot
  attncalc graph handout.yaml --kind sequence --lang de
"""


Kind: TypeAlias = Literal["attention", "computation", "pipeline", "sequence"]
if TYPE_CHECKING:
    Stage: TypeAlias = str
else:
    Stage = Literal[ONE_A_PAIR]  # typer reads them when the program runs

SUFFIXES: dict[str, DrawingFormat] = {
    ".mmd": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".svg": "svg",
}

OPTIONS = {
    "query": "--query",
    "all_queries": "--all-queries",
    "head": "--head",
    "stage": "--stage",
    "threshold": "--threshold",
    "top": "--top",
    "precision": "--precision",
    "rounding": "--rounding",
}
"""Options that choose what is drawn, or write numbers."""

TAKES: dict[Kind, tuple[str, ...]] = {
    "attention": tuple(OPTIONS),
    "computation": ("query", "head", "precision", "rounding"),
    "pipeline": (),
    "sequence": (),
}
DRAWS: dict[Kind, str] = {
    "attention": "who attends to whom",
    "computation": "one query",
    "pipeline": "all queries and heads",
    "sequence": "all queries and heads",
}
ONLY: dict[Kind, DrawingFormat] = {"computation": "svg", "sequence": "mermaid"}
"""The format of kinds that have one alone."""

QueryOption = Annotated[
    Optional[list[str]],
    typer.Option(
        "--query",
        "-q",
        metavar="TOKEN",
        help="Token to draw the edges of: it, the#2 (its second), #6 (the sixth). Repeatable.",
        show_default=False,
    ),
]
AllQueries = Annotated[bool, typer.Option("--all-queries", help="Draw the edges of every query.")]
OutputOption = Annotated[
    Optional[str],
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to a file; its suffix (.mmd, .dot, .gv, .svg) chooses the format.",
        show_default=False,
    ),
]
KindOption = Annotated[
    Kind,
    typer.Option(
        "--kind",
        "-k",
        help="attention: who attends to whom; computation: one query, from its scores to the sum; "
        "pipeline: the stages with their shapes; sequence: the same as messages.",
    ),
]

FormatOption = Annotated[
    Optional[DrawingFormat],
    typer.Option(
        "--format",
        "-f",
        help="What to print. Default: mermaid; svg for a computation.",
        show_default=False,
    ),
]
StageOption = Annotated[
    Stage,
    typer.Option(
        "--stage",
        metavar="STAGE",
        help=f"The stage whose numbers stand at the edges: {', '.join(ONE_A_PAIR)}.",
    ),
]
Threshold = Annotated[
    float,
    typer.Option(
        "--threshold",
        metavar="NUMBER",
        help="Leave out edges whose number is below this.",
        show_default=False,
    ),
]
Top = Annotated[
    Optional[int],
    typer.Option(
        "--top",
        min=1,
        metavar="N",
        help="The N strongest edges of each query.",
        show_default=False,
    ),
]
HeadOption = Annotated[
    int, typer.Option("--head", metavar="N", min=1, help="Head to draw, from 1.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("graph", cls=ReadsArrays, epilog=EXAMPLES)(graph)


def graph(
    context: typer.Context,
    files: options.File,
    kind: KindOption = "attention",
    query: QueryOption = None,
    all_queries: AllQueries = False,
    head: HeadOption = 1,
    stage: StageOption = "weights",
    threshold: Threshold = float("-inf"),
    top: Top = None,
    format: FormatOption = None,
    output_file: OutputOption = None,
    precision: options.Precision = 4,
    rounding: options.RoundingOption = "half-up",
    lang: options.Lang = "en",
    decimal: options.Decimal = None,
) -> None:
    """Draw who attends to whom, or how it was worked out.

    An edge goes from each query to every key, wider the more it attends.
    Without --query, the file's query, or the first token. Masked keys, and those of weight 0, have
    no edge. --kind draws the stages instead. Of many queries, mermaid and dot draw the strongest
    edges of each, unless --top or --threshold chooses them; svg draws all, the weaker the paler.
    """
    default = ".svg" if kind == "computation" else ".mmd"
    chosen = output.chosen_format(format, False, output_file, SUFFIXES, default=default)
    _refuse(context, kind, chosen)
    output.spare(files, output_file)
    options.speak(context, lang, decimal)
    if isnan(threshold):
        raise typer.BadParameter(
            "nan is below nothing; expected a number", param_hint="--threshold"
        )

    from attncalc.readers import load_all
    from attncalc.steps.engine import explain

    file = options.only(files, "graph")
    queries = options.queries(query, all_queries)
    problems = load_all(file, {}, queries, arranged=arranged(context), judged=False)
    if len(problems) != 1:
        raise InputError(file, f"{len(problems)} problems; expected 1 to draw")
    trace = explain(problems[0])
    match kind:
        case "pipeline":
            from attncalc.walkthrough.pipeline import pipeline

            drawing = _flow_drawn(pipeline(trace), chosen)
        case "sequence":
            from attncalc.renderers.drawings.mermaid import mermaid_exchange
            from attncalc.walkthrough.exchange import exchange

            drawing = mermaid_exchange(exchange(trace))
        case "attention":
            from attncalc.handouts import refuse_stage_of_graph
            from attncalc.walkthrough.graph import graph_of, with_few_edges

            refuse_stage_of_graph(stage, trace)
            edges = Edges(stage, threshold, top, NumberStyle(precision, rounding))
            attended = graph_of(_of_head(trace, head - 1), edges)
            if chosen != "svg" and not (_is_given(context, "threshold") or top):
                attended = with_few_edges(attended)
            drawing = _graph_drawn(attended, chosen)
        case "computation":
            from attncalc.renderers.drawings.svg_computation import svg_computation
            from attncalc.walkthrough.computation import computation

            style = NumberStyle(precision, rounding)
            drawing = svg_computation(computation(_of_head(trace, head - 1), style))
        case _:
            assert_never(kind)
    output.write(drawing, output_file)


def _refuse(context: typer.Context, kind: Kind, chosen: DrawingFormat) -> None:
    """What a kind has not: something to be chosen, or a format."""
    for name, option in OPTIONS.items():
        if name not in TAKES[kind] and _is_given(context, name):
            kinds = " and ".join(other for other in TAKES if name in TAKES[other])
            message = f"belongs to --kind {kinds}; --kind {kind} draws {DRAWS[kind]}"
            raise typer.BadParameter(message, param_hint=option)
    only = ONLY.get(kind, chosen)
    if chosen != only:
        message = f"a {kind} is drawn in {only} only, not in {chosen}"
        by_name = _is_given(context, "format")
        raise typer.BadParameter(message, param_hint="--format" if by_name else "--output")


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _of_head(trace: "Trace", head: int) -> "Trace":
    """What one head sees, counted from 0; all there is where there are no heads."""
    from attncalc.handouts import refuse_other_heads

    if trace.problem.heads is None and head == 0:
        return trace
    refuse_other_heads([head], trace.problem.heads)
    return trace.of_head(head)


def _graph_drawn(graph: "Graph", chosen: DrawingFormat) -> str:
    match chosen:
        case "dot":
            from attncalc.renderers.drawings.dot import dot

            return dot(graph)
        case "svg":
            from attncalc.renderers.drawings.svg_graph import svg_graph

            return svg_graph(graph)
        case "mermaid":
            from attncalc.renderers.drawings.mermaid import mermaid

            return mermaid(graph)
        case _:
            assert_never(chosen)


def _flow_drawn(flow: "Flow", chosen: DrawingFormat) -> str:
    match chosen:
        case "dot":
            from attncalc.renderers.drawings.dot import dot_flow

            return dot_flow(flow)
        case "svg":
            from attncalc.renderers.drawings.svg_flow import svg_flow

            return svg_flow(flow)
        case "mermaid":
            from attncalc.renderers.drawings.mermaid import mermaid_flow

            return mermaid_flow(flow)
        case _:
            assert_never(chosen)
