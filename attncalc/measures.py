"""What a row of attention weights, and the output it gives, amount to in single numbers."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.arithmetic import Array, is_exact_kind, transcendental_context


def entropy(weights: Array) -> Any:
    """H = -Σ α log₂ α of one row, in bits (Shannon, 1948); 0 log 0 is 0. weights: (m,)."""
    if is_exact_kind(weights):
        with decimal.localcontext(transcendental_context()):
            terms = (-weight * weight.ln() for weight in weights if weight > 0)
            return sum(terms, Decimal(0)) / Decimal(2).ln()
    positive = weights[weights > 0]
    return float(-(positive * np.log2(positive)).sum()) + 0.0


def effective_number(bits: Any) -> Any:
    """2^H: so many equal weights would be spread out as much."""
    if isinstance(bits, Decimal):
        return transcendental_context().power(2, bits)
    return 2**bits


def distance(left: Array, right: Array) -> Any:
    """The Euclidean distance of two vectors. (d,), (d,)"""
    total = ((left - right) ** 2).sum()
    if isinstance(total, Decimal):
        return transcendental_context().sqrt(total)
    return float(np.sqrt(total))
