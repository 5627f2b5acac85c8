"""Which places of many are shown, and how many are left out between or behind them."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from attncalc.document.expressions import Omitted
from attncalc.numbers.arithmetic import Array, is_exact_kind


def greatest(
    sizes: Sequence[Any] | Array, most: int, count: int, always: Iterable[int] = ()
) -> list[int | Omitted]:
    """The places of the greatest in order, the first of equal ones, and how many more there are.

    All of them where there are no more than most.
    """
    if len(sizes) <= most:
        return list(range(len(sizes)))
    return with_the_rest({*greatest_places(sizes, count), *always}, len(sizes))


def greatest_places(sizes: Sequence[Any] | Array, count: int) -> list[int]:
    """So many places of the greatest, the greatest first, and the first of equal ones."""
    if isinstance(sizes, np.ndarray) and not is_exact_kind(sizes) and count < len(sizes):
        least = np.partition(sizes, -count)[-count]
        far = np.flatnonzero(sizes >= least)
        return [int(place) for place in far[np.argsort(-sizes[far], kind="stable")][:count]]
    return heapq.nlargest(count, range(len(sizes)), key=sizes.__getitem__)


def kept(count: int, most: int, ends: int, always: Iterable[int] = ()) -> list[int | Omitted]:
    """Positions 0 to count-1, or the ends of them and those always shown, with the gaps counted."""
    if count <= most:
        return list(range(count))
    ends_of_all = {*range(ends), *range(count - ends, count)}
    return with_gaps(ends_of_all | {place for place in always if place < count}, count)


def with_the_rest(shown_places: Collection[int], count: int) -> list[int | Omitted]:
    """These of so many positions in order, and behind them how many more there are."""
    left = count - len(shown_places)
    return [*sorted(shown_places), *([Omitted(left)] if left else [])]


def with_gaps(shown_places: Iterable[int], count: int) -> list[int | Omitted]:
    """These of so many positions in order, with the gaps before, between and behind counted."""
    places: list[int | Omitted] = []
    previous = -1
    for place in (*sorted(shown_places), count):
        if gap := place - previous - 1:
            places.append(Omitted(gap))
        places.append(place)
        previous = place
    return places[:-1]
