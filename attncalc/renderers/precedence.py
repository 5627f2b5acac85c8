"""How tightly the parts of a formula hold together, and so where any notation needs brackets.

A notation asks about each part by the place where it stands; these tables alone know the answer.
"""

from __future__ import annotations

import re
from enum import Enum, IntEnum, auto

from attncalc.document.expressions import (
    Apply,
    Difference,
    Dot,
    Expression,
    Fraction,
    Juxtaposed,
    Length,
    Matrix,
    Nothing,
    Number,
    Omitted,
    Power,
    Product,
    Relation,
    Root,
    Sum,
    SumOver,
    Symbol,
    Transpose,
    Vector,
    is_formula,
    spelled_out,
)


class Hold(IntEnum):
    """How tightly a formula holds together, from the loosest to what nothing takes apart."""

    RELATION = auto()
    SUM = auto()
    SUM_OVER = auto()
    PRODUCT = auto()
    JUXTAPOSED = auto()
    POWER = auto()
    ROOT = auto()
    ATOM = auto()


HOLDS: dict[type, Hold] = {
    Relation: Hold.RELATION,
    Sum: Hold.SUM,
    Difference: Hold.SUM,
    SumOver: Hold.SUM_OVER,
    Product: Hold.PRODUCT,
    Dot: Hold.PRODUCT,
    Fraction: Hold.PRODUCT,
    Juxtaposed: Hold.JUXTAPOSED,
    Power: Hold.POWER,
    Transpose: Hold.POWER,
    Root: Hold.ROOT,
    Symbol: Hold.ATOM,
    Number: Hold.ATOM,
    Omitted: Hold.ATOM,
    Nothing: Hold.ATOM,
    Apply: Hold.ATOM,
    Length: Hold.ATOM,
    Vector: Hold.ATOM,
    Matrix: Hold.ATOM,
}
"""Every node of a formula, written on the line."""


class Place(Enum):
    """Where a part stands in a formula."""

    FIRST_TERM = auto()
    LATER_TERM = auto()
    SUBTRACTED = auto()
    FACTOR = auto()
    DOTTED = auto()
    JUXTAPOSED = auto()
    NUMERATOR = auto()
    DENOMINATOR = auto()
    RADICAND = auto()
    BASE = auto()
    EXPONENT = auto()
    SUMMED = auto()
    TRANSPOSED = auto()


NEEDS: dict[Place, Hold] = {
    Place.FIRST_TERM: Hold.SUM,
    Place.LATER_TERM: Hold.SUM,
    Place.SUBTRACTED: Hold.SUM_OVER,
    Place.FACTOR: Hold.PRODUCT,
    Place.DOTTED: Hold.PRODUCT,
    Place.JUXTAPOSED: Hold.JUXTAPOSED,
    Place.NUMERATOR: Hold.PRODUCT,
    Place.DENOMINATOR: Hold.JUXTAPOSED,
    Place.RADICAND: Hold.ATOM,
    Place.BASE: Hold.ATOM,
    Place.EXPONENT: Hold.ROOT,
    Place.SUMMED: Hold.PRODUCT,
    Place.TRANSPOSED: Hold.ATOM,
}
"""What stands there without brackets: what holds together as tightly, or more."""

_WITHOUT_SIGN = frozenset(
    {
        Place.LATER_TERM,
        Place.SUBTRACTED,
        Place.FACTOR,
        Place.RADICAND,
        Place.BASE,
        Place.EXPONENT,
        Place.TRANSPOSED,
    }
)
"""Where the sign of a number would be taken for an operator, or for that of the whole."""


class Setting(Enum):
    """How a notation sets formulas: as plain text; as maths, in which a root is drawn over all of
    its radicand, and 1e5 is 1 × 10⁵; as maths with fractions one above the other.
    """

    TEXT = auto()
    MATHS = auto()
    STACKED = auto()


_DRAWN: dict[Setting, dict[type, Hold]] = {
    Setting.TEXT: {},
    Setting.MATHS: {Root: Hold.ATOM},
    Setting.STACKED: {Root: Hold.ATOM, Fraction: Hold.POWER},
}
"""What holds together more tightly than on the line, by how it is drawn."""

_SCIENTIFIC = re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+%?")


def needs_brackets(part: Expression, place: Place, setting: Setting) -> bool:
    """Whether a part would fall apart, or lend its sign to something else, where it stands."""
    signed = isinstance(part, Number) and part.digits.startswith(("-", "+"))
    return _hold(part, setting) < NEEDS[place] or (signed and place in _WITHOUT_SIGN)


def term_place(number: int) -> Place:
    """Where a term of a sum stands, counted from 0."""
    return Place.LATER_TERM if number else Place.FIRST_TERM


def _hold(expression: Expression, setting: Setting) -> Hold:
    """A number that is a fraction or a root holds together like one."""
    if isinstance(expression, Number):
        if is_formula(expression.digits):
            return _hold(spelled_out(expression.digits)[1], setting)
        if setting is not Setting.TEXT and _SCIENTIFIC.fullmatch(expression.digits):
            return HOLDS[Product]
    on_the_line = HOLDS[type(expression)]
    return _DRAWN[setting].get(type(expression), on_the_line)
