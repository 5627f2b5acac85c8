"""What a page says of what is added to the scores, where no sample has it."""

from __future__ import annotations

from typing import Any

import attncalc
from attncalc.renderers.linear import linear
from attncalc.selection import Selection
from attncalc.walkthrough.derivation import derivation
from attncalc.walkthrough.page import Page
from tests.walkthrough.test_mechanisms import TWO, page_of


def with_bias(bias: Any, **attention: Any) -> str:
    """The page of two tokens, with a bias."""
    return page_of({**TWO, "attention": {"bias": bias, **attention}})


FAR = {"position_ids": ["0", "7"]}


def test_slopes_as_they_are_typed() -> None:
    """A slope that takes nothing off, or adds something, is not said to take more and more."""
    for ids, told in (
        ({}, "the number of tokens from one to the other"),
        (FAR, "how far their positions are apart"),
    ):
        page = with_bias({"slopes": ["1/3"]}, **ids)
        assert (
            "The further a key is from the query, the more is taken off its score: a slope times "
            f"{told}. The slope is 1/3."
        ) in page
    for slope in ("0", "-0.50"):
        page = with_bias({"slopes": [slope]})
        assert (
            "What is taken off a score is a slope times the number of tokens from the query to the "
            f"key. The slope is {slope}."
        ) in page
        assert "the more is" not in page
        page = with_bias({"slopes": [slope]}, **FAR)
        assert (
            "What is taken off a score is a slope times how far the positions of query and key are "
            f"apart. The slope is {slope}."
        ) in page


def test_buckets_of_one_side_and_of_both() -> None:
    """Which buckets keys after the query have is said of each kind, and by which rule."""
    table = [["0"], ["1"], ["2"], ["3"]]
    kinds = {"buckets": "4", "max_distance": "4", "table": table}
    page = with_bias({"t5": kinds})
    assert (
        "Keys up to the query have the buckets 0 to 1; keys after it have, by the same rule, the "
        "next 2 buckets. The distance 0 has a bucket of its own, 0."
    ) in page
    assert "b 1 1 and more 2 + 1 = 3 3" in page
    page = with_bias({"t5": {**kinds, "bidirectional": "false"}})
    assert (
        "All keys after the query are in bucket 0, like the query's own key. The distances 0 to 1 "
        "have a bucket each. After that, bucket 2 + k begins at the distance 2×(4 / 2)^(k / 2), "
        "rounded up to a whole number; the last bucket, 3, has no end."
    ) in page
    assert "b 1 all after the query 0 0" in page
    page = page_of(
        {
            "Q": [["1"]],
            "K": [["1"]] * 14,
            "attention": {"bias": {"t5": kinds}},
        }
    )
    assert "… 4 more" in page


def test_a_bias_before_scaling() -> None:
    """It is said to be scaled where there is a scale, and that it hides a key where it does."""
    rows = {"rows": [["0", "-inf"], ["1", "0"]], "before_scale": "true"}
    page = with_bias(rows)
    assert (
        "A number is added to each score, so that this key counts more or less. It is added before "
        "scaling, so it is scaled too. Adding -∞ hides a key: its weight will be 0."
    ) in page
    page = with_bias({**rows, "rows": [["0", "1"], ["1", "0"]]}, scale="none")
    assert "so that this key counts more or less. key" in page
    assert "with a bias before scaling" in page
    assert "bias before" not in page_of(
        {"weights": [["1", "0"], ["0", "1"]], "attention": {"bias": rows}}
    )


def test_a_hidden_score_is_handed_on() -> None:
    """Neither scaled nor capped, where one number is derived by itself; the others are."""
    bias = {"rows": [["0", "-inf"], ["1", "0"]], "before_scale": "true"}
    options = {"bias": bias, "softcap": "3", "scale": "0.5"}
    trace = attncalc.explain(attncalc.load({**TWO, "attention": options}))
    page = Page.of(trace, Selection())

    def said(stage: str, key: int) -> str:
        return linear(derivation(page, stage, (0, key)))

    assert said("biased_scores", 1) == "u_a,b = 0 + (-∞) = -∞"
    assert said("scaled_scores", 1) == "z_a,b = u_a,b = -∞"
    assert said("capped_scores", 1) == "t_a,b = z_a,b = -∞"
    assert said("biased_scores", 0) == "u_a,a = 1 + 0 = 1"
    assert said("scaled_scores", 0) == "z_a,a = 1×0.5 = 0.5"
