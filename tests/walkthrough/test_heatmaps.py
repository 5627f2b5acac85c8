"""Heatmaps: which numbers they show, and how dark each is."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.document.document import Heatmap, HeatmapRow, Words
from attncalc.document.expressions import Nothing, Number, Omitted
from attncalc.document.numerals import shown_array
from attncalc.document.style import NumberStyle
from attncalc.names import ONE_A_PAIR
from attncalc.problem.problem import Problem
from attncalc.selection import Selection
from attncalc.walkthrough.heatmaps import heatmaps
from tests.random_problems import TAME, problems


def shades_of(scores: Any, stage: str = "scores", **attention: Any) -> list[tuple[float, ...]]:
    """The shades of a stage, row by row."""
    tokens = [f"q{at}" for at in range(len(scores))], [f"k{at}" for at in range(len(scores[0]))]
    fields = {"tokens": tokens[0], "key_tokens": tokens[1], "scores": scores}
    trace = attncalc.explain(attncalc.load(fields | {"attention": attention}))
    return [row.shades for row in rows_of(heatmaps(trace, Selection(stages=(stage,)))[0])]


def rows_of(heatmap: Heatmap) -> list[HeatmapRow]:
    """The rows of a heatmap that leaves none out."""
    return [row for row in heatmap.rows if isinstance(row, HeatmapRow)]


@pytest.mark.parametrize(
    ("row", "shades"),
    [
        (["0", "1", "4"], (0, 0.25, 1)),
        (["1", "2", "4"], (0.25, 0.5, 1)),
        (["-1", "0", "3"], (0, 0.25, 1)),
        (["-5", "-4", "-3"], (0, 0.5, 1)),
        (["0", "0", "0"], (0, 0, 0)),
        (["-2", "-2", "-2"], (0, 0, 0)),
    ],
)
def test_shades(row: list[str], shades: tuple[float, ...]) -> None:
    """From 0, or the lowest number if it is less, to the largest, whatever its sign."""
    assert shades_of([row]) == [shades]


@pytest.mark.parametrize(
    ("rows", "ends"),
    [
        ([["0.10", "4"], ["1", "2"]], ("0", "4")),
        ([["-1.50", "3.0"], ["1", "2"]], ("-1.50", "3.0")),
        ([["0", "0"]], None),
        ([["-2", "-2"]], None),
        ([["-5", "-2"]], ("-5", "-2")),
    ],
)
def test_ends(rows: list[list[str]], ends: tuple[str, str] | None) -> None:
    """The lightest shade is of 0, or of the lowest below it; the darkest of the greatest."""
    keys = [f"k{at}" for at in range(2)]
    fields = {"tokens": [f"q{at}" for at in range(len(rows))], "key_tokens": keys, "scores": rows}
    (drawn,) = heatmaps(attncalc.explain(attncalc.load(fields)), Selection(stages=("scores",)))
    assert drawn.ends == (ends and tuple(map(Number, ends)))


def test_ends_that_are_left_out() -> None:
    """The greatest of all is named even where its row is not shown."""
    scores = [[f"{(31 * i + 7 * j) % 97 / 10}" for j in range(30)] for i in range(30)]
    scores[15][15] = "99.5"
    fields = {"scores": scores}
    (drawn,) = heatmaps(attncalc.explain(attncalc.load(fields)), Selection(stages=("scores",)))
    assert len([row for row in drawn.rows if isinstance(row, HeatmapRow)]) < 30
    assert drawn.ends == (Number("0"), Number("99.5"))


def test_masked() -> None:
    """What is masked has no shade, and the others are as dark as without it."""
    mask = [["1", "0"], ["1", "1"]]
    shades = shades_of([["2", "9"], ["1", "4"]], "masked_scores", mask=mask)
    assert shades == [(0.5, 0), (0.25, 1)]
    nothing = shades_of([["2", "9"]], "masked_scores", mask=[["0", "0"]])
    assert nothing == [(0, 0)]


def test_beyond_floats() -> None:
    """Numbers too far apart for float64 have no shade, rather than one that is no number."""
    scores = np.array([[1.7e308, -1.7e308]])
    trace = attncalc.explain(Problem(("a",), ("a", "b"), scores=scores, self_attention=False))
    (heatmap,) = heatmaps(trace, Selection(stages=("scores",)))
    assert rows_of(heatmap)[0].shades == (0, 0)


def test_left_out() -> None:
    """Shades are of all the numbers, also of those that are left out."""
    row = [str(at) for at in range(20)]
    row[10] = "38"
    tokens = [f"k{at}" for at in range(20)]
    fields = {"tokens": ["q"], "key_tokens": tokens, "scores": [row]}
    trace = attncalc.explain(attncalc.load(fields))
    (heatmap,) = heatmaps(trace, Selection(stages=("scores",)))
    gap = next(at for at, column in enumerate(heatmap.columns) if isinstance(column, Omitted))
    shades = rows_of(heatmap)[0].shades
    assert shades[gap] == 0
    assert shades[-1] == 0.5
    (whole,) = heatmaps(trace, Selection(stages=("scores",), full=True))
    assert rows_of(whole)[0].shades[10] == 1


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)))
def test_heatmaps_are_true(problem: dict[str, Any]) -> None:
    """Of any stage of a random problem: its numbers, row by row, and each as dark as it is."""
    trace = attncalc.explain(attncalc.load(problem))
    stages = [stage for stage in ONE_A_PAIR if stage in trace]
    drawings = iter(heatmaps(trace, Selection(stages=tuple(stages))))
    for stage in stages:
        heads = trace.problem.heads
        for head in [None] if heads is None else range(heads):
            own = (trace if head is None else trace.of_head(head)).stages[stage]
            heatmap = next(drawings)
            rows = rows_of(heatmap)
            numbers = shown_array(own.values, own.exact, NumberStyle())
            masked = (
                None
                if stage != "weights" or "exponentials" not in trace
                else ((trace if head is None else trace.of_head(head))[trace.scored])
            )
            assert [row.numbers for row in rows] == [
                tuple(
                    Nothing()
                    if masked is not None and masked[query][key] == Decimal("-Infinity")
                    else number.number
                    for key, number in enumerate(row)
                )
                for query, row in enumerate(numbers)
            ]
            (caption,) = heatmap.caption
            assert isinstance(caption, Words)
            assert ("rounded" in caption.text) != all(n.exact for row in numbers for n in row)
            assert (f"head {(head or 0) + 1}:" in caption.text) == (head is not None)
            finite = [Fraction(value) for value in own.values.flat if value.is_finite()]
            lowest, highest = min([*finite, Fraction(0)]), max(finite, default=Fraction(0))
            for row, values in zip(rows, own.values, strict=True):
                for shade, value in zip(row.shades, values, strict=True):
                    share = (
                        (Fraction(value) - lowest) / (highest - lowest)
                        if value.is_finite() and highest > lowest
                        else 0
                    )
                    assert shade == pytest.approx(float(share), abs=1e-12)
