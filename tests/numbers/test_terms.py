"""Formulas that wait for numbers: their bounds by hand, point by point, and by another reader."""

from __future__ import annotations

import math
from decimal import Decimal
from random import Random
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attncalc.numbers.awaiting import Terms
from attncalc.numbers.intervals import HIDDEN as HIDDEN_INTERVAL
from attncalc.numbers.intervals import Interval
from attncalc.numbers.terms import (
    HIDDEN,
    ONE,
    ZERO,
    Awaited,
    Bounds,
    Constant,
    Either,
    Entry,
    Largest,
    Logistic,
    Power,
    Product,
    Quotient,
    Root,
    Rounded,
    Share,
    Sum,
    Tanh,
    Term,
    dot,
    negated,
    worked_out,
    written,
)
from tests.numbers.test_formulas import FORMULAS, NUMBERS, looped

INFINITE = math.inf
HALF = 0.5
A, B, C = Constant(1.0, 2.0), Constant(-3.0, 4.0), Constant(2.0, 4.0)
BOTTOM = Constant(0.0, 4.0)
ENDLESS = Constant(INFINITE, INFINITE)
ENTRIES: list[Entry] = [("scores", (0, place)) for place in range(3)]
PLACES = {entry: place for place, entry in enumerate(ENTRIES)}
X, Y, Z = map(Awaited, ENTRIES)


def bounds(term: Term, given: dict[Entry, Bounds] | None = None) -> tuple[float, float]:
    """From where to where a formula goes, for one person."""
    low, high = worked_out(term, given or {}, HALF)
    return float(low), float(high)


def of_one(*ends: tuple[float, float]) -> dict[Entry, Bounds]:
    """What one person has handed in, or may have."""
    pairs = zip(ENTRIES, ends, strict=False)
    return {entry: (np.asarray(low), np.asarray(high)) for entry, (low, high) in pairs}


@pytest.mark.parametrize(
    ("term", "low", "high"),
    [
        (A, 1, 2),
        (Sum((A, B, C)), 0, 10),
        (Sum(()), 0, 0),
        (Sum((A, HIDDEN)), -INFINITE, -INFINITE),
        (Sum((ENDLESS, HIDDEN)), -INFINITE, INFINITE),
        (Product(A, B), -6, 8),
        (Product(B, B), -12, 16),
        (Product(ZERO, HIDDEN), 0, 0),
        (Product(HIDDEN, BOTTOM), -INFINITE, 0),
        (dot([A, B], [C, A]), -4, 16),
        (negated(B), -4, 3),
        (Quotient(A, C), 0.25, 1),
        (Quotient(B, C), -1.5, 2),
        (Quotient(A, negated(C)), -1, -0.25),
        (Quotient(A, B), -INFINITE, INFINITE),
        (Quotient(A, BOTTOM), -INFINITE, INFINITE),
        (Quotient(A, ZERO), -INFINITE, INFINITE),
        (Quotient(ZERO, ZERO), 0, 0),
        (Quotient(ZERO, BOTTOM), -INFINITE, INFINITE),
        (Quotient(BOTTOM, ZERO), -INFINITE, INFINITE),
        (Quotient(ENDLESS, ENDLESS), -INFINITE, INFINITE),
        (Share(A, C), 1 / 5, 2 / 4),
        (Share(A, ZERO), 1, 1),
        (Share(ZERO, C), 0, 0),
        (Share(ZERO, ZERO), 0, 0),
        (Share(B, C), 0, 4 / 6),
        (Share(A, negated(C)), 1, 1),
        (Power(None, B), math.exp(-3), math.exp(4)),
        (Power(2.0, B), 1 / 8, 16),
        (Power(None, HIDDEN), 0, 0),
        (Power(1.5, HIDDEN), 0, 0),
        (Power(None, Constant(0.0, 1e4)), 1, INFINITE),
        (Root(BOTTOM), 0, 2),
        (Root(B), 0, 2),
        (Root(negated(A)), 0, 0),
        (Tanh(B), math.tanh(-3), math.tanh(4)),
        (Tanh(HIDDEN), -1, -1),
        (Logistic(B), 1 / (1 + math.exp(3)), 1 / (1 + math.exp(-4))),
        (Logistic(Constant(-INFINITE, INFINITE)), 0, 1),
        (Rounded(A), 0.5, 2.5),
        (Rounded(HIDDEN), -INFINITE, -INFINITE),
        (Largest((A, B)), 1, 4),
        (Largest((HIDDEN, A)), 1, 2),
        (Either((A, B)), -3, 4),
        (Either((HIDDEN, A)), -INFINITE, 2),
    ],
    ids=lambda part: type(part).__name__ if not isinstance(part, float | int) else f"{part:.4g}",
)
def test_bounds(term: Term, low: float, high: float) -> None:
    """By hand; an end that is worked out is moved outward, and hardly."""
    found = bounds(term)
    assert found[0] <= low
    assert found[1] >= high
    assert found == pytest.approx((low, high), rel=1e-11, abs=0)


def test_ends_are_moved_outward() -> None:
    """By 1e-12 of their size, whatever their sign; what is handed in or known stays as it is."""
    assert bounds(Sum((B,))) == (-3 - 3e-12, 4 + 4e-12)
    assert bounds(Sum((negated(C),))) == pytest.approx((-4 - 8e-12, -2 + 4e-12), rel=1e-15, abs=0)
    assert bounds(B) == (-3, 4)
    assert bounds(X, of_one((0.1, 0.3))) == (0.1, 0.3)
    assert bounds(Rounded(X), of_one((0.25, 0.25))) == (-0.25, 0.75)


def test_what_is_no_number_says_nothing() -> None:
    """Somebody's answer that is none may be anything."""
    nothing = of_one((math.nan, math.nan))
    for term in (Sum((X, A)), Product(X, A), Quotient(A, X), Tanh(X), Largest((X, A)), Root(X)):
        assert bounds(term, nothing) == (-INFINITE, INFINITE)


@pytest.mark.parametrize(
    ("low", "high", "low_steps", "high_steps"),
    [("0.1", "0.1", -1, 0), ("0.3", "0.3", 0, 1), ("0.25", "0.25", 0, 0), ("0.1", "0.3", -1, 1)],
)
def test_constants(low: str, high: str, low_steps: int, high_steps: int) -> None:
    """Decimals in doubles: as near as can be, and nothing of the interval is left out."""
    constant = Constant.of(Interval(Decimal(low), Decimal(high)))
    assert Decimal(constant.low) <= Decimal(low)
    assert Decimal(constant.high) >= Decimal(high)
    assert constant.low == float(low) + low_steps * math.ulp(float(low))
    assert constant.high == float(high) + high_steps * math.ulp(float(high))


def test_hidden_constant() -> None:
    """A hidden score has no double beside it."""
    hidden = Constant.of(HIDDEN_INTERVAL)
    assert hidden.low == hidden.high == -INFINITE


def test_what_is_awaited() -> None:
    """Every number that stands in it anywhere, once."""
    assert Sum((X, Product(Y, A), Root(X))).awaited == {ENTRIES[0], ENTRIES[1]}
    every = (
        Quotient(X, Y),
        Share(X, Y),
        Largest((X, Y)),
        Either((X, Y)),
        Sum((Power(None, X), Tanh(Logistic(Rounded(Y))))),
    )
    assert all(term.awaited == {ENTRIES[0], ENTRIES[1]} for term in every)
    assert A.awaited == frozenset()


def test_many_people() -> None:
    """Everybody's bounds are their own, where others have other numbers and some are known."""
    random = np.random.default_rng(1)
    lows = random.uniform(-2, 2, (3, 5))
    given = {entry: (low, low + 0.1) for entry, low in zip(ENTRIES, lows, strict=True)}
    score = Largest((X, HIDDEN, Y, ONE))
    term = Either((Share(Power(None, X), Sum((Power(None, Z), ONE))), Quotient(score, C), ZERO))
    low, high = worked_out(term, given, HALF)
    for person in range(5):
        own = {entry: (each[0][person], each[1][person]) for entry, each in given.items()}
        assert worked_out(term, own, HALF) == (low[person], high[person])


def test_written() -> None:
    """As a script has it."""
    term = Either(
        (
            Quotient(X, Constant(1.999, 2.001)),
            Share(Power(None, X), Rounded(Power(2.0, Y))),
            Sum((Product(Z, ONE), Largest((HIDDEN, Constant(0.0, INFINITE))))),
            Root(Tanh(Logistic(Y))),
        )
    )
    assert written(term, {entry: 10 + place for entry, place in PLACES.items()}) == [
        "either",
        ["/", ["#", 10], [1.999, 2.001]],
        ["share", ["^", None, ["#", 10]], ["~", ["^", 2.0, ["#", 11]]]],
        ["+", ["*", ["#", 12], [1.0, 1.0]], ["max", ["-inf", "-inf"], [0.0, "inf"]]],
        ["sqrt", ["tanh", ["sigmoid", ["#", 11]]]],
    ]


def test_formulas_are_made_of_rounded_results() -> None:
    """What is handed in stays as it is; what was made of it may have been rounded."""
    x = Terms.of([X, Y])
    made = (x * x + x).total()
    assert made.shape == (1, 1)
    square, other = (["~", ["*", ["#", place], ["#", place]]] for place in (0, 1))
    assert written(made.cells[0, 0], PLACES) == [
        "+",
        ["~", ["+", square, ["#", 0]]],
        ["~", ["+", other, ["#", 1]]],
    ]
    mean = x.mean() * x.number(Decimal("0.5"))
    total = ["~", ["+", ["#", 0], ["#", 1]]]
    assert written(mean.cells[0, 0], PLACES) == ["*", ["~", ["/", total, [2.0, 2.0]]], [0.5, 0.5]]


def test_products_of_matrices() -> None:
    """Each row with each column; axes change places, and parts are taken, results or not."""
    left = Terms.like((2, 2), [X, Y, ONE, ZERO])
    square = left @ left.swapaxes(0, 1)
    assert square.shape == (2, 2)
    assert square.result
    expected = ["+", ["*", ["#", 0], [1.0, 1.0]], ["*", ["#", 1], [0.0, 0.0]]]
    assert written(square.cells[0, 1], PLACES) == expected
    assert written(square[:1, 1:].swapaxes(0, 1).root().cells[0, 0], PLACES) == [
        "sqrt",
        ["~", expected],
    ]


@pytest.mark.no_cover
@pytest.mark.parametrize("name", FORMULAS)
@settings(max_examples=40, deadline=None)
@given(x=st.lists(NUMBERS, min_size=1, max_size=3))
def test_formulas(name: str, x: list[Decimal]) -> None:
    """A formula that stands once, of awaited numbers, has the value of plain loops."""
    ends = [(float(each), float(each)) for each in x]
    made = FORMULAS[name](Terms.of([X, Y, Z][: len(x)]))
    for term, expected in zip(
        made.cells.flat, looped(name, list(map(mpmath.mpf, ends_of(x)))), strict=True
    ):
        low, high = (float(end) for end in worked_out(term, of_one(*ends), 0.0))
        assert low <= expected <= high
        assert high - low <= 1e-9 * max(1, abs(expected))


def ends_of(x: list[Decimal]) -> list[float]:
    """As a double has them."""
    return [float(each) for each in x]


# Any formula at all.

ENDS = st.integers(-8, 8).map(lambda whole: whole / 4)
INTERVALS = st.tuples(ENDS, ENDS).map(lambda pair: (min(pair), max(pair)))
LEAVES = (
    INTERVALS.map(lambda ends: Constant(*ends))
    | st.sampled_from([ZERO, ONE, HIDDEN, Constant(-1.0, INFINITE)])
    | st.sampled_from([X, Y, Z])
)


def grown(terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    """One node more."""
    several = st.lists(terms, min_size=1, max_size=3).map(tuple)
    one = st.sampled_from([Root, Tanh, Logistic, Rounded])
    two = st.sampled_from([Product, Quotient, Share])
    return (
        st.builds(lambda kind, term: kind(term), one, terms)
        | st.builds(lambda kind, left, right: kind(left, right), two, terms, terms)
        | st.builds(
            lambda kind, all_of: kind(all_of), st.sampled_from([Sum, Largest, Either]), several
        )
        | st.builds(Power, st.sampled_from([None, 2.0, 1.5]), terms)
    )


TERMS = st.recursive(LEAVES, grown, max_leaves=8)
HANDED_IN = st.tuples(INTERVALS, INTERVALS, INTERVALS)


@pytest.mark.no_cover
@settings(max_examples=400, deadline=None)
@given(term=TERMS, ends=HANDED_IN, seed=st.integers(0, 2**32))
def test_every_point_is_within(term: Term, ends: Any, seed: int) -> None:
    """Whatever the numbers are in their intervals, and however they were rounded."""
    random = Random(seed)
    at = {entry: random.uniform(*each) for entry, each in zip(ENTRIES, ends, strict=True)}
    value = point(term, at, random)
    low, high = bounds(term, of_one(*ends))
    assert math.isnan(value) or low <= value <= high


def point(term: Term, at: dict[Entry, float], random: Random) -> float:
    """One of the values that a formula may have; not a number where it has none."""
    match term:
        case Constant(low, high):
            return low if math.isinf(high - low) or low == high else random.uniform(low, high)
        case Awaited(entry):
            return at[entry]
        case _:
            parts = [point(part, at, random) for part in term.parts]
    match term:
        case Sum():
            return sum(parts)
        case Product():
            return 0.0 if 0.0 in parts else parts[0] * parts[1]
        case Quotient():
            above, below = parts
            if below == 0:
                return 0.0 if above == 0 else math.nan
            return above / below
        case Share():
            own, others = (max(part, 0.0) for part in parts)
            if math.inf in (own, others):
                return math.nan
            return own / (own + others) if own else 0.0
        case Power(base):
            return raised(math.e if base is None else base, parts[0])
        case Root():
            return math.sqrt(max(parts[0], 0.0))
        case Tanh():
            return math.tanh(parts[0])
        case Logistic():
            return 1 / (1 + raised(math.e, -parts[0]))
        case Rounded():
            return parts[0] + random.uniform(-HALF, HALF)
        case Largest():
            return math.nan if any(map(math.isnan, parts)) else max(parts)
        case Either():
            return random.choice(parts)
        case Constant() | Awaited():
            raise AssertionError("a leaf")


def raised(base: float, exponent: float) -> float:
    """The power, infinite where a double has no room for it."""
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf


@pytest.mark.no_cover
@settings(max_examples=400, deadline=None)
@given(term=TERMS, ends=HANDED_IN)
def test_another_reader(term: Term, ends: Any) -> None:
    """Whoever reads the list that is written, and does as it says, has the same bounds."""
    assert interpreted(written(term, PLACES), ends) == bounds(term, of_one(*ends))


def interpreted(form: Any, ends: list[tuple[float, float]]) -> tuple[float, float]:
    """The bounds of what was written, one end at a time."""
    name, *rest = form
    if not isinstance(name, str) or name.endswith("inf"):
        return float(name), float(rest[0])
    if name == "#":
        low, high = ends[rest[0]]
        return low, high
    base = rest.pop(0) if name == "^" else None
    parts = [interpreted(each, ends) for each in rest]
    lows, highs = [low for low, _ in parts], [high for _, high in parts]
    if name == "~":
        return lows[0] - HALF, highs[0] + HALF
    with np.errstate(all="ignore"):
        low, high = combined(name, base, parts, lows, highs)
    if math.isnan(low) or math.isnan(high):
        return -math.inf, math.inf
    return low - abs(low) * 1e-12 if math.isfinite(low) else low, (
        high + abs(high) * 1e-12 if math.isfinite(high) else high
    )


def combined(
    name: str,
    base: float | None,
    parts: list[tuple[float, float]],
    lows: list[float],
    highs: list[float],
) -> tuple[float, float]:
    match name:
        case "+":
            return sum(lows, 0.0), sum(highs, 0.0)
        case "max":
            return max(lows), max(highs)
        case "either":
            return min(lows), max(highs)
        case "*":
            ends = [0.0 if 0 in (a, b) else a * b for a in parts[0] for b in parts[1]]
            return min(ends), max(ends)
        case "/":
            above, below = parts
            if above == below == (0, 0):
                return 0.0, 0.0
            if below[0] <= 0 <= below[1]:
                return -math.inf, math.inf
            ends = [a / b for a in above for b in below]
            return (math.nan,) * 2 if any(map(math.isnan, ends)) else (min(ends), max(ends))
        case "share":
            (own, most), (others, more) = ([max(end, 0.0) for end in part] for part in parts)
            return share(own, more), share(most, others)
        case "^":
            low, high = (np.exp(end) if base is None else np.power(base, end) for end in parts[0])
            return float(low), float(high)
        case "sqrt":
            low, high = (math.sqrt(max(end, 0.0)) for end in parts[0])
            return low, high
        case "tanh":
            return float(np.tanh(parts[0][0])), float(np.tanh(parts[0][1]))
        case "sigmoid":
            low, high = (1 / (1 + np.exp(-end)) for end in parts[0])
            return float(low), float(high)
        case _:
            raise AssertionError(f"an operation that is not described: {name}")


def share(own: float, others: float) -> float:
    return own / (own + others) if own else 0.0
