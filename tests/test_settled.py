"""Sums whose terms cancel: what is left of them is 0, and what is small by itself is kept."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import attncalc
from attncalc.document.document import Document
from attncalc.exports.trace_json import trace_json
from attncalc.numbers import known, measures
from attncalc.numbers.known import settled
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.lookup import write_lookup

TURNED = {"Q": [["1", "0"], ["0", "2"]], "K": [["0", "1"], ["1", "0"]], "V": [["1"], ["2"]]}
ROPE = {"positions": "rope", "scale": "none"}


def worked(problem: dict[str, Any], *, floats: bool = False) -> attncalc.Trace:
    with patch("attncalc.readers.fields.hand_sized", return_value=not floats):
        return attncalc.explain(attncalc.load(problem))


def said(document: Document) -> str:
    """A page's words, however they are broken into lines."""
    return " ".join(TerminalRenderer(100).render(document).split())


@pytest.mark.parametrize("floats", [False, True])
def test_a_quarter_turn(floats: bool) -> None:
    """Vectors turned by one and the same angle are as far apart as they were: 0 is 0."""
    trace = worked(TURNED | {"attention": ROPE}, floats=floats)
    assert [trace["scores"][at, at] for at in (0, 1)] == [0, 0]
    assert json.loads(trace_json(trace))["stages"]["scores"][1][1] == 0
    assert not trace.stages["scores"].exact[1, 1]
    text = said(write_walkthrough(trace))
    assert "e-" not in text


@pytest.mark.parametrize("floats", [False, True])
def test_thirds_that_cancel(floats: bool) -> None:
    """Three equal weights of values that add up to 0 give 0, and of one value that value."""
    problem = {"scores": [["1", "1", "1"]], "V": [["1", "5"], ["-3", "5"], ["2", "5"]]}
    trace = worked(problem, floats=floats)
    assert trace["output"][0][0] == 0
    assert abs(trace["output"][0][1] - 5) < 1e-14
    assert measures.distance(trace["output"][0][1:], trace["V"][1][1:]) == 0


def test_slopes_that_cancel() -> None:
    """A score of 1/√2 less a slope of 2^(-1/2) is 0; a masked one stays masked."""
    heads = [[["1", "0"]]] * 16, [[["1", "0"], ["1", "0"]]] * 16
    options = {"bias": "alibi", "mask": [["1", "1"]]}
    trace = worked({"Q": heads[0], "K": heads[1], "key_tokens": ["a", "b"], "attention": options})
    assert trace["masked_scores"][0, 0, 1] == 0
    assert trace["masked_scores"][1, 0, 1] != 0
    hidden = worked({"scores": [["0.5", "1"]], "attention": {"bias": [["-inf", "-1"]]}})
    assert hidden["masked_scores"].tolist() == [[Decimal("-Infinity"), 0]]


@pytest.mark.parametrize("floats", [False, True])
def test_what_is_small_by_itself(floats: bool) -> None:
    """A small product beside large entries that do not meet it keeps its digits."""
    problem = {
        "Q": [["1e20", "1"]],
        "K": [["0", "1"], ["1e-20", "-1"], ["0", "3e-18"]],
        "attention": {"scale": "none"},
    }
    scores = worked(problem, floats=floats)["scores"][0]
    assert [float(score) for score in scores] == [1, 0, 3e-18]


@given(
    st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=1, max_size=5),
    st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=1, max_size=5),
)
def test_against_whole_numbers(left: list[list[int]], right: list[list[int]]) -> None:
    """Thirds of whole numbers give 0 exactly where the whole numbers do, and nowhere else."""
    thirds, other = np.array(left) / 3, np.array(right).T / 7
    true = np.array(left) @ np.array(right).T
    none = np.zeros(true.shape, dtype=bool)
    found = settled(thirds @ other, thirds, other, none)
    assert np.array_equal(found == 0, true == 0)
    np.testing.assert_allclose(found, true / 21, rtol=1e-12)


def test_many_entries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows and pairs are looked at a few at a time, to the same end."""
    generator = np.random.default_rng(1)
    left = generator.normal(size=(2, 40, 2))
    right = np.stack([left[..., 1], -left[..., 0]], axis=-1)  # at a right angle to its own row
    product = left @ np.swapaxes(right, -1, -2)
    none = np.zeros(product.shape, dtype=bool)
    monkeypatch.setattr(known, "_ROWS_AT_ONCE", 7)
    monkeypatch.setattr(known, "_PAIRS_AT_ONCE", 3)
    found = settled(product, left, np.swapaxes(right, -1, -2), none)
    assert (np.diagonal(found, axis1=-2, axis2=-1) == 0).all()
    apart = ~np.eye(40, dtype=bool)
    assert np.array_equal(found[:, apart], product[:, apart])


def test_its_own_value() -> None:
    """An output that is its own value but for rounding is no distance away, nor exactly it."""
    same = {"scores": [["1"] * 3] * 3, "V": [["5"]] * 3}
    text = said(write_walkthrough(worked(same), Selection(detail="lesson")))
    assert "away from its own value" not in text
    ranked = {"scores": [["3", "1", "1"]] * 3, "V": [["5"]] * 3}
    found = said(write_lookup(worked(ranked)))
    assert "what is retrieved is its value in every digit that is certain" in found


def test_a_sink_that_takes_next_to_nothing() -> None:
    """Its share is never 0.0%."""
    trace = worked({"scores": [["0", "1"]], "V": [["1"], ["2"]], "attention": {"sink": "-1e9"}})
    page = said(write_walkthrough(trace))
    assert "The sink takes less than 0.1%." in page
    assert "e^(-1e9) ≈" in page
    assert "≈ 0.0000" not in page
    assert "The sink has a share of less than 0.1%" in said(write_lookup(trace))


@pytest.mark.parametrize(
    ("options", "scores"),
    [
        ({"mask": [["1", "1", "0"]]}, ["1", "1", "2"]),
        ({"sink": "1"}, ["1"]),
        ({"sink": "1", "scale": "2"}, ["0.5", "-1e9"]),
        ({}, ["0.7", "0.7"]),
        ({}, ["sqrt(2)", "sqrt(2)"]),
    ],
)
def test_an_exact_half(options: dict[str, Any], scores: list[str]) -> None:
    """A half of equal scores is one half wherever it stands, whatever their powers are."""
    page = said(write_walkthrough(worked({"scores": [scores], "attention": options})))
    if scores[-1] == "-1e9":
        assert "≈ 0.5000" in page
        return
    assert "1 / 2 = 0.5" in page
    assert "≈ 0.5" not in page


def test_a_half_is_exact_from_its_scores_on() -> None:
    """A power over two of it is a half, though it is shown rounded; of rounded digits only some."""
    page = said(write_walkthrough(worked({"scores": [["0.7", "0.7"]]})))
    assert "2.0138 / 4.0275 ≈ 1 / 2 = 0.5" in page
    assert "α_#1,#1 = e^0.7 / (e^0.7 + e^0.7) = 1 / 2 = 0.5" in page
    page = said(write_walkthrough(worked({"scores": [["sqrt(1/2)", "sqrt(1/2)"]]})))
    assert "2.0281 / 4.0562 = 1 / 2 = 0.5" in page


def test_a_half_of_which_terms_are_left_out() -> None:
    """Where not all terms are written, the quotient of the digits shown stays."""
    scores = ["0.7"] * 64
    page = said(write_walkthrough(worked({"scores": [scores]})))
    assert "more)) ≈ 2.0138 / 128.8802 ≈ 1 / 64" in page, page


def test_exact_powers_need_no_detour() -> None:
    """Where powers are exact, so is their quotient."""
    page = said(write_walkthrough(worked({"scores": [["0", "0"]]})))
    assert "e^0 = 1 1 / 2 = 0.5" in page
    assert "≈ 1 / 2" not in page
