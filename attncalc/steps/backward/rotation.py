"""Rotation, turned round: the gradients are turned back by the same angles."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from attncalc.numbers import intervals
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.numbers.known import joined
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Constant, Rounded, Term, dot
from attncalc.problem.options import Rotary
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.angles import Angles, floor_of_turns
from attncalc.steps.backward.forward import Forward
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.rotate import rotated_known, turned_at
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "backward"


def shapes(problem: Problem) -> dict[str, Shape]:
    """The gradients of queries (n, d_k) and keys (m, d_k) before they were turned."""
    forward = Forward(problem)
    if "Q_rotated" not in forward.shapes:
        return {}
    return forward.of(forward.queries[1], forward.keys[1])


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """By the same angles the other way; cached keys were not turned."""
    rotary, past = trace.problem.attention.positions, trace.problem.past_length
    assert isinstance(rotary, Rotary)
    forward, keys = Forward(trace.problem), trace.problem.key_places[past:]
    sides = (
        ("Q", "", forward.queries[1], trace.places, 0),
        ("K", "key_", forward.keys[1], keys, past),
    )
    for name, side, before, places, start in sides:
        angle, cosine, sine = (
            trace.by_products[f"{side}{each}"] for each in ("angles", "cosines", "sines")
        )
        back = Angles(places, angle.values, angle.exact, cosine.values, -sine.values)
        d = trace.stages[f"d_{name}_rotated"].plain
        now = rotated_known(d[..., start:, :], back, rotary)
        made = joined([d[..., :start, :], now], axis=-2)
        yield Stage.of(f"d_{before}", made, f"d_{name}_rotated")


def _letter(stage: str) -> str:
    """Q or K, whichever a gradient is of."""
    return stage.removeprefix("d_")[0]


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """One entry of a pair: a cos θ + b sin θ, or b cos θ - a sin θ."""
    name = _letter(stage)
    source = f"d_{name}_rotated"
    turned = turned_at(operands.problem, operands.trace[name].shape[-1], name, index)
    own = operands.of(source, index)
    if turned is None:
        return own
    other = operands.of(source, turned.other)
    cosine, sine = map(operands.on_the_way, (turned.cosine, turned.sine.negated()))
    return intervals.dot(((own, cosine), (other, sine)))


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """One entry of a pair: a cos θ + b sin θ, or b cos θ - a sin θ."""
    name = _letter(stage)
    source = f"d_{name}_rotated"
    turned = turned_at(operands.problem, operands.trace[name].shape[-1], name, index)
    own = operands.of(source, index)
    if turned is None:
        return own
    other = operands.of(source, turned.other)
    cosine, sine = (Rounded(Constant.of(each)) for each in (turned.cosine, turned.sine.negated()))
    return dot([own, other], [cosine, sine])


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """Two products and a sum for each entry that is turned; the angles are there already."""
    rotary, forward = problem.attention.positions, Forward(problem)
    assert isinstance(rotary, Rotary)
    dims = rotary.dims or sizes.d_k
    entries = {
        forward.queries[1]: sizes.heads * sizes.n * dims,
        forward.keys[1]: sizes.kv_heads * (sizes.m - sizes.past) * dims,
    }
    return {
        f"d_{name}": Operations(multiplications=2 * turned, additions=turned)
        for name, turned in entries.items()
    }


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """Of each row by its widest entry, which any other of it may have met."""
    for stage in shapes(roundoff.problem):
        source = roundoff.trace.stages[stage].made_of[0]
        off = roundoff.found[source]
        widest = roundoff.size(source).max(axis=-1, keepdims=True) + np.zeros_like(off)
        met = 2 * off.max(axis=-1, keepdims=True) + 2 * floor_of_turns(roundoff, widest)
        yield stage, met + roundoff.stored(stage)
