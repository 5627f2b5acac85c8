"""Report to Document: what was claimed, what is so, and where it first goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from math import log10
from typing import assert_never

from attncalc.document.document import (
    Align,
    Block,
    Cell,
    Code,
    Column,
    Document,
    Equation,
    Heading,
    Inline,
    Note,
    NoteKind,
    Paragraph,
    Row,
    RowKind,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Number
from attncalc.document.numerals import Shown, decimals_of, shown, shown_beside, shown_in_digits
from attncalc.document.style import MOST_DECIMALS, NumberStyle
from attncalc.document.wording import words
from attncalc.names import NAMES
from attncalc.outcomes import Checked, Outcome, Unreadable
from attncalc.problem.claims import Claim
from attncalc.problem.requirements import listed
from attncalc.report import Diagnosis, Finding, Report, Verdict
from attncalc.selection import Selection
from attncalc.walkthrough.derivation import derivation
from attncalc.walkthrough.page import Page, glued, provenance

_MOST_ROWS = 40
"""A longer table leaves out the rows that are correct, and most of the others."""

_IN_PLURAL = {Verdict.WRONG: "wrong", Verdict.SLIP: "slips", Verdict.FOLLOWS: "follow"}
"""What more of the numbers that a longer table leaves out are, besides correct."""

_MOST_OF_A_VERDICT = 12
"""Rows of one verdict, other than correct, that a longer table shows."""

_LONGEST_NAME = 56
"""Of a file, that is not broken on a page of 80 columns."""

_DIGITS_OF_DOUBLE = 17
"""Further digits of a double tell it from no other."""

_MOST_NOTES = 6
"""Diagnoses, and notes, that are told above the tables."""


def write_report(
    report: Report, selection: Selection | None = None, *, name: str | None = None
) -> Document:
    """The report of one problem: a table a stage, then the first wrong number, derived.

    selection: how they are written. name: what the report is called among others.
    """
    page = Page(report.trace, selection or Selection(), (0,))
    sections: list[Section] = []
    by_stage = groupby(report.findings, key=lambda finding: finding.claim.stage)
    for number, (stage, findings) in enumerate(by_stage, 1):
        sections.append(_stage(page, number, stage, list(findings)))
    first = report.first_wrong
    if first is not None:
        sections.append(_first_wrong(page, len(sections) + 1, first))
    return Document(_title(page, report, name), tuple(sections))


def _title(page: Page, report: Report, name: str | None) -> Section:
    """What was checked and what it comes to; a mistake that explains it comes before all else."""
    problem = report.trace.problem
    summary = summary_line(report, name) + (_unanswered(report) if name is not None else "")
    blocks: list[Block] = [Paragraph(glued(summary))]
    causes = _by_cause(report.diagnoses)
    told = causes if page.full else causes[:_MOST_NOTES]
    blocks += [Note(NoteKind.WARNING, glued(_explanation(each))) for each in told]
    if more := len(causes) - len(told):
        blocks.append(_left_out(f"{more:,} more explanation{'s are' if more > 1 else ' is'}"))
    warnings = report.warnings if page.full else report.warnings[:_MOST_NOTES]
    blocks += provenance(problem, warnings)
    if more := len(report.warnings) - len(warnings):
        blocks.append(_left_out(f"{more:,} more note{'s are' if more > 1 else ' is'}"))
    return Section(
        Heading(None, glued(problem.title or "A worked example, checked")), tuple(blocks)
    )


def _by_cause(diagnoses: Sequence[Diagnosis]) -> list[list[Diagnosis]]:
    """The diagnoses that name the same cause for the same part, of one stage or several."""
    causes: dict[tuple[str, str], list[Diagnosis]] = {}
    for each in diagnoses:
        causes.setdefault((each.what, each.part), []).append(each)
    return list(causes.values())


def _explanation(alike: Sequence[Diagnosis]) -> str:
    first = alike[0]
    stages = listed([_noun(each.stage) for each in alike])
    claimed = f"all that is claimed of {stages} {first.part}".rstrip()
    cause = "another convention" if first.convention else "one mistake"
    return f"{claimed} would follow from {cause}: {first.what}"


def _noun(stage: str) -> str:
    """What a stage is called in a sentence: the attention weights, Q."""
    name = NAMES[stage]
    return name.symbol or f"the {name.called}"


def summary_line(report: Report, name: str | None = None) -> str:
    """5 numbers: 4 correct, 1 wrong; of a report among others: 5 numbers in a.yaml: 5 correct."""
    total = len(report.findings)
    counts = [f"{count} {verdict.value}" for verdict, count in report.summary.items() if count]
    where = f" in {name}" if name is not None else ""
    numbers = f"{total} number{'s' if total != 1 else ''}{where}"
    return f"{numbers}: {', '.join(counts) or 'nothing claimed'}"


def _unanswered(report: Report) -> str:
    """What is said behind the summary of a sheet that leaves something out."""
    return f"; {report.unanswered} not answered" if report.unanswered else ""


def write_summary(outcomes: Sequence[Outcome]) -> Document:
    """All that was checked in a table, a line each, for those who checked many."""
    rows: list[Row] = []
    unreadable = wrong = 0
    for outcome in outcomes:
        match outcome:
            case Checked(_, name, report):
                told = summary_line(report) + _unanswered(report)
                focused = report.first_wrong is not None
                wrong += focused
            case Unreadable(_, name, _):
                told, focused = "could not be read", True
                unreadable += 1
            case _:
                assert_never(outcome)
        rows.append(Row((glued(name), glued(told)), focused=focused))
    checked = len(outcomes) - unreadable
    total = f"{checked} problem{'s' if checked != 1 else ''} checked, {wrong} with a wrong number"
    if unreadable:
        total += f"; {unreadable} file{'s' if unreadable != 1 else ''} could not be read"
    longest = max((len(outcome.name) for outcome in outcomes), default=0)
    file = Column(words("file"), wraps=longest > _LONGEST_NAME)
    table = Table((file, Column(words("numbers"), wraps=True)), tuple(rows))
    title = Section(Heading(None, words("Summary")), (Paragraph(glued(total)),))
    return Document(Section(title.heading, (*title.blocks, table)), ())


def _stage(page: Page, number: int, stage: str, findings: list[Finding]) -> Section:
    blocks: list[Block] = []
    chosen = findings
    if not page.full and len(findings) > _MOST_ROWS:
        chosen = _kept(findings)
    left = Counter(finding.verdict for finding in findings)
    left.subtract(finding.verdict for finding in chosen)
    if left.total():
        blocks.append(_left_out(_numbers_left(left)))
    if chosen:
        computed = _computed(page, chosen)
        columns = [
            Column(words("number")),
            Column(words("claimed"), Align.RIGHT),
            Column(words("computed"), Align.RIGHT),
            Column(words("verdict"), result=True),
        ]
        if any(map(_why, chosen)):
            columns.append(Column(words("why"), wraps=True))
        rows = [_row(page, *each, len(columns)) for each in zip(chosen, computed, strict=True)]
        rows += [
            Row((glued(f"… {left[verdict]:,} more {what}"),), RowKind.OMITTED)
            for verdict, what in _IN_PLURAL.items()
            if left[verdict]
        ]
        blocks.append(Table(tuple(columns), tuple(rows)))
    return Section(Heading(number, glued(NAMES[stage].heading)), tuple(blocks), (stage,))


def _kept(findings: Sequence[Finding]) -> list[Finding]:
    """The rows of a long table: the first of each verdict, but what is correct."""
    seen: Counter[Verdict] = Counter()
    kept: list[Finding] = []
    for finding in findings:
        seen[finding.verdict] += 1
        if finding.verdict is not Verdict.CORRECT and seen[finding.verdict] <= _MOST_OF_A_VERDICT:
            kept.append(finding)
    return kept


def _numbers_left(left: Counter[Verdict]) -> str:
    """48 correct numbers are; 100 numbers, 48 of them correct, are."""
    total, correct = left.total(), left[Verdict.CORRECT]
    if correct == total:
        return f"{total:,} correct numbers are"
    among = f", {correct:,} of them correct, are" if correct else " are"
    return f"{total:,} numbers{among}"


def _left_out(what: str) -> Note:
    """What a page does not show, and how it is seen."""
    prompt = glued(" To leave nothing out: ", Code("--full"), ".")
    return Note(NoteKind.REMARK, glued(f"{what} left out."), prompt)


def _row(page: Page, finding: Finding, computed: Shown, columns: int) -> Row:
    claim = finding.claim
    cells: tuple[Cell, ...] = (
        tuple(_where(page, claim.stage, claim.index)),
        (Number(claim.text),),
        (computed.number,),
        glued(finding.verdict.value),
        glued(_why(finding)),
    )
    return Row(cells[:columns], focused=finding.verdict is Verdict.WRONG)


def _why(finding: Finding) -> str:
    if finding.reason is not None:
        return finding.reason
    match finding.verdict:
        case Verdict.CORRECT:
            return ""
        case Verdict.FOLLOWS:
            return "from numbers printed before it"
        case Verdict.SLIP if _cut_off(finding):
            return "cut off instead of rounded"
        case Verdict.SLIP if abs(_error(finding)) < finding.claim.unit:
            return "less than one unit off in its last digit"
        case Verdict.SLIP:
            return "less than one unit off what follows from numbers printed before it"
        case Verdict.WRONG:
            return "out of reach of any rounding"
        case _:
            assert_never(finding.verdict)


def _cut_off(finding: Finding) -> bool:
    """Whether the claim is the computed value with its further digits left away."""
    claim, error = finding.claim, _error(finding)
    return abs(error) < claim.unit and (error >= 0) == (claim.value >= 0)


def _error(finding: Finding) -> Decimal:
    """By how much the computed value is more than the claimed one."""
    return Decimal(float(finding.computed)) - finding.claim.value


def _computed(page: Page, findings: Sequence[Finding]) -> list[Shown]:
    """The computed values, with two digits more than the most that are claimed."""
    decimals = [each.claim.decimals for each in findings if not _is_of_type(each.claim)]
    most = max((each for each in decimals if each <= MOST_DECIMALS), default=0)
    precision = max(page.style.precision, min(most + 2, MOST_DECIMALS) if most else 0)
    exact = [
        # By another convention there is another value, of which that is not known.
        bool(stage.exact[index]) and finding.computed == stage.values[index]
        for finding in findings
        for stage, index in [(page.trace.stages[finding.claim.stage], finding.claim.index)]
    ]
    style = NumberStyle(precision, page.style.rounding)
    numbers = shown([finding.computed for finding in findings], exact, style)
    return [
        _computed_of_type(each, known, page.style)
        if _is_of_type(each.claim)
        else number
        if each.claim.decimals <= MOST_DECIMALS
        else shown_beside(each.computed, known, len(each.claim.value.as_tuple().digits), page.style)
        for each, known, number in zip(findings, exact, numbers, strict=True)
    ]


def _is_of_type(claim: Claim) -> bool:
    """Whether a claim is a number of a type, and no print, whose digits say how many are meant."""
    return claim.bits is not None and claim.value.is_finite()


def _computed_of_type(finding: Finding, known: bool, style: NumberStyle) -> Shown:
    """The computed value beside a number of a type, with two digits more than the type tells apart.

    A double has no more than 17.
    """
    claim = finding.claim
    assert claim.bits is not None  # it is of a type
    told = len(claim.written.as_tuple().digits)
    digits = max(told, int(claim.bits * log10(2))) + 2
    if not isinstance(finding.computed, Decimal):
        digits = min(digits, _DIGITS_OF_DOUBLE)
    return shown_in_digits(finding.computed, known, digits, style)


def _where(page: Page, stage: str, index: tuple[int, ...]) -> Iterator[Inline]:
    for place, name in enumerate(page.index_names(stage, index)):
        if place:
            yield Words(", ")
        yield Words(name) if isinstance(name, str) else Token(name.text)


def _first_wrong(page: Page, number: int, finding: Finding) -> Section:
    claim = finding.claim
    sentence: list[Inline] = [
        Words(f"The first number that is wrong is in {_noun(claim.stage)}, at ")
    ]
    sentence += _where(page, claim.stage, claim.index)
    sentence += [Words(": "), Number(claim.text), Words(" is claimed, and it should be ")]
    sentence += [_computed(page, [finding])[0].number, Words(".")]
    precision = page.style.precision
    decimals = decimals_of(claim.written) if _is_of_type(claim) else claim.decimals
    if decimals <= MOST_DECIMALS:
        precision = max(precision, decimals)
    finer = page.in_style(replace(page.style, precision=precision))
    blocks = (Paragraph(tuple(sentence)), Equation(derivation(finer, claim.stage, claim.index)))
    return Section(Heading(number, words("Where it goes wrong")), blocks)
