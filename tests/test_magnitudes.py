"""Numbers of any size end in a page, in time that their digits are worth: none takes minutes."""

from __future__ import annotations

import decimal
import json
import time
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.comparison import difference
from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import decimals, transcendental_context
from attncalc.steps.softmax import exponentials
from attncalc.steps.trace import Stage
from tests.conftest import Attncalc

PATIENCE = 15.0
"""Seconds of work for a problem that takes less than one where nothing is absurd."""

MAGNITUDES = ("1e9999", "1e-9999", "-1e9999", "1e24", "-1e18", "1600", "-1e5", "3", "0", "0.5")
LONG = "1." + "3" * 997


def _timely(do: Callable[[], Any]) -> Any:
    began = time.process_time()
    done = do()
    assert time.process_time() - began < PATIENCE
    return done


def _of(start: str, numbers: list[str], n: int) -> dict[str, Any]:
    """A problem of n tokens whose first row is of these numbers."""
    plain = [str(place + 1) for place in range(len(numbers))]
    rows = [numbers, *[plain] * (n - 1)]
    wide = [[*row, *plain * n][:n] for row in rows]
    match start:
        case "scores":
            return {"scores": wide, "V": rows}
        case "weights":
            return {"weights": wide, "V": rows}
        case "Q":
            return {"Q": rows, "K": rows, "V": rows}
        case "X alone":
            return {"X": rows}
        case _:
            square = [numbers, *[plain] * (len(numbers) - 1)]
            return {"X": rows, **dict.fromkeys(("W_Q", "W_K", "W_V", "W_O"), square)}


OPTIONS: list[dict[str, Any]] = [
    {},
    {"scale": "none"},
    {"scale": "1e9999", "sink": "1"},
    {"base": "3"},
    {"base": "1.0001", "sink": "1e9999"},
    {"base": "1e9999"},
    {"base": LONG},
    {"softcap": "1e-9999"},
    {"softcap": "5", "bias": "alibi"},
]

WAYS: list[list[str]] = [
    ["explain"],
    ["explain", "--view", "lookup"],
    ["explain", "--json"],
    ["explain", "-f", "csv"],
    ["explain", "-f", "html"],
    ["explain", "-f", "tex", "--full"],
    ["compare", "--vary", "scale=2"],
    ["compare", "--vary", "base=10", "--json"],
    ["compare", "--vary", "sink=-1e9999"],
    ["graph"],
    ["graph", "-f", "svg", "--all-queries"],
]


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],  # to shrink what is slow takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    start=st.sampled_from(("scores", "weights", "Q", "X alone", "X")),
    numbers=st.lists(st.sampled_from(MAGNITUDES), min_size=2, max_size=4),
    n=st.sampled_from((2, 4, 12)),
    options=st.sampled_from(OPTIONS),
    way=st.sampled_from(WAYS),
)
def test_any_magnitude(
    start: str, numbers: list[str], n: int, options: dict[str, Any], way: list[str], attncalc: Any
) -> None:
    """Every command says something of every size of number, or why it does not, and soon."""
    problem = _of(start, numbers, n)
    if start != "weights":
        problem["attention"] = options
    command, *rest = way
    result = _timely(lambda: attncalc(command, "-", *rest, stdin=json.dumps(problem)))
    assert "a mistake in attncalc" not in result.err
    assert result.code == (2 if result.err.strip() and not result.out else 0), result.err


@pytest.mark.parametrize(
    "problem",
    [
        {"scores": [["1e9999"]], "attention": {"base": "3"}},
        {"scores": [["1e9999", "1e-9999"]], "attention": {"base": "3"}},
        {"scores": [["400"] * 20] * 20, "attention": {"base": LONG}},
        {"scores": [[str(-k) for k in range(380, 400)]] * 20, "attention": {"base": "1e9999"}},
        _of("Q", ["1e9999", "1e-9999"], 20),
        _of("X", ["1e9999", "1e-9999"], 12),
        _of("Q", ["1e9999", "1e-9999"], 20) | {"attention": {"positions": "rope"}},
    ],
    ids=lambda problem: " ".join(problem),
)
def test_slowest(problem: dict[str, Any], attncalc: Attncalc) -> None:
    """What took minutes: the digits that nobody sees are not worked out."""
    result = _timely(lambda: attncalc("explain", "-", stdin=json.dumps(problem)))
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize("score", ["1e5", "1e9", "1e12", "-2e18", "1e24"])
def test_differences_of_small_weights(score: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """1 - e^-1000000000 has hundreds of millions of digits; a page is shown four."""
    file = tmp_path / "large.yaml"
    file.write_text(f"scores: [[{score}, 2], [3, 1]]\nV: [[1, 2], [3, 4]]\n")
    for more in ([], ["--json"]):
        result = _timely(partial(attncalc, "compare", file, "--vary", "scale=2", *more))
        assert (result.code, result.err) == (0, "")


def test_largest_derivatives_far_apart(attncalc: Attncalc) -> None:
    """A ratio of any size is written, and none is too large to be divided."""
    problem = "X: [[1600, 0], [0, 1]]\nattention: {scale: none}\n"
    result = attncalc("compare", "-", "--vary", "scale=2", stdin=problem)
    assert (result.code, result.err) == (0, "")
    assert "7.5e1111793 times smaller" in " ".join(result.out.split())


@settings(max_examples=200)
@given(
    base=st.integers(2, 10**6)
    .map(lambda digits: Decimal(digits).scaleb(-5))
    .filter(lambda b: b > 1),
    score=st.integers(-400, 400),
)
def test_powers_are_exact_where_fractions_say_so(base: Decimal, score: int) -> None:
    """Powers are told from their roundings without ever being written out."""
    scores = decimals([Decimal(score)], (1,))
    powers = exponentials(scores, base)
    (found,) = exactness.of_powers(scores, exactness.everywhere(scores), base, powers)
    assert found == (Fraction(base) ** score == Fraction(powers[0]))


@given(st.lists(st.integers(-90, 90), min_size=1, max_size=6))
def test_sums_are_exact_where_fractions_say_so(exponents: list[int]) -> None:
    """A sum of powers is exact if all of its digits were kept."""
    powers = decimals([Decimal(1).scaleb(each) for each in exponents], (1, len(exponents)))
    with decimal.localcontext(transcendental_context(20)):
        sums = powers.sum(axis=-1)
        (found,) = exactness.of_sums(powers, exactness.everywhere(powers), sums)
    exact = sum((Fraction(power) for power in powers[0]), Fraction(0)) == Fraction(sums[0])
    assert not found or exact
    if max(exponents) - min(exponents) < 70:
        assert found


def test_differences_are_exact_or_say_so() -> None:
    """A difference that is longer than what is kept is rounded, is not called exact, and not 0."""
    left = decimals(map(Decimal, ["1", "1", "1e9999"]), (3,))
    right = decimals(map(Decimal, ["1.25", "1e-9999", "1e9999"]), (3,))
    known = exactness.everywhere(left)
    found = difference(Stage(left, known, "X"), Stage(right, known, "X"))
    assert found is not None
    assert found.exact.tolist() == [True, False, True]
    assert found.values.tolist() == [Decimal("0.25"), Decimal(-1), 0]


def test_powers_out_of_range() -> None:
    """Beyond every exponent there is nothing to be worked out; within, all of it is."""
    scores = decimals(map(Decimal, ["1e9999", "-1e9999", "-Infinity", "1e17", "-1e17"]), (5,))
    powers = exponentials(scores, Decimal(3)).tolist()
    assert powers[:3] == [Decimal("Infinity"), 0, 0]
    assert [power.adjusted() for power in powers[3:]] == [47712125471966243, -47712125471966244]


def test_rounded_numbers_keep_what_is_promised() -> None:
    """A root, a quotient and a power beside 1e9999 have as many right digits as without."""
    far = [["1e9999", "1e-9999"], ["3", "1"]]
    one = attncalc.explain(attncalc.load({"Q": far, "K": far, "V": far}))
    near = [["5", "2"], ["3", "1"]]
    other = attncalc.explain(attncalc.load({"Q": near, "K": near, "V": near}))
    for name in ("scaled_scores", "exponentials"):
        a, b = one[name][1][1], other[name][1][1]
        assert abs(a - b) < b * Decimal("1e-55"), name


@pytest.mark.parametrize("base", ["e", "2", "2.93", "10"])
@pytest.mark.parametrize("scale", ["1/sqrt(d_k)", "none", "1/3", "1/sqrt(9)", "0.1", "1e9"])
def test_power_of_a_score_of_0(base: str, scale: str) -> None:
    """Whatever a 0 has been multiplied by or divided by, the power of it is 1."""
    problem = {
        "Q": [["0", "0"], ["1", "-1"]],
        "K": [["1", "1"], ["2", "2"]],
        "attention": {"base": base, "scale": scale},
    }
    trace = attncalc.explain(attncalc.load(problem))
    assert trace["scores"].tolist() == [[0, 0], [0, 0]]
    assert trace["exponentials"].tolist() == [[1, 1], [1, 1]]
    assert trace["weights"].tolist() == [[Decimal("0.5")] * 2] * 2
    assert trace.stages["weights"].exact.all()
