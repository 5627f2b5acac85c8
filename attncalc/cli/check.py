"""attncalc check: is this worked example right, and if not, where does it first go wrong?"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer
from typer.core import TyperCommand

from attncalc.cli import BAD_INPUT, SUCCESS, WRONG, options, output, pages, progress
from attncalc.cli.app import refuse

if TYPE_CHECKING:
    from decimal import Decimal

    from attncalc.outcomes import Outcome

EXAMPLES = """\b
Examples:
  attncalc check handout.yaml
  attncalc check problem.yaml --claims answers/*.yaml
  attncalc check problem.yaml --claims weights.csv --stage weights
  attncalc check answers/*.yaml --strict --format junit --output report.xml
  attncalc check handout.yaml --output report.pdf
  attncalc check handout.yaml --json | jq .first_wrong
"""

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", help="Problems with claims; - reads standard input."),
]
ClaimsFiles = Annotated[
    Optional[list[str]],
    typer.Option(
        "--claims",
        metavar="FILE...",
        help="Claims from a file of their own, or from several, each a report.",
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


class WithSheets(TyperCommand):
    """A command whose --claims takes one file after another: --claims a.yaml b.yaml."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse arguments in which --claims is repeated before each of its files."""
        valued = {
            name
            for parameter in self.params
            if not getattr(parameter, "is_flag", True)
            for name in parameter.opts
        }
        return super().parse_args(ctx, spread(args, "--claims", valued))


def spread(arguments: list[str], option: str, valued: Collection[str]) -> list[str]:
    """Arguments with the option before each of the words it takes.

    It takes all that follow, up to the next option, if an argument stands before it; otherwise
    one, because what follows are arguments. valued: the options that take a value.
    """
    rest = arguments[::-1]
    told: list[str] = []
    begun = False
    while rest:
        word = rest.pop()
        told.append(word)
        if word == "--":
            return [*told, *reversed(rest)]
        if not _is_option(word):
            begun = True
        elif word in valued and rest:
            told.append(rest.pop())
            while word == option and begun and rest and not _is_option(rest[-1]):
                told += [option, rest.pop()]
    return told


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("check", cls=WithSheets, epilog=EXAMPLES)(check)


def check(
    context: typer.Context,
    files: Files,
    claims: ClaimsFiles = None,
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
    files = options.gathered(files)
    sheets = claims or []
    output.spare([*files, *sheets], output_file)
    if [*files, *sheets].count("-") > 1:
        message = "- is given more than once; standard input can be read once"
        raise typer.BadParameter(message, param_hint="FILE")

    from attncalc.cli.apart import apart
    from attncalc.cli.judging import Judge, died, works
    from attncalc.outcomes import Checked

    work = works(files, sheets)
    judge = Judge(given, stage, wider, with_lines=chosen == "github", alone=len(work) == 1)
    outcomes: list[Outcome] = []
    for found in progress.seen(apart(work, judge.outcomes, died), len(work)):
        outcomes += found
        for outcome in found:
            if not isinstance(outcome, Checked):
                refuse(outcome.errors)
    checked = [outcome for outcome in outcomes if isinstance(outcome, Checked)]
    broken = len(checked) < len(outcomes)

    if chosen in ("json", "github", "junit"):
        # Of one file that cannot be checked, standard output gets nothing, as everywhere.
        if checked or len(work) > 1 or output_file not in (None, "-"):
            output.write(_data(chosen, outcomes, strict=strict), output_file)
    elif checked:
        from attncalc.document.numerals import NumberStyle
        from attncalc.walkthrough.checked import write_report, write_summary

        style = NumberStyle(precision, rounding.value)
        names = [each.name if len(outcomes) > 1 else None for each in checked]
        documents = [
            write_report(each.report, style, full=full, name=name)
            for each, name in zip(checked, names, strict=True)
        ]
        if len(work) > 1:
            documents.append(write_summary(outcomes))
        pages.Pages(chosen, context.obj, fragment, paper, color, output_file).write(documents)

    findings = (finding for each in checked for finding in each.report.findings)
    wrong = any(finding.fails(strict=strict) for finding in findings)
    raise typer.Exit(BAD_INPUT if broken else WRONG if wrong else SUCCESS)


def _data(format: str, outcomes: "list[Outcome]", *, strict: bool) -> str:
    """What came of the files, for another program."""
    if format == "json":
        from attncalc.exports.report_json import outcome_json

        return "".join(outcome_json(outcome) + "\n" for outcome in outcomes)
    from attncalc.exports import report_ci

    write = report_ci.github if format == "github" else report_ci.junit
    return write(outcomes, strict=strict)


def _tolerance(text: Optional[str]) -> "Optional[Decimal]":
    """The tolerance that is typed, if one is."""
    if text is None:
        return None

    from attncalc.readers.claims import A_TOLERANCE, tolerance_of

    tolerance = tolerance_of(text)
    if tolerance is None:
        raise typer.BadParameter(f"“{text}”; expected {A_TOLERANCE}", param_hint="--tolerance")
    return tolerance
