"""Every stage of random problems, compared with an independent calculation of the same."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attncalc
from attncalc import Trace
from tests import oracle

DIGITS = 30
POSITIVE = ("exponentials", "sums", "weights")
"""Stages without cancellation: right to so many digits however small they are."""

BEFORE_POWERS = ("X", "X_key", "Q", "K", "V", "scores", "scaled_scores", "masked_scores")

Problem = dict[str, Any]


def _typed(units: int, decimals: int, ending: str) -> str:
    """A number as people write it: 0.60, -12, 48%, 3e-2."""
    return f"{Decimal(units).scaleb(-decimals):f}{ending}"


PLAIN = st.builds(_typed, st.integers(-30_000, 30_000), st.integers(2, 4), st.just(""))
TAME = st.builds(_typed, st.integers(-100, 100), st.just(2), st.just(""))
SMALL_WHOLE = st.integers(-3, 3).map(str)
EXTREME = st.builds(
    _typed, st.integers(-99, 99), st.integers(0, 2), st.sampled_from(("e12", "e-12", "%", "e3"))
)
WILD = st.one_of(PLAIN, PLAIN, SMALL_WHOLE, EXTREME)
TEXTS = st.sampled_from((PLAIN, SMALL_WHOLE, WILD))
"""What the numbers of one problem look like."""


@st.composite
def problems(draw: st.DrawFn, texts: st.SearchStrategy[st.SearchStrategy[str]]) -> Problem:
    """Any problem of a single head: every start, every option, self- or cross-attention."""
    numbers = draw(texts)
    sizes = st.integers(1, 5)

    def matrix(rows: int, columns: int) -> Any:
        row = st.lists(numbers, min_size=columns, max_size=columns)
        return draw(st.lists(row, min_size=rows, max_size=rows))

    n, d_k, d_v, d_model, d_key = (draw(sizes) for _ in range(5))
    cross = draw(st.booleans())
    m = draw(sizes) if cross else n
    start = draw(st.sampled_from(("Q", "X", "scores", "weights")))
    has_values = draw(st.booleans())
    problem: Problem = {"tokens": [f"q{i}" for i in range(n)]}
    if cross:
        problem["key_tokens"] = [f"k{j}" for j in range(m)]
    if start == "X":
        problem["X"] = matrix(n, d_model)
        if cross:
            problem["X_key"] = matrix(m, d_key)
        rows = d_key if cross else d_model
        problem |= {"W_Q": matrix(d_model, d_k), "W_K": matrix(rows, d_k)}
        if has_values:
            problem["W_V"] = matrix(rows, d_v)
        for name, width in (("Q", d_k), ("K", d_k), ("V", d_v)):
            if f"W_{name}" in problem and draw(st.booleans()):
                problem[f"b_{name}"] = matrix(1, width)[0]
    elif has_values:
        problem["V"] = matrix(m, d_v)
    if start == "Q":
        problem |= {"Q": matrix(n, d_k), "K": matrix(m, d_k)}
    if start in ("scores", "weights"):
        problem[start] = matrix(n, m)
    if has_values and draw(st.booleans()):
        problem["W_O"] = matrix(d_v, d_model)
        if draw(st.booleans()):
            problem["b_O"] = matrix(1, d_model)[0]
    if start != "weights":
        problem["attention"] = draw(options(n, m, numbers, knows_d_k=start != "scores"))
    return problem


@st.composite
def options(
    draw: st.DrawFn, n: int, m: int, numbers: st.SearchStrategy[str], knows_d_k: bool
) -> Problem:
    """The options of attention for n queries and m keys, some of them left to their defaults."""

    def rows(cells: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
        return st.lists(st.lists(cells, min_size=m, max_size=m), min_size=n, max_size=n)

    scales = [st.just("none"), st.sampled_from(("0.5", "0.125", "1", "2.5", "1e-3", "30%"))]
    if knows_d_k:
        scales.append(st.just("1/sqrt(d_k)"))
    masks = st.one_of(st.sampled_from(("none", "causal")), rows(st.sampled_from("01")))
    biases = st.one_of(st.just("none"), rows(st.one_of(numbers, numbers, st.just("-inf"))))
    bases = st.sampled_from(("e", "2", "3", "4", "10", "1.5", "2.25"))
    choices = {"scale": st.one_of(scales), "mask": masks, "bias": biases, "base": bases}
    return draw(st.fixed_dictionaries({}, optional=choices))


def worked(problem: Mapping[str, Any]) -> Trace:
    """The package's answer, in decimals."""
    return attncalc.explain(attncalc.load(problem))


def worked_in_float64(problem: Mapping[str, Any]) -> Trace:
    """The package's answer, as for a problem too large for decimals."""
    with patch("attncalc.readers.fields.hand_sized", return_value=False):
        return attncalc.explain(attncalc.load(problem))


def expect(problem: Mapping[str, Any]) -> Trace:
    """The package's answer, every entry of it found to agree with the oracle's."""
    trace, expected = worked(problem), oracle.attention(problem)
    assert set(trace.stages) == set(expected)
    for name, stage in trace.stages.items():
        right = np.array(expected[name], dtype=object)
        assert stage.values.shape == stage.exact.shape == right.shape, name
        for place in np.ndindex(right.shape):
            check(stage.values[place], bool(stage.exact[place]), right[place], name)
    return trace


def check(found: Any, exact: bool, right: Any, stage: str) -> None:
    """One entry: the very number where it is said to be exact, right to 30 digits elsewhere."""
    message = f"{stage}: {found}{' (exact)' if exact else ''} instead of {right}"
    if right is None:
        assert found == Decimal("-Infinity"), message
        assert exact, message
        return
    if exact:
        assert isinstance(right, Fraction), message
        assert Fraction(found) == right, message
    else:
        assert is_near(found, right, Fraction(0 if stage in POSITIVE else 1)), message
    if stage in BEFORE_POWERS:
        assert exact == (isinstance(right, Fraction) and terminates(right)), message


def is_near(found: Decimal, right: Any, scale: Fraction) -> bool:
    """Whether a decimal is right to 30 digits, or to 30 decimals of the scale."""
    with mpmath.workdps(400):
        truth = oracle.real(right)
        if found.is_infinite():  # beyond what a decimal's exponent holds
            return bool(mpmath.log10(truth) > 10**17)
        sign, digits, exponent = found.as_tuple()
        assert isinstance(exponent, int)
        whole = (-1) ** sign * int("".join(map(str, digits)))
        error = abs(mpmath.mpf(whole) * mpmath.power(10, exponent) - truth)
        smallest = mpmath.power(10, -(10**17))  # below it, a decimal may be 0
        tolerance = mpmath.power(10, -DIGITS) * max(abs(truth), oracle.real(scale))
        return bool(error <= max(tolerance, smallest))


def terminates(number: Fraction) -> bool:
    """Whether a fraction has finitely many decimals."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


@settings(max_examples=500, deadline=None)
@given(problems(TEXTS))
def test_every_stage_agrees_with_the_oracle(problem: Problem) -> None:
    """Values, exactness and the stages there are: all as worked out in another way."""
    expect(problem)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(-250, 250).map(str), min_size=1, max_size=5),
    st.sampled_from(("2", "3", "4", "10", "1.5")),
)
def test_whole_scores_of_a_typed_base_are_exact_only_where_said(row: list[str], base: str) -> None:
    """Powers of a typed base are exact for long; their sums and quotients must not pretend."""
    values = [[str(j)] for j in range(len(row))]
    expect({"scores": [row], "V": values, "attention": {"base": base}})


@pytest.mark.parametrize("scores", [("5000", "4999"), ("-5000", "-4999"), ("1e20", "1e20")])
@pytest.mark.parametrize("base", ["e", "2"])
def test_scores_of_any_size_have_weights(scores: tuple[str, str], base: str) -> None:
    """Powers beyond every range still leave their quotients."""
    expect({"scores": [scores], "attention": {"base": base}})


@pytest.mark.parametrize("largest", ["-2302585092994045684", "-2302585092994045790"])
def test_powers_at_the_end_of_the_range_keep_their_digits(largest: str) -> None:
    """A sum at the end of decimal's range loses digits, which the weights must not."""
    trace = worked({"scores": [[largest, str(int(largest) - 1)]]})
    right = oracle.attention({"scores": [["0", "-1"]]})
    for j in range(2):
        check(trace["weights"][0, j], False, right["weights"][0][j], "weights")


def test_a_long_percentage_keeps_all_its_digits() -> None:
    """A typed number is used as typed, however long."""
    expect({"weights": [["12.3456789012345678901234567890123456789%"]], "V": [["1"]]})


def test_a_long_base_does_not_make_the_output_exact() -> None:
    """Exact weights may have more digits than there is room for in their product with values."""
    options = {"base": str(2**88 - 1)}
    expect({"scores": [["1", "0"]], "V": [["1.234"], ["1"]], "attention": options})


@settings(max_examples=150, deadline=None)
@given(problems(st.just(TAME)))
def test_float64_agrees_to_twelve_digits(problem: Problem) -> None:
    """The other arithmetic gives the same numbers, and calls none of them exact."""
    trace, expected = worked_in_float64(problem), oracle.attention(problem)
    assert set(trace.stages) == set(expected) - {"weighted_values"}
    for name, stage in trace.stages.items():
        assert stage.values.dtype == np.float64
        assert not stage.exact.any()
        right = np.array(expected[name], dtype=object)
        doubles = np.array([-np.inf if x is None else float(x) for x in right.flat])
        smallest = 0 if name in POSITIVE else 1e-12
        np.testing.assert_allclose(stage.values.ravel(), doubles, rtol=1e-12, atol=smallest)


@pytest.mark.parametrize("row", [("1000", "999", "-inf"), ("-1000", "-999", "-2000")])
@pytest.mark.parametrize("base", ["e", "2"])
def test_float64_survives_scores_out_of_its_range(row: tuple[str, ...], base: str) -> None:
    """Where float64's powers overflow or vanish, the weights are still right."""
    problem = {"scores": [["0"] * 3], "attention": {"base": base, "bias": [row]}}
    right = [float(weight) for weight in oracle.attention(problem)["weights"][0]]
    found = worked_in_float64(problem)["weights"][0]
    np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-300)


def _row_exact(problem: Problem, stage: str) -> tuple[list[Any], list[bool]]:
    """The first row of a stage, and where it is said to be exact; the oracle agrees with it."""
    found = expect(problem).stages[stage]
    return np.atleast_2d(found.values)[0].tolist(), np.atleast_2d(found.exact)[0].tolist()


@pytest.mark.parametrize(
    ("problem", "stage", "values"),
    [
        ({"scores": [["0.7"] * 4]}, "weights", ["0.25"] * 4),
        ({"scores": [["2", "1"]], "attention": {"base": "3"}}, "weights", ["0.75", "0.25"]),
        ({"Q": [["1", "1", "1", "0.5"]], "K": [["0.2"] * 4]}, "scaled_scores", ["0.35"]),
        ({"Q": [["0.3"] + ["0"] * 8], "K": [["1"] * 9]}, "scaled_scores", ["0.1"]),
        ({"Q": [["0"] * 3], "K": [["1"] * 3]}, "scaled_scores", ["0"]),
        ({"Q": [["1", "-1", "0"]], "K": [["1"] * 3]}, "exponentials", ["1"]),
        ({"scores": [["0", "0"]]}, "sums", ["2"]),
        ({"scores": [["1", "-2"]], "attention": {"base": "2"}}, "exponentials", ["2", "0.25"]),
        ({"scores": [["9", "9"]], "V": [["1"], ["2"]]}, "output", ["1.5"]),
    ],
)
def test_what_is_exact_is_called_exact(problem: Problem, stage: str, values: list[str]) -> None:
    """Numbers that a person would write with an equals sign are written with one."""
    assert _row_exact(problem, stage) == ([*map(Decimal, values)], [True] * len(values))


@pytest.mark.parametrize(
    ("problem", "stage"),
    [
        ({"Q": [["0.3", "0", "0"]], "K": [["1"] * 3]}, "scaled_scores"),
        ({"Q": [["0.1"] + ["0"] * 8], "K": [["1"] * 9]}, "scaled_scores"),
        ({"scores": [["1", "2"]]}, "exponentials"),
        ({"scores": [["1"] * 3]}, "weights"),
        ({"scores": [["1", "2"]], "V": [["1"], ["2"]]}, "output"),
    ],
)
def test_what_is_rounded_is_not_called_exact(problem: Problem, stage: str) -> None:
    """Roots, powers of e and quotients that do not end are never written with an equals sign."""
    assert not any(_row_exact(problem, stage)[1])
