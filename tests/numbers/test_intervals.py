"""Interval arithmetic leaves no true value out, and hardly lets a false one in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import isqrt
from random import Random
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attncalc.numbers import intervals
from attncalc.numbers.intervals import ANYTHING, HIDDEN, ZERO, Interval

DIGITS = 120
"""Powers are compared at so many digits, far more than the 50 that bounds have."""

SLACK = mpmath.mpf("1e-100")
"""What mpmath may be off by, relatively."""

TIGHT = Fraction(1, 10**40)
INFINITY = Decimal("Infinity")


def weighted_mean(
    base: Decimal | None, scores: Sequence[Interval], values: Sequence[Interval]
) -> Interval:
    """The mean of values, weighted by the softmax of scores."""
    return intervals.mean(intervals.relative_powers(base, scores), values)


def _decimal(units: int, exponent: int) -> Decimal:
    return Decimal(f"{units}e{exponent}")


ANY = st.builds(_decimal, st.integers(-(10**60), 10**60), st.integers(-90, 10)) | st.builds(
    _decimal, st.integers(-99, 99), st.integers(-2, 2)
)
"""Numbers of a few digits, and of more digits than bounds keep."""

EXPONENTS = st.builds(_decimal, st.integers(-30_000, 30_000), st.integers(-4, -2))
LONG_EXPONENTS = EXPONENTS | st.builds(_decimal, st.integers(-(10**65), 10**65), st.just(-62))
POSITIVE = st.builds(_decimal, st.integers(1, 10**8), st.integers(-9, 1))
SMALL = st.builds(_decimal, st.integers(-999, 999), st.integers(-4, 0))
BASES = st.sampled_from((None, "2", "3", "4", "10", "1.5", "2.25", "1.000001")).map(
    lambda text: None if text is None else Decimal(text)
)


def ranges(numbers: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Interval]:
    """Intervals between two numbers, or at one."""
    return st.builds(lambda a, b: Interval(min(a, b), max(a, b)), numbers, numbers) | numbers.map(
        lambda number: Interval(number, number)
    )


@st.composite
def inhabited(
    draw: st.DrawFn, numbers: st.SearchStrategy[Decimal] = ANY
) -> tuple[Interval, Fraction]:
    """An interval and a number inside it, at its ends as likely as between them."""
    interval = draw(ranges(numbers))
    share = Fraction(draw(st.sampled_from((0, 1, 16)) | st.integers(0, 16)), 16)
    low, high = Fraction(interval.low), Fraction(interval.high)
    return interval, low + share * (high - low)


def encloses(interval: Interval, number: Fraction) -> bool:
    """Whether a fraction lies in an interval, compared exactly."""
    above = interval.low == -INFINITY or Fraction(interval.low) <= number
    return above and (interval.high == INFINITY or number <= Fraction(interval.high))


def real(number: Fraction | Decimal) -> Any:
    """The number as an mpf."""
    fraction = Fraction(number)
    return mpmath.mpf(fraction.numerator) / fraction.denominator


def encloses_real(interval: Interval, number: Any) -> bool:
    """Whether an mpf lies in an interval, give or take what mpmath may be off by."""
    room = abs(number) * SLACK
    above = bool(real(interval.low) <= number + room)
    return above and (interval.high == INFINITY or bool(number - room <= real(interval.high)))


def is_tight(interval: Interval) -> bool:
    """Whether the bounds agree to 40 digits."""
    low, high = Fraction(interval.low), Fraction(interval.high)
    return high - low <= TIGHT * max(abs(low), abs(high))


def at(number: Decimal) -> Interval:
    """A number alone."""
    return Interval(number, number)


def power_of(base: Decimal | None, exponent: Fraction) -> Any:
    """base to the exponent, by mpmath."""
    return mpmath.exp(real(exponent) * (1 if base is None else mpmath.log(real(base))))


def softmax_of(base: Decimal | None, scores: Sequence[Fraction], key: int) -> Any:
    """The weight of a key, by mpmath."""
    return 1 / mpmath.fsum(power_of(base, score - scores[key]) for score in scores)


SIDES_OF_0 = [(2, 3), (0, 3), (-2, 3), (-5, 2), (-3, 0), (-3, -2), (0, 0)]


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (intervals.multiply, lambda x, y: x * y),
        (lambda x, y: intervals.add((x, y)), lambda x, y: x + y),
    ],
    ids=["product", "sum"],
)
@settings(max_examples=200, deadline=None)
@given(left=inhabited(), right_one=inhabited())
def test_sums_and_products_enclose(
    found: Callable[[Interval, Interval], Interval],
    right: Callable[[Fraction, Fraction], Fraction],
    left: tuple[Interval, Fraction],
    right_one: tuple[Interval, Fraction],
) -> None:
    """Whatever two numbers of two intervals are, their sum and product are in the result."""
    assert encloses(found(left[0], right_one[0]), right(left[1], right_one[1]))


@pytest.mark.parametrize("left", SIDES_OF_0)
@pytest.mark.parametrize("right", SIDES_OF_0)
def test_products_of_every_sign(left: tuple[int, int], right: tuple[int, int]) -> None:
    """The ends of a product are the least and the greatest of the products of the ends."""
    found = intervals.multiply(*(Interval(*map(Decimal, each)) for each in (left, right)))
    corners = [Decimal(a * b) for a, b in product(left, right)]
    assert (found.low, found.high) == (min(corners), max(corners))


def test_bits() -> None:
    """0 and what is infinite are what they were; 0.1 is what it is in bfloat16."""
    ends = (Decimal(0), Decimal("inf"))
    assert intervals.in_bits(Interval(*ends), 8) == Interval(*ends)
    nearest = Decimal("0.10009765625")
    assert intervals.in_bits(Interval(Decimal("0.1"), Decimal("0.1")), 8) == Interval(
        nearest, nearest
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(inhabited(), max_size=6))
def test_a_long_sum_encloses(terms: list[tuple[Interval, Fraction]]) -> None:
    """Rounding of the partial sums goes outward too; the sum of nothing is 0."""
    total = intervals.add(interval for interval, _ in terms)
    assert encloses(total, sum((number for _, number in terms), Fraction(0)))
    if not terms:
        assert total == ZERO


@settings(max_examples=200, deadline=None)
@given(inhabited(), inhabited())
def test_quotients_enclose(
    left: tuple[Interval, Fraction], right: tuple[Interval, Fraction]
) -> None:
    """Whatever two numbers of two intervals are, their quotient, if there is one, is in it."""
    assume(right[1] != 0)
    assert encloses(intervals.divide(left[0], right[0]), left[1] / right[1])


@settings(max_examples=100, deadline=None)
@given(ANY, ANY)
def test_numbers_alone_stay_sharp(one: Decimal, other: Decimal) -> None:
    """Products and quotients of exact numbers are known to 40 digits and more."""
    left, right = intervals.point(one), intervals.point(other)
    assert encloses(left, Fraction(one))
    assert is_tight(left)
    assert is_tight(intervals.multiply(left, right))
    if other:
        assert is_tight(intervals.divide(left, right))


def test_short_numbers_stay_exact() -> None:
    """Sums and products that fit into 50 digits are points."""
    half, third = intervals.point(Decimal("0.5")), intervals.point(Decimal("0.333"))
    assert intervals.add((half, third)) == at(Decimal("0.833"))
    assert intervals.multiply(half, third) == at(Decimal("0.1665"))
    assert intervals.divide(third, half) == at(Decimal("0.666"))


@settings(max_examples=100, deadline=None)
@given(ANY, POSITIVE)
def test_around_reaches_both_ends(number: Decimal, radius: Decimal) -> None:
    """A number and a radius give an interval with both ends in it, and nothing to speak of more."""
    interval = intervals.around(number, radius)
    low, high = Fraction(number) - Fraction(radius), Fraction(number) + Fraction(radius)
    assert encloses(interval, low)
    assert encloses(interval, high)
    room = TIGHT * max(abs(low), abs(high))
    assert Fraction(interval.low) >= low - room
    assert Fraction(interval.high) <= high + room


def test_roots_enclose() -> None:
    """The square of the lower bound is not above the number, nor that of the upper below it."""
    for number in range(1, 1001):
        interval = intervals.root(number)
        assert Fraction(interval.low) ** 2 <= number <= Fraction(interval.high) ** 2, number
        assert is_tight(interval)
        if isqrt(number) ** 2 == number:
            assert interval == at(Decimal(isqrt(number)))


@settings(max_examples=200, deadline=None)
@given(BASES, inhabited(LONG_EXPONENTS | st.integers(-400, 400).map(Decimal)))
def test_powers_enclose(base: Decimal | None, drawn: tuple[Interval, Fraction]) -> None:
    """A power of any exponent in the interval is in the result, which is never negative."""
    interval, exponent = drawn
    with mpmath.workdps(DIGITS):
        result = intervals.power(base, interval)
        assert result.low >= 0
        assert encloses_real(result, power_of(base, exponent))


@settings(max_examples=100, deadline=None)
@given(BASES, EXPONENTS)
def test_powers_of_numbers_alone_stay_sharp(base: Decimal | None, exponent: Decimal) -> None:
    """A power of an exact number is known to 40 digits and more."""
    assert is_tight(intervals.power(base, at(exponent)))


@pytest.mark.parametrize(
    ("base", "exponent", "result"),
    [("3", "4", "81"), ("2", "0", "1"), ("10", "2.0", "1E+2"), ("1.5", "3", "3.375")],
)
def test_whole_powers_are_exact(base: str, exponent: str, result: str) -> None:
    """A small whole power of a typed base, as worked by hand, has no width at all."""
    assert intervals.power(Decimal(base), at(Decimal(exponent))) == at(Decimal(result))


@pytest.mark.parametrize("exponent", ["-1e30", "-123456789012"])
def test_a_vanishing_power_is_not_lost(exponent: str) -> None:
    """e to a very negative number is at least 0, and more than 0."""
    result = intervals.power(None, at(Decimal(exponent)))
    assert 0 <= result.low <= result.high
    assert 0 < result.high < Decimal("1e-1000")


def test_an_enormous_power_is_unbounded() -> None:
    """e to a number out of every range may be as large as it likes, and is not small."""
    result = intervals.power(None, at(Decimal("1e30")))
    assert result.high == INFINITY
    assert result.low > Decimal("1e1000000")


@st.composite
def rows(
    draw: st.DrawFn, numbers: st.SearchStrategy[Decimal]
) -> tuple[list[Interval], list[Fraction], int]:
    """A row of intervals, a number in each of them, and one of its places."""
    drawn = draw(st.lists(inhabited(numbers), min_size=1, max_size=5))
    key = draw(st.integers(0, len(drawn) - 1))
    return [interval for interval, _ in drawn], [number for _, number in drawn], key


@settings(max_examples=200, deadline=None)
@given(BASES, rows(LONG_EXPONENTS))
def test_softmax_encloses(
    base: Decimal | None, row: tuple[list[Interval], list[Fraction], int]
) -> None:
    """Whatever the scores are within their intervals, the weight is in the result."""
    scores, inside, key = row
    with mpmath.workdps(DIGITS):
        assert encloses_real(intervals.softmax(base, scores, key), softmax_of(base, inside, key))


@settings(max_examples=200, deadline=None)
@given(BASES, rows(EXPONENTS))
def test_softmax_goes_no_further_than_its_corners(
    base: Decimal | None, row: tuple[list[Interval], list[Fraction], int]
) -> None:
    """A weight is largest with its own score at the top and the others at the bottom."""
    scores, _, key = row
    least, most = _corners(scores, key)
    result = intervals.softmax(base, scores, key)
    with mpmath.workdps(DIGITS):
        for bound, corner in ((result.low, least), (result.high, most)):
            right = softmax_of(base, corner, key)
            assert abs(real(bound) - right) <= right * mpmath.mpf("1e-40")


def _corners(parts: Sequence[Interval], key: int) -> tuple[list[Fraction], list[Fraction]]:
    """The corners where one part has least and most of the whole."""
    lows = [Fraction(part.low) for part in parts]
    highs = [Fraction(part.high) for part in parts]
    least = [lows[place] if place == key else highs[place] for place in range(len(parts))]
    most = [highs[place] if place == key else lows[place] for place in range(len(parts))]
    return least, most


@settings(max_examples=100, deadline=None)
@given(BASES, st.lists(EXPONENTS, min_size=1, max_size=5))
def test_softmax_of_numbers_alone_stays_sharp(base: Decimal | None, scores: list[Decimal]) -> None:
    """Every weight of exact scores, however small, is known to 40 digits and more."""
    for key in range(len(scores)):
        assert is_tight(intervals.softmax(base, [at(score) for score in scores], key))


@settings(max_examples=200, deadline=None)
@given(rows(POSITIVE))
def test_a_share_encloses(row: tuple[list[Interval], list[Fraction], int]) -> None:
    """Whatever positive parts are within their intervals, the share of one is in the result."""
    parts, inside, key = row
    result = intervals.share(parts, key)
    assert encloses(result, inside[key] / sum(inside))
    for bound, corner in zip((result.low, result.high), _corners(parts, key), strict=True):
        right = corner[key] / sum(corner)
        assert abs(Fraction(bound) - right) <= right * TIGHT


@settings(max_examples=200, deadline=None)
@given(rows(st.builds(_decimal, st.integers(-5, 50), st.just(-1))))
def test_a_share_of_prints_of_zero_encloses(
    row: tuple[list[Interval], list[Fraction], int],
) -> None:
    """A print of a small positive part, like 0.00, reaches below 0; the share is still in it."""
    parts, inside, key = row
    assume(all(number > 0 for number in inside))
    assert encloses(intervals.share(parts, key), inside[key] / sum(inside))


def test_a_small_part_says_something_of_the_others() -> None:
    """Next to a part of about 7.39, one printed as 0.00 leaves all but nothing to itself."""
    parts = [
        Interval(Decimal("7.385"), Decimal("7.395")),
        Interval(Decimal("-0.005"), Decimal("0.005")),
    ]
    assert intervals.share(parts, 0).low > Decimal("0.99")
    assert intervals.share(parts, 1).high < Decimal("0.01")


@settings(max_examples=200, deadline=None)
@given(inhabited(POSITIVE), inhabited(POSITIVE))
def test_a_ratio_encloses(
    part: tuple[Interval, Fraction], whole: tuple[Interval, Fraction]
) -> None:
    """Whatever a part and a sum are within their intervals, the quotient is in the result."""
    result = intervals.ratio(part[0], whole[0])
    assert encloses(result, part[1] / whole[1])
    assert result == intervals.divide(part[0], whole[0])


def test_a_ratio_of_prints_of_zero() -> None:
    """Prints of small numbers reach below 0, and the numbers do not."""
    small, one = Interval(Decimal("-0.5"), Decimal("0.5")), at(Decimal(1))
    assert intervals.ratio(small, one) == Interval(Decimal(0), Decimal("0.5"))
    assert intervals.ratio(one, small) == Interval(Decimal(2), INFINITY)
    assert intervals.ratio(ZERO, small) == ZERO
    assert intervals.ratio(ZERO, ZERO) == ZERO
    assert intervals.ratio(one, ZERO) == ANYTHING


@st.composite
def means(
    draw: st.DrawFn,
    scores: st.SearchStrategy[Decimal] = EXPONENTS,
    values: st.SearchStrategy[Decimal] = ANY,
) -> tuple[list[tuple[Interval, Fraction]], list[tuple[Interval, Fraction]]]:
    """Scores and values, each an interval with a number in it."""
    size = draw(st.integers(1, 4))
    return (
        draw(st.lists(inhabited(scores), min_size=size, max_size=size)),
        draw(st.lists(inhabited(values), min_size=size, max_size=size)),
    )


def mean_of(base: Decimal | None, scores: Sequence[Fraction], values: Sequence[Fraction]) -> Any:
    """The mean of values, weighted by the softmax of scores, by mpmath."""
    weights = [softmax_of(base, scores, key) for key in range(len(scores))]
    return mpmath.fsum(weight * real(v) for weight, v in zip(weights, values, strict=True))


@settings(max_examples=200, deadline=None)
@given(BASES, means())
def test_a_weighted_mean_encloses(
    base: Decimal | None,
    drawn: tuple[list[tuple[Interval, Fraction]], list[tuple[Interval, Fraction]]],
) -> None:
    """Whatever scores and values are within their intervals, their mean is in the result."""
    scores, values = drawn
    result = weighted_mean(base, [s for s, _ in scores], [v for v, _ in values])
    with mpmath.workdps(DIGITS):
        right = mean_of(base, [s for _, s in scores], [v for _, v in values])
        room = max(abs(real(v)) for _, v in values) * SLACK
        assert real(result.low) <= right + room
        assert right - room <= real(result.high)


@settings(max_examples=100, deadline=None)
@given(BASES, means(st.builds(_decimal, st.integers(-90, 90), st.just(-1)), SMALL))
def test_a_weighted_mean_goes_no_further_than_its_corners(
    base: Decimal | None,
    drawn: tuple[list[tuple[Interval, Fraction]], list[tuple[Interval, Fraction]]],
) -> None:
    """The bounds are the least and the largest mean of all that the ends of intervals give."""
    scores, values = [s for s, _ in drawn[0]], [v for v, _ in drawn[1]]
    result = weighted_mean(base, scores, values)
    with mpmath.workdps(DIGITS):
        corners = [[Fraction(end) for end in ends] for ends in product(*map(_ends, scores))]
        for bound, side, extreme in (
            (result.low, [Fraction(v.low) for v in values], min),
            (result.high, [Fraction(v.high) for v in values], max),
        ):
            right = extreme(mean_of(base, corner, side) for corner in corners)
            reach = max(abs(real(v)) for v in side)
            assert abs(real(bound) - right) <= reach * mpmath.mpf("1e-40")


def _ends(interval: Interval) -> tuple[Decimal, Decimal]:
    return interval.low, interval.high


WEIGHTS = st.builds(_decimal, st.integers(0, 10**60), st.integers(-70, -50)) | st.builds(
    _decimal, st.integers(0, 9), st.just(-1)
)


@settings(max_examples=300, deadline=None)
@given(means(WEIGHTS))
def test_a_mean_is_rounded_outward_to_the_last_digit(
    drawn: tuple[list[tuple[Interval, Fraction]], list[tuple[Interval, Fraction]]],
) -> None:
    """The least and the largest mean of all corners are in it, without a digit of slack."""
    weights, values = [w for w, _ in drawn[0]], [v for v, _ in drawn[1]]
    result = intervals.mean(weights, values)
    corners = [[Fraction(end) for end in ends] for ends in product(*map(_ends, weights))]
    corners = [corner for corner in corners if any(corner)]
    assume(corners)
    least = min(_mean(corner, [v.low for v in values]) for corner in corners)
    most = max(_mean(corner, [v.high for v in values]) for corner in corners)
    reach = max(abs(Fraction(end)) for value in values for end in _ends(value))
    assert least - reach * TIGHT <= Fraction(result.low) <= least
    assert most <= Fraction(result.high) <= most + reach * TIGHT


@pytest.mark.parametrize("seed", range(12))
def test_the_rounding_of_many_terms_goes_outward_too(seed: int) -> None:
    """Sixty weights of sixty digits: what is lost term by term is more than the last digit."""
    chance = Random(seed)

    def number() -> Decimal:
        return _decimal(chance.randrange(10**59, 10**60), -60)

    ends = [sorted((number(), number())) for _ in range(60)]
    weights = [Interval(low, high) for low, high in ends]
    values = [*sorted((number() for _ in weights[1:]), reverse=True), Decimal(0)]
    shuffled = chance.sample(range(60), 60)
    lows, highs = [Fraction(w.low) for w in weights], [Fraction(w.high) for w in weights]
    most = max(_mean(highs[:k] + lows[k:], values) for k in range(1, 60))
    for sign in (1, -1):
        parts = [at(values[k] if sign > 0 else values[k].copy_negate()) for k in shuffled]
        result = intervals.mean([weights[k] for k in shuffled], parts)
        farthest = Fraction(result.high if sign > 0 else result.low) * sign
        assert most <= farthest <= most + TIGHT


def _mean(weights: Sequence[Fraction], values: Sequence[Decimal]) -> Fraction:
    """Σ w v / Σ w, exactly."""
    above = sum((w * Fraction(v) for w, v in zip(weights, values, strict=True)), Fraction(0))
    return above / sum(weights)


def test_a_mean_of_a_value_alone_is_that_value() -> None:
    """To the last digit, and outward where the value has more digits than are kept."""
    third = Interval(Decimal("0." + "3" * 60), Decimal("0." + "3" * 60))
    seventh = Interval(Decimal("-7." + "7" * 60), Decimal("-7." + "7" * 60))
    for value in (third, seventh):
        result = intervals.mean([at(Decimal(3)), at(Decimal(1))], [value, value])
        assert encloses(result, Fraction(value.low))
        assert is_tight(result)


@settings(max_examples=100, deadline=None)
@given(st.lists(ANY.map(abs), max_size=5))
def test_a_sum_of_radii_is_rounded_up(radii: list[Decimal]) -> None:
    """Never below the true sum, and hardly above it."""
    right = sum(map(Fraction, radii), Fraction(0))
    assert right <= Fraction(intervals.total(*radii)) <= right * (1 + TIGHT)


@settings(max_examples=200, deadline=None)
@given(st.lists(inhabited(POSITIVE | WEIGHTS), min_size=1, max_size=4), inhabited(WEIGHTS))
def test_shares_are_rounded_outward_to_the_last_digit(
    drawn: list[tuple[Interval, Fraction]], slack: tuple[Interval, Fraction]
) -> None:
    """Whatever the parts and what their sum is off by are, each share is in its interval."""
    inside = [number for _, number in drawn]
    assume(sum(inside) > 0)
    found = intervals.shares([part for part, _ in drawn], slack[0])
    for share, own in zip(found, inside, strict=True):
        assert encloses(share, own / (sum(inside) + slack[1]))


def test_a_third_is_in_its_softmax() -> None:
    """Of equal scores, whose powers are known exactly, no quotient is."""
    for base in (None, Decimal(2)):
        weight = intervals.softmax(base, [ZERO, ZERO, ZERO], 1)
        assert Fraction(weight.low) < Fraction(1, 3) < Fraction(weight.high)
        assert is_tight(weight)


@settings(max_examples=100, deadline=None)
@given(ranges(ANY))
def test_the_middle_is_halfway(interval: Interval) -> None:
    """To 40 digits of the larger end."""
    low, high = Fraction(interval.low), Fraction(interval.high)
    off = abs(Fraction(interval.middle) - (low + high) / 2)
    assert off <= TIGHT * max(abs(low), abs(high))


@settings(max_examples=200, deadline=None)
@given(inhabited(), ranges(ANY))
def test_parts_of_intervals(drawn: tuple[Interval, Fraction], other: Interval) -> None:
    """What is in both, what is not below 0 and what is not above it; the other sign."""
    interval, number = drawn
    if encloses(other, number):
        assert encloses(interval.common(other), number)
        assert encloses(other.common(interval), number)
    assert encloses(interval.not_negative(), max(number, Fraction(0)))
    assert encloses(interval.not_positive(), min(number, Fraction(0)))
    assert interval.not_negative().low >= 0
    assert interval.not_positive().high <= 0
    assert encloses(interval.negated(), -number)
    assert interval.negated().negated() == interval


@settings(max_examples=200, deadline=None)
@given(inhabited(), st.sampled_from((8, 11, 24)))
def test_a_number_in_few_bits(drawn: tuple[Interval, Fraction], bits: int) -> None:
    """The nearest number with so many binary digits, of either end, and nothing beyond."""
    interval, number = drawn
    result = intervals.in_bits(interval, bits)
    assert encloses(result, _in_bits(number, bits))
    for end, found in ((interval.low, result.low), (interval.high, result.high)):
        right = _in_bits(Fraction(end), bits)
        assert abs(Fraction(found) - right) <= TIGHT * abs(right)


def _in_bits(number: Fraction, bits: int) -> Fraction:
    """Doubled or halved until it has so many digits before the point, then rounded."""
    scale = Fraction(1)
    while number and abs(number * scale) < 2 ** (bits - 1):
        scale *= 2
    while abs(number * scale) >= 2**bits:
        scale /= 2
    return round(number * scale) / scale


def test_a_weighted_mean_of_what_is_seen() -> None:
    """Hidden keys count for nothing; where all are hidden, the mean is 0; equal values stay."""
    one, three = at(Decimal(1)), at(Decimal(3))
    assert weighted_mean(None, [HIDDEN, HIDDEN], [one, three]) == ZERO
    assert weighted_mean(None, [HIDDEN, one], [ANYTHING, three]) == three
    assert weighted_mean(None, [ANYTHING, one], [three, three]) == three
    both = weighted_mean(None, [ANYTHING, one], [one, three])
    assert both == Interval(Decimal(1), Decimal(3))


@settings(max_examples=100, deadline=None)
@given(inhabited(), inhabited())
def test_a_hull_holds_both(
    one: tuple[Interval, Fraction], other: tuple[Interval, Fraction]
) -> None:
    """What is in either of two intervals is in their hull, which ends where they do."""
    hull = one[0].hull(other[0])
    assert hull == other[0].hull(one[0])
    assert encloses(hull, one[1])
    assert encloses(hull, other[1])
    assert hull.low in (one[0].low, other[0].low)
    assert hull.high in (one[0].high, other[0].high)


@settings(max_examples=200, deadline=None)
@given(inhabited(), ANY)
def test_distance_is_never_too_short(drawn: tuple[Interval, Fraction], number: Decimal) -> None:
    """The distance to the nearest number of an interval; 0 only inside it."""
    interval, inside = drawn
    distance = interval.distance(number)
    assert (distance == 0) == (number in interval) == encloses(interval, Fraction(number))
    nearest = min(max(Fraction(number), Fraction(interval.low)), Fraction(interval.high))
    right = abs(Fraction(number) - nearest)
    assert right <= Fraction(distance) <= right * (1 + TIGHT)
    assert right <= abs(Fraction(number) - inside)


@settings(max_examples=200, deadline=None)
@given(ranges(ANY), ranges(ANY))
def test_meeting_is_mutual(one: Interval, other: Interval) -> None:
    """Intervals that meet have a number in both; touching is meeting."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    assert one.meets(other) == other.meets(one) == (low <= high)
    assert one.meets(one)
    assert one.meets(at(one.high))


@pytest.mark.parametrize("low", ["-1", "0", "-0.5"])
@pytest.mark.parametrize("high", ["0", "1"])
def test_division_by_what_may_be_zero_says_nothing(low: str, high: str) -> None:
    """Where the divisor may be 0, even just at an end, the quotient may be anything."""
    divisor = Interval(Decimal(low), Decimal(high))
    assert intervals.divide(at(Decimal(1)), divisor) == ANYTHING
    assert intervals.divide(ZERO, divisor) == ANYTHING


def test_infinities_that_cancel_say_nothing() -> None:
    """∞ − ∞ and 0 × ∞ may be anything; a finite number added to a hidden score leaves it hidden."""
    assert intervals.add((HIDDEN, at(INFINITY))) == ANYTHING
    assert intervals.add((HIDDEN, ANYTHING)) == ANYTHING
    assert intervals.add((HIDDEN, at(Decimal(5)))) == HIDDEN
    assert intervals.multiply(ZERO, HIDDEN) == ANYTHING
    assert intervals.multiply(ZERO, ANYTHING) == ANYTHING


def test_a_hidden_score_has_no_weight() -> None:
    """Its power and its weight are 0, and it takes nothing from the others."""
    one = at(Decimal(1))
    assert HIDDEN.hidden
    assert not ANYTHING.hidden
    assert not one.hidden
    assert intervals.power(None, HIDDEN) == ZERO
    assert intervals.power(Decimal(3), HIDDEN) == ZERO
    assert intervals.softmax(None, [HIDDEN, one], 0) == ZERO
    assert intervals.softmax(None, [HIDDEN, HIDDEN], 0) == ZERO
    assert intervals.softmax(None, [HIDDEN, one, HIDDEN], 1) == one
    pair = [one, at(Decimal(2))]
    assert intervals.softmax(None, [*pair, HIDDEN], 0) == intervals.softmax(None, pair, 0)


def test_a_score_that_may_be_anything_has_any_weight() -> None:
    """Nothing is known then, but that a weight lies between 0 and 1 and a power is not negative."""
    assert intervals.power(None, ANYTHING) == Interval(Decimal(0), INFINITY)
    weight = intervals.softmax(None, [ANYTHING, at(Decimal(1))], 0)
    assert weight == Interval(Decimal(0), Decimal(1))
    assert intervals.softmax(None, [at(Decimal(1)), ANYTHING], 0) == weight


def test_what_is_nothing_has_no_share() -> None:
    """A part that is 0 has none of the whole, even where the whole may be 0; alone, it has all."""
    one, small = at(Decimal(1)), Interval(Decimal("-0.005"), Decimal("0.005"))
    assert intervals.share([ZERO, one], 0) == ZERO
    assert intervals.share([ZERO, ZERO], 0) == ZERO
    assert intervals.share([ZERO, small], 0) == ZERO
    assert intervals.share([one, ZERO], 0) == one


def test_a_share_is_between_nothing_and_all() -> None:
    """Where all parts may be small, nothing more is known of the share of one."""
    small = Interval(Decimal("-0.005"), Decimal("0.005"))
    assert intervals.share([small, small], 0) == Interval(Decimal(0), Decimal(1))


def test_a_weight_without_bound_leaves_the_mean_between_the_values() -> None:
    """Beside one that is known, too."""
    unbounded, one = Interval(Decimal(0), INFINITY), at(Decimal(1))
    values = [Interval(Decimal(2), Decimal(3)), at(Decimal(7))]
    assert intervals.mean([unbounded, one], values) == Interval(Decimal(2), Decimal(7))


def test_what_has_no_bounds() -> None:
    """A quotient of numbers without end may be anything."""
    endless = Interval(Decimal(1), INFINITY)
    assert intervals.divide(endless, endless) == ANYTHING
