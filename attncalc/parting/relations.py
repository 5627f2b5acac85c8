"""How one array may be another one that was put together otherwise, whatever its numbers are."""

from __future__ import annotations

from collections.abc import Iterator
from math import log10

import numpy as np

from attncalc.language import Digits, Sentence
from attncalc.names import Axis
from attncalc.numbers.arithmetic import Array


def rearranged(
    own: Array, expected: Array, axes: tuple[Axis, ...], bits: int
) -> Iterator[tuple[Sentence, Array]]:
    """What was done to the expected array, and what that gives; each to be held against its own."""
    if axes[0] in (Axis.HEAD, Axis.KV_HEAD):
        yield from _permuted(own, expected)
    if own.shape[-1] == own.shape[-2]:
        yield Sentence("the matrix is transposed"), np.swapaxes(expected, -1, -2)
    yield Sentence("every number has the wrong sign"), -expected
    yield Sentence("the rows stand one place too low"), np.roll(expected, 1, axis=-2)
    yield Sentence("the rows stand one place too high"), np.roll(expected, -1, axis=-2)
    yield Sentence("the rows are in reverse order"), np.flip(expected, axis=-2)
    factor = _factor(own, expected)
    if factor is not None:
        said = Digits(f"{factor:.{max(2, int(bits * log10(2)) - 1)}g}")
        yield Sentence("every number is multiplied by {factor}", factor=said), factor * expected


def _permuted(own: Array, expected: Array) -> Iterator[tuple[Sentence, Array]]:
    """The heads in another order: each taken for the one that is nearest to it."""
    h = len(own)
    flat = [np.where(np.isfinite(each), each, 0.0).reshape(h, -1) for each in (own, expected)]
    order = [int(np.abs(flat[1] - head).sum(axis=-1).argmin()) for head in flat[0]]
    if order == list(range(h)):
        return
    named = ", ".join(str(head + 1) for head in order)
    if sorted(order) == list(range(h)):
        said = Sentence("the heads are permuted: they stand in the order {order}", order=named)
    else:
        said = Sentence("the heads are those of others: {order}", order=named)
    yield said, expected[order]


def _factor(own: Array, expected: Array) -> float | None:
    """What all of the expected numbers may be multiplied by."""
    seen = np.isfinite(own) & np.isfinite(expected) & (expected != 0)
    if not seen.any():
        return None
    sizes = np.abs(np.where(seen, expected, 0.0))
    large = sizes >= sizes.max() / 2
    factor = float(np.median(own[large] / expected[large]))
    return factor if np.isfinite(factor) and factor not in (0.0, 1.0, -1.0) else None
