"""Whether numbers are what a mistake would give: near enough, and not by chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.parting.anchored import beyond
from attncalc.records import dataclass

_LOOSE = {53: 16.0, 24: 16.0, 11: 3.0, 8: 2.0}
"""Numbers that a mistake makes may be larger than the right ones, and so may their rounding.

In few digits there is less room: another mistake may give nearly the same numbers.
"""

_CLOSE = {53: 2.0, 24: 2.0, 11: 0.1, 8: 0.1}
"""How far off numbers are on the whole, in units of the most that rounding does, where they fit."""

_OF_CHANCE = 20.0
"""So many binary digits that agree are no chance."""

_ALIKE, _NOTHING = 1.25, 0.02
"""Two mistakes that fit about as well: the likelier one is named."""


@dataclass(frozen=True, eq=False)
class Target:
    """A stage of a dump that does not follow.

    own, expected, floor: of the stage. bits: of the dump. where: the part of it that has to fit.
    """

    stage: str
    own: Array
    expected: Array
    floor: Array
    bits: int
    where: Array

    def misfit(self, values: Array) -> float:
        """How far the dump is from these numbers, in units of what rounding explains.

        On the whole; infinite where any number is too far off, or too little speaks for it.
        """
        if values.shape != self.own.shape:
            return np.inf
        room = self._room(values)
        loose = _LOOSE[self.bits] * room
        if self._agreeing(loose) < _OF_CHANCE:
            return np.inf
        outside = beyond(self.own, values, loose, self.bits)
        if (outside & self.where).any():
            return np.inf
        if not (beyond(self.expected, values, room, self.bits) & self.where).any():
            return np.inf  # what changes nothing explains nothing
        with np.errstate(invalid="ignore", divide="ignore"):
            far = np.abs(self.own - values) / room
        seen = np.isfinite(far) & self.where
        whole = float(np.sqrt((far[seen] ** 2).mean())) if seen.any() else 0.0
        return whole if whole <= _CLOSE[self.bits] else np.inf

    def _room(self, values: Array) -> Array:
        """By how much these numbers may be off, as far as the right ones tell."""
        floor, sizes = np.where(np.isfinite(self.floor), self.floor, 0.0), np.abs(values)
        sizes = np.where(np.isfinite(sizes), sizes, 0.0)
        unit = 8 * 2.0**-self.bits
        if self.stage != "weights":
            return np.asarray(floor.max(axis=-1, keepdims=True) + unit * sizes + 1e-300)
        with np.errstate(invalid="ignore", divide="ignore"):
            relative = np.where(self.expected > 0, floor / self.expected, 0.0)
        relative = np.minimum(relative, 0.25)
        return np.asarray(
            (relative.max(axis=-1, keepdims=True) + unit) * sizes + floor.min() + 1e-300
        )

    def _agreeing(self, room: Array) -> float:
        """How many binary digits there are in all that have to agree."""
        finite = np.isfinite(self.own) & self.where
        if not finite.any():
            return _OF_CHANCE
        spread = float(np.ptp(self.own[finite]))
        with np.errstate(divide="ignore"):
            digits = np.log2(np.maximum(spread / (2 * room), 1.0))
        return float(np.broadcast_to(digits, self.own.shape)[finite].sum())


def best_of(misfits: Sequence[float]) -> int | None:
    """The first of those that fit about as well as the best one; None where none does."""
    least = min(misfits, default=np.inf)
    if not np.isfinite(least):
        return None
    return next(at for at, each in enumerate(misfits) if each <= least * _ALIKE + _NOTHING)
