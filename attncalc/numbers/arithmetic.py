"""The two number systems: decimals for what a person could work by hand, float64 beyond.

Typed numbers are decimals, so their sums and products are exact in decimal arithmetic; the
engine's functions take either kind of array and never ask which.
"""

from __future__ import annotations

import decimal
import itertools
import math
import re
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[tuple[Any, ...], np.dtype[Any]]
"""float64, or objects that are all Decimal."""

Exact: TypeAlias = np.ndarray[tuple[Any, ...], np.dtype[np.bool_]]
"""Same shape as the values it speaks of: True where the value is exact."""

LARGEST_EXPONENT = 9999
MOST_DIGITS = 1000
_LONGEST = 2 * MOST_DIGITS
"""Characters of a number, its sign, point, exponent and line of fraction too."""

_LONG_HINT = f"a number has at most {MOST_DIGITS} digits; round it"

TRANSCENDENTAL_DIGITS = 60
"""Digits to which powers are computed: 34 are promised, the rest is room for cancellation."""

SETTLED_DIGITS = TRANSCENDENTAL_DIGITS - 5
"""A sum that is not exact, of terms that cancel to so many digits, is known no better than 0."""

HAND_SIZED_MICROSECONDS = 50_000
_MICROSECONDS_A_PRODUCT = 0.08
_MICROSECONDS_A_POWER = 40.0

# No two neighbours in these patterns match the same character, so that none of them backtracks.
_DECIMAL = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_NUMBER = re.compile(
    rf"(?P<digits>[+-]?{_DECIMAL})(?:[eE](?P<exponent>[+-]?[0-9]+))?(?P<percent>%)?"
)
_PART = (
    rf"(?:(?:{_DECIMAL}\*?)?(?:sqrt\({_DECIMAL}(?:/{_DECIMAL})?\)"
    rf"|√(?:{_DECIMAL}|\({_DECIMAL}(?:/{_DECIMAL})?\)))|{_DECIMAL})"
)
# Compiled when the first is met: most problems have decimals only.
_FRACTION = rf"(?P<sign>[+-]?)(?P<above>{_PART})(?:/(?P<below>{_PART}))?"
_FACTOR = rf"(?P<whole>{_DECIMAL})?\*?(?:(?:sqrt|√)\(?(?P<root>[0-9./]+)\)?)?"
_INFINITE = r"(?i)[+-]?(?:\.?inf|infinity)"
NOT_A_NUMBER = re.compile(r"[+-]?\.?nan", re.IGNORECASE)


class Typed(Decimal):
    """A decimal that remembers how it was typed: 0.60, 48%, 1e5, 1/3.

    ratio: the fraction that was typed, if it is one and rational. doubt: by how much the decimal
    may be off what was typed, because no decimal is 1/3 or √2; 0 for every other number.
    """

    text: str
    ratio: Fraction | None
    doubt: Decimal

    def __new__(
        cls,
        value: Decimal,
        text: str,
        ratio: Fraction | None = None,
        doubt: Decimal = Decimal(0),
    ) -> Typed:
        typed = super().__new__(cls, value)
        typed.text, typed.ratio, typed.doubt = text, ratio, doubt
        return typed

    @property
    def quotient(self) -> bool:
        """Whether it was typed as a fraction or a root, and so not rounded to any place."""
        return "/" in self.text or "√" in self.text

    def __reduce__(self) -> tuple[type[Typed], tuple[Any, ...]]:
        return Typed, (Decimal(self), self.text, self.ratio, self.doubt)


def doubt_of(number: Any) -> Decimal:
    """By how much a decimal may be off the number that was typed."""
    return number.doubt if isinstance(number, Typed) else _ZERO


_ZERO = Decimal(0)


class NumberError(ValueError):
    """Text that is no number; says what was found and what to write instead."""

    def __init__(self, found: str, hint: str | None = None) -> None:
        self.hint = hint
        super().__init__(found)


def parse_number(text: str) -> Typed:
    """The exact value of a typed number; a percentage is a hundredth.

    Fractions and roots are numbers too; where no decimal of 60 digits is equal to one, it is
    rounded to so many, and knows its doubt.
    Raises NumberError for NaN, infinities, exponents beyond ±9999 and anything that is no number.
    """
    typed = text.strip().replace("\N{MINUS SIGN}", "-")
    if len(typed) > _LONGEST:
        raise NumberError(f"a text of {len(typed)} characters", _LONG_HINT)
    found = _NUMBER.fullmatch(typed)
    if found is None:
        return _parse_fraction(typed)
    exponent = found["exponent"]
    if exponent is not None and (len(exponent) > 6 or abs(int(exponent)) > LARGEST_EXPONENT):
        raise NumberError(
            f"the exponent of {_short(typed)} is beyond ±{LARGEST_EXPONENT}",
            "numbers of that size have no meaning in attention; check the exponent",
        )
    if len(found["digits"]) > MOST_DIGITS:
        raise NumberError(f"a number of more than {MOST_DIGITS} digits", _LONG_HINT)
    # Not scaleb, which would round to the precision of whatever context is current.
    shift = int(exponent or 0) - (2 if found["percent"] else 0)
    return Typed(Decimal(f"{found['digits']}e{shift}"), typed)


def _parse_fraction(typed: str) -> Typed:
    """1/3, sqrt(2), -1/sqrt(2), 2√3: a sign, and a quotient of decimals and of roots of them."""
    together = _without_blanks(typed)
    found = re.fullmatch(_FRACTION, together)
    if found is None or together.strip("+-0123456789.") == "":
        raise _not_a_number(typed)
    above, below = _squared(found["above"]), _squared(found["below"] or "1")
    if above is None or not below:
        raise NumberError(f"a division by 0 ({_short(typed)})")
    square = above / below
    ratio = _root_of(square)
    minus = found["sign"] == "-"
    text = together.replace("sqrt", "√").replace("*", "")
    text = re.sub(r"√\(([0-9.]+)\)", r"√\1", text)
    positive = square if ratio is None else ratio
    room = _context(2 * TRANSCENDENTAL_DIGITS)
    value = room.divide(Decimal(positive.numerator), Decimal(positive.denominator))
    value = room.sqrt(value) if ratio is None else value
    value = value.copy_negate() if minus else value
    kept = transcendental_context()
    near = kept.plus(value)
    ratio = -ratio if minus and ratio is not None else ratio
    exact = Fraction(near) == ratio
    # Rounded twice, so it may be off by more than half a unit of the last digit, if not by one.
    doubt = _ZERO if exact else Decimal(1).scaleb(near.adjusted() - kept.prec + 1)
    return Typed(near, text, ratio, doubt)


def _without_blanks(typed: str) -> str:
    """A fraction without the blanks beside its signs; one between digits stays, and is a fault."""
    words = typed.split()
    parts = words[:1]
    for before, word in itertools.pairwise(words):
        beside_a_sign = before[-1] in "+-/*(√" or word[0] in "/*)√" or before == "sqrt"
        parts.append(word if beside_a_sign else f" {word}")
    return "".join(parts)


def _squared(part: str) -> Fraction | None:
    """The square of what stands above or below the line; None for a root of something by 0."""
    found = re.fullmatch(_FACTOR, part)
    assert found is not None  # it is one of _PART
    above, _, below = (found["root"] or "1").partition("/")
    inside_below = Fraction(below or "1")
    if not inside_below:
        return None
    return Fraction(found["whole"] or "1") ** 2 * Fraction(above) / inside_below


def _root_of(square: Fraction) -> Fraction | None:
    """The root of a fraction, where it is one."""
    above, below = math.isqrt(square.numerator), math.isqrt(square.denominator)
    return Fraction(above, below) if Fraction(above, below) ** 2 == square else None


def _not_a_number(typed: str) -> NumberError:
    if NOT_A_NUMBER.fullmatch(typed):
        return NumberError("NaN", "every number must be finite")
    if re.fullmatch(_INFINITE, typed):
        return NumberError(
            f"an infinity ({typed})", "every number must be finite; to hide a key, use mask or bias"
        )
    if not typed:
        return NumberError("nothing")
    if typed in ("...", "…"):
        return NumberError("numbers left out (…)", "print all of it: threshold=sys.maxsize")
    if re.search(r"(sqrt|√)\(?-", _without_blanks(typed)):
        return NumberError(f"the root of a negative number ({_short(typed)})")
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", typed):
        return NumberError(f"“{_short(typed)}”", f"write {typed.replace(',', '.')}")
    return NumberError(f"“{_short(typed)}”")


def parse_bias(text: str) -> Decimal:
    """As parse_number, but -inf is a number too: it hides a key."""
    if re.fullmatch(r"-\.?inf(inity)?", text.strip(), re.IGNORECASE):
        return Decimal("-Infinity")
    return parse_number(text)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}…"


def decimals(values: Iterable[Any], shape: tuple[int, ...]) -> Array:
    """An array of decimals. numpy must not look inside: a Decimal subclass is an object to it."""
    array = np.empty(len(flat := list(values)), dtype=object)
    array[:] = flat
    return array.reshape(shape)


def is_exact_kind(array: Array) -> bool:
    """Whether an array holds decimals, rather than float64."""
    return array.dtype == object


def like(array: Array, number: Decimal | int | str) -> Any:
    """A number of the same kind as the array's."""
    return Decimal(number) if is_exact_kind(array) else float(number)


def resolution(kind: Array, terms: int) -> Any:
    """The share of its terms' sizes below which a sum of so many of them is mere rounding."""
    if is_exact_kind(kind):
        return Decimal(1).scaleb(-SETTLED_DIGITS)
    return (terms + 2) * float(np.finfo(np.float64).eps)


def hand_sized(products: int, powers: int) -> bool:
    """Whether so many multiplications and powers are done in decimals within some 50 ms.

    The two prices were measured with CPython 3.11 at 60 to 110 digits; that of a power includes the
    quotient it goes into and finding out whether they are exact.
    """
    cost = products * _MICROSECONDS_A_PRODUCT + powers * _MICROSECONDS_A_POWER
    return cost <= HAND_SIZED_MICROSECONDS


def span(array: Array) -> int:
    """How many decimal places lie between the highest and the lowest digit of an array."""
    highest = lowest = 0
    for number in array.flat:
        if number.is_finite() and number:
            highest = max(highest, number.adjusted() + 1)
            lowest = min(lowest, number.as_tuple().exponent)
    return highest - lowest


def exact_context(arrays: Iterable[Array], *, backward: bool = False) -> decimal.Context:
    """A context in which sums and products of these arrays, each met at most twice, are exact.

    Twice, because X meets itself in the scores. 20 digits more are room for adding up rows.
    backward: whether gradients are worked out, too. X meets itself once more there, and a weight
    itself; and lengths and slopes stand beside weights.
    """
    times, long = (4, 4) if backward else (2, 1)
    digits = long * TRANSCENDENTAL_DIGITS + 20 + times * sum(span(array) for array in arrays)
    return _context(digits)


_LONGEST_QUOTIENT = 4 * MOST_DIGITS
"""Digits of a quotient: beside 1e9999 there are 40,000 in a score, which nobody sees any of."""


def quotient_context(numerators: Array, divisor: Decimal | int) -> decimal.Context:
    """A context for numbers divided by another, and for the roots that they are divided by.

    A quotient that has an end, and no more digits than anybody types, is exact in it, if the
    divisor is whole; any other is right to 60 digits, and to 60 decimals up to 10^4000.
    exact_context may be wider by the thousand, and digits that never end would fill it.
    """
    longest = 0
    for number in numerators.flat:
        if number.is_finite():
            longest = max(longest, len(number.as_tuple().digits), number.adjusted() + 1)
    longest = min(longest, _LONGEST_QUOTIENT)
    # A division by 2 takes one digit more, and by no other prime but 5 has a quotient an end.
    halvings = min(int(divisor).bit_length(), 4 * MOST_DIGITS)
    return _context(TRANSCENDENTAL_DIGITS + 20 + longest + halvings)


def dividing(numerators: Array, divisor: Any) -> AbstractContextManager[object]:
    """The arithmetic in which these numbers are divided by another."""
    if not is_exact_kind(numerators):
        return nullcontext()
    return decimal.localcontext(quotient_context(numerators, divisor))


def wider(context: decimal.Context) -> decimal.Context:
    """A context in which the product of two numbers of the given context is exact."""
    return _context(2 * context.prec + 1)


def transcendental_context(room: int = 0) -> decimal.Context:
    """A context for powers, roots and what is made of them; room: so many digits more."""
    return _context(TRANSCENDENTAL_DIGITS + room)


def _context(digits: int) -> decimal.Context:
    return decimal.Context(
        prec=digits,
        rounding=decimal.ROUND_HALF_EVEN,
        Emax=decimal.MAX_EMAX,
        Emin=decimal.MIN_EMIN,
        traps=[],
    )
