"""How numbers are written, and what = and ≈ may be said of."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attncalc.document.numerals import percentage, round_to, shown, shown_in_digits, shown_row
from attncalc.document.style import NumberStyle
from attncalc.numbers.arithmetic import NumberError, parse_bias, parse_number


def written(values: list[Any], exact: list[bool] | None = None, **style: Any) -> list[str]:
    """Numbers of one column with their signs: =0.50."""
    column = shown(values, exact or [True] * len(values), NumberStyle(**style))
    return [number.sign.value + number.number.digits for number in column]


@pytest.mark.parametrize(
    ("values", "exact", "expected"),
    [
        (["0.12", "0.05", "0.00"], None, ["=0.12", "=0.05", "=0.00"]),
        (["2", "10"], None, ["=2", "=10"]),
        (["2.50", "10"], None, ["=2.5", "=10.0"]),
        (["0.5", "0.33333"], [True, False], ["=0.5000", "≈0.3333"]),
        (["0.123456789012"], None, ["=0.123456789012"]),
        (["0.1234567890123"], None, ["≈0.1235"]),
        (["0.00005", "-0.00005"], [False, False], ["≈5.0000e-5", "≈-5.0000e-5"]),
        (["-0.00001", "1"], [False, False], ["≈-1.0e-5", "≈1.0000"]),
        (["0.00043", "1"], [False, False], ["≈0.00043", "≈1.0000"]),
        (["0.000951", "0.99996"], [False, False], ["≈0.0010", "≈1.0000"]),
        (["0.0009", "0"], [False, True], ["≈0.00090", "=0"]),
        (["0", "0"], [False, True], ["≈0.0000", "=0"]),
        (["6.144e-6", "2.26e-6", "0"], [False] * 3, ["≈6.1440e-6", "≈2.2600e-6", "≈0.0000"]),
        (["9.96e-6", "0.5"], [False, True], ["≈1.0e-5", "=0.5000"]),
        (["1e-30", "0.5"], None, ["=1.0e-30", "=0.5000"]),
        (["0.0001", "0.25"], None, ["=0.0001", "=0.2500"]),
        (["0.0001", "0.33333"], [True, False], ["=0.0001", "≈0.3333"]),
        (["-Infinity", "1"], None, ["=-inf", "=1"]),
        (["Infinity"], [False], ["≈inf"]),
        (["1e15", "1"], None, ["=1.0000e15", "=1.0000"]),
        (["123456789012345678", "-Infinity"], None, ["≈1.2346e17", "=-inf"]),
        (["9.99996e20"], None, ["≈1.0000e21"]),
        (["0", "1e20"], None, ["=0", "=1.0000e20"]),
    ],
)
def test_columns(values: list[str], exact: list[bool] | None, expected: list[str]) -> None:
    """One number of decimals down a column; = only where every digit is shown; never -0."""
    assert written([Decimal(value) for value in values], exact) == expected


@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        (0, ["≈0.30", "≈4.3e-5", "≈3"]),
        (1, ["≈0.3", "≈4.3e-5", "≈3.4"]),
        (2, ["≈0.30", "≈4.3e-5", "≈3.40"]),
        (3, ["≈0.300", "≈4.3e-5", "≈3.400"]),
        (5, ["≈0.30000", "≈4.3e-5", "≈3.40000"]),
        (6, ["≈0.300000", "≈0.000043", "≈3.400000"]),
    ],
)
def test_fewest_digits(precision: int, expected: list[str]) -> None:
    """However few decimals are asked for, nothing but 0 is shown as 0."""
    values = [Decimal("0.3"), Decimal("0.0000430001"), Decimal("3.4")]
    assert written(values, [False] * 3, precision=precision) == expected


@pytest.mark.parametrize(("value", "expected"), [("0.043", "≈0.04"), ("0.0043", "≈0.0043")])
def test_two_decimals_as_asked_for(value: str, expected: str) -> None:
    """With two decimals a single digit of them is enough."""
    assert written([Decimal(value), Decimal(1)], [False] * 2, precision=2)[0] == expected


@given(
    st.lists(st.decimals("1e-40", 10**6, places=50), min_size=1, max_size=4),
    st.integers(3, 12),
    st.sampled_from(("half-up", "half-even")),
)
def test_two_digits_at_least(values: list[Decimal], precision: int, rounding: str) -> None:
    """A positive number shows two significant digits, and they are its own."""
    column = shown(values, [False] * len(values), NumberStyle(precision, rounding))  # type: ignore[arg-type]
    for value, number in zip(values, column, strict=True):
        digits = number.number.digits
        assert len(digits.partition("e")[0].replace(".", "").lstrip("0")) >= 2
        assert abs(Fraction(digits) / Fraction(value) - 1) <= Fraction(1, 20)


def test_floats_are_never_exact() -> None:
    """A double is shown rounded from its exact value."""
    assert written([0.1, 2.675], [False, False], precision=2) == ["≈0.10", "≈2.67"]


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9),
    st.integers(0, 12),
)
def test_rounding(number: Decimal, decimals: int) -> None:
    """Both roundings are the decimal module's, by way of fractions; zero has no sign."""
    for name, mode in (("half-up", ROUND_HALF_UP), ("half-even", ROUND_HALF_EVEN)):
        result = round_to(number, decimals, name)  # type: ignore[arg-type]
        error = abs(Fraction(result) - Fraction(number)) * 10**decimals
        assert error <= Fraction(1, 2)
        if error == Fraction(1, 2):
            last = abs(int(Fraction(result) * 10**decimals))
            assert last % 2 == 0 if mode == ROUND_HALF_EVEN else abs(result) > abs(number)
        assert not str(result).startswith("-0") or result != 0


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ("0.2287", "22.9%"),
        ("0", "0.0%"),
        ("1", "100.0%"),
        ("0.0001", "less than 0.1%"),
        ("0.9999", "more than 99.9%"),
        ("1.2", "120.0%"),
    ],
)
def test_percentage(share: str, expected: str) -> None:
    """A share is never said to be none or all when it is not."""
    assert percentage(Decimal(share)) == expected
    assert percentage(float(share)) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.60", "0.60"),
        ("48%", "0.48"),
        ("1.", "1"),
        (".5", "0.5"),
        ("+3", "3"),
        ("\N{MINUS SIGN}1.5", "-1.5"),
        ("1e5", "100000"),
        ("1.5E-3", "0.0015"),
        ("1e9999", "1e9999"),
        (" 7 ", "7"),
    ],
)
def test_numbers(text: str, value: str) -> None:
    """A typed number has exactly its value and remembers its text."""
    number = parse_number(text)
    assert number == Decimal(value)
    assert number.text == text.strip().replace("\N{MINUS SIGN}", "-")


def test_long_numbers() -> None:
    """A thousand digits are a number, more are refused; a long text is shortened in messages."""
    assert parse_number("1" * 1000) == int("1" * 1000)
    with pytest.raises(NumberError, match="a number of more than 1000 digits"):
        parse_number("1" * 1001)
    with pytest.raises(NumberError, match=r"…”$"):
        parse_number("x" * 50)


def test_bias() -> None:
    """In a bias, -inf is a number."""
    assert parse_bias("-inf") == parse_bias("-.inf") == parse_bias("-Infinity")
    assert parse_bias("0.5") == Decimal("0.5")
    with pytest.raises(NumberError, match="an infinity"):
        parse_bias("inf")


def test_digits_of_a_tiny_number() -> None:
    """So many significant digits, with an exponent where the number is far from 1."""
    tiny = shown_in_digits(Decimal("1.23456e-30"), False, 5, NumberStyle())
    assert (tiny.number.digits, tiny.exact) == ("1.2346e-30", False)


@given(
    values=st.lists(
        st.one_of(
            st.floats(allow_nan=False),
            st.floats(-10, 10),
            st.floats(-1e-6, 1e-6),
            st.sampled_from((0.0, -0.0, -np.inf, 1e15, 0.99999)),
        ),
        min_size=1,
    ),
    precision=st.integers(0, 6),
)
def test_doubles_are_written_when_they_are_looked_at(values: list[float], precision: int) -> None:
    """Each as it is beside all the others, though these are not written."""
    style = NumberStyle(precision)
    expected = shown(values, [False] * len(values), style)
    row = np.array(values)
    found = shown_row(row, np.full(row.shape, False), style)
    assert [*found] == expected
    assert [*found[1:]] == expected[1:]
    assert [each.value for each in found] == [each.value for each in expected]
    assert len(found) == len(expected)
