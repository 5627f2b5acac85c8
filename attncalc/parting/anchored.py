"""What each stage of a dump should be by the dump's own earlier stages, and how far it may be off.

The steps are walked as the engine walks them; wherever the dump has a stage, its own numbers stand
in the place of those that were worked out, and count as stored once in their number type.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np

from attncalc.names import STAGES
from attncalc.numbers.arithmetic import Array
from attncalc.problem.options import STAND_IN
from attncalc.problem.problem import Problem
from attncalc.records import dataclass
from attncalc.steps.order import STEPS
from attncalc.steps.roundoff import FACTOR, Roundoff
from attncalc.steps.stages import OF_ANSWERS, OF_POWERS, OF_QUERIES, OF_SCORES
from attncalc.steps.trace import Trace, arithmetic_of

_OVERFLOWS = {11: 65504.0}
"""The largest number of 16 bits; beyond it, there is infinity."""

_OF_RESULTS = ("head_outputs", "concatenated", "gated", "output")
_KIN = (OF_QUERIES, OF_ANSWERS, OF_SCORES, ("X", "X_positioned"), _OF_RESULTS)
"""Stages that are one and the same where nothing is done between them."""


@dataclass(frozen=True, eq=False)
class Anchored:
    """A problem's stages, with a dump's own in their place. expected, floors: see Side."""

    trace: Trace
    expected: dict[str, Array]
    floors: dict[str, Array]


def anchored(
    problem: Problem, own: Mapping[str, Array], bits: int, wanted: Collection[str] = ()
) -> Anchored:
    """The problem worked through from a dump's own stages, in float64.

    own: of the shapes that the problem gives them. wanted: further stages, that the problem may not
    have, and others stand for.
    """
    trace = Trace(problem, {}, None)
    walk = _Walk(trace, own, _Generous(trace, bits), frozenset((*own, *wanted)))
    with arithmetic_of(None), np.errstate(all="ignore"):
        for step in STEPS:
            if step.shapes(problem):
                for made in step.work(trace, own):
                    trace.take(made)
                walk.floor(step.floor(walk.roundoff))
    return Anchored(trace, walk.expected, walk.floors)


class _Generous(Roundoff):
    """Where nothing is known of a program, it may add up in the number type that it stores.

    Of d terms that are added one after the other, the error of the sum is that of a random walk.
    """

    def dot(self, left: Array, left_off: Array, right: Array, right_off: Array) -> Array:
        off = super().dot(left, left_off, right, right_off)
        adding = self.unit * np.sqrt(left.shape[-1] / FACTOR)
        made: Array = np.hypot(off, adding * np.sqrt(left**2 @ right**2))
        return made


class _Walk:
    def __init__(
        self,
        trace: Trace,
        own: Mapping[str, Array],
        roundoff: Roundoff,
        wanted: Collection[str],
    ) -> None:
        self.trace, self.own, self.roundoff, self.wanted = trace, own, roundoff, wanted
        self.shapes = frozenset(name for step in STEPS for name in step.shapes(trace.problem))
        self.expected: dict[str, Array] = {}
        self.floors: dict[str, Array] = {}

    def floor(self, off: Iterable[tuple[str, Array]]) -> None:
        """Keep what a step's stages should be, then put the dump's own in their place."""
        for stage, by in off:
            self.roundoff.found[stage] = by
            self._keep(stage, self.trace[stage], by)
            self._anchor(stage, stage)
            for other in self._alike(stage):
                later = STAGES.index(other) > STAGES.index(stage)
                value = self.trace[stage] if later else self.expected[stage]
                self._keep(other, value, self.roundoff.found[stage] if later else by)
                if later:
                    self._anchor(other, stage)

    def _keep(self, name: str, value: Array, off: Array) -> None:
        bound = FACTOR * (off + self.roundoff.unit * _sizes(value))
        if name in OF_POWERS:
            bound = bound * _sizes(value)
        self.expected[name] = value
        self.floors[name] = np.where(np.isnan(bound), np.inf, bound)

    def _anchor(self, own: str, stage: str) -> None:
        """The dump's own numbers in a stage's place, if it has any of its shape."""
        found = self.own.get(own)
        if found is None or found.shape != self.trace[stage].shape or own in OF_POWERS:
            return
        self.trace.stages[stage] = replace(self.trace.stages[stage], values=found)
        self.roundoff.found[stage] = self.roundoff.stored(stage)

    def _alike(self, stage: str) -> list[str]:
        """The dump's stages that the problem does not have, and that are this one by themselves."""
        shapes, alike = self.shapes, []
        for kin in _KIN:
            if stage not in kin:
                continue
            place = kin.index(stage)
            following = next((at for at in range(place + 1, len(kin)) if kin[at] in shapes), None)
            alike += [name for name in kin[place + 1 : following] if name not in shapes]
            if not any(name in shapes for name in kin[:place]):
                alike += [name for name in kin[:place] if name not in shapes]
        return [name for name in STAGES if name in alike and name in self.wanted]


def _sizes(values: Array) -> Array:
    sizes = np.abs(values)
    return np.where(np.isfinite(sizes), sizes, 0.0)


def beyond(own: Array, expected: Array, floor: Array, bits: int) -> Array:
    """Where a dump's own numbers are not what they should be, by more than rounding explains."""
    with np.errstate(invalid="ignore"):
        near = np.abs(own - expected) <= floor
    same = (own == expected) | (np.isnan(own) & np.isnan(expected)) | _hidden_alike(own, expected)
    if bits in _OVERFLOWS:
        same |= (
            np.isinf(own)
            & (np.sign(own) == np.sign(expected))
            & (np.abs(expected) + floor > _OVERFLOWS[bits])
        )
    outside: Array = ~(near | same)
    return outside


def _hidden_alike(own: Array, expected: Array) -> Array:
    """Scores that a stand-in hides as well as -inf does."""
    least = float(STAND_IN)
    return (own <= least) & (expected <= least) & (np.isinf(own) | np.isinf(expected))


def lost(
    own: Mapping[str, Array], found: Anchored, bits: int, given: Collection[str]
) -> dict[str, Array]:
    """The stages that do not follow, and where."""
    places: dict[str, Array] = {}
    for name, expected in found.expected.items():
        if name not in own or name in given or name in OF_POWERS:
            continue
        if own[name].shape != expected.shape:
            continue
        outside = beyond(own[name], expected, found.floors[name], bits)
        if outside.any():
            places[name] = outside
    return places
