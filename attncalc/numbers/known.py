"""Numbers that know which of them are exact, so that no result is paired with it by hand."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np

from attncalc.numbers import exactness, functions
from attncalc.numbers.arithmetic import (
    Array,
    Exact,
    decimals,
    is_exact_kind,
    like,
    resolution,
    transcendental_context,
)
from attncalc.records import dataclass

_ROOM = 20
"""Digits of quotients and roots beyond those that are promised, as sums of them may cancel."""

_ROWS_AT_ONCE = 256
_PAIRS_AT_ONCE = 65_536
"""How much of a large product is looked at at a time, so that it takes no memory to speak of."""


@dataclass(frozen=True, eq=False)
class Known:
    """Numbers of either kind, and where they are exact; both of one shape."""

    values: Array
    exact: Exact

    @classmethod
    def given(cls, values: Array) -> Known:
        """Numbers as they were typed."""
        return Known(values, exactness.of_given(values))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def moved(self, move: Callable[[Any], Any]) -> Known:
        """The same numbers in other places: cut apart, repeated, side by side."""
        return Known(move(self.values), move(self.exact))

    def swapaxes(self, one: int, other: int) -> Known:
        """Two axes, one in the place of the other, as those of an array."""
        return self.moved(lambda array: np.swapaxes(array, one, other))

    def __getitem__(self, place: Any) -> Known:
        return self.moved(lambda array: array[place])

    def __add__(self, other: Known) -> Known:
        return Known(self.values + other.values, self.exact & other.exact)

    def __sub__(self, other: Known) -> Known:
        """0 where the two cancel to within their own rounding."""
        exact = self.exact & other.exact
        return Known(settled_sum(self.values, -other.values, exact), exact)

    def __mul__(self, other: Known) -> Known:
        """Entry by entry; 0 times anything is exact."""
        exact = exactness.of_terms(self.values, self.exact, other.values, other.exact)
        return Known(self.values * other.values, exact)

    def __truediv__(self, other: Known) -> Known:
        """0 where both are 0; as exact as a quotient is that is short, and undone by a product."""
        above, below = np.broadcast_arrays(self.values, other.values)
        nothing = np.equal(above, 0) & np.equal(below, 0)
        with _rounding(above):
            quotients = above / np.where(nothing, like(above, 1), below)
        exact = exactness.of_short_quotients(
            above, self.exact & other.exact, below, quotients
        ) | exactness.of_zeros(above, np.broadcast_to(self.exact, above.shape))
        return Known(quotients, exact)

    def total(self) -> Known:
        """The sum of each row, which keeps its axis. (…, d) -> (…, 1)"""
        exact: Exact = np.logical_and.reduce(self.exact, axis=-1, keepdims=True)
        return Known(self.values.sum(axis=-1, keepdims=True), exact)

    def mean(self) -> Known:
        """The mean of each row, which keeps its axis; no product is taken of it."""
        whole, count = self.total(), like(self.values, self.shape[-1])
        with _rounding(whole.values):
            means = whole.values / count
        return Known(means, exactness.of_quotient(whole.values, whole.exact, count, means))

    def root(self) -> Known:
        """√ of each entry; exact where its square is what it was taken of."""
        if not is_exact_kind(self.values):
            return Known(np.sqrt(self.values), self.exact)
        context = transcendental_context(_ROOM)
        roots = self._each(context.sqrt)
        return Known(roots, exactness.of_roots(self.values, self.exact, roots))

    def tanh(self) -> Known:
        """Exact only where it is 0."""
        values = self._each(functions.tanh) if is_exact_kind(self.values) else np.tanh(self.values)
        return Known(values, exactness.of_zeros(self.values, self.exact))

    def logistic(self) -> Known:
        """σ(x) = 1 / (1 + e^(-x)); exact only where x is 0."""
        if is_exact_kind(self.values):
            values = self._each(functions.logistic)
        else:
            values = 1 / (1 + np.exp(-self.values))
        return Known(values, exactness.of_zeros(self.values, self.exact))

    def number(self, value: Decimal | int) -> Known:
        """A single number of the same kind, as it was typed."""
        if not is_exact_kind(self.values):
            return Known.given(np.array(float(value)))
        return Known.given(decimals([Decimal(value) if isinstance(value, int) else value], ()))

    def _each(self, function: Callable[[Decimal], Decimal]) -> Array:
        return decimals(map(function, self.values.flat), self.shape)

    def __matmul__(self, other: Known) -> Known:
        """(…, n, d), (…, d, m) -> (…, n, m); 0 where nothing but rounding is left."""
        exact = exactness.of_matrix_product(self.values, self.exact, other.values, other.exact)
        product = self.values @ other.values
        return Known(settled(product, self.values, other.values, exact), exact)


def of_groups(left: Known, right: Known) -> Known:
    """left @ right, where matrices on the left share those on the right, in consecutive groups.

    (h, n, d), (g, d, m) -> (h, n, m); none is copied.
    """
    h, g = len(left.values), len(right.values)
    if h == g:
        return left @ right
    parted = left.moved(lambda array: array.reshape(g, h // g, *array.shape[1:]))
    product = parted @ right[:, None]
    return product.moved(lambda array: array.reshape(h, *array.shape[2:]))


N = TypeVar("N", Array, Known)
"""Numbers, whether they know which of them are exact or not: what a formula is written for."""


def _rounding(kind: Array) -> AbstractContextManager[object]:
    """The context of quotients that may have no end."""
    if not is_exact_kind(kind):
        return np.errstate(divide="ignore")  # whoever divides by 0 says what becomes of it
    return decimal.localcontext(transcendental_context(_ROOM))


def joined(parts: Sequence[Known], axis: int) -> Known:
    """Several side by side along an axis."""
    return Known(
        np.concatenate([part.values for part in parts], axis),
        np.concatenate([part.exact for part in parts], axis),
    )


def settled(product: Array, left: Array, right: Array, exact: Exact) -> Array:
    """left @ right, but 0 where its terms cancel to within their own rounding.

    Such an entry is known no better than 0, and its digits would be mere noise: a quarter turn away
    from each other, two vectors have a product of 4e-61. exact: which entries have no rounding.
    """
    if exact.all():
        return product
    found, leading = product, product.shape[:-2]
    left, right = (np.broadcast_to(each, (*leading, *each.shape[-2:])) for each in (left, right))
    for at in np.ndindex(leading):
        for start in range(0, product.shape[-2], _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            noise = _noise(product[at][rows], left[at][rows], right[at], exact[at][rows])
            if len(noise[0]):
                found = product.copy() if found is product else found
                found[at][rows][noise] = like(product, 0)
    return found


def _noise(product: Array, left: Array, right: Array, exact: Exact) -> tuple[Array, Array]:
    """Which entries of a product of two matrices are mere rounding: their rows and columns."""
    share = resolution(product, left.shape[-1])
    of_rows, of_columns = (share * abs(left)).sum(axis=-1), abs(right).max(axis=-2)
    small = abs(product) <= of_rows[:, None] * of_columns  # of_rows[i] * of_columns[j] >= Σ |terms|
    rows, columns = np.nonzero(small.astype(bool) & ~exact & np.not_equal(product, 0))
    kept = [np.zeros(0, dtype=bool)]
    for start in range(0, len(rows), _PAIRS_AT_ONCE):
        i, j = (places[start : start + _PAIRS_AT_ONCE] for places in (rows, columns))
        sizes = share * (abs(left[i]) * abs(right.T[j])).sum(axis=-1)
        kept.append(np.asarray(abs(product[i, j]) <= sizes, dtype=bool))
    noise = np.concatenate(kept)
    return rows[noise], columns[noise]


def settled_sum(left: Array, right: Array, exact: Exact) -> Array:
    """left + right, but 0 where the two cancel to within their own rounding."""
    total = left + right
    size = resolution(total, 2) * (abs(left) + abs(right))
    noise = (abs(total) <= size).astype(bool) & np.not_equal(total, like(total, "-Infinity"))
    return np.where(noise & ~exact, like(total, 0), total)
