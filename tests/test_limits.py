"""Small inputs with huge numbers: pages in seconds, and refusals at once."""

from __future__ import annotations

import time
from decimal import Decimal

import numpy as np
import pytest

import attncalc
from attncalc.numbers.arithmetic import decimals, quotient_context
from attncalc.steps.scale import divided_scores, root
from tests.conftest import Attncalc

ENOUGH = 25
"""Seconds: each of these takes one or two, and took minutes where digits were not bounded."""

EXTREMES = """
X: [[1e9999, 1e-9999, 3], [1, 2, 3]]
W_Q: [[1, 1e-9999, 1], [1e9999, 1, 2], [1, 2, 3]]
W_K: [[1, 1e-9999, 1], [1e9999, 1, 2], [1, 2, 3]]
W_V: [[1, 1e-9999, 1], [1e9999, 1, 2], [1, 2, 3]]
"""


@pytest.mark.parametrize(
    "text",
    [
        "scores: [[1e9999]]\nattention: {base: 3}",
        "scores: [[1e9999, 1e-9999]]\nV: [[1], [2]]\nattention: {base: 3}",
        "scores: [[1e9999, 0, 3]]\nattention: {base: 1.0001}",
        "scores: [[123456.789, 400, -400]]\nattention: {base: 1." + "0" * 900 + "1}",
        EXTREMES,
    ],
)
@pytest.mark.parametrize("page", ["text", "html"])
def test_numbers_of_every_size(text: str, page: str, attncalc: Attncalc) -> None:
    """What stands side by side may be 20,000 digits apart."""
    start = time.perf_counter()
    assert attncalc("explain", "-", "-f", page, stdin=text).code == 0
    assert time.perf_counter() - start < ENOUGH


@pytest.mark.parametrize(
    "number", ["9" * 40_000 + "x", "1/" * 20_000, " " * 40_000 + "x", "√" * 9999]
)
@pytest.mark.parametrize("option", ["--scale", "--softcap", "--base", "--sink"])
def test_long_texts_are_refused_at_once(number: str, option: str, attncalc: Attncalc) -> None:
    """No pattern of numbers goes back over what it has read."""
    start = time.perf_counter()
    result = attncalc("explain", "-", option, number, stdin="scores: [[1, 2]]")
    assert (result.code, result.out) == (2, "")
    assert time.perf_counter() - start < ENOUGH


def test_a_root_is_as_long_as_it_need_be() -> None:
    """60 decimals of the quotient, whatever the context is that sums are taken in."""
    scores = decimals([Decimal("1e200"), Decimal("-2e-50")], (2,))
    trace = attncalc.explain(attncalc.load({"scores": [["1e9999", "1e-9999"]]}))
    with trace.arithmetic():
        divisor = root(2, scores)
        quotients = divided_scores(scores, divisor)
        thirds = divided_scores(scores, Decimal(3))
    assert 260 < len(divisor.as_tuple().digits) < 400
    for quotient in (*quotients, *thirds):
        assert 80 < len(quotient.as_tuple().digits) < 400
    right = Decimal("1e200").scaleb(0)
    with trace.arithmetic():
        assert abs(quotients[0] * quotients[0] * 2 - right * right) < Decimal("1e140")
    assert np.array_equal(divided_scores(np.array([6.0]), 3.0), [2.0])


def test_a_quotient_with_an_end_is_whole() -> None:
    """However many digits the division takes: 1e-9999 / 2^40 has 28 more."""
    scores = decimals([Decimal("1e-9999"), Decimal(7)], (2,))
    below = 2**40
    trace = attncalc.explain(attncalc.load({"scores": [["1e9999", "1e-9999"]]}))
    with trace.arithmetic():
        for quotient, number in zip(divided_scores(scores, Decimal(below)), scores, strict=True):
            assert quotient * below == number


def test_a_masked_score_has_no_digits() -> None:
    """-inf beside a number asks for no more room than the number alone."""
    alone, beside = (
        quotient_context(decimals(map(Decimal, texts), (len(texts),)), 8)
        for texts in (["1.25"], ["-Infinity", "1.25"])
    )
    assert alone.prec == beside.prec


def test_mistakes_at_every_magnitude() -> None:
    """A claim is told from mistakes in as many digits as it can have, and in no 40,000 of them."""
    problem = {
        "X": [["2", "0"], ["0", "1"], ["1", "1"]],
        "W_Q": [["1", "0"], ["1", "1"]],
        "W_K": [["-1e9999", "0"], ["0", "1"]],
        "claims": {"scores": [["1", "2", "3"]] * 3, "weights": [["0.5", "0.2", "0.3"]] * 3},
    }
    start = time.perf_counter()
    report = attncalc.check(attncalc.load(problem))
    assert time.perf_counter() - start < ENOUGH
    assert len(report.findings) == 18
