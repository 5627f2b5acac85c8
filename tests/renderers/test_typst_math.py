"""Formulas in Typst's maths: brackets where they are needed, texts as strings."""

from __future__ import annotations

import pytest
import typst

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
from attncalc.renderers.typst.math import typst_math

ONE, MINUS, X, Y = Number("1"), Number("-2"), Symbol("x"), Symbol("y")
TINY = Number("1e-05")

NODES: list[tuple[Expression, str]] = [
    (Number("48%"), "48%"),
    (Number("-inf"), "-infinity"),
    (TINY, "1 times 10^(-05)"),
    (Number("1,024 $"), '"1,024 $"'),
    (Sum((Product((ONE, MINUS)), MINUS, MINUS)), "1 times (-2) + (-2) + (-2)"),
    (Sum((MINUS, ONE)), "-2 + 1"),
    (Sum((ONE, Omitted(7), X)), '1 + dots.c "(7 more)" + x'),
    (Difference(X, Sum((Y, ONE))), "x - (y + 1)"),
    (Difference(X, MINUS), "x - (-2)"),
    (Product((MINUS, TINY)), "(-2) times 1 times 10^(-05)"),
    (Product((Sum((ONE, X)), Y)), "(1 + x) times y"),
    (Power(TINY, Number("2")), "(1 times 10^(-05))^(2)"),
    (Fraction(Sum((X, Y)), Product((X, Y))), r"(x + y)\/(x times y)"),
    (Root(Sum((X, Y))), "sqrt(x + y)"),
    (Length(X), "norm(x)"),
    (Power(Root(X), ONE), "sqrt(x)^(1)"),
    (Power(Transpose(X), ONE), "(x^top)^(1)"),
    (Power(Symbol("e"), MINUS), "e^(-2)"),
    (Power(MINUS, Fraction(ONE, Symbol("d"))), r"(-2)^(1\/d)"),
    (Dot(Symbol("q", ("i",)), Symbol("k", ("j",))), "q_(i) dot k_(j)"),
    (Juxtaposed((Sum((X, Y)), Transpose(X))), "(x + y) thin x^top"),
    (Transpose(Sum((X, Y))), "(x + y)^top"),
    (Apply("softmax", (X, Omitted(2), Y)), 'op("softmax") (x, dots.h, y)'),
    (SumOver("j", Sum((X, Y))), "sum_(j) (x + y)"),
    (Symbol("s", ("i", "j")), "s_(i j)"),
    (Symbol("α", (Name("it"), Name('a"\\'))), 'α_("it", "a\\"\\\\")'),
    (Symbol("q", (Name("\x1b[0m"), "1")), 'q_("‹U+001B›[0m", 1)'),
    (Symbol("q", (Name("long" * 9),)), 'q_("longlonglonglonglonglon…")'),
    (Symbol("score", ("pos", "2t")), '"score"_("pos", 2 t)'),
    (Vector((ONE, Omitted(3), MINUS)), "[1, thin dots.h, thin -2]"),
    (
        Matrix(((ONE, X), (Omitted(2),))),
        '#math.mat(delim: "[", align: right, ($1$, $x$, ), ($dots.h$, ), )',
    ),
    (Relation((X, ONE, Y), (Sign.EXACT, Sign.ROUNDED)), "x = 1 ≈ y"),
    (Relation((ONE,), (Sign.ROUNDED,)), "≈ 1"),
]


@pytest.mark.parametrize(("expression", "text"), NODES)
def test_nodes(expression: Expression, text: str) -> None:
    """Each node has one spelling, with brackets only where its place asks for them."""
    assert typst_math(expression) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Fraction(Sum((X, Y)), Fraction(ONE, X)), r"frac(x + y, 1\/x)"),
        (Product((Fraction(ONE, X), Y)), "frac(1, x) times y"),
        (Power(Fraction(ONE, X), Y), "(frac(1, x))^(y)"),
        (Relation((X, Fraction(ONE, Y)), (Sign.EXACT,)), "x = frac(1, y)"),
        (Apply("sin", (Fraction(ONE, Y),)), 'op("sin") (frac(1, y))'),
    ],
)
def test_stacked(expression: Expression, text: str) -> None:
    """A stacked fraction needs no brackets inside it, and few around it."""
    assert typst_math(expression, stacked=True) == text


def test_typst_reads_it() -> None:
    """Every spelling is one that Typst understands."""
    lines = "\n".join(
        f"$ {typst_math(expression, stacked=stacked)} $"
        for expression, _ in NODES
        for stacked in (False, True)
    )
    assert typst.compile(lines.encode(), format="pdf")
