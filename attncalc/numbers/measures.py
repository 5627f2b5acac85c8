"""What a row of attention weights, and the output it gives, amount to in single numbers."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import Array, is_exact_kind, resolution, transcendental_context

_NEARLY_ALL = 1e-8
"""Where the others of a row add up to less, the largest weight is next to 1."""

_TERMS = 8
"""Of the series of ln(1 - r): the next one is smaller than the first by 64 digits."""


def entropy(weights: Array, sunk: Any = 0) -> Any:
    """H = -Σ α log₂ α of one row, in bits (Shannon, 1948); 0 log 0 is 0. weights: (m,).

    The logarithm of a weight next to 1 is taken from what it lacks of 1, the others and what a sink
    takes, sunk, so that it costs no digits: ln(1 - r) = -(r + r²/2 + …).
    """
    largest = int(np.argmax(weights))
    others = np.delete(weights, largest)
    if is_exact_kind(weights):
        with decimal.localcontext(transcendental_context()):
            terms = [-weight * weight.ln() for weight in others if weight > 0]
            rest = sum(others, Decimal(0)) + sunk
            terms.append(-weights[largest] * _ln(weights[largest], rest))
            return sum(terms, Decimal(0)) / Decimal(2).ln()
    positive = others[others > 0]
    rest = float(others.sum() + sunk)
    top = float(weights[largest])
    logarithm = math.log1p(-rest) if rest < _NEARLY_ALL else math.log(top)
    return float(-(positive * np.log2(positive)).sum() - top * logarithm / math.log(2)) + 0.0


def _ln(weight: Decimal, rest: Decimal) -> Decimal:
    """The logarithm of a weight, beside others that add up to the rest of 1."""
    if rest >= Decimal(_NEARLY_ALL):
        return weight.ln()
    terms = (rest**power / power for power in range(_TERMS, 0, -1))
    return -sum(terms, Decimal(0))


def effective_number(bits: Any) -> Any:
    """2^H: so many equal weights would be spread out as much."""
    if isinstance(bits, Decimal):
        return transcendental_context().power(2, bits)
    return 2**bits


def distance(left: Array, right: Array) -> Any:
    """The Euclidean distance of two vectors; 0 where they part by rounding alone. (d,), (d,)"""
    apart = left - right
    settled = abs(apart) <= resolution(left, len(left)) * (abs(left) + abs(right))
    total = (np.where(settled.astype(bool), apart * 0, apart) ** 2).sum()
    if isinstance(total, Decimal):
        return transcendental_context().sqrt(total)
    return float(np.sqrt(total))


def largest_derivative(weights: Array, sunk: Any = 0, base: Decimal | None = None) -> Any:
    """The largest derivative of the softmax in one row of its weights. weights: (m,).

    ∂α_j/∂s_j = α_j (1 - α_j), times ln(base) for another base than e (Bishop, 2006, eq. 4.106). No
    other derivative, ∂α_j/∂s_k = -α_j α_k, is larger, and α (1 - α) grows towards 1/2, so that of
    the largest weight is the largest of the row. 1 - α is added up from the other weights and what
    a sink takes, sunk, so that a weight near 1 costs no digits.
    """
    largest = int(np.argmax(weights))
    others = np.delete(weights, largest)
    if is_exact_kind(weights):
        with decimal.localcontext(transcendental_context()):
            slope = weights[largest] * (sum(others, Decimal(0)) + sunk)
            return slope if base is None else slope * base.ln()
    slope = float(weights[largest]) * float(others.sum() + sunk)
    return slope if base is None else slope * math.log(base)
