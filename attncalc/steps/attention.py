"""The arithmetic of attention, one function a stage.

Every function takes float64 arrays or arrays of Decimal and returns a new array of the same kind.
Matrices have one row a token; a leading axis, such as heads, is carried along. The formulas are
those of Vaswani et al., "Attention Is All You Need" (2017), section 3.2.

    Q = X W_Q + b_Q,  S = Q Kᵀ,  A = softmax(c tanh(S / √d_k / c) + bias),  O = A V
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import (
    MOST_DIGITS,
    TRANSCENDENTAL_DIGITS,
    Array,
    decimals,
    is_exact_kind,
    like,
    quotient_context,
    transcendental_context,
)

_SMALLEST_SUM = 1e-200
"""A row sum of float64 powers below this has lost digits to underflow."""


_ROOM = 10**15
"""Powers of 10 within which decimals keep all their digits, with plenty to spare."""

_MOST_DIGITS_OF_A_SUM = 2 * MOST_DIGITS
"""Digits of a sum of powers. One that is longer, as e^100000 + 1 is, is not called exact."""

_RANGE = 20
"""e to ±10^20 is beyond the exponents of decimals, which end at 10^(10^18)."""


def projected(X: Array, W: Array, b: Array | None) -> Array:
    """Q = X W_Q + b_Q, and so for K and V."""
    product = X @ W  # (n, d_model) @ (d_model, d_k) -> (n, d_k)
    return product if b is None else product + b[..., None, :]


def scores(Q: Array, K: Array) -> Array:
    """S = Q Kᵀ: the dot product of each query with each key."""
    return Q @ np.swapaxes(K, -1, -2)  # (n, d_k) @ (d_k, m) -> (n, m)


def divided_scores(S: Array, divisor: Any) -> Array:
    """S / √d_k. Divided by the root, and not multiplied by its inverse, to stay exact if it is."""
    with _dividing(S, divisor):
        # With the sign, a decimal is rounded first: one of 80,000 digits takes long to divide.
        quotient: Array = (+S if is_exact_kind(S) else S) / divisor
    return quotient


def multiplied_scores(S: Array, factor: Any) -> Array:
    """S · factor, for a scale that is given as a number."""
    product: Array = S * factor
    return product


def root(d_k: int, kind: Array) -> Any:
    """√d_k, of the same kind of number as the array."""
    if not is_exact_kind(kind):
        return float(np.sqrt(d_k))
    return quotient_context(kind, d_k).sqrt(Decimal(d_k))


def _dividing(S: Array, divisor: Any) -> AbstractContextManager[object]:
    if not is_exact_kind(S):
        return nullcontext()
    return decimal.localcontext(quotient_context(S, divisor))


def capped_scores(S: Array, cap: Any) -> Array:
    """c · tanh(S / c): no score beyond ±c (Gemma 2, Riviere et al., 2024)."""
    if not is_exact_kind(S):
        capped: Array = cap * np.tanh(S / cap)
        return capped
    divide = transcendental_context(TRANSCENDENTAL_DIGITS).divide
    return decimals((cap * tanh(divide(score, cap)) for score in S.flat), S.shape)


def tanh(x: Decimal) -> Decimal:
    """tanh x = (1 - e^(-2|x|)) / (1 + e^(-2|x|)), with the sign of x, to 60 digits."""
    if not x or x.adjusted() < -TRANSCENDENTAL_DIGITS:
        return x  # x - x³/3 + … differs from x beyond the digits that are kept
    room = transcendental_context(max(0, -2 * x.adjusted()))
    power = room.exp(room.multiply(Decimal(-2), x.copy_abs()))
    quotient = room.divide(room.subtract(Decimal(1), power), room.add(Decimal(1), power))
    return transcendental_context().plus(quotient.copy_sign(x))


def causal_mask(n: int, m: int, past: int = 0) -> Array:
    """True where key j does not come after query i; queries come after the past. (n, m)"""
    return np.tri(n, m, past, dtype=bool)


def window_mask(n: int, m: int, width: int, past: int = 0) -> Array:
    """True for the query's own position and the width - 1 before it. (n, m)"""
    return causal_mask(n, m, past) & ~causal_mask(n, m, past - width)


def masked_scores(S: Array, bias: Array | None, mask: Array | None) -> Array:
    """The bias added, and -inf where the query may not attend."""
    biased = S if bias is None else S + bias
    return biased if mask is None else np.where(mask, biased, like(S, "-Infinity"))


def exponentials(S: Array, base: Any | None) -> Array:
    """e to each score, or base to it; 0 for a masked one."""
    if not is_exact_kind(S):
        with np.errstate(over="ignore", under="ignore"):
            powers: Array = np.exp(S) if base is None else np.power(base, S)
        return powers
    power = transcendental_context().exp if base is None else _power_of(base)
    shorten = transcendental_context(2 * _RANGE).plus
    return decimals((power(shorten(score)) for score in S.flat), S.shape)


def _power_of(base: Decimal) -> Callable[[Decimal], Decimal]:
    """base to a score. One that is out of range is not worked out: 3^(10^9999) takes a minute."""
    context = transcendental_context()
    logarithm = context.ln(base)

    def power(score: Decimal) -> Decimal:
        exponent = context.multiply(score, logarithm)
        if exponent and exponent.adjusted() > _RANGE:  # a 0 may be 0E+60, which is no large number
            return Decimal("Infinity") if score > 0 else Decimal(0)
        return context.power(base, score)

    return power


def sums(powers: Array) -> Array:
    """The sum of each row, the softmax's denominator. (n, m) -> (n,)"""
    with decimal.localcontext() as context:
        context.prec = min(context.prec, _MOST_DIGITS_OF_A_SUM)
        total: Array = powers.sum(axis=-1)
    return total


def weights(S: Array, base: Any | None, powers: Array, row_sums: Array) -> Array:
    """A = softmax(S): each power divided by its row's sum; 0 in a row with every key masked.

    Where a row's sum is out of range, the powers are taken again with the row's largest score
    subtracted from all of it, which changes no quotient.
    """
    quotients = _quotients(powers, row_sums)
    lost = ~_in_range(row_sums)
    if not lost.any():
        return quotients
    largest = S.max(axis=-1, keepdims=True)  # (n, 1)
    hidden = largest == like(S, "-Infinity")
    shifted = exponentials(S - np.where(hidden, like(S, 0), largest), base)
    return np.where(lost[..., None], _quotients(shifted, sums(shifted)), quotients)


def _in_range(row_sums: Array) -> Array:
    if is_exact_kind(row_sums):
        sums_in_range = [
            s.is_finite() and s and -_ROOM < s.adjusted() < _ROOM for s in row_sums.flat
        ]
        return np.array(sums_in_range, dtype=bool).reshape(row_sums.shape)
    return np.isfinite(row_sums) & (row_sums > _SMALLEST_SUM)


def _quotients(powers: Array, row_sums: Array) -> Array:
    zero, one = like(powers, 0), like(powers, 1)
    denominators = np.where(row_sums == zero, one, row_sums)[..., None]
    infinite = denominators == like(powers, "Infinity")
    with _dividing(np.empty(0, powers.dtype), 1):  # powers have no more digits than are kept
        quotients: Array = np.where(infinite, zero, powers) / np.where(infinite, one, denominators)
    return quotients


def with_sink(S: Array, sink: Array) -> Array:
    """The scores with one more column, a logit that has no value. (…, n, m) -> (…, n, m + 1)"""
    column = np.broadcast_to(sink[..., None, None], (*S.shape[:-1], 1))
    return np.concatenate([S, column], axis=-1)


def weighted_values(A: Array, V: Array) -> Array:
    """α_ij v_j, before they are added up. (n, m), (m, d_v) -> (n, m, d_v)"""
    product: Array = A[..., None] * V[..., None, :, :]
    return product


def output(A: Array, V: Array) -> Array:
    """O = A V: for each query, the values' sum, weighted."""
    return A @ V  # (n, m) @ (m, d_v) -> (n, d_v)


def products(left: Array, right: Array) -> Array:
    """The terms of a dot product, before they are added up. (…, d), (…, d) -> (…, d)"""
    terms: Array = left * right
    return terms
