"""What a number may be after it was rounded on the way, to so many decimals or more.

Never to fewer than two decimals, nor to fewer than two significant digits: nobody goes on from
e^-6 as from 0.00. A half may have gone up, down or to the even digit.
"""

from __future__ import annotations

import decimal
from decimal import Decimal

from attncalc.numbers import intervals
from attncalc.numbers.intervals import ZERO, Interval

FEWEST_DECIMALS = 2
_FEWEST_DIGITS = 2
_TRIED = 3
"""So many numbers of decimals are tried one by one; all others move a number by less than that."""

_HALF, _ONE = Decimal("0.5"), Decimal(1)
_ROOM = intervals.DIGITS - 2
_WAYS = {way: intervals.context(way) for way in (decimal.ROUND_HALF_UP, decimal.ROUND_HALF_DOWN)}


def rounded(value: Interval, decimals: int) -> Interval:
    """Every number that one of these may have become by rounding, and these themselves.

    Rounding keeps the order of numbers, so the ends say it all.
    """
    if value.low == value.high == 0:
        return value
    return Interval(_lowest(value.low, decimals), _highest(value.high, decimals))


def moved(value: Interval, decimals: int) -> Interval:
    """By how much rounding may have moved one of these numbers."""
    if value.low == value.high == 0 or value.hidden:
        return ZERO
    after = rounded(value, decimals)
    farthest = max(value.low.copy_abs(), value.high.copy_abs())
    half = intervals.UP.scaleb(_HALF, -_fewest(farthest, decimals))
    down = intervals.DOWN.subtract(after.low, value.high)
    up = intervals.UP.subtract(after.high, value.low)
    return Interval(max(down, half.copy_negate()), min(up, half))


def _fewest(number: Decimal, decimals: int) -> int:
    """The fewest decimals that a number is rounded to."""
    if not number or not number.is_finite():
        return max(decimals, FEWEST_DECIMALS)
    return max(decimals, FEWEST_DECIMALS, _FEWEST_DIGITS - 1 - number.adjusted())


def _highest(number: Decimal, decimals: int) -> Decimal:
    # A number below 0 is cut in size where it goes up; a half may go either way.
    way = decimal.ROUND_HALF_DOWN if number < 0 else decimal.ROUND_HALF_UP
    return _farthest(number, _fewest(number, decimals), _WAYS[way])


def _lowest(number: Decimal, decimals: int) -> Decimal:
    return _highest(number.copy_negate(), decimals).copy_negate()


def _farthest(number: Decimal, fewest: int, to_nearest: decimal.Context) -> Decimal:
    """The largest that a number can be rounded to, with so many decimals or more."""
    if not number.is_finite() or not number:
        return number
    highest, decimals = number, fewest
    while decimals < fewest + _TRIED and number.adjusted() + decimals <= _ROOM:
        if -_last_place(number) <= decimals:
            return highest  # there is nothing left to be rounded
        last = to_nearest.scaleb(_ONE, -decimals)
        highest = max(highest, to_nearest.quantize(number, last))
        decimals += 1
    half = to_nearest.scaleb(_HALF, -decimals)
    return max(highest, intervals.UP.add(number, half))


def _last_place(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # the number is finite
    return exponent
