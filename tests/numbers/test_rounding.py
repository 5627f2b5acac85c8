"""What rounding on the way may make of a number: all that it can, and hardly anything else."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attncalc.numbers import rounding
from attncalc.numbers.intervals import ANYTHING, HIDDEN, ZERO, Interval

INFINITY = Decimal("Infinity")
MOST = 70
"""Decimals after which no number here has any."""


def _decimal(units: int, exponent: int) -> Decimal:
    return Decimal(f"{units}e{exponent}")


LONG = st.builds(_decimal, st.integers(-(10**45), 10**45), st.integers(-60, -30))
SHORT = st.builds(_decimal, st.integers(-2005, 2005), st.integers(-6, 0))
NUMBERS = (
    SHORT
    | LONG
    | st.builds(_decimal, st.integers(-20, 20).map(lambda tens: 10 * tens + 5), st.just(-4))
)
DECIMALS = st.integers(0, 6)


def fewest(number: Fraction, decimals: int) -> int:
    """The fewest decimals: two, and as many as leave two significant digits, or those asked for."""
    places = max(decimals, 2)
    while number and abs(number) * 10**places < 10:
        places += 1
    return places


def prints(number: Fraction, decimals: int) -> Iterator[Fraction]:
    """Every number that rounding to so many decimals or more may leave, a half either way."""
    for places in range(fewest(number, decimals), MOST):
        scaled: Fraction = number * 10**places
        yield Fraction(floor(scaled + Fraction(1, 2)), 10**places)
        yield Fraction(ceil(scaled - Fraction(1, 2)), 10**places)


@st.composite
def inhabited(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    """An interval and a number in it."""
    one, other = draw(NUMBERS), draw(NUMBERS)
    low, high = min(one, other), max(one, other)
    share = Fraction(draw(st.sampled_from((0, 0, 8, 8)) | st.integers(0, 8)), 8)
    return Interval(low, high), Fraction(low) + share * (Fraction(high) - Fraction(low))


@settings(max_examples=200, deadline=None)
@given(NUMBERS, DECIMALS)
def test_a_number_alone_goes_as_far_as_rounding_takes_it(number: Decimal, decimals: int) -> None:
    """The farthest print is the end; or a half of a unit of three decimals more is, if farther."""
    exact = Fraction(number)
    found = rounding.rounded(Interval(number, number), decimals)
    reached = [exact, *prints(exact, decimals)]
    room = Fraction(1, 2 * 10 ** (fewest(exact, decimals) + 3)) * (1 + Fraction(1, 10**30))
    low, high = min(reached), max(reached)
    assert min(low, exact - room) <= Fraction(found.low) <= low
    assert high <= Fraction(found.high) <= max(high, exact + room)


@settings(max_examples=200, deadline=None)
@given(inhabited(), DECIMALS)
def test_rounding_leaves_no_print_out(drawn: tuple[Interval, Fraction], decimals: int) -> None:
    """Whatever a number of the interval is printed as is in it, and is moved by what may be."""
    interval, number = drawn
    found, moved = rounding.rounded(interval, decimals), rounding.moved(interval, decimals)
    for print_of_it in prints(number, decimals):
        assert Fraction(found.low) <= print_of_it <= Fraction(found.high)
        assert Fraction(moved.low) <= print_of_it - number <= Fraction(moved.high)


@settings(max_examples=200, deadline=None)
@given(inhabited(), DECIMALS)
def test_nothing_is_moved_by_more_than_half_a_unit(
    drawn: tuple[Interval, Fraction], decimals: int
) -> None:
    """Half a unit of the fewest decimals that any number of the interval is rounded to."""
    interval, _ = drawn
    moved = rounding.moved(interval, decimals)
    farthest = max(abs(Fraction(interval.low)), abs(Fraction(interval.high)))
    half = Fraction(1, 2 * 10 ** fewest(farthest, decimals))
    assert -half <= Fraction(moved.low) <= 0 <= Fraction(moved.high) <= half


@settings(max_examples=200, deadline=None)
@given(NUMBERS, DECIMALS)
def test_a_number_alone_is_moved_as_far_as_it_is_rounded(number: Decimal, decimals: int) -> None:
    """From itself to the ends of what it may become."""
    after = rounding.rounded(Interval(number, number), decimals)
    moved = rounding.moved(Interval(number, number), decimals)
    room = Fraction(1, 10**40) * (abs(Fraction(number)) + 1)
    for end, by in ((after.low, moved.low), (after.high, moved.high)):
        assert abs(Fraction(end) - Fraction(number) - Fraction(by)) <= room


@pytest.mark.parametrize(
    ("number", "decimals", "low", "high"),
    [
        ("0.125", 2, "0.12", "0.13"),  # a half, up or to the even digit
        ("-0.125", 2, "-0.13", "-0.12"),
        ("0.75", 2, "0.75", "0.75"),  # nothing left to be rounded
        ("0.75", 0, "0.75", "0.75"),  # never to one decimal
        ("0.755", 1, "0.75", "0.76"),
        (
            "0.0024788",
            2,
            "0.00247875",
            "0.0025",
        ),  # never to one digit, 0.002; half of a 7th decimal
        ("1234.5", 0, "1234.5", "1234.5"),
        ("1.2341", 4, "1.2341", "1.2341"),
    ],
)
def test_by_hand(number: str, decimals: int, low: str, high: str) -> None:
    """What can be found on paper."""
    alone = Interval(Decimal(number), Decimal(number))
    found = rounding.rounded(alone, decimals)
    assert found == Interval(Decimal(low), Decimal(high))


@pytest.mark.parametrize("decimals", [0, 3])
def test_what_rounding_leaves_alone(decimals: int) -> None:
    """0 stays 0, a hidden score hidden, and what may be anything may still be anything."""
    for alone in (ZERO, HIDDEN, ANYTHING):
        assert rounding.rounded(alone, decimals) == alone
    for alone in (ZERO, HIDDEN):
        assert rounding.moved(alone, decimals) == ZERO
    half = Decimal(5).scaleb(-max(decimals, 2) - 1)
    assert rounding.moved(ANYTHING, decimals) == Interval(-half, half)
    from_0 = rounding.rounded(Interval(Decimal(0), Decimal("0.336")), 2)
    assert from_0 == Interval(Decimal(0), Decimal("0.34"))


def test_a_number_longer_than_bounds_is_not_lost() -> None:
    """With fifty digits before the point, none is left for decimals, and a half still counts."""
    number = Decimal("1e49") + Decimal("0.4")
    found = rounding.rounded(Interval(number, number), 2)
    assert Fraction(found.low) <= Fraction(number) <= Fraction(found.high)
    assert Fraction(found.high) - Fraction(found.low) <= 4
