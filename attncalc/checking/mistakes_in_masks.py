"""Rules of mistakes in masks and biases: which keys are hidden, and what is added to their scores.

Those of a mask take its shape, n queries and m keys, and give another one; those of a bias take
the bias.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import TypeAlias

import numpy as np

from attncalc.checking.misconceptions import Numbers
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.known import Known
from attncalc.problem.buckets import Buckets
from attncalc.problem.options import CAUSAL, Bucketed, Reach, Slopes
from attncalc.steps.bias import (
    ahead,
    alibi_exponents,
    bucketed,
    distances,
    linear,
    places_of,
)
from attncalc.steps.mask import masked_scores, reach_of, reached
from attncalc.steps.softmax import exponentials

MaskRule: TypeAlias = Callable[[Numbers, int, int], Array | None]
"""Another mask of n queries and m keys, True where a query may attend."""

Change: TypeAlias = Callable[[Reach], Reach | None]
"""Another reach than the right one; None where the mistake has no meaning."""

BiasRule: TypeAlias = Callable[[Numbers, Array], Array | None]
"""Another bias of one head, made from the right one; None where it does not apply."""

Exponent: TypeAlias = Callable[[int, int], Fraction]
"""e of ALiBi's slope 2^(-e), of a head from 0 among so many."""


def inverted(numbers: Numbers, _n: int, _m: int) -> Array | None:
    """Visible and hidden exchanged."""
    mask = numbers.trace.mask
    return None if mask is None else ~mask


def reaching(change: Change) -> MaskRule:
    """A mask that goes by places, with another reach; None where that is no other mask."""

    def mask(numbers: Numbers, n: int, m: int) -> Array | None:
        right = _reach(numbers, n, m)
        other = None if right is None else change(right)
        if other is None:
            return None
        made = reached(other, n, m, numbers.trace.problem.past_length)
        return None if _is_right(numbers, made) else made

    return mask


def _reach(numbers: Numbers, n: int, m: int) -> Reach | None:
    """What the mask reaches, if it goes by places; one that is written out may be causal."""
    problem = numbers.trace.problem
    mask = problem.attention.mask
    if not isinstance(mask, np.ndarray):
        return reach_of(mask)
    causal = (CAUSAL, replace(CAUSAL, from_end=True))
    past = problem.past_length
    return next((each for each in causal if _is_right(numbers, reached(each, n, m, past))), None)


def _is_right(numbers: Numbers, mask: Array) -> bool:
    right = numbers.trace.mask
    return right is not None and np.array_equal(mask, right)


def causal_further_by(more: int) -> MaskRule:
    """A causal mask that ends so many keys later."""
    return reaching(
        lambda reach: None if _is_window(reach) or not reach.is_causal else _ahead(reach, more)
    )


def _ahead(reach: Reach, keys: float) -> Reach:
    return replace(reach, ahead=keys)


def _is_window(reach: Reach) -> bool:
    """Whether a query's keys end somewhere before it, or somewhere after it."""
    return reach.back < inf or 0 < reach.ahead < inf


def _is_two_sided(reach: Reach) -> bool:
    return _is_window(reach) and not reach.is_causal


def from_the_end(*, causal: bool) -> MaskRule:
    """A mask by which the last query goes with the last key."""

    def change(reach: Reach) -> Reach | None:
        if reach.is_unlimited or reach.is_causal != causal:
            return None
        return replace(reach, from_end=True)

    return reaching(change)


def from_the_start(numbers: Numbers, n: int, m: int) -> Array | None:
    """A mask by which the first query goes with the first key, with nothing cached."""
    if numbers.trace.problem.past_length:
        return None
    return reaching(lambda reach: replace(reach, from_end=False))(numbers, n, m)


def without_the_cache(numbers: Numbers, n: int, m: int) -> Array | None:
    """A mask by which the first query goes with the first key of the cache."""
    reach, past = _reach(numbers, n, m), numbers.trace.problem.past_length
    if reach is None or reach.from_end or not past:
        return None
    return reached(reach, n, m)


def causal_too(numbers: Numbers, n: int, m: int) -> Array:
    """No key after the query, whatever else is masked."""
    causal = reached(CAUSAL, n, m, numbers.trace.problem.past_length)
    mask = numbers.trace.mask
    return causal if mask is None else mask & causal


def window_wider_by(more: int) -> MaskRule:
    """A causal window of so many keys more."""
    return reaching(
        lambda reach: None if not reach.is_causal else _with_sides(reach, more=more, ahead=0)
    )


def sides_wider_by(more: int, ahead: int) -> MaskRule:
    """A window to both sides with so many keys more on each of them."""
    return reaching(lambda reach: _with_sides(reach, more, ahead) if _is_two_sided(reach) else None)


def _with_sides(reach: Reach, more: int, ahead: int) -> Reach | None:
    """So many keys more before the query and after it; None where there cannot be fewer."""
    if reach.back + more < 0 or reach.ahead + ahead < 0:
        return None
    return replace(reach, back=reach.back + more, ahead=reach.ahead + ahead)


def without_window(reach: Reach) -> Reach | None:
    """Every key up to the query, and not only the last ones."""
    return replace(reach, back=inf, first=0) if reach.is_causal else None


def window_both_ways(reach: Reach) -> Reach | None:
    """As many keys after the query as before it."""
    return _ahead(reach, reach.back) if reach.is_causal and reach.back < inf else None


def without_first(reach: Reach) -> Reach:
    """A window outside of which the first keys are hidden, as any others."""
    return replace(reach, first=0)


def first_in_window(reach: Reach) -> Reach | None:
    """A window of fewer keys, so that there are as many with the first ones."""
    return replace(reach, back=reach.back - reach.first) if reach.back >= reach.first else None


def without_padding(reach: Reach) -> Reach | None:
    """What else is hidden, and not the padding."""
    return None if reach.is_unlimited else replace(reach, padding=None)


def padding_alone(reach: Reach) -> Reach | None:
    """The padding, and nothing else that should be hidden."""
    return None if reach.padding is None else Reach(padding=reach.padding)


def padding_inverted(reach: Reach) -> Reach | None:
    """What is no padding hidden instead of it, beside what else is hidden."""
    if reach.padding is None or reach.is_unlimited:
        return None
    return replace(reach, padding=tuple(not kept for kept in reach.padding))


def padding_of_queries(numbers: Numbers, n: int, m: int) -> Array | None:
    """The rows of padding hidden, and not its columns, beside what else is hidden."""
    reach = _reach(numbers, n, m)
    if reach is None or reach.kept is None or n != m or reach.is_unlimited:
        return None
    mask: Array = reached(replace(reach, padding=None), n, m) & reach.kept[:, None]
    return mask


def with_the_first_slope(numbers: Numbers, _bias: Array) -> Array | None:
    """ALiBi with one slope for all heads."""
    slopes, problem = numbers.trace.by_products.get("slopes"), numbers.trace.problem
    return None if problem.heads is None or slopes is None else _alibi(numbers, slopes.values[:1])


def with_slopes(exponent: Exponent, *, given: bool = False) -> BiasRule:
    """ALiBi with other slopes than its own; or than those that are given."""

    def rule(numbers: Numbers, bias: Array) -> Array | None:
        if isinstance(numbers.trace.problem.attention.bias, Slopes) is not given:
            return None
        if numbers.trace.by_products.get("slopes") is None:
            return None
        e = exponent(numbers.trace.head or 0, numbers.trace.problem.heads or 1)
        power = numbers.like(-e.numerator) / numbers.like(e.denominator)
        slope = exponentials(np.array([power], bias.dtype), numbers.like(2))
        return _alibi(numbers, slope)

    return rule


def _alibi(numbers: Numbers, slope: Array) -> Array:
    of_head: Array = linear(Known.given(slope), distances(numbers.trace.problem)).values[0]
    return of_head


def its_own(head: int, heads: int) -> Fraction:
    """2^(-8/h), 2^(-16/h), …, and between them for a number of heads that is no power of two."""
    return Fraction(*alibi_exponents(heads)[head])


def from_one(head: int, heads: int) -> Fraction:
    """1, 2^(-8/h), …"""
    return Fraction(8 * head, heads)


def halved(head: int, _heads: int) -> Fraction:
    """1/2, 1/4, …"""
    return Fraction(head + 1)


def halved_from_one(head: int, _heads: int) -> Fraction:
    """1, 1/2, 1/4, …"""
    return Fraction(head)


def in_even_steps(head: int, heads: int) -> Fraction:
    """2^(-8/h), 2^(-16/h), … for a number of heads that is no power of two as well."""
    return Fraction(8 * (head + 1), heads)


def reversed_(numbers: Numbers, _bias: Array) -> Array | None:
    """The last head's slope first."""
    slopes = numbers.trace.by_products.get("slopes")
    if slopes is None:
        return None
    opposite = len(slopes.values) - 1 - (numbers.trace.head or 0)
    return _alibi(numbers, slopes.values[opposite : opposite + 1])


def signed(numbers: Numbers, bias: Array) -> Array | None:
    """ALiBi with i - j: a key after the query is favoured."""
    if numbers.trace.by_products.get("slopes") is None:
        return None
    n, m = bias.shape
    now = reached(CAUSAL, n, m, numbers.trace.problem.past_length)
    return np.where(now, bias, -bias)


def by_buckets(place: Callable[[Buckets, int], int]) -> BiasRule:
    """T5's biases with another bucket for each relative position."""

    def rule(numbers: Numbers, _bias: Array) -> Array | None:
        bias = numbers.trace.problem.attention.bias
        if not isinstance(bias, Bucketed):
            return None
        buckets = bias.buckets
        places = [
            [place(buckets, each) for each in row] for row in ahead(numbers.trace.problem).tolist()
        ]
        return _of_column(bias, np.array(places), numbers.trace.head or 0)

    return rule


def shifted(more: int) -> BiasRule:
    """So many buckets further up or down, as far as there are any."""
    return by_buckets(lambda all_, each: min(max(all_.bucket(each) + more, 0), all_.count - 1))


def mirrored(buckets: Buckets, ahead_of_query: int) -> int:
    """By i - j."""
    return buckets.bucket(-ahead_of_query)


def without_wider_ones(buckets: Buckets, ahead_of_query: int) -> int:
    """A bucket for each distance, as far as there are any."""
    before = buckets.bucket(ahead_of_query) // buckets.of_a_side * buckets.of_a_side
    counted = ahead_of_query if buckets.bidirectional or ahead_of_query < 0 else 0
    return before + min(abs(counted), buckets.of_a_side - 1)


def in_other_directions(*, bidirectional: bool) -> BiasRule:
    """For both sides of the query, or for that before it, where it is not."""

    def rule(numbers: Numbers, bias: Array) -> Array | None:
        own = numbers.trace.problem.attention.bias
        if not isinstance(own, Bucketed) or own.buckets.bidirectional is bidirectional:
            return None
        other = replace(own.buckets, bidirectional=bidirectional)
        return (
            None
            if any(other.faults())
            else by_buckets(lambda _, each: other.bucket(each))(numbers, bias)
        )

    return rule


def with_column(column: Callable[[int, int], int]) -> BiasRule:
    """T5's biases with another column of the table for a head, from 0 among so many."""

    def rule(numbers: Numbers, _bias: Array) -> Array | None:
        bias, problem = numbers.trace.problem.attention.bias, numbers.trace.problem
        if not isinstance(bias, Bucketed):
            return None
        other = column(numbers.trace.head or 0, problem.heads or 1)
        return _of_column(bias, places_of(bias.buckets, problem), other)

    return rule


def _of_column(bias: Bucketed, places: Array, column: int) -> Array:
    of_head: Array = bucketed(bias.table, places).values[column]
    return of_head


def scaled_with_bias(numbers: Numbers) -> Array | None:
    """(s + b) / √d_k, and the rest as it should be."""
    if numbers.bias is None or "scaled_scores" not in numbers:
        return None
    biased = numbers.scaled(numbers["scores"] + numbers.bias)
    return masked_scores(numbers.capped(biased), None, numbers.trace.mask)
