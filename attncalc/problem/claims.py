"""Numbers that somebody published or handed in, with the digits they were printed with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from attncalc.errors import FieldPath
from attncalc.numbers.arithmetic import TRANSCENDENTAL_DIGITS, Typed
from attncalc.records import dataclass


@dataclass(frozen=True)
class Claim:
    """One printed number: an entry of a stage, at that index from 0.

    value: -inf if hidden, or NaN. path: where it stands in the file it was read from. beside: one
    unit in the last place of the numbers beside it, for a bare 0 or 1 that claims as many decimals.
    bits: the binary digits of its number type, where it comes as one and not as text; its text is
    then the shortest that tells it from all others of the type, and its value is the number itself.
    """

    stage: str
    index: tuple[int, ...]
    text: str
    value: Decimal
    path: FieldPath = ()
    beside: Decimal | None = None
    bits: int | None = None

    @property
    def unit(self) -> Decimal:
        """One unit in the last printed place: 0.01 for 0.60 and for 48%, 1 for 1 and 1."""
        return unit_of(self.value) if self.beside is None else self.beside

    @property
    def decimals(self) -> int:
        """How many decimals are printed; none of a fraction, or of a score that is hidden."""
        if self.hidden or (isinstance(self.value, Typed) and self.value.quotient):
            return 0
        exponent = self.unit.as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0

    @property
    def printed(self) -> str:
        """The number with the decimals that it claims."""
        return f"{self.value:.{self.decimals}f}"

    @property
    def written(self) -> Decimal:
        """The number that its text says, which is shorter than the value of a number of a type."""
        return self.value if self.bits is None else Decimal(self.text)

    @property
    def has_decimals(self) -> bool:
        """Whether any decimals are printed."""
        return self.decimals > 0

    @property
    def places(self) -> int:
        """How many decimals a rounding has that it may be the print of; a fraction is no print."""
        exponent = self.unit.as_tuple().exponent
        assert isinstance(exponent, int)  # a unit is finite
        return max(0, -exponent)

    @property
    def hidden(self) -> bool:
        """Whether a masked score is claimed."""
        return self.value.is_infinite()

    @property
    def undefined(self) -> bool:
        """Whether NaN is claimed."""
        return self.value.is_nan()


@dataclass(frozen=True)
class Claims:
    """All claims on a problem, in the order of its stages. tolerance: widens every interval.

    named: the stages that stand under the claims, also those of which nothing is claimed.
    """

    numbers: tuple[Claim, ...] = ()
    tolerance: Decimal = Decimal(0)
    named: tuple[str, ...] = ()

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that something is claimed of, in order."""
        return tuple(dict.fromkeys(claim.stage for claim in self.numbers))


def unit_of(value: Decimal) -> Decimal:
    """One unit in the last place a number was typed with; of a fraction, see unit_of_quotient."""
    if isinstance(value, Typed) and value.quotient:
        return _unit_of_quotient(value)
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(0)


def _unit_of_quotient(value: Typed) -> Decimal:
    """The power of ten that a quotient is known to: 1/3 to all digits, 2.718/3.718 to 0.001.

    Whole numbers are what they are; decimals are prints, half a unit of their last place off.
    """
    relative = Fraction(0)
    for digits in re.findall(r"[0-9.]+", value.text):
        part, decimals = Fraction(digits), len(digits.partition(".")[2])
        if "." in digits and part:
            relative += Fraction(1, 10**decimals) / part
    least = Decimal(1).scaleb(value.adjusted() - TRANSCENDENTAL_DIGITS + 2)
    if not relative or not value:
        return least
    known = abs(Fraction(value)) * relative
    unit = Decimal(1).scaleb(value.adjusted())
    while Fraction(unit) >= known * 10:
        unit = unit.scaleb(-1)
    while Fraction(unit) < known:
        unit = unit.scaleb(1)
    return max(unit, least)


def has_point(number: Decimal) -> bool:
    """Whether a number was typed with a decimal point."""
    return isinstance(number, Typed) and "." in number.text and not number.quotient


def with_bare_numbers_read(claims: Sequence[Claim]) -> list[Claim]:
    """The claims of one stage, where a bare 0 or 1 claims as many decimals as those beside it.

    They are those of the least precise of all that have any; where none has, it is as it is.
    """
    units = [claim.unit for claim in claims if claim.has_decimals]
    if not units:
        return list(claims)
    beside = max(units)
    return [replace(claim, beside=beside) if claim.text in _BARE else claim for claim in claims]


_BARE = ("0", "1")
