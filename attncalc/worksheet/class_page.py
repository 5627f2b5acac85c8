"""A class's marks as a page for the teacher: how they spread, what was hard, which mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from attncalc.document.document import (
    Align,
    Bar,
    Block,
    Cell,
    Column,
    Document,
    Heading,
    Inlines,
    Note,
    NoteKind,
    Paragraph,
    Row,
    Section,
    Table,
    Words,
)
from attncalc.document.wording import counted_words, term_in_full, words
from attncalc.sheet import Sheet
from attncalc.walkthrough.entries import entry_called
from attncalc.worksheet.judgements import ORDER, judgement, mistake_told, percent, points
from attncalc.worksheet.judging import Judged
from attncalc.worksheet.marking import PARTS, Tally

_MOST_MISTAKES = 20

_HARDEST = 6
"""Blanks that are told by themselves."""


def write_class(tally: Tally, sheet: Sheet) -> Document:
    """The page of a class; no student is named on it. sheet: one of those that were answered."""
    problem = sheet.trace.problem
    title = (Words(problem.title),) if problem.title else words("A class's marks")
    told: list[tuple[Inlines, list[Block]]] = [
        (words("How the points spread"), [_spread(tally)]),
        (words("Step by step"), [_steps(tally), *_hardest(tally, sheet)]),
        (words("Which mistakes, and how often"), [*_mistakes(tally)]),
    ]
    summary = counted_words(
        "{count} student, with {mean} of {all} points",
        "{count} students, with {mean} of {all} points on average",
        tally.students,
        mean=points(tally.mean),
        all=points(tally.out_of),
    )
    sections = [
        Section(Heading(place, heading), tuple(blocks))
        for place, (heading, blocks) in enumerate(told, 1)
    ]
    return Document(Section(Heading(None, title), (Paragraph(summary),)), tuple(sections))


def _spread(tally: Tally) -> Table:
    """How many students have which part of the points."""
    rows = []
    for part, count in enumerate(tally.spread.tolist()):
        first, last = 100 * part // PARTS, 100 * (part + 1) // PARTS
        until = words("{first}% to {last}%", first=first, last=last - (part < PARTS - 1))
        rows.append(_row(until, count, tally.students))
    columns = (Column(words("points")), *_counted())
    return Table(columns, tuple(rows))


def _row(of: Cell, count: int, total: int) -> Row:
    share = count / total if total else 0.0
    return Row((of, (Words(str(count)),), (Words(percent(share)),), Bar(share)))


def _counted() -> tuple[Column, ...]:
    """The columns of a number of students, and of how many of all these are."""
    return (
        Column(words("students"), Align.RIGHT),
        Column(words("share"), Align.RIGHT),
        Column((), optional=True),
    )


def _steps(tally: Tally) -> Table:
    """A row a step: which part of its answers has each verdict, and the right ones as a bar."""
    rows = []
    for stage in dict.fromkeys(tally.stages):
        at = [place for place, each in enumerate(tally.stages) if each == stage]
        counts = tally.blanks[at].sum(axis=0)
        total = int(counts.sum()) or 1
        cells: list[Cell] = [(Words(term_in_full(stage)),)]
        cells += [(Words(percent(int(counts[verdict]) / total)),) for verdict in ORDER]
        rows.append(Row((*cells, Bar(int(counts[Judged.RIGHT]) / total))))
    columns = [Column(words("step"))]
    columns += [Column(judgement(verdict), Align.RIGHT) for verdict in ORDER]
    columns.append(Column(words("correct"), optional=True))
    return Table(tuple(columns), tuple(rows))


def _hardest(tally: Tally, sheet: Sheet) -> Iterator[Block]:
    """The blanks that the fewest have right, from the inputs or from their own numbers."""
    by_id = {blank.id: blank for blank in sheet.blanks}
    shares = [(_good(tally.shares(at)), at) for at in range(len(tally.ids))]
    rows = []
    for share, at in sorted(shares)[:_HARDEST]:
        blank = by_id.get(tally.ids[at])
        if share < 1 and blank is not None:
            called = entry_called(sheet.trace, blank.stage, blank.index)
            rows.append(Row((called, (Words(percent(share)),), Bar(share))))
    if rows:
        columns = (
            Column(words("the hardest"), wraps=True),
            Column(words("correct or follows"), Align.RIGHT),
            Column((), optional=True),
        )
        yield Table(columns, tuple(rows))


def _good(shares: Mapping[Judged, float]) -> float:
    return shares[Judged.RIGHT] + shares[Judged.FOLLOWS]


def _mistakes(tally: Tally) -> Iterator[Block]:
    """A row a mistake, that of most students first."""
    often = [*islice(tally.often(), _MOST_MISTAKES)]
    if not often:
        yield Note(NoteKind.REMARK, words("No answer is one that a known mistake gives."))
        return
    rows = [_row((Words(mistake_told(what)),), count, tally.students) for what, count in often]
    yield Table((Column(words("mistake"), wraps=True), *_counted()), tuple(rows))
    more = len(tally.mistakes) - len(often)
    if more:
        left = counted_words(
            "{count} more mistake is left out.", "{count} more mistakes are left out.", more
        )
        yield Note(NoteKind.REMARK, left)
