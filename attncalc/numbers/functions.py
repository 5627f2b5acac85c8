"""Functions of decimals that are no plain arithmetic, to 60 digits."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from attncalc.numbers.arithmetic import (
    TRANSCENDENTAL_DIGITS,
    Array,
    decimals,
    transcendental_context,
)

_RANGE = 20
"""e to ±10^20 is beyond the exponents of decimals, which end at 10^(10^18)."""

_FARTHEST = Decimal(10**9)
"""e to minus this is 0 beside 1, to whatever digits are kept."""


def tanh(x: Decimal) -> Decimal:
    """tanh x = (1 - e^(-2|x|)) / (1 + e^(-2|x|)), with the sign of x, to 60 digits."""
    if not x or x.adjusted() < -TRANSCENDENTAL_DIGITS:
        return x  # x - x³/3 + … differs from x beyond the digits that are kept
    room = transcendental_context(max(0, -2 * x.adjusted()))
    power = room.exp(room.multiply(Decimal(-2), x.copy_abs()))
    quotient = room.divide(room.subtract(Decimal(1), power), room.add(Decimal(1), power))
    return transcendental_context().plus(quotient.copy_sign(x))


def logistic(x: Decimal) -> Decimal:
    """σ(x) = 1 / (1 + e^(-x)), which is e^x / (1 + e^x), to 60 digits."""
    room = transcendental_context(10)
    power = room.exp(-min(x.copy_abs(), _FARTHEST))
    above = power if x < 0 else Decimal(1)
    return transcendental_context().divide(above, room.add(Decimal(1), power))


def power_of(base: Decimal | None) -> Callable[[Decimal], Decimal]:
    """base to some power, e if None. One that is out of range is not worked out: 3^(10^9999) takes
    a minute.
    """
    context, shorten = transcendental_context(), transcendental_context(2 * _RANGE).plus
    if base is None:
        return lambda exponent: context.exp(shorten(exponent))
    logarithm = context.ln(base)

    def power(exponent: Decimal) -> Decimal:
        score = shorten(exponent)
        of_e = context.multiply(score, logarithm)
        if of_e and of_e.adjusted() > _RANGE:  # a 0 may be 0E+60, which is no large number
            return Decimal("Infinity") if score > 0 else Decimal(0)
        return context.power(base, score)

    return power


def inverse_power(base: Decimal, above: int, below: int) -> Decimal:
    """base^(-above/below); without an error where that is a root that is a whole number."""
    context = transcendental_context()
    power = context.power(base, context.divide(Decimal(above), Decimal(below)))
    whole = power.to_integral_value()
    if context.power(whole, below) == context.power(base, above):
        power = whole
    return context.divide(Decimal(1), power)


def of_each(function: str, angle: Array) -> Array:
    """The cosine, "cos", or the sine of each angle, as mpmath works them out."""
    import mpmath  # only where there are positions: importing it takes as long as yaml

    digits = TRANSCENDENTAL_DIGITS + max(max((x.adjusted() for x in angle.flat), default=0), 0)
    with mpmath.workdps(digits + 10):
        results = [
            Decimal(mpmath.nstr(getattr(mpmath, function)(mpmath.mpf(str(x))), digits))
            for x in angle.flat
        ]
    return decimals(results, angle.shape)
