"""attncalc graph: who attends to whom, as a directed graph."""

from enum import Enum
from typing import Annotated, Optional

import typer

from attncalc.cli import options, output
from attncalc.errors import InputError

EXAMPLES = """\b
Examples:
  attncalc graph handout.yaml
  attncalc graph handout.yaml --all-queries --threshold 0.1
  attncalc graph handout.yaml --stage scores --top 3
  attncalc graph handout.yaml --output handout.dot
"""


class GraphFormat(str, Enum):
    MERMAID = "mermaid"
    DOT = "dot"


class GraphStage(str, Enum):
    WEIGHTS = "weights"
    SCORES = "scores"
    SCALED_SCORES = "scaled_scores"
    MASKED_SCORES = "masked_scores"


SUFFIXES = {".mmd": "mermaid", ".dot": "dot", ".gv": "dot"}

FormatOption = Annotated[
    Optional[GraphFormat],
    typer.Option("--format", "-f", help="What to print. Default: mermaid.", show_default=False),
]
StageOption = Annotated[
    GraphStage, typer.Option("--stage", help="The stage whose numbers stand at the edges.")
]
Threshold = Annotated[
    float, typer.Option("--threshold", help="Leave out edges whose number is below this.")
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
    app.command("graph", epilog=EXAMPLES)(graph)


def graph(
    file: options.File,
    query: options.Query = None,
    all_queries: options.AllQueries = False,
    head: HeadOption = 1,
    stage: StageOption = GraphStage.WEIGHTS,
    threshold: Threshold = float("-inf"),
    top: Top = None,
    format: FormatOption = None,
    output_file: options.Output = None,
    precision: options.Precision = 4,
    rounding: options.Rounding = options.RoundingMode.HALF_UP,
) -> None:
    """Draw who attends to whom: an edge from each query to every key, wider the more it attends.

    Without --query, the file's query, or the first token. Masked keys have no edge.
    """
    wanted = format.value if format else None
    chosen = output.chosen_format(wanted, False, output_file, SUFFIXES, default="mermaid")

    from attncalc.engine import explain
    from attncalc.numerals import NumberStyle
    from attncalc.readers import load_all
    from attncalc.walkthrough.graph import attention_graph

    queries: Optional[list[str]] = [] if all_queries else query or None
    problems = load_all(file, {}, queries)
    if len(problems) != 1:
        raise InputError(file, f"{len(problems)} problems; expected 1 to draw")
    trace = explain(problems[0])
    if stage.value not in trace:
        raise InputError("--stage", f"this problem has no {stage.value}")
    if trace.problem.heads is not None or head > 1:
        (own,) = output.chosen_heads(trace.problem.heads, [head], False)
        trace = trace.of_head(own)
    style = NumberStyle(precision, rounding.value)
    drawn = attention_graph(trace, stage.value, threshold=threshold, top=top, style=style)
    if chosen == "dot":
        from attncalc.renderers.dot import dot

        output.write(dot(drawn), output_file)
    else:
        from attncalc.renderers.mermaid import mermaid

        output.write(mermaid(drawn), output_file)
