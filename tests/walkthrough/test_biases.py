"""What a page says of what is added to the scores, where no sample has it."""

from __future__ import annotations

from typing import Any

from tests.walkthrough.test_mechanisms import TWO, page_of


def with_bias(bias: Any, **attention: Any) -> str:
    """The page of two tokens, with a bias."""
    return page_of({**TWO, "attention": {"bias": bias, **attention}})


def test_slopes_as_they_are_typed() -> None:
    """A slope that takes nothing off, or adds something, is not said to take more and more."""
    page = with_bias({"slopes": ["1/3"]})
    assert "the more is taken off its score" in page
    assert "The slope is 1/3." in page
    for slope in ("0", "-0.50"):
        page = with_bias({"slopes": [slope]})
        assert (
            "What is taken off a score is a slope times the number of tokens from the query to the "
            f"key. The slope is {slope}."
        ) in page
        assert "the more is" not in page
