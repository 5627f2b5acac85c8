"""Numbers typed as fractions and roots: what they are, how they look, what may be claimed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.checking import check
from attncalc.document.expressions import Number, Power, Product, Root, Sum, Symbol
from attncalc.numbers.arithmetic import NumberError, parse_number
from attncalc.problem.claims import unit_of
from attncalc.renderers.html.mathml import mathml_pieces
from attncalc.renderers.latex.math import LatexMath
from attncalc.renderers.linear import linear
from attncalc.renderers.typst.math import typst_math


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_a_fraction_is_its_value(above: int, below: int) -> None:
    """It is exact where it has an end, and off by less than its doubt where it has none."""
    typed = parse_number(f"{above}/{below}")
    right = Fraction(above, below)
    assert typed.ratio == right
    assert abs(Fraction(typed) - right) <= Fraction(typed.doubt)
    assert (typed.doubt == 0) == (Fraction(typed) == right)
    assert typed.doubt <= abs(typed) * Decimal("1e-58")


@pytest.mark.parametrize(
    ("text", "shown", "right"),
    [
        ("sqrt(2)", "√2", lambda: mpmath.sqrt(2)),
        ("-1/sqrt(2)", "-1/√2", lambda: -1 / mpmath.sqrt(2)),
        ("2 / sqrt( 3 )", "2/√3", lambda: 2 / mpmath.sqrt(3)),
        ("2*sqrt(3)/5", "2√3/5", lambda: 2 * mpmath.sqrt(3) / 5),
        ("3√.5", "3√.5", lambda: 3 * mpmath.sqrt(0.5)),
        ("√(1/3)", "√(1/3)", lambda: mpmath.sqrt(mpmath.mpf(1) / 3)),
        ("\N{MINUS SIGN}sqrt(5/7)", "-√(5/7)", lambda: -mpmath.sqrt(mpmath.mpf(5) / 7)),
    ],
)
def test_a_root_is_its_value(text: str, shown: str, right: Any) -> None:
    """To 60 digits, all but the last of them certain; it is shown with the sign of a root."""
    typed = parse_number(text)
    assert typed.text == shown
    with mpmath.workdps(80):
        assert abs(mpmath.mpf(str(typed)) - right()) <= mpmath.mpf(str(typed.doubt))
    assert 0 < typed.doubt < abs(typed) * Decimal("1e-58")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1/4", "0.25"), ("6/2", "3"), ("-1/sqrt(16)", "-0.25"), ("1.5/2.5", "0.6"), ("√9", "3")],
)
def test_what_a_decimal_is_equal_to_is_one(text: str, value: str) -> None:
    """Fractions with an end, and roots of squares, are the decimals they are."""
    typed = parse_number(text)
    assert typed == Decimal(value)
    assert typed.doubt == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1/0", "a division by 0 (1/0)"),
        ("2/sqrt(0)", "a division by 0 (2/sqrt(0))"),
        ("sqrt(1/0)", "a division by 0 (sqrt(1/0))"),
        ("sqrt(-2)", "the root of a negative number (sqrt(-2))"),
        ("1/√-2", "the root of a negative number (1/√-2)"),
        ("1/2/3", "“1/2/3”"),
        ("1 2/3", "“1 2/3”"),
        ("1 2", "“1 2”"),
        ("sqrt 2", "“sqrt 2”"),
        ("1/-3", "“1/-3”"),
        ("+ 1", "“+ 1”"),
        ("/", "“/”"),
        ("1/3%", "“1/3%”"),
        ("1/sqrt(d)", "“1/sqrt(d)”"),
        ("7" * 40_000 + "x", "a text of 40001 characters"),
        ("7" * 1001, "a number of more than 1000 digits"),
    ],
)
def test_what_is_no_number_says_why(text: str, message: str) -> None:
    """Division by 0 and roots of negatives are told from what is no number at all."""
    with pytest.raises(NumberError, match=r".") as found:
        parse_number(text)
    assert str(found.value) == message


@pytest.mark.parametrize(
    ("text", "unit"),
    [("1/3", "1E-59"), ("6/2", "1E-58"), ("0/5", "1E-58"), ("2.718/3.718", "0.001")],
)
def test_the_unit_of_a_quotient(text: str, unit: str) -> None:
    """Whole numbers leave no room for rounding; decimals are prints."""
    assert unit_of(parse_number(text)) == Decimal(unit)


NUMBERS = ["0", "1", "1/2", "-0.25", "3/8", "1/3", "-2/7", "sqrt(2)", "√2/2"]
ROWS = st.lists(st.sampled_from(NUMBERS), min_size=2, max_size=2)


@settings(deadline=None)
@given(ROWS, ROWS)
def test_products_of_fractions_are_exact_where_their_factors_are(
    q: list[str], k: list[str]
) -> None:
    """One third in a row leaves the other products of it what they are; and 0 times it is 0."""
    trace = attncalc.explain(attncalc.load({"Q": [q], "K": [k], "attention": {"scale": "none"}}))
    with trace.arithmetic():
        terms = trace.stages["Q"].plain[0] * trace.stages["K"].plain
    known = terms.exact[0]
    without_end = {"1/3", "-2/7", "sqrt(2)", "√2/2"}
    for place, pair in enumerate(zip(q, k, strict=True)):
        assert known[place] == ("0" in pair or not without_end & {*pair})
        if known[place]:
            factors = [Fraction(parse_number(text)) for text in pair]
            assert Fraction(terms.values[0][place]) == factors[0] * factors[1]
    assert trace.stages["scores"].exact[0][0] == known.all()


def test_a_third_elsewhere_does_not_round_a_row() -> None:
    """Each product has the sign that is its own, whatever stands in other rows."""
    fields = {"Q": [["1/2", "1"], ["1/3", "0"]], "K": [["1", "1/4"], ["0", "2/3"]]}
    trace = attncalc.explain(attncalc.load(fields))
    page = attncalc.handout(trace, queries="#1", stages=["scores"]).text()
    page = " ".join(page.split())
    assert "1/2×1 + 1×1/4 = 0.5000 + 0.2500 = 0.7500" in page
    assert "1/2×0 + 1×2/3 ≈ 0 + 0.6667 ≈ 0.6667" in page


THIRDS = {"scores": [["0", "0", "0"]], "V": [["1"], ["2"], ["4"]]}


@pytest.mark.parametrize(
    ("claims", "verdicts"),
    [
        ({"weights": [["1/3", "2/6", "0.3333"]]}, ["correct", "correct", "correct"]),
        ({"weights": [["1/4", "1/3", "1/3"]]}, ["wrong", "correct", "correct"]),
        ({"output": [["7/3"]]}, ["correct"]),
        ({"output": [["5/2"]]}, ["wrong"]),
        ({"exponentials": [["6/6", "1", "2/2"]], "sums": ["6/2"]}, ["correct"] * 4),
    ],
)
def test_fractions_are_claimed_as_they_are(claims: Any, verdicts: list[str]) -> None:
    """A claimed fraction is the number itself and no rounding of it."""
    trace = attncalc.explain(attncalc.load({**THIRDS, "claims": claims}))
    assert [finding.verdict.value for finding in check(trace).findings] == verdicts


@pytest.mark.parametrize("start", [{"scores": [["1/3", "sqrt(2)"]]}, {"scores": [["3", "-1"]]}])
@pytest.mark.parametrize(
    "options",
    [{}, {"scale": "1/sqrt(3)"}, {"base": "4/3"}, {"softcap": "5/3"}, {"sink": "-1/7"}],
)
def test_computed_claims_of_fractions_are_correct(start: Any, options: dict[str, str]) -> None:
    """Intervals hold the numbers that decimals are only near to, in each option, at 30 decimals."""
    problem = {**start, "V": [["2/3"], ["-√5"]], "attention": options}
    trace = attncalc.explain(attncalc.load(problem))
    claims = {
        name: [[f"{number:.30f}" for number in row] for row in trace[name].reshape(1, -1)]
        for name in ("exponentials", "weights", "output")
    }
    report = check(attncalc.explain(attncalc.load({**problem, "claims": claims})))
    assert {finding.verdict.value for finding in report.findings} == {"correct"}


def test_given_weights_of_fractions_add_up() -> None:
    """Three thirds are 1, and two are not; roots add up as far as can be told."""

    def warnings(row: list[str]) -> tuple[str, ...]:
        return attncalc.explain(attncalc.load({"weights": [row]})).warnings

    assert warnings(["1/3"] * 3) == ()
    assert warnings(["√(1/4)", "√2/√8"]) == ()
    assert warnings(["1/3"] * 2) == ("the given weights of “#1” (#1) add up to 0.666667, not to 1",)


THIRD, ROOT, MINUS = Number("1/3"), Number("2√3"), Number("-1/√(5/7)")


@pytest.mark.parametrize(
    ("formula", "text", "latex", "typst"),
    [
        (THIRD, "1/3", r"1 / 3", r"1\/3"),
        (MINUS, "-1/√(5/7)", r"-1 / \sqrt{5 / 7}", r"-1\/sqrt(5\/7)"),
        (Product((ROOT, THIRD)), "2√3×1/3", r"2 \times \sqrt{3} \times 1 / 3", None),
        (Product((Number("2"), MINUS)), "2×(-1/√(5/7))", None, None),
        (Sum((THIRD, MINUS)), "1/3 + (-1/√(5/7))", None, None),
        (Power(THIRD, Number("2")), "(1/3)^2", r"(1 / 3)^{2}", r"(1\/3)^(2)"),
        (Power(Symbol("e"), THIRD), "e^(1/3)", r"e^{1 / 3}", r"e^(1\/3)"),
        (Root(THIRD), "√(1/3)", r"\sqrt{1 / 3}", r"sqrt(1\/3)"),
    ],
)
def test_fractions_in_formulas(formula: Any, text: str, latex: str | None, typst: Any) -> None:
    """They are drawn as fractions and roots, and stand in brackets where they would fall apart."""
    assert linear(formula) == text
    assert latex is None or LatexMath(str).write(formula) == latex
    assert typst is None or typst_math(formula) == typst


@pytest.mark.parametrize("text", ["a(/b", "√√", "/x/", "√(", "(1/2", "1/2/3"])
def test_what_is_no_fraction_is_spelled(text: str) -> None:
    """A text that only looks like one is written as it stands, and ends."""
    assert linear(Number(text)) == text
    assert r"\sqrt" not in LatexMath(str).write(Number(text))
    assert "<mfrac>" not in "".join(mathml_pieces(Number(text), stacked=True))
    assert "sqrt" not in typst_math(Number(text))


def test_fractions_in_mathml() -> None:
    """The sign stands before the fraction, and the root is one."""
    stacked = "".join(mathml_pieces(Product((Number("2"), MINUS)), stacked=True))
    assert '<mo form="prefix">−</mo><mfrac><mn>1</mn><msqrt><mfrac>' in stacked
    flat = "".join(mathml_pieces(Power(THIRD, Number("2")), stacked=False))
    assert '<mo form="prefix" stretchy="false">(</mo>' in flat
