"""Interval arithmetic with outward rounding: no true value is ever left out.

Bounds are decimals of 50 digits; every operation rounds the lower bound down and the upper one up.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = 50
_INFINITY = Decimal("Infinity")
_ZERO = Decimal(0)


def _context(rounding: str) -> decimal.Context:
    return decimal.Context(
        prec=_DIGITS, rounding=rounding, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[]
    )


_DOWN = _context(decimal.ROUND_FLOOR)
_UP = _context(decimal.ROUND_CEILING)


@dataclass(frozen=True)
class Interval:
    """Every number from low to high, both included. low = high = -inf: a masked score."""

    low: Decimal
    high: Decimal

    def __contains__(self, number: Decimal) -> bool:
        return self.low <= number <= self.high

    @property
    def hidden(self) -> bool:
        """Whether this is a masked score, and nothing else."""
        return self.high == -_INFINITY

    def hull(self, other: Interval) -> Interval:
        """Everything from the lower of both to the higher."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def meets(self, other: Interval) -> bool:
        """Whether there is a number in both."""
        return self.low <= other.high and other.low <= self.high

    def distance(self, number: Decimal) -> Decimal:
        """How far a number is from the nearest in the interval, rounded up."""
        if number in self:
            return Decimal(0)
        if number < self.low:
            return _UP.subtract(self.low, number)
        return _UP.subtract(number, self.high)


ANYTHING = Interval(-_INFINITY, _INFINITY)
HIDDEN = Interval(-_INFINITY, -_INFINITY)
ZERO = Interval(Decimal(0), Decimal(0))


def point(number: Decimal) -> Interval:
    """A number that is known exactly; it may have more digits than bounds keep."""
    return Interval(_DOWN.plus(number), _UP.plus(number))


def around(number: Decimal, radius: Decimal) -> Interval:
    """Every number no further than radius from it."""
    return Interval(_DOWN.subtract(number, radius), _UP.add(number, radius))


def total(*radii: Decimal) -> Decimal:
    """The sum of some numbers, rounded up."""
    whole = _ZERO
    for radius in radii:
        whole = _UP.add(whole, radius)
    return whole


def add(terms: Iterable[Interval]) -> Interval:
    """Σ terms."""
    low = high = Decimal(0)
    for term in terms:
        low, high = _DOWN.add(low, term.low), _UP.add(high, term.high)
    return _sound(low, high)


def multiply(left: Interval, right: Interval) -> Interval:
    """left × right; the extremes are among the products of the ends."""
    ends = [(one, other) for one in (left.low, left.high) for other in (right.low, right.high)]
    return _hull([_DOWN.multiply(*pair) for pair in ends], [_UP.multiply(*pair) for pair in ends])


def divide(left: Interval, right: Interval) -> Interval:
    """left / right; anything where right may be 0."""
    if right.low <= 0 <= right.high:
        return ANYTHING
    ends = [(one, other) for one in (left.low, left.high) for other in (right.low, right.high)]
    return _hull([_DOWN.divide(*pair) for pair in ends], [_UP.divide(*pair) for pair in ends])


def root(number: int) -> Interval:
    """√number: the decimal module rounds it correctly, so the true root is a digit away at most."""
    whole = math.isqrt(number)
    if whole * whole == number:
        return point(Decimal(whole))
    nearest = _UP.sqrt(Decimal(number))
    return Interval(_DOWN.next_minus(nearest), _UP.next_plus(nearest))


def power(base: Decimal | None, exponent: Interval) -> Interval:
    """base to the exponent, e if None; base > 1, so it rises with the exponent."""
    return Interval(_power(base, exponent.low, _DOWN), _power(base, exponent.high, _UP))


def _power(base: Decimal | None, exponent: Decimal, outward: decimal.Context) -> Decimal:
    if exponent == -_INFINITY or exponent == 0:
        return Decimal(0) if exponent else Decimal(1)
    if base is None:
        nearest = outward.exp(exponent)
        steps = 1
    else:
        nearest = outward.power(base, exponent)
        if exponent == exponent.to_integral_value() and 0 < exponent < 400:
            exact = int(exponent) * len(base.as_tuple().digits) <= _DIGITS
            steps = 0 if exact else 3
        else:
            steps = 3  # power is not always correctly rounded
    for _ in range(steps):
        down = outward.rounding == decimal.ROUND_FLOOR
        nearest = outward.next_minus(nearest) if down else outward.next_plus(nearest)
    return max(nearest, Decimal(0))


def softmax(base: Decimal | None, scores: Sequence[Interval], key: int) -> Interval:
    """The weight of one key: largest with its own score at the top and all others at the bottom.

    α_j = 1 / (1 + Σ base^(s_l − s_j)), so each score stands in it once.
    """
    own = scores[key]
    if own.hidden:
        return ZERO
    most = least = Decimal(1)
    for place, score in enumerate(scores):
        if place != key and not score.hidden:
            most = _UP.add(most, _power(base, _UP.subtract(score.high, own.low), _UP))
            least = _DOWN.add(least, _power(base, _DOWN.subtract(score.low, own.high), _DOWN))
    return Interval(_DOWN.divide(1, most), _UP.divide(1, least))


def share(parts: Sequence[Interval], key: int) -> Interval:
    """One positive part of the sum of all: largest when it is, and the others are not.

    No part is below 0, though the interval of a small one's print may be.
    """
    positive = [Interval(max(part.low, _ZERO), max(part.high, _ZERO)) for part in parts]
    own = positive[key]
    if own.high == 0:
        return ZERO
    others = add(part for place, part in enumerate(positive) if place != key)
    if others.high == 0:
        return point(Decimal(1)) if own.low > 0 else Interval(_ZERO, Decimal(1))
    least = _DOWN.divide(own.low, _UP.add(own.low, others.high))
    most = _DOWN.add(own.high, others.low)
    return Interval(least, _UP.divide(own.high, most) if most > 0 else Decimal(1))


def ratio(part: Interval, whole: Interval) -> Interval:
    """A part of a positive sum, divided by it. Neither is below 0, as a print's interval may be."""
    low, high = max(part.low, _ZERO), max(part.high, _ZERO)
    least, most = max(whole.low, _ZERO), max(whole.high, _ZERO)
    if high == 0:
        return ZERO
    if most == 0:
        return ANYTHING
    return Interval(_DOWN.divide(low, most), _UP.divide(high, least) if least else _INFINITY)


def weighted_mean(
    base: Decimal | None, scores: Sequence[Interval], values: Sequence[Interval]
) -> Interval:
    """Σ base^s_j v_j / Σ base^s_j: the mean of the values, weighted by the softmax of the scores.

    It is largest with the scores of the largest values at the top and all others at the bottom:
    one of the ways to divide the values, by size, in two.
    """
    used = [place for place, score in enumerate(scores) if not score.hidden]
    if not used:
        return ZERO
    top = max(scores[place].high for place in used)
    if top == _INFINITY:
        lows, highs = [values[p].low for p in used], [values[p].high for p in used]
        return Interval(min(lows), max(highs))
    powers = [
        Interval(
            _power(base, _DOWN.subtract(scores[place].low, top), _DOWN),
            _power(base, _UP.subtract(scores[place].high, top), _UP),
        )
        for place in used
    ]
    highest = _largest_mean(
        [(power, values[p].high) for power, p in zip(powers, used, strict=True)]
    )
    # copy_negate, because a minus sign would round to the current context
    negated = [(power, values[p].low.copy_negate()) for power, p in zip(powers, used, strict=True)]
    return _sound(_largest_mean(negated).copy_negate(), highest)


def _largest_mean(weighted: Sequence[tuple[Interval, Decimal]]) -> Decimal:
    """The largest mean of numbers whose weights may be anywhere in their intervals, rounded up.

    Taken relative to the smallest number, so that weights and differences are not negative and
    every quotient can be rounded up.
    """
    ordered = sorted(weighted, key=lambda pair: pair[1], reverse=True)
    smallest = ordered[-1][1]
    largest = _ZERO
    for heavy in range(len(ordered)):
        above = below = _ZERO
        for place, (weight, number) in enumerate(ordered):
            chosen = weight.high if place <= heavy else weight.low
            above = _UP.add(above, _UP.multiply(chosen, _UP.subtract(number, smallest)))
            below = _DOWN.add(below, chosen)
        largest = max(largest, _UP.divide(above, below) if below else _INFINITY)
    spread = _UP.subtract(ordered[0][1], smallest)
    return _UP.add(smallest, min(largest, spread))


def _sound(low: Decimal, high: Decimal) -> Interval:
    """∞ − ∞ and 0 × ∞ say nothing."""
    return ANYTHING if low.is_nan() or high.is_nan() else Interval(low, high)


def _hull(lows: Sequence[Decimal], highs: Sequence[Decimal]) -> Interval:
    if any(number.is_nan() for number in (*lows, *highs)):
        return ANYTHING
    return Interval(min(lows), max(highs))
