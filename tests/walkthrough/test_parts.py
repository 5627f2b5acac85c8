"""Parts of the walkthrough that no sample has."""

from __future__ import annotations

import attncalc
from attncalc.document.document import Words
from attncalc.document.topics import HIDEABLE
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.shipped import samples
from attncalc.walkthrough import write_walkthrough


def page_of(fields: dict[str, object], width: int = 100) -> str:
    """The page of a problem, its lines stripped."""
    trace = attncalc.explain(attncalc.load(fields))
    return TerminalRenderer(width).render(write_walkthrough(trace))


def test_nothing_but_a_title() -> None:
    """A page of which everything is hidden has its title, and no remark on numbers behind it."""
    trace = attncalc.explain(attncalc.load({"title": "T", "weights": [["1"]]}))
    document = write_walkthrough(trace, Selection(hide=HIDEABLE))
    assert document.title.heading.words == (Words("T"),)
    assert document.sections == ()


ONE: dict[str, object] = {"tokens": ["a"], "X": [["1", "2"]], "W_Q": [["1"], ["0"]]}


def test_projected_cross_attention() -> None:
    """Keys and values are projected from their own embeddings, and shown apart."""
    page = page_of(
        {
            **ONE,
            "key_tokens": ["b", "c"],
            "X_key": [["3"], ["4"]],
            "W_K": [["1"]],
            "W_V": [["2"]],
        }
    )
    assert "In the same way K = X_key W_K and V = X_key W_V." in page
    assert "query token   q" in page
    assert "c           [4]   [8]" in page


def test_projected_queries_and_keys() -> None:
    """Without W_V there are no values."""
    page = page_of({**ONE, "W_K": [["1"], ["0"]]})
    assert "In the same way K = X W_K." in page
    assert "ends at the attention weights" in page


def test_projected_values_of_given_weights() -> None:
    """With given weights, only the values are projected."""
    page = page_of({"tokens": ["a"], "weights": [["1"]], "X": [["1", "2"]], "W_V": [["3"], ["4"]]})
    assert "V = X W_V" in page
    assert "In the same way" not in page
    assert "o_a = [11]" in page
    cross = page_of(
        {
            "tokens": ["a"],
            "key_tokens": ["b"],
            "scores": [["1"]],
            "X": [["1"]],
            "X_key": [["5"]],
            "W_V": [["3"]],
        }
    )
    assert "query token   q" not in cross
    assert "o_a = [15]" in cross


def test_unprojected_cross_attention() -> None:
    """Embeddings that are used as they are, on both sides."""
    page = page_of({"tokens": ["a"], "key_tokens": ["b"], "X": [["1"]], "X_key": [["5"]]})
    assert "used as they are: Q = X, K = X_key and V = X_key." in page


def test_single_output_projection() -> None:
    """One query needs no table of all queries."""
    page = page_of({"tokens": ["a"], "weights": [["1"]], "V": [["2"]], "W_O": [["3", "4"]]})
    assert "y_a,2   2×4" in page
    assert "All queries\n" not in page


def test_bias_alone() -> None:
    """A bias is added without a word about masks."""
    page = page_of(
        {"tokens": ["a", "b"], "scores": [["1", "2"], ["3", "4"]],
         "attention": {"bias": [["0.5", "-inf"], ["0", "0"]]}}
    )  # fmt: skip
    assert "   Bias  " in page
    assert "mᵢⱼ = sᵢⱼ + bᵢⱼ" in page
    assert "2 + (-∞)" in page
    assert "mask" not in page.replace("no mask", "").replace("masked score", "")


def test_nothing_attended() -> None:
    """A query that may attend to nothing has an output of 0, and the page says so."""
    page = page_of(
        {"tokens": ["a"], "Q": [["1"]], "K": [["1"]], "V": [["2"]], "attention": {"mask": [["0"]]}}
    )
    assert (
        "Note: every key of query “a” (#1) is masked: its weights are 0 and its output is 0" in page
    )
    assert "“a” attends to nothing: all its weights are 0, and so is its output." in page


def test_sections_are_counted_as_they_are_shown() -> None:
    """Whichever stages are asked for, the first section shown is 1; a sole one has no number."""
    trace = attncalc.explain(attncalc.load(str(samples()["multi-head"])))

    def numbers(*stages: str) -> list[int | None]:
        sections = write_walkthrough(trace, Selection(stages=stages)).sections
        return [section.heading.number for section in sections]

    assert numbers("cost") == [None]
    assert numbers("weights", "output", "cost") == [1, 2, 3, 4]
    whole = numbers()
    assert whole == list(range(1, len(whole) + 1))
    page = TerminalRenderer(80).render(write_walkthrough(trace, Selection(stages=("cost",))))
    assert "\nWhat it costs\n" in page
