"""How numbers are written; what numerals.py does with it is not needed to choose it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attncalc.records import dataclass

Rounding: TypeAlias = Literal["half-up", "half-even"]

MOST_DECIMALS = 30
"""Further decimals of a computed number are no longer promised."""


@dataclass(frozen=True)
class NumberStyle:
    """precision: decimals of a rounded result. rounding: of a last digit that lies halfway."""

    precision: int = 4
    rounding: Rounding = "half-up"
