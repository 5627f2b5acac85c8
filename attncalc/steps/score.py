"""S = Q Kᵀ: how well each key matches what each query asks for (Vaswani et al., 2017, 3.2.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from attncalc.numbers import intervals
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.numbers.known import Known, N, of_groups
from attncalc.numbers.operations import Operations, dots
from attncalc.numbers.terms import Term, dot
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands, group_of
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "scores"


def scores(Q: N, K: N) -> N:
    """S = Q Kᵀ: the dot product of each query with each key."""
    S: N = Q @ K.swapaxes(-1, -2)  # (n, d_k) @ (d_k, m) -> (n, m)
    return S


def shapes(problem: Problem) -> dict[str, Shape]:
    """scores (n, m), unless weights are given, or another score is chosen."""
    if problem.weights is not None or problem.attention.chosen("score") is not None:
        return {}
    return {"scores": (len(problem.tokens), len(problem.key_tokens))}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """The dot product of each query with each key; or as they are given."""
    given = trace.problem.scores
    if given is not None:
        yield Stage.of("scores", Known.given(trace.own(given)))
        return
    Q, K = trace.stages[trace.asking].plain, trace.stages[trace.answering].plain
    made = scores(Q, K) if trace.problem.heads is None else of_groups(Q, K.swapaxes(-1, -2))
    yield Stage.of("scores", made, trace.asking, trace.answering)


def enclose(operands: Operands, _stage: str, index: Index) -> Interval:
    """The same dot product, or what is given."""
    problem, trace = operands.problem, operands.trace
    if problem.scores is not None:
        return operands.given(problem.scores[index])
    *head, i, j = index
    width = trace[trace.asking].shape[-1]
    query = operands.vector(trace.asking, (*head, i), width)
    key = operands.vector(trace.answering, (*group_of(problem, head), j), width)
    return intervals.dot(zip(query, key, strict=True))


def express(operands: Expressed, _stage: str, index: Index) -> Term:
    """The same dot product, or what is given."""
    problem, trace = operands.problem, operands.trace
    if problem.scores is not None:
        return operands.constant(problem.scores[index])
    *head, i, j = index
    query = operands.vector(trace.asking, (*head, i))
    return dot(query, operands.vector(trace.answering, (*group_of(problem, head), j)))


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """A dot product for each pair."""
    given = problem.scores is not None
    return {"scores": Operations() if given else dots(sizes.pairs, sizes.d_k)}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As far off as queries and keys, the dot product and the rounding of what is stored."""
    trace, h, stored = roundoff.trace, roundoff.problem.heads, roundoff.stored("scores")
    if roundoff.problem.scores is not None:
        yield "scores", stored
        return
    Q, K = roundoff.size(trace.asking), roundoff.size(trace.answering)
    Q_off, K_off = roundoff.found[trace.asking], roundoff.found[trace.answering]
    if h is not None:
        K, K_off = heads.shared(K, h), heads.shared(K_off, h)
    K, K_off = np.swapaxes(K, -1, -2), np.swapaxes(K_off, -1, -2)
    yield "scores", roundoff.dot(Q, Q_off, K, K_off) + stored
