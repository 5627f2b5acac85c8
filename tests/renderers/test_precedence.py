"""Brackets: enough of them in every notation, from a table that knows every node."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction as Exact
from typing import TypeAlias, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Sign,
    Sum,
    SumOver,
    Symbol,
    Transpose,
    Vector,
)
from attncalc.renderers.html.mathml import mathml_block
from attncalc.renderers.latex.math import LatexMath
from attncalc.renderers.linear import linear
from attncalc.renderers.precedence import HOLDS, NEEDS, Hold, Place
from attncalc.renderers.typst.math import typst_math

X, Y = Symbol("x"), Symbol("y")
NOTATIONS: dict[str, Callable[[Expression], str]] = {
    "text": linear,
    "MathML": mathml_block,
    "LaTeX": LatexMath(str).write,
    "LaTeX, stacked": LatexMath(str, stacked=True).write,
    "Typst": typst_math,
    "Typst, stacked": lambda expression: typst_math(expression, stacked=True),
}
NODES: dict[type, Expression] = {
    type(each): each
    for each in (
        X,
        Number("1"),
        Omitted(2),
        Nothing(),
        Sum((X, Y)),
        Difference(X, Y),
        Product((X, Y)),
        Dot(X, Y),
        Juxtaposed((X, Y)),
        Fraction(X, Y),
        Root(X),
        Length(X),
        Power(X, Y),
        Apply("exp", (X,)),
        SumOver("j", X),
        Transpose(X),
        Vector((X, Y)),
        Matrix(((X, Y),)),
        Relation((X, Y), (Sign.EXACT,)),
    )
}


def test_the_table_is_whole() -> None:
    """Every node and every place has a line."""
    assert set(NODES) == set(HOLDS) == set(get_args(Expression))
    assert set(NEEDS) == set(Place)
    assert set(HOLDS.values()) == set(Hold)


@pytest.mark.parametrize("write", NOTATIONS.values(), ids=NOTATIONS)
@pytest.mark.parametrize("node", NODES, ids=lambda node: node.__name__)
def test_a_node_that_the_table_does_not_know(
    node: type, write: Callable[[Expression], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No notation takes it for something that needs no brackets."""
    inside = Juxtaposed((X, NODES[node]))
    assert write(inside)
    monkeypatch.delitem(HOLDS, node)
    with pytest.raises(KeyError, match=node.__name__):
        write(inside)


@pytest.mark.parametrize("write", NOTATIONS.values(), ids=NOTATIONS)
def test_a_part_in_brackets(write: Callable[[Expression], str]) -> None:
    """Beside a factor, what holds together less tightly is in brackets, and nothing else is."""
    for node, part in NODES.items():
        written = write(Juxtaposed((X, part)))
        loose = HOLDS[node] < Hold.JUXTAPOSED and "frac" not in written
        assert written.count("(") == write(part).count("(") + loose


Valued: TypeAlias = tuple[Expression, Exact]


def larger(parts: st.SearchStrategy[Valued]) -> st.SearchStrategy[Valued]:
    """Formulas of two others, with what they are worth."""

    def of_two(one: Valued, other: Valued) -> list[Valued]:
        (left, a), (right, b) = one, other
        return [
            (Sum((left, right)), a + b),
            (Difference(left, right), a - b),
            (Product((left, right)), a * b),
            (Power(left, Number("2")), a**2),
            *([(Fraction(left, right), a / b)] if b else []),
        ]

    return st.builds(of_two, parts, parts).flatmap(st.sampled_from)


NUMBERS = st.integers(-9, 9).map(lambda number: (Number(str(number)), Exact(number)))


@given(st.recursive(NUMBERS, larger, max_leaves=8))
def test_enough_brackets(valued: Valued) -> None:
    """Python reads a line of text as the formula that it was, by its own rules of precedence."""
    formula, worth = valued
    python = re.sub(r"[0-9]+", r"Exact(\g<0>)", linear(formula))
    python = python.replace("×", "*").replace("^", "**")
    assert eval(python, {"Exact": Exact}) == worth
