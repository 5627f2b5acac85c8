"""attncalc compare: two walkthroughs side by side, where they differ."""

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from attncalc.cli import options, output, pages
from attncalc.cli.arrays import ReadsArrays, arranged
from attncalc.document.style import NumberStyle
from attncalc.errors import InputError, InputErrors, suggestion
from attncalc.selection import Selection

if TYPE_CHECKING:
    from attncalc.comparison import Origin
    from attncalc.problem.problem import Problem
    from attncalc.readers.arrangement import Arrangement

EXAMPLES = """\b
Examples:
  attncalc compare handout.yaml --vary scale=none
  attncalc compare handout.yaml --vary mask=causal --vary scale=0.5 --query it
  attncalc compare before.yaml after.yaml --all-queries
  attncalc compare handout.yaml --vary scale=none --json | jq .queries
"""

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Two problems with the same tokens, or one to vary; - reads standard input.",
        show_default=False,
    ),
]
Vary = Annotated[
    Optional[list[str]],
    typer.Option(
        "--vary",
        metavar="OPTION=VALUE",
        help="Compare the file with itself under another option: scale=none. Repeatable.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("compare", cls=ReadsArrays, epilog=EXAMPLES)(compare)


def compare(
    context: typer.Context,
    files: Files,
    vary: Vary = None,
    query: options.Query = None,
    all_queries: options.AllQueries = False,
    head: options.Head = None,
    all_heads: options.AllHeads = False,
    format: options.CompareFormatOption = None,
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
    """Set two walkthroughs side by side, where they differ.

    Which stage differs first; weights, entropy, gradients and outputs of the queries. JSON has
    every head.
    """
    chosen = output.chosen_format(format, json, output_file, options.COMPARE_SUFFIXES)
    pages.refuse_fragment(fragment, chosen)
    output.spare(files, output_file)
    varied = _varied(vary or [])
    selection = Selection(
        heads=options.heads(head, all_heads),
        every_head=all_heads,
        style=NumberStyle(precision, rounding),
        full=full,
        speech=options.speak(context, lang, decimal),
    )

    from attncalc.comparison import ComparisonError
    from attncalc.comparison import compare as compared
    from attncalc.handouts import refuse_other_heads
    from attncalc.steps.engine import explain

    queries = options.queries(query, all_queries)
    (left, one), (right, other) = _sides(
        options.gathered(files), varied, queries, arranged(context)
    )
    refuse_other_heads(selection.heads, one.heads)
    # The page writes the first head out, as explain does; JSON has all that are not chosen from.
    heads = selection.heads_of(one.heads) or (() if chosen == "json" else (0,))
    try:
        comparison = compared(explain(one), explain(other), heads=heads)
    except ComparisonError as error:
        place = "--vary" if varied else " and ".join(dict.fromkeys([left.file, right.file]))
        raise InputError(place, f"{error}; expected the same on both sides") from error

    if chosen == "json":
        from attncalc.exports.comparison_json import comparison_json

        output.write(comparison_json(comparison, left, right) + "\n", output_file)
        return

    from attncalc.walkthrough.compared import write_comparison

    document = write_comparison(comparison, left, right, selection)
    written = pages.Pages(chosen, context.obj, fragment, paper, color, output_file)
    written.write([document])


def _varied(vary: list[str]) -> dict[str, str]:
    """The options that are varied, by name. Raises InputError for one that there is not."""
    if not vary:
        return {}
    from attncalc.readers.options import KEYS

    varied: dict[str, str] = {}
    for text in vary:
        option, equals, value = text.partition("=")
        name = option.strip().replace("-", "_")
        if not equals:
            hint = "the file is compared with itself under this option"
            raise InputError(
                "--vary", f"“{text}”; expected OPTION=VALUE, like scale=none", hint=hint
            )
        if name not in KEYS:
            found = f"there is no option “{option}”; expected one of {', '.join(KEYS)}"
            raise InputError("--vary", found, hint=suggestion(name, KEYS))
        if name in varied:
            raise InputError("--vary", f"{name} is given twice; expected it once")
        varied[name] = value.strip()
    return varied


def _sides(
    files: list[str],
    varied: dict[str, str],
    queries: Optional[list[str]],
    arrays: "Arrangement",
) -> "list[tuple[Origin, Problem]]":
    """What stands left and right, and where it is from."""
    from attncalc.comparison import Origin
    from attncalc.readers import load_variants

    if len(files) > 2 or (varied and len(files) > 1):
        expected = "1 with --vary" if varied else "1 or 2"
        raise InputError("attncalc compare", f"{len(files)} files; expected {expected}")
    if files.count("-") > 1:
        raise InputError("attncalc compare", "standard input is given twice; expected it once")
    if len(files) == 2:
        return [
            (Origin(file), _only(file, load_variants(file, [{}], queries, arrays)[0]))
            for file in files
        ]
    (file,) = files
    if varied:
        try:
            plain, other = load_variants(file, [{}, varied], queries, arrays)
        except InputErrors as errors:
            raise _under_vary(errors, varied) from errors
        return [
            (Origin(file), _only(file, plain)),
            (Origin(file, None, varied), _only(file, other)),
        ]
    found = load_variants(file, [{}], queries, arrays)[0]
    if len(found) != 2:
        count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        message = f"{count}; expected 2 to compare, or a second file, or --vary"
        raise InputError(file, message, hint="try --vary scale=none")
    return [(Origin(file, number), problem) for number, problem in enumerate(found, 1)]


def _only(file: str, problems: "list[Problem]") -> "Problem":
    if len(problems) > 1:
        raise InputError(file, f"{len(problems)} problems; expected 1")
    return problems[0]


def _under_vary(errors: InputErrors, varied: dict[str, str]) -> InputErrors:
    """What is wrong with a value is told of --vary, not of a flag that was not typed."""
    flags = {f"--{name.replace('_', '-')}": name for name in varied}
    return InputErrors(
        tuple(
            InputError("--vary", error.problem, field=flags[error.file], hint=error.hint)
            if error.file in flags
            else error
            for error in errors.errors
        )
    )
