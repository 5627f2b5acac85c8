"""Formulas on a line: brackets where they are needed and nowhere else."""

from __future__ import annotations

import pytest

from attncalc.document.expressions import (
    Apply,
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
from attncalc.renderers.linear import linear

ONE, MINUS, X, Y = Number("1"), Number("-2"), Symbol("x"), Symbol("y")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Sum((Product((ONE, MINUS)), MINUS, MINUS)), "1×(-2) + (-2) + (-2)"),
        (Sum((MINUS, ONE)), "-2 + 1"),
        (Product((MINUS, ONE)), "(-2)×1"),
        (Product((Sum((ONE, X)), Y)), "(1 + x)×y"),
        (Sum((ONE, Omitted(7), X)), "1 + … (7 more) + x"),
        (Fraction(Sum((X, Y)), Product((X, Y))), "(x + y) / (x×y)"),
        (Fraction(ONE, Number("4.5")), "1 / 4.5"),
        (Root(Number("3")), "√3"),
        (Fraction(ONE, Number("1e5")), "1 / 1e5"),
        (Root(Sum((X, Y))), "√(x + y)"),
        (Length(Sum((X, Y))), "‖x + y‖"),
        (Root(MINUS), "√(-2)"),
        (Power(Root(X), ONE), "(√x)^1"),
        (Power(Symbol("e"), MINUS), "e^(-2)"),
        (Power(Sum((X, ONE)), Sum((X, Y))), "(x + 1)^(x + y)"),
        (Power(Symbol("e"), Number("-inf")), "e^(-∞)"),
        (Dot(Symbol("q", ("i",)), Symbol("k", ("j",))), "qᵢ · kⱼ"),
        (Juxtaposed((X, Symbol("W", ("Q",)))), "x W_Q"),
        (Juxtaposed((Sum((X, Y)), Transpose(X))), "(x + y) xᵀ"),
        (Dot(Sum((X, Y)), Y), "(x + y) · y"),
        (Transpose(Sum((X, Y))), "(x + y)ᵀ"),
        (Transpose(MINUS), "(-2)ᵀ"),
        (Apply("softmax", (X, Y)), "softmax(x, y)"),
        (SumOver("j", Sum((X, Y))), "Σⱼ (x + y)"),
        (Symbol("α", (Name("it"), Name("the#2"))), "α_it,the#2"),
        (Symbol("q", (Name("\x1b[0m"), "1")), "q_␛[0m,1"),
        (Vector((ONE, Omitted(3), MINUS)), "[1, …, -2]"),
        (Matrix(((ONE, X), (Omitted(2),))), "[[1, x], […]]"),
        (Relation((X, ONE, Y), (Sign.EXACT, Sign.ROUNDED)), "x = 1 ≈ y"),
        (Relation((ONE,), (Sign.ROUNDED,)), "≈ 1"),
    ],
)
def test_linear(expression: Expression, text: str) -> None:
    """One formula, one line."""
    assert linear(expression) == text
