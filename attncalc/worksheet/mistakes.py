"""Known mistakes, made in one problem, and all that may be reached by who makes one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from attncalc.checking.catalogue import CATALOGUE
from attncalc.checking.enclosures import Enclosures
from attncalc.checking.misconceptions import Alteration, Misconception, name_instead
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

_LARGEST = 1e9
"""A number that is larger is not looked at."""

_SAME = 1e-9
"""Numbers that are so near, relative to the largest, are the same."""


@dataclass(frozen=True, eq=False)
class Mistake:
    """A known mistake, made in one problem. stages: what it makes of some stages, as doubles."""

    what: str
    stages: Mapping[str, Array]
    known: Misconception | Alteration


class Consequences:
    """All that may be reached by those who make one of some mistakes, and round on the way.

    right: what is reached without any. floats: the same trace in doubles. Of mistakes that are made
    in one stage, all is worked out at once: one goes on from them in the same way.
    """

    def __init__(self, right: Enclosures, floats: Trace, mistakes: Iterable[Mistake]) -> None:
        self._right, self._floats = right, floats
        self._made_in: dict[str, list[Mistake]] = {}
        for mistake in mistakes:
            if isinstance(mistake.known, Misconception):
                stage = _first_stage(mistake.known, floats)
                self._made_in.setdefault(stage, []).append(mistake)
        self._altered: dict[Mistake, Enclosures | None] = {}
        self._followed: dict[tuple[str, int], _Followed] = {}

    def reached(self, mistake: Mistake, entry: Entry, decimals: int) -> Interval | None:
        """All that an entry may be for who makes a mistake; None where it gives no number."""
        value = mistake.stages[entry[0]][entry[1]]
        if not np.isfinite(value) or abs(value) > _LARGEST:
            return None
        if isinstance(mistake.known, Misconception):
            followed = self._followed_from(_first_stage(mistake.known, self._floats), decimals)
            return followed.reached(mistake, entry)
        if mistake not in self._altered:
            self._altered[mistake] = _enclosed(mistake.known, self._right.trace)
        altered = self._altered[mistake]
        if altered is None:
            return None
        stage = name_instead(altered.trace, entry[0])
        assert stage is not None
        return rounded(altered.reach(stage, entry[1], decimals), decimals)

    def _followed_from(self, stage: str, decimals: int) -> _Followed:
        if (stage, decimals) not in self._followed:
            mistakes = self._made_in[stage]
            followed = _Followed(self._right, self._floats, stage, mistakes, decimals)
            self._followed[stage, decimals] = followed
        return self._followed[stage, decimals]


def _first_stage(known: Misconception, trace: Trace) -> str:
    """The stage in which it is made, or the first one after it that the problem has."""
    stage = trace.attended if known.stage == "attended" else known.stage
    later = STAGES[STAGES.index(stage) :]
    return next(name for name in later if name in trace)


def _enclosed(known: Alteration, trace: Trace) -> Enclosures | None:
    """The other problem in all digits; None where it has no such numbers."""
    with arithmetic_of(trace.context):
        try:
            altered = known.altered(trace)
        except (ArithmeticError, ValueError, AttncalcError):
            return None
    assert altered is not None  # or there were no doubles of it
    return Enclosures(altered)


class _Followed:
    """Mistakes that are made in one stage, and how one goes on from them. floats: the trace."""

    def __init__(
        self,
        right: Enclosures,
        floats: Trace,
        stage: str,
        mistakes: Sequence[Mistake],
        decimals: int,
    ) -> None:
        self._floats, self._stage, self._mistakes = floats, stage, mistakes
        self._half = float(half_a_unit(decimals))
        self._places = {mistake: place for place, mistake in enumerate(mistakes)}
        self._given = self._first()
        self._carrying = Carrying(right.trace, self._given, decimals, right)
        self._working = WorkingOut(self._given, self._half)

    def reached(self, mistake: Mistake, entry: Entry) -> Interval | None:
        """All that an entry may be, rounded; None where it may be anything."""
        if entry in self._given:
            ends = self._given[entry]
        else:
            ends = self._working.bounds(self._carrying.term(*entry))
        place = self._places[mistake]
        low, high = (float(end[place] if end.ndim else end) for end in ends)
        if not (np.isfinite(low) and np.isfinite(high)):
            return None
        return Interval(Decimal(low - self._half), Decimal(high + self._half))

    def _first(self) -> dict[Entry, Bounds]:
        """What the mistakes may make of their stage, from numbers that were rounded before it."""
        shaken = [*_shaken(self._floats, self._stage, self._half)]
        ends = [self._ends(mistake, shaken) for mistake in self._mistakes]
        lows, highs = (np.stack(parts, axis=-1) for parts in zip(*ends, strict=True))
        return {
            (self._stage, index): (lows[index], highs[index])
            for index in np.ndindex(lows.shape[:-1])
        }

    def _ends(self, mistake: Mistake, shaken: Sequence[Trace]) -> Bounds:
        stage, known = self._stage, mistake.known
        assert isinstance(known, Misconception)
        with arithmetic_of(None), np.errstate(divide="ignore", invalid="ignore"):
            values = known.stage_under(self._floats, stage)
        assert values is not None
        off = np.zeros(values.shape)
        for moved in shaken:
            with arithmetic_of(None), np.errstate(divide="ignore", invalid="ignore"):
                other = known.stage_under(moved, stage)
                assert other is not None
                off = np.fmax(off, np.abs(other - values))
        off = np.where(np.isfinite(values), _MORE * off, 0.0)
        if stage not in (known.stage, self._floats.attended):  # a step not here, rounded
            off = _MORE * off + self._half * (1 + np.abs(values))
        with np.errstate(invalid="ignore"):  # an infinite number, as far off as it is large
            return values - off, values + off


def _shaken(trace: Trace, before: str, half: float) -> Iterator[Trace]:
    """A trace in doubles whose numbers before a stage are off by half a unit, this way or that."""
    chance = Chance(before)
    names = [
        name
        for name in trace.stages
        if STAGES.index(name) < STAGES.index(before) and works_out(trace.problem, name)
    ]
    for _ in range(_SHAKEN if names else 0):
        stages = dict(trace.stages)
        for name in names:
            values = stages[name].values
            signs = [half if chance.below(2) else -half for _ in range(values.size)]
            moved = values + np.array(signs).reshape(values.shape)
            kept = np.where(values == 0, values, moved)  # a hidden key's weight stays 0
            stages[name] = replace(stages[name], values=kept)
        yield replace(trace, stages=stages)


def mistakes_in(trace: Trace, stages: Sequence[str]) -> list[Mistake]:
    """The known mistakes that can be made in a problem, the likelier first.

    trace: in doubles. stages: those that are looked at. One that gives the same numbers as another,
    before it, is left out; so is one that changes nothing.
    """
    found: list[Mistake] = []
    seen: list[Mapping[str, Array]] = [{stage: trace[stage] for stage in stages}]
    for known in sorted(CATALOGUE, key=_likely):
        if isinstance(known, Misconception) and known.rounds:
            continue  # the range of the right answer has what honest rounding gives
        made = _made(known, trace, stages)
        if made and not any(_same(made, other) for other in seen):
            found.append(Mistake(known.what, made, known))
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
        stage in other and not any(map(differs, values.flat, other[stage].flat))
        for stage, values in made.items()
    )


def differs(one: float, other: float) -> bool:
    """Whether two numbers are not the same."""
    return not math.isclose(one, other, rel_tol=_SAME, abs_tol=_SAME)
