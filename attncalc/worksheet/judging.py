"""What became of the answers to a sheet's blanks, of as many people at once as are handed in.

An answer is a number and the unit of the last place that it was typed with. It is, by the first of
these that holds:

- right: within the blank's range, or within that of a convention (a mistake with all the points);
- follows: within what its own formula gives with the answers before it, ± half a unit of what is
  asked for, or, where it is typed with as many decimals as the blank has, of what is typed;
- a slip: nearer than a unit of its last place to what is right, or to what its formula gives. With
  fewer decimals than the blank has, it must be that number rounded or cut off, and no 0, which
  would be either of any number;
- wrong.

The answers before it may be off by half a unit of what was typed, but by no more than half a
hundredth. One that is right stays within the range in which it is; if not all are that it is made
of, within what follows from them, too. One that is missing is taken to be what follows, rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import IntEnum

import numpy as np

from attncalc.names import STAGES
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.terms import Bounds, Entry, Term, worked_out
from attncalc.records import dataclass
from attncalc.report import Verdict
from attncalc.sheet import Blank, Sheet
from attncalc.worksheet.carrying import half_a_unit

COARSEST = 0.01
"""The unit that an answer is gone on from with at most: nobody rounds to fewer decimals on the way,
and from numbers that may be anything, everything follows."""

NONE_KNOWN = -1
"""In the place of a mistake, where none is known."""

_NEARLY = 1e-9
"""Of a unit: what doubles are off by."""


class Judged(IntEnum):
    """What an answer is; its name in small letters stands in tables."""

    NONE = 0
    WRONG = 1
    SLIP = 2
    FOLLOWS = 3
    RIGHT = 4

    @property
    def word(self) -> str:
        return self.name.lower()


VERDICTS = {
    Judged.RIGHT: Verdict.CORRECT,
    Judged.FOLLOWS: Verdict.FOLLOWS,
    Judged.SLIP: Verdict.SLIP,
    Judged.WRONG: Verdict.WRONG,
}
"""What a check calls the same; it has no word for what is missing."""


@dataclass(frozen=True)
class Credit:
    """Which share of its points an answer earns. mistake: one that a known mistake gives."""

    follows: Decimal = Decimal(1)
    slip: Decimal = Decimal("0.5")
    mistake: Decimal = Decimal(0)


@dataclass(frozen=True, eq=False)
class Judgements:
    """Of each person (rows) and blank (columns): what the answer is.

    verdicts: of Judged. fitting: which of the blank's mistakes gives an answer that is not right,
    or NONE_KNOWN. founded: whether the numbers that it follows from are worth points.
    """

    verdicts: Array
    fitting: Array
    founded: Array

    @property
    def mistakes(self) -> Array:
        """The same where it is the answer's own: of what is wrong or a slip, and follows not."""
        own = (self.verdicts == Judged.WRONG) | (self.verdicts == Judged.SLIP)
        return np.where(own, self.fitting, NONE_KNOWN)


class Judge:
    """Judges the answers to one sheet. Made once, for all who answer it."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._half = float(half_a_unit(sheet.decimals))
        self._blanks = [_Judging.of(blank) for blank in sheet.blanks]
        order = range(len(sheet.blanks))
        self._order = sorted(order, key=lambda at: STAGES.index(sheet.blanks[at].stage))
        self._places = {blank.entry: at for at, blank in enumerate(sheet.blanks)}
        self._sources = [self._sources_of(blank) for blank in sheet.blanks]

    def judge(self, values: Array, units: Array) -> Judgements:
        """values, units: (people, blanks), NaN where there is no answer."""
        with np.errstate(all="ignore"):
            return self._judged(values, units)

    def earned(self, judgements: Judgements, credit: Credit) -> Array:
        """The points of each answer. (people, blanks)"""
        shares = np.zeros(judgements.verdicts.shape)
        for at, blank in enumerate(self.sheet.blanks):
            of_mistakes = [float(each.credit) for each in blank.mistakes]
            # The last one stands for none that is known.
            shares[:, at] = np.array([*of_mistakes, 0.0])[judgements.fitting[:, at]]
        return self.points(judgements.verdicts, judgements.founded, shares, credit)

    def points(self, verdicts: Array, founded: Array, shares: Array, credit: Credit) -> Array:
        """The points of each answer; shares: of what known mistakes give, by the sheet."""
        shares = np.where(shares > 0, float(credit.mistake), 0.0)
        earned: Array = np.select(
            [verdicts == each for each in reversed(Judged)],
            [1.0, float(credit.follows) * founded, float(credit.slip), shares, 0.0],
        )
        earned *= np.array([blank.points for blank in self.sheet.blanks])
        return earned

    def founded(self, values: Array) -> Array:
        """Whether what follows from earlier answers would be worth points. (people, blanks)"""
        return np.stack([self._founded(at, values) for at in range(values.shape[1])], axis=1)

    def _judged(self, values: Array, units: Array) -> Judgements:
        given = ~np.isnan(values)
        verdicts = np.where(given, Judged.WRONG, Judged.NONE).astype(np.int8)
        fitting = np.full(values.shape, NONE_KNOWN, dtype=np.int16)
        founded = np.zeros(values.shape, dtype=bool)
        for at, judging in enumerate(self._blanks):
            for low, high in judging.ways:
                right = (values[:, at] >= low) & (values[:, at] <= high)
                verdicts[right, at] = Judged.RIGHT
        # Whoever has nothing but right answers, and none missing between others, is done.
        rest = np.flatnonzero((verdicts == Judged.WRONG).any(axis=1))
        if len(rest):
            found = verdicts[rest], fitting[rest], founded[rest]
            people = _Rest(values[rest], units[rest], *found)
            self._judge(people)
            verdicts[rest], fitting[rest], founded[rest] = found
        return Judgements(verdicts, fitting, founded)

    def _judge(self, people: _Rest) -> None:
        """The answers of those who have some that are not right, one blank after another."""
        ends: dict[Entry, Bounds] = {}
        all_right: dict[Entry, Array] = {}
        for at in self._order:
            blank, judging = self.sheet.blanks[at], self._blanks[at]
            carried = None if blank.carried is None else self._worked(blank.carried, ends)
            unclear = people.verdicts[:, at] == Judged.WRONG
            if unclear.any():
                self._settle(judging, people, at, unclear, carried)
            before = [all_right[entry] for entry in blank.carried.awaited] if blank.carried else []
            clean = np.all(before, axis=0) if before else np.ones(len(people.values), dtype=bool)
            worked = self._rounded(judging, carried)
            ends[blank.entry] = people.bounds(at, judging.ways, worked, clean)
            all_right[blank.entry] = clean & (people.verdicts[:, at] == Judged.RIGHT)

    def _worked(self, term: Term, ends: Mapping[Entry, Bounds]) -> Bounds:
        """What a blank may be with somebody's own answers before it."""
        return worked_out(term, {entry: ends[entry] for entry in term.awaited}, self._half)

    def _rounded(self, judging: _Judging, carried: Bounds | None) -> Bounds:
        """What follows from the answers before, rounded; what is right, where nothing does."""
        if carried is None:
            return judging.range
        return carried[0] - self._half, carried[1] + self._half

    def _settle(
        self, judging: _Judging, people: _Rest, at: int, unclear: Array, carried: Bounds | None
    ) -> None:
        """Tell apart what is not right."""
        values, units = people.values[:, at], people.units[:, at]
        ways = [(np.asarray(low), np.asarray(high)) for low, high in judging.ways]
        follows = np.zeros(len(values), dtype=bool)
        if carried is not None:
            low, high = carried
            fine = units <= judging.unit * (1 + _NEARLY)
            room = np.maximum(self._half, np.where(fine, units / 2, 0.0))
            bounded = np.isfinite(low) & np.isfinite(high)
            follows = bounded & (values >= low - room) & (values <= high + room)
            ways.append((np.where(bounded, low, np.nan), high))
        slips = np.zeros(len(values), dtype=bool)
        for low, high in ways:
            slips |= judging.slipped(values, units, low, high)
        people.verdicts[unclear & slips, at] = Judged.SLIP
        people.verdicts[unclear & follows, at] = Judged.FOLLOWS
        people.founded[:, at] = unclear & follows & self._founded(at, people.values)
        people.fitting[unclear, at] = judging.mistaken(values)[unclear]

    def _sources_of(self, blank: Blank) -> list[tuple[list[int], list[int]]]:
        """The blanks that one is carried from, stage by stage: those, and all of their stage."""
        if blank.carried is None:
            return []
        stages = dict.fromkeys(stage for stage, _ in blank.carried.awaited)
        own = sorted(self._places[entry] for entry in blank.carried.awaited)
        all_blanks = self.sheet.blanks
        return [
            (
                [at for at in own if all_blanks[at].stage == stage],
                [at for at, other in enumerate(all_blanks) if other.stage == stage],
            )
            for stage in stages
        ]

    def _founded(self, at: int, values: Array) -> Array:
        """Whether the answers that one follows from were given, and are no trivial ones.

        Trivial are those that are all 0, or all alike, or as like as all others of their stage,
        where the right ones are not.
        """
        sources = self._sources[at]
        own = [place for places, _ in sources for place in places]
        sound: Array = ~np.isnan(values[:, own]).any(axis=1) & (values[:, own] != 0).any(axis=1)
        for places in (own, *(siblings for _, siblings in sources)):
            if len({self.sheet.blanks[place].answer for place in places}) > 1:
                sound &= ~_alike(values[:, places])
        return sound


def _alike(values: Array) -> Array:
    """Whether there are two numbers in a row at least, and all are the same. (n, k) -> (n,)"""
    several = (~np.isnan(values)).sum(axis=1) > 1
    least, most = np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
    alike: Array = several & (least == most)
    return alike


@dataclass(frozen=True, eq=False)
class _Rest:
    """Those who have answers that are not right; what they are is written into the arrays."""

    values: Array
    units: Array
    verdicts: Array
    fitting: Array
    founded: Array

    def bounds(
        self, at: int, ways: Iterable[tuple[float, float]], worked: Bounds, clean: Array
    ) -> Bounds:
        """Where the numbers are that one goes on from.

        ways: the ranges of what is right. worked: what follows from the answers before this one.
        clean: whether all of those are right; if not, this one may be right by chance.
        """
        least_worked = np.where(clean, np.inf, worked[0])
        most_worked = np.where(clean, -np.inf, worked[1])
        values = self.values[:, at]
        off = np.minimum(self.units[:, at], COARSEST) / 2
        low, high = values - off, values + off
        for least, most in ways:
            right = (values >= least) & (values <= most)
            low = np.where(right, np.maximum(low, np.minimum(least, least_worked)), low)
            high = np.where(right, np.minimum(high, np.maximum(most, most_worked)), high)
        missing = np.isnan(values)
        return np.where(missing, worked[0], low), np.where(missing, worked[1], high)


@dataclass(frozen=True, eq=False)
class _Judging:
    """A blank, in doubles. ways: its range, and those of conventions. unit: what is asked for."""

    unit: float
    ways: tuple[tuple[float, float], ...]
    mistakes: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, blank: Blank) -> _Judging:
        """The same blank."""
        conventions = [each.range for each in blank.mistakes if each.credit == 1]
        return _Judging(
            float(Decimal(1).scaleb(-blank.decimals)),
            tuple((float(each.lower), float(each.upper)) for each in (blank.range, *conventions)),
            tuple((float(each.range.lower), float(each.range.upper)) for each in blank.mistakes),
        )

    @property
    def range(self) -> Bounds:
        """What is right by the formula itself."""
        low, high = self.ways[0]
        return np.asarray(low), np.asarray(high)

    def slipped(self, values: Array, units: Array, low: Array, high: Array) -> Array:
        """Whether answers are one of these numbers with its last digits rounded or cut off."""
        away = np.maximum(np.maximum(low - values, values - high), 0.0)
        near = away < units * (1 - _NEARLY)
        fine = units <= self.unit * (1 + _NEARLY)
        cut_off = ((values > 0) & (values < low)) | ((values < 0) & (values > high))
        rounded = away <= units / 2 * (1 + _NEARLY)
        slipped: Array = near & (fine | ((values != 0) & (cut_off | rounded)))
        return slipped

    def mistaken(self, values: Array) -> Array:
        """The first mistake that gives each number, or NONE_KNOWN. (n,) -> (n,)"""
        found = np.full(len(values), NONE_KNOWN, dtype=np.int16)
        for place, (low, high) in reversed([*enumerate(self.mistakes)]):
            found[(values >= low) & (values <= high)] = place
        return found
