"""S / √d_k, or S times a given number (Vaswani et al., 2017, 3.2.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.numbers import exactness, intervals
from attncalc.numbers.arithmetic import (
    Array,
    Typed,
    dividing,
    doubt_of,
    is_exact_kind,
    like,
    quotient_context,
)
from attncalc.numbers.intervals import HIDDEN, ONE, Interval
from attncalc.numbers.known import Known
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import ONE as ONE_TERM
from attncalc.numbers.terms import Constant, Product, Quotient, Rounded, Term
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands, typed
from attncalc.steps.expressing import Expressed, is_hidden
from attncalc.steps.hiding import of_visible
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import OF_A_FUNCTION, Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "scores"


def divided_scores(S: Array, divisor: Any) -> Array:
    """S / √d_k. Divided by the root, and not multiplied by its inverse, to stay exact if it is."""
    with dividing(S, divisor):
        # With the sign, a decimal is rounded first: one of 80,000 digits takes long to divide.
        quotient: Array = (+S if is_exact_kind(S) else S) / divisor
    return quotient


def multiplied_scores(S: Array, factor: Any) -> Array:
    """S · factor, for a scale that is given as a number."""
    product: Array = S * factor
    return product


def root(d_k: int, kind: Array) -> Any:
    """√d_k, of the same kind of number as the array."""
    if not is_exact_kind(kind):
        return float(np.sqrt(d_k))
    return quotient_context(kind, d_k).sqrt(Decimal(d_k))


def shapes(problem: Problem) -> dict[str, Shape]:
    """scaled_scores (n, m); of given scores, or others than dot products, only if it is asked."""
    scale = problem.attention.scale
    if scale is None and problem.attention.chosen("score") is not None:
        scale = "none"
    given = isinstance(scale, Decimal)
    if problem.weights is not None or not (given or (scale != "none" and problem.d_k is not None)):
        return {}
    return {"scaled_scores": (len(problem.tokens), len(problem.key_tokens))}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """By the root, so that a quotient stays exact if it is, or by the given number."""
    S, source = trace.stages[trace.scored].plain, trace.scored
    scale, d_k = trace.problem.attention.scale, trace.problem.d_k
    if isinstance(scale, Decimal):
        factor = like(S.values, scale)
        yield Stage.of("factor", _number(factor))
        made = of_visible(S, lambda seen: multiplied(seen, scale))
        yield Stage.of("scaled_scores", made, source)
        return
    assert d_k is not None  # Problem does not let 1/sqrt(d_k) pass without it
    divisor = root(d_k, S.values)
    yield Stage.of("divisor", _number(divisor))
    made = of_visible(S, lambda seen: _divided(seen, divisor))
    yield Stage.of("scaled_scores", made, source)


def _number(value: object) -> Known:
    """One number, in an array without axes."""
    array: Array = np.empty((), dtype=object if isinstance(value, Decimal) else np.float64)
    array[()] = value
    return Known.given(array)


def _divided(S: Known, divisor: object) -> Known:
    quotients = divided_scores(S.values, divisor)
    return Known(quotients, exactness.of_quotient(S.values, S.exact, divisor, quotients))


def scaled(problem: Problem, S: Known) -> Known:
    """Numbers that can all be seen, scaled as the scores of a problem are."""
    scale, d_k = problem.attention.scale, problem.d_k
    if isinstance(scale, Decimal):
        return multiplied(S, scale)
    assert d_k is not None
    return _divided(S, root(d_k, S.values))


def multiplied(S: Known, scale: Decimal) -> Known:
    """Scores times a given scale; by 1/3 they are divided, to stay exact if they are."""
    factor = like(S.values, scale)
    ratio = scale.ratio if isinstance(scale, Typed) else None
    if not doubt_of(scale) or not is_exact_kind(S.values):
        return Known(multiplied_scores(S.values, factor), S.exact)
    if ratio is None:
        scaled = multiplied_scores(S.values, factor)
        return Known(scaled, S.exact & np.equal(S.values, 0))
    above, below = Decimal(ratio.numerator), Decimal(ratio.denominator)
    return _divided(Known(multiplied_scores(S.values, above), S.exact), below)


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """Divided by the root, or multiplied by its inverse; each may have been rounded."""
    score = operands.before(stage, index)
    return HIDDEN if score.hidden else enclose_scaled(operands, score)


def enclose_scaled(operands: Operands, score: Interval) -> Interval:
    """A score that can be seen, scaled."""
    scale, d_k = operands.problem.attention.scale, operands.problem.d_k
    if isinstance(scale, Decimal):
        factor = typed(scale)
        if operands.decimals is None or not (isinstance(scale, Typed) and scale.quotient):
            return intervals.multiply(score, factor)
        divisor = intervals.divide(ONE, factor)
    else:
        assert d_k is not None
        divisor = intervals.root(d_k)
        if operands.decimals is None:
            return intervals.divide(score, divisor)
    inverse = intervals.divide(ONE, operands.on_the_way(divisor))
    return intervals.multiply(score, operands.on_the_way(inverse))


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """Divided by the root, or multiplied by its inverse; each may have been rounded."""
    score = operands.before(stage, index)
    return score if is_hidden(score) else express_scaled(operands.problem, score)


def express_scaled(problem: Problem, score: Term) -> Term:
    """A score that can be seen, scaled."""
    scale, d_k = problem.attention.scale, problem.d_k
    if isinstance(scale, Decimal):
        factor = Constant.of(typed(scale))
        if not (isinstance(scale, Typed) and scale.quotient):
            return Product(score, factor)
        divisor: Term = Quotient(ONE_TERM, factor)
    else:
        assert d_k is not None
        divisor = Constant.of(intervals.root(d_k))
    return Product(score, Rounded(Quotient(ONE_TERM, Rounded(divisor))))


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """Divided by √d_k, or multiplied by a number that is given."""
    if isinstance(problem.attention.scale, Decimal):
        return {"scaled_scores": Operations(multiplications=sizes.pairs)}
    return {"scaled_scores": Operations(divisions=sizes.pairs)}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As far off as the scores, scaled, and a quotient."""
    before = roundoff.before("scaled_scores") * size_of_scale(roundoff.trace)
    yield "scaled_scores", before + OF_A_FUNCTION * roundoff.stored("scaled_scores")


def size_of_scale(trace: Trace) -> float:
    """What scores are multiplied by, without its sign."""
    factor, divisor = trace.number("factor"), trace.number("divisor")
    return abs(float(factor)) if factor is not None else 1 / float(divisor or 1)
