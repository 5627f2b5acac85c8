"""Bounds of tanh, of the cosines and sines of rotations, and of the slopes of ALiBi.

As in intervals.py, no true value is left out. Cosines and sines are those of mpmath's interval
arithmetic, which is imported only where something turns.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from functools import lru_cache
from typing import Any

from attncalc.numbers import intervals
from attncalc.numbers.intervals import DOWN, UP, ZERO, Interval, context, point, typed

_ONE = Decimal(1)

_NEAR_ZERO = -26
"""Below 10 to this, tanh x is between x - x³/3 and x to all the digits that bounds have."""

_ROOM = 60
"""Digits more, for 1 - e^(-2x) with an x that is not near 0."""

_BITS = 240
"""How precise an angle is, after its whole part."""


def capped(score: Interval, cap: Decimal) -> Interval:
    """c · tanh(s / c), which rises with s."""
    limit = typed(cap)
    ratio = intervals.divide(score, limit)
    return intervals.multiply(limit, Interval(_tanh(ratio.low, DOWN), _tanh(ratio.high, UP)))


def _tanh(x: Decimal, outward: decimal.Context) -> Decimal:
    """A bound of tanh x = (1 - e^(-2x)) / (1 + e^(-2x)), for x < 0 by its symmetry."""
    if x < 0:
        mirrored = UP if outward is DOWN else DOWN
        return _tanh(x.copy_negate(), mirrored).copy_negate()
    if not x or x.adjusted() < _NEAR_ZERO:
        # x - x³/3, with 1/3 a little larger where it is a lower bound
        cube = UP.multiply(UP.multiply(x, x), UP.multiply(x, Decimal("0.34")))
        return x if outward is UP else DOWN.subtract(x, cube)
    wide = context(outward.rounding, _ROOM)
    power = wide.exp(wide.multiply(-2, x))
    # It falls as the power rises; both roundings of the power are at most a digit off.
    power = wide.next_plus(power) if outward is DOWN else max(wide.next_minus(power), Decimal(0))
    against = context(decimal.ROUND_CEILING if outward is DOWN else decimal.ROUND_FLOOR, _ROOM)
    quotient = wide.divide(wide.subtract(_ONE, power), against.add(_ONE, power))
    return outward.plus(min(quotient, _ONE))


@lru_cache(maxsize=4096)
def turn(position: int, base: Decimal, above: int, below: int) -> tuple[Interval, Interval]:
    """The cosine and the sine of position · base^(-above/below)."""
    if not position:
        return point(_ONE), ZERO
    from mpmath.ctx_iv import MPIntervalContext

    arithmetic = MPIntervalContext()
    larger = max(0, -base.adjusted()) * above // below + 1  # digits of the power before its point
    arithmetic.prec = _BITS + 4 * larger + position.bit_length()
    exponent = arithmetic.mpf(-above) / arithmetic.mpf(below)
    angle = arithmetic.mpf(position) * arithmetic.mpf(str(base)) ** exponent
    return _decimals(arithmetic.cos(angle)), _decimals(arithmetic.sin(angle))


def _decimals(interval: Any) -> Interval:
    """An interval of binary fractions, rounded outward."""
    from mpmath.libmp import to_rational

    low, high = (to_rational(end) for end in interval._mpi_)
    return Interval(
        DOWN.divide(*(Decimal(int(part)) for part in low)),
        UP.divide(*(Decimal(int(part)) for part in high)),
    )


@lru_cache(maxsize=4096)
def slope(above: int, below: int) -> Interval:
    """2^(-above/below): a head's slope in ALiBi, exact where it is a whole power."""
    if above % below == 0:
        return point(_ONE / 2 ** (above // below))
    return intervals.power(
        Decimal(2), intervals.divide(*(point(Decimal(x)) for x in (-above, below)))
    )
