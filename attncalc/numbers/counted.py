"""Shapes for a formula: how many operations it takes, whatever its numbers are."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.operations import Operations
from attncalc.records import dataclass


class Tally:
    """The operations that were done so far."""

    def __init__(self) -> None:
        self.done = Operations()

    def add(self, operations: Operations) -> None:
        """So many more."""
        self.done += operations


@dataclass(frozen=True)
class Counted:
    """An array without numbers; whatever is done with it is counted."""

    shape: tuple[int, ...]
    tally: Tally

    def __getitem__(self, place: Any) -> Counted:
        return Counted(np.broadcast_to(0, self.shape)[place].shape, self.tally)

    def moved(self, move: Callable[[Array], Array]) -> Counted:
        """The same in other places."""
        return Counted(move(np.broadcast_to(0, self.shape)).shape, self.tally)

    def swapaxes(self, one: int, other: int) -> Counted:
        """Two axes, one in the place of the other."""
        return Counted(np.swapaxes(np.broadcast_to(0, self.shape), one, other).shape, self.tally)

    def __add__(self, other: Counted) -> Counted:
        return self._with(other, lambda count: Operations(additions=count))

    def __sub__(self, other: Counted) -> Counted:
        return self + other

    def __mul__(self, other: Counted) -> Counted:
        return self._with(other, lambda count: Operations(multiplications=count))

    def __truediv__(self, other: Counted) -> Counted:
        return self._with(other, lambda count: Operations(divisions=count))

    def __matmul__(self, other: Counted) -> Counted:
        leading = np.broadcast_shapes(self.shape[:-2], other.shape[:-2])
        shape, terms = (*leading, self.shape[-2], other.shape[-1]), self.shape[-1]
        count = math.prod(shape)
        return self._made(shape, Operations(count * terms, count * (terms - 1)))

    def total(self) -> Counted:
        """The sum of each row. (…, d) -> (…, 1)"""
        *leading, terms = self.shape
        additions = math.prod(leading) * (terms - 1)
        return self._made((*leading, 1), Operations(additions=additions))

    def mean(self) -> Counted:
        """The mean of each row. (…, d) -> (…, 1)"""
        return self.total() / self.number(self.shape[-1])

    def root(self) -> Counted:
        """A root is a power, of one half."""
        return self._made(self.shape, Operations(powers=math.prod(self.shape)))

    def tanh(self) -> Counted:
        return self._made(self.shape, Operations(tanh=math.prod(self.shape)))

    def logistic(self) -> Counted:
        """1 / (1 + e^(-x)): a power, a sum and a quotient."""
        count = math.prod(self.shape)
        return self._made(self.shape, Operations(additions=count, divisions=count, powers=count))

    def number(self, value: Decimal | int) -> Counted:  # noqa: ARG002
        """A single number."""
        return Counted((), self.tally)

    def _with(self, other: Counted, operations: Callable[[int], Operations]) -> Counted:
        shape = np.broadcast_shapes(self.shape, other.shape)
        return self._made(shape, operations(math.prod(shape)))

    def _made(self, shape: tuple[int, ...], operations: Operations) -> Counted:
        self.tally.add(operations)
        return Counted(shape, self.tally)
