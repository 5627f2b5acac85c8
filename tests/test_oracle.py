"""The oracle's own answers, worked out by hand: small numbers for each option of attention."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.random_problems import BUILT, EVERYTHING, TEXTS, Problem, problems

_: None = None
"""A key that is not seen."""

GENERATING = (Phase.generate,)


def stage(problem: Mapping[str, Any], name: str) -> Any:
    """One stage of a problem, as the oracle works it out."""
    return oracle.attention(problem)[name]


def fractions(texts: Any) -> Any:
    """Typed fractions, however deep; None stays what it is."""
    if isinstance(texts, list):
        return [fractions(part) for part in texts]
    return None if texts is None else Fraction(texts)


def near(values: Any, digits: Any) -> bool:
    """Whether nested lists agree to twelve digits."""
    if isinstance(digits, list):
        return len(values) == len(digits) and all(map(near, values, digits))
    return bool(abs(oracle.real(values) - mpmath.mpf(digits)) < mpmath.mpf(10) ** -12)


def seen(mask: Any, n: int, m: int, past: int = 0) -> list[str]:
    """Which keys each query sees: a row each, of crosses, and of dots for what is masked."""
    problem: Problem = {"Q": [["0"]] * n, "K": [["0"]] * (m - past), "attention": {"mask": mask}}
    if past:
        problem["attention"]["past"] = {"tokens": ["p"] * past, "K": [["0"]] * past}
    rows = stage(problem, "masked_scores")
    return ["".join("." if score is None else "x" for score in row) for row in rows]


# Masks.


@pytest.mark.parametrize(
    ("mask", "n", "m", "past", "rows"),
    [
        ("causal", 3, 3, 0, ["x..", "xx.", "xxx"]),
        ({"causal": "true"}, 3, 3, 0, ["x..", "xx.", "xxx"]),
        ("causal", 2, 5, 0, ["x....", "xx..."]),
        ({"causal": "lower-right"}, 3, 3, 0, ["x..", "xx.", "xxx"]),
        ({"causal": "lower-right"}, 2, 5, 0, ["xxxx.", "xxxxx"]),
        ({"causal": "lower-right"}, 5, 2, 0, ["..", "..", "..", "x.", "xx"]),
        ({"causal": "lower-right"}, 2, 5, 3, ["xxxx.", "xxxxx"]),
        ({"causal": "lower-right"}, 2, 6, 1, ["xxxxx.", "xxxxxx"]),
        ({"window": "2"}, 4, 4, 0, ["x...", "xx..", ".xx.", "..xx"]),
        ({"window": ["1", "0"]}, 4, 4, 0, ["x...", "xx..", ".xx.", "..xx"]),
        ({"window": ["1", "1"]}, 4, 4, 0, ["xx..", "xxx.", ".xxx", "..xx"]),
        ({"window": ["0", "2"]}, 4, 4, 0, ["xxx.", ".xxx", "..xx", "...x"]),
        ({"window": ["-1", "0"]}, 3, 3, 0, ["x..", "xx.", "xxx"]),
        ({"window": ["0", "-1"]}, 3, 3, 0, ["xxx", ".xx", "..x"]),
        ({"window": ["-1", "-1"]}, 2, 2, 0, ["xx", "xx"]),
        ({"window": ["1", "1"]}, 2, 5, 2, [".xxx.", "..xxx"]),
        ({"window": "2", "first": "1"}, 5, 5, 0, ["x....", "xx...", "xxx..", "x.xx.", "x..xx"]),
        ({"window": "1", "first": "2"}, 4, 4, 0, ["x...", "xx..", "xxx.", "xx.x"]),
        ({"window": "2", "first": "0"}, 3, 3, 0, ["x..", "xx.", ".xx"]),
        ({"window": "1", "first": "1"}, 2, 5, 3, ["x..x.", "x...x"]),
        ({"padding": ["1", "1", "0"]}, 3, 3, 0, ["xx.", "xx.", "xx."]),
        ({"padding": ["true", "false", "true"]}, 2, 3, 0, ["x.x", "x.x"]),
        ({"causal": "true", "padding": ["0", "1", "1"]}, 3, 3, 0, ["...", ".x.", ".xx"]),
        ({"causal": "lower-right", "padding": ["1", "0", "1"]}, 2, 3, 0, ["x..", "x.x"]),
        ({"window": "2", "padding": ["1", "0", "1"]}, 3, 3, 0, ["x..", "x..", "..x"]),
        ({"window": ["0", "1"], "padding": ["1", "0", "1"]}, 3, 3, 0, ["x..", "..x", "..x"]),
        (["1", "0", "1"], 2, 3, 0, ["x.x", "x.x"]),
        ([["true", "false"], ["false", "true"]], 2, 2, 0, ["x.", ".x"]),
    ],
)
def test_masks(mask: Any, n: int, m: int, past: int, rows: list[str]) -> None:
    """Drawn by hand: queries below each other, keys side by side, cached ones first."""
    assert seen(mask, n, m, past) == rows


# Biases.


def added(bias: Any, n: int, m: int, **others: Any) -> Any:
    """What is added to scores of 0, without heads."""
    problem: Problem = {"Q": [["0"]] * n, "K": [["0"]] * m, "attention": {"bias": bias, **others}}
    return stage(problem, "masked_scores")


def test_slopes() -> None:
    """-slope · |i - j|, a slope for each head."""
    assert added({"slopes": ["0.5"]}, 2, 3) == fractions(
        [["0", "-1/2", "-1"], ["-1/2", "0", "-1/2"]]
    )
    zeros = [[["0", "0"]] * 2] * 2
    options = {"bias": {"slopes": ["1/3", "2"]}}
    assert stage({"scores": zeros, "attention": options}, "masked_scores") == fractions(
        [[["0", "-1/3"], ["-1/3", "0"]], [["0", "-2"], ["-2", "0"]]]
    )


def test_slopes_after_a_past() -> None:
    """Queries stand after the past, whose keys stand at 0, 1, …"""
    past = {"tokens": ["p", "q"], "K": [["0"], ["0"]]}
    assert added({"slopes": ["1"]}, 1, 1, past=past) == fractions([["-2", "-1", "0"]])


T5_BOTH_WAYS = {
    **{distance: distance for distance in range(8)},
    **dict.fromkeys((8, 9, 10, 11), 8),
    **dict.fromkeys((12, 13, 14, 15), 9),
    **dict.fromkeys((16, 17, 22), 10),
    **dict.fromkeys((23, 24, 31), 11),
    **dict.fromkeys((32, 33, 45), 12),
    **dict.fromkeys((46, 63), 13),
    **dict.fromkeys((64, 90), 14),
    **dict.fromkeys((91, 127, 128, 129, 1000), 15),
}
"""Of 16 buckets for keys behind the query, 8 hold one distance; the other 8 begin at 8 · 2^(k/2):
8, 11.3, 16, 22.6, 32, 45.3, 64, 90.5."""

T5_ONE_WAY = {
    **{distance: distance for distance in range(16)},
    **dict.fromkeys((16, 17, 18), 16),
    **dict.fromkeys((19, 20), 17),
    **dict.fromkeys((21, 22, 23), 18),
    **dict.fromkeys((24, 25, 26), 19),
    **dict.fromkeys((27, 28, 29, 30), 20),
    **dict.fromkeys((31, 34), 21),
    **dict.fromkeys((35, 39), 22),
    **dict.fromkeys((40, 45), 23),
    **dict.fromkeys((46, 51), 24),
    **dict.fromkeys((52, 58), 25),
    **dict.fromkeys((59, 66), 26),
    **dict.fromkeys((67, 76), 27),
    **dict.fromkeys((77, 86), 28),
    **dict.fromkeys((87, 98), 29),
    **dict.fromkeys((99, 112), 30),
    **dict.fromkeys((113, 127, 128, 200), 31),
}
"""Of 32 buckets, 16 hold one distance; the other 16 begin at 16 · 2^(3k/16): 16, 18.2, 20.7, 23.6,
26.9, 30.6, 34.9, 39.7, 45.3, 51.5, 58.7, 66.8, 76.1, 86.7, 98.7, 112.4."""


@pytest.mark.parametrize(("distance", "bucket"), T5_BOTH_WAYS.items())
def test_t5_buckets_both_ways(distance: int, bucket: int) -> None:
    """The same behind and ahead, where they are 16 further."""
    assert oracle.t5_bucket(-distance) == bucket
    assert oracle.t5_bucket(distance) == (bucket + 16 if distance else 0)


@pytest.mark.parametrize(("distance", "bucket"), T5_ONE_WAY.items())
def test_t5_buckets_one_way(distance: int, bucket: int) -> None:
    """What is ahead of the query goes with the query itself."""
    assert oracle.t5_bucket(-distance, bidirectional=False) == bucket
    assert oracle.t5_bucket(distance, bidirectional=False) == 0


def test_t5_buckets_of_a_few() -> None:
    """8 buckets to distance 8, both ways: 4 each, of which 2 hold one distance, and 2 begin at 2
    and at 2 · 4^(1/2) = 4."""
    behind = [oracle.t5_bucket(-distance, 8, 8) for distance in range(10)]
    assert behind == [0, 1, 2, 2, 3, 3, 3, 3, 3, 3]
    assert [oracle.t5_bucket(distance, 8, 8) for distance in range(1, 6)] == [5, 6, 6, 7, 7]


TABLE = [[str(bucket)] for bucket in range(8)]
"""A bias that is the number of its bucket."""


@pytest.mark.parametrize(
    ("mask", "said", "rows"),
    [
        ("none", {}, [["0", "5", "6"], ["1", "0", "5"], ["2", "1", "0"]]),
        ("none", {"bidirectional": "false"}, [["0", "0", "0"], ["1", "0", "0"], ["2", "1", "0"]]),
        ("causal", {}, [["0", _, _], ["1", "0", _], ["2", "1", "0"]]),
        (["1", "1", "0"], {}, [["0", "5", _], ["1", "0", _], ["2", "1", _]]),
        ({"window": "1", "first": "1"}, {}, [["0", _, _], ["1", "0", _], ["2", _, "0"]]),
        ({"window": ["0", "2"]}, {}, [["0", "5", "6"], [_, "0", "5"], [_, _, "0"]]),
    ],
)
def test_t5_bias(mask: Any, said: Problem, rows: Any) -> None:
    """A bucket's bias on every key that is so far away."""
    given = {"buckets": "8", "max_distance": "8", "table": TABLE, **said}
    assert added({"t5": given}, 3, 3, mask=mask) == fractions(rows)


@pytest.mark.parametrize(
    ("mask", "bucket"),
    [
        ("none", 3),
        ("causal", 4),
        ({"causal": "true"}, 4),
        ({"causal": "lower-right"}, 4),
        ({"causal": "true", "padding": ["1"] * 5}, 4),
        ({"window": "5"}, 4),
        ({"window": "5", "padding": ["1"] * 5}, 4),
        ({"window": "1", "first": "1"}, 4),
        ({"window": ["-1", "1"]}, 3),
        ({"padding": ["1"] * 5}, 3),
        ([["1"] * 5] * 5, 3),
    ],
)
def test_which_way_t5_looks(mask: Any, bucket: int) -> None:
    """One way where no query may see a later key by the mask's form: the key 4 behind the last
    query is then in the 4th bucket of 8 rather than in the 3rd of 4."""
    given = {"buckets": "8", "max_distance": "8", "table": TABLE}
    assert added({"t5": given}, 5, 5, mask=mask)[4][0] == bucket


def test_t5_bias_of_heads_after_a_past() -> None:
    """A column of the table for each head; places count the past."""
    table = [[str(bucket), str(-bucket)] for bucket in range(8)]
    past = {"tokens": ["p", "q"], "K": [["0", "0"]] * 2}
    options = {"bias": {"t5": {"buckets": "8", "max_distance": "8", "table": table}}, "heads": "2"}
    problem = {"Q": [["0", "0"]], "K": [["0", "0"]], "attention": options | {"past": past}}
    assert stage(problem, "masked_scores") == fractions([[["2", "1", "0"]], [["-2", "-1", "0"]]])


def test_a_bias_before_scaling() -> None:
    """(Q Kᵀ + B)·scale: 4 + 2 over √4, and a hidden key stays hidden, capped or not."""
    Q, K = [["2", "0", "0", "0"]], [["2", "0", "0", "0"], ["1", "0", "0", "0"]]
    rows = {"rows": [["2", "-inf"]], "before_scale": "true"}
    stages = oracle.attention({"Q": Q, "K": K, "attention": {"bias": rows, "softcap": "30"}})
    assert stages["scores"] == [[4, 2]]
    assert stages["biased_scores"] == [[6, None]]
    assert stages["scaled_scores"] == [[3, None]]
    assert stages["capped_scores"][0][1] is None
    assert stages["weights"] == [[1, 0]]
    assert "masked_scores" not in stages
    later = {"rows": [["2", "-inf"]], "before_scale": "false"}
    stages = oracle.attention({"Q": Q, "K": K, "attention": {"bias": later}})
    assert stages["masked_scores"] == [[4, None]]
    assert "biased_scores" not in stages


# What queries and keys are made of.


def test_l2_norm() -> None:
    """(3, 4) becomes (0.6, 0.8), and what has no length stays 0. Its scale is 1/√2 as before."""
    problem = {"Q": [["3", "4"], ["0", "0"]], "K": [["-4", "3"]], "attention": {"qk_norm": "l2"}}
    stages = oracle.attention(problem)
    assert stages["Q_normalized"] == fractions([["3/5", "4/5"], ["0", "0"]])
    assert stages["K_normalized"] == fractions([["-4/5", "3/5"]])
    assert stages["Q"] == [[3, 4], [0, 0]]
    assert stages["scores"] == [[0], [0]]
    assert "scaled_scores" in stages


def test_rms_norm() -> None:
    """(1, 7): the mean of the squares is 25, and the root of that is 5."""
    norm = {"rms": {"epsilon": "0", "gain_q": ["10", "1/2"]}}
    options = {"qk_norm": norm, "scale": "none"}
    stages = oracle.attention({"Q": [["1", "7"]], "K": [["7", "1"]], "attention": options})
    assert stages["Q_normalized"] == fractions([["2", "7/10"]])
    assert stages["K_normalized"] == fractions([["7/5", "1/5"]])
    assert stages["scores"] == fractions([["147/50"]])


@pytest.mark.parametrize(("epsilon", "size"), [({"epsilon": "11"}, "6"), ({"epsilon": "0"}, "5")])
def test_epsilon_stands_inside_the_root(epsilon: Problem, size: str) -> None:
    """The mean of the squares is 25; with 11 it is 36."""
    settings = {"rms": {**epsilon, "gain_k": ["1", "1"]}}
    options = {"qk_norm": settings}
    stages = oracle.attention({"Q": [["1", "7"]], "K": [["0", "0"]], "attention": options})
    assert stages["Q_normalized"] == [[Fraction(1) / int(size), Fraction(7) / int(size)]]
    assert stages["K_normalized"] == [[0, 0]]


def test_epsilon_is_a_millionth() -> None:
    """1/√(1 + 10^-6) = 1 - 10^-6/2 + 3·10^-12/8 - …"""
    stages = oracle.attention({"Q": [["1"]], "K": [["1"]], "attention": {"qk_norm": "rms"}})
    expected = Fraction(1) - Fraction(1, 2 * 10**6) + Fraction(3, 8 * 10**12)
    with mpmath.workdps(oracle.DIGITS):
        error = stages["Q_normalized"][0][0] - oracle.real(expected)
        assert mpmath.mpf(10) ** -19 < abs(error) < mpmath.mpf(10) ** -18


def test_norm_rotation_and_cache() -> None:
    """Each head by itself, then turned; cached keys are neither normalised nor turned again."""
    past = {"tokens": ["p"], "K": [["7", "7"]]}
    options = {"qk_norm": "l2", "positions": "rope", "position_ids": ["0"], "past": past}
    problem = {"Q": [["3", "4", "0", "2"]], "K": [["8", "6"]]}
    options |= {"heads": "2", "kv_heads": "1", "key_position_ids": ["0"]}
    stages = oracle.attention(problem | {"attention": options})
    assert stages["Q_normalized"] == fractions([[["3/5", "4/5"]], [["0", "1"]]])
    assert stages["K_normalized"] == fractions([[["7", "7"], ["4/5", "3/5"]]])
    assert stages["Q_rotated"] == stages["Q_normalized"]  # at 0, where nothing turns
    assert stages["K_rotated"] == stages["K_normalized"]
    assert stages["scores"] == fractions([[["49/5", "24/25"]], [["7", "3/5"]]])


def test_what_is_normalised_is_turned() -> None:
    """Turned by a right angle: position 1 and a base that does not matter for the first pair."""
    options = {"qk_norm": "l2", "positions": "rope", "position_ids": ["1"], "scale": "none"}
    problem = {"Q": [["2", "0"]], "K": [["2", "0"]], "attention": options}
    stages = oracle.attention(problem | {"key_tokens": ["k"]})
    assert near(stages["Q_rotated"], [[mpmath.cos(1), mpmath.sin(1)]])
    assert near(stages["K_rotated"], [[1, 0]])
    assert near(stages["scores"], [[mpmath.cos(1)]])


# Positions.


def test_ids_turn_keys_like_queries_in_self_attention() -> None:
    """What counts is how far apart they are: ids 7 and 9 turn like 0 and 2."""
    Q, K = [["1", "2"], ["3", "1"]], [["1", "0"], ["2", "1"]]
    scores = [
        stage({"Q": Q, "K": K, "attention": {"positions": "rope", "position_ids": ids}}, "scores")
        for ids in (["7", "9"], ["0", "2"])
    ]
    apart = stage({"Q": Q, "K": K, "attention": {"positions": "rope"}}, "scores")
    assert near(scores[0], scores[1])
    assert near(scores[0][0][0], apart[0][0])
    assert not near(scores[0][0][1], apart[0][1])


def test_ids_of_keys() -> None:
    """Keys with ids of their own, and keys of another side, which count from 0."""
    options: Problem = {"bias": {"slopes": ["1"]}, "position_ids": ["5", "3"]}
    Q, K = [["0"]] * 2, [["0"]] * 3
    assert stage({"Q": Q, "K": K, "attention": options}, "masked_scores") == fractions(
        [["-5", "-4", "-3"], ["-3", "-2", "-1"]]
    )
    options |= {"key_position_ids": ["3", "5", "9"]}
    assert stage({"Q": Q, "K": K, "attention": options}, "masked_scores") == fractions(
        [["-2", "0", "-4"], ["0", "-2", "-6"]]
    )


def test_ids_of_keys_after_a_past() -> None:
    """Cached keys stand at 0, 1, …; this step's go with the queries in self-attention."""
    past = {"tokens": ["p", "q"], "K": [["0"]] * 2}
    options = {"bias": "alibi", "position_ids": ["7"], "past": past}
    rows = stage({"Q": [["0"]], "K": [["0"]], "attention": options}, "masked_scores")
    assert rows == fractions([["-7/256", "-6/256", "0"]])


def test_waves_at_ids() -> None:
    """Sines and cosines of the id, by another base: 3 and 3/√4 = 1.5."""
    options = {"positions": {"sinusoidal": {"base": "4"}}, "position_ids": ["3"]}
    row = stage({"X": [["0", "0", "0", "0"]], "attention": options}, "positions")[0]
    assert near(row, [mpmath.sin(3), mpmath.cos(3), mpmath.sin(1.5), mpmath.cos(1.5)])


def test_masks_go_by_place() -> None:
    """Whatever ids they have, the second query sees the first key, and not the other way round."""
    options = {"mask": "causal", "bias": {"slopes": ["1"]}, "position_ids": ["9", "0"]}
    rows = stage({"Q": [["0"]] * 2, "K": [["0"]] * 2, "attention": options}, "masked_scores")
    assert rows == [[0, None], [-9, 0]]


# Scores.


def test_general_score() -> None:
    """q W kᵀ: (1, 2) W = (7, 10, 13), and that times (1, 0, -1) is -6; not scaled unless said."""
    W = [["1", "2", "3"], ["3", "4", "5"]]
    problem: Problem = {"Q": [["1", "2"]], "K": [["1", "0", "-1"], ["0", "1", "0"]]}
    stages = oracle.attention(problem | {"attention": {"score": {"general": W}}})
    assert stages["scores"] == [[-6, 10]]
    assert "scaled_scores" not in stages
    options = {"score": {"general": W}, "scale": "0.5"}
    assert stage(problem | {"attention": options}, "scaled_scores") == [[-3, 5]]


def test_general_score_of_heads() -> None:
    """A matrix for each head, or one for all."""
    problem: Problem = {"Q": [["1", "2"]], "K": [["3", "4"]]}
    one: Problem = {"score": {"general": [["2"]]}, "heads": "2"}
    each: Problem = {"score": {"general": [[["2"]], [["-1"]]]}, "heads": "2"}
    assert stage(problem | {"attention": one}, "scores") == [[[6]], [[16]]]
    assert stage(problem | {"attention": each}, "scores") == [[[6]], [[-8]]]


def test_additive_score() -> None:
    """v · tanh(q W_1 + k W_2), with tanh x = (e^2x - 1)/(e^2x + 1): of ln 2 it is 3/5; here the
    insides are 1 + 1 and 1 - 1."""
    given = {"W_1": [["1", "0.5"]], "W_2": [["1", "-1"], ["0", "0.5"]], "v": ["3", "100"]}
    problem = {"Q": [["1"]], "K": [["1", "1"]], "attention": {"score": {"additive": given}}}
    stages = oracle.attention(problem)
    e4 = mpmath.exp(4)
    assert near(stages["scores"], [[3 * (e4 - 1) / (e4 + 1)]])
    assert "scaled_scores" not in stages


def test_additive_score_of_heads() -> None:
    """The parts that each head has of its own, and those that they share."""
    given = {"W_1": [[["1"]], [["0"]]], "W_2": [["1"]], "v": [["1"], ["2"]]}
    options = {"score": {"additive": given}, "heads": "2"}
    found = stage({"Q": [["1", "1"]], "K": [["-1", "0"]], "attention": options}, "scores")
    assert found == [[[0]], [[0]]]
    found = stage({"Q": [["0", "5"]], "K": [["1", "1"]], "attention": options}, "scores")
    assert near(found, [[[mpmath.tanh(1)]], [[2 * mpmath.tanh(1)]]])


def test_cosine_score() -> None:
    """(3, 4) and (4, 3): 24/25; of a vector and twice itself 1, though √2 is irrational; of a
    vector without direction 0."""
    problem = {
        "Q": [["3", "4"], ["1", "1"]],
        "K": [["4", "3"], ["2", "2"], ["0", "0"]],
        "attention": {"score": "cosine"},
    }
    stages = oracle.attention(problem)
    assert stages["scores"][0][0] == Fraction(24, 25)
    assert stages["scores"][1][1:] == [1, 0]
    assert near(stages["scores"][0][1], 7 / (5 * mpmath.sqrt(2)))
    assert "scaled_scores" not in stages


def test_scale_of_the_width_of_embeddings() -> None:
    """1/√d_model, which is 4, where d_k is 2."""
    X, W = [["4", "0", "0", "0"]], [["1", "0"]] * 4
    options = {"scale": "1/sqrt(d_model)"}
    problem = {"X": X, "W_Q": W, "W_K": W, "attention": options}
    assert stage(problem, "scaled_scores") == [[8]]


# Gate.


def test_a_gate() -> None:
    """sigmoid(0) = 1/2; sigmoid(ln 3) would be 3/4; far above 0 it is open."""
    V, options = [["4", "6"]], {"gate": [["0", "-1000"]]}
    stages = oracle.attention({"scores": [["1"]], "V": V, "attention": options})
    assert stages["head_outputs"] == [[4, 6]]
    assert stages["gated"][0][0] == stages["output"][0][0] == 2
    assert near(stages["gated"][0][1], 0)


def test_a_gate_of_embeddings_with_heads() -> None:
    """X W_G + b_G is 0 and 1, times the heads side by side, then W_O and b_O."""
    problem = {
        "X": [["2"]],
        "W_Q": [["0", "0"]],
        "W_K": [["0", "0"]],
        "W_V": [["1", "2"]],
        "W_G": [["1", "1"]],
        "b_G": ["-2", "-1"],
        "W_O": [["1"], ["10"]],
        "b_O": ["5"],
        "attention": {"heads": "2"},
    }
    stages = oracle.attention(problem)
    open_by = 1 / (1 + mpmath.exp(-1))
    assert stages["concatenated"] == [[2, 4]]
    assert near(stages["gated"], [[1, 4 * open_by]])
    assert near(stages["output"], [[1 + 40 * open_by + 5]])


def test_a_gate_sees_positions() -> None:
    """It is made of the embeddings with their positions, where these are added."""
    one = [["1"]]
    problem: Problem = {"X": [["2"]], "W_Q": one, "W_K": one, "W_V": one, "W_G": one}
    moved: Problem = {"b_V": ["4"], "attention": {"positions": [["-2"]]}}
    stages = oracle.attention(problem | moved)
    assert stages["X_positioned"] == [[0]]
    assert stages["gated"] == [[2]]  # half of 4
    stages = oracle.attention(problem | {"b_G": ["-2"]})
    assert stages["gated"] == [[1]]  # half of 2


# Numbers.


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/3", Fraction(1, 3)),
        ("-2/sqrt(9)", Fraction(-2, 3)),
        ("sqrt(4/9)", Fraction(2, 3)),
        ("sqrt(4)/sqrt(9)", Fraction(2, 3)),
        ("-sqrt(1/4)", Fraction(-1, 2)),
        ("48%", Fraction(12, 25)),
        ("2e-2", Fraction(1, 50)),
        ("-inf", None),
    ],
)
def test_numbers(text: str, value: Fraction | None) -> None:
    """Fractions and roots as they are typed."""
    assert oracle.number(text) == value


def test_roots_that_are_not_rational() -> None:
    """To 60 digits: squared, they are what is under them."""
    with mpmath.workdps(oracle.DIGITS):
        for text, squared in (("sqrt(2)", "2"), ("1/sqrt(3)", "1/3"), ("sqrt(2/3)", "2/3")):
            error = oracle.number(text) ** 2 - oracle.real(Fraction(squared))
            assert abs(error) < mpmath.mpf(10) ** -(oracle.DIGITS - 2)


# Published numbers.


FOUR_BUCKETS = [[str(3 * bucket + head) for head in (1, 2, 3)] for bucket in range(4)]
IDENTITY = [["1", "0"], ["0", "1"]]
ZEROS = [[["0", "0"]] * 2] * 3

PUBLISHED: dict[str, tuple[Problem, str, Any, str]] = {
    "ONNX Runtime, RelativePositionBiasTest2_FP16": (
        {"scores": ZEROS, "attention": {"bias": {"t5": {"buckets": "4", "table": FOUR_BUCKETS}}}},
        "masked_scores",
        [[["1", "10"], ["4", "1"]], [["2", "11"], ["5", "2"]], [["3", "12"], ["6", "3"]]],
        "0",
    ),
    "ONNX Runtime, RelativePositionBiasTest_FP16_No_Bidirectional": (
        {
            "scores": ZEROS,
            "attention": {
                "bias": {"t5": {"buckets": "4", "bidirectional": "false", "table": FOUR_BUCKETS}}
            },
        },
        "masked_scores",
        [[["1", "1"], ["4", "1"]], [["2", "2"], ["5", "2"]], [["3", "3"], ["6", "3"]]],
        "0",
    ),
    "Keras, additive_attention_test.py, test_attention_correctness": (
        {
            "Q": [["1", "0"], ["0", "1"]],
            "K": [["0", "1"], ["1", "0"]],
            "V": [["1", "2"], ["3", "4"]],
            "attention": {
                "score": {"additive": {"W_1": IDENTITY, "W_2": IDENTITY, "v": ["1", "1"]}}
            },
        },
        "output",
        [["1.727", "2.727"], ["2.272", "3.272"]],
        "1e-3",
    ),
    "Keras in TensorFlow, dense_attention_test.py, test_multi_dim_with_query_mask": (
        {
            "Q": [["1.1"], ["-0.5"]],
            "K": [["1.6"], ["0.7"], ["-0.8"]],
            "attention": {
                "score": {"additive": {"W_1": [["1"]], "W_2": [["1"]], "v": ["0.5"]}},
                "mask": ["true", "true", "false"],
            },
        },
        "weights",
        [["0.50552495521", "0.49447504478", "0"], ["0.57482427975", "0.42517572025", "0"]],
        "1e-10",
    ),
    "AllenNLP, bilinear_matrix_attention_test.py": (
        {
            "Q": [["1", "1"], ["2", "2"]],
            "K": IDENTITY,
            "attention": {
                "score": {"general": [["-0.3", "0.5"], ["2.0", "-1.0"]]},
                "bias": [["0.1", "0.1"], ["0.1", "0.1"]],
            },
        },
        "masked_scores",
        [["1.8", "-0.4"], ["3.5", "-0.9"]],
        "0",
    ),
    "AllenNLP, cosine_attention_test.py": (
        {
            "Q": [[["0", "0", "0"]], [["1", "1", "1"]]],
            "K": [[["1", "2", "3"], ["4", "5", "6"]], [["7", "8", "9"], ["10", "11", "12"]]],
            "attention": {"score": "cosine"},
        },
        "scores",
        [[["0.0", "0.0"]], [["0.9948", "0.9973"]]],
        "0.00005",
    ),
}
"""What others print: a problem, a stage, its numbers, and how far off they may be."""


@pytest.mark.parametrize("source", PUBLISHED)
def test_published_numbers(source: str) -> None:
    """The oracle agrees with what was printed by others."""
    problem, name, printed, within = PUBLISHED[source]

    def compare(found: Any, right: Any) -> None:
        if isinstance(right, list):
            for one, other in zip(found, right, strict=True):
                compare(one, other)
        else:
            assert abs(oracle.real(found - Fraction(right))) <= oracle.real(Fraction(within))

    compare(stage(problem, name), printed)


# Everything.


@settings(max_examples=150, deadline=None)
@given(problems(TEXTS, EVERYTHING))
def test_weights_are_shares_whatever_is_asked_for(problem: Problem) -> None:
    """Every combination of options has weights from 0 to 1 that add up to 1 for whoever sees a key,
    and 0 of what is hidden."""
    stages = oracle.attention(problem)
    if "scores" not in stages:
        return
    options = problem.get("attention", {})
    last = [name for name in SCORES if name in stages][-1]
    heads = oracle.head_counts(problem)[0] is not None
    parts = (
        zip(stages[last], stages["weights"], strict=True)
        if heads
        else [(stages[last], stages["weights"])]
    )
    for S, A in parts:
        for scores, weights in zip(S, A, strict=True):
            total = oracle.real(oracle.total(weights))
            hidden = [score is None for score in scores]
            assert all(0 <= weight <= 1 for weight in weights)
            assert all(weight == 0 for weight, none in zip(weights, hidden, strict=True) if none)
            if not all(hidden) and "sink" not in options:
                assert abs(total - 1) < mpmath.mpf(10) ** -12


SCORES = ("scores", "biased_scores", "scaled_scores", "capped_scores", "masked_scores")


MARKS = {
    "true and false": '[["true"',
    "a row of m": '"mask": ["',
    "1/sqrt(d_model)": "1/sqrt(d_model)",
    "lower-right": "lower-right",
    "window to both sides": '"window": [',
    "window with first": '"first"',
    "padding": '"padding"',
    "slopes": '"slopes"',
    "t5": '"t5"',
    "before_scale": '"before_scale"',
    "qk_norm": '"qk_norm"',
    "position_ids": '"position_ids"',
    "general": '"general"',
    "additive": '"additive"',
    "cosine": '"cosine"',
    "gate": '"gate"',
    "W_G": '"W_G"',
    "backward": '"d_output"',
}
"""What tells in a problem's text that it has one of EVERYTHING."""


@pytest.mark.no_cover
@pytest.mark.parametrize("name", sorted(EVERYTHING))
def test_what_is_known_is_drawn(name: str) -> None:
    """Each name of EVERYTHING is drawn sooner or later, and the rest without it."""
    options = settings(max_examples=2000, database=None, derandomize=True, phases=GENERATING)
    alone = problems(TEXTS, frozenset((name,)))
    find(alone, lambda problem: marks_of(problem) == {name}, settings=options)


@pytest.mark.parametrize("known", [BUILT, frozenset[str]()])
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_what_is_not_known_is_not_drawn(known: frozenset[str], data: st.DataObject) -> None:
    """What the package does not know yet must not be asked of it."""
    assert marks_of(data.draw(problems(TEXTS, known))) <= known <= EVERYTHING


def marks_of(problem: Problem) -> set[str]:
    """What a problem has of EVERYTHING."""
    text = json.dumps(problem)
    return {name for name, mark in MARKS.items() if mark in text}
