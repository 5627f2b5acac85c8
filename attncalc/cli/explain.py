"""attncalc explain: the main job."""

import typer

from attncalc.cli import exports, options, output, pages
from attncalc.cli.arrays import arranged
from attncalc.cli.attention import OverridesAttention, overrides
from attncalc.document.style import NumberStyle
from attncalc.errors import InputError
from attncalc.handouts import lets_choose, stage_names
from attncalc.selection import Selection

EXAMPLES = """\b
Examples:
  attncalc explain handout.yaml
  attncalc explain handout.yaml --query it --precision 2
  attncalc explain handout.yaml --scale none --mask causal
  attncalc explain handout.yaml --output handout.pdf
  attncalc explain table.csv --all-queries --output walkthrough.html
  attncalc explain handout.yaml --view lookup
  attncalc explain backward.yaml --backward
  attncalc explain backward.yaml --gradient-check
  attncalc explain handout.yaml --stages weights --output weights.csv
  attncalc explain handout.yaml --stages weights --output weights.svg
  attncalc explain handout.yaml --json | jq '.stages.weights[0]'
"""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("explain", cls=OverridesAttention, epilog=EXAMPLES)(explain)


def explain(
    context: typer.Context,
    files: options.File,
    query: options.Query = None,
    all_queries: options.AllQueries = False,
    head: options.Head = None,
    all_heads: options.AllHeads = False,
    stages: options.Stages = None,
    view: options.ViewOption = "steps",
    format: options.ExplainFormatOption = None,
    json: options.Json = False,
    output_file: options.Output = None,
    fragment: options.Fragment = False,
    paper: options.PaperOption = "a4",
    precision: options.Precision = 4,
    rounding: options.RoundingOption = "half-up",
    full: options.Full = False,
    detail: options.DetailOption = "standard",
    hide: options.Hide = None,
    backward: options.Backward = False,
    gradient_check: options.GradientCheck = False,
    gradients: options.GradientsOption = "paper",
    lang: options.Lang = "en",
    decimal: options.Decimal = None,
    color: options.ColorOption = "auto",
) -> None:
    """Walk through a problem: every step, every term, what came out.

    Options such as --scale override the file's.
    """
    chosen = output.chosen_format(format, json, output_file, options.EXPLAIN_SUFFIXES)
    pages.refuse_fragment(fragment, chosen)
    output.spare(files, output_file)
    selection = Selection(
        heads=options.heads(head, all_heads),
        every_head=all_heads,
        stages=stage_names(stages or ""),
        view=view,
        style=NumberStyle(precision, rounding),
        full=full,
        turns=lets_choose(chosen, fragment=fragment),
        detail=detail,
        hide=options.topics(hide),
        backward=backward,
        gradient_check=gradient_check,
        gradients=gradients,
        speech=options.speak(context, lang, decimal),
    )
    asking = "--gradient-check" if gradient_check else "--backward"
    if selection.goes_back and view == "lookup":
        message = "--view lookup shows no gradients; leave one of both out"
        raise typer.BadParameter(message, param_hint=asking)
    if selection.stages and view == "lookup":
        message = "--view lookup shows no single stages; leave one of both out"
        raise typer.BadParameter(message, param_hint="--stages")

    from attncalc.readers import load_all
    from attncalc.steps.engine import StageError, explain

    file = options.only(files, "explain")
    queries = options.queries(query, all_queries)
    problems = load_all(file, overrides(context), queries, arranged=arranged(context), judged=False)
    try:
        traces = [explain(problem, selection.stages) for problem in problems]
    except StageError as error:
        raise InputError("--stages", str(error), hint=error.hint) from error

    from attncalc.handouts import drawn, refuse_gradients, refuse_other_heads, written

    for trace in traces:
        refuse_gradients(trace, backward=backward, check=gradient_check)
        refuse_other_heads(selection.heads, trace.problem.heads)
    if chosen == "json" or chosen == "csv" or chosen == "npz":
        output.write_all(exports.exported(chosen, traces, selection), output_file)
        return
    written_to = pages.Pages(chosen, context.obj, fragment, paper, color, output_file)
    if (chosen == "svg" or chosen == "png") and selection.stages:
        written_to.expect(len(traces))
        (trace,) = traces
        written_to.put(drawn(chosen, trace, selection))
        return
    written_to.write([written(trace, selection) for trace in traces])
