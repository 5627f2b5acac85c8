"""S + B before scaling, so that the bias is scaled too: (Q Kᵀ + B) / √d_k.

As Falcon adds its linear biases (Almazrouei et al., "The Falcon Series of Open Language Models",
2023); elsewhere a bias comes after scaling (mask.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attncalc.numbers import intervals
from attncalc.numbers.arithmetic import Array, is_exact_kind, like
from attncalc.numbers.intervals import HIDDEN, Interval
from attncalc.numbers.known import Known, settled_sum
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Sum, Term
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.bias import enclose_given
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed, is_hidden
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.roundoff import sizes as sizes_of
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "scores"


def biased_scores(S: Known, B: Known) -> Known:
    """S + B, where -inf hides a key, exactly. (h, n, m)"""
    exact = S.exact & B.exact
    total = settled_sum(S.values, B.values, exact)
    hidden = total == like(total, "-Infinity")
    return Known(total, exact | (hidden & is_exact_kind(total)))


def shapes(problem: Problem) -> dict[str, Shape]:
    """biased_scores (n, m)."""
    if problem.weights is not None or problem.attention.early_bias is None:
        return {}
    return {"biased_scores": (len(problem.tokens), len(problem.key_tokens))}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """One bias for all heads, or one for each."""
    bias = Known.given(trace.own(_rows(trace.problem)))
    yield Stage.of("early_bias", bias)
    made = biased_scores(trace.stages[trace.scored].plain, bias)
    yield Stage.of("biased_scores", made, trace.scored)


def _rows(problem: Problem) -> Array:
    rows = problem.attention.early_bias
    assert rows is not None
    return rows


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """The bias added, or hidden by it."""
    bias = enclose_early(operands, index)
    return HIDDEN if bias.hidden else intervals.add((operands.before(stage, index), bias))


def enclose_early(operands: Operands, index: Index) -> Interval:
    """What is added; hidden for -inf."""
    return enclose_given(_rows(operands.problem), index)


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """The bias added, or hidden by it."""
    bias = operands.constant(_rows(operands.problem)[index[-_rows(operands.problem).ndim :]])
    return bias if is_hidden(bias) else Sum((operands.before(stage, index), bias))


def count(_problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """A sum for each pair."""
    return {"biased_scores": Operations(additions=sizes.pairs)}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As far off as before, and as the bias is stored."""
    stored = roundoff.unit * sizes_of(_rows(roundoff.problem))
    yield (
        "biased_scores",
        roundoff.before("biased_scores") + stored + roundoff.stored("biased_scores"),
    )
