"""A student's marks as a page: what is right, and where it first goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from attncalc.document.document import (
    Align,
    Block,
    Code,
    Column,
    Document,
    Equation,
    Heading,
    Inlines,
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
from attncalc.document.wording import counted_words, term_in_full, words
from attncalc.records import dataclass
from attncalc.sheet import Blank, Sheet
from attncalc.walkthrough.entries import entry_called
from attncalc.worksheet.judgements import (
    counted_judgements,
    judgement,
    mistake_told,
    points,
    worked_out,
)
from attncalc.worksheet.judging import NONE_KNOWN, Judged
from attncalc.worksheet.marking import Marker, Marks

_MOST_ROWS = 12
"""Answers that are not right of which each has a row."""


def write_feedback(marks: Marks, number: int, marker: Marker) -> Document:
    """The page of one student. number: the student's place among the marks."""
    sheet = marker.sheet_of(marks.codes[number])
    places = {name: at for at, name in enumerate(marker.ids)}
    answers = [_Answer.of(marks, number, places[blank.id], blank) for blank in sheet.blanks]
    counts = Counter(answer.verdict for answer in answers)
    total = words(
        "{points} of {all} points: {verdicts}",
        points=points(float(marks.points[number])),
        all=points(float(marks.out_of[number])),
        verdicts=counted_judgements(counts),
    )
    told: list[tuple[Inlines, list[Block]]] = [
        (words("Where it first goes wrong"), [*_first_wrong(sheet, answers, marks, number)]),
        (words("Step by step"), [_steps(sheet, answers), *_explained(sheet, counts)]),
        (words("What is not right"), [*_not_right(sheet, answers)]),
    ]
    sections = [
        Section(Heading(place, called), tuple(blocks))
        for place, (called, blocks) in enumerate((each for each in told if each[1]), 1)
    ]
    heading = Heading(None, (Words(marks.students[number]),))
    title = Section(heading, (*_of_sheet(sheet), Paragraph(total)))
    return Document(title, tuple(sections))


@dataclass(frozen=True)
class _Answer:
    blank: Blank
    typed: str
    verdict: Judged
    mistake: str | None

    @classmethod
    def of(cls, marks: Marks, number: int, place: int, blank: Blank) -> _Answer:
        mistake = int(marks.mistakes[number, place])
        return _Answer(
            blank,
            marks.cells[number][place],
            Judged(marks.verdicts[number, place]),
            None if mistake == NONE_KNOWN else marks.names[mistake],
        )

    @property
    def told(self) -> Inlines:
        """What was typed."""
        return (Words(self.typed),)


def _first_wrong(
    sheet: Sheet, answers: list[_Answer], marks: Marks, number: int
) -> Iterator[Block]:
    wrong = next((answer for answer in answers if answer.verdict is Judged.WRONG), None)
    if wrong is None:
        return
    blank = wrong.blank
    yield Paragraph(
        words(
            "The first answer that is wrong is {number}: {answered} is given, and it should be "
            "{right}.",
            number=entry_called(sheet.trace, blank.stage, blank.index),
            answered=wrong.told,
            right=Number(blank.answer),
        )
    )
    mistake = wrong.mistake or marks.diagnosed(number)
    if mistake is not None:
        explained = words("One mistake would explain it: {what}.", what=mistake_told(mistake))
        yield Note(NoteKind.WARNING, explained)
    yield Equation(worked_out(sheet, blank))


def _steps(sheet: Sheet, answers: list[_Answer]) -> Table:
    """A row a step: how many answers of it have each verdict."""
    rows = []
    for stage in sheet.stages:
        counts = Counter(each.verdict for each in answers if each.blank.stage == stage)
        rows.append(Row(((Words(term_in_full(stage)),), counted_judgements(counts))))
    return Table((Column(words("step")), Column(words("answers"), wraps=True)), tuple(rows))


def _of_sheet(sheet: Sheet) -> Iterator[Block]:
    """Which sheet it is about."""
    title = sheet.trace.problem.title
    if title is not None:
        yield Paragraph(words("{title} · sheet {code}", title=title, code=Code(sheet.code)))
    else:
        yield Paragraph(words("Sheet {code}.", code=Code(sheet.code)))


def _explained(sheet: Sheet, counts: Counter[Judged]) -> Iterator[Block]:
    """What verdicts mean that are neither right nor wrong."""
    if counts[Judged.FOLLOWS]:
        yield Paragraph(words("“Follows”: worked out rightly from a number before it."))
    if counts[Judged.SLIP]:
        yield Paragraph(
            words(
                "“Slip”: right but for its last digits; round to {count} decimals.",
                count=sheet.decimals,
            )
        )


def _not_right(sheet: Sheet, answers: list[_Answer]) -> Iterator[Block]:
    """What was typed where it is wrong, a slip or missing; nothing where there is none of it."""
    good = (Judged.RIGHT, Judged.FOLLOWS)
    shown = [each for each in answers if each.verdict not in good]
    if not shown:
        return
    rows = [
        Row(
            (
                entry_called(sheet.trace, each.blank.stage, each.blank.index),
                each.told,
                _verdict(each),
            ),
            focused=each.verdict is Judged.WRONG,
        )
        for each in shown[:_MOST_ROWS]
    ]
    left = len(shown) - len(rows)
    if left:
        more = counted_words("… {count} more", "… {count} more", left)
        rows.append(Row((more,), RowKind.OMITTED))
    columns = (
        Column(words("of"), wraps=True),
        Column(words("answer"), Align.RIGHT),
        Column(words("verdict"), result=True),
    )
    yield Table(columns, tuple(rows))


def _verdict(answer: _Answer) -> Inlines:
    if answer.verdict is Judged.NONE and answer.typed:
        return words("no number")
    return judgement(answer.verdict)
