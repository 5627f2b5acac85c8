"""Notes on claims: none that is false, and many of one kind told as one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.checking import check


def warnings(problem: dict[str, Any], claims: dict[str, Any]) -> tuple[str, ...]:
    return check(attncalc.explain(attncalc.load({**problem, "claims": claims}))).warnings


EQUAL = {"scores": [["1", "1", "2"]]}


def test_masked_keys_are_not_compared() -> None:
    """Two masked keys have no scores that could be equal."""
    masked = {"scores": [["1", "2", "3"]], "attention": {"mask": [["1", "0", "0"]]}}
    [note] = warnings(masked, {"weights": [["0.9", "0.1", "0.0"]]})
    assert note == "“#2” is masked for “#1”, and its claimed weight is not 0"


def test_scores_are_equal_if_the_source_says_so() -> None:
    """With other scores of its own, a source has other weights."""
    weights = [["0.20", "0.30", "0.50"]]
    [note] = warnings(EQUAL, {"weights": weights})
    assert note == "“#1” and “#2” have equal scores for “#1”, and their claimed weights differ"
    assert warnings(EQUAL, {"scores": [["1.1", "1.5", "2"]], "weights": weights}) == ()
    assert warnings(EQUAL, {"exponentials": [["2", "3", "5"]], "weights": weights}) == ()


def test_many_notes_of_one_kind_are_folded() -> None:
    """The first of them, and how many more there are."""
    problem = {"scores": [["1", "2"]] * 4}
    [note] = warnings(problem, {"weights": [["0.30", "0.80"]] * 4})
    assert note == (
        "the claimed weights of “#1” add up to 1.10, which rounding does not explain "
        "(and 3 more like this)"
    )
    three = {"scores": [["1", "2"]] * 3}
    assert len(warnings(three, {"weights": [["0.30", "0.80"]] * 3})) == 3


def test_the_sum_of_32_bit_weights_is_1() -> None:
    """1.0000001 is what 32 bits leave of 1; 1.001 is not."""
    scores = np.array([[1.0, 2.0, 3.0]])
    claims = {"weights": [["0.09003057", "0.24472848", "0.66524106"]]}
    assert not any("add up" in note for note in warnings({"scores": scores}, claims))
    claims = {"weights": [["0.09003057", "0.24472848", "0.6662"]]}
    note = warnings({"scores": scores}, claims)[0]
    assert "add up to 1.00095905" in note


HINT = (
    "{} off by no more than 32-bit arithmetic leaves: printed from 32-bit numbers? "
    "Then check with --tolerance 1e-6"
)


@pytest.mark.parametrize(
    ("weights", "notes"),
    [
        (["0.26894145", "0.73105860"], (HINT.replace("{}", "2 numbers are"),)),
        (["0.26894142", "0.73105860"], (HINT.replace("{}", "1 number is"),)),
        (["0.26894142", "0.73105858"], ()),
        (["0.268", "0.732"], ()),
    ],
)
def test_long_prints_get_a_hint(weights: list[str], notes: tuple[str, ...]) -> None:
    """Where they are off by what 32 bits explain, and by no more."""
    assert warnings({"scores": [["1", "2"]]}, {"weights": [weights]}) == notes


@pytest.mark.parametrize("kind", [str, float])
def test_a_bias_that_is_meant_for_infinity_is_told(kind: type) -> None:
    """It is added as the number that it is, in either arithmetic; -inf needs no word."""
    scores = [[kind("1"), kind("2")]]
    bias = [["0", "-1e9"]] if kind is str else np.array([[0.0, -1e9]])
    given = {"scores": scores if kind is str else np.array(scores), "attention": {"bias": bias}}
    [note] = attncalc.explain(attncalc.load(given)).warnings
    assert note == (
        f"a bias of {'-1e9' if kind is str else '-1e+09'} is meant for −∞, and is added as the "
        "number it is; to hide a key, write -inf or use mask"
    )
    given["attention"] = {"bias": [["-inf", "-9999"]]}
    assert attncalc.explain(attncalc.load(given)).warnings == ()


@pytest.mark.parametrize("score", ["1e24", "-1e24", "1e9999", "1e30"])
@pytest.mark.parametrize("stage", ["exponentials", "sums", "weights", "output"])
def test_scores_beyond_any_power_are_judged(score: str, stage: str) -> None:
    """Where powers are out of any range, shares are not, and nothing raises."""
    given = {"scores": [["0", "0", score]], "V": [["0"], ["0"], ["1"]]}
    claims = {"exponentials": [["1", "1", "5"]], "sums": ["2"], "weights": [["0.5", "0", "5"]]}
    claims |= {"output": [["5"]]}
    report = check(attncalc.explain(attncalc.load({**given, "claims": {stage: claims[stage]}})))
    assert report.findings
    both = check(attncalc.explain(attncalc.load({**given, "claims": claims})))
    assert len(both.findings) == 8


def test_no_mistake_raises_inside_a_product() -> None:
    """Powers that are not divided by their sum may be infinite, and meet values of 0."""
    given = {"Q": [["1", "0"], ["2", "1"]], "K": [["1", "1e20"], ["0", "1"]]}
    given |= {"V": [["1", "0"], ["0", "1"]]}
    report = check(
        attncalc.explain(attncalc.load({**given, "claims": {"output": [["5", "5"], ["5", "5"]]}}))
    )
    assert [finding.verdict.value for finding in report.findings] == ["wrong"] * 4
