"""What is true of attention whatever the numbers are."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attncalc
from attncalc import Trace
from attncalc.numbers.arithmetic import Array, Typed

Problem = dict[str, Any]
Texts = list[list[str]]

TO_50 = Decimal("1e-50")
TO_30 = Decimal("1e-30")
BASES = st.sampled_from(("e", "2", "10", "1.5"))

both_arithmetics = pytest.mark.parametrize("exact", [True, False], ids=["decimal", "float64"])


def _decimal_text(units: int, decimals: int) -> str:
    return f"{Decimal(units).scaleb(-decimals):f}"


NUMBERS = st.builds(_decimal_text, st.integers(-5_000, 5_000), st.integers(2, 4))

AS_TYPED = st.one_of(
    NUMBERS,
    st.from_regex(r"[+-]?[0-9]{1,4}\.[0-9]{0,4}", fullmatch=True),
    st.from_regex(r"[+-]?\.[0-9]{1,4}", fullmatch=True),
    st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{1,3})?%", fullmatch=True),
    st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{1,3})?[eE][+-]?[0-9]{1,2}", fullmatch=True),
)
"""Every way of writing a number that the format knows."""


def rows(n: int, m: int, cells: st.SearchStrategy[str] = NUMBERS) -> st.SearchStrategy[Texts]:
    """Texts of an n × m matrix."""
    return st.lists(st.lists(cells, min_size=m, max_size=m), min_size=n, max_size=n)


@st.composite
def problems(draw: st.DrawFn, cells: st.SearchStrategy[str] = NUMBERS) -> Problem:
    """Queries, keys and values of up to five tokens on either side."""
    n, m, d_k, d_v = (draw(st.integers(1, 5)) for _ in range(4))
    return {
        "tokens": [f"q{i}" for i in range(n)],
        "key_tokens": [f"k{j}" for j in range(m)],
        "Q": draw(rows(n, d_k, cells)),
        "K": draw(rows(m, d_k, cells)),
        "V": draw(rows(m, d_v, cells)),
        "attention": {"base": draw(BASES)},
    }


@st.composite
def masked_problems(draw: st.DrawFn) -> tuple[Problem, np.ndarray[Any, np.dtype[np.bool_]]]:
    """A problem in which some keys are hidden, by mask or by bias; and where they are, as True."""
    problem = draw(problems())
    n, m = len(problem["tokens"]), len(problem["key_tokens"])
    mask = draw(rows(n, m, st.sampled_from("01")))
    bias = draw(rows(n, m, st.sampled_from(("0", "0.5", "-1", "-inf"))))
    problem["attention"] |= {"mask": mask, "bias": bias}
    return problem, (np.array(mask) == "0") | (np.array(bias) == "-inf")


def worked(problem: Mapping[str, Any], exact: bool = True) -> Trace:
    """The problem worked through, in decimals or in float64."""
    with patch("attncalc.readers.fields.hand_sized", return_value=exact):
        return attncalc.explain(attncalc.load(problem))


def largest_gap(found: Array, right: Array) -> Any:
    """By how much two arrays of one shape differ at most."""
    assert found.shape == right.shape
    return np.abs(found - right).max()


def reach(array: Array) -> Any:
    """The largest magnitude in an array, or 1."""
    return max(np.abs(array).max(), 1)


@both_arithmetics
@settings(max_examples=100, deadline=None)
@given(drawn=masked_problems())
def test_weights_of_a_row_sum_to_one(
    exact: bool, drawn: tuple[Problem, np.ndarray[Any, np.dtype[np.bool_]]]
) -> None:
    """Every query that sees a key spends its attention completely, and never a negative part."""
    problem, hidden = drawn
    trace = worked(problem, exact)
    weights = trace["weights"]
    with trace.arithmetic():
        sums = weights.sum(axis=-1)
    assert (weights >= 0).all()
    for row, total in enumerate(sums):
        if not hidden[row].all():
            assert abs(total - 1) <= (TO_50 if exact else 1e-15 * len(weights[row]))
        if exact and not hidden[row].all() and trace.stages["weights"].exact[row].all():
            assert total == 1


@both_arithmetics
@settings(max_examples=100, deadline=None)
@given(drawn=masked_problems())
def test_a_masked_key_gets_nothing(
    exact: bool, drawn: tuple[Problem, np.ndarray[Any, np.dtype[np.bool_]]]
) -> None:
    """The weight of a hidden key is 0 and not merely small, and known to be exact in decimals."""
    problem, hidden = drawn
    stage = worked(problem, exact).stages["weights"]
    assert (stage.values[hidden] == 0).all()
    assert (stage.exact[hidden] == exact).all()


@both_arithmetics
@settings(max_examples=100, deadline=None)
@given(drawn=masked_problems())
def test_a_fully_masked_row_is_zero_and_warned_of_once(
    exact: bool, drawn: tuple[Problem, np.ndarray[Any, np.dtype[np.bool_]]]
) -> None:
    """A query that sees nothing outputs 0, and one warning says so by its name."""
    problem, hidden = drawn
    trace = worked(problem, exact)
    blind = np.flatnonzero(hidden.all(axis=-1)).tolist()
    assert (trace["weights"][blind] == 0).all()
    assert (trace["output"][blind] == 0).all()
    assert len(trace.warnings) == len(blind)
    for row, warning in zip(blind, trace.warnings, strict=True):
        assert f"“q{row}” (#{row + 1})" in warning


@settings(max_examples=100, deadline=None)
@given(problems(), st.data())
def test_adding_a_constant_to_a_row_changes_no_weight(
    problem: Problem, data: st.DataObject
) -> None:
    """Softmax sees only differences of scores."""
    n, m = len(problem["tokens"]), len(problem["key_tokens"])
    shifts = data.draw(st.lists(NUMBERS, min_size=n, max_size=n))
    shifted = problem["attention"] | {"bias": [[shift] * m for shift in shifts]}
    before, after = worked(problem), worked(problem | {"attention": shifted})
    with before.arithmetic():
        assert largest_gap(after["weights"], before["weights"]) <= TO_30


@settings(max_examples=100, deadline=None)
@given(problems(), st.data())
def test_the_order_of_keys_does_not_matter(problem: Problem, data: st.DataObject) -> None:
    """Keys in another order, with their values, have the same weights and the same output."""
    m = len(problem["key_tokens"])
    order = data.draw(st.permutations(range(m)))
    moved = {name: [problem[name][j] for j in order] for name in ("key_tokens", "K", "V")}
    before, after = worked(problem), worked(problem | moved)
    with before.arithmetic():
        assert largest_gap(after["weights"], before["weights"][:, order]) <= TO_50
        gap = largest_gap(after["output"], before["output"])
        assert gap <= TO_50 * reach(before["V"])
    assert (after.stages["output"].exact == before.stages["output"].exact).all()


@both_arithmetics
@settings(max_examples=100, deadline=None)
@given(problem=problems())
def test_the_output_lies_among_the_values(exact: bool, problem: Problem) -> None:
    """A weighted mean is never beyond the smallest and the largest of what it is a mean of."""
    trace = worked(problem, exact)
    V, output = trace["V"], trace["output"]
    with trace.arithmetic():
        room = (TO_50 if exact else 1e-14) * reach(V)
        assert (output >= V.min(axis=0) - room).all()
        assert (output <= V.max(axis=0) + room).all()


@settings(max_examples=50, deadline=None)
@given(problems())
def test_under_a_causal_mask_the_first_query_sees_the_first_key(problem: Problem) -> None:
    """Its weights are 1, 0, 0, … and its output is the first value, all of it exact."""
    problem["attention"]["mask"] = "causal"
    trace = worked(problem)
    weights, output = trace.stages["weights"], trace.stages["output"]
    assert weights.values[0].tolist() == [1] + [0] * (len(problem["key_tokens"]) - 1)
    assert weights.exact[0].all()
    assert output.values[0].tolist() == trace["V"][0].tolist()
    assert output.exact[0].all()


@settings(max_examples=100, deadline=None)
@given(problems(AS_TYPED))
def test_a_number_remembers_how_it_was_typed(problem: Problem) -> None:
    """Every typed number is there as text, zeros, signs and percent included, and by its value."""
    loaded = attncalc.load(problem)
    for name, array in loaded.arrays().items():
        texts = [text for row in problem[name] for text in row]
        for text, number in zip(texts, array.flat, strict=True):
            assert isinstance(number, Typed)
            assert number.text == text
            assert number == Decimal(text.rstrip("%")).scaleb(-2 if "%" in text else 0)
