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

from attncalc.arithmetic import Array, Exact, is_exact_kind, wider

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


def of_weights(
    scores: Array, powers: Array, powers_exact: Exact, sums: Array, weights: Array
) -> Exact:
    """Where a weight is exact: from exact powers, or 1/k in a row of k equal scores."""
    if not is_exact_kind(weights):
        return everywhere(weights)
    answers: Exact = np.zeros(weights.shape, dtype=bool)
    one, hidden = Decimal(1), Decimal("-Infinity")
    with decimal.localcontext(wider(decimal.getcontext())):
        for row in np.ndindex(weights.shape[:-1]):
            total: Any = sums[row]
            seen = [score for score in scores[row] if score != hidden]
            if powers_exact[row].all() and total.is_finite():
                answers[row] = [
                    w * (total or one) == p for w, p in zip(weights[row], powers[row], strict=True)
                ]
            elif len(set(seen)) == 1:
                answers[row] = [w * len(seen) in (0, 1) for w in weights[row]]
            else:
                answers[row] = scores[row] == hidden
    return answers


def of_products(weights_exact: Exact, V: Array) -> Exact:
    """Where α_ij v_j is exact: where its weight is, for exact values. (n, m) -> (n, m, d_v)"""
    return np.broadcast_to(weights_exact[..., None], (*weights_exact.shape, V.shape[-1]))


def of_row_products(weights_exact: Exact, width: int) -> Exact:
    """Where Σ_j α_ij v_j is exact: in rows whose weights all are. (n, m) -> (n, width)"""
    whole_rows = np.asarray(weights_exact.all(axis=-1))
    return np.broadcast_to(whole_rows[..., None], (*whole_rows.shape, width))
