"""Known mistakes in the gate: what would have been made of the heads' results."""

from __future__ import annotations

from attncalc.checking.misconceptions import Numbers
from attncalc.numbers.arithmetic import Array


def ungated(numbers: Numbers) -> Array | None:
    """As they were."""
    return numbers[numbers.trace.joined] if "gated" in numbers else None


def without_sigmoid(numbers: Numbers) -> Array | None:
    """G ∘ C, and not σ(G) ∘ C."""
    if "gated" not in numbers:
        return None
    product: Array = numbers.trace.by_products["gate_inputs"].values * numbers[numbers.trace.joined]
    return product


def inverted(numbers: Numbers) -> Array | None:
    """(1 - σ(G)) ∘ C: open where it should be shut."""
    if "gated" not in numbers:
        return None
    shut = numbers.like(1) - numbers.trace.by_products["gates"].values
    product: Array = shut * numbers[numbers.trace.joined]
    return product
