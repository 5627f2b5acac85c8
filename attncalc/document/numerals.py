"""How a number is written: its digits, and whether they are all of it.

Rounding happens here and nowhere else, when a number is about to be shown.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from decimal import Decimal
from functools import cache, partial
from typing import Any, overload

import numpy as np

from attncalc.document.expressions import Number, Sign
from attncalc.document.style import NumberStyle, Rounding
from attncalc.language import numeral, text
from attncalc.numbers.arithmetic import Array, Exact, Typed, is_exact_kind
from attncalc.records import dataclass

MOST_EXACT_DECIMALS = 12
"""An exact result with more decimals than this is rounded like any other, and says so."""

MOST_FINE_DECIMALS = 8
"""More decimals than this are not read any more: 3.14e-12 is."""

_LARGEST_PLAIN = 15
"""From 10 to this power on, a number is written with an exponent."""

_SMALLEST_PLAIN = -4
"""Below 10 to this power, a number that the decimals of its column do not show has one too."""

_FEWEST_DIGITS = 2
"""Significant digits that a number is shown with at least, unless it is 0 or all of it is shown."""


@dataclass(frozen=True)
class Shown:
    """A number as it is shown, and how it is joined to what it was computed from.

    value: the number itself, by which it is larger or smaller than others.
    """

    number: Number
    sign: Sign
    value: Decimal = field(default=Decimal(0), compare=False, repr=False)

    @property
    def exact(self) -> bool:
        """Whether the digits shown are the whole of the number."""
        return self.sign is Sign.EXACT


class Written(Sequence[Shown]):
    """Numbers of which each is written when it is looked at: of thousands, a page shows a dozen."""

    def __init__(self, count: int, written: Callable[[int], Shown]) -> None:
        self._places, self._written = range(count), cache(written)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Shown: ...

    @overload
    def __getitem__(self, place: slice) -> Written: ...

    def __getitem__(self, place: int | slice) -> Shown | Written:
        if isinstance(place, slice):
            chosen = self._places[place]
            return Written(len(chosen), lambda at: self._written(chosen[at]))
        return self._written(self._places[place])


def shown_doubles(values: Array, style: NumberStyle) -> Written:
    """As shown, for doubles, of which none is exact."""
    finite = values[np.isfinite(values)]
    largest = Decimal(float(np.abs(finite).max(initial=0.0)))
    if largest and largest.adjusted() >= _LARGEST_PLAIN:
        write = partial(_scientific, known=False, style=style)
    elif _is_tiny(largest, style.precision, style):
        write = partial(_scientific, known=False, style=_with_a_mantissa(style))
    else:
        write = partial(_fixed, known=False, decimals=style.precision, style=style)
    return Written(len(values), lambda place: write(Decimal(float(values[place]))))


def shown(values: Sequence[Any], exact: Sequence[bool], style: NumberStyle) -> list[Shown]:
    """Numbers that stand in one column: all with the same number of decimals.

    One that these would show as 0, or with a single digit, has two digits of its own; where all are
    too small, they are written with exponents. exact: which values are exact; these show all their
    digits if every one of them does. Otherwise an exact 0 is 0, and no rounded one.
    """
    numbers = [value if isinstance(value, Decimal) else Decimal(float(value)) for value in values]
    finite = [number for number in numbers if number.is_finite()]
    if any(number and number.adjusted() >= _LARGEST_PLAIN for number in finite):
        return _each(numbers, exact, partial(_scientific, style=style))
    needed = max(map(decimals_of, finite), default=0)
    if all(exact) and needed <= MOST_EXACT_DECIMALS:
        return [_fixed(number, known=True, decimals=needed, style=style) for number in numbers]
    largest = max(map(abs, finite), default=Decimal(0))
    if _is_tiny(largest, style.precision, style):
        return _each(numbers, exact, partial(_scientific, style=_with_a_mantissa(style)))
    return _each(numbers, exact, partial(_fixed, decimals=style.precision, style=style))


def _with_a_mantissa(style: NumberStyle) -> NumberStyle:
    """The style of numbers that are all too small for plain decimals."""
    return replace(style, precision=max(style.precision, _FEWEST_DIGITS - 1))


def _each(
    numbers: Sequence[Decimal], exact: Sequence[bool], written: Callable[[Decimal, bool], Shown]
) -> list[Shown]:
    """Every number as it is written; an exact 0 as what it is, without decimals."""
    return [
        written(number, known) if number or not known else Shown(Number("0"), Sign.EXACT, number)
        for number, known in zip(numbers, exact, strict=True)
    ]


def shown_fine(values: Sequence[Any], exact: Sequence[bool], style: NumberStyle) -> list[Shown]:
    """As shown, for numbers of very different sizes: three digits at least of the smallest.

    Fewer if the precision is less. A number that would need more than MOST_FINE_DECIMALS for that
    is written with an exponent.
    """
    more = min(3, max(1, style.precision)) - 1
    numbers = [value if isinstance(value, Decimal) else Decimal(float(value)) for value in values]
    needed = [more - number.adjusted() if number else 0 for number in numbers]
    precision = max([style.precision, *(each for each in needed if each <= MOST_FINE_DECIMALS)])
    plain = shown(numbers, exact, replace(style, precision=precision))
    mantissa = replace(style, precision=more)
    return [
        each
        if places <= precision or (each.exact and "e" not in each.number.digits)
        else _scientific(number, known, mantissa)
        for each, places, number, known in zip(plain, needed, numbers, exact, strict=True)
    ]


def shown_in_digits(value: Any, known: bool, digits: int, style: NumberStyle) -> Shown:
    """A number on its own with so many significant digits, and an exponent where it is far from 1.

    All of it if it is exact, and at least as many decimals as others have.
    """
    number = value if isinstance(value, Decimal) else Decimal(float(value))
    size = number.adjusted() if number and number.is_finite() else 0
    decimals = digits - 1 - (size if _SMALLEST_PLAIN <= size < _LARGEST_PLAIN else 0)
    finer = replace(style, precision=max(style.precision, decimals))
    if size < _SMALLEST_PLAIN:
        return _scientific(number, known, finer)
    return shown([value], [known], finer)[0]


def shown_row(values: Array, exact: Exact, style: NumberStyle) -> Sequence[Shown]:
    """As shown, for a row of numbers of either kind. (m,)"""
    if not is_exact_kind(values) and not exact.any():
        return shown_doubles(values, style)
    return shown(list(values), exact.tolist(), style)


def shown_array(values: Array, exact: Exact, style: NumberStyle) -> list[Sequence[Shown]]:
    """A matrix whose numbers all have the same number of decimals; typed numbers verbatim."""
    flat: Sequence[Shown]
    if not is_exact_kind(values):
        flat = shown_row(values.ravel(), exact.ravel(), style)
    elif all(isinstance(value, Typed) for value in values.flat):
        flat = [as_typed(value) for value in values.flat]
    else:
        flat = shown(list(values.flat), exact.ravel().tolist(), style)
    width = values.shape[-1]
    return [flat[start : start + width] for start in range(0, len(flat), width)]


def as_typed(value: Typed) -> Shown:
    """A typed number, the way it was typed."""
    return Shown(Number(value.text), Sign.EXACT, value)


def size_of_product(left: Shown, right: Shown) -> Decimal:
    """How large a product is, to a few digits: enough to tell which of several is the largest."""
    return _COARSE.multiply(left.value, right.value).copy_abs()


def percentage(share: Any) -> str:
    """A share as a percentage with one decimal: 22.9%; never 0.0% or 100.0% of what is not."""
    exact = share if isinstance(share, Decimal) else Decimal(float(share))
    digits = f"{round_to(exact.scaleb(2, _WIDE), 1, 'half-up'):f}"
    if digits == "0.0" and exact:
        return _least()
    if digits == "100.0" and exact < 1:
        return _most()
    return _per_cent(digits)


def _per_cent(digits: str) -> str:
    return text("{number}%", number=numeral(digits))


def _least() -> str:
    return text("less than {percentage}", percentage=_per_cent("0.1"))


def _most() -> str:
    return text("more than {percentage}", percentage=_per_cent("99.9"))


def percentage_of_row(weight: Any, row: Sequence[Any]) -> str:
    """A weight as a percentage; beside others it is not all, though its digits be those of 1."""
    others = sum(each != 0 for each in row) > 1
    return _most() if weight == 1 and others else percentage(weight)


def sunk_percentage(total: Any) -> str:
    """What a sink takes of 1 beside these weights' sum; never 100.0% beside anything, nor 0.0%."""
    exact = total if isinstance(total, Decimal) else Decimal(float(total))
    rest = _WIDE.subtract(Decimal(1), exact)
    return (
        percentage(rest)
        if rest > 0
        else text("less than {percentage}", percentage=_per_cent("0.1"))
    )


def rounded(value: Any, style: NumberStyle) -> Shown:
    """A single number that was not typed and is not exact: with two digits at least."""
    return shown_in_digits(value, False, _FEWEST_DIGITS, style)


def significant(value: Any, digits: int = 2) -> str:
    """A magnitude that may be tiny, with so many significant digits, the last one rounded up."""
    exact = value if isinstance(value, Decimal) else Decimal(float(value))
    return f"{decimal.Context(prec=digits, rounding=decimal.ROUND_UP).plus(exact):f}"


def decimals_of(number: Decimal) -> int:
    """How many decimals a number needs to be written in full."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # infinities are not asked about
    significant = len(digits)
    while significant and digits[significant - 1] == 0:
        significant -= 1
        exponent += 1
    return max(0, -exponent) if significant else 0


def round_to(number: Decimal, decimals: int, rounding: Rounding) -> Decimal:
    """The number with so many decimals; never -0."""
    way = decimal.ROUND_HALF_UP if rounding == "half-up" else decimal.ROUND_HALF_EVEN
    room = decimal.Context(
        prec=max(number.adjusted(), 0) + decimals + 3, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX
    )
    result = number.quantize(Decimal(1).scaleb(-decimals), way, room)
    return result if result else abs(result)


def _fixed(number: Decimal, known: bool, decimals: int, style: NumberStyle) -> Shown:
    if not number.is_finite():
        return _infinite(number, known)
    result = round_to(number, decimals, style.rounding)
    whole = known and result == number
    if not whole and number and _digits_of(result, decimals) < _digits_needed(style):
        if number.adjusted() < _SMALLEST_PLAIN:
            return _scientific(number, known, replace(style, precision=_FEWEST_DIGITS - 1))
        result = round_to(number, _FEWEST_DIGITS - 1 - number.adjusted(), style.rounding)
    sign = Sign.EXACT if known and result == number else Sign.ROUNDED
    return Shown(Number(f"{result:f}"), sign, number)


def _is_tiny(number: Decimal, decimals: int, style: NumberStyle) -> bool:
    """Whether a number is too small for so many decimals, and for any that can be read."""
    if not number or number.adjusted() >= _SMALLEST_PLAIN:
        return False
    return _digits_of(round_to(number, decimals, style.rounding), decimals) < _digits_needed(style)


def _digits_of(number: Decimal, decimals: int) -> int:
    """The significant digits of a number that is written with so many decimals; none of 0."""
    return number.adjusted() + decimals + 1 if number else 0


def _digits_needed(style: NumberStyle) -> int:
    """One is enough for somebody who asks for two decimals or fewer: 0.04 is then no 0.043."""
    return _FEWEST_DIGITS if style.precision > _FEWEST_DIGITS else 1


def _scientific(number: Decimal, known: bool, style: NumberStyle) -> Shown:
    if not number.is_finite():
        return _infinite(number, known)
    exponent = number.adjusted() if number else 0
    mantissa = round_to(number.scaleb(-exponent, _WIDE), style.precision, style.rounding)
    if abs(mantissa) >= 10:  # 9.99996 became 10.0000
        exponent += 1
        mantissa = round_to(mantissa.scaleb(-1, _WIDE), style.precision, style.rounding)
    result = mantissa.scaleb(exponent, _WIDE)
    digits = f"{mantissa:f}" + (f"e{exponent}" if exponent else "")
    sign = Sign.EXACT if known and result == number else Sign.ROUNDED
    return Shown(Number(digits), sign, number)


_COARSE = decimal.Context(prec=9, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX, traps=[])
_WIDE = decimal.Context(prec=200_000, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX)


def _infinite(number: Decimal, known: bool) -> Shown:
    digits = "-inf" if number < 0 else "inf"
    return Shown(Number(digits), Sign.EXACT if known else Sign.ROUNDED, number)
