"""Q = X W_Q + b_Q, and so for K and V; the cached ones before them (Vaswani et al., 2017, 3.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from attncalc.numbers import intervals
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.awaiting import Terms
from attncalc.numbers.counted import Counted
from attncalc.numbers.enclosed import Enclosed
from attncalc.numbers.floating import Floating
from attncalc.numbers.intervals import Interval
from attncalc.numbers.known import Known, joined
from attncalc.numbers.operations import Operations, dots
from attncalc.numbers.terms import Sum, Term, dot
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.roundoff import sizes as sizes_of
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "projections"


P = TypeVar("P", Array, Known, Enclosed, Counted, Floating, Terms)


def projected(X: P, W: P, b: P | None) -> P:
    """Q = X W_Q + b_Q, and so for K and V."""
    product: P = X @ W  # (n, d_model) @ (d_model, d_k) -> (n, d_k)
    return product if b is None else product + b[..., None, :]


def shapes(problem: Problem) -> dict[str, Shape]:
    """Q (n, d_k), K (m, d_k), V (m, d_v)."""
    n, m = len(problem.tokens), len(problem.key_tokens)
    found: dict[str, Shape] = {}
    if problem.d_q is not None and problem.d_k is not None:
        found |= {"Q": (n, problem.d_q), "K": (m, problem.d_k)}
    if problem.d_v is not None:
        found["V"] = (m, problem.d_v)
    return found


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """Given, projected from embeddings, or embeddings as they are."""
    problem = trace.problem
    for name in shapes(problem):
        side = _projected_from(trace, name)
        W, given = problem.by_head(f"W_{name}"), problem.by_head(name)
        made_of: tuple[str, ...] = (side,)
        if given is not None:
            now, made_of = Known.given(given), ()
        elif W is not None:
            now = affine(trace.stages[side].plain, W, problem.by_head(f"b_{name}"))
            made_of = (side, f"W_{name}")
        else:
            count = problem.heads if name == "Q" else problem.kv_heads
            now = trace.stages[side].plain
            if count is not None:
                now = now.moved(partial(heads.split, heads=count))
        before = problem.past_by_head(name) if name != "Q" else None
        if before is not None:
            now, made_of = joined([Known.given(before), now], axis=-2), ("past", *made_of)
        yield Stage.of(name, now, *made_of)


def _projected_from(trace: Trace, stage: str) -> str:
    """The embeddings that queries are made from, or keys and values."""
    return "X_key" if trace.problem.X_key is not None and stage != "Q" else trace.embedded


def affine(X: Known, W: Array, b: Array | None) -> Known:
    """X W + b, where W and b are given."""
    return projected(X, Known.given(W), None if b is None else Known.given(b))


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """Cached, given, projected, or an entry of the embeddings."""
    problem, past = operands.problem, operands.problem.past_length
    *head, j, c = index
    if stage != "Q":
        cached = problem.past_by_head(stage)
        if cached is not None and j < past:
            return operands.given(cached[index])
        j -= past
    given = problem.by_head(stage)
    if given is not None:
        return operands.given(given[*head, j, c])
    side = _projected_from(operands.trace, stage)
    W, b = problem.by_head(f"W_{stage}"), problem.by_head(f"b_{stage}")
    if W is None:
        width = operands.trace[stage].shape[-1]
        return operands.of(side, (j, (head[0] if head else 0) * width + c))
    at = tuple(head)
    x = [operands.of(side, (j, d)) for d in range(W.shape[-2])]
    return enclose_affine(operands, x, W[at], None if b is None else b[at], c)


def enclose_affine(
    operands: Operands, x: Sequence[Interval], W: Array, b: Array | None, c: int
) -> Interval:
    """x W + b in column c, where W and b are given. x: a row, (d,)"""
    column = [operands.given(number) for number in W[:, c]]
    product = intervals.dot(zip(x, column, strict=True))
    return product if b is None else intervals.add((product, operands.given(b[c])))


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """Cached, given, projected, or an entry of the embeddings."""
    problem, past = operands.problem, operands.problem.past_length
    *head, j, c = index
    if problem.by_head(stage) is not None or (stage != "Q" and j < past):
        return operands.known(stage, index)
    j -= past if stage != "Q" else 0
    side = _projected_from(operands.trace, stage)
    W, b = problem.by_head(f"W_{stage}"), problem.by_head(f"b_{stage}")
    if W is None:
        width = operands.trace[stage].shape[-1]
        return operands.of(side, (j, (head[0] if head else 0) * width + c))
    at = tuple(head)
    x = operands.vector(side, (j,))
    return express_affine(operands, x, W[at], None if b is None else b[at], c)


def express_affine(
    operands: Expressed, x: Sequence[Term], W: Array, b: Array | None, c: int
) -> Term:
    """x W + b in column c, where W and b are given. x: a row, (d,)"""
    product = dot(x, [operands.constant(number) for number in W[:, c]])
    return product if b is None else Sum((product, operands.constant(b[c])))


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """A dot product an entry; what is cached or given takes none."""
    new = sizes.m - sizes.past
    entries = {
        "Q": sizes.heads * sizes.n * sizes.d_q,
        "K": sizes.kv_heads * new * sizes.d_k,
        "V": sizes.kv_heads * new * sizes.d_v,
    }
    return {stage: count_affine(problem, stage, entries[stage]) for stage in shapes(problem)}


def count_affine(problem: Problem, letter: str, entries: int) -> Operations:
    """X W + b, by the number of its entries."""
    W, b = getattr(problem, f"W_{letter}"), getattr(problem, f"b_{letter}")
    if W is None:
        return Operations()
    return dots(entries, W.shape[-2]) + Operations(additions=0 if b is None else entries)


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As far off as the embeddings, the product and the rounding of what is stored."""
    for stage in shapes(roundoff.problem):
        yield stage, _floor(roundoff, stage)


def _floor(roundoff: Roundoff, stage: str) -> Array:
    problem, stored = roundoff.problem, roundoff.stored(stage)
    if problem.by_head(stage) is not None:
        return stored
    side = _projected_from(roundoff.trace, stage)
    W = problem.by_head(f"W_{stage}")
    if W is None:
        made, count = roundoff.found[side], problem.heads if stage == "Q" else problem.kv_heads
        made = made if count is None else heads.split(made, count)
    else:
        made = floor_of_affine(roundoff, side, W, problem.by_head(f"b_{stage}"))
    before, now = np.split(stored, [0 if stage == "Q" else problem.past_length], axis=-2)
    return np.concatenate([before, now + made], axis=-2)


def floor_of_affine(roundoff: Roundoff, stage: str, W: Array, b: Array | None) -> Array:
    """Of a stage times W, and b added, where W and b are given."""
    made = roundoff.product(roundoff.size(stage), roundoff.found[stage], sizes_of(W))
    return made if b is None else made + 2 * roundoff.unit * sizes_of(b)[..., None, :]
