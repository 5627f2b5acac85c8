"""Interval arithmetic with outward rounding: no true value is ever left out.

Bounds are decimals of 50 digits; every operation rounds the lower bound down and the upper one up.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from attncalc.numbers.arithmetic import doubt_of
from attncalc.records import dataclass

DIGITS = 50
INFINITY = Decimal("Infinity")
_ZERO = Decimal(0)


def context(rounding: str, room: int = 0) -> decimal.Context:
    """A context that rounds in one direction, without errors; room: so many digits more."""
    return decimal.Context(
        prec=DIGITS + room,
        rounding=rounding,
        Emax=decimal.MAX_EMAX,
        Emin=decimal.MIN_EMIN,
        traps=[],
    )


DOWN = _DOWN = context(decimal.ROUND_FLOOR)
UP = _UP = context(decimal.ROUND_CEILING)


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
        return self.high == -INFINITY

    @property
    def middle(self) -> Decimal:
        """The number halfway between both ends."""
        return _UP.divide(_UP.add(self.low, self.high), 2)

    def negated(self) -> Interval:
        """The same numbers with the other sign; unlike a minus sign, this rounds nothing."""
        return Interval(self.high.copy_negate(), self.low.copy_negate())

    def not_negative(self) -> Interval:
        """Its numbers from 0 on; 0 if there are none."""
        return Interval(max(self.low, _ZERO), max(self.high, _ZERO))

    def not_positive(self) -> Interval:
        """Its numbers up to 0; 0 if there are none."""
        return Interval(min(self.low, _ZERO), min(self.high, _ZERO))

    def hull(self, other: Interval) -> Interval:
        """Everything from the lower of both to the higher."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def common(self, other: Interval) -> Interval:
        """What is in both, which both are known to have something of."""
        return Interval(max(self.low, other.low), min(self.high, other.high))

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


ANYTHING = Interval(-INFINITY, INFINITY)
HIDDEN = Interval(-INFINITY, -INFINITY)
ZERO = Interval(Decimal(0), Decimal(0))
ONE = Interval(Decimal(1), Decimal(1))
_SHARE = Interval(Decimal(0), Decimal(1))


def point(number: Decimal) -> Interval:
    """A number that is known exactly; it may have more digits than bounds keep."""
    return Interval(_DOWN.plus(number), _UP.plus(number))


def typed(number: Decimal) -> Interval:
    """What a decimal was typed as, which it may be a rounding of: 1/3."""
    doubt = doubt_of(number)
    return around(number, doubt) if doubt else point(number)


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
    """left × right."""
    return _sound(*_product(left, right))


def dot(pairs: Iterable[tuple[Interval, Interval]]) -> Interval:
    """Σ left × right."""
    low = high = _ZERO
    for left, right in pairs:
        least, most = _product(left, right)
        low, high = _DOWN.add(low, least), _UP.add(high, most)
    return _sound(low, high)  # what says nothing once does so to the end


def _product(left: Interval, right: Interval) -> tuple[Decimal, Decimal]:
    """The ends of left × right, which are among the products of the ends: the signs say which."""
    a, b, c, d = left.low, left.high, right.low, right.high
    if a < 0 < b and c < 0 < d:
        low, high = _DOWN.multiply(a, d), _UP.multiply(a, c)
        return min(low, _DOWN.multiply(b, c)), max(high, _UP.multiply(b, d))
    if a >= 0:
        least, most = (a if c >= 0 else b, c), (b if d >= 0 else a, d)
    elif b <= 0:
        least, most = (b if d <= 0 else a, d), (a if c <= 0 else b, c)
    else:  # right has one sign
        least, most = ((a, d), (b, d)) if c >= 0 else ((b, c), (a, c))
    return _DOWN.multiply(*least), _UP.multiply(*most)


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


def root_of(square: Interval) -> Interval:
    """√ of what is not negative. Rounded correctly, so that one digit further out is safe."""
    wide = context(decimal.ROUND_FLOOR, DIGITS)  # the product of two bounds has room in it
    low, high = _DOWN.sqrt(square.low), _UP.sqrt(square.high)
    if wide.multiply(low, low) > square.low:
        low = _DOWN.next_minus(low)
    if wide.multiply(high, high) < square.high:
        high = _UP.next_plus(high)
    return Interval(low, high)


def power(base: Decimal | None, exponent: Interval) -> Interval:
    """base to the exponent, e if None; base > 1, so it rises with the exponent."""
    return Interval(_power(base, exponent.low, _DOWN), _power(base, exponent.high, _UP))


def _power(base: Decimal | None, exponent: Decimal, outward: decimal.Context) -> Decimal:
    if exponent == -INFINITY or exponent == 0:
        return Decimal(0) if exponent else Decimal(1)
    down = outward.rounding == decimal.ROUND_FLOOR
    if base is None:
        nearest = outward.exp(exponent)
        steps = 1
    elif doubt := doubt_of(base):
        # It rises with the base for a positive exponent, and falls with it for a negative one.
        lower = down == (exponent > 0)
        end = _DOWN.subtract(base, doubt) if lower else _UP.add(base, doubt)
        nearest = outward.power(max(end, Decimal(1)), exponent)
        steps = 3
    else:
        nearest = outward.power(base, exponent)
        if exponent == exponent.to_integral_value() and 0 < exponent < 400:
            exact = int(exponent) * len(base.as_tuple().digits) <= DIGITS
            steps = 0 if exact else 3
        else:
            steps = 3  # power is not always correctly rounded
    for _ in range(steps):
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
    """One positive part of the sum of all: largest when it is, and the others are not."""
    return shares(parts)[key]


def shares(parts: Sequence[Interval], slack: Interval = ZERO) -> list[Interval]:
    """Every part's share of the sum of all. None is below 0, though a print's interval may be.

    slack: by how much the sum may be off.
    """
    positive = [part.not_negative() for part in parts]
    before, after = _running_sums(positive), _running_sums(positive[::-1])[::-1]
    return [
        _share_of(own, add((before[key], after[key + 1], slack)).not_negative())
        for key, own in enumerate(positive)
    ]


def _running_sums(parts: Sequence[Interval]) -> list[Interval]:
    """The sums of the first 0, 1, 2, … parts."""
    sums = [ZERO]
    for part in parts:
        sums.append(add((sums[-1], part)))
    return sums


def _share_of(own: Interval, others: Interval) -> Interval:
    if own.high == 0:
        return ZERO
    if others.high == 0:
        return ONE if own.low > 0 else _SHARE
    least = _DOWN.divide(own.low, _UP.add(own.low, others.high))
    most = _DOWN.add(own.high, others.low)
    greatest = _UP.divide(own.high, most) if most > 0 else Decimal(1)
    # ∞ / ∞ says nothing of a share.
    return _SHARE if least.is_nan() or greatest.is_nan() else Interval(least, greatest)


def ratio(part: Interval, whole: Interval) -> Interval:
    """A part of a positive sum, divided by it. Neither is below 0, as a print's interval may be."""
    low, high = max(part.low, _ZERO), max(part.high, _ZERO)
    least, most = max(whole.low, _ZERO), max(whole.high, _ZERO)
    if high == 0:
        return ZERO
    if most == 0:
        return ANYTHING
    return _sound(_DOWN.divide(low, most), _UP.divide(high, least) if least else INFINITY)


def within(radius: Decimal) -> Interval:
    """Every number no further than radius from 0."""
    return Interval(radius.copy_negate(), radius)


def in_bits(value: Interval, digits: int) -> Interval:
    """What a number is after it was rounded to so many binary digits, with any exponent."""
    return Interval(_in_bits(value.low, digits, _DOWN), _in_bits(value.high, digits, _UP))


def _in_bits(number: Decimal, digits: int, outward: decimal.Context) -> Decimal:
    if not number.is_finite() or not number:
        return number
    above, below = number.as_integer_ratio()
    exponent = abs(above).bit_length() - below.bit_length()
    exponent -= abs(above) < below * Fraction(2) ** exponent
    unit = Fraction(2) ** (exponent - digits + 1)
    nearest = round(Fraction(above, below) / unit) * unit
    return outward.divide(Decimal(nearest.numerator), Decimal(nearest.denominator))


def relative_powers(base: Decimal | None, scores: Sequence[Interval]) -> list[Interval]:
    """base^(s − the largest score there may be), which are to each other as the powers are.

    0 for a masked score; anything not negative where the largest is out of bounds.
    """
    top = max(score.high for score in scores)
    if top == INFINITY:
        return [ZERO if score.hidden else Interval(_ZERO, INFINITY) for score in scores]
    return [
        ZERO
        if score.hidden
        else Interval(
            _power(base, _DOWN.subtract(score.low, top), _DOWN),
            _power(base, _UP.subtract(score.high, top), _UP),
        )
        for score in scores
    ]


def mean(weights: Sequence[Interval], values: Sequence[Interval]) -> Interval:
    """Σ w v / Σ w, for weights that are not negative; 0 where all weights are.

    It is largest with the weights of the largest values at the top and all others at the bottom:
    one of the ways to divide the values, by size, in two.
    """
    used = [(w, v) for w, v in zip(weights, values, strict=True) if w.high > 0]
    if not used:
        return ZERO
    if any(weight.high == INFINITY for weight, _ in used):
        return Interval(min(value.low for _, value in used), max(value.high for _, value in used))
    # copy_negate, because a minus sign would round to the current context
    lowest = _largest_mean([(weight, value.low.copy_negate()) for weight, value in used])
    highest = _largest_mean([(weight, value.high) for weight, value in used])
    return _sound(lowest.copy_negate(), highest)


def _largest_mean(weighted: Sequence[tuple[Interval, Decimal]]) -> Decimal:
    """The largest mean of numbers whose weights may be anywhere in their intervals, rounded up.

    Taken relative to the smallest number, so that weights and differences are not negative and
    every quotient can be rounded up.
    """
    ordered = sorted(weighted, key=lambda pair: pair[1], reverse=True)
    smallest = ordered[-1][1]
    # What the rest adds to numerator and denominator, at the bottom of its weights' intervals.
    rest = [(_ZERO, _ZERO)]
    for weight, number in reversed(ordered):
        above, below = rest[-1]
        product = _UP.multiply(weight.low, _UP.subtract(number, smallest))
        rest.append((_UP.add(above, product), _DOWN.add(below, weight.low)))
    largest = heavy_above = heavy_below = _ZERO
    for (weight, number), (above, below) in zip(ordered, reversed(rest[:-1]), strict=True):
        product = _UP.multiply(weight.high, _UP.subtract(number, smallest))
        heavy_above = _UP.add(heavy_above, product)
        heavy_below = _DOWN.add(heavy_below, weight.high)
        total_below = _DOWN.add(heavy_below, below)
        quotient = _UP.divide(_UP.add(heavy_above, above), total_below)
        largest = max(largest, quotient)
    spread = _UP.subtract(ordered[0][1], smallest)
    return _UP.add(smallest, min(largest, spread))


def _sound(low: Decimal, high: Decimal) -> Interval:
    """∞ − ∞ and 0 × ∞ say nothing."""
    return ANYTHING if low.is_nan() or high.is_nan() else Interval(low, high)


def _hull(lows: Sequence[Decimal], highs: Sequence[Decimal]) -> Interval:
    if any(number.is_nan() for number in (*lows, *highs)):
        return ANYTHING
    return Interval(min(lows), max(highs))
