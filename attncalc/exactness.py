"""Which entries of a stage are exact, so that `=` is only ever written where it is true.

Sums and products of exact decimals are exact, because the context they are taken in is wide
enough (arithmetic.exact_context). A quotient or a power is exact if undoing it gives back, to the
last digit, what it was made from; that is checked here and not assumed.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from attncalc.arithmetic import TRANSCENDENTAL_DIGITS, Array, Exact, is_exact_kind, wider

_LARGEST_CHECKED_POWER = 400


def everywhere(values: Array, exact: bool = True) -> Exact:
    """The same answer for every entry; float64 is never exact."""
    return np.full(values.shape, exact and is_exact_kind(values))


def of_quotient(numerators: Array, divisor: Any, quotients: Array) -> Exact:
    """Where numerator / divisor needed no rounding. divisor: √d_k, exact if rational."""
    if not is_exact_kind(quotients):
        return everywhere(quotients)
    with decimal.localcontext(wider(decimal.getcontext())):
        same: Exact = np.asarray(quotients * divisor == numerators, dtype=bool)
        rational = divisor * divisor == (divisor * divisor).to_integral_value()
    zero: Exact = np.asarray(numerators == 0, dtype=bool)
    return (same if rational else np.zeros_like(same)) | zero


def of_powers(scores: Array, scores_exact: Exact, base: Any | None, powers: Array) -> Exact:
    """Where a power is exact: a masked score's 0, a zero's 1, and whole powers of a typed base."""
    if not is_exact_kind(powers):
        return everywhere(powers)
    answers = [
        exact and _power_is_exact(score, base, power)
        for score, exact, power in zip(scores.flat, scores_exact.flat, powers.flat, strict=True)
    ]
    return np.array(answers, dtype=bool).reshape(powers.shape)


def _power_is_exact(score: Decimal, base: Decimal | None, power: Decimal) -> bool:
    if score == 0 or score.is_infinite():
        return True
    if base is None or score != score.to_integral_value() or abs(score) > _LARGEST_CHECKED_POWER:
        return False
    return Fraction(base) ** int(score) == Fraction(power)


def of_sums(powers: Array, powers_exact: Exact, sums: Array) -> Exact:
    """Where a row's sum is exact: 10^86 + 1 has more digits than are kept. (n, m) -> (n,)"""
    if not is_exact_kind(sums):
        return everywhere(sums)
    answers = [
        bool(exact.all())
        and total.is_finite()
        and sum((Fraction(power) for power in row), Fraction(0)) == Fraction(total)
        for row, exact, total in zip(powers, powers_exact, sums, strict=True)
    ]
    return np.array(answers, dtype=bool)


def of_weights(
    scores: Array, powers: Array, sums: Array, sums_exact: Exact, weights: Array
) -> Exact:
    """Where a weight is exact: from exact powers, or 1/k in a row of k equal scores.

    A weight with more digits than powers have is not called exact: the context has room for the
    products of such numbers, not of longer ones.
    """
    if not is_exact_kind(weights):
        return everywhere(weights)
    answers: Exact = np.zeros(weights.shape, dtype=bool)
    hidden = Decimal("-Infinity")
    for row in np.ndindex(weights.shape[:-1]):
        answers[row] = scores[row] == hidden
        seen = [score for score in scores[row] if score != hidden]
        equal = len(set(seen)) == 1
        total: Any = sums[row]
        if not (equal or sums_exact[row]):
            continue
        for key, weight in enumerate(weights[row]):
            if answers[row][key] or len(weight.as_tuple().digits) > TRANSCENDENTAL_DIGITS:
                continue
            share = Fraction(weight)
            if sums_exact[row]:
                answers[row][key] = share * Fraction(total) == Fraction(powers[row][key])
            else:
                answers[row][key] = share * len(seen) == 1
    return answers


def of_products(weights_exact: Exact, V: Array) -> Exact:
    """Where α_ij v_j is exact: where its weight is, for exact values. (n, m) -> (n, m, d_v)"""
    return np.broadcast_to(weights_exact[..., None], (*weights_exact.shape, V.shape[-1]))


def of_row_products(weights_exact: Exact, width: int) -> Exact:
    """Where Σ_j α_ij v_j is exact: in rows whose weights all are. (n, m) -> (n, width)"""
    whole_rows = np.asarray(weights_exact.all(axis=-1))
    return np.broadcast_to(whole_rows[..., None], (*whole_rows.shape, width))
