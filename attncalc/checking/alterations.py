"""Problems that are worked on by mistake: other heads, other projections.

Each function takes a trace and gives the altered problem, or None where there is nothing to alter.
Most of them begin at Q, K and V, which may be those that are printed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.problem import heads
from attncalc.problem.options import AttentionOptions, Chosen
from attncalc.problem.problem import Problem
from attncalc.steps.trace import Trace

_PROJECTIONS = ("W_Q", "W_K", "W_V", "b_Q", "b_K", "b_V")
_EMBEDDED: dict[str, Any] = dict.fromkeys(("X", "X_key", *_PROJECTIONS, "W_G", "b_G"))


def with_groups_in_turn(trace: Trace) -> Problem | None:
    """Query head i with key-value head i modulo their number."""
    h, groups = trace.problem.heads, trace.problem.kv_heads
    if h is None or groups is None or h == groups:
        return None
    order = [head % groups for head in range(h)]
    return from_vectors(trace, lambda name, V: V if name == "Q" else V[order], kv_heads=h)


def with_every_other_column(trace: Trace) -> Problem | None:
    """Head i with columns i, i + h, i + 2h, … of folded matrices."""

    def dealt(folded: Array, count: int) -> Array:
        return np.moveaxis(folded.reshape(len(folded), -1, count), -1, 0)

    return _split_otherwise(trace, dealt)


def without_transposing(trace: Trace) -> Problem | None:
    """Folded matrices cut into heads as if these stood below each other."""

    def cut(folded: Array, count: int) -> Array:
        return folded.reshape(count, len(folded), -1)

    return _split_otherwise(trace, cut)


def as_one_head(trace: Trace) -> Problem | None:
    """Every head's columns as those of a single one."""
    h = trace.problem.heads
    if h is None or h == 1 or h != trace.problem.kv_heads:
        return None
    return from_vectors(
        trace, lambda _, vectors: heads.concatenated(vectors), heads=None, kv_heads=None
    )


def transposed(*names: str) -> Callable[[Trace], Problem | None]:
    """Some projection matrices, square ones, turned over: rows for columns."""

    def alteration(trace: Trace) -> Problem | None:
        arrays = trace.problem.arrays()
        square = [name for name in names if name in arrays and _is_square(arrays[name])]
        if len(square) < len(names):
            return None
        turned: dict[str, Any] = {name: np.swapaxes(arrays[name], -1, -2) for name in square}
        return replace(trace.problem, **turned)

    return alteration


def _is_square(matrix: Array) -> bool:
    return bool(matrix.shape[-1] == matrix.shape[-2])


def exchanged(one: str, other: str) -> Callable[[Trace], Problem | None]:
    """Two projections taken for each other, with their biases."""

    def alteration(trace: Trace) -> Problem | None:
        problem = trace.problem
        if getattr(problem, f"W_{one}") is None or getattr(problem, f"W_{other}") is None:
            return None
        names = {f"{kind}_{one}": f"{kind}_{other}" for kind in "Wb"}
        names |= {after: before for before, after in names.items()}
        taken: dict[str, Any] = {name: getattr(problem, names[name]) for name in names}
        return replace(problem, **taken)

    return alteration


def without_biases(trace: Trace) -> Problem | None:
    """Q = X W_Q, and so on, without b_Q."""
    given = trace.problem.arrays()
    none: dict[str, Any] = {name: None for name in ("b_Q", "b_K", "b_V") if name in given}
    return replace(trace.problem, **none) if none else None


def unprojected(trace: Trace) -> Problem | None:
    """The embeddings as queries, keys and values."""
    problem = trace.problem
    if problem.X is None or problem.unprojected:
        return None
    none: dict[str, Any] = dict.fromkeys(_PROJECTIONS)
    return replace(problem, **none)


def without_embeddings(trace: Trace) -> Problem | None:
    """The projection matrices as queries, keys and values, where they have as many rows."""
    problem = trace.problem
    if problem.W_Q is None or problem.past_length:
        return None
    vectors: dict[str, Any] = {name: getattr(problem, f"W_{name}") for name in ("Q", "K", "V")}
    attention = replace(_with_its_gate(trace), positions="none")
    return replace(problem, **_EMBEDDED, **vectors, attention=attention)


def _with_its_gate(trace: Trace) -> AttentionOptions:
    """The options, with a gate that is made of embeddings as it came out."""
    options = trace.problem.attention
    if trace.problem.W_G is None:
        return options
    return options.choosing("gate", Chosen("", {"": trace.by_products["gate_inputs"].values}))


def _split_otherwise(trace: Trace, split: Callable[[Array, int], Array]) -> Problem | None:
    problem = trace.problem
    counts = {"Q": problem.heads, "K": problem.kv_heads, "V": problem.kv_heads}
    arrays = problem.arrays()
    sources = {name: arrays.get(name, arrays.get(f"W_{name}", problem.X)) for name in counts}
    folded = {
        name: count
        for name, count in counts.items()
        if (source := sources[name]) is not None and source.ndim == 2 and count and count > 1
    }

    def resplit(name: str, vectors: Array) -> Array:
        return split(heads.concatenated(vectors), folded[name]) if name in folded else vectors

    return from_vectors(trace, resplit) if folded else None


def _as_it_is(_name: str, vectors: Array) -> Array:
    return vectors


def from_vectors(
    trace: Trace, change: Callable[[str, Array], Array] = _as_it_is, **options: Any
) -> Problem | None:
    """The problem with the trace's Q, K and V given; None where they do not occur.

    change: of the name of one of them and its matrices by head, the cached ones too.
    """
    if "Q" not in trace:
        return None
    problem, past = trace.problem, trace.problem.attention.past
    given = {"heads": problem.heads, "kv_heads": problem.kv_heads, **options}
    if problem.adds_positions:
        given["positions"] = "none"
    start = {"Q": 0, "K": problem.past_length, "V": problem.past_length}
    vectors: dict[str, Any] = {
        name: change(name, trace[name][..., start[name] :, :]) for name in start if name in trace
    }
    if past is not None:
        cached: dict[str, Any] = {
            name: change(name, trace[name][..., : start[name], :])
            for name in ("K", "V")
            if name in trace
        }
        given["past"] = replace(past, X=None, **cached)
    attention = replace(_with_its_gate(trace), **given)
    return replace(problem, **_EMBEDDED, **vectors, attention=attention)


def with_options(problem: Problem, **options: Any) -> Problem:
    return replace(problem, attention=replace(problem.attention, **options))
