"""Forty and more mistakes to be found: in which setting, at which stage, and what is to be said."""

from __future__ import annotations

from typing import Any

import numpy as np

from attncalc.records import dataclass
from tests.parting.plain import problem

_random = np.random.default_rng(5)

SPECS: dict[str, dict[str, Any]] = {
    "plain": problem(1),
    "causal": problem(2, mask="causal"),
    "cross": problem(3, n=4, m=7, mask="causal"),
    "window": problem(4, mask="{window: 3}"),
    "rope": problem(5, rope={}, mask="causal"),
    "rope-half": problem(6, rope={"base": 1000, "pairing": "half"}, mask="causal"),
    "groups": problem(7, h_kv=2, mask="causal"),
    "capped": problem(8, cap=2.0, mask="causal"),
    "biased": problem(9, bias=_random.normal(size=(6, 6)), mask="causal"),
    "alibi": problem(10, bias="alibi", mask="causal"),
    "sink": problem(11, sink=_random.normal(size=4), mask="causal"),
    "blind": problem(12, mask=np.array([[0] * 6, *[[1, 1, 1, 1, 0, 0]] * 4, [0] * 6])),
    "embedded": problem(13, embedded=True, d_model=32, d_k=8, mask="causal"),
    "square": problem(14, embedded=True, d_model=32, d_v=8),
    "wide": problem(15, d_v=8, mask="causal"),
}


@dataclass(frozen=True)
class Planted:
    """wrong: what is done on the side that is wrong. stage: where it is seen first.

    causes: what has to be said of it.
    """

    spec: str
    wrong: tuple[str, ...]
    stage: str
    causes: tuple[str, ...]


def _one(spec: str, wrong: str, stage: str, cause: str) -> Planted:
    return Planted(spec, (wrong,), stage, (cause,))


PLANTED = (
    _one("plain", "unscaled", "scaled_scores", "the scores are not scaled"),
    _one("plain", "over d_k", "scaled_scores", "divided by d_k"),
    _one("plain", "over √d_v", "scaled_scores", "divided by √d_v"),
    _one("plain", "over √(h d_k)", "scaled_scores", "divided by √(h·d_k)"),
    _one("plain", "over √13", "scaled_scores", "divided by √13"),
    _one("plain", "over 2.5", "scaled_scores", "divided by 2.5"),
    _one("rope", "other pairs", "Q_rotated", "turns the other pairs"),
    _one("rope-half", "other pairs", "Q_rotated", "turns the other pairs"),
    _one("rope", "base 500000", "Q_rotated", "to base 500000"),
    _one("rope", "base 20000", "Q_rotated", "to base 20000"),
    _one("rope-half", "from one", "Q_rotated", "counted from 1"),
    _one("rope", "queries one further", "Q_rotated", "one too high"),
    _one("rope", "keys one further", "K_rotated", "one too high"),
    _one("rope", "keys unturned", "K_rotated", "the keys are not turned"),
    _one("rope", "turned backwards", "Q_rotated", "turns the other way"),
    _one("causal", "one key too far", "masked_scores", "shows each query the next key too"),
    _one("causal", "own key hidden", "masked_scores", "hides each query's own key too"),
    _one("causal", "unmasked", "masked_scores", "the mask is not applied"),
    _one("causal", "mask transposed", "masked_scores", "the mask is on the wrong side"),
    _one("causal", "masked with 0", "masked_scores", "set to 0 instead of -inf"),
    _one("cross", "lower right", "masked_scores", "lower right"),
    _one("window", "window wider", "masked_scores", "one key too wide"),
    _one("window", "window narrower", "masked_scores", "one key too narrow"),
    _one("groups", "tiled", "scores", "modulo their number"),
    _one("capped", "cap before scaling", "scaled_scores", "soft-cap is applied before scaling"),
    Planted(
        "capped",
        ("cap after mask",),
        "capped_scores",
        ("soft-cap is not applied", "soft-cap is applied after bias and mask"),
    ),
    _one("capped", "uncapped", "capped_scores", "the soft-cap is not applied"),
    _one("capped", "cap of one", "capped_scores", "not multiplied by the cap"),
    _one("blind", "-1e9", "weights", "a large number in place of −∞"),
    _one("blind", "nan rows", "weights", "0/0: every key is masked"),
    _one("blind", "mask inverted", "masked_scores", "the mask is inverted"),
    _one("plain", "weights transposed", "weights", "transposed"),
    _one("causal", "heads permuted", "weights", "permuted: they stand in the order 3, 1, 4, 2"),
    _one("embedded", "Q permuted", "Q", "permuted: they stand in the order 2, 4, 1, 3"),
    _one("biased", "bias sign", "masked_scores", "the bias has the wrong sign"),
    _one("biased", "unbiased", "masked_scores", "the bias is not added"),
    _one("biased", "bias scaled", "masked_scores", "the bias is scaled with the scores"),
    _one("alibi", "slopes from one", "masked_scores", "begin one head too early"),
    _one("alibi", "slopes reversed", "masked_scores", "in reverse order"),
    _one("sink", "no sink", "weights", "the sink is left out"),
    _one("causal", "W_O transposed", "output", "W_O is transposed"),
    _one("causal", "no W_O", "output", "the output projection is left out"),
    _one("causal", "no b_O", "output", "b_O is not added"),
    _one("square", "W_Q transposed", "Q", "W_Q is transposed"),
    _one("square", "W_Q and W_K exchanged", "Q", "W_Q and W_K are exchanged"),
    _one("embedded", "no b", "Q", "are not added"),
    _one("embedded", "columns dealt", "Q", "every h-th column"),
    _one("plain", "softmax over columns", "weights", "goes down the columns"),
    _one("plain", "softmax twice", "weights", "applied twice"),
    _one("plain", "base 2", "weights", "to base 2"),
    _one("plain", "swapped", "scores", "query and key are swapped"),
    _one("plain", "queries meet queries", "scores", "queries meet queries"),
    _one("wide", "of keys", "head_outputs", "applied to the keys"),
    _one("causal", "joined without transposing", "concatenated", "without being transposed"),
    _one("causal", "joined backwards", "concatenated", "in reverse order"),
    _one("plain", "no sum in head 2", "weights", "in head 2, powers are not divided"),
    Planted(
        "sink",
        ("unscaled", "no sink"),
        "scaled_scores",
        ("the scores are not scaled", "the sink is left out"),
    ),
    Planted(
        "rope",
        ("other pairs", "W_O transposed"),
        "Q_rotated",
        ("turns the other pairs", "W_O is transposed"),
    ),
    Planted(
        "groups",
        ("tiled", "one key too far"),
        "scores",
        ("modulo their number", "shows each query the next key too"),
    ),
    Planted(
        "capped",
        ("over d_k", "uncapped", "no b_O"),
        "scaled_scores",
        ("divided by d_k", "the soft-cap is not applied", "b_O is not added"),
    ),
    Planted(
        "alibi",
        ("slopes reversed", "heads permuted"),
        "masked_scores",
        ("in reverse order", "the heads are permuted"),
    ),
)
