"""c · tanh(s / c): no score beyond ±c (Riviere et al., "Gemma 2", 2024)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import like
from attncalc.numbers.known import Known
from attncalc.problem.problem import Problem
from attncalc.steps import attention
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """capped_scores (n, m)."""
    if problem.weights is not None or problem.attention.softcap is None:
        return {}
    return {"capped_scores": (len(problem.tokens), len(problem.key_tokens))}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """After scaling, and before bias and mask."""
    cap, S = trace.problem.attention.softcap, trace.stages[trace.scored]
    assert cap is not None
    capped = attention.capped_scores(S.values, like(S.values, cap))
    exact = exactness.of_capped(S.values, S.exact)
    yield Stage.of("capped_scores", Known(capped, exact), trace.scored)
