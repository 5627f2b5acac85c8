"""Queries and keys turned by their positions (Su et al., "RoFormer", 2021)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attncalc.numbers.known import Known, joined
from attncalc.problem.options import Rotary
from attncalc.problem.problem import Problem
from attncalc.steps import positions
from attncalc.steps.add_positions import turning
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
        angles = positions.angles_at(places, rotary.base, dims, trace[name])
        yield from turning(angles, side)
        vectors = trace.stages[name].plain
        now = rotated(vectors[..., start:, :], angles, rotary)
        yield Stage.of(f"{name}_rotated", joined([vectors[..., :start, :], now], axis=-2), name)


def rotated(vectors: Known, angles: positions.Angles, rotary: Rotary) -> Known:
    """(a, b) → (a cos θ - b sin θ, a sin θ + b cos θ) for each pair of entries."""
    return Known(
        positions.rotated(vectors.values, angles, rotary.pairing),
        positions.rotated_exact(vectors.values, vectors.exact, angles, rotary.pairing),
    )
