"""X + P: to each embedding the vector of its position is added.

A table of sines and cosines (Vaswani et al., 2017, section 3.5), or a learned one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.known import Known
from attncalc.problem.options import Sinusoidal
from attncalc.problem.problem import Problem
from attncalc.steps.angles import Angles, angles_at, turning
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """positions and X_positioned, (n, d_model) each."""
    if not problem.adds_positions or problem.X is None:
        return {}
    return {"positions": problem.X.shape, "X_positioned": problem.X.shape}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """The table, and its sum with the embeddings."""
    where: Any = trace.problem.attention.positions
    if isinstance(where, Sinusoidal):
        d_model = trace["X"].shape[-1]
        angles = angles_at(trace.places, where.base, d_model, trace["X"])
        yield from turning(angles)
        table = sinusoidal(angles, d_model)
        exact = np.repeat(angles.still, 2, axis=-1)[:, :d_model]
        yield Stage.of("positions", Known(table, exact))
    else:
        yield Stage.of("positions", Known.given(where))
    added = trace.stages["X"] + trace.stages["positions"]
    yield Stage.of("X_positioned", added, "X", "positions")


def sinusoidal(angles: Angles, d_model: int) -> Array:
    """The table that is added to embeddings: sines in even columns, cosines in odd. (n, d_model)"""
    beside = np.stack([angles.sine, angles.cosine], axis=-1)  # (n, pairs, 2)
    return beside.reshape(len(beside), -1)[:, :d_model]
