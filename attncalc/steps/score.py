"""S = Q Kᵀ: how well each key matches what each query asks for (Vaswani et al., 2017, 3.2.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from attncalc.numbers.known import Known, N
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """scores (n, m), unless weights are given."""
    if problem.weights is not None:
        return {}
    return {"scores": (len(problem.tokens), len(problem.key_tokens))}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """The dot product of each query with each key; or as they are given."""
    given = trace.problem.scores
    if given is not None:
        yield Stage.of("scores", Known.given(given))
        return
    Q, K = trace.stages[trace.asking].plain, trace.stages[trace.answering].plain
    if trace.problem.heads is not None:
        K = K.moved(partial(heads.shared, heads=len(Q.values)))
    yield Stage.of("scores", scores(Q, K), trace.asking, trace.answering)


def scores(Q: N, K: N) -> N:
    """S = Q Kᵀ: the dot product of each query with each key."""
    S: N = Q @ K.swapaxes(-1, -2)  # (n, d_k) @ (d_k, m) -> (n, m)
    return S
