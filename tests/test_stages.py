"""What the axes of stages are of, and that every format names them alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.names import STAGES, Axis
from attncalc.selection import Selection
from attncalc.steps.order import stage_shapes
from attncalc.steps.stages import axes_of, tokens_along
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page
from tests.conftest import Attncalc
from tests.random_problems import TEXTS, Problem, problems
from tests.test_exports import rows_of

CACHED = {
    "tokens": ["q"],
    "key_tokens": ["k"],
    "X": [["1"]],
    "X_key": [["2"]],
    "W_Q": [["1"]],
    "W_K": [["1"]],
    "W_V": [["1"]],
    "attention": {"past": {"tokens": ["p"], "K": [["1"]], "V": [["1"]]}},
}
"""A key of this step behind a cached one: a row of X_key is the step's, not the cache's."""

MORE_HEADS_THAN_TOKENS = {
    "tokens": ["one"],
    "Q": [[["1"]], [["2"]], [["3"]]],
    "K": [[["1"]], [["2"]], [["3"]]],
}


def lengths(trace: Trace) -> dict[Axis, int]:
    """How many places there are along each kind of axis that is no vector's."""
    problem = trace.problem
    m = len(problem.key_tokens)
    return {
        Axis.HEAD: problem.heads or 0,
        Axis.KV_HEAD: problem.kv_heads or 0,
        Axis.QUERY: len(problem.tokens),
        Axis.KEY: m,
        Axis.NEW_KEY: m - problem.past_length,
    }


@settings(deadline=None, max_examples=150)
@given(problem=TEXTS.flatmap(lambda texts: problems(st.just(texts))))
def test_axes(problem: Problem) -> None:
    """Every stage's axes are as long as what they are of, as computed and as foreseen."""
    trace = attncalc.explain(attncalc.load(problem), ())
    there = lengths(trace)
    foreseen = stage_shapes(trace.problem)
    assert set(foreseen) == set(trace.stages)
    for name, stage in trace.stages.items():
        axes = trace.axes(name)
        assert stage.values.shape == foreseen[name]
        assert len(axes) == stage.values.ndim, name
        for axis, size in zip(axes, stage.values.shape, strict=True):
            assert axis is Axis.ENTRY or size == there[axis], (name, axis)
            tokens = tokens_along(axis, trace.problem)
            assert tokens is None or len(tokens) == size, (name, axis)


def test_no_stage_without_axes() -> None:
    """Every stage has axes, and those of heads lose one where there are no heads."""
    for name in STAGES:
        headed, plain = axes_of(name, heads=True), axes_of(name, heads=False)
        assert not {Axis.HEAD, Axis.KV_HEAD} & set(plain)
        assert headed[-len(plain) :] == plain


def test_sums_of_heads(attncalc: Attncalc) -> None:
    """A number a head and a query is no matrix of tokens, even where there are more heads."""
    given = json.dumps(MORE_HEADS_THAN_TOKENS)
    result = attncalc("explain", "-", "-f", "csv", "--stages", "sums", stdin=given)
    assert (result.code, result.err) == (0, "")
    header, *rows = rows_of(result.out)
    assert header == ["stage", "head", "query", "key", "component", "value"]
    assert [row[:5] for row in rows] == [["sums", str(h), "one", "", ""] for h in (1, 2, 3)]


def test_one_row_of_numbers(attncalc: Attncalc) -> None:
    """Sums without heads are a row a number: they have one axis."""
    given = json.dumps({"tokens": ["one", "two"], "scores": [["0", "0"], ["0", "0"]]})
    result = attncalc("explain", "-", "-f", "csv", "--stages", "sums", stdin=given)
    assert [row[:5] for row in rows_of(result.out)[1:]] == [
        ["sums", "", "one", "", ""],
        ["sums", "", "two", "", ""],
    ]


@pytest.mark.parametrize("listed", ["X_key", "X_key,K"])
def test_this_step_s_keys(listed: str, attncalc: Attncalc) -> None:
    """CSV names the rows of X_key by this step's tokens, and those of K by the past's too."""
    result = attncalc("explain", "-", "-f", "csv", "--stages", listed, stdin=json.dumps(CACHED))
    if listed == "X_key":
        assert rows_of(result.out) == [["", "1"], ["k", "2.0"]]
        return
    assert [(row[0], row[3], row[5]) for row in rows_of(result.out)[1:]] == [
        ("X_key", "k", "2.0"),
        ("K", "p", "1.0"),
        ("K", "k", "2.0"),
    ]


def test_claims_on_this_step_s_keys(attncalc: Attncalc) -> None:
    """A claim on X_key is addressed by this step's token, and accused by it."""
    claimed = CACHED | {"claims": {"X_key": {"k": ["3"]}}}
    result = attncalc("check", "-", "--json", stdin=json.dumps(claimed))
    (claim,) = json.loads(result.out)["claims"]
    assert (claim["query"], claim["key"], claim["index"]) == (None, "k", [0, 0])
    page = attncalc("check", "-", stdin=json.dumps(claimed))
    assert "k, entry 1" in page.out
    wrong = CACHED | {"claims": {"X_key": {"p": ["3"]}}}
    refused = attncalc("check", "-", stdin=json.dumps(wrong))
    assert (refused.code, refused.out) == (2, "")
    assert "no token “p”; expected one of k\n" in refused.err


def test_names_on_a_page() -> None:
    """Heads that keys share are told apart from those of queries."""
    grouped = {
        "tokens": ["a", "b"],
        "X": [["1", "0"], ["0", "1"]],
        "W_Q": [["1", "0"], ["0", "1"]],
        "W_K": [["1"], ["0"]],
        "attention": {"heads": "2", "kv_heads": "1"},
    }
    page = Page(attncalc.explain(attncalc.load(grouped)), Selection(), (0,))
    assert page.index_names("K", (0, 1, 0))[0] == "key-value head 1"
    assert page.index_names("Q", (1, 1, 0))[0] == "head 2"
