"""Rules of mistakes in masks and biases: which keys are hidden, and what is added to their scores.

Those of a mask take its shape, n queries and m keys, and give another one; those of a bias take
the bias.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from attncalc.checking.misconceptions import Numbers
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.known import Known
from attncalc.problem.options import Slopes, Window
from attncalc.steps.bias import alibi_exponents, distances, linear
from attncalc.steps.mask import causal_mask, masked_scores, window_mask
from attncalc.steps.softmax import exponentials

Exponent: TypeAlias = Callable[[int, int], Fraction]
"""e of ALiBi's slope 2^(-e), of a head from 0 among so many."""


def inverted(numbers: Numbers, _n: int, _m: int) -> Array | None:
    """Visible and hidden exchanged."""
    mask = numbers.trace.mask
    return None if mask is None else ~mask


def causal_further_by(more: int) -> Callable[[Numbers, int, int], Array | None]:
    """A causal mask that ends so many keys later."""

    def mask(numbers: Numbers, n: int, m: int) -> Array | None:
        last = _last_seen(numbers, n, m)
        return None if last is None else causal_mask(n, m, last + more)

    return mask


def from_the_lower_right(numbers: Numbers, n: int, m: int) -> Array | None:
    """A causal mask by which the last query sees the last key."""
    last, window = _last_seen(numbers, n, m), numbers.trace.problem.attention.mask
    if isinstance(window, Window):
        return window_mask(n, m, window.width, m - n)
    return None if last is None or last == m - n else causal_mask(n, m, m - n)


def from_the_upper_left(numbers: Numbers, n: int, m: int) -> Array | None:
    """A causal mask by which the first query sees the first key alone, with nothing cached."""
    last = _last_seen(numbers, n, m)
    if not last or numbers.trace.problem.past_length:
        return None
    return causal_mask(n, m)


def _last_seen(numbers: Numbers, n: int, m: int) -> int | None:
    """The last key that the first query sees; None where the mask is not causal."""
    mask = numbers.trace.mask
    if mask is None:
        return None
    ends = (numbers.trace.problem.past_length, m - n)
    return next((end for end in ends if (mask == causal_mask(n, m, end)).all()), None)


def causal_too(numbers: Numbers, n: int, m: int) -> Array:
    """No key after the query, whatever else is masked."""
    causal, mask = (
        causal_mask(n, m, numbers.trace.problem.past_length),
        numbers.trace.mask,
    )
    return causal if mask is None else mask & causal


def without_window(numbers: Numbers, n: int, m: int) -> Array | None:
    """Every key up to the query, and not only the last ones."""
    problem = numbers.trace.problem
    if not isinstance(problem.attention.mask, Window):
        return None
    return causal_mask(n, m, problem.past_length)


def window_both_ways(numbers: Numbers, n: int, m: int) -> Array | None:
    """As many keys after the query as before it."""
    problem = numbers.trace.problem
    window = problem.attention.mask
    if not isinstance(window, Window):
        return None
    near = causal_mask(n, m, problem.past_length + window.width - 1)
    return near & ~causal_mask(n, m, problem.past_length - window.width)


def with_the_first_slope(numbers: Numbers, _bias: Array) -> Array | None:
    """ALiBi with one slope for all heads."""
    slopes, problem = numbers.trace.by_products.get("slopes"), numbers.trace.problem
    return None if problem.heads is None or slopes is None else _alibi(numbers, slopes.values[:1])


def with_slopes(
    exponent: Exponent, *, given: bool = False
) -> Callable[[Numbers, Array], Array | None]:
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
    now = causal_mask(n, m, numbers.trace.problem.past_length)
    return np.where(now, bias, -bias)


def scaled_with_bias(numbers: Numbers) -> Array | None:
    """(s + b) / √d_k, and the rest as it should be."""
    if numbers.bias is None or "scaled_scores" not in numbers:
        return None
    biased = numbers.scaled(numbers["scores"] + numbers.bias)
    return masked_scores(numbers.capped(biased), None, numbers.trace.mask)
