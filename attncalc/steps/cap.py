"""c · tanh(s / c): no score beyond ±c (Riviere et al., "Gemma 2", 2024)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import (
    TRANSCENDENTAL_DIGITS,
    Array,
    decimals,
    is_exact_kind,
    like,
    transcendental_context,
)
from attncalc.numbers.functions import tanh
from attncalc.numbers.known import Known
from attncalc.problem.problem import Problem
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
    capped = capped_scores(S.values, like(S.values, cap))
    exact = exactness.of_capped(S.values, S.exact)
    yield Stage.of("capped_scores", Known(capped, exact), trace.scored)


def capped_scores(S: Array, cap: Any) -> Array:
    """c · tanh(S / c): no score beyond ±c (Gemma 2, Riviere et al., 2024)."""
    if not is_exact_kind(S):
        capped: Array = cap * np.tanh(S / cap)
        return capped
    divide = transcendental_context(TRANSCENDENTAL_DIGITS).divide
    return decimals((cap * tanh(divide(score, cap)) for score in S.flat), S.shape)
