"""c · tanh(s / c): no score beyond ±c (Riviere et al., "Gemma 2", 2024)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.numbers import exactness, intervals, transcendental
from attncalc.numbers.arithmetic import (
    TRANSCENDENTAL_DIGITS,
    Array,
    decimals,
    is_exact_kind,
    like,
    transcendental_context,
)
from attncalc.numbers.functions import tanh
from attncalc.numbers.intervals import HIDDEN, Interval
from attncalc.numbers.known import Known
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Constant, Product, Quotient, Rounded, Tanh, Term
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed, is_hidden
from attncalc.steps.hiding import of_visible
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import OF_A_FUNCTION, Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "scores"


def capped_scores(S: Array, cap: Any) -> Array:
    """c · tanh(S / c): no score beyond ±c (Gemma 2, Riviere et al., 2024)."""
    if not is_exact_kind(S):
        capped: Array = cap * np.tanh(S / cap)
        return capped
    divide = transcendental_context(TRANSCENDENTAL_DIGITS).divide
    return decimals((cap * tanh(divide(score, cap)) for score in S.flat), S.shape)


def shapes(problem: Problem) -> dict[str, Shape]:
    """capped_scores (n, m)."""
    if problem.weights is not None or problem.attention.softcap is None:
        return {}
    return {"capped_scores": (len(problem.tokens), len(problem.key_tokens))}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """After scaling, and before bias and mask."""
    S = trace.stages[trace.scored].plain
    cap = trace.problem.attention.softcap
    assert cap is not None
    limit = like(S.values, cap)

    def bent(seen: Known) -> Known:
        capped = capped_scores(seen.values, limit)
        return Known(capped, exactness.of_capped(seen.values, seen.exact))

    yield Stage.of("capped_scores", of_visible(S, bent), trace.scored)


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """The same; where numbers are rounded on the way, s / c and its tanh are."""
    score = operands.before(stage, index)
    return HIDDEN if score.hidden else enclose_capped(operands, score)


def enclose_capped(operands: Operands, score: Interval) -> Interval:
    """A score that can be seen, capped."""
    cap = operands.problem.attention.softcap
    assert cap is not None
    if operands.decimals is None:
        return transcendental.capped(score, cap)
    limit = intervals.typed(cap)
    part = operands.on_the_way(intervals.divide(score, limit))
    share = transcendental.capped(part, Decimal(1))
    return intervals.multiply(limit, operands.on_the_way(share))


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """c · tanh(s / c), where s / c and its tanh may have been rounded."""
    score = operands.before(stage, index)
    if is_hidden(score):
        return score
    cap = operands.problem.attention.softcap
    assert cap is not None
    limit = Constant.of(intervals.typed(cap))
    return Product(limit, Rounded(Tanh(Rounded(Quotient(score, limit)))))


def count(_problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """A quotient, its tanh and a product for each pair."""
    pairs = sizes.pairs
    return {"capped_scores": Operations(multiplications=pairs, divisions=pairs, tanh=pairs)}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """No further off than before, as tanh is nowhere steeper than 1, and a function's rounding."""
    stored = OF_A_FUNCTION * roundoff.stored("capped_scores")
    yield "capped_scores", roundoff.before("capped_scores") + stored
