"""What a row of attention weights, and the output it gives, amount to in single numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.arithmetic import Array, is_exact_kind


def entropy(weights: Array) -> Any:
    """H = -Σ α log₂ α of one row, in bits (Shannon, 1948); 0 log 0 is 0. weights: (m,)."""
    if is_exact_kind(weights):
        terms = (-weight * weight.ln() for weight in weights if weight > 0)
        return sum(terms, Decimal(0)) / Decimal(2).ln()
    positive = weights[weights > 0]
    return float(-(positive * np.log2(positive)).sum()) + 0.0


def effective_number(bits: Any) -> Any:
    """2^H: so many equal weights would be spread out as much."""
    return 2**bits


def distance(left: Array, right: Array) -> Any:
    """The Euclidean distance of two vectors. (d,), (d,)"""
    total = ((left - right) ** 2).sum()
    return total.sqrt() if isinstance(total, Decimal) else float(np.sqrt(total))
