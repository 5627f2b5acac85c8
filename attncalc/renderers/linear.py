"""Formulas on one line of plain text: 0.6×0.2 + 0.5×0.1 = 0.17."""

from __future__ import annotations

from typing import assert_never

from attncalc.document.expressions import (
    Apply,
    Difference,
    Dot,
    Expression,
    Fraction,
    Juxtaposed,
    Length,
    Matrix,
    Name,
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
)
from attncalc.language import numeral, separator, text
from attncalc.renderers.inert import inert_token
from attncalc.renderers.precedence import Place, Setting, needs_brackets, term_place

_SUBSCRIPTS = str.maketrans("ijlmn0123456789", "ᵢⱼₗₘₙ₀₁₂₃₄₅₆₇₈₉")
_INDICES = frozenset("ijlmn0123456789")


def linear(expression: Expression) -> str:
    """The formula as text."""
    match expression:
        case Symbol(letter, indices):
            return letter + _subscript(indices)
        case Number(digits):
            return numeral(digits.replace("inf", "∞"))
        case Omitted(count):
            return text("… ({count} more)", count=count)
        case Nothing():
            return "–"
        case Sum(terms):
            return " + ".join(_in(term_place(at), term) for at, term in enumerate(terms))
        case Difference(left, right):
            return f"{_in(Place.FIRST_TERM, left)} - {_in(Place.SUBTRACTED, right)}"
        case Product(factors):
            return "×".join(_in(Place.FACTOR, factor) for factor in factors)
        case Dot(left, right):
            return f"{_in(Place.DOTTED, left)} · {_in(Place.DOTTED, right)}"
        case Juxtaposed(factors):
            return " ".join(_in(Place.JUXTAPOSED, factor) for factor in factors)
        case Fraction(numerator, denominator):
            return f"{_in(Place.NUMERATOR, numerator)} / {_in(Place.DENOMINATOR, denominator)}"
        case Root(radicand):
            return f"√{_in(Place.RADICAND, radicand)}"
        case Length(of):
            return f"‖{linear(of)}‖"
        case Power(base, exponent):
            return f"{_in(Place.BASE, base)}^{_in(Place.EXPONENT, exponent)}"
        case Apply(function, arguments):
            return f"{function}({separator().join(map(entry_text, arguments))})"
        case SumOver(index, body):
            return f"Σ{_subscript((index,))} {_in(Place.SUMMED, body)}"
        case Transpose(of):
            return f"{_in(Place.TRANSPOSED, of)}ᵀ"
        case Vector(entries):
            return f"[{separator().join(map(entry_text, entries))}]"
        case Matrix(rows):
            inside = separator().join(linear(Vector(row)) for row in rows)
            return f"[{inside}]"
        case Relation():
            return " ".join(chain(expression))
        case _:
            assert_never(expression)


def chain(relation: Relation) -> list[str]:
    """The sides of a relation, each behind its sign, so that a long one can be broken there."""
    return [
        f"{sign.value} {linear(side)}" if sign else linear(side) for sign, side in relation.steps
    ]


def entry_text(entry: Expression) -> str:
    """An entry of a vector; entries left out are a mere ellipsis."""
    return "…" if isinstance(entry, Omitted) else linear(entry)


def _in(place: Place, part: Expression) -> str:
    written = linear(part)
    return f"({written})" if needs_brackets(part, place, Setting.TEXT) else written


def _subscript(indices: tuple[str | Name, ...]) -> str:
    if not indices:
        return ""
    parts = [inert_token(index.text) if isinstance(index, Name) else index for index in indices]
    if all(isinstance(index, str) and _INDICES.issuperset(index) for index in indices):
        return "".join(parts).translate(_SUBSCRIPTS)
    return "_" + ",".join(parts)
