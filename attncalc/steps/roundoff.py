"""How far the numbers of a program may be off the true ones, because it computes in fewer bits.

For every entry of every stage: if every operation is rounded to so many binary digits, what goes
into it is off already, and its result is rounded. Roundings are taken to be as good as independent,
so that they add up by their squares (Higham and Mary, "A new approach to probabilistic rounding
error analysis", 2019); a bound is some multiple of that. Programs add up in 32 bits at least, also
where they store fewer. These are tolerances, and no enclosures.
"""

from __future__ import annotations

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.floating import Floating
from attncalc.steps.trace import Trace

_BITS_OF_SUMS = 24
_SMALLEST = {53: 5e-324, 24: 1.2e-38, 11: 6e-8, 8: 1.2e-38}
"""Numbers below this may become 0."""

FACTOR = 6
"""How far a number may be off, in units of what is to be expected."""

FARTHEST = 8.0
"""Scores that are further off say nothing."""

OF_A_FUNCTION = 2
"""Roundings in one power, cosine or quotient, each of which may be off by some last digits."""


class Roundoff:
    """Numbers of so many binary digits, and how far they are off.

    found: by how much the entries of each stage are to be expected to be off, for those that were
    walked already. Of exponentials and sums it is relative to the number itself.
    """

    def __init__(self, trace: Trace, bits: int) -> None:
        self.trace, self.problem = trace, trace.problem
        self.unit = 2.0**-bits
        self.unit_of_sums = min(self.unit, 2.0**-_BITS_OF_SUMS)
        self.smallest = _SMALLEST[bits]
        self.found: dict[str, Array] = {}

    def size(self, stage: str) -> Array:
        """The sizes of a stage's numbers; 0 for a masked score."""
        return sizes(self.trace[stage])

    def floating(self, stage: str) -> Floating:
        """A stage's numbers with how far they are off, for a formula."""
        return Floating(self.trace[stage].astype(np.float64), self.found[stage], self.unit)

    def stored(self, stage: str) -> Array:
        """By how much a stage's numbers move when they are stored."""
        return self.unit * self.size(stage) + self.smallest

    def before(self, stage: str) -> Array:
        """By how much the numbers are off that a stage is made of."""
        return self.found[self.trace.stages[stage].made_of[0]]

    def product(self, left: Array, off: Array, right: Array) -> Array:
        """Of sums of products with numbers that are only stored: sizes, and by how much off."""
        return self.dot(left, off, right, self.unit * right)

    def dot(self, left: Array, left_off: Array, right: Array, right_off: Array) -> Array:
        """Of sums of products: sizes, and by how much off."""
        squares = left_off**2 @ right**2 + left**2 @ right_off**2
        adding = (1 + left.shape[-1] / FACTOR) * self.unit_of_sums
        off: Array = np.sqrt(squares + adding**2 * (left**2 @ right**2))
        return off


def sizes(numbers: Array) -> Array:
    """How large numbers are; 0 for those that are out of range."""
    found = np.abs(numbers.astype(np.float64))
    return np.where(np.isfinite(found), found, 0.0)
