"""attncalc check: is this worked example right, and if not, where does it first go wrong?"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from attncalc.cli import BAD_INPUT, SUCCESS, WRONG, options, output, pages, progress
from attncalc.errors import InputErrors

if TYPE_CHECKING:
    from attncalc.problem import Problem

EXAMPLES = """\b
Examples:
  attncalc check handout.yaml
  attncalc check problem.yaml --claims answers.yaml
  attncalc check problem.yaml --claims weights.csv --stage weights
  attncalc check answers/*.yaml --strict --format junit --output report.xml
  attncalc check handout.yaml --output report.pdf
  attncalc check handout.yaml --json | jq .first_wrong
"""

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", help="Problems with claims; - reads standard input."),
]
ClaimsFile = Annotated[
    Optional[str],
    typer.Option(
        "--claims",
        metavar="FILE",
        help="Claims from a file of their own, instead of the problem's.",
        show_default=False,
    ),
]
Stage = Annotated[
    Optional[str],
    typer.Option(
        "--stage",
        metavar="STAGE",
        help="The stage that a table of claims (.csv, .tsv) is about: weights.",
        show_default=False,
    ),
]
Tolerance = Annotated[
    Optional[str],
    typer.Option(
        "--tolerance",
        metavar="NUMBER",
        help="Widens what every claim may stand for, as 1e-6 for prints of 32-bit numbers.",
        show_default=False,
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit code 1 for a slip too.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("check", epilog=EXAMPLES)(check)


def check(
    context: typer.Context,
    files: Files,
    claims: ClaimsFile = None,
    stage: Stage = None,
    tolerance: Tolerance = None,
    strict: Strict = False,
    format: options.CheckFormatOption = None,
    json: options.Json = False,
    output_file: options.Output = None,
    fragment: pages.Fragment = False,
    paper: pages.PaperOption = pages.Paper.A4,
    precision: options.Precision = 4,
    rounding: options.Rounding = options.RoundingMode.HALF_UP,
    full: options.Full = False,
    color: options.ColorOption = options.Color.AUTO,
    scale: options.Scale = None,
    mask: options.Mask = None,
    bias: options.Bias = None,
    softcap: options.Softcap = None,
    sink: options.Sink = None,
    base: options.Base = None,
    heads: options.Heads = None,
    kv_heads: options.KvHeads = None,
    positions: options.Positions = None,
    past: options.Past = None,
) -> None:
    """Judge the numbers that somebody published or handed in.

    Each is correct, follows from earlier printed ones, slips in the last digit, or is wrong. The
    exit code is 1 if any is wrong. A file that cannot be read does not stop the others.
    """
    wanted = format.value if format else None
    chosen = output.chosen_format(wanted, json, output_file, options.CHECK_SUFFIXES)
    pages.refuse_fragment(fragment, chosen)
    wider = _tolerance(tolerance)

    from attncalc.checking import check as judged
    from attncalc.cli.app import refuse
    from attncalc.engine import explain
    from attncalc.readers import load_all
    from attncalc.report import Report

    given = options.overrides(
        scale=scale,
        mask=mask,
        bias=bias,
        softcap=softcap,
        sink=sink,
        base=base,
        heads=heads,
        kv_heads=kv_heads,
        positions=positions,
        past=past,
    )
    checked: list[tuple[str, int, Report]] = []  # the file, which of its problems, what was found
    unreadable = 0
    for file in progress.seen(files):
        try:
            problems = load_all(file, given, claims=claims, stage=stage)
            reports = [judged(explain(wider(problem))) for problem in problems]
        except InputErrors as errors:
            unreadable += 1
            refuse(errors.errors)
        else:
            checked += [(file, number, report) for number, report in enumerate(reports)]

    reports = [report for _, _, report in checked]
    if chosen == "json":
        from attncalc.report_json import report_json

        output.write("".join(report_json(report) + "\n" for report in reports), output_file)
    elif chosen in ("github", "junit"):
        from attncalc import report_ci
        from attncalc.readers import lines_of_claims

        write = report_ci.github if chosen == "github" else report_ci.junit
        entries = [
            report_ci.Checked(
                claims or file,
                report,
                lines_of_claims(claims or file, number, report.trace.problem),
            )
            for file, number, report in checked
        ]
        output.write(write(entries, strict=strict), output_file)
    else:
        from attncalc.numerals import NumberStyle
        from attncalc.walkthrough.checked import write_report, write_summary

        style = NumberStyle(precision, rounding.value)
        documents = [write_report(report, style, full=full) for report in reports]
        if len(files) > 1:
            documents.append(write_summary(reports, unreadable))
        if documents:
            pages.Pages(chosen, context.obj, fragment, paper, color, output_file).write(documents)

    findings = (finding for report in reports for finding in report.findings)
    wrong = any(finding.fails(strict=strict) for finding in findings)
    raise typer.Exit(BAD_INPUT if unreadable else WRONG if wrong else SUCCESS)


def _tolerance(text: str | None) -> "Callable[[Problem], Problem]":
    """The same problem with this tolerance for its claims, where one is given."""
    if text is None:
        return lambda problem: problem

    from dataclasses import replace

    from attncalc.readers.claims import A_TOLERANCE, tolerance_of

    tolerance = tolerance_of(text)
    if tolerance is None:
        raise typer.BadParameter(f"“{text}”; expected {A_TOLERANCE}", param_hint="--tolerance")
    return lambda problem: replace(problem, claims=replace(problem.claims, tolerance=tolerance))
