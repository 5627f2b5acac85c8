"""Terms for a formula: what it comes to, to be worked out later with numbers not there yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.numbers.terms import (
    Constant,
    Logistic,
    Product,
    Quotient,
    Root,
    Rounded,
    Sum,
    Tanh,
    Term,
    dot,
    negated,
)
from attncalc.records import dataclass


@dataclass(frozen=True, eq=False)
class Terms:
    """Terms in an array, for formulas over numbers of any kind (formulas.py).

    result: whether these are results already, which may have been rounded before one goes on.
    """

    cells: Array
    result: bool = False

    @classmethod
    def of(cls, cells: Sequence[Term]) -> Terms:
        """A row of terms. (d,) -> (1, d)"""
        return Terms(_objects(cells, (1, len(cells))))

    @classmethod
    def like(cls, shape: tuple[int, ...], cells: Sequence[Term]) -> Terms:
        """Terms in this shape."""
        return Terms(_objects(cells, shape))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.cells.shape

    def __getitem__(self, place: Any) -> Terms:
        return Terms(self.cells[place], self.result)

    def moved(self, move: Callable[[Array], Array]) -> Terms:
        """The same terms in other places."""
        return Terms(move(self.cells), self.result)

    def swapaxes(self, one: int, other: int) -> Terms:
        """Two axes, one in the place of the other."""
        return self.moved(lambda cells: np.swapaxes(cells, one, other))

    def __add__(self, other: Terms) -> Terms:
        return self._with(other, lambda left, right: Sum((left, right)))

    def __sub__(self, other: Terms) -> Terms:
        return self._with(other, lambda left, right: Sum((left, negated(right))))

    def __mul__(self, other: Terms) -> Terms:
        return self._with(other, Product)

    def __truediv__(self, other: Terms) -> Terms:
        return self._with(other, Quotient)

    def __matmul__(self, other: Terms) -> Terms:
        """(n, d), (d, m) -> (n, m)"""
        left, right = self.operands, other.operands
        cells = [dot(row, column) for row in left for column in right.T]
        return _made(cells, (len(left), right.shape[-1]))

    def total(self) -> Terms:
        """The sum of each row. (…, d) -> (…, 1)"""
        rows = self.operands.reshape(-1, self.shape[-1])
        return _made([Sum(tuple(row)) for row in rows], (*self.shape[:-1], 1))

    def mean(self) -> Terms:
        """The mean of each row. (…, d) -> (…, 1)"""
        return self.total() / self.number(self.shape[-1])

    def root(self) -> Terms:
        return self._each(Root)

    def tanh(self) -> Terms:
        return self._each(Tanh)

    def logistic(self) -> Terms:
        return self._each(Logistic)

    def number(self, value: Decimal | int) -> Terms:
        """A single number."""
        exact = Decimal(value)
        return Terms(_objects([Constant.of(Interval(exact, exact))], ()))

    @property
    def operands(self) -> Array:
        """The terms as one goes on from them."""
        if not self.result:
            return self.cells
        return _objects([Rounded(cell) for cell in self.cells.flat], self.shape)

    def _with(self, other: Terms, operation: Any) -> Terms:
        left, right = np.broadcast_arrays(self.operands, other.operands)
        cells = [operation(*pair) for pair in zip(left.flat, right.flat, strict=True)]
        return _made(cells, left.shape)

    def _each(self, function: Any) -> Terms:
        return _made([function(cell) for cell in self.operands.flat], self.shape)


def _made(cells: Sequence[Term], shape: tuple[int, ...]) -> Terms:
    return Terms(_objects(cells, shape), result=True)


def _objects(cells: Sequence[Term], shape: tuple[int, ...]) -> Array:
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array.reshape(shape)
