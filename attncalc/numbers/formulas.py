"""What a formula is written over, so that it stands once and the numbers decide what comes of it.

    rms(x) = x / ((x * x).mean() + epsilon).root()

Of numbers that know whether they are exact it makes numbers that know it (known.py); of intervals,
every value it may have (enclosed.py); of shapes, how many operations it takes (counted.py); of
sizes with their errors, how far a program may be off (floating.py); and of numbers that are not
there yet, a tree (awaiting.py).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol, Self, TypeVar

from attncalc.numbers.arithmetic import Array


class Worked(Protocol):
    """An array of numbers of some kind: (…, n, d). Operations go entry by entry, and broadcast."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __add__(self, other: Self, /) -> Self: ...

    def __sub__(self, other: Self, /) -> Self: ...

    def __mul__(self, other: Self, /) -> Self: ...

    def __truediv__(self, other: Self, /) -> Self:
        """0 / 0 is 0: what programs make of it, which divide by a small number instead of by 0."""
        ...

    def __matmul__(self, other: Self, /) -> Self:
        """(…, n, d), (…, d, m) -> (…, n, m)"""
        ...

    def __getitem__(self, place: Any, /) -> Self: ...

    def swapaxes(self, one: int, other: int, /) -> Self:
        """Two axes, one in the place of the other."""
        ...

    def moved(self, move: Callable[[Array], Array], /) -> Self:
        """The same numbers in other places: cut apart, repeated, side by side."""
        ...

    def total(self) -> Self:
        """The sum of each row, which keeps its axis. (…, d) -> (…, 1)"""
        ...

    def mean(self) -> Self:
        """The mean of each row, which keeps its axis. (…, d) -> (…, 1)"""
        ...

    def root(self) -> Self:
        """√ of each entry, none of which is negative."""
        ...

    def tanh(self) -> Self: ...

    def logistic(self) -> Self:
        """σ(x) = 1 / (1 + e^(-x))"""
        ...

    def number(self, value: Decimal | int, /) -> Self:
        """A single number of the same kind, of no rows and columns."""
        ...


W = TypeVar("W", bound=Worked)


def squares(x: W) -> W:
    """|x|² = Σ x². (…, n, d) -> (…, n, 1)"""
    return (x * x).total()


def length(x: W) -> W:
    """|x| = √Σ x². (…, n, d) -> (…, n, 1)"""
    return squares(x).root()
