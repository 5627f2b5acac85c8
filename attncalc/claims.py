"""Numbers that somebody published or handed in, with the digits they were printed with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from attncalc.arithmetic import Typed
from attncalc.errors import FieldPath


@dataclass(frozen=True)
class Claim:
    """One printed number: an entry of a stage, at that index from 0.

    value: -inf if hidden. path: where it stands in the file it was read from.
    """

    stage: str
    index: tuple[int, ...]
    text: str
    value: Decimal
    path: FieldPath = ()

    @property
    def unit(self) -> Decimal:
        """One unit in the last printed place: 0.01 for 0.60 and for 48%, 1 for 1 and 1."""
        return unit_of(self.value)

    @property
    def hidden(self) -> bool:
        """Whether a masked score is claimed."""
        return self.value.is_infinite()


@dataclass(frozen=True)
class Claims:
    """All claims on a problem, in the order of its stages. tolerance: widens every interval."""

    numbers: tuple[Claim, ...] = ()
    tolerance: Decimal = Decimal(0)

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that something is claimed of, in order."""
        return tuple(dict.fromkeys(claim.stage for claim in self.numbers))


def unit_of(value: Decimal) -> Decimal:
    """One unit in the last place a number was typed with."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(0)


def has_point(number: Decimal) -> bool:
    """Whether a number was typed with a decimal point."""
    return isinstance(number, Typed) and "." in number.text
