"""From answers to marks: what each answer is and earns, what went wrong first, and of the class."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from attncalc.names import STAGES
from attncalc.numbers.arithmetic import Array
from attncalc.records import dataclass
from attncalc.sheet import Sheet
from attncalc.worksheet.answers import Numbers, Row
from attncalc.worksheet.judging import NONE_KNOWN, Credit, Judge, Judged, Judgements

NOT_ASKED = -1
"""In the place of a verdict on a blank that a student's sheet does not have."""

MOST_DIAGNOSES = 2
"""Mistakes that are told of a student."""

_SEVERAL = 2

PARTS = 10
"""Into so many parts is the way from no points to all of them cut, to show how they spread."""


@dataclass(frozen=True, eq=False)
class Marks:
    """Of some students (rows) and the blanks of all sheets (columns).

    cells: the answers as they were typed. verdicts: of Judged, or NOT_ASKED. earned: points.
    mistakes: the one that gives an answer that is wrong or a slip, of names, or NONE_KNOWN.
    diagnoses: the one that explains most of a student's answers, and one that explains most of the
    others, of names, or NONE_KNOWN.
    """

    students: list[str]
    codes: list[str]
    cells: list[list[str]]
    verdicts: Array
    earned: Array
    out_of: Array
    mistakes: Array
    diagnoses: Array
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.students)

    @property
    def points(self) -> Array:
        """What each student earns. (students,)"""
        total: Array = self.earned.sum(axis=1)
        return total

    @property
    def first_wrong(self) -> Array:
        """The column of each student's first wrong answer, or -1. (students,)"""
        wrong = self.verdicts == Judged.WRONG
        return np.where(wrong.any(axis=1), wrong.argmax(axis=1), -1)

    def diagnosed(self, student: int) -> str | None:
        """The mistake that explains most of one student's answers, in words."""
        name = int(self.diagnoses[student, 0])
        return None if name == NONE_KNOWN else self.names[name]


class Marker:
    """Marks the answers to some sheets. ids: all of their blanks, in the order of the steps."""

    def __init__(self, sheets: Sequence[Sheet], credit: Credit) -> None:
        self.sheets = sheets
        self.credit = credit
        blanks = {blank.id: blank for sheet in sheets for blank in sheet.blanks}
        if len(sheets) > 1:  # of which one may have blanks that others have not
            order = sorted(blanks.values(), key=lambda each: (STAGES.index(each.stage), each.index))
            blanks = {blank.id: blank for blank in order}
        self.ids = [*blanks]
        self.stages = [blank.stage for blank in blanks.values()]
        self.names: tuple[str, ...] = tuple(
            dict.fromkeys(
                mistake.what
                for sheet in sheets
                for blank in sheet.blanks
                for mistake in blank.mistakes
            )
        )
        self._places = {name: at for at, name in enumerate(self.ids)}
        self._by_code = {sheet.code.lower(): at for at, sheet in enumerate(sheets)}
        self._judges: dict[int, Judge] = {}
        self._numbers = Numbers()

    def tally(self) -> Tally:
        """An empty count of its blanks."""
        return Tally(self.ids, self.stages)

    def sheet_of(self, code: str) -> Sheet:
        """The sheet that has this code; the only one, whatever its code."""
        return self.sheets[self._sheet(code)]

    def unknown(self, codes: Iterable[str]) -> str | None:
        """A code that none of the sheets has; of one sheet, any will do."""
        if len(self.sheets) == 1:
            return None
        return next((code for code in codes if code not in self._by_code), None)

    def mark(self, rows: Sequence[Row]) -> Marks:
        """The marks of some students."""
        shape = len(rows), len(self.ids)
        verdicts = np.full(shape, NOT_ASKED, dtype=np.int8)
        earned = np.zeros(shape)
        mistakes = np.full(shape, NONE_KNOWN, dtype=np.int16)
        diagnoses = np.full((len(rows), MOST_DIAGNOSES), NONE_KNOWN, dtype=np.int16)
        out_of = np.zeros(len(rows))
        for number, who in self._by_sheet(rows).items():
            sheet, judge = self.sheets[number], self._judge(number)
            columns = [self._places[blank.id] for blank in sheet.blanks]
            cells = [[rows[place].cells[at] for at in columns] for place in who]
            values, units = self._numbers.read(cells, len(columns))
            found = judge.judge(values, units)
            here = np.ix_(who, columns)
            verdicts[here] = found.verdicts
            earned[here] = judge.earned(found, self.credit)
            mistakes[here] = self._named(sheet, found.mistakes)
            diagnoses[who] = self._explained(sheet, found, values)
            out_of[who] = sheet.points
        return Marks(
            [row.student for row in rows],
            [row.code for row in rows],
            [row.cells for row in rows],
            verdicts,
            earned,
            out_of,
            mistakes,
            diagnoses,
            self.names,
        )

    def _sheet(self, code: str) -> int:
        return self._by_code[code] if len(self.sheets) > 1 else 0

    def _by_sheet(self, rows: Sequence[Row]) -> dict[int, list[int]]:
        """The rows that answer each sheet."""
        found: dict[int, list[int]] = {}
        for place, row in enumerate(rows):
            found.setdefault(self._sheet(row.code), []).append(place)
        return found

    def _judge(self, number: int) -> Judge:
        if number not in self._judges:
            self._judges[number] = Judge(self.sheets[number])
        return self._judges[number]

    def _named(self, sheet: Sheet, mistakes: Array) -> Array:
        """Mistakes of each blank as places in the list of all names."""
        named = np.full(mistakes.shape, NONE_KNOWN, dtype=np.int16)
        places = {name: at for at, name in enumerate(self.names)}
        for at, blank in enumerate(sheet.blanks):
            known = [*(places[each.what] for each in blank.mistakes), NONE_KNOWN]
            named[:, at] = np.array(known, dtype=np.int16)[mistakes[:, at]]
        return named

    def _explained(self, sheet: Sheet, found: Judgements, values: Array) -> Array:
        """The mistakes that explain each student's answers best. (students, MOST_DIAGNOSES)"""
        best = np.full((len(values), MOST_DIAGNOSES), NONE_KNOWN, dtype=np.int16)
        some = np.flatnonzero((found.fitting != NONE_KNOWN).any(axis=1))
        fitting = self._named(sheet, found.fitting[some])
        told = self._named(sheet, found.mistakes[some])
        told[values[some] == 0] = NONE_KNOWN  # a single 0 says nothing
        right = (found.verdicts[some] == Judged.RIGHT).astype(int)
        against = right @ self._giving(sheet)  # (students, names)
        for place in range(MOST_DIAGNOSES):
            best[some, place] = name = _best(fitting, told, against)
            explained = fitting == name[:, None]
            fitting[explained] = told[explained] = NONE_KNOWN
        return best

    def _giving(self, sheet: Sheet) -> Array:
        """Whether a mistake gives a number of its own in a blank. (blanks, names)"""
        places = {name: at for at, name in enumerate(self.names)}
        giving = np.zeros((len(sheet.blanks), len(self.names)), dtype=int)
        for at, blank in enumerate(sheet.blanks):
            giving[at, [places[each.what] for each in blank.mistakes if each.credit < 1]] = 1
        return giving


def _best(fitting: Array, told: Array, against: Array) -> Array:
    """Of the mistakes that give some answers, the one that gives most, and changes no right ones.

    One must give an answer that follows from no other, or several more than it leaves right.
    fitting, told: mistakes of each answer (students, blanks). against: (students, names).
    """
    best = np.full(len(fitting), NONE_KNOWN, dtype=np.int16)
    most = np.full(len(fitting), -np.inf)
    for name in range(against.shape[1]):
        gives = fitting == name
        score = gives.sum(axis=1) - against[:, name]
        sound = (told == name).any(axis=1) | (score >= _SEVERAL)
        first = np.where(gives.any(axis=1), gives.argmax(axis=1), 0)
        score = score - first / gives.shape[1]  # of equal ones, that of the first answer
        better = sound & (score > most)
        best[better], most[better] = name, score[better]
    return best


@dataclasses.dataclass
class Tally:
    """Of all students together: as many numbers as there are blanks, however many students.

    spread: how many students have which part of the points, from none to all of them. blanks: of
    each, how many answers have each verdict. mistakes: how many students made which.
    """

    ids: Sequence[str]
    stages: Sequence[str]
    students: int = 0
    points: float = 0.0
    out_of: float = 0.0
    spread: Array = dataclasses.field(default_factory=lambda: np.zeros(PARTS, dtype=int))
    blanks: Array = dataclasses.field(init=False)
    mistakes: Counter[str] = dataclasses.field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.blanks = np.zeros((len(self.ids), len(Judged)), dtype=int)

    def add(self, marks: Marks) -> None:
        """Count some more students."""
        self.students += len(marks)
        points = marks.points
        self.points += float(points.sum())
        self.out_of = max(self.out_of, float(marks.out_of.max(initial=0)))
        shares = points / np.where(marks.out_of == 0, 1, marks.out_of)
        parts = np.clip((shares * PARTS + _NEARLY).astype(int), 0, PARTS - 1)
        self.spread += np.bincount(parts, minlength=PARTS)
        for verdict in Judged:
            self.blanks[:, verdict] += (marks.verdicts == verdict).sum(axis=0)
        known = marks.diagnoses[marks.diagnoses != NONE_KNOWN]  # of each student, no one twice
        counts = np.bincount(known, minlength=len(marks.names))
        for name, count in zip(marks.names, counts, strict=True):
            if count:
                self.mistakes[name] += int(count)

    def join(self, other: Tally) -> None:
        """Count the students of another one of the same blanks."""
        self.students += other.students
        self.points += other.points
        self.out_of = max(self.out_of, other.out_of)
        self.spread += other.spread
        self.blanks += other.blanks
        self.mistakes += other.mistakes

    @property
    def mean(self) -> float:
        """Points a student."""
        return self.points / self.students if self.students else 0.0

    def shares(self, at: int) -> Mapping[Judged, float]:
        """Of a blank, which part of its answers has each verdict."""
        counts = self.blanks[at]
        total = int(counts.sum()) or 1
        return {verdict: int(counts[verdict]) / total for verdict in Judged}

    def often(self) -> Iterator[tuple[str, int]]:
        """The mistakes, that of most students first."""
        order = sorted(self.mistakes.items(), key=lambda each: (-each[1], each[0]))
        return iter(order)


_NEARLY = 1e-9
