"""Assertions about attention, for test suites of other programs."""

from __future__ import annotations

from attncalc.errors import AttncalcError
from attncalc.parting import Source, difference


def assert_same_attention(a: Source, b: Source, *, atol: float = 0.0) -> None:
    """Assert that two dumps agree, but for what rounding in their number types explains.

    a, b: files (.npz, .safetensors, problem files), mappings of arrays, problems or traces.
    atol: by how much numbers may differ, whatever rounding explains.
    Raises AssertionError with a sentence: where they part, which of them is wrong, and why.
    """
    if not atol >= 0:
        raise AttncalcError(f"atol={atol}; expected a number that is not negative")
    found = difference(a, b, tolerance=atol)
    if found.differs:
        raise AssertionError(str(found.sentence))
