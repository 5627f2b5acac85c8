"""Intervals for a formula: every value it may have where its operands are anywhere in theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.numbers import intervals, transcendental
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import ONE, ZERO, Interval
from attncalc.numbers.rounding import rounded
from attncalc.records import dataclass


@dataclass(frozen=True, eq=False)
class Enclosed:
    """Intervals, in an array of objects.

    decimals: those that results are rounded to before they are worked on with, or more; None where
    they are not. result: whether these are results already.
    """

    cells: Array
    decimals: int | None = None
    result: bool = False

    @classmethod
    def of(cls, cells: Sequence[Interval], decimals: int | None = None) -> Enclosed:
        """A row of intervals. (d,) -> (1, d)"""
        return Enclosed(_objects(cells, (1, len(cells))), decimals)

    @classmethod
    def like(cls, array: Array, cells: Iterable[Interval], decimals: int | None) -> Enclosed:
        """Intervals in the shape of an array."""
        return Enclosed(_objects([*cells], array.shape), decimals)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.cells.shape

    def __getitem__(self, place: Any) -> Enclosed:
        return Enclosed(self.cells[place], self.decimals, self.result)

    def moved(self, move: Callable[[Array], Array]) -> Enclosed:
        """The same intervals in other places."""
        return Enclosed(move(self.cells), self.decimals, self.result)

    def swapaxes(self, one: int, other: int) -> Enclosed:
        """Two axes, one in the place of the other."""
        return Enclosed(np.swapaxes(self.cells, one, other), self.decimals, self.result)

    def hull(self, other: Enclosed) -> Enclosed:
        """Everything from the lower of both to the higher, entry by entry."""
        cells = [a.hull(b) for a, b in zip(self.cells.flat, other.cells.flat, strict=True)]
        return Enclosed(_objects(cells, self.shape), self.decimals, result=True)

    def __add__(self, other: Enclosed) -> Enclosed:
        return self._with(other, lambda left, right: intervals.add((left, right)))

    def __sub__(self, other: Enclosed) -> Enclosed:
        return self._with(other, lambda left, right: intervals.add((left, right.negated())))

    def __mul__(self, other: Enclosed) -> Enclosed:
        return self._with(other, intervals.multiply)

    def __truediv__(self, other: Enclosed) -> Enclosed:
        """0 where both are 0."""
        return self._with(other, _quotient)

    def __matmul__(self, other: Enclosed) -> Enclosed:
        """(n, d), (d, m) -> (n, m)"""
        left, right = self.operands, other.operands
        cells = [intervals.dot(zip(row, column, strict=True)) for row in left for column in right.T]
        return self._made(_objects(cells, (len(left), right.shape[-1])))

    def total(self) -> Enclosed:
        """The sum of each row. (…, d) -> (…, 1)"""
        rows = self.operands.reshape(-1, self.shape[-1])
        cells = [intervals.add(row) for row in rows]
        return self._made(_objects(cells, (*self.shape[:-1], 1)))

    def mean(self) -> Enclosed:
        """The mean of each row. (…, d) -> (…, 1)"""
        return self.total() / self.number(self.shape[-1])

    def root(self) -> Enclosed:
        """√ of each entry, of what of it is not negative."""
        return self._each(lambda cell: intervals.root_of(cell.not_negative()))

    def tanh(self) -> Enclosed:
        return self._each(lambda cell: transcendental.capped(cell, Decimal(1)))

    def logistic(self) -> Enclosed:
        """σ(x) = 1 / (1 + e^(-x))"""
        return self._each(
            lambda cell: intervals.divide(
                ONE, intervals.add((ONE, intervals.power(None, cell.negated())))
            )
        )

    def number(self, value: Decimal | int) -> Enclosed:
        """A single number, anywhere in what was typed."""
        return Enclosed(_objects([intervals.typed(Decimal(value))], ()), self.decimals)

    @property
    def operands(self) -> Array:
        """The intervals as they are worked on with: rounded on the way, if they are results."""
        if self.decimals is None or not self.result:
            return self.cells
        cells = [rounded(cell, self.decimals) for cell in self.cells.flat]
        return _objects(cells, self.shape)

    def _with(self, other: Enclosed, operation: Any) -> Enclosed:
        left, right = np.broadcast_arrays(self.operands, other.operands)
        cells = [operation(*pair) for pair in zip(left.flat, right.flat, strict=True)]
        return self._made(_objects(cells, left.shape))

    def _each(self, function: Any) -> Enclosed:
        return self._made(_objects([function(cell) for cell in self.operands.flat], self.shape))

    def _made(self, cells: Array) -> Enclosed:
        return Enclosed(cells, self.decimals, result=True)


def _quotient(above: Interval, below: Interval) -> Interval:
    return ZERO if above == ZERO == below else intervals.divide(above, below)


def _objects(cells: Sequence[Interval], shape: tuple[int, ...]) -> Array:
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array.reshape(shape)
