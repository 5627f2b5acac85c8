"""Why a stage of a dump does not follow: the catalogue of mistakes and conventions, tried on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain, islice
from typing import TypeAlias, TypeVar

import numpy as np

from attncalc.checking import alterations_of_positions as of_positions
from attncalc.checking.catalogue import CATALOGUE
from attncalc.checking.divisors import Bounds, divided_otherwise
from attncalc.checking.misconceptions import Alteration, Misconception, Numbers
from attncalc.difference import Cause, Side
from attncalc.errors import AttncalcError
from attncalc.language import Sentence, listed
from attncalc.names import STAGES
from attncalc.numbers.arithmetic import Array
from attncalc.parting.anchored import Anchored, anchored, beyond
from attncalc.parting.fitting import Target, best_of
from attncalc.parting.relations import rearranged
from attncalc.problem.options import Rotary
from attncalc.records import dataclass
from attncalc.steps.conventions import Blind
from attncalc.steps.roundoff import FACTOR
from attncalc.steps.stages import OF_HEADS, axes_of
from attncalc.steps.trace import Trace, arithmetic_of

Known: TypeAlias = Misconception | Alteration
T = TypeVar("T")

_MOST_NUMBERS = 150_000_000
"""So many numbers of a stage are tried at most: with large ones, only the likeliest mistakes."""

_FEWEST_TRIES = 12

_SMALL = 4096
"""Numbers of a stage on which two mistakes at once are tried."""

_MOST_PAIRS = 3000

_SIGNIFICANDS = ("1", "2", "2.5", "3", "4", "5", "6", "8")
_BASES = tuple(Decimal(number).scaleb(power) for power in range(1, 8) for number in _SIGNIFICANDS)
"""Bases of rope that are tried where those of the catalogue do not fit."""

_TOO_LOW = (
    Alteration(
        "the positions of the queries are one too low, beside those of the keys",
        of_positions.moved_beside("Q", -1),
    ),
    Alteration(
        "the positions of the keys are one too low, beside those of the queries",
        of_positions.moved_beside("K", -1),
    ),
)

_FEWER_BITS = {
    11: "the numbers are as far off as 11 binary digits leave them (float16, TF32)",
    8: "the numbers are as far off as 8 binary digits leave them (bfloat16)",
}

_BLIND = {
    "even": Sentence(Blind.EQUAL.value),
    "unmasked": Sentence(Blind.UNMASKED.value),
    "nan": Sentence("0/0: every key is masked"),
}


_KINDS = (("Q", "K", "V"), ("Q_normalized", "K_normalized"), ("Q_rotated", "K_rotated"))
"""Stages that one step makes."""


@dataclass(frozen=True)
class _Tried:
    """A mistake, and what the stage would be under it."""

    what: str
    values: Array
    convention: bool = False
    known: Known | None = None


def causes_of(side: Side) -> Iterator[Cause]:
    """For each stage of a side that does not follow, what was done, if anything known gives it."""
    named: list[str] = []
    explained: set[str] = set()
    stages = list(side.lost)
    for at, stage in enumerate(stages):
        if stage in explained:
            continue
        cause = _cause(side, stage, stage, named)
        for later in stages[at + 1 : at + 2] if cause is None else ():
            # A stage may have the name of another, where things are done in another order.
            cause = _cause(side, later, stage, named)
            explained.add(later if cause is not None else "")
        cause = cause or _of_two(side, stage)
        if cause is not None:
            if cause.said not in named:
                yield replace(cause, stage=stage)
            named += [cause.said, cause.what]


def _searched(
    side: Side, stage: str, begin: str, named: Sequence[str] = ()
) -> tuple[_Search, Target]:
    """A stage, from the side's own stages before another one on."""
    assert side.trace is not None
    place = STAGES.index(begin)
    before = {
        name: values
        for name, values in side.stages.items()
        if STAGES.index(name) < place and name in side.expected
    }
    found = anchored(side.trace.problem, before, side.bits, (stage,))
    everywhere = np.ones(side.stages[stage].shape, dtype=bool)
    whole = Target(
        stage,
        side.stages[stage],
        found.expected[stage],
        found.floors[stage],
        side.bits,
        everywhere,
    )
    return _Search(side, found, stage, named), whole


def _cause(side: Side, stage: str, begin: str, named: Sequence[str]) -> Cause | None:
    search, whole = _searched(side, stage, begin, named)
    if not beyond(whole.own, whole.expected, whole.floor, whole.bits).any():
        return None  # a later stage is right, whatever stands between
    for target, part in _parts(whole, side):
        tried = search.explaining(target)
        if tried is not None:
            return Cause(side.name, stage, tried.what, part, tried.convention)
    return None


def _of_two(side: Side, stage: str) -> Cause | None:
    search, whole = _searched(side, stage, stage)
    return search.of_two(whole, side.name)


def _parts(whole: Target, side: Side) -> Iterator[tuple[Target, str]]:
    """The whole stage; then those heads alone that do not follow."""
    yield whole, ""
    outside = beyond(whole.own, whole.expected, whole.floor, whole.bits)
    assert side.trace is not None
    if not side.trace.has_heads or whole.stage not in OF_HEADS:
        return
    heads = np.flatnonzero(outside.reshape(len(outside), -1).any(axis=1)).tolist()
    if len(heads) in (0, len(outside)):
        return
    where = np.zeros_like(outside)
    where[heads] = True
    numbers = [str(head + 1) for head in heads]
    part = (
        Sentence("in head {head}", head=numbers[0])
        if len(heads) == 1
        else Sentence("in heads {heads}", heads=listed(numbers))
    )
    yield replace(whole, where=where), part


class _Search:
    """For the mistake that gives a stage, from the dump's own stages before it."""

    def __init__(self, side: Side, found: Anchored, stage: str, named: Sequence[str]) -> None:
        self.side, self.trace, self.stage, self.found = side, found.trace, stage, found
        self.size = found.expected[stage].size
        # What was done before was done here too, if it fits.
        self.known = sorted(CATALOGUE, key=lambda mistake: mistake.what not in named)
        self._made: dict[int, Array | None] = {}

    def explaining(self, target: Target) -> _Tried | None:
        """The first mistake, of those that fit best."""
        groups = [self._catalogue(), self._blind(), self._divided(target), self._turns()]
        if self.size <= _SMALL:
            groups = [chain(*groups)]  # the best of all, where there is time to look at them
        for some in groups:
            tried = list(some)
            misfits = [target.misfit(each.values) for each in tried]
            while (best := best_of(misfits)) is not None:
                if not self._denied(tried[best]):
                    return tried[best]
                misfits[best] = np.inf
        axes = axes_of(self.stage, heads=self.trace.has_heads)
        arranged = rearranged(target.own, target.expected, axes, target.bits)
        others = [_Tried(*each) for each in arranged]
        best = best_of([target.misfit(each.values) for each in others])
        return self._in_fewer_bits(target) if best is None else others[best]

    def _denied(self, tried: _Tried) -> bool:
        """Whether a mistake would have changed stages beside this one otherwise than they are."""
        if tried.known is None:
            return False
        for beside in _beside(self.stage):
            own = self.side.stages.get(beside)
            if own is None or beside not in self.found.expected:
                continue
            values = _under(tried.known, self.trace, beside)
            if values is None or values.shape != own.shape:
                continue
            room = 4 * self.found.floors[beside] + 16 * 2.0**-self.side.bits * np.abs(values)
            if beyond(own, values, room, self.side.bits).any():
                return True
        return False

    def _catalogue(self) -> Iterator[_Tried]:
        most = max(_FEWEST_TRIES, _MOST_NUMBERS // self.size)
        for place, known in enumerate(islice(self.known, most)):
            if place not in self._made:
                self._made[place] = _under(known, self.trace, self.stage)
            values = self._made[place]
            if values is not None:
                yield _Tried(known.what, values, known.convention, known)

    def _blind(self) -> Iterator[_Tried]:
        """What programs make of rows in which every key is masked."""
        if "weights" not in self.trace or STAGES.index(self.stage) < STAGES.index("weights"):
            return
        if "masked_scores" not in self.trace:
            return
        scores = self.trace["masked_scores"]
        empty = (scores == -np.inf).all(axis=-1, keepdims=True)
        if not empty.any():
            return
        A, m = self.trace["weights"], scores.shape[-1]
        rows = {"even": np.full_like(A, 1 / m), "nan": np.full_like(A, np.nan)}
        unmasked = self.trace[self.trace.stages["masked_scores"].made_of[0]]
        with np.errstate(all="ignore"):
            powers = np.exp(unmasked - unmasked.max(axis=-1, keepdims=True))
            rows["unmasked"] = powers / powers.sum(axis=-1, keepdims=True)
        for way, weights in rows.items():
            with arithmetic_of(None):
                made = np.where(empty, weights, A)
                yield _Tried(
                    _BLIND[way],
                    Numbers(self.trace).after("weights", made, self.stage),
                    convention=True,
                )

    def _divided(self, target: Target) -> Iterator[_Tried]:
        """Divisors that the numbers themselves tell."""
        finite = np.isfinite(target.own) & target.where
        if "scores" not in self.trace or not finite.any():
            return
        places = np.nonzero(finite)
        rows = np.ravel_multi_index(places[:-1], target.own.shape[:-1])
        _, numbers = np.unique(rows, return_inverse=True)
        own = target.own[places]
        room = np.broadcast_to(target.floor / 2, target.own.shape)[places]
        wrong = beyond(target.own, target.expected, target.floor, target.bits)[places]
        bounds = Bounds(
            self.stage,
            places,
            numbers,
            own - room,
            own + room,
            np.unique(numbers[wrong]).tolist(),
        )
        with arithmetic_of(None), np.errstate(all="ignore"):
            yield from self._of(divided_otherwise(self.trace, bounds))

    def _of(self, several: Iterable[Known]) -> Iterator[_Tried]:
        """Mistakes that say something of the stage."""
        for known in several:
            if (values := _under(known, self.trace, self.stage)) is not None:
                yield _Tried(known.what, values, known.convention, known)

    def _turns(self) -> Iterator[_Tried]:
        """Positions that are too low, which only rotated vectors tell; then other bases of rope."""
        if not isinstance(self.trace.problem.attention.positions, Rotary) or self.size > _SMALL:
            return
        yield from self._of(_TOO_LOW)
        yield from self._of(
            Alteration(
                Sentence("positions are to base {base}", base=f"{base:f}"),
                of_positions.to_base(base),
            )
            for base in _BASES
        )

    def _in_fewer_bits(self, target: Target) -> _Tried | None:
        """Whether the numbers are off by as much as a coarser number type leaves."""
        for bits, what in _FEWER_BITS.items():
            if bits >= target.bits:
                continue
            floor = (
                anchored(self.trace.problem, self._own(), bits, (self.stage,)).floors[self.stage]
                / FACTOR
            )
            if not (beyond(target.own, target.expected, floor, bits) & target.where).any():
                return _Tried(Sentence(what), target.own)
        return None

    def _own(self) -> Mapping[str, Array]:
        place = STAGES.index(self.stage)
        return {
            name: stage.values
            for name, stage in self.trace.stages.items()
            if STAGES.index(name) < place
        }

    def of_two(self, target: Target, side: str) -> Cause | None:
        """Two mistakes at once, in stages that the dump does not have."""
        if self.size > _SMALL:
            return None
        for first, changed, second in islice(self._pairs(), _MOST_PAIRS):
            values = _under(second, changed, self.stage)
            if values is not None and np.isfinite(target.misfit(values)):
                what = Sentence("{first}, and {then}", first=first.what, then=second.what)
                both = first.convention and second.convention
                return Cause(side, self.stage, what, "", both)
        return None

    def _pairs(self) -> Iterator[tuple[Known, Trace, Misconception]]:
        """A mistake, the trace as it is then, and a second one that is made on it."""
        for first in CATALOGUE:
            rounds = isinstance(first, Misconception) and first.rounds
            changed = None if rounds else _changed(first, self.trace, self.stage)
            if changed is not None:
                yield from ((first, changed, second) for second in _afterwards(first))


def _beside(stage: str) -> tuple[str, ...]:
    """The stages that are made in one step with another one, or with its kind."""
    kin = next((kin for kin in _KINDS if stage in kin), ())
    return tuple(name for name in kin if name != stage)


def _afterwards(first: Known) -> Iterator[Misconception]:
    """The mistakes that may be made after another one, and do not undo it."""
    place = -1 if isinstance(first, Alteration) else _place(first)
    for second in CATALOGUE:
        if isinstance(second, Alteration) or second.rounds or second is first:
            continue
        if _place(second) >= place:
            yield second


def _place(mistake: Misconception) -> int:
    return STAGES.index("head_outputs" if mistake.stage == "attended" else mistake.stage)


def _under(known: Known, trace: Trace, stage: str) -> Array | None:
    """What a stage would be under a mistake; None where that says nothing of it."""
    return _worked(lambda: known.stage_under(trace, stage))


def _changed(known: Known, trace: Trace, last: str) -> Trace | None:
    """The trace as it would be under a mistake; None where nothing changes."""
    if isinstance(known, Alteration):
        return _worked(lambda: known.altered(trace))
    stages = dict(trace.stages)
    changed = False
    for name in filter(trace.stages.get, STAGES[: STAGES.index(last) + 1]):
        values = _under(known, trace, name)
        if values is not None and values.shape == trace[name].shape:
            changed = changed or not np.array_equal(values, trace[name], equal_nan=True)
            stages[name] = replace(stages[name], values=values)
    return replace(trace, stages=stages) if changed else None


def _worked(work: Callable[[], T | None]) -> T | None:
    """What comes of a mistake; None where the problem is none then, or a number has no value."""
    try:
        with arithmetic_of(None), np.errstate(all="ignore"):
            return work()
    except (ArithmeticError, ValueError, KeyError, AttncalcError):
        return None
