"""Bounds of tanh, of rotations and of slopes leave no true value out, and are tight."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attncalc.numbers import transcendental
from attncalc.numbers.intervals import ANYTHING, ZERO, Interval
from tests.numbers.test_intervals import at, encloses_real, inhabited, is_tight, real

DIGITS = 400
"""Far more than the 50 that bounds have, and enough for angles of hundreds of digits."""


def _decimal(units: int, exponent: int) -> Decimal:
    return Decimal(f"{units}e{exponent}")


SCORES = st.builds(_decimal, st.integers(-(10**6), 10**6), st.integers(-40, 2))
CAPS = st.builds(_decimal, st.integers(1, 10**4), st.integers(-3, 1))
TURNING_BASES = st.sampled_from(("10000", "500000", "2", "10", "1.5", "1", "0.3", "1e-30", "1e300"))
FRACTIONS = st.builds(
    lambda pair, pairs: (2 * (pair % pairs), 2 * pairs), *[st.integers(1, 64)] * 2
)


def capped_of(score: Fraction, cap: Decimal) -> Any:
    """c · tanh(s / c), by mpmath."""
    return real(cap) * mpmath.tanh(real(score) / real(cap))


@settings(max_examples=300, deadline=None)
@given(inhabited(SCORES), CAPS)
def test_capped_scores_enclose(drawn: tuple[Interval, Fraction], cap: Decimal) -> None:
    """Wherever the score is in its interval."""
    interval, score = drawn
    with mpmath.workdps(DIGITS):
        assert encloses_real(transcendental.capped(interval, cap), capped_of(score, cap))


@settings(max_examples=200, deadline=None)
@given(SCORES, CAPS)
def test_capped_numbers_alone_stay_sharp(score: Decimal, cap: Decimal) -> None:
    """However near to 0, or to the cap."""
    assert is_tight(transcendental.capped(at(score), cap))


@pytest.mark.parametrize(
    "score", ["1e-25", "1e-26", "9.99e-26", "1e-27", "-3e-26", "1e20", "-1e30"]
)
def test_where_the_way_of_working_changes(score: str) -> None:
    """Just above and below, and where the power is lost."""
    bounds = transcendental.capped(at(Decimal(score)), Decimal(1))
    with mpmath.workdps(DIGITS):
        assert encloses_real(bounds, capped_of(Fraction(score), Decimal(1)))
    assert is_tight(bounds)


def test_a_cap_holds_whatever_the_score() -> None:
    """Of a score that may be anything, it is known that it is not beyond the cap."""
    bounds = transcendental.capped(ANYTHING, Decimal(30))
    assert bounds == Interval(Decimal(-30), Decimal(30))


def test_a_score_of_zero_stays_zero() -> None:
    """Exactly."""
    assert transcendental.capped(ZERO, Decimal(30)) == ZERO


@settings(max_examples=300, deadline=None)
@given(st.integers(-10, 10**6), TURNING_BASES, FRACTIONS)
def test_turns_enclose(position: int, base: str, fraction: tuple[int, int]) -> None:
    """Cosine and sine of any angle, to 45 digits."""
    above, below = fraction
    bounds = transcendental.turn(position, Decimal(base), above, below)
    with mpmath.workdps(DIGITS):
        angle = position * mpmath.mpf(base) ** (-mpmath.mpf(above) / below)
        for interval, truth in zip(bounds, (mpmath.cos(angle), mpmath.sin(angle)), strict=True):
            assert encloses_real(interval, truth)
            assert interval.high - interval.low <= Decimal("1e-45")


def test_what_does_not_turn_is_exact() -> None:
    """Position 0: the cosine is 1 and the sine is 0."""
    assert transcendental.turn(0, Decimal(10000), 2, 4) == (at(Decimal(1)), ZERO)


@pytest.mark.parametrize("above", range(1, 17))
def test_slopes_enclose(above: int) -> None:
    """2^(-8k/h) for 16 heads: exact for every second one, and sharp for the others."""
    bounds = transcendental.slope(8 * above, 16)
    with mpmath.workdps(DIGITS):
        assert encloses_real(bounds, mpmath.mpf(2) ** (-mpmath.mpf(above) / 2))
    assert is_tight(bounds)
    assert (bounds.low == bounds.high) == (above % 2 == 0)
