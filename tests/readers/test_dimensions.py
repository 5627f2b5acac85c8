"""Names of the entries of vectors: read, counted, and shown where numbers stand under them."""

from __future__ import annotations

from typing import Any

import pytest

import attncalc
from attncalc.document.document import OfQuery, Table
from attncalc.errors import InputErrors, ProblemError
from attncalc.renderers.terminal.page import inlines_text
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from tests.walkthrough.test_mechanisms import TWO, page_of

EMBEDDED: dict[str, Any] = {
    "tokens": ["apple", "bank"],
    "X": [["0.8", "0.2"], ["0.1", "0.9"]],
    "dimensions": {"X": ["fruit", "company"]},
}


def headings(fields: dict[str, Any], *, full: bool = True) -> list[list[str]]:
    """What heads the columns of each table of a page."""
    trace = attncalc.explain(attncalc.load(fields))
    document = write_walkthrough(trace, Selection(full=full))
    blocks = [
        block
        for section in document.sections
        for part in section.content
        for block in (part.blocks if isinstance(part, OfQuery) else [part])
    ]
    return [
        [inlines_text(column.heading).plain for column in block.columns]
        for block in blocks
        if isinstance(block, Table)
    ]


def test_columns_have_names() -> None:
    """Of what is given, and of what is made of it and has the same entries."""
    found = headings(EMBEDDED)
    assert found[0] == ["token", "fruit", "company"]
    assert ["key", "α×v", "", "fruit", "company"] in found
    assert ["query", "fruit", "company"] in found


def test_of_several_matrices_the_letter_stands_beside() -> None:
    found = headings({**TWO, "dimensions": {"Q": ["sweet", "sour"]}})
    assert found[0] == ["token", "q: sweet", "q: sour", "k", "v"]


def test_entries_have_names() -> None:
    """Where one is worked out, and in the formula that is asked for."""
    matrices = {name: [["1", "0"], ["0", "1"]] for name in ("W_Q", "W_K", "W_V", "W_O")}
    names = {"Q": ["sweet", "sour"], "X": ["fruit", "company"]}
    page = page_of({**EMBEDDED, **matrices, "dimensions": names})
    assert "q_apple,sweet 0.8×1" in page
    assert "y_apple,company" in page
    rotated = page_of({**TWO, "dimensions": names, "attention": {"positions": "rope"}} | {})
    assert "q_a,sour" in rotated
    added = page_of({**EMBEDDED, "attention": {"positions": "sinusoidal"}})
    assert "p_apple,company" in added
    normal = page_of({**TWO, "dimensions": {"Q": ["u", "w"]}, "attention": {"qk_norm": "l2"}})
    assert "q_a,u" in normal


def test_what_is_left_out_has_no_name() -> None:
    wide = [[str(entry) for entry in range(20)]]
    fields = {"tokens": ["a"], "X": wide, "dimensions": {"X": [f"d{n}" for n in range(20)]}}
    assert headings(fields, full=False)[0] == ["token", "d0", "d1", "d2", "…", "d17", "d18", "d19"]


def test_names_of_one_head() -> None:
    """Vectors of several heads side by side have other entries than the one that is named."""
    rows = [["1", "2", "3", "4"], ["0", "1", "0", "1"]]
    fields: dict[str, Any] = {"tokens": ["a", "b"], "Q": rows, "K": rows, "V": rows}
    fields |= {"attention": {"heads": "2"}, "dimensions": {"V": ["x", "y"]}}
    found = headings(fields)
    assert found[0] == ["token", "q", "k", "v"]
    assert ["key", "α×v", "", "x", "y"] in found
    assert ["query", "c"] in found


def test_an_output_of_another_width_has_none() -> None:
    W_O = [["1", "0", "1"], ["0", "1", "1"]]
    assert ["query", "y"] in headings({**EMBEDDED, "W_O": W_O})


def faults(fields: dict[str, Any]) -> list[str]:
    with pytest.raises(InputErrors) as raised:
        attncalc.load(fields)
    return [str(error) for error in raised.value.errors]


def test_their_count_is_the_width() -> None:
    names = {"X": ["a", "b", "c"], "V": ["one"]}
    assert faults({**EMBEDDED, "dimensions": names}) == [
        "the mapping: dimensions.X: 3 names; expected 2, one for each entry of X (d_model=2)",
        "the mapping: dimensions.V: 1 name; expected 2, one for each entry of V (d_v=2)",
    ]
    two = {**TWO, "attention": {"heads": "2"}, "dimensions": {"Q": ["a", "b"]}}
    assert faults(two) == [
        "the mapping: dimensions.Q: 2 names; expected 1, one for each entry of one head's Q (d_k=1)"
    ]


def test_of_the_wrong_kind() -> None:
    assert faults({**EMBEDDED, "dimensions": ["a", "b"]}) == [
        "the mapping: dimensions: this is no mapping; expected names, like {X: [fruit, company]}"
    ]
    names = {"x": ["a", "b"], "X": "a", "K": {"a": "b"}, "Q": None, "V": [["a"], "b"]}
    assert faults({**EMBEDDED, "dimensions": names}) == [
        "the mapping: an unknown key “x”; expected one of X, Q, K, V\n  hint: did you mean X?",
        "the mapping: dimensions.X: “a”; expected a list of names, like [fruit, company]",
        "the mapping: dimensions.K: a mapping; expected a list of names, like [fruit, company]",
        "the mapping: dimensions.V: this is not text; expected a name",
    ]
    assert attncalc.load({**EMBEDDED, "dimensions": None}).dimensions == {}


def test_a_problem_refuses_them_too() -> None:
    problem = attncalc.load(EMBEDDED)
    with pytest.raises(ProblemError, match="1 name; expected 2"):
        type(problem)(problem.tokens, problem.key_tokens, X=problem.X, dimensions={"X": ("a",)})
