"""Known mistakes, made in one problem, and all that may be reached by who makes one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from attncalc.checking.catalogue import CATALOGUE
from attncalc.checking.enclosures import Enclosures
from attncalc.checking.misconceptions import Alteration, Misconception, name_instead
from attncalc.checking.screening import in_floats
from attncalc.errors import AttncalcError
from attncalc.names import STAGES
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.numbers.rounding import rounded
from attncalc.numbers.terms import Bounds, Entry, WorkingOut
from attncalc.records import dataclass
from attncalc.steps.enclosing import works_out
from attncalc.steps.trace import Trace, arithmetic_of
from attncalc.worksheet.carrying import Carrying, half_a_unit
from attncalc.worksheet.chance import Chance

_SHAKEN = 8
"""So often are the numbers before a mistake moved, to see how far it moves."""

_MORE = 1.5
"""How much further a mistake may move than it was seen to."""

_CLASSIC = (
    "the scores are not scaled",
    "the mask is not applied",
    "masked scores are set to 0 instead of -inf",
    "the softmax goes down the columns",
    "powers are not divided by their sum",
    "scores are divided by their sum, without powers",
    "the scores are divided by d_k",
    "the scores are scaled twice",
    "the scores are multiplied by √d_k",
    "the values are averaged without weights",
    "the values are added up without weights",
)
"""Mistakes that people make by hand, the likeliest first; where two give the same, it is these."""

_SAME = 1e-9
"""Numbers that are so near, relative to the largest, are the same."""


class Shaken:
    """A trace in floats whose numbers are off by half a unit, this way or that."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._found: dict[tuple[str, float], list[Trace]] = {}

    def before(self, stage: str, half: float) -> list[Trace]:
        """So moved, each its own way, in what is worked out before a stage."""
        if (stage, half) not in self._found:
            self._found[stage, half] = [*self._moved(stage, half)]
        return self._found[stage, half]

    def _moved(self, before: str, half: float) -> Iterator[Trace]:
        chance = Chance(before)
        names = [
            name
            for name in self.trace.stages
            if STAGES.index(name) < STAGES.index(before) and works_out(self.trace.problem, name)
        ]
        for _ in range(_SHAKEN if names else 0):
            stages = dict(self.trace.stages)
            for name in names:
                values = stages[name].values
                signs = [half if chance.below(2) else -half for _ in range(values.size)]
                moved = values + np.array(signs).reshape(values.shape)
                kept = np.where(values == 0, values, moved)  # a hidden key's weight stays 0
                stages[name] = replace(stages[name], values=kept)
            yield replace(self.trace, stages=stages)


@dataclass(frozen=True, eq=False)
class Mistake:
    """A known mistake, made in one problem. stages: what it makes of some stages, as doubles."""

    what: str
    stages: Mapping[str, Array]
    known: Misconception | Alteration
    trace: Trace
    shaken: Shaken

    def reached(self, entry: Entry, decimals: int) -> Interval | None:
        """All that an entry may be for who makes it, and rounds on the way."""
        value = self.stages[entry[0]][entry[1]]
        if not np.isfinite(value) or abs(value) > 1e9:
            return None
        if isinstance(self.known, Alteration):
            return self._of_another_problem(entry, decimals)
        return self._worked_on(entry, decimals)

    @cached_property
    def _altered(self) -> Enclosures | None:
        assert isinstance(self.known, Alteration)
        with arithmetic_of(self.trace.context):
            try:
                altered = self.known.altered(self.trace)
            except (ArithmeticError, ValueError, AttncalcError):
                return None
        assert altered is not None  # or there were no doubles of it
        return Enclosures(altered)

    def _of_another_problem(self, entry: Entry, decimals: int) -> Interval | None:
        if self._altered is None:
            return None
        stage = name_instead(self._altered.trace, entry[0])
        assert stage is not None
        return rounded(self._altered.reach(stage, entry[1], decimals), decimals)

    def _worked_on(self, entry: Entry, decimals: int) -> Interval | None:
        low, high = self._bounds(entry, decimals)
        if not (np.isfinite(low) and np.isfinite(high)):
            return None
        return Interval(Decimal(low), Decimal(high))

    def _bounds(self, entry: Entry, decimals: int) -> tuple[float, float]:
        half = float(half_a_unit(decimals))
        if decimals not in self._made:
            given = self._first(decimals)
            carrying = Carrying(self.trace, given, decimals)
            self._made[decimals] = given, carrying, WorkingOut(given, half)
        given, carrying, working = self._made[decimals]
        low, high = given[entry] if entry in given else working.bounds(carrying.term(*entry))
        return float(low) - half, float(high) + half

    @cached_property
    def _made(self) -> dict[int, tuple[dict[Entry, Bounds], Carrying, WorkingOut]]:
        """What it makes first, by decimals, and how one goes on from that."""
        return {}

    @cached_property
    def _stage(self) -> str:
        """The stage in which it is made, or the first one after it that the problem has."""
        assert isinstance(self.known, Misconception)
        stage = self.trace.attended if self.known.stage == "attended" else self.known.stage
        later = STAGES[STAGES.index(stage) :]
        return next(name for name in later if name in self.trace)

    def _first(self, decimals: int) -> dict[Entry, Bounds]:
        """What the mistake may make of its stage, from numbers that were rounded before it."""
        half, stage, known = float(half_a_unit(decimals)), self._stage, self.known
        assert isinstance(known, Misconception)
        with arithmetic_of(None), np.errstate(divide="ignore", invalid="ignore"):
            values = known.stage_under(self.shaken.trace, stage)
        assert values is not None
        off = np.zeros(values.shape)
        for shaken in self.shaken.before(stage, half):
            with arithmetic_of(None), np.errstate(divide="ignore", invalid="ignore"):
                moved = known.stage_under(shaken, stage)
                assert moved is not None
                off = np.fmax(off, np.abs(moved - values))
        off = np.where(np.isfinite(values), _MORE * off, 0.0)
        if stage not in (known.stage, self.trace.attended):  # a step that is not here, rounded
            off = _MORE * off + half * (1 + np.abs(values))
        with np.errstate(invalid="ignore"):  # an infinite number, as far off as it is large
            low, high = values - off, values + off
        return {
            (stage, index): (np.asarray(low[index]), np.asarray(high[index]))
            for index in np.ndindex(values.shape)
        }


def mistakes_in(trace: Trace, stages: Sequence[str]) -> list[Mistake]:
    """The known mistakes that can be made in a problem, the likelier first.

    stages: those that are looked at. One that gives the same numbers as another, before it, is
    left out; so is one that changes nothing.
    """
    floats = in_floats(trace)
    shaken = Shaken(floats)
    found: list[Mistake] = []
    seen: list[Mapping[str, Array]] = [{stage: floats[stage] for stage in stages}]
    for known in sorted(CATALOGUE, key=_likely):
        if isinstance(known, Misconception) and known.rounds:
            continue  # the range of the right answer has what honest rounding gives
        made = _made(known, floats, stages)
        if made and not any(_same(made, other) for other in seen):
            found.append(Mistake(known.what, made, known, trace, shaken))
            seen.append(made)
    return found


def _likely(known: Misconception | Alteration) -> int:
    """The place of a mistake among all; what computers do alone stands behind what people do."""
    return _CLASSIC.index(known.what) if known.what in _CLASSIC else len(_CLASSIC)


def _made(
    known: Misconception | Alteration, trace: Trace, stages: Sequence[str]
) -> dict[str, Array]:
    """What a mistake makes of each stage that it says something of."""
    with arithmetic_of(None), np.errstate(divide="ignore", invalid="ignore"):
        try:
            if isinstance(known, Alteration):
                altered = known.altered(trace)
                found = {} if altered is None else _instead(altered, stages)
            else:
                found = {stage: known.stage_under(trace, stage) for stage in stages}
        except (ArithmeticError, ValueError, AttncalcError):
            return {}
    return {
        stage: values
        for stage, values in found.items()
        if values is not None and values.shape == trace[stage].shape
    }


def _instead(altered: Trace, stages: Sequence[str]) -> dict[str, Array | None]:
    names = {stage: name_instead(altered, stage) for stage in stages}
    return {stage: None if name is None else altered[name] for stage, name in names.items()}


def _same(made: Mapping[str, Array], other: Mapping[str, Array]) -> bool:
    return all(
        stage in other and np.allclose(values, other[stage], rtol=_SAME, atol=_SAME)
        for stage, values in made.items()
    )


def differs(one: float, other: float) -> bool:
    """Whether two numbers are not the same."""
    return not math.isclose(one, other, rel_tol=_SAME, abs_tol=_SAME)
