"""Names and shapes that others use: read where they mean one thing, or told what to write."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc import InputErrors
from attncalc.readers.options import KEYS
from tests.conftest import Attncalc

ROWS = [["1", "0.5"], ["0.8", "1"]]
PROJECTED = {"X": ROWS, "W_Q": ROWS, "W_K": ROWS, "W_V": ROWS}


@pytest.mark.parametrize(
    "problem",
    [
        {"q": ROWS, "k": ROWS, "v": ROWS},
        {"query": ROWS, "key": ROWS, "value": ROWS},
        {"Queries": ROWS, "Keys": ROWS, "Values": ROWS},
        {"Q": ROWS, "k": ROWS, "V": ROWS},
        {"query": np.array([[1, 0.5], [0.8, 1]]), "K": ROWS, "V": ROWS},
    ],
)
def test_queries_keys_and_values_by_other_names(problem: Any) -> None:
    """Whatever they are called, the numbers are the same."""
    found = attncalc.explain(attncalc.load(problem))["output"].astype(float)
    right = attncalc.explain(attncalc.load({"Q": ROWS, "K": ROWS, "V": ROWS}))["output"]
    np.testing.assert_allclose(found, right.astype(float))


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda name: name.replace("_", "")])
def test_names_in_other_letters(change: Any) -> None:
    """Case and underscores tell no two matrices apart."""
    problem = attncalc.load({change(name): rows for name, rows in PROJECTED.items()})
    assert attncalc.explain(problem)["output"].tolist() == (
        attncalc.explain(attncalc.load(PROJECTED))["output"].tolist()
    )


def test_a_json_of_lists(attncalc: Attncalc, tmp_path: Path) -> None:
    """What a program writes reads, and its faults stand where they are in the file."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"q": [[1, 2]], "k": [[1, 2]], "v": [[3]]}))
    assert attncalc("explain", path).code == 0
    path.write_text('{"q": [[1, 2]],\n "k": [[1, "x"]]}')
    assert attncalc("explain", path).err == f"{path}:2:12: K: “x”; expected a number\n"


def test_a_query_is_still_a_token() -> None:
    """Rows under query are queries; a token, or a list of them, is what is written out."""
    problem = {"tokens": ["a", "b"], "Q": ROWS, "K": ROWS}
    assert attncalc.load({**problem, "query": "b"}).queries == (1,)
    assert attncalc.load({**problem, "query": ["b", "a"]}).queries == (1, 0)


def told(problem: Any) -> str:
    """What is said of a problem."""
    with pytest.raises(InputErrors) as found:
        attncalc.load(problem)
    return str(found.value)


def hints(problem: Any) -> list[str]:
    """The hints that are given."""
    return re.findall(r"hint: (.*)", told(problem))


@pytest.mark.parametrize("option", KEYS)
def test_options_at_the_top_level(option: str) -> None:
    """Each option knows where it belongs."""
    hint = f"put it under attention: attention: {{{option}: …}}"
    assert hints({"Q": ROWS, "K": ROWS, option: "none"}) == [hint]


def test_what_is_under_attention_and_should_not_be() -> None:
    """And so do matrices."""
    assert "put V at the top level, beside attention" in hints(
        {"Q": ROWS, "K": ROWS, "attention": {"V": ROWS}}
    )


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("attention_mask", "write it as mask, under attention: "),
        ("q_proj", "queries are Q, keys K, values V; "),
        ("input_ids", "write the words, as tokens"),
        ("hidden_states", "write it as X"),
        ("attention_weights", "write it as weights"),
        ("num_heads", "write heads, under attention"),
        ("is_causal", "write mask: causal, under attention"),
        ("key_padding_mask", "write mask: {padding: [1, 1, 0]}, under attention, 1 for each"),
        ("sliding_window", "write mask: {window: 3} or {window: [2, 0]}, under attention"),
        ("position_ids", "put it under attention: "),
        ("d_k", "leave it out: it is the width of what is given"),
        ("tokesn", "did you mean tokens?"),
    ],
)
def test_names_of_other_programs(key: str, hint: str) -> None:
    """They are no typing mistakes: what to write is said."""
    (found,) = hints({"Q": ROWS, "K": ROWS, key: ROWS})
    assert found.startswith(hint)


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("num_heads", "write heads"),
        ("is_causal", "write mask: causal"),
        ("window_size", "write mask: {window: 3} or {window: [2, 0]}"),
        ("sofcap", "did you mean softcap?"),
    ],
)
def test_options_of_other_programs(key: str, hint: str) -> None:
    """Under attention, the hint does not send there."""
    (found,) = hints({"Q": ROWS, "K": ROWS, "attention": {key: "1"}})
    assert found.startswith(hint)
    assert "under attention" not in found


def test_a_name_that_is_given_twice() -> None:
    """The one in other letters is unknown, and its fault says which is meant."""
    assert "an unknown key “q”" in told({"Q": ROWS, "q": ROWS, "K": ROWS})


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("exp", "exponentials"),
        ("softmax", "weights"),
        ("probs", "weights"),
        ("attention_weights", "weights"),
        ("logits", "scores"),
        ("context", "output"),
        ("outptu", "output"),
    ],
)
def test_claims_by_other_names(name: str, stage: str) -> None:
    """The stage that is meant is named."""
    problem = {"Q": ROWS, "K": ROWS, "V": ROWS, "claims": {name: ROWS}}
    assert hints(problem) == [f"did you mean {stage}?"]


def claimed(problem: Any) -> list[tuple[str, tuple[int, ...]]]:
    """What is claimed, by stage and index."""
    return [(claim.stage, claim.index) for claim in attncalc.load(problem).claims.numbers]


HEADS = {"Q": [["1", "2"]] * 3, "K": [["1", "2"]] * 3, "V": [["1", "2"]] * 3}
IN_HEADS = {**HEADS, "attention": {"heads": "2"}}


@pytest.mark.parametrize(
    ("problem", "claims", "indices"),
    [
        ({"scores": [["1", "2"]]}, {"weights": ["0.1", "0.9"]}, [(0, 0), (0, 1)]),
        ({**HEADS, "query": "#2"}, {"weights": ["0.1"] * 3}, [(1, 0), (1, 1), (1, 2)]),
        ({**IN_HEADS, "query": "#3"}, {"weights": [["0.1"] * 3, []]}, None),
        (
            {**IN_HEADS, "query": "#3"},
            {"head_outputs": [["1"], ["2"]]},
            [(0, 2, 0), (1, 2, 0)],
        ),
        ({**HEADS, "query": "#2"}, {"output": "tensor([1., 2.])"}, [(1, 0), (1, 1)]),
    ],
)
def test_one_row_of_claims(problem: Any, claims: Any, indices: Any) -> None:
    """It is that of the only query, or of the one that is written out."""
    if indices is None:
        assert "expected" in told({**problem, "claims": claims})
    else:
        assert [index for _, index in claimed({**problem, "claims": claims})] == indices


@pytest.mark.parametrize(
    ("problem", "claims", "hint"),
    [
        (HEADS, {"weights": ["0.1"] * 3}, "say which row it is: {#1: […]}"),
        (IN_HEADS, {"output": [[["1"]] * 3] * 2}, "head_outputs are what each head gives"),
        (IN_HEADS, {"output": [[["1"]] * 2] * 3}, "head_outputs are what each head gives"),
        (IN_HEADS, {"weights": [["0.1"] * 3] * 3}, "expected are 2 matrices, one for each head"),
    ],
)
def test_claims_of_another_depth(problem: Any, claims: Any, hint: str) -> None:
    """What is claimed of which head, or of which query, is asked for."""
    assert hint in hints({**problem, "claims": claims})


def test_errors_are_listed_up_to_twenty(attncalc: Attncalc) -> None:
    """And the others are counted, on the command line and in Python."""
    text = "Q: [&a 1, " + ", ".join(["*a"] * 40) + "]"
    result = attncalc("explain", "-", stdin=text)
    lines = [line for line in result.err.splitlines() if "hint" not in line]
    assert len(lines) == 21
    assert lines[-1] == "and 62 more"
    assert "and 62 more" not in told({"Q": [["x"] * 20], "K": [["1"] * 20]})
    assert told({"Q": [["x"] * 22], "K": [["1"] * 22]}).splitlines()[-1] == "and 2 more"
