"""Report to Document: what was claimed, what is so, and where it first goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    Inlines,
    Judgement,
    Note,
    NoteKind,
    Paragraph,
    Row,
    RowKind,
    Section,
    Table,
    Words,
)
from attncalc.document.expressions import Number
from attncalc.document.numerals import Shown, decimals_of, shown, shown_in_digits
from attncalc.document.style import MOST_DECIMALS, NumberStyle
from attncalc.document.wording import Slot, counted_words, listing, term, term_in_full, words
from attncalc.language import retold, template
from attncalc.outcomes import Checked, Outcome, Unreadable
from attncalc.problem.claims import Claim
from attncalc.records import dataclass
from attncalc.report import Diagnosis, Finding, Report, Verdict
from attncalc.selection import Selection
from attncalc.walkthrough.derivation import derivation
from attncalc.walkthrough.entries import entry_called, place_called
from attncalc.walkthrough.page import Page, provenance
from attncalc.walkthrough.verdicts import told as told_verdict

_MOST_OF_A_VERDICT = 12
"""Rows of one verdict, other than correct, that a table shows."""

_MOST_OF_A_REASON = 3
"""Rows of numbers that are correct for one reason."""

_LONGEST_NAME = 56
"""Of a file, that is not broken on a page of 80 columns."""

_DIGITS_OF_DOUBLE = 17
"""Further digits of a double tell it from no other."""

_MOST_NOTES = 6
"""Diagnoses, and notes, that are told."""

_MORE = {
    Verdict.CORRECT: template("… {count} more correct"),
    Verdict.FOLLOWS: template("… {count} more that follow"),
    Verdict.SLIP: template("… {count} more slips"),
    Verdict.WRONG: template("… {count} more wrong"),
}

_MEANING = {
    Verdict.FOLLOWS: template("not what the inputs give, but what numbers printed before it give"),
    Verdict.SLIP: template("less than one unit off in its last digit"),
    Verdict.WRONG: template("out of reach of any rounding"),
}
"""What a verdict means, said once for all numbers that have it."""


def write_report(
    report: Report, selection: Selection | None = None, *, name: str | None = None
) -> Document:
    """The report of one problem: where it goes wrong, then stage by stage what was found.

    selection: how they are written. name: what the report is called among others.
    """
    page = Page(report.trace, selection or Selection(), (0,))
    problem = report.trace.problem
    said = _Said(page, report)
    title = (Words(problem.title),) if problem.title else words("A worked example, checked")
    sections: list[Section] = []
    for called, blocks, stages in said.sections():
        if blocks:
            heading = Heading(len(sections) + 1, called)
            sections.append(Section(heading, tuple(blocks), stages))
    summary = _summary(report, name, answers=name is not None)
    return Document(Section(Heading(None, title), (Paragraph(summary),)), tuple(sections))


def summary_line(report: Report) -> str:
    """5 numbers: 4 correct, 1 wrong; without the signs of a page."""
    parts = _summary(report, answers=False)
    return "".join(part.text for part in parts if isinstance(part, Words | Judgement))


def _summary(report: Report, name: str | None = None, *, answers: bool) -> Inlines:
    """5 numbers: ✓ 4 correct, ✗ 1 wrong; of a report among others: 5 numbers in a.yaml.

    answers: whether it is told how many numbers a sheet leaves out.
    """
    total = len(report.findings)
    numbers = counted_words("{count} number", "{count} numbers", total)
    if name is not None:
        numbers = counted_words(
            "{count} number in {file}", "{count} numbers in {file}", total, file=name
        )
    found = listing(
        [told_verdict(verdict, count) for verdict, count in report.summary.items() if count]
        or [words("nothing claimed")],
        last="{first}, {last}",
    )
    told = words("{numbers}: {verdicts}", numbers=numbers, verdicts=found)
    if not (answers and report.unanswered):
        return told
    return words("{summary}; {count} not answered", summary=told, count=report.unanswered)


@dataclass(frozen=True)
class _Said:
    """What is said of a report, part by part."""

    page: Page
    report: Report

    def sections(self) -> Iterator[tuple[Inlines, list[Block], tuple[str, ...]]]:
        """The heading and the blocks of each part, and the stages that it is about."""
        yield words("Where it goes wrong"), list(self._wrong()), ()
        by_stage = {
            stage: list(findings)
            for stage, findings in groupby(self.report.findings, key=_stage_of)
        }
        yield words("Stage by stage"), list(self._stages(by_stage)), ()
        for stage, findings in by_stage.items():
            rows = findings if self.page.full else _kept(findings)
            heading = term_in_full(stage)
            title = (Words(heading[:1].upper() + heading[1:]),)
            yield title, [_table(self.page, findings, rows)] if rows else [], (stage,)
        problem = self.report.trace.problem
        yield words("Where the numbers are from"), provenance(problem, ()), ()

    def _wrong(self) -> Iterator[Block]:
        """What explains the numbers that are wrong; then the first of them, worked out."""
        causes = _by_cause(self.report.diagnoses)
        told = causes if self.page.full else causes[:_MOST_NOTES]
        for each in told:
            yield Note(NoteKind.WARNING, _explanation(each))
        if more := len(causes) - len(told):
            yield _left_out(
                counted_words(
                    "{count} more explanation is left out.",
                    "{count} more explanations are left out.",
                    more,
                )
            )
        if self.report.first_wrong is not None:
            yield from _first_wrong(self.page, self.report.first_wrong)

    def _stages(self, by_stage: Mapping[str, Sequence[Finding]]) -> Iterator[Block]:
        """How many numbers of each stage have each verdict; what the verdicts mean; warnings."""
        there = [verdict for verdict, count in self.report.summary.items() if count]
        if by_stage:
            yield _counts(by_stage, there)
        meant = [verdict for verdict in there if verdict in _MEANING]
        if meant:
            yield Table(
                (Column(()), Column((), wraps=True)),
                tuple(Row((told_verdict(each), words(_MEANING[each]))) for each in meant),
            )
        every = self.report.warnings
        warnings = every if self.page.full else every[:_MOST_NOTES]
        for warning in warnings:
            yield Note(NoteKind.WARNING, (Words(retold(warning)),))
        if more := len(every) - len(warnings):
            yield _left_out(
                counted_words(
                    "{count} more note is left out.", "{count} more notes are left out.", more
                )
            )
        folded = any(len(_kept(findings)) < len(findings) for findings in by_stage.values())
        if folded and not self.page.full:
            yield _left_out(words("Numbers that are correct are only counted."))


def _stage_of(finding: Finding) -> str:
    return finding.claim.stage


def _by_cause(diagnoses: Sequence[Diagnosis]) -> list[list[Diagnosis]]:
    """The diagnoses that name the same cause for the same part, of one stage or several."""
    causes: dict[tuple[str, str], list[Diagnosis]] = {}
    for each in diagnoses:
        causes.setdefault((each.what, each.part), []).append(each)
    return list(causes.values())


def _explanation(alike: Sequence[Diagnosis]) -> Inlines:
    """One mistake, or another convention, that would give all that is claimed."""
    first = alike[0]
    stages = listing([(Words(term(each.stage)),) for each in alike])
    part, what = retold(first.part), retold(first.what)
    slots: dict[str, Slot] = {"stages": stages, "part": part, "what": what}
    if first.convention and first.part:
        return words(
            "Another convention would explain all claims on {stages} {part}: {what}.", **slots
        )
    if first.convention:
        return words("Another convention would explain all claims on {stages}: {what}.", **slots)
    if first.part:
        return words("One mistake would explain all claims on {stages} {part}: {what}.", **slots)
    return words("One mistake would explain all claims on {stages}: {what}.", **slots)


def write_summary(outcomes: Sequence[Outcome]) -> Document:
    """All that was checked in a table, a line each, for those who checked many."""
    rows: list[Row] = []
    unreadable = wrong = 0
    for outcome in outcomes:
        match outcome:
            case Checked(_, name, report):
                told = _summary(report, answers=True)
                focused = report.first_wrong is not None
                wrong += focused
            case Unreadable(_, name, _):
                told, focused = words("could not be read"), True
                unreadable += 1
            case _:
                assert_never(outcome)
        rows.append(Row(((Words(name),), told), focused=focused))
    total = counted_words(
        "{count} problem checked, {wrong} with a wrong number",
        "{count} problems checked, {wrong} with a wrong number",
        len(outcomes) - unreadable,
        wrong=wrong,
    )
    if unreadable:
        total = counted_words(
            "{problems}; {count} file could not be read",
            "{problems}; {count} files could not be read",
            unreadable,
            problems=total,
        )
    longest = max((len(outcome.name) for outcome in outcomes), default=0)
    file = Column(words("file"), wraps=longest > _LONGEST_NAME)
    table = Table((file, Column(words("numbers"), wraps=True)), tuple(rows))
    return Document(Section(Heading(None, words("Summary")), (Paragraph(total), table)), ())


def _counts(by_stage: Mapping[str, Sequence[Finding]], there: Sequence[Verdict]) -> Table:
    """A row a stage: how many numbers are claimed, and how many have each verdict."""
    rows: list[Row] = []
    for stage, findings in by_stage.items():
        counts = Counter(finding.verdict for finding in findings)
        cells: list[Cell] = [(Words(term_in_full(stage)),), _count(len(findings))]
        cells += [_count(counts[verdict]) if counts[verdict] else words("–") for verdict in there]
        rows.append(Row(tuple(cells), focused=counts[Verdict.WRONG] > 0))
    columns = [Column(words("stage")), Column(words("numbers"), Align.RIGHT)]
    columns += [Column(told_verdict(verdict), Align.RIGHT) for verdict in there]
    return Table(tuple(columns), tuple(rows))


def _count(number: int) -> Inlines:
    return (Number(str(number)),)


def _table(page: Page, findings: Sequence[Finding], rows: Sequence[Finding]) -> Table:
    """The numbers of a stage, a row each, and how many more of each verdict there are."""
    computed = _computed(page, rows)
    columns = [
        Column(words("of")),
        Column(words("claimed"), Align.RIGHT),
        Column(words("computed"), Align.RIGHT),
        Column(words("verdict"), result=True),
    ]
    if any(map(_why, rows)):
        columns.append(Column(words("why"), wraps=True))
    told = [_row(page, *each, len(columns)) for each in zip(rows, computed, strict=True)]
    left = Counter(finding.verdict for finding in findings)
    left.subtract(finding.verdict for finding in rows)
    told += [
        Row((words(_MORE[verdict], count=left[verdict]),), RowKind.OMITTED)
        for verdict in reversed(Verdict)
        if left[verdict]
    ]
    return Table(tuple(columns), tuple(told))


def _kept(findings: Sequence[Finding]) -> list[Finding]:
    """The rows of a table: the first of each verdict, and of what is correct for a reason."""
    seen: Counter[object] = Counter()
    kept: list[Finding] = []
    for finding in findings:
        correct = finding.verdict is Verdict.CORRECT
        kind = (finding.reason or "") if correct else finding.verdict
        seen[kind] += 1
        if kind and seen[kind] <= (_MOST_OF_A_REASON if correct else _MOST_OF_A_VERDICT):
            kept.append(finding)
    return kept


def _left_out(what: Inlines) -> Note:
    """What a page does not show, and how it is seen."""
    prompt = words(" To leave nothing out: {option}.", option=Code("--full"))
    return Note(NoteKind.REMARK, what, prompt)


def _row(page: Page, finding: Finding, computed: Shown, columns: int) -> Row:
    claim = finding.claim
    cells: tuple[Cell, ...] = (
        place_called(page.trace, claim.stage, claim.index),
        (Number(claim.text),),
        (computed.number,),
        told_verdict(finding.verdict),
        _why(finding),
    )
    return Row(cells[:columns], focused=finding.verdict is Verdict.WRONG)


def _why(finding: Finding) -> Inlines:
    """What is to be said of this number, beside what its verdict means."""
    if finding.reason is not None:
        return (Words(retold(finding.reason)),)
    if finding.verdict is not Verdict.SLIP:
        return ()
    if _cut_off(finding):
        return words("cut off instead of rounded")
    if abs(_error(finding)) >= finding.claim.unit:
        return words("less than one unit off what follows from numbers printed before it")
    return ()


def _cut_off(finding: Finding) -> bool:
    """Whether the claim is the computed value with its further digits left away."""
    claim, error = finding.claim, _error(finding)
    return abs(error) < claim.unit and (error >= 0) == (claim.value >= 0)


def _error(finding: Finding) -> Decimal:
    """By how much the computed value is more than the claimed one."""
    return Decimal(float(finding.computed)) - finding.claim.value


def _computed(page: Page, findings: Sequence[Finding]) -> Sequence[Shown]:
    """The computed values, with two digits more than the most that are claimed."""
    plain = [each.claim for each in findings if not _has_exponent(each.claim)]
    decimals = [claim.decimals for claim in plain if not _is_of_type(claim)]
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
        if not _has_exponent(each.claim) and each.claim.decimals <= MOST_DECIMALS
        else shown_in_digits(each.computed, known, _digits(each.claim) + 2, page.style)
        for each, known, number in zip(findings, exact, numbers, strict=True)
    ]


def _has_exponent(claim: Claim) -> bool:
    """Whether a claim is written with a power of ten, whose digits are no decimals of a column."""
    return claim.bits is None and claim.value.is_finite() and "e" in claim.text.lower()


def _digits(claim: Claim) -> int:
    return len(claim.value.as_tuple().digits)


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


def _first_wrong(page: Page, finding: Finding) -> Iterator[Block]:
    """What is claimed of the first wrong number, and how the right one comes about."""
    claim = finding.claim
    yield Paragraph(
        words(
            "The first number that is wrong is {number}: {claimed} is claimed, and it should be "
            "{computed}.",
            number=entry_called(page.trace, claim.stage, claim.index),
            claimed=Number(claim.text),
            computed=_computed(page, [finding])[0].number,
        )
    )
    precision = page.style.precision
    decimals = decimals_of(claim.written) if _is_of_type(claim) else claim.decimals
    if decimals <= MOST_DECIMALS and not _has_exponent(claim):
        precision = max(precision, decimals)
    finer = page.in_style(replace(page.style, precision=precision))
    yield Equation(derivation(finer, claim.stage, claim.index))
