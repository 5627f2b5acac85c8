"""X + P: to each embedding the vector of its position is added.

A table of sines and cosines (Vaswani et al., 2017, section 3.5), or a learned one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from attncalc.numbers import intervals, transcendental
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.numbers.known import Known
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Sum, Term
from attncalc.problem.options import Sinusoidal
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.angles import Angles, angles_at, count_angles, floor_of_turns, turning
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "positions"


def sinusoidal(angles: Angles, d_model: int) -> Array:
    """The table that is added to embeddings: sines in even columns, cosines in odd. (n, d_model)"""
    beside = np.stack([angles.sine, angles.cosine], axis=-1)  # (n, pairs, 2)
    return beside.reshape(len(beside), -1)[:, :d_model]


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


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """A sine or a cosine, or what is given; and that added to an embedding."""
    return _ENCLOSED[stage](operands, index)


def _position(operands: Operands, index: Index) -> Interval:
    where: Any = operands.problem.attention.positions
    if not isinstance(where, Sinusoidal):
        return operands.given(where[index])
    (i, c), d_model = index, operands.trace["positions"].shape[-1]
    place = operands.trace.places[i]
    cosine, sine = transcendental.turn(place, where.base, 2 * (c // 2), d_model)
    return cosine if c % 2 else sine


def _positioned(operands: Operands, index: Index) -> Interval:
    return intervals.add((operands.of("X", index), operands.of("positions", index)))


_ENCLOSED = {"positions": _position, "X_positioned": _positioned}


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """What is known of the places, and its sum with an embedding."""
    if stage == "positions":
        return operands.known(stage, index)
    return Sum((operands.of("X", index), operands.of("positions", index)))


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """A table of sines and cosines, nothing for one that is learned; and a sum an entry."""
    d_model = problem.d_model or 0
    sinusoidal = isinstance(problem.attention.positions, Sinusoidal)
    return {
        "positions": count_angles(sizes.n, d_model) if sinusoidal else Operations(),
        "X_positioned": Operations(additions=sizes.n * d_model),
    }


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As far off as cosines and sines may be, and the sum as far as both and its own rounding."""
    table = floor_of_turns(roundoff, roundoff.size("positions"))
    yield "positions", table
    yield "X_positioned", roundoff.found["X"] + table + roundoff.stored("X_positioned")
