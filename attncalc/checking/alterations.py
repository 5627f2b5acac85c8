"""Problems that are worked on by mistake: other heads, other positions.

Each function takes a trace and gives the altered problem, or None where there is nothing to alter.
Most of them begin at Q, K and V, which may be those that are printed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from attncalc import heads, positions
from attncalc.arithmetic import Array
from attncalc.options import Pairing, Rotary, Sinusoidal
from attncalc.problem import Problem
from attncalc.trace import Trace

_EMBEDDED: dict[str, Any] = dict.fromkeys(("X", "X_key", "W_Q", "W_K", "W_V", "b_Q", "b_K", "b_V"))


def unpositioned(trace: Trace) -> Problem | None:
    """Without positions."""
    problem = trace.problem
    if isinstance(problem.attention.positions, Rotary):
        return _from_vectors(trace, positions="none")
    return _with_options(problem, positions="none") if problem.adds_positions else None


def with_other_pairs(trace: Trace) -> Problem | None:
    """Neighbours turned instead of halves, or the other way round."""
    rotary = trace.problem.attention.positions
    if not isinstance(rotary, Rotary):
        return None
    pairing: Pairing = "half" if rotary.pairing == "interleaved" else "interleaved"
    return _from_vectors(trace, positions=replace(rotary, pairing=pairing))


def turned_backwards(trace: Trace) -> Problem | None:
    """Each vector turned by minus its angle: by twice as much, before it is turned as it should."""
    return _turned_first(trace, lambda places: [-2 * place for place in places])


def counted_from_one(trace: Trace) -> Problem | None:
    """Every position one further."""
    return _moved(trace, 1)


def counted_without_past(trace: Trace) -> Problem | None:
    """This step's positions from 0, as if there were no cache."""
    past = trace.problem.past_length
    return _moved(trace, -past) if past else None


def _moved(trace: Trace, by: int) -> Problem | None:
    problem, where = trace.problem, trace.problem.attention.positions
    if isinstance(where, Sinusoidal):
        X, past = trace["X"], problem.past_length
        places, d_model = range(past + by, past + by + len(X)), X.shape[-1]
        angles = positions.angles_at(places, where.base, d_model, X)
        return _with_options(problem, positions=positions.sinusoidal(angles, d_model))
    return _turned_first(trace, lambda places: [by] * len(places))


def _turned_first(trace: Trace, turns: Callable[[range], list[int]]) -> Problem | None:
    """Queries and this step's keys turned by some positions, before they are by their own."""
    rotary = trace.problem.attention.positions
    problem = _from_vectors(trace)
    if not isinstance(rotary, Rotary) or problem is None or problem.Q is None or problem.K is None:
        return None
    past, dims = problem.past_length, rotary.dims or problem.Q.shape[-1]

    def turned(vectors: Array) -> Array:
        table = [
            positions.angles_at(range(place, place + 1), rotary.base, dims, vectors)
            for place in turns(range(past, past + vectors.shape[-2]))
        ]
        rows = [
            positions.rotated(vectors[..., row : row + 1, :], angles, rotary.pairing)
            for row, angles in enumerate(table)
        ]
        return np.concatenate(rows, axis=-2)

    return replace(problem, Q=turned(problem.Q), K=turned(problem.K))


def with_groups_in_turn(trace: Trace) -> Problem | None:
    """Query head i with key-value head i modulo their number."""
    h, groups = trace.problem.heads, trace.problem.kv_heads
    if h is None or groups is None or h == groups:
        return None
    order = [head % groups for head in range(h)]
    return _from_vectors(trace, lambda name, V: V if name == "Q" else V[order], kv_heads=h)


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

    return _from_vectors(trace, resplit) if folded else None


def _as_it_is(_name: str, vectors: Array) -> Array:
    return vectors


def _from_vectors(
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
    attention = replace(problem.attention, **given)
    return replace(problem, **_EMBEDDED, **vectors, attention=attention)


def _with_options(problem: Problem, **options: Any) -> Problem:
    return replace(problem, attention=replace(problem.attention, **options))
