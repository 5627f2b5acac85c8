"""S + B, and -inf where a query may not attend (Vaswani et al., 2017, 3.2.3).

A bias is given, or grows with the distance (Press et al., "Train Short, Test Long", 2022).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

import numpy as np

from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import Array, is_exact_kind, like
from attncalc.numbers.known import Known, settled_sum
from attncalc.problem.options import Window
from attncalc.problem.problem import Problem
from attncalc.steps import attention, positions
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """masked_scores (n, m), where there is a mask or a bias."""
    mask, bias = problem.attention.mask, problem.attention.bias
    unmasked = isinstance(mask, str) and mask == "none"
    if problem.weights is not None or (unmasked and bias is None):
        return {}
    return {"masked_scores": (len(problem.tokens), len(problem.key_tokens))}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """The bias is added first; what is hidden is -inf, whatever was added."""
    S, mask = trace.stages[trace.scored].plain, allowed(trace.problem)
    yield from _bias(trace)
    if mask is not None:
        yield Stage.of("mask", Known(mask, np.full(mask.shape, True)))
    if trace.bias is not None:
        exact = S.exact & trace.bias.exact
        S = Known(settled_sum(S.values, trace.bias.values, exact), exact)
    masked = attention.masked_scores(S.values, None, mask)
    hidden = masked == like(S.values, "-Infinity")
    exact = S.exact | (hidden & is_exact_kind(S.values))
    yield Stage.of("masked_scores", Known(masked, exact), trace.scored)


def _bias(trace: Trace) -> Iterator[Stage]:
    """What is added to the scores: a given matrix, or distances times each head's slope."""
    bias, problem = trace.problem.attention.bias, trace.problem
    if not isinstance(bias, str):
        if bias is not None:
            yield Stage.of("bias", Known.given(bias))
        return
    h, S = problem.heads or 1, trace["scores"]
    slopes = positions.alibi_slopes(h, S)
    known = exactness.of_inverse_powers(Decimal(2), positions.alibi_exponents(h), slopes)
    yield Stage.of("slopes", Known(slopes, known))
    n, m = len(problem.tokens), len(problem.key_tokens)
    distance = positions.distances(n, m, problem.past_length)
    biases = positions.alibi_bias(slopes, distance)
    exact = known[:, None, None] | ((distance == 0) & is_exact_kind(slopes))
    of_heads = Known(biases, exact)
    yield Stage.of("bias", of_heads if problem.heads is not None else of_heads[0])


def allowed(problem: Problem) -> Array | None:
    """True where the mask lets a query attend, (n, m) or (h, n, m); None where there is none."""
    mask, past = problem.attention.mask, problem.past_length
    n, m = len(problem.tokens), len(problem.key_tokens)
    if isinstance(mask, Window):
        return attention.window_mask(n, m, mask.width, past)
    if isinstance(mask, str):
        return attention.causal_mask(n, m, past) if mask == "causal" else None
    return mask


def visible_pairs(problem: Problem) -> int:
    """How many pairs of a query and a key neither the mask nor a bias of -inf hides, in all heads.

    The same for every head, unless the mask or the bias has a matrix for each.
    """
    shape = (problem.heads or 1, len(problem.tokens), len(problem.key_tokens))
    visible = np.full(shape, True)
    mask, bias = allowed(problem), problem.attention.bias
    if mask is not None:
        visible &= mask
    if isinstance(bias, np.ndarray):
        visible &= bias != like(bias, "-Infinity")
    return int(visible.sum())
