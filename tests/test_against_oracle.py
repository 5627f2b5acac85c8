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
from tests.random_problems import FRACTIONS, TAME, TEXTS, Problem, problems, single_head_problems

DIGITS = 30
POSITIVE = ("exponentials", "sums", "weights")
"""Stages without cancellation: right to so many digits however small they are."""

BEFORE_POWERS = (
    *("X", "X_key", "positions", "X_positioned", "Q", "K", "V", "Q_normalized", "K_normalized"),
    *("Q_rotated", "K_rotated"),
    *("scores", "biased_scores", "scaled_scores", "capped_scores", "masked_scores"),
)
"""Stages in which nothing is exact by chance, in the order in which they are computed."""


def worked(problem: Mapping[str, Any]) -> Trace:
    """The package's answer, in decimals."""
    return attncalc.explain(attncalc.load(problem))


def worked_in_float64(problem: Mapping[str, Any]) -> Trace:
    """The package's answer, as for a problem too large for decimals."""
    with patch("attncalc.readers.fields.hand_sized", return_value=False):
        return attncalc.explain(attncalc.load(problem))


def expect(problem: Mapping[str, Any], *, complete: bool = True) -> Trace:
    """The package's answer, every entry of it found to agree with the oracle's.

    complete: whether what is rational must be called exact where only sums and products are taken.
    """
    trace, expected = worked(problem), oracle.attention(problem)
    assert set(trace.stages) == set(expected)
    decided = without_functions(problem) if complete else ()
    for name, stage in trace.stages.items():
        right = np.array(expected[name], dtype=object)
        assert stage.values.shape == stage.exact.shape == right.shape, name
        for place in np.ndindex(right.shape):
            found, exact, true = stage.values[place], bool(stage.exact[place]), right.item(place)
            check(found, exact, true, name)
            if name in decided and true is not None:
                possible = isinstance(true, Fraction) and terminates(true)
                assert exact == possible, f"{name}: {found} is exact: {exact}"
    return trace


def without_functions(problem: Mapping[str, Any]) -> tuple[str, ...]:
    """The stages of sums, products and square roots alone.

    What is rational there and has finitely many decimals must be called exact. After a sine, cosine
    or hyperbolic tangent, or a bias that falls by roots of 2, it may be.
    """
    score = problem.get("attention", {}).get("score", "dot")
    options = problem.get("attention", {})
    positions = options.get("positions", "none")
    if oracle.sinusoidal_base(positions) is not None:
        end = "positions"
    elif positions == "rope" or isinstance(positions, Mapping):
        end = "Q_rotated"
    elif "additive" in score:
        end = "scores"
    elif "softcap" in options:
        end = "capped_scores"
    elif options.get("bias") == "alibi" and (oracle.head_counts(problem)[0] or 1) > 8:
        end = "masked_scores"
    else:
        return BEFORE_POWERS
    return BEFORE_POWERS[: BEFORE_POWERS.index(end)]


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
@given(single_head_problems(TEXTS))
def test_every_stage_agrees_with_the_oracle(problem: Problem) -> None:
    """Values, exactness and the stages there are: all as worked out in another way."""
    expect(problem)


@settings(max_examples=400, deadline=None)
@given(problems(TEXTS))
def test_all_options_together_agree_with_the_oracle(problem: Problem) -> None:
    """Heads, positions, a past and every option of the scores, in whatever combination."""
    expect(problem)


@settings(max_examples=300, deadline=None)
@given(st.one_of(single_head_problems(st.just(FRACTIONS)), problems(st.just(FRACTIONS))))
def test_fractions_and_roots_agree_with_the_oracle(problem: Problem) -> None:
    """Numbers that no decimal is equal to: right to 30 digits, and never called exact."""
    expect(problem, complete=False)


@pytest.mark.no_cover
@pytest.mark.parametrize("heads", range(1, 21))
def test_alibi_slopes_of_any_number_of_heads(heads: int) -> None:
    """The slopes are powers of 2, with roots where the heads are not 1, 2, 4 or 8."""
    expect({"scores": [[["0", "1"]]] * heads, "attention": {"bias": "alibi"}})


@pytest.mark.no_cover
@pytest.mark.parametrize("pairing", [{}, {"pairing": "interleaved"}, {"pairing": "half"}])
@pytest.mark.parametrize("dims", [{}, {"dims": "2"}, {"dims": "4"}, {"dims": "6"}])
@pytest.mark.parametrize("base", [{}, {"base": "500000"}, {"base": "4"}])
def test_rope_turns_the_pairs_it_should(pairing: Problem, dims: Problem, base: Problem) -> None:
    """Each way of pairing, over some of the entries and over all of them, at each base."""
    Q = [["1", "0.5", "-2", "3", "0.25", "-1", "0"] * 2] * 3
    K = [["-1", "2", "4", "-0.5", "1", "3", "2"]] * 3
    options = {"heads": "2", "kv_heads": "1", "positions": {"rope": pairing | dims | base}}
    if not dims:
        Q, K = ([row[:-2] for row in Q], [row[:-1] for row in K])
    expect({"Q": Q, "K": K, "attention": options})


@pytest.mark.parametrize("positions", ["sinusoidal", "rope", {"rope": {"pairing": "half"}}])
def test_positions_after_a_long_past(positions: Any) -> None:
    """Angles of several turns have as many right digits as small ones."""
    past = {"tokens": [f"p{j}" for j in range(40)], "K": [["0.5", "-1"]] * 40}
    problem = {"X": [["1", "2"], ["-3", "0.5"]], "W_Q": [["1", "0"], ["0", "1"]]}
    problem["W_K"] = problem["W_Q"]
    expect(problem | {"attention": {"positions": positions, "past": past}})


@pytest.mark.parametrize("sink", ["0", "-1000", ["3", "1e6"]])
def test_a_row_without_keys_has_no_weights_beside_a_sink(sink: Any) -> None:
    """What is masked everywhere gets nothing, whatever the sink takes of other rows."""
    mask = [["0", "0"], ["0", "1"]]
    options = {"heads": "2", "mask": mask, "sink": sink}
    problem = {"scores": [[["1", "2"]] * 2] * 2, "V": [["1", "2"]] * 2, "attention": options}
    trace = expect(problem)
    assert not trace["weights"][:, 0].any()
    assert not trace["output"][0].any()


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


def expect_in_float64(problem: Mapping[str, Any]) -> None:
    """Finds every stage to agree to 12 digits, and none to be called exact."""
    trace, expected = worked_in_float64(problem), oracle.attention(problem)
    assert set(trace.stages) == set(expected) - {"weighted_values"}
    doubles = {name: in_float64(stage) for name, stage in expected.items()}
    before = [doubles[name] for name in BEFORE_POWERS if name in doubles]
    largest = max((np.abs(x[np.isfinite(x)]).max(initial=0) for x in before), default=0)
    # A score is off by its last places, and its power by as much for each 1 of it.
    near = max(1e-12, 1e-14 * largest)
    for name, stage in trace.stages.items():
        assert stage.values.dtype == np.float64
        assert not stage.exact.any()
        smallest = 1e-300 if name in POSITIVE else near
        np.testing.assert_allclose(
            stage.values, doubles[name], rtol=near, atol=smallest, err_msg=name
        )


def in_float64(numbers: Any) -> Any:
    """An array of the nearest doubles; minus infinity for a masked score."""
    right = np.array(numbers, dtype=object)
    doubles = [-np.inf if x is None else float(oracle.real(x)) for x in right.flat]
    return np.array(doubles).reshape(right.shape)


@settings(max_examples=150, deadline=None)
@given(single_head_problems(st.just(TAME)))
def test_float64_agrees_to_twelve_digits(problem: Problem) -> None:
    """The other arithmetic gives the same numbers, and calls none of them exact."""
    expect_in_float64(problem)


@settings(max_examples=200, deadline=None)
@given(problems(st.just(TAME)))
def test_float64_agrees_on_all_options_together(problem: Problem) -> None:
    """The other arithmetic knows heads, positions, a past and every option as well."""
    expect_in_float64(problem)


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
        ({"scores": [["0"]], "attention": {"softcap": "30"}}, "capped_scores", ["0"]),
        ({"scores": [["2", "2"]], "attention": {"sink": "2", "base": "2"}}, "sums", ["8"]),
        (
            {"scores": [["1", "0"]], "attention": {"sink": "0", "base": "2"}},
            "weights",
            ["0.5", "0.25"],
        ),
        ({"X": [["1", "2"]], "attention": {"positions": "sinusoidal"}}, "X_positioned", ["1", "3"]),
        ({"X": [["1", "2"]], "attention": {"positions": [["0.5", "-2"]]}}, "Q", ["1.5", "0"]),
        ({"X": [["1", "2"]], "attention": {"positions": "rope"}}, "Q_rotated", ["1", "2"]),
        (
            {"scores": [["3", "-1.5"]], "attention": {"scale": "1/3"}},
            "scaled_scores",
            ["1", "-0.5"],
        ),
        (
            {"scores": [["6", "0"]], "attention": {"scale": "2/sqrt(9)"}},
            "scaled_scores",
            ["4", "0"],
        ),
        ({"Q": [["1/4", "6/2"]], "K": [["1", "sqrt(4)"]]}, "scores", ["6.25"]),
        ({"scores": [["1/3", "2/6"]]}, "weights", ["0.5", "0.5"]),
        ({"scores": [["sqrt(2)", "sqrt(2)"]]}, "weights", ["0.5", "0.5"]),
        (
            {"scores": [["1", "1"]], "attention": {"bias": "alibi"}},
            "masked_scores",
            ["1", "0.99609375"],
        ),
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
        ({"scores": [["1/3", "sqrt(2)"]]}, "scores"),
        ({"scores": [["1", "2"]], "attention": {"scale": "1/3"}}, "scaled_scores"),
        ({"scores": [["1", "2"]], "attention": {"scale": "1/sqrt(2)"}}, "scaled_scores"),
        ({"scores": [["1", "2"]], "attention": {"base": "4/3"}}, "exponentials"),
        ({"scores": [["sqrt(2)", "sqrt(2)"]], "attention": {"sink": "1/3"}}, "weights"),
        ({"X": [["1"]], "W_Q": [["1"]], "W_K": [["1"]], "b_Q": ["1/3"]}, "Q"),
        ({"scores": [["1"]], "V": [["1"]], "W_O": [["1"]], "b_O": ["1/3"]}, "output"),
        ({"scores": [["1"]], "attention": {"bias": [["1/3"]]}}, "masked_scores"),
        ({"scores": [["1"] * 3]}, "weights"),
        ({"scores": [["1", "2"]], "V": [["1"], ["2"]]}, "output"),
        ({"scores": [["1"]], "attention": {"softcap": "30"}}, "capped_scores"),
        ({"scores": [["1e9"]], "attention": {"softcap": "30"}}, "capped_scores"),
        ({"scores": [["1", "1"]], "attention": {"sink": "0"}}, "weights"),
        ({"scores": [["1"]], "attention": {"sink": "-1e9"}}, "weights"),
    ],
)
def test_what_is_rounded_is_not_called_exact(problem: Problem, stage: str) -> None:
    """Roots, powers of e and quotients that do not end are never written with an equals sign."""
    assert not any(_row_exact(problem, stage)[1])


# The oracle itself.


@settings(max_examples=100, deadline=None)
@given(st.fractions(-50, 50, max_denominator=10**6))
def test_the_oracle_knows_sines_cosines_and_tangents(x: Fraction) -> None:
    """The oracle's own series give what mpmath's functions do."""
    with mpmath.workdps(oracle.DIGITS + 20):
        angle = oracle.real(x)
        rights = (mpmath.sin(angle), mpmath.cos(angle), 2 * mpmath.tanh(angle / 2))
        found = (*oracle.sine_and_cosine(x), oracle.capped(x, Fraction(2)))
        for number, right in zip(found, rights, strict=True):
            assert abs(oracle.real(number) - right) < mpmath.mpf(10) ** -oracle.DIGITS


@pytest.mark.parametrize(
    ("heads", "slopes"),
    [
        (1, [2**-8]),
        (2, [2**-4, 2**-8]),
        (3, [2**-4, 2**-8, 2**-2]),
        (6, [2**-2, 2**-4, 2**-6, 2**-8, 2**-1, 2**-3]),
        (8, [2**-k for k in range(1, 9)]),
        (12, [*(2**-k for k in range(1, 9)), 2**-0.5, 2**-1.5, 2**-2.5, 2**-3.5]),
    ],
)
def test_the_oracle_knows_the_slopes_of_alibi(heads: int, slopes: list[float]) -> None:
    """Powers of 2 in a row, and those halfway between for the heads that are too many for it."""
    assert [float(slope) for slope in oracle.alibi_slopes(heads)] == pytest.approx(
        slopes, rel=1e-15
    )
