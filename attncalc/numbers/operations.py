"""How many operations of each kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple

from attncalc.records import dataclass


@dataclass(frozen=True)
class Operations:
    """How many of each kind. additions: differences too. powers: exponentials, to any base."""

    multiplications: int = 0
    additions: int = 0
    divisions: int = 0
    powers: int = 0
    tanh: int = 0
    sines_and_cosines: int = 0

    def __add__(self, other: Operations) -> Operations:
        return Operations(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def all(self) -> int:
        """How many there are of all kinds together."""
        return sum(astuple(self))


def total(counts: Iterable[Operations]) -> Operations:
    """All of them together."""
    return sum(counts, Operations())


def dots(count: int, terms: int) -> Operations:
    """So many dot products of so many terms."""
    return Operations(multiplications=count * terms, additions=count * (terms - 1))
