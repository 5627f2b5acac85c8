"""Every stage as a formula that waits for numbers, against the engine and plain floats."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc import Trace
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.terms import Bounds, Entry, worked_out
from attncalc.readers import load_all
from attncalc.steps.enclosing import works_out
from attncalc.worksheet.carrying import Carrying
from tests.conftest import SAMPLES
from tests.random_problems import TAME, problems
from tests.steps.plainly import Plainly, exactly

DECIMALS = 4
HALF = 0.5 * 10**-DECIMALS
PEOPLE = 3
MOST = 16
"""So many entries of a stage are enough to go wrong in."""

ROUNDOFF = 1e-12
"""Of what is worked out in plain floats; what waits for nothing is known to the last digit."""

Given: TypeAlias = dict[Entry, Bounds]

TWO: dict[str, Any] = {
    "Q": [["1", "0.5"], ["-1", "2"]],
    "K": [["0.3", "1"], ["1", "-1"]],
    "V": [["1", "0"], ["0.25", "2"]],
}
SQUARE = [["1", "0.5"], ["-0.25", "1"]]
FROM_X: dict[str, Any] = {
    "X": [["1", "2"], ["0.5", "-1"]],
    **dict.fromkeys(("W_Q", "W_K", "W_V", "W_G"), SQUARE),
}
PAST = {"tokens": ["p"], "K": [["2", "1"]], "V": [["1", "1"]]}
OWN: dict[str, dict[str, Any]] = {
    "a third": {**TWO, "attention": {"scale": "1/3"}},
    "a factor": {**TWO, "attention": {"scale": "0.3"}},
    "a cap": {**TWO, "attention": {"softcap": "2", "scale": "none"}},
    "hidden first": {
        **TWO,
        "attention": {
            "bias": {"rows": [["0", "-inf"], ["1", "0.5"]], "before_scale": "true"},
            "softcap": "2",
        },
    },
    "all hidden": {**TWO, "attention": {"mask": [["0", "0"], ["1", "1"]]}},
    "a base and a sink": {**TWO, "attention": {"base": "2", "sink": "0.5"}},
    "sinks": {**TWO, "attention": {"heads": "2", "sink": ["0.5", "-1"], "mask": "causal"}},
    "a gate": {**TWO, "attention": {"gate": SQUARE}},
    "W_G": FROM_X,
    "W_G and b_G": {**FROM_X, "b_G": ["1", "-1"], "b_Q": ["0.5", "2"], "W_O": SQUARE},
    "W_O": {**TWO, "W_O": SQUARE, "b_O": ["1", "2"], "attention": {"heads": "2"}},
    "heads of X": {"X": FROM_X["X"], "attention": {"heads": "2", "kv_heads": "2", "past": PAST}},
    "given positions": {"X": FROM_X["X"], "attention": {"positions": SQUARE}},
    "past": {**TWO, "attention": {"past": PAST, "positions": "rope", "qk_norm": "l2"}},
    "turned in part": {
        "Q": [["1", "2", "3"]],
        "K": [["2", "1", "0"]],
        "attention": {"positions": {"rope": {"dims": "2", "pairing": "half"}}},
    },
    "gains": {
        **TWO,
        "attention": {"qk_norm": {"rms": {"gain_q": ["2", "1"], "epsilon": "0.1"}}},
    },
    "no length": {"Q": [["0", "0"]], "K": [["1", "0"]], "attention": {"qk_norm": "l2"}},
    "cosine of nothing": {"Q": [["0", "0"]], "K": [["1", "0"]], "attention": {"score": "cosine"}},
    "heads of a score": {
        **TWO,
        "attention": {"heads": "2", "kv_heads": "2", "score": {"general": [[["1"]], [["2"]]]}},
    },
    "additive": {
        **TWO,
        "attention": {"score": {"additive": {"W_1": SQUARE, "W_2": SQUARE, "v": ["1", "-1"]}}},
    },
    "weights": {"weights": [["0.5", "0.5"]], "V": [["1"], ["2"]]},
    "gradients of all": {
        **FROM_X,
        **{f"b_{name}": ["1", "-1"] for name in "QKVGO"},
        **{"W_O": SQUARE, "d_output": SQUARE},
        "attention": {"heads": "2", "positions": SQUARE, "softcap": "2", "mask": "causal"},
    },
    "gradients of each head": {
        "X": SQUARE,
        **{f"W_{name}": [[["1"], ["2"]], [["0.5"], ["-1"]]] for name in "QKV"},
        **{f"b_{name}": [["1"], ["2"]] for name in "QKV"},
        **{"d_output": SQUARE, "attention": {"base": "2", "scale": "0.3"}},
    },
    "gradients of a gate and a group": {
        "Q": [["1", "2"], ["0.5", "-1"]],
        **{"K": [["1"], ["2"]], "V": [["1"], ["-1"]], "d_output": SQUARE},
        "attention": {"heads": "2", "kv_heads": "1", "gate": SQUARE},
    },
    "gradients of a cache": {
        **TWO,
        "d_output": SQUARE[:1] + SQUARE[:1],
        "attention": {
            "past": PAST,
            "positions": "rope",
            "qk_norm": {"rms": {"gain_q": ["2", "1"], "epsilon": "0.1"}},
        },
    },
    "gradients of no length": {
        **TWO,
        **{"Q": [["0", "0"], ["1", "2"]], "d_output": SQUARE, "attention": {"qk_norm": "l2"}},
    },
    "gradients of what is hidden first": {
        **TWO,
        "d_output": SQUARE,
        "attention": {
            "bias": {"rows": [["0", "-inf"], ["1", "0.5"]], "before_scale": "true"},
            "softcap": "2",
        },
    },
    "gradients of unscaled scores": {
        **TWO,
        **{"d_output": SQUARE, "attention": {"scale": "none", "mask": "causal"}},
    },
    "gradients of embeddings of nothing": {
        **{"X": SQUARE, "X_key": SQUARE, "scores": SQUARE, "d_output": SQUARE},
        "attention": {"positions": SQUARE},
    },
    "gradients of embeddings": {
        "X": SQUARE,
        **{"X_key": [["1", "2"]], "d_output": SQUARE, "attention": {"heads": "2"}},
    },
    "gradients of weights": {
        **{"weights": [["0.5", "0.5"]], "V": [["1"], ["2"]], "d_output": [["2"]]},
    },
    **{
        f"gradients of a {name} score": {
            **TWO,
            **{"K": [["0.3", "1"], ["0", "0"]], "d_output": SQUARE},
            "attention": {"score": score},
        }
        for name, score in (
            ("cosine", "cosine"),
            ("general", {"general": SQUARE}),
            ("additive", {"additive": {"W_1": SQUARE, "W_2": SQUARE, "v": ["1", "-1"]}}),
        )
    },
    "gradients of shared cosines": {
        "Q": [["1", "2"], ["0.5", "-1"]],
        **{"K": [["1"], ["2"]], "V": [["1"], ["-1"]], "d_output": SQUARE},
        "attention": {"heads": "2", "kv_heads": "1", "score": "cosine"},
    },
}
NAMES = [path.name for path in sorted(SAMPLES.glob("*.yaml"))]


@cache
def traced(name: str) -> Trace:
    """The first problem of a sample, or one of ours, without what was published of it."""
    problem = attncalc.load(OWN[name]) if name in OWN else load_all(SAMPLES / name)[0]
    return attncalc.explain(replace(problem, claims=type(problem.claims)()))


def places(trace: Trace, stage: str) -> list[tuple[int, ...]]:
    return list(np.ndindex(trace[stage].shape))


def some(entries: list[tuple[int, ...]], random: np.random.Generator) -> list[tuple[int, ...]]:
    """Some of many, others every time."""
    return [entries[at] for at in random.permutation(len(entries))[:MOST]]


def carrying(trace: Trace, awaited: set[str]) -> Carrying:
    """What is carried from all entries of some stages, but for scores that are hidden."""
    entries = [(each, at) for each in awaited for at in places(trace, each)]
    seen = [(stage, at) for stage, at in entries if trace[stage][at] != -np.inf]
    return Carrying(trace, seen, DECIMALS)


@pytest.mark.parametrize("name", [*NAMES, *OWN])
def test_what_the_engine_gives(name: str) -> None:
    """Of the exact numbers before it, each entry is what it is, and hardly anything else."""
    trace = traced(name)
    stages = {stage for stage in trace.stages if works_out(trace.problem, stage)}
    handed: Given = {
        (stage, at): (np.asarray(value := float(trace[stage][at])), np.asarray(value))
        for stage in stages
        for at in places(trace, stage)
    }
    whole = carrying(trace, stages)
    for stage, at in handed:
        low, high = worked_out(whole.term(stage, at), handed, 0.0)
        value = float(trace[stage][at])
        if np.isinf(value):
            assert low == high == value, (stage, at)
            continue
        assert low <= value <= high, (stage, at)
        narrow = 2 * HALF if stage == "positions" else 1e-9 * max(1.0, abs(value))
        assert high - low <= narrow, (stage, at)


def as_written(numbers: Array) -> Array:
    """To four decimals, or to two significant digits."""
    sizes = np.where((numbers == 0) | np.isinf(numbers), 1.0, np.abs(numbers))
    last = 10.0 ** np.maximum(DECIMALS, 1 - np.floor(np.log10(sizes)))
    return np.where(np.isinf(numbers), numbers, np.round(numbers * last) / last)


def moved_on(trace: Trace, awaited: set[str], seed: int, *, rounded: bool) -> None:
    """Some stages are handed in by people who have wrong numbers, and go on from them.

    Every number that follows is within its bounds. rounded: whether they round on the way.
    """
    random = np.random.default_rng(seed)
    on_the_way = as_written if rounded else exactly
    half = HALF if rounded else 0.0
    found: list[dict[str, Array]] = [{} for _ in range(PEOPLE)]
    handed: Given = {}
    carried = carrying(trace, awaited)
    for stage in trace.stages:
        now = [Plainly(trace, each, awaited, on_the_way).stage(stage) for each in found]
        for at in some(places(trace, stage), random):
            low, high = worked_out(carried.term(stage, at), handed, half)
            values = np.array([each[at] for each in now])
            around = ROUNDOFF * np.abs(np.where(np.abs(values) > 1, values, 1.0))
            with np.errstate(invalid="ignore"):  # of a hidden score
                assert ((low - around <= values) | (low == values)).all(), (stage, at, low, values)
                within = (values <= high + around) | (high == values)
                assert within.all(), (stage, at, high, values)
        if stage in awaited:
            now = [each * (1 + random.uniform(-0.2, 0.2, each.shape)) for each in now]
            now = [on_the_way(each) for each in now]
            for at in places(trace, stage):
                handed_in = np.array([each[at] for each in now])
                handed[stage, at] = handed_in, handed_in
        elif works_out(trace.problem, stage):
            now = [on_the_way(each) for each in now]
        for each, values in zip(found, now, strict=True):
            each[stage] = values


@pytest.mark.parametrize(
    "name", [*(pytest.param(name, marks=pytest.mark.no_cover) for name in NAMES), *OWN]
)
def test_what_follows_from_wrong_numbers(name: str) -> None:
    """Whatever is handed in, what is rightly made of it is within bounds, rounded or not."""
    trace = traced(name)
    random = np.random.default_rng(len(name))
    stages = [stage for stage in trace.stages if works_out(trace.problem, stage)]
    half_of_them = {stage for stage in stages if random.random() < 0.5}
    moved_on(trace, {*stages} - {"exponentials", "sums"}, len(name), rounded=True)
    moved_on(trace, half_of_them, len(name), rounded=False)
    moved_on(trace, set(), len(name), rounded=True)


@settings(max_examples=24, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)), seed=st.integers(0, 2**32), data=st.data())
def test_of_any_problem(problem: dict[str, Any], seed: int, data: st.DataObject) -> None:
    """The same of every option with every other."""
    trace = attncalc.explain(attncalc.load(problem))
    stages = [stage for stage in trace.stages if works_out(trace.problem, stage)]
    awaited = data.draw(st.sets(st.sampled_from(stages))) if stages else set()
    moved_on(trace, awaited, seed, rounded=data.draw(st.booleans()))
