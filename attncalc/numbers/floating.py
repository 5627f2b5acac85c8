"""Sizes with their errors for a formula: how far a program may be off that rounds every operation.

These are tolerances, and no enclosures: errors are taken to add up by their squares where many
terms are, as in steps/roundoff.py, and as they are elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.records import dataclass

_OF_A_FUNCTION = 2
"""Roundings in one power, quotient or root, each of which may be off by some last digits."""


@dataclass(frozen=True, eq=False)
class Floating:
    """Numbers in float64, and by how much each may be off; unit: the rounding of one operation."""

    values: Array
    off: Array
    unit: float

    @classmethod
    def stored(cls, numbers: Array, unit: float) -> Floating:
        """Given numbers, each rounded once."""
        values = numbers.astype(np.float64)
        return Floating(values, unit * np.abs(values), unit)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def __getitem__(self, place: Any) -> Floating:
        return Floating(self.values[place], self.off[place], self.unit)

    def moved(self, move: Callable[[Array], Array]) -> Floating:
        """The same numbers in other places."""
        return Floating(move(self.values), move(self.off), self.unit)

    def swapaxes(self, one: int, other: int) -> Floating:
        """Two axes, one in the place of the other."""
        values, off = (np.swapaxes(each, one, other) for each in (self.values, self.off))
        return Floating(values, off, self.unit)

    def __add__(self, other: Floating) -> Floating:
        return self._made(self.values + other.values, self.off + other.off)

    def __sub__(self, other: Floating) -> Floating:
        return self._made(self.values - other.values, self.off + other.off)

    def __mul__(self, other: Floating) -> Floating:
        off = self.off * np.abs(other.values) + np.abs(self.values) * other.off
        return self._made(self.values * other.values, off)

    def __truediv__(self, other: Floating) -> Floating:
        nothing = (self.values == 0) & (other.values == 0)
        quotient = self.values / np.where(nothing, 1, other.values)
        off = (self.off + np.abs(quotient) * other.off) / np.where(nothing, 1, np.abs(other.values))
        return self._made(quotient, np.where(nothing, 0, off), _OF_A_FUNCTION)

    def __matmul__(self, other: Floating) -> Floating:
        squares = self.off**2 @ other.values**2 + self.values**2 @ other.off**2
        adding = self.shape[-1] * self.unit
        off = np.sqrt(squares + adding**2 * (self.values**2 @ other.values**2))
        return self._made(self.values @ other.values, off)

    def total(self) -> Floating:
        """The sum of each row. (…, d) -> (…, 1)"""
        adding = self.shape[-1] * self.unit * np.abs(self.values).sum(axis=-1, keepdims=True)
        off = self.off.sum(axis=-1, keepdims=True) + adding
        return self._made(self.values.sum(axis=-1, keepdims=True), off)

    def mean(self) -> Floating:
        """The mean of each row. (…, d) -> (…, 1)"""
        return self.total() / self.number(self.shape[-1])

    def root(self) -> Floating:
        roots = np.sqrt(self.values)
        off = np.where(roots > 0, self.off / (2 * np.where(roots > 0, roots, 1)), np.sqrt(self.off))
        return self._made(roots, off, _OF_A_FUNCTION)

    def tanh(self) -> Floating:
        return self._made(np.tanh(self.values), self.off, _OF_A_FUNCTION)

    def logistic(self) -> Floating:
        """Nowhere steeper than 1/4."""
        return self._made(1 / (1 + np.exp(-self.values)), self.off / 4, _OF_A_FUNCTION)

    def number(self, value: Decimal | int) -> Floating:
        """A single number, as it is stored."""
        return Floating.stored(np.array(float(value)), self.unit)

    def _made(self, values: Array, off: Array, roundings: int = 1) -> Floating:
        return Floating(values, off + roundings * self.unit * np.abs(values), self.unit)
