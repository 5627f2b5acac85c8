"""What a formula is made of.

A formula is a tree of these nodes and holds no markup: a terminal, LaTeX, Typst or MathML renderer
writes it in its own notation. Numbers arrive as the digits to be shown, because how many of them
there are, and whether `=` or `≈` joins them, is part of what is being said.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TypeAlias

from attncalc.records import dataclass

_PART = r"[0-9.]*(?:√(?:[0-9.]+|\([0-9.]+/[0-9.]+\)))?"
_FORMULA = re.compile(rf"[+-]?{_PART}(?:/{_PART})?")
"""A fraction, a root, or both, as typed numbers are spelled: -1/√(5/7)."""


class Sign(Enum):
    """How two sides of a relation are joined."""

    EXACT = "="
    ROUNDED = "≈"


@dataclass(frozen=True)
class Name:
    """A token's own spelling, used as an index: the `it` of q_it. Arbitrary text."""

    text: str


@dataclass(frozen=True)
class Symbol:
    """A letter of the field's notation with its indices: q_i, W_Q, d_k, α_ij."""

    letter: str
    indices: tuple[str | Name, ...] = ()


@dataclass(frozen=True)
class Number:
    """A number by the digits that are shown: 0.60, -1.5, 48%, 1e5, -inf; 1/3 and 2/√3, as typed."""

    digits: str


@dataclass(frozen=True)
class Omitted:
    """Terms or entries left out in the middle of a sum, a vector or a matrix."""

    count: int


@dataclass(frozen=True)
class Nothing:
    """The place of a number that is none, as of a weight that a mask has taken away."""


@dataclass(frozen=True)
class Sum:
    """term + term + …"""

    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Difference:
    """left - right."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Product:
    """factor × factor."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True)
class Dot:
    """The dot product of two vectors."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Juxtaposed:
    """A matrix product, written by setting the factors side by side: X W_Q."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True)
class Fraction:
    """numerator / denominator."""

    numerator: Expression
    denominator: Expression


@dataclass(frozen=True)
class Root:
    """The square root."""

    radicand: Expression


@dataclass(frozen=True)
class Length:
    """‖x‖, the length of a vector."""

    of: Expression


@dataclass(frozen=True)
class Power:
    """base to the exponent."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True)
class Apply:
    """A named function of its arguments: softmax(S)."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class SumOver:
    """Σ over an index."""

    index: str
    body: Expression


@dataclass(frozen=True)
class Transpose:
    """The transposed matrix."""

    of: Expression


@dataclass(frozen=True)
class Vector:
    """A row of numbers."""

    entries: tuple[Expression, ...]


@dataclass(frozen=True)
class Matrix:
    """Rows of numbers."""

    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True)
class Relation:
    """Sides joined by = or ≈: a chain from a formula to its value.

    One sign fewer than sides; or as many, where it goes on from the cell before it in a table.
    """

    sides: tuple[Expression, ...]
    signs: tuple[Sign, ...]

    @property
    def steps(self) -> tuple[tuple[Sign | None, Expression], ...]:
        """Each side with the sign before it, which the first need not have."""
        ahead = (None,) * (len(self.sides) - len(self.signs))
        return tuple(zip((*ahead, *self.signs), self.sides, strict=True))


Expression: TypeAlias = (
    Symbol
    | Number
    | Omitted
    | Nothing
    | Sum
    | Difference
    | Product
    | Dot
    | Juxtaposed
    | Fraction
    | Root
    | Length
    | Power
    | Apply
    | SumOver
    | Transpose
    | Vector
    | Matrix
    | Relation
)


def is_formula(digits: str) -> bool:
    """Whether the digits of a number are a fraction or a root, and not some other text."""
    return ("/" in digits or "√" in digits) and _FORMULA.fullmatch(digits) is not None


def spelled_out(digits: str) -> tuple[str, Expression]:
    """The sign of a number's digits, and the fraction or root that they are.

    It is a line of digits to whoever counts and aligns numbers, and a formula to who draws it.
    """
    sign = digits[0] if digits[0] in "+-" else ""
    above, line, below = _parted(digits.removeprefix(sign))
    numerator = _of_root(above)
    return sign, Fraction(numerator, _of_root(below)) if line else numerator


def _parted(digits: str) -> tuple[str, str, str]:
    """What stands above and below the line of a fraction; a line in brackets is under a root."""
    depth = 0
    for place, character in enumerate(digits):
        depth += (character == "(") - (character == ")")
        if character == "/" and depth == 0:
            return digits[:place], "/", digits[place + 1 :]
    return digits, "", ""


def _of_root(part: str) -> Expression:
    """2√3 and √(1/3) as what they are."""
    whole, mark, radicand = part.partition("√")
    if not mark:
        return Number(part)
    above, line, below = radicand.removeprefix("(").removesuffix(")").partition("/")
    root = Root(Fraction(Number(above), Number(below)) if line else Number(above))
    return Product((Number(whole), root)) if whole else root
