"""Queries and keys turned by their positions (Su et al., "RoFormer", 2021)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import Array, Exact
from attncalc.numbers.known import Known, joined
from attncalc.problem.options import Pairing, Rotary
from attncalc.problem.problem import Problem
from attncalc.steps.angles import Angles, angles_at, turning
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """Q_rotated (n, d_k), K_rotated (m, d_k)."""
    if problem.d_k is None or not isinstance(problem.attention.positions, Rotary):
        return {}
    n, m = len(problem.tokens), len(problem.key_tokens)
    return {"Q_rotated": (n, problem.d_k), "K_rotated": (m, problem.d_k)}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """Queries and this step's keys; cached keys were turned when they were cached."""
    rotary, past = trace.problem.attention.positions, trace.problem.past_length
    assert isinstance(rotary, Rotary)
    dims = rotary.dims or trace["Q"].shape[-1]
    keys = range(past, trace["K"].shape[-2])
    sides = (("Q", "", trace.places, 0), ("K", "key_", keys, past))
    for name, side, places, start in sides:
        angles = angles_at(places, rotary.base, dims, trace[name])
        yield from turning(angles, side)
        vectors = trace.stages[name].plain
        now = _rotated(vectors[..., start:, :], angles, rotary)
        yield Stage.of(f"{name}_rotated", joined([vectors[..., :start, :], now], axis=-2), name)


def _rotated(vectors: Known, angles: Angles, rotary: Rotary) -> Known:
    """(a, b) → (a cos θ - b sin θ, a sin θ + b cos θ) for each pair of entries."""
    return Known(
        rotated(vectors.values, angles, rotary.pairing),
        rotated_exact(vectors.values, vectors.exact, angles, rotary.pairing),
    )


def rotated(vectors: Array, angles: Angles, pairing: Pairing) -> Array:
    """Each pair of entries turned by its position's angle; further entries as they are.

    vectors: (…, n, d).
    """
    first, second = turned_pairs(angles.turned, pairing)
    a, b = vectors[..., first], vectors[..., second]
    turned = vectors.copy()
    turned[..., first] = a * angles.cosine - b * angles.sine
    turned[..., second] = a * angles.sine + b * angles.cosine
    return turned


def rotated_exact(vectors: Array, known: Exact, angles: Angles, pairing: Pairing) -> Exact:
    """Which entries of rotated vectors are exact. known: which were before."""
    first, second = turned_pairs(angles.turned, pairing)
    pairs = [(vectors[..., at], known[..., at]) for at in (first, second)]
    cosine, sine = (angles.cosine, angles.still), (angles.sine, angles.still)
    exact = known.copy()
    terms = exactness.of_terms
    exact[..., first] = terms(*pairs[0], *cosine) & terms(*pairs[1], *sine)
    exact[..., second] = terms(*pairs[0], *sine) & terms(*pairs[1], *cosine)
    return exact


def turned_pairs(dims: int, pairing: Pairing) -> tuple[Any, Any]:
    """Which entries are turned together: the first and the second of each pair."""
    if pairing == "interleaved":
        return slice(0, dims, 2), slice(1, dims, 2)
    return slice(0, dims // 2), slice(dims // 2, dims)
