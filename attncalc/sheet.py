"""A sheet with blanks: numbers of a problem that are asked for, and what may be answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

from attncalc.numbers.terms import Entry, Term
from attncalc.records import dataclass
from attncalc.steps.trace import Trace

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Range:
    """Every number from lower to upper, both included."""

    lower: Decimal
    upper: Decimal

    def __contains__(self, number: Decimal) -> bool:
        return self.lower <= number <= self.upper

    def meets(self, other: Range) -> bool:
        """Whether there is a number in both."""
        return self.lower <= other.upper and other.lower <= self.upper


@dataclass(frozen=True)
class Mistaken:
    """What a known mistake gives for a blank. range: what it gives to whoever rounds on the way.

    what: as a report says it. credit: the share of the points that it earns; all of them for a
    convention of the same formula.
    """

    what: str
    answer: str
    range: Range
    credit: Decimal


@dataclass(frozen=True)
class Blank:
    """A number that is asked for. value: exact, or to 60 digits. range: what honest rounding gives.

    answer: rounded to as many decimals as are asked for. carried: how it is made of blanks before
    it; None where it is made of none.
    """

    stage: str
    index: Index
    value: Decimal
    answer: str
    decimals: int
    range: Range
    mistakes: tuple[Mistaken, ...] = ()
    carried: Term | None = None
    points: int = 1

    @property
    def entry(self) -> Entry:
        """Where it is among the numbers of its trace."""
        return self.stage, self.index

    @property
    def id(self) -> str:
        """Its stage and its place, counted from 1: weights_3_1."""
        return "_".join((self.stage, *(str(place + 1) for place in self.index)))


@dataclass(frozen=True, eq=False)
class Sheet:
    """A problem, worked through, and its blanks in the order of the trace.

    decimals: to which numbers are to be given. query: the one that it is about, head: likewise,
    from 0, None where there are none. gives_away: whether an entry of a stage is a blank, or made
    of one, so that it must not be shown. given: the problem, as a problem file has it. code: gives
    the sheet again. seed: None where the numbers are the file's; variant: from 1. level: 0 where
    blanks were named one by one. warnings: a sentence each.
    """

    trace: Trace
    blanks: tuple[Blank, ...]
    decimals: int
    query: int
    head: int | None
    gives_away: Callable[[str, Index], bool]
    given: Mapping[str, Any]
    code: str = ""
    seed: int | None = None
    variant: int = 1
    level: int = 2
    warnings: tuple[str, ...] = field(default=())

    @cached_property
    def by_entry(self) -> dict[Entry, Blank]:
        """The blanks by their places in the trace."""
        return {blank.entry: blank for blank in self.blanks}

    @property
    def points(self) -> int:
        """What can be earned."""
        return sum(blank.points for blank in self.blanks)

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages of its blanks, in order: a task each."""
        return tuple(dict.fromkeys(blank.stage for blank in self.blanks))

    def tokens_of(self, blank: Blank) -> tuple[str | None, str | None]:
        """The query and the key that a blank is about."""
        return self.trace.tokens_at(blank.stage, blank.index)
