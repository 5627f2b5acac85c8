"""Formulas as LaTeX: brackets where they are needed, and nothing a Markdown reader would take."""

from __future__ import annotations

import pytest

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
from attncalc.renderers.latex.math import LatexMath

ONE, MINUS, X, Y = Number("1"), Number("-2"), Symbol("x"), Symbol("y")
BIG = Number("1e5")


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        (
            Sum((Product((ONE, MINUS)), MINUS, MINUS)),
            r"1 \times (-2) + (-2) + (-2)",
        ),
        (Sum((MINUS, ONE)), "-2 + 1"),
        (Product((Sum((ONE, X)), Y)), r"(1 + x) \times y"),
        (Sum((ONE, Omitted(7), X)), r"1 + \cdots \text{ (7 more)} + x"),
        (Difference(MINUS, Sum((X, MINUS))), "-2 - (x + (-2))"),
        (Difference(X, MINUS), "x - (-2)"),
        (Product((Difference(X, Y), Y)), r"(x - y) \times y"),
        (Difference(X, Difference(X, Y)), "x - (x - y)"),
        (Fraction(Sum((X, Y)), Product((X, Y))), r"(x + y) / (x \times y)"),
        (Fraction(ONE, BIG), r"1 / (1 \times 10^{5})"),
        (Root(Sum((X, Y))), r"\sqrt{x + y}"),
        (Root(MINUS), r"\sqrt{-2}"),
        (Length(X), r"\lVert x \rVert"),
        (Power(Symbol("e"), MINUS), "e^{-2}"),
        (Power(MINUS, Fraction(X, Y)), "(-2)^{x / y}"),
        (Power(BIG, ONE), r"(1 \times 10^{5})^{1}"),
        (Dot(Symbol("q", ("i",)), Symbol("k", ("j",))), r"q_{i} \cdot k_{j}"),
        (Juxtaposed((X, Symbol("W", ("Q",)))), "x W_{Q}"),
        (Juxtaposed((Sum((X, Y)), Transpose(X))), r"(x + y) x^{\top}"),
        (Transpose(Sum((X, Y))), r"(x + y)^{\top}"),
        (Apply("softmax", (X, Y)), r"\mathrm{softmax}(x, y)"),
        (Apply("tanh", (X,)), r"\tanh(x)"),
        (SumOver("j", Sum((X, Y))), r"\sum_{j} (x + y)"),
        (Symbol("α", (Name("it"), "1")), r"\alpha_{\text{<it>},1}"),
        (Symbol("α", ("i", "j")), r"\alpha_{ij}"),
        (Symbol("q", (Name("\x1b"),)), r"q_{\text{<␛>}}"),
        (Symbol("head", ("1",)), r"\mathrm{head_{1}}"),
        (Symbol("q", ("turned",)), r"q_{\mathrm{turned}}"),
        (Symbol("p", ("2t",)), "p_{2t}"),
        (Symbol("a b"), r"\text{<a b>}"),
        (Number("48%"), r"48\text{<%>}"),
        (Number("-inf"), r"-\infty"),
        (Number("-1.50e-07"), r"-1.50 \times 10^{-07}"),
        (Number("?"), r"\text{<?>}"),
        (Vector((ONE, Omitted(3), MINUS)), r"[1, \dots, -2]"),
        (
            Matrix(((ONE, X), (MINUS, Omitted(2)))),
            "\\left[\\begin{array}{rr}\n1 & x \\\\\n-2 & \\dots\n\\end{array}\\right]",
        ),
        (Relation((X, ONE, Y), (Sign.EXACT, Sign.ROUNDED)), r"x = 1 \approx y"),
        (Relation((ONE,), (Sign.ROUNDED,)), r"\approx 1"),
    ],
)
def test_notation(expression: Expression, latex: str) -> None:
    """One node, one way to write it on a line."""
    assert LatexMath(lambda text: f"<{text}>").write(expression) == latex


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        (Fraction(Sum((X, Y)), MINUS), r"\frac{x + y}{-2}"),
        (Product((X, Apply("tanh", (Fraction(X, Y),)))), r"x \times \tanh\left(\frac{x}{y}\right)"),
        (Power(Symbol("e"), Fraction(X, Y)), "e^{x / y}"),
        (Apply("f", (X,)), "f(x)"),
    ],
)
def test_stacked(expression: Expression, latex: str) -> None:
    """A formula on its own has fractions with a bar, but not in an exponent."""
    assert LatexMath(str, stacked=True).write(expression) == latex
