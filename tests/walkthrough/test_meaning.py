"""What came out, in words for people."""

from __future__ import annotations

from typing import Any

import pytest

import attncalc
from attncalc.document.topics import Detail
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough

TWICE: dict[str, Any] = {
    "tokens": ["apple", "pie", "Apple"],
    "X": [["1", "0"], ["0", "1"], ["1", "0"]],
}
HEADS: dict[str, Any] = {
    "tokens": ["a", "b"],
    "Q": [["1"] * 12, ["0"] * 12],
    "K": [["1"] * 12, ["0"] * 12],
    "V": [["1"] * 12, ["0"] * 12],
}


def words_of(fields: dict[str, Any], detail: Detail = "standard", **selected: Any) -> str:
    """What the section says, in one line."""
    trace = attncalc.explain(attncalc.load(fields))
    document = write_walkthrough(trace, Selection(detail=detail, **selected))
    page = " ".join(TerminalRenderer(100).render(document).split())
    return page[page.index("In words") :]


def test_told_apart_by_a_mask() -> None:
    """The same vector twice, of which the second time more is seen."""
    said = words_of({**TWICE, "attention": {"mask": "causal", "scale": "none"}})
    assert "“apple” and “Apple” came in as the same vector, [1, 0], and come out as [1" in said
    assert "The context told them apart." in said


def test_told_apart_by_positions() -> None:
    said = words_of({**TWICE, "attention": {"positions": "sinusoidal", "scale": "none"}})
    assert "The context, and their places in it, told them apart." in said
    four = {"tokens": ["a", "a", "b"], "X": [["1", "0"], ["1", "0"], ["0", "1"]]}
    for option in ({"bias": "alibi"}, {"positions": "rope"}):
        said = words_of({**four, "attention": option})
        assert "The context, and their places in it, told them apart." in said
    assert "nothing told them apart." in words_of({**four, "attention": {"scale": "none"}})


def test_not_told_apart() -> None:
    """Without positions or a mask, equal vectors stay equal; it is said once."""
    said = words_of({**TWICE, "query": ["apple", "Apple"]})
    told = "came in as the same vector, [1, 0], and come out the same: nothing told them apart."
    assert said.count(told) == 1


def test_many_of_the_same() -> None:
    """Six are named, and the others counted."""
    fields = {"tokens": ["a"] * 9, "X": [["1"]] * 9}
    said = words_of(fields)
    assert "“a#5”, “a#6” and 3 more came in as the same vector" in said


def test_other_tokens_are_not_compared() -> None:
    """The same vector of another token, or another vector of the same, is none of its business."""
    other = {**TWICE, "tokens": ["apple", "pie", "pear"]}
    assert "came in" not in words_of(other)
    assert "came in" not in words_of({**TWICE, "X": [["1", "0"], ["0", "1"], ["1", "1"]]})
    assert "came in" not in words_of({**TWICE, "W_V": None, "query": "pie"})


@pytest.mark.parametrize(("full", "told"), [(False, 8), (True, 12)])
def test_every_head(full: bool, told: int) -> None:
    """Each head says what it attends to; of many, eight."""
    said = words_of({**HEADS, "attention": {"heads": "12"}}, full=full)
    assert said.count("Head ") == told
    assert ("… 4 more heads" in said) == (not full)
    assert "Put together, the results of all heads give “a” its output c_a ≈ [" in said


def test_one_head() -> None:
    said = words_of({**HEADS, "attention": {"heads": "1"}})
    assert "After the last step the output of “a” is c_a ≈ [" in said


def test_heads_without_values() -> None:
    said = words_of({**HEADS, "V": None, "attention": {"heads": "12"}})
    assert "output" not in said
    assert "values" not in said


def test_what_it_was() -> None:
    """Its own value where nothing else is known of it; its embedding where it is."""
    fields = {"tokens": ["a", "b"], "scores": [["0", "0"], ["0", "0"]], "V": [["1"], ["3"]]}
    said = words_of(fields)
    assert "All values, each times its weight, add up to its output o_a = [2]." in said
    assert "Attending to itself alone, it would have kept its own value, v_a = [1]." in said
    assert "Before attention it was x_apple = [1, 0]." in words_of(TWICE)
    crossed = {**fields, "key_tokens": ["c", "d"]}
    assert "kept" not in words_of(crossed)


def test_its_own_value() -> None:
    fields = {"tokens": ["a", "b"], "scores": [["0", "-inf"], ["0", "0"]], "V": [["1"], ["3"]]}
    bias = {"bias": [["0", "-inf"], ["0", "0"]]}
    fields = {**fields, "scores": [["0", "0"]] * 2, "attention": bias}
    said = words_of(fields)
    assert "“a” attends to itself alone." in said
    assert "That is exactly its own value." in said
    assert "kept" not in said


def test_after_the_last_step() -> None:
    fields = {"tokens": ["a", "b"], "scores": [["0", "0"]] * 2, "V": [["1"], ["3"]]}
    said = words_of({**fields, "W_O": [["2"]]})
    assert "add up to o_a = [2]. After the last step its output is y_a = [4]." in said


def test_measures() -> None:
    """Entropy, effective number and distance, each explained, in a lesson alone."""
    fields = {"tokens": ["a", "b"], "weights": [["0.25", "0.75"]] * 2, "V": [["1"], ["3"]]}
    assert "entropy" not in words_of(fields)
    said = words_of(fields, "lesson")
    assert (
        "spread: about 0.81 bits. It would be 0 if one key had everything, and 1 if all 2" in said
    )
    assert "2 to the power of the entropy, about 1.8: the weights are as spread out as" in said
    assert "about 1.5000 away from its own value, a vector of the length 1.0000" in said
    assert "without the sink" not in said
    fields = {"tokens": ["a", "b"], "V": [["1"], ["3"]], "attention": {"sink": "0"}}
    sunk = words_of({**fields, "scores": [["0", "1"]] * 2}, "lesson")
    assert "Both are of the keys alone, without the sink." in sunk
    alike = words_of({**fields, "scores": [["0", "0"]] * 2}, "lesson")
    assert "since all of them have the same weight. It is that of the keys alone, with" in alike


def test_given_weights_that_are_no_shares() -> None:
    fields = {"tokens": ["a", "b"], "weights": [["0.5", "0.6"], ["1", "0"]], "V": [["1"], ["3"]]}
    assert "are no shares of 1, so how spread out" in words_of(fields, "lesson")
    alone = words_of({**fields, "query": "b"}, "lesson")
    assert "entropy" not in alone


def test_nothing_without_values() -> None:
    """A query that sees nothing, where nothing follows the weights."""
    fields = {"tokens": ["a"], "scores": [["0"]], "attention": {"mask": [["0"]]}}
    said = words_of(fields)
    assert "“a” attends to nothing: all its weights are 0." in said
    lesson = words_of(fields, "lesson")
    assert "entropy" not in lesson


def test_as_much_as_others() -> None:
    """Keys with the same weight are named together, and the rest counted."""
    fields = {"tokens": ["q"], "key_tokens": [f"k{at}" for at in range(9)]}
    said = words_of({**fields, "scores": [["1"] * 8 + ["0"]]})
    assert "“k4”, “k5” and 2 more, equally (" in said
