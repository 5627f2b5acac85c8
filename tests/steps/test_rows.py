"""Large problems, whose rows are worked when they are asked for: the same numbers as at once."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from typing import Any
from unittest.mock import PropertyMock, patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import attncalc
from attncalc.document.document import HeatmapRow
from attncalc.document.expressions import Number
from attncalc.exports.trace_csv import trace_csv
from attncalc.exports.trace_json import trace_json
from attncalc.exports.trace_npz import trace_npz
from attncalc.numbers.known import Known
from attncalc.problem.options import AttentionOptions, Reach
from attncalc.selection import Selection
from attncalc.steps import rows
from attncalc.steps.engine import explain
from attncalc.steps.mask import may_attend, visible_keys
from attncalc.steps.rows import Later, blocks_of, rows_at_once
from attncalc.steps.trace import Trace
from attncalc.walkthrough.heatmaps import heatmaps

RNG = np.random.default_rng(8)
N, M, H, D = 21, 27, 4, 3


def numbers(*shape: int) -> Any:
    """Random ones."""
    return RNG.standard_normal(shape)


def some(*shape: int) -> Any:
    """Which of so many may be seen: most of them, and of the third row none."""
    seen = RNG.random(shape) < 0.7
    seen[..., 2, :] = False
    return seen


def with_hidden(bias: Any) -> Any:
    """Some of it -inf."""
    return np.where(some(*bias.shape), bias, -np.inf)


def cross(h: int = 1, kv: int = 1, **attention: Any) -> dict[str, Any]:
    """Queries, and other tokens' keys and values."""
    heads = {} if h == 1 else {"heads": h, "kv_heads": kv}
    return {
        "Q": numbers(N, h * D),
        "K": numbers(M, kv * D),
        "V": numbers(M, kv * 2),
        "attention": {**heads, **attention},
    }


def own(h: int = 1, kv: int = 1, **attention: Any) -> dict[str, Any]:
    """Tokens that attend to each other, and what becomes of it."""
    heads = {} if h == 1 else {"heads": h, "kv_heads": kv}
    return {
        "X": numbers(N, 5),
        **{f"W_{name}": numbers(5, 4 * (h if name == "Q" else kv)) for name in "QKV"},
        "b_Q": numbers(4 * h),
        "W_O": numbers(4 * h, 6),
        "b_O": numbers(6),
        "attention": {**heads, **attention},
    }


def cached(mask: Any) -> dict[str, Any]:
    """A step after others, whose keys and values are given as they were."""
    past = {
        "tokens": [f"p{at}" for at in range(6)],
        "K": numbers(6, 2 * 4),
        "V": numbers(6, 2 * 4),
    }
    return own(H, 2, mask=mask, past=past, positions="rope")


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "plain": cross,
    "causal": lambda: own(mask="causal"),
    "lower-right": lambda: cross(mask={"causal": "lower-right"}),
    "window": lambda: own(H, mask={"window": 4}),
    "both sides": lambda: cross(mask={"window": ["2", "3"]}, softcap="2.5"),
    "window with first": lambda: own(mask={"window": 3, "first": 2}, base="2"),
    "padding": lambda: own(H, 2, mask={"causal": "true", "padding": [1] * 9 + [0] * (N - 9)}),
    "mask": lambda: cross(mask=some(N, M).astype(int)),
    "mask of heads": lambda: cross(H, 2, mask=some(H, N, M).astype(int), sink=numbers(H)),
    "bias": lambda: cross(H, H, bias=with_hidden(numbers(N, M))),
    "bias of heads": lambda: cross(H, 1, bias=with_hidden(numbers(H, N, M)), scale="0.3"),
    "early bias": lambda: cross(
        H, 1, bias={"rows": with_hidden(numbers(N, M)), "before_scale": "true"}
    ),
    "alibi": lambda: own(H, 2, bias="alibi", mask="causal", sink="0.5"),
    "alibi by places": lambda: own(H, bias="alibi", position_ids=[str(3 * i) for i in range(N)]),
    "slopes": lambda: cross(H, 4, bias={"slopes": ["0.5", "0.25", "1", "2"]}),
    "t5": lambda: own(
        H, 2, bias={"t5": {"buckets": 8, "max_distance": 16, "table": numbers(8, H)}}
    ),
    "general": lambda: cross(score={"general": numbers(D, D)}, mask="causal"),
    "additive": lambda: cross(
        H, 2, score={"additive": {"W_1": numbers(D, 5), "W_2": numbers(D, 5), "v": numbers(H, 5)}}
    ),
    "cosine": lambda: cross(score="cosine", scale="4"),
    "norm": lambda: own(H, 2, qk_norm="rms", positions="rope"),
    "sinusoidal": lambda: own(positions="sinusoidal"),
    "gate": lambda: {**cross(H, 2, gate=numbers(N, H * 2))},
    "gate of a matrix": lambda: {**own(H, 2), "W_G": numbers(5, 16), "b_G": numbers(16)},
    "scores": lambda: {"scores": numbers(H, N, M), "V": numbers(H, M, 2)},
    "weights": lambda: {"weights": numbers(N, M), "V": numbers(M, 2)},
    "cache": lambda: cached("causal"),
    "cache with a window": lambda: cached({"window": 5}),
}


def loaded(given: Mapping[str, Any]) -> attncalc.Problem:
    """The problem, however small, in float64."""
    with patch("attncalc.readers.fields.hand_sized", return_value=False):
        return attncalc.load(given)


@contextmanager
def in_blocks(pairs: int = 1) -> Iterator[None]:
    """Every problem in blocks of so many pairs, or of as few rows as may be."""
    with patch.object(rows, "WHOLE", 0), patch.object(rows, "AT_ONCE", pairs):
        yield


def by_rows(problem: attncalc.Problem, *asked: str) -> Trace:
    """The trace that waits for its rows."""
    with in_blocks():
        trace = explain(problem, asked)
    assert isinstance(trace.stages["weights"], Later)
    return trace


@pytest.mark.parametrize("case", CASES)
def test_the_same_to_the_last_bit(case: str) -> None:
    """Every stage and by-product, of all rows, of one, of a few, and of a head."""
    problem = loaded(CASES[case]())
    wanted = ("weighted_values",)
    whole, waiting = explain(problem, wanted), by_rows(problem, *wanted)
    assert [*waiting.stages] == [*whole.stages]
    assert [*waiting.by_products] == [*whole.by_products]
    assert waiting.warnings == whole.warnings
    if whole.hides(whole.scored):
        seen = np.count_nonzero(whole[whole.scored] != -inf, axis=-1)
        np.testing.assert_array_equal(np.broadcast_to(visible_keys(problem), seen.shape), seen)
    for of_all, of_rows in _pairs(whole, waiting):
        assert of_rows.made_of == of_all.made_of
        assert of_rows.shape == of_all.values.shape
        assert_same(of_rows, of_all)
        if isinstance(of_rows, Later) and len(of_rows.shape) > 1:
            assert_same(of_rows[..., 3, :], of_all[..., 3, :])
    for head in range(problem.heads or 0):
        compare_rows(whole.of_head(head), waiting.of_head(head))
    if problem.heads is None:
        compare_rows(whole, waiting)


def compare_rows(whole: Trace, waiting: Trace) -> None:
    """Of a head, or without any: one row, several, and one number."""
    for of_all, of_rows in _pairs(whole, waiting):
        if isinstance(of_rows, Later):
            for place in (20, 5, [3, 20, 4], slice(7, 12)):
                assert_same(of_rows[place], of_all[place])
            if len(of_rows.shape) > 1:
                assert_same(of_rows[7, 1], of_all[7, 1])
        assert_same(of_rows, of_all)


def assert_same(one: Known, other: Known) -> None:
    """To the last bit."""
    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.exact, other.exact)


def _pairs(one: Trace, other: Trace) -> Iterator[tuple[Any, Any]]:
    for name, stage in one.stages.items():
        yield stage, other.stages[name]
    for name, found in one.by_products.items():
        yield found, other.by_products[name]


def test_blocks() -> None:
    """Blocks are of as many rows, the last with what is left; small problems have one."""
    for n in (1, 7, 8, 9, 15, 16, 17, 100):
        blocks = blocks_of(n, 8)
        assert [i for rows in blocks for i in rows] == [*range(n)]
        assert all(len(rows) == 8 for rows in blocks[:-1])
        assert n < 8 or 8 <= len(blocks[-1]) < 16
    assert rows_at_once(loaded(cross())) == N
    with in_blocks(17 * M):
        assert rows_at_once(loaded(cross())) == 16
        assert rows_at_once(loaded(own(H))) == 8


def test_pages_work_no_more_than_they_show() -> None:
    """Whatever is shown of a large problem, no stage of all pairs is worked whole for it."""
    Q, K, V = numbers(3, 1030, 6)
    linear = {"heads": "2", "mask": "causal", "bias": "alibi", "softcap": "3"}
    options: list[dict[str, Any]] = [{}, linear, {"heads": "2", "sink": "1", "scale": "2"}]
    whole = PropertyMock(side_effect=AssertionError("worked whole"))
    with patch.object(Later, "values", whole):
        for attention in options:
            problem = attncalc.load({"Q": Q, "K": K, "V": V, "attention": attention, "query": "#9"})
            trace = attncalc.explain(problem)
            choices: tuple[dict[str, Any], ...] = (
                *({}, {"view": "lookup"}, {"stages": "weights"}, {"detail": "lesson"}),
            )
            for chosen in choices:
                page = attncalc.handout(trace, **chosen)
                assert "#9" in page.text()
            assert "#1030" in attncalc.handout(trace).html()
    assert not whole.called


def test_many_blocks() -> None:
    """Rows that were worked long ago are worked again, to the same numbers."""
    fields = {"Q": numbers(100, D), "K": numbers(M, D), "V": numbers(M, D)}
    problem = loaded(fields)
    whole, waiting = explain(problem), by_rows(problem)
    for query in (*range(100), *range(0, 100, 7)):
        assert_same(waiting.stages["weights"][query], whole.stages["weights"][query])


@pytest.mark.parametrize("case", ["mask of heads", "alibi", "plain", "scores"])
@pytest.mark.parametrize("heads", [(), (1, 3)])
def test_data_of_rows(case: str, heads: tuple[int, ...]) -> None:
    """Data are written block by block, and are the same to the last character."""
    problem = loaded(CASES[case]())
    selection = Selection(heads=heads if problem.heads else ())
    whole, waiting = explain(problem), by_rows(problem)
    assert trace_json(waiting, selection) == trace_json(whole, selection)
    assert json.loads(trace_json(waiting))["stages"]["weights"] == whole["weights"].tolist()
    for chosen in (selection, replace(selection, stages=("weights",))):
        assert [*trace_csv(waiting, chosen)] == [*trace_csv(whole, chosen)]
    arrays, expected = (
        np.load(io.BytesIO(b"".join(trace_npz(each, selection)))) for each in (waiting, whole)
    )
    assert arrays.files == expected.files
    for name in arrays.files:
        np.testing.assert_array_equal(arrays[name], expected[name])


def test_shades_of_what_is_shown() -> None:
    """In a large problem a heatmap is shaded by the rows that it shows, and its ends say so."""
    problem = loaded({"Q": numbers(100, D), "K": numbers(M, D), "attention": {"mask": "none"}})
    waiting = by_rows(problem)
    (heatmap,) = heatmaps(waiting, Selection(stages=("weights",)))
    shown = [row for row in heatmap.rows if isinstance(row, HeatmapRow)]
    queries = [row.query for row in shown if row.query is not None]
    rows = waiting.stages["weights"][queries].values
    assert heatmap.ends is not None
    assert heatmap.ends[1] == Number(f"{rows.max():.4f}")
    assert max(shade for row in shown for shade in row.shades) == 1
    (of_scores,) = heatmaps(waiting, Selection(stages=("scores",)))
    rows = waiting.stages["scores"][queries].values
    assert of_scores.ends is not None
    assert of_scores.ends[0] == Number(f"{rows.min():.4f}")


@given(
    n=st.integers(1, 6),
    m=st.integers(1, 8),
    back=st.sampled_from((inf, 0, 1, 3)),
    ahead=st.sampled_from((inf, 0, 1, 3)),
    first=st.sampled_from((0, 0, 1, 4)),
    from_end=st.booleans(),
    padded=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_keys_that_are_reached(
    n: int,
    m: int,
    back: float,
    ahead: float,
    first: int,
    from_end: bool,
    padded: bool,
    seed: int,
) -> None:
    """They are counted without looking at any, as many as there are."""
    kept = tuple(bool(each) for each in np.random.default_rng(seed).integers(0, 2, m))
    reach = Reach(back, ahead, first, from_end, kept if padded else None)
    options = AttentionOptions(mask=reach)
    tokens, keys = tuple(map(str, range(n))), tuple(map(str, range(m)))
    problem = attncalc.Problem(
        tokens, keys, scores=np.zeros((n, m)), attention=options, self_attention=False
    )
    seen = [sum(may_attend(problem, (i, j)) for j in range(m)) for i in range(n)]
    assert visible_keys(problem).tolist() == seen
