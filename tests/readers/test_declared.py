"""Options that are read by their declaration: what is said of everything else that is written."""

from __future__ import annotations

from typing import Any

import pytest

import attncalc
from attncalc.errors import InputErrors

Q, K, V = [["1", "2"], ["3", "4"]], [["1", "0"], ["0", "1"]], [["1"], ["2"]]


def told(attention: dict[str, Any], **given: Any) -> list[str]:
    """What is said of a problem with these options, without the name of the mapping."""
    with pytest.raises(InputErrors) as failure:
        attncalc.load({"Q": Q, "K": K, "V": V, "attention": attention} | given)
    lines = [str(error).partition(": ")[2] for error in failure.value.errors]
    return [line for text in lines for line in text.split("\n")]


SIZES = "(n=2, m=2, d_k=2, d_v=1)"
RMS = "{rms: {epsilon: 1e-6, gain_q: [1, 1], gain_k: [1, 1]}}"


@pytest.mark.parametrize(
    ("attention", "lines"),
    [
        ({"qk_norm": "l3"}, [f"attention.qk_norm: “l3”; expected none, l2, rms, or {RMS}"]),
        (
            {"qk_norm": [["1"]]},
            [f"attention.qk_norm: rows; expected none, l2, rms, or {RMS}"],
        ),
        (
            {"qk_norm": {"l2": "1", "rms": {}}},
            [f"attention.qk_norm: a mapping; expected none, l2, rms, or {RMS}"],
        ),
        (
            {"qk_norm": {"rms": "1"}},
            [
                "attention.qk_norm.rms: this is no mapping; expected settings: epsilon, gain_q, "
                "gain_k"
            ],
        ),
        (
            {"qk_norm": {"rms": {"epsilon": "-1", "gain": ["1", "1"]}}},
            [
                "attention.qk_norm.rms.gain: an unknown key “gain”; expected one of epsilon, "
                "gain_q, gain_k",
                "attention.qk_norm.rms.epsilon: “-1”; expected a number from 0",
            ],
        ),
        (
            {"qk_norm": {"l4": "1"}},
            [f"attention.qk_norm: a mapping; expected none, l2, rms, or {RMS}"],
        ),
        (
            {"qk_norm": {"rms": {"epsilon": ["1"]}}},
            ["attention.qk_norm.rms.epsilon: a list or mapping; expected a number from 0"],
        ),
        (
            {"qk_norm": {"rms": {"epsilon": "inf"}}},
            [
                "attention.qk_norm.rms.epsilon: an infinity (inf); expected a number from 0",
            ],
        ),
        (
            {"qk_norm": {"rms": {"gain_q": ["1", "1", "1"], "gain_k": [["1", "1"]]}}},
            [
                "attention.qk_norm.rms.gain_q: 3 numbers; expected 2, the width of the queries "
                f"{SIZES}",
                "attention.qk_norm.rms.gain_k: rows of numbers; expected a row of numbers",
            ],
        ),
        (
            {"score": {"additive": {"W_1": [["1"], ["2"]]}}},
            [
                "attention.score.additive: W_2 is missing; expected W_1, W_2, v",
                "attention.score.additive: v is missing; expected W_1, W_2, v",
            ],
        ),
        (
            {"score": {"additive": {"W_1": [["1"], ["2"]], "W_2": [["1"]], "v": ["1", "2"]}}},
            [
                f"attention.score.additive.W_2: 1 row; expected 2, the width of the keys {SIZES}",
                f"attention.score.additive.v: 2 numbers; expected 1, as many as W_1 has {SIZES}",
            ],
        ),
        (
            {"score": {"general": [[[["1"]]]]}},
            [
                "attention.score.general: 4 levels of rows; expected rows of numbers, or one for "
                "each head"
            ],
        ),
        (
            {"position_ids": ["0"]},
            [f"attention.position_ids: 1 number; expected 2, one for each token {SIZES}"],
        ),
        (
            {"key_position_ids": ["0"]},
            [f"attention.key_position_ids: 1 number; expected 2, one for each key token {SIZES}"],
        ),
        (
            {"position_ids": ["0", "1.5"]},
            ["attention.position_ids: 1.5; expected a whole number from 0 to 1000000000"],
        ),
        (
            {"gate": [["1", "2"], ["3", "4"]]},
            [f"attention.gate: 2 columns; expected 1, the width of the values {SIZES}"],
        ),
    ],
)
def test_faults(attention: dict[str, Any], lines: list[str]) -> None:
    """Each with what was found, and what was expected there."""
    assert [line for line in told(attention) if not line.startswith("  hint")] == lines


def test_more_that_is_said() -> None:
    """Combinations without a meaning, and what is wanted twice."""
    no_vectors = {"scores": [["1"]], "Q": None, "K": None, "V": None}
    (line,) = told({"qk_norm": "l2"}, **no_vectors)
    assert line == "attention.qk_norm: qk_norm, but there are no queries and keys; expected Q and K"
    (line,) = told({"gate": [["1"]]}, **no_vectors)
    assert line == "attention.gate: gate, but there are no values; expected V, or X with W_V"
    (line,) = told({"gate": [["1"], ["2"]]}, V=None)
    assert line == "attention.gate: gate, but there are no values; expected V, or X with W_V"
    lines = told({"gate": [["1"], ["2"]]}, W_G=[["1"]])
    assert "attention.gate: gate and W_G are both given; expected one of them" in lines
    lines = told({"gate": [["1"]]}, W_G=[["1"]], V=None)
    assert "W_G is given but there are no values; expected V, or X with W_V" in lines
    wide = [[*row, "1"] for row in K]
    (line,) = told({"score": {"general": [["1"] * 3] * 2}, "positions": "rope"}, K=wide)
    assert line == (
        "attention.positions: rope turns queries and keys alike, but queries have 2 entries and "
        "keys 3; expected the same width"
    )


def test_what_holds_without() -> None:
    """none, ~ and the default itself choose nothing."""
    for attention in ({"score": "dot"}, {"qk_norm": "none"}, {"qk_norm": "~"}, {"gate": ""}):
        problem = attncalc.load({"Q": Q, "K": K, "attention": attention})
        assert problem.attention.further == {}
    problem = attncalc.load({"Q": Q, "K": K, "attention": {"qk_norm": {"rms": None}}})
    chosen = problem.attention.chosen("qk_norm")
    assert chosen is not None
    assert str(chosen.number("epsilon")) == "0.000001"


def test_a_matrix_for_each_head() -> None:
    """The numbers of a score may be given for each head."""
    matrices = [[["1"]], [["2"]]]
    attention = {"heads": "2", "score": {"general": matrices}}
    trace = attncalc.explain(attncalc.load({"Q": Q, "K": K, "attention": attention}))
    assert trace["scores"].tolist() == [[[1, 0], [3, 0]], [[0, 4], [0, 8]]]
