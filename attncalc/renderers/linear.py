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
    Matrix,
    Name,
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
from attncalc.renderers.inert import inert_token
from attncalc.renderers.precedence import ATOM, BINDING, held

_SUBSCRIPTS = str.maketrans("ijlmn0123456789", "ᵢⱼₗₘₙ₀₁₂₃₄₅₆₇₈₉")
_INDICES = frozenset("ijlmn0123456789")


def linear(expression: Expression) -> str:
    """The formula as text."""
    match expression:
        case Symbol(letter, indices):
            return letter + _subscript(indices)
        case Number(digits):
            return digits.replace("inf", "∞")
        case Omitted(count):
            return f"… ({count} more)"
        case Sum(terms):
            return " + ".join(
                _bracketed(term, 1, negative=place > 0) for place, term in enumerate(terms)
            )
        case Difference(left, right):
            return f"{_bracketed(left, 1)} - {_bracketed(right, 2, negative=True)}"
        case Product(factors):
            return "×".join(_bracketed(factor, 3, negative=True) for factor in factors)
        case Dot(left, right):
            return f"{_bracketed(left, 3)} · {_bracketed(right, 3)}"
        case Juxtaposed(factors):
            return " ".join(_bracketed(factor, 4) for factor in factors)
        case Fraction(numerator, denominator):
            return f"{_bracketed(numerator, 3)} / {_bracketed(denominator, 4)}"
        case Root(radicand):
            return f"√{_bracketed(radicand, ATOM, negative=True)}"
        case Power(base, exponent):
            return f"{_bracketed(base, 6, negative=True)}^{_bracketed(exponent, 6, negative=True)}"
        case Apply(function, arguments):
            return f"{function}({', '.join(map(entry_text, arguments))})"
        case SumOver(index, body):
            return f"Σ{_subscript((index,))} {_bracketed(body, 3)}"
        case Transpose(of):
            return f"{_bracketed(of, ATOM)}ᵀ"
        case Vector(entries):
            return f"[{', '.join(map(entry_text, entries))}]"
        case Matrix(rows):
            inside = ", ".join(linear(Vector(row)) for row in rows)
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


def _bracketed(expression: Expression, level: int, *, negative: bool = False) -> str:
    text = linear(expression)
    looser = BINDING.get(type(held(expression)), ATOM) < level
    minus = negative and isinstance(expression, Number) and text.startswith("-")
    return f"({text})" if looser or minus else text


def _subscript(indices: tuple[str | Name, ...]) -> str:
    if not indices:
        return ""
    parts = [inert_token(index.text) if isinstance(index, Name) else index for index in indices]
    if all(isinstance(index, str) and _INDICES.issuperset(index) for index in indices):
        return "".join(parts).translate(_SUBSCRIPTS)
    return "_" + ",".join(parts)
