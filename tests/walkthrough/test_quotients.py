"""Gradients beside difference quotients: which agree, and what is said of those that do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

import attncalc
from attncalc.errors import InputError
from attncalc.numbers.known import Known
from attncalc.steps.backward import softmax
from attncalc.steps.quotients import (
    Agreement,
    Given,
    Quotient,
    Quotients,
    given_of_query,
    learned,
)
from tests.conftest import SAMPLES, Attncalc
from tests.walkthrough.test_backward import PROBLEMS, SQUARE, VECTORS, traced

WITHOUT_A_DIRECTION = {"of length 0": {"Q"}, "cosine": {"Q", "K"}}
"""Problems with vectors of length 0, and what these are among."""


def every(trace: attncalc.Trace) -> list[Given]:
    """Every number that can be checked."""
    problem = trace.problem
    rows = [given_of_query(problem, query) for query in range(len(problem.tokens))]
    return [each for found in (*rows, learned(problem)) for own in found.values() for each in own]


def checked(trace: attncalc.Trace, most: int = 100) -> list[Quotient]:
    """So many of them, checked."""
    quotients = Quotients(trace)
    return [quotients.of(given) for given in every(trace)[:most]]


def page_of(trace: attncalc.Trace, **options: Any) -> str:
    """The page's text, on one line."""
    return " ".join(attncalc.handout(trace, gradient_check=True, **options).text(120).split())


def loss(numbers: dict[str, Any], d_output: Sequence[Sequence[int]]) -> Any:
    """Causal attention of one head over embeddings, in plain loops."""
    X, n = numbers["X"], len(numbers["X"])
    Q, K, V = (
        [[mpmath.fdot(x, column) for column in zip(*numbers[f"W_{name}"], strict=True)] for x in X]
        for name in "QKV"
    )
    total = mpmath.mpf(0)
    for i in range(n):
        powers = [
            mpmath.exp(mpmath.fdot(Q[i], K[j]) / mpmath.sqrt(len(Q[i]))) for j in range(i + 1)
        ]
        for d, given in enumerate(d_output[i]):
            total += given * mpmath.fdot(powers, [V[j][d] for j in range(i + 1)]) / sum(powers)
    return total


def test_quotients_of_plain_loops() -> None:
    """The quotients are those of another program with other digits and another h."""
    X, W = [[1, 0], [0, 1], [1, 2]], [[1, -1], [2, 1]]
    d_output = [[1, 0], [0, -1], [2, 1]]
    fields = {"X": X, **{f"W_{name}": W for name in "QKV"}, "d_output": d_output}
    trace = attncalc.explain(attncalc.load({**fields, "attention": {"mask": "causal"}}))
    found = {(each.given.name, each.given.at): each for each in checked(trace)}
    assert len(found) == 6 + 3 * 4
    with mpmath.workdps(90):
        h = mpmath.mpf(10) ** -30
        for (name, at), each in found.items():
            losses = []
            for change in (h, -h):
                numbers = {
                    key: [[mpmath.mpf(x) for x in row] for row in fields[key]]
                    for key in ("X", "W_Q", "W_K", "W_V")
                }
                numbers[name][at // 2][at % 2] += change
                losses.append(loss(numbers, d_output))
            quotient = (losses[0] - losses[1]) / (2 * h)
            for number in (each.quotient, each.gradient):
                assert abs(mpmath.mpf(str(number)) - quotient) < mpmath.mpf(10) ** -34


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_option(name: str) -> None:
    """More than 30 digits agree whatever the option, but where there is no derivative."""
    for each in checked(traced(name)):
        if each.agreement is Agreement.UNSETTLED:
            assert each.given.name in WITHOUT_A_DIRECTION[name]
            assert not each.gradient
        elif each.agreement is Agreement.DIGITS:
            assert 30 < each.digits < 60
        elif each.agreement is Agreement.BELOW:
            assert abs(each.gradient - each.quotient) < Decimal("1e-30")
        else:
            assert abs(each.gradient - each.quotient) <= abs(each.gradient) * Decimal("1e-60")


@pytest.mark.parametrize("name", WITHOUT_A_DIRECTION)
def test_no_derivative(name: str) -> None:
    """That of the direction of a vector of length 0 is no error, and is said to be none."""
    trace = traced(name)
    assert Agreement.UNSETTLED in {each.agreement for each in checked(trace)}
    page = page_of(trace)
    assert "No quotient: it goes on changing with h, so there is no derivative" in page
    assert "one of the two is wrong" not in page


def test_a_wrong_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the row's sum in the softmax, few digits agree, and the page says so."""
    right = page_of(traced("embedded"))
    assert "one of the two is wrong" not in right
    monkeypatch.setattr(softmax, "of_scores", lambda A, dA, _D: A * dA)
    trace = traced("embedded")
    found = checked(trace)
    wrong = {each.given.name for each in found if each.digits < 8}
    assert {"X", "W_Q", "W_K", "b_Q"} <= wrong
    assert all(
        each.digits > 30 or each.agreement is not Agreement.DIGITS
        for each in found
        if each.given.name in ("W_V", "b_V", "W_O", "b_O")
    )
    page = page_of(trace)
    assert "So few are no rounding: one of the two is wrong." in page


def test_one_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Digits are counted: of a gradient that is a hundredth too large, one or two agree."""
    exact = softmax.of_scores

    def nearly(A: Known, dA: Known, D: Known) -> Known:
        made = exact(A, dA, D)
        return made * made.number(Decimal("1.05"))

    monkeypatch.setattr(softmax, "of_scores", nearly)
    trace = traced("plain")
    digits = {each.digits for each in checked(trace) if each.given.name == "Q"}
    assert digits == {1}
    assert "Of the worst, 1 digit agrees." in page_of(trace)


def test_nothing_to_see() -> None:
    """A bias of all keys changes no weight: both gradients are 0, as far as can be told."""
    found = {each.given.name: each for each in checked(traced("stacked"))}
    assert found["b_K"].agreement is Agreement.BELOW
    page = page_of(traced("stacked"))
    assert "no further apart than rounding and h can make them" in page
    assert "both are 0" in page_of(traced("unscaled, of one token"))


def test_large_numbers() -> None:
    """The step is the smaller, the larger the numbers are; steep scores are not called wrong."""
    far = [["1000", "0"], ["0", "3000"]]
    near = [["0.001", "0.0002"], ["0", "0.003"]]
    given = {**VECTORS, "Q": far, "K": near, "d_output": SQUARE}
    trace = attncalc.explain(attncalc.load(given))
    quotients = Quotients(trace)
    assert quotients.h == Decimal("1e-22")
    assert quotients.expected == 36
    steep = {**VECTORS, "Q": far, "K": far, "d_output": SQUARE}
    for found in (checked(trace), checked(attncalc.explain(attncalc.load(steep)))):
        for each in found:
            assert each.agreement is not Agreement.UNSETTLED
            assert each.agreement is not Agreement.DIGITS or each.digits > 20


def test_doubles() -> None:
    """Doubles are taken for what they are, in options too; their gradients have fewer digits."""
    arrays: dict[str, Any] = {
        name: np.array([[0.1, 0.2], [0.7, -0.4]]) for name in ("Q", "K", "V", "d_output")
    }
    options = attncalc.AttentionOptions(
        bias=np.array([[0.0, 0.3], [0.1, -np.inf]]), sink=np.array(0.25), mask="causal"
    )
    problem = attncalc.Problem(("a", "b"), ("a", "b"), attention=options, **arrays)
    trace = attncalc.explain(problem)
    assert trace["d_Q"].dtype == np.float64
    found = checked(trace)
    assert {each.agreement for each in found} <= {*Agreement} - {Agreement.UNSETTLED}
    digits = [each.digits for each in found if each.agreement is Agreement.DIGITS]
    assert digits
    assert all(12 < each < 20 for each in digits)
    page = page_of(trace)
    assert "The gradients are doubles here, and some 15 digits can agree." in page


def test_doubles_of_nothing() -> None:
    """What is 0, and in doubles some 1e-17, is not called wrong."""
    square = np.array([[0.1, 0.7], [0.3, -0.4]])
    arrays: dict[str, Any] = dict.fromkeys(("X", "W_Q", "W_K", "W_V", "d_output"), square)
    problem = attncalc.Problem(("a", "b"), ("a", "b"), b_K=np.array([0.3, 0.9]), **arrays)
    trace = attncalc.explain(problem)
    assert np.abs(trace["d_b_K"]).max() > 0
    found = [each for each in checked(trace) if each.given.name == "b_K"]
    assert Agreement.BELOW in {each.agreement for each in found}
    assert "one of the two is wrong" not in page_of(trace)


def test_many_numbers() -> None:
    """Of many, those of the query are checked, and the others are counted; --full has them all."""
    trace = traced("wide")
    page = page_of(trace)
    assert "The 90 numbers that were learned are not checked here; for that: --full." in page
    assert "What was learned" not in page
    assert "What was learned" in page_of(trace, full=True)
    wide = {name: [["0.5"] * 30] for name in "QKV"} | {"d_output": [["1"] * 30]}
    page = page_of(attncalc.explain(attncalc.load(wide)))
    assert "learned" not in page[page.index("checked without their formulas") :]
    assert "… 24 more" in page


def test_keys_of_others() -> None:
    """Across two sequences, keys and values are no query's own."""
    fields = {**VECTORS, "key_tokens": ["x", "y"], "d_output": SQUARE}
    trace = attncalc.explain(attncalc.load(fields))
    assert {*given_of_query(trace.problem, 0)} == {"Q"}
    past = traced("turned and normalized")
    assert given_of_query(past.problem, 1)["K"][0] == Given("K", 2, "d_K", (2, 0))


def test_every_agreement_is_shown() -> None:
    """Of each query that is asked for, in every format and language."""
    for lang in ("en", "de"):
        page = attncalc.handout(traced("plain"), gradient_check=True, queries=(), lang=lang)
        assert all([page.text(), page.markdown(), page.latex(), page.html(), page.typst()])
    assert page_of(traced("plain"), queries=()).count("Of the worst, ") == 2
    assert "dx ≈ (L(x + h)" in page_of(traced("plain"), gradients="flash")


def test_refused(attncalc: Attncalc, tmp_path: Path) -> None:
    """Where there is nothing to check, or too much, that is said, and nothing is printed."""
    option = "--gradient-check"
    without = attncalc("explain", SAMPLES / "gate.yaml", option)
    assert (without.code, without.out) == (2, "")
    assert "--gradient-check: d_output is missing; expected the gradient of" in without.err
    lookup = attncalc("explain", SAMPLES / "backward.yaml", option, "--view", "lookup")
    assert (lookup.code, lookup.out) == (2, "")
    assert "--view lookup shows no gradients; leave one of both out" in lookup.err
    rows = [[1, 2]] * 60
    file = tmp_path / "many.yaml"
    file.write_text(f"{{Q: {rows}, K: {rows}, V: {rows}, d_output: {rows}}}")
    many = attncalc("explain", file, option)
    assert (many.code, many.out) == (2, "")
    products = 60 * 60 * (2 + 1 + 1) + 60 * 2 * (60 + 59)  # scores, scaled, and the weighted sum
    softmax_of_rows = 60 * (60 + 59 + 60)  # powers, their sums, quotients
    assert many.err == (
        f"--gradient-check: the way there takes {products + softmax_of_rows} operations, twice "
        "for each number; expected a smaller problem\n  hint: fewer tokens, or narrower vectors\n"
    )


def test_refused_handouts() -> None:
    """The same in Python."""
    with pytest.raises(InputError, match="d_output is missing"):
        attncalc.handout(
            attncalc.explain(replace(traced("plain").problem, d_output=None)), gradient_check=True
        )
    with pytest.raises(InputError):
        attncalc.handout(traced("plain"), gradient_check=True, view="lookup")
