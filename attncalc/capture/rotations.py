"""By which base a model's angles grow, as far as its cosines and sines tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attncalc.capture.layers import Turned

_USUAL = 10_000.0
_WHOLE = 1e-4
"""A base is a whole number if it is so near to one."""


def positions(turned: Turned) -> Iterator[str]:
    """The positions as they may be typed, in the order in which models have them.

    A model lays the cosines of its angles out twice, one behind the other or each beside itself, or
    keeps them once, for vectors twice as wide.
    """
    width = turned.cosines.shape[1]
    for pairing, dims, slowest in (
        ("half", width, width // 2 - 1),
        ("interleaved", width, width - 2),
        ("half", 2 * width, width - 1),
        ("interleaved", 2 * width, width - 1),
    ):
        if dims <= turned.Q.shape[-1]:
            base = f"{_base(turned, dims, slowest)!r}".removesuffix(".0")
            yield f"{{rope: {{base: {base}, pairing: {pairing}, dims: {dims}}}}}"


def _base(turned: Turned, dims: int, slowest: int) -> float:
    """From the slowest angle of the second token, which is base^(-(dims - 2)/dims)."""
    if len(turned.cosines) < 2 or dims < 4:
        return _USUAL
    angle = np.arctan2(float(turned.sines[1, slowest]), float(turned.cosines[1, slowest]))
    if not 0 < angle < 1:
        return _USUAL
    base = float(angle ** (-dims / (dims - 2)))
    return float(round(base)) if abs(base - round(base)) < _WHOLE * base else base
