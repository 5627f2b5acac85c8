"""attncalc check: is this worked example right, and if not, where does it first go wrong?"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any, Optional, assert_never

import typer

from attncalc.cli import BAD_INPUT, SUCCESS, WRONG, options, output, pages, progress
from attncalc.cli.app import refuse
from attncalc.cli.arrays import arranged
from attncalc.cli.attention import OverridesAttention, overrides
from attncalc.document.style import NumberStyle
from attncalc.formats import ReportFormat
from attncalc.selection import Selection

if TYPE_CHECKING:
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


class WithSheets(OverridesAttention):
    """The command, whose --claims takes one file after another: --claims a.yaml b.yaml."""

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
    strict: options.Strict = False,
    format: options.CheckFormatOption = None,
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
    """Judge the numbers that somebody published or handed in.

    Each is correct, follows from earlier printed ones, slips in the last digit, or is wrong. The
    exit code is 1 if any is wrong. A file that cannot be read does not stop the others.
    """
    chosen = output.chosen_format(format, json, output_file, options.CHECK_SUFFIXES)
    pages.refuse_fragment(fragment, chosen)
    speech = options.speak(context, lang, decimal)
    wider = options.tolerance(tolerance)
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
    alone, with_lines = len(work) == 1, chosen == "github"
    judge = Judge(
        overrides(context),
        stage,
        wider,
        with_lines=with_lines,
        alone=alone,
        arranged=arranged(context),
    )
    outcomes: list[Outcome] = []
    for found in progress.seen(apart(work, judge.outcomes, died), len(work)):
        outcomes += found
        for outcome in found:
            if not isinstance(outcome, Checked):
                refuse(outcome.errors)
    checked = [outcome for outcome in outcomes if isinstance(outcome, Checked)]
    broken = len(checked) < len(outcomes)

    if chosen == "json" or chosen == "github" or chosen == "junit":
        # Of one file that cannot be checked, standard output gets nothing, as everywhere.
        if checked or len(work) > 1 or output_file not in (None, "-"):
            output.write(_data(chosen, outcomes, strict=strict), output_file)
    elif checked:
        from attncalc.walkthrough.checked import write_report, write_summary

        selection = Selection(style=NumberStyle(precision, rounding), full=full, speech=speech)
        names = [each.name if len(outcomes) > 1 else None for each in checked]
        documents = [
            write_report(each.report, selection, name=name)
            for each, name in zip(checked, names, strict=True)
        ]
        if len(work) > 1:
            documents.append(write_summary(outcomes))
        pages.Pages(chosen, context.obj, fragment, paper, color, output_file).write(documents)

    findings = (finding for each in checked for finding in each.report.findings)
    wrong = any(finding.fails(strict=strict) for finding in findings)
    raise typer.Exit(BAD_INPUT if broken else WRONG if wrong else SUCCESS)


def _data(format: ReportFormat, outcomes: "list[Outcome]", *, strict: bool) -> str:
    """What came of the files, for another program."""
    match format:
        case "json":
            from attncalc.exports.report_json import outcome_json

            return "".join(outcome_json(outcome) + "\n" for outcome in outcomes)
        case "github":
            from attncalc.exports.report_ci import github

            return github(outcomes, strict=strict)
        case "junit":
            from attncalc.exports.report_ci import junit

            return junit(outcomes, strict=strict)
        case _:
            assert_never(format)
