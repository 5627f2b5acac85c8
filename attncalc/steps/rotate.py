"""Queries and keys turned by their positions (Su et al., "RoFormer", 2021)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from attncalc.numbers import exactness, intervals, transcendental
from attncalc.numbers.arithmetic import Array, Exact
from attncalc.numbers.intervals import Interval
from attncalc.numbers.known import Known, joined
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Constant, Rounded, Term, dot
from attncalc.problem.options import Pairing, Rotary
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.records import dataclass
from attncalc.steps.angles import Angles, angles_at, count_angles, floor_of_turns, turning
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "positions"


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


def turned_pairs(dims: int, pairing: Pairing) -> tuple[Any, Any]:
    """Which entries are turned together: the first and the second of each pair."""
    if pairing == "interleaved":
        return slice(0, dims, 2), slice(1, dims, 2)
    return slice(0, dims // 2), slice(dims // 2, dims)


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
    keys = trace.problem.key_places[past:]
    sides = (("Q", "", trace.places, 0), ("K", "key_", keys, past))
    for name, side, places, start in sides:
        angles = angles_at(places, rotary.base, dims, trace[name])
        yield from turning(angles, side)
        source = trace.asking if name == "Q" else trace.answering
        vectors = trace.stages[source].plain
        now = rotated_known(vectors[..., start:, :], angles, rotary)
        yield Stage.of(f"{name}_rotated", joined([vectors[..., :start, :], now], axis=-2), source)


def rotated_known(vectors: Known, angles: Angles, rotary: Rotary) -> Known:
    """(a, b) → (a cos θ - b sin θ, a sin θ + b cos θ) for each pair of entries."""
    return Known(
        rotated(vectors.values, angles, rotary.pairing),
        rotated_exact(vectors.values, vectors.exact, angles, rotary.pairing),
    )


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


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """One entry of a pair: a cos θ - b sin θ, or a sin θ + b cos θ."""
    source = operands.trace.stages[stage].made_of[0]
    turned = turned_at(operands.problem, operands.trace[stage[0]].shape[-1], stage[0], index)
    own = operands.of(source, index)
    if turned is None:
        return own
    other = operands.of(source, turned.other)
    cosine, sine = map(operands.on_the_way, (turned.cosine, turned.sine))
    return intervals.dot(((own, cosine), (other, sine)))


@dataclass(frozen=True)
class Turned:
    """own × cosine + other × sine. other: the other entry of the pair. sine: with its sign."""

    other: Index
    cosine: Interval
    sine: Interval


def turned_at(problem: Problem, width: int, name: str, index: Index) -> Turned | None:
    """How an entry of Q or K is turned; None where it stays as it is."""
    rotary, past = problem.attention.positions, problem.past_length
    assert isinstance(rotary, Rotary)
    *head, i, c = index
    dims = rotary.dims or width
    if c >= dims or (name == "K" and i < past):
        return None
    interleaved = rotary.pairing == "interleaved"
    pair, second = (c // 2, c % 2) if interleaved else (c % (dims // 2), c // (dims // 2))
    apart = 1 if interleaved else dims // 2
    places = problem.key_places if name == "K" else problem.query_places
    cosine, sine = transcendental.turn(places[i], rotary.base, 2 * pair, dims)
    other = (*head, i, c - apart if second else c + apart)
    return Turned(other, cosine, sine if second else sine.negated())


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """One entry of a pair: a cos θ - b sin θ, or a sin θ + b cos θ."""
    source = operands.trace.stages[stage].made_of[0]
    turned = turned_at(operands.problem, operands.trace[stage[0]].shape[-1], stage[0], index)
    own = operands.of(source, index)
    if turned is None:
        return own
    other = operands.of(source, turned.other)
    cosine, sine = (Rounded(Constant.of(each)) for each in (turned.cosine, turned.sine))
    return dot([own, other], [cosine, sine])


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """The angles, and a cos θ - b sin θ and a sin θ + b cos θ for each pair of each vector."""
    rotary = problem.attention.positions
    assert isinstance(rotary, Rotary)
    dims = rotary.dims or sizes.d_k
    return {
        "Q_rotated": _count(sizes.n, sizes.heads, dims),
        "K_rotated": _count(sizes.m - sizes.past, sizes.kv_heads, dims),
    }


def _count(places: int, heads: int, dims: int) -> Operations:
    turned = heads * places * dims
    return count_angles(places, dims) + Operations(multiplications=2 * turned, additions=turned)


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """Of each row by its widest entry, which any other of it may have met."""
    for stage in shapes(roundoff.problem):
        source = roundoff.trace.stages[stage].made_of[0]
        off = roundoff.found[source]
        widest = roundoff.size(source).max(axis=-1, keepdims=True) + np.zeros_like(off)
        met = 2 * off.max(axis=-1, keepdims=True) + 2 * floor_of_turns(roundoff, widest)
        yield stage, met + roundoff.stored(stage)
