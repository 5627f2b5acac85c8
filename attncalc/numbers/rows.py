"""A row of scores in intervals: its powers, their shares, and what is left of it less a number."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property, reduce

from attncalc.numbers import intervals
from attncalc.numbers.intervals import HIDDEN, ONE, ZERO, Interval
from attncalc.numbers.rounding import moved, rounded

_TIGHT = Decimal("1e-12")
"""How far a score may be from known exactly, for a row's powers to be taken once for all of it."""


class Row:
    """A row of scores, the sink after them if there is one, and their powers."""

    def __init__(self, base: Decimal | None, scores: list[Interval]) -> None:
        self.scores = scores
        self._base = base
        self.tight = all(score.hidden or score.high - score.low <= _TIGHT for score in scores)

    @cached_property
    def powers(self) -> list[Interval]:
        """The powers, relative to the largest of them."""
        return intervals.relative_powers(self._base, self.scores)

    @cached_property
    def shares(self) -> list[Interval]:
        """Every power's share of their sum, which are bounds as close as they can be if tight."""
        return intervals.shares(self.powers)


class RoundedRow:
    """A row of scores with powers, sum and weights that were rounded on the way.

    keys: how many there are. parts: the powers, and that of the sink after them, in each of the
    ways to take them: of the scores, or of what is left of these when the largest is subtracted.
    shares: of every part, in any of these ways; not yet rounded itself.
    """

    def __init__(
        self, base: Decimal | None, scores: list[Interval], keys: int, decimals: int
    ) -> None:
        self.keys, self.decimals = keys, decimals
        plain = [intervals.power(base, score) for score in scores]
        stable = [intervals.power(base, score) for score in below_the_largest(scores)]
        # No source goes on from a power that is out of any range.
        ways = [powers for powers in (plain, stable) if intervals.add(powers).high.is_finite()]
        self.parts = [[rounded(power, decimals) for power in powers] for powers in ways]
        self.shares: list[Interval] = [
            reduce(Interval.hull, shares)
            for shares in zip(
                *(rounded_shares(parts, keys, decimals) for parts in self.parts), strict=True
            )
        ]

    def mean(self, values: list[Interval]) -> Interval:
        """The sum of the values by their shares, not rounded further."""
        return reduce(Interval.hull, (self._mean(parts, values) for parts in self.parts))

    def _mean(self, parts: list[Interval], values: list[Interval]) -> Interval:
        whole = intervals.add(parts)
        if whole.high == 0:
            return ZERO
        # The sum that the powers are divided by, relative to the true one.
        _, slack = _rounded_sum(parts, self.keys, self.decimals)
        off = intervals.divide(slack, whole)
        off = intervals.divide(ONE, intervals.add((ONE, off)))
        return intervals.multiply(intervals.mean(parts, values), off)


def rounded_shares(parts: list[Interval], keys: int, decimals: int) -> list[Interval]:
    """Every part divided by their sum, which was rounded on the way."""
    printed, slack = _rounded_sum(parts, keys, decimals)
    return [
        intervals.ratio(part, printed).common(share)
        for part, share in zip(parts, intervals.shares(parts, slack), strict=True)
    ]


def _rounded_sum(parts: list[Interval], keys: int, decimals: int) -> tuple[Interval, Interval]:
    """The sum of powers as it was rounded, and by how much that moved it.

    Where a sink's power is added to the sum of those of the keys, both sums were rounded.
    """
    of_keys = intervals.add(parts[:keys])
    printed, slack = rounded(of_keys, decimals), moved(of_keys, decimals)
    if len(parts) == keys:
        return printed, slack
    whole = intervals.add((printed, *parts[keys:]))
    return rounded(whole, decimals), intervals.add((slack, moved(whole, decimals)))


def largest(scores: list[Interval]) -> Interval:
    """The largest of some scores."""
    return Interval(max(score.low for score in scores), max(score.high for score in scores))


def less(score: Interval, top: Interval) -> Interval:
    """A score less another one."""
    return HIDDEN if score.hidden else intervals.add((score, top.negated()))


def below_the_largest(scores: list[Interval]) -> list[Interval]:
    """Every score less the largest of them, so that none is above 0."""
    top = largest(scores)
    candidates = [place for place, score in enumerate(scores) if score.high >= top.low]
    below = [less(score, top).not_positive() for score in scores]
    if len(candidates) == 1:
        below[candidates[0]] = less(top, top) if top.hidden else ZERO
    return below
