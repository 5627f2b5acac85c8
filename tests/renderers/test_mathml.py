"""Formulas in MathML: one test a node, brackets where they are needed and nowhere else."""

from __future__ import annotations

import re
from xml.etree import ElementTree

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
from attncalc.renderers.html.mathml import mathml_block, mathml_pieces
from tests.renderers.hostile import HOSTILE

ONE, MINUS, X, Y = Number("1"), Number("-2"), Symbol("x"), Symbol("y")
CHAIN = Relation((X, Sum((ONE, MINUS)), MINUS), (Sign.EXACT, Sign.ROUNDED))
DEPRECATED = ("mfenced", "mstyle", "columnalign", "bevelled", "<ms>", "maction", "menclose")


def short(markup: str) -> str:
    """The markup without its rows, attributes and closing tags: what a person can check."""
    return re.sub(r"<(?:mrow|/mrow|math|/math|/m\w+)[^>]*>|(?<=<m)(\w+)[^>]*(?=>)", r"\1", markup)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Number("0.60"), "<mn>0.60"),
        (Number("-1.5"), "<mo>−<mn>1.5"),
        (Number("48%"), "<mn>48%"),
        (Number("-inf"), "<mo>−<mi>∞"),
        (Number("1e5"), "<mn>1<mo>×<msup><mn>10<mn>5"),
        (Number("-2.0E-07"), "<mo>−<mn>2.0<mo>×<msup><mn>10<mo>−<mn>07"),
        (Symbol("softmax"), "<mi>softmax"),
        (Symbol("2t"), "<mn>2<mi>t"),
        (Symbol("∂α", ("i", "j")), "<msub><mi>∂<mi>α<mi>i<mi>j"),
        (Symbol("α", (Name("it"), Name("the#2"))), "<msub><mi>α<mtext>it<mo>,<mtext>the#2"),
        (Symbol("p", ("2t",)), "<msub><mi>p<mn>2<mi>t"),
        (Symbol("head", ("1",)), "<msub><mi>head<mn>1"),
        (Sum((Product((ONE, MINUS)), MINUS)), "<mn>1<mo>×<mo>(<mo>−<mn>2<mo>)<mo>+"
         "<mo>(<mo>−<mn>2<mo>)"),
        (Sum((MINUS, Omitted(7), X)), "<mo>−<mn>2<mo>+<mtext>⋯ (7 more)<mo>+<mi>x"),
        (Difference(X, Sum((X, Y))), "<mi>x<mo>−<mo>(<mi>x<mo>+<mi>y<mo>)"),
        (Product((Sum((ONE, X)), Y)), "<mo>(<mn>1<mo>+<mi>x<mo>)<mo>×<mi>y"),
        (Dot(Symbol("q"), Symbol("k")), "<mi>q<mo>⋅<mi>k"),
        (Juxtaposed((Sum((X, Y)), Transpose(X))), "<mo>(<mi>x<mo>+<mi>y<mo>)<mo>\u2062"
         "<msup><mi>x<mi>T"),
        (Fraction(Sum((X, Y)), Product((X, Y))), "<mo>(<mi>x<mo>+<mi>y<mo>)<mo>/"
         "<mo>(<mi>x<mo>×<mi>y<mo>)"),
        (Root(Sum((X, Y))), "<msqrt><mi>x<mo>+<mi>y"),
        (Length(X), "<mo>‖<mi>x<mo>‖"),
        (Power(Symbol("e"), MINUS), "<msup><mi>e<mo>−<mn>2"),
        (Power(MINUS, ONE), "<msup><mo>(<mo>−<mn>2<mo>)<mn>1"),
        (Power(Number("1e5"), ONE), "<msup><mo>(<mn>1<mo>×<msup><mn>10<mn>5<mo>)<mn>1"),
        (Power(Power(X, Y), ONE), "<msup><mo>(<msup><mi>x<mi>y<mo>)<mn>1"),
        (Power(Transpose(X), ONE), "<msup><mo>(<msup><mi>x<mi>T<mo>)<mn>1"),
        (Transpose(Sum((X, Y))), "<msup><mo>(<mi>x<mo>+<mi>y<mo>)<mi>T"),
        (Apply("max", (X, Omitted(2))), "<mi>max<mo>\u2061<mo>(<mi>x<mo>,<mtext>…<mo>)"),
        (SumOver("j", Sum((X, Y))), "<munder><mo>∑<mi>j<mo>(<mi>x<mo>+<mi>y<mo>)"),
        (Vector((ONE, Omitted(3), MINUS)), "<mo>[<mn>1<mo>,<mtext>…<mo>,<mo>−<mn>2<mo>]"),
        (Vector(()), "<mo>[<mo>]"),
        (Matrix(((ONE, X), (Omitted(2),))), "<mo>[<mtable><mtr><mtd><mn>1<mtd><mi>x"
         "<mtr><mtd><mtext>…<mo>]"),
        (Product((Relation((X, ONE), (Sign.EXACT,)), Y)), "<mo>(<mi>x<mo>=<mn>1<mo>)<mo>×<mi>y"),
    ],
)  # fmt: skip
def test_node(expression: Expression, text: str) -> None:
    """One formula on the line, as well-formed XML without anything deprecated."""
    (markup,) = mathml_pieces(expression)
    assert short(markup) == text
    ElementTree.fromstring(markup)
    assert not any(name in markup for name in DEPRECATED)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Fraction(Sum((X, Y)), Y), "<mfrac><mi>x<mo>+<mi>y<mi>y"),
        (Power(Fraction(X, Y), ONE), "<msup><mo>(<mfrac><mi>x<mi>y<mo>)<mn>1"),
        (Product((Fraction(X, Y), ONE)), "<mfrac><mi>x<mi>y<mo>×<mn>1"),
        (Power(X, Fraction(X, Y)), "<msup><mi>x<mi>x<mo>/<mi>y"),
        (CHAIN, "<mtable><mtr><mtd><mi>x<mtd><mo>=<mtd><mn>1<mo>+<mo>(<mo>−<mn>2<mo>)"
         "<mtr><mtd><mtd><mo>≈<mtd><mo>−<mn>2"),
        (Relation((X, ONE), (Sign.ROUNDED,)), "<mi>x<mo>≈<mn>1"),
    ],
)  # fmt: skip
def test_block(expression: Expression, text: str) -> None:
    """On a line of its own fractions are stacked, and a chain has a line a sign."""
    markup = mathml_block(expression)
    assert short(markup) == text
    ElementTree.fromstring(markup)


def test_brackets_are_as_high_as_needed() -> None:
    """Brackets stretch around a matrix or a fraction, and stand close to anything else."""
    assert mathml_pieces(Vector((ONE,))) == [
        '<math><mrow><mo form="prefix" stretchy="false">[</mo><mn>1</mn>'
        '<mo form="postfix" stretchy="false">]</mo></mrow></math>'
    ]
    assert "stretchy" not in mathml_block(Matrix(((ONE,),)))
    assert "stretchy" not in mathml_block(Transpose(Fraction(X, Y)))


def test_pieces() -> None:
    """A relation may be broken before its signs, and a long sum after every second term."""
    long = Sum((*map(Number, "01234"), MINUS))
    chain = Relation((ONE, long), (Sign.EXACT, Sign.ROUNDED))
    assert list(map(short, mathml_pieces(chain, stacked=True))) == [
        "<mo>=<mn>1",
        "<mo>≈<mn>0<mo>+<mn>1",
        "<mo>+<mn>2<mo>+<mn>3",
        "<mo>+<mn>4<mo>+<mo>(<mo>−<mn>2<mo>)",
    ]
    assert all(
        piece.startswith('<math displaystyle="true">')
        for piece in mathml_pieces(chain, stacked=True)
    )


def test_pieces_of_a_vector() -> None:
    """Where that is asked for, a vector may be broken after every second entry; a short one not."""
    entries = tuple(map(Number, "123456789"))
    chain = Relation((X, Vector(entries)), (Sign.EXACT,))
    assert list(map(short, mathml_pieces(chain, wraps=True))) == [
        "<mi>x",
        "<mo>=<mo>[<mn>1<mo>,<mn>2<mo>,",
        "<mn>3<mo>,<mn>4<mo>,",
        "<mn>5<mo>,<mn>6<mo>,",
        "<mn>7<mo>,",
        "<mn>8<mo>,<mn>9<mo>]",
    ]
    scaled = Product((X, Vector(entries[:6])))
    assert list(map(short, mathml_pieces(scaled, wraps=True))) == [
        "<mi>x<mo>×<mo>[<mn>1<mo>,<mn>2<mo>,",
        "<mn>3<mo>,<mn>4<mo>,",
        "<mn>5<mo>,<mn>6<mo>]",
    ]
    for short_vector in (Vector(entries[:4]), Vector(())):
        assert mathml_pieces(short_vector, wraps=True) == mathml_pieces(short_vector)
    assert len(mathml_pieces(Vector(entries))) == 1


@pytest.mark.parametrize("token", HOSTILE)
def test_hostile_index(token: str) -> None:
    """A token as an index is text, whatever it spells."""
    (markup,) = mathml_pieces(Symbol("q", (Name(token),)))
    element = ElementTree.fromstring(markup)
    assert [node.tag for node in element.iter()] == ["math", "msub", "mi", "mtext"]
