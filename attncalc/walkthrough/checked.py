"""Report to Document: what was claimed, what is so, and where it first goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import assert_never

from attncalc.document import (
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
    Section,
    Table,
    Token,
    Words,
)
from attncalc.expressions import Number
from attncalc.numerals import NumberStyle, Shown, shown
from attncalc.report import Diagnosis, Finding, Report, Verdict
from attncalc.walkthrough.derivation import derivation
from attncalc.walkthrough.page import Page, provenance, stage_title, words

_MOST_ROWS = 40
"""A longer table leaves out the rows that are correct."""


def write_report(
    report: Report, style: NumberStyle | None = None, *, full: bool = False
) -> Document:
    """The report of one problem: a table a stage, then the first wrong number, derived."""
    page = Page(report.trace, style or NumberStyle(), (0,), full)
    sections: list[Section] = []
    by_stage = groupby(report.findings, key=lambda finding: finding.claim.stage)
    for number, (stage, findings) in enumerate(by_stage, 1):
        sections.append(_stage(page, report, number, stage, list(findings)))
    first = report.first_wrong
    if first is not None:
        sections.append(_first_wrong(page, len(sections) + 1, first))
    return Document(_title(report), tuple(sections))


def _title(report: Report) -> Section:
    problem = report.trace.problem
    blocks: list[Block] = [Paragraph(words(summary_line(report)))]
    blocks += provenance(problem, report.warnings)
    return Section(
        Heading(None, words(problem.title or "A worked example, checked")), tuple(blocks)
    )


def summary_line(report: Report) -> str:
    """5 numbers: 4 correct, 1 wrong."""
    total = len(report.findings)
    counts = [f"{count} {verdict.value}" for verdict, count in report.summary.items() if count]
    return f"{total} number{'s' if total != 1 else ''}: {', '.join(counts) or 'nothing claimed'}"


def write_summary(reports: Sequence[Report], unreadable: int) -> Document:
    """All problems in a table, a line each, for those who checked many."""
    rows = [
        Row(
            (
                words(report.trace.problem.title or f"problem {number}"),
                words(summary_line(report)),
            ),
            focused=report.first_wrong is not None,
        )
        for number, report in enumerate(reports, 1)
    ]
    wrong = sum(report.first_wrong is not None for report in reports)
    total = f"{len(reports)} problems checked, {wrong} with a wrong number"
    if unreadable:
        total += f"; {unreadable} file{'s' if unreadable != 1 else ''} could not be read"
    table = Table((Column(words("problem")), Column(words("numbers"))), tuple(rows))
    title = Section(Heading(None, words("Summary")), (Paragraph(words(total)),))
    return Document(Section(title.heading, (*title.blocks, table)), ())


def _stage(page: Page, report: Report, number: int, stage: str, findings: list[Finding]) -> Section:
    chosen = findings
    blocks: list[Block] = [
        Paragraph(words(_explanation(diagnosis)))
        for diagnosis in report.diagnoses
        if diagnosis.stage == stage
    ]
    if not page.full and len(findings) > _MOST_ROWS:
        chosen = [finding for finding in findings if finding.verdict is not Verdict.CORRECT]
        if left := len(findings) - len(chosen):
            blocks.append(_left_out(left))
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
        blocks.append(Table(tuple(columns), tuple(rows)))
    return Section(Heading(number, words(stage_title(stage))), tuple(blocks), (stage,))


def _explanation(diagnosis: Diagnosis) -> str:
    claimed = f"All that is claimed here {diagnosis.part}".rstrip()
    cause = "another convention" if diagnosis.convention else "one mistake"
    return f"{claimed} would follow from {cause}: {diagnosis.what}."


def _left_out(count: int) -> Note:
    text = "1 correct number is" if count == 1 else f"{count} correct numbers are"
    prompt = words(" To leave nothing out: ", Code("--full"), ".")
    return Note(NoteKind.REMARK, words(f"{text} left out."), prompt)


def _row(page: Page, finding: Finding, computed: Shown, columns: int) -> Row:
    claim = finding.claim
    cells: tuple[Cell, ...] = (
        tuple(_where(page, claim.stage, claim.index)),
        (Number(claim.text),),
        (computed.number,),
        words(finding.verdict.value),
        words(_why(finding)),
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
    decimals = [finding.claim.decimals for finding in findings]
    precision = max([page.style.precision, *(each + 2 for each in decimals if each)])
    exact = [
        bool(page.trace.stages[finding.claim.stage].exact[finding.claim.index])
        for finding in findings
    ]
    style = NumberStyle(precision, page.style.rounding)
    return shown([finding.computed for finding in findings], exact, style)


def _where(page: Page, stage: str, index: tuple[int, ...]) -> Iterator[Inline]:
    for place, name in enumerate(page.index_names(stage, index)):
        if place:
            yield Words(", ")
        yield Words(name) if isinstance(name, str) else Token(name.text)


def _first_wrong(page: Page, number: int, finding: Finding) -> Section:
    claim = finding.claim
    stage = stage_title(claim.stage)
    stage = stage[0].lower() + stage[1:] if claim.stage.islower() else stage
    sentence: list[Inline] = [Words(f"The first number that is wrong is in {stage}, at ")]
    sentence += _where(page, claim.stage, claim.index)
    sentence += [Words(": "), Number(claim.text), Words(" is claimed, and it should be ")]
    sentence += [_computed(page, [finding])[0].number, Words(".")]
    precision = max(page.style.precision, claim.decimals)
    finer = replace(page, style=replace(page.style, precision=precision))
    blocks = (Paragraph(tuple(sentence)), Equation(derivation(finer, claim.stage, claim.index)))
    return Section(Heading(number, words("Where it goes wrong")), blocks)
