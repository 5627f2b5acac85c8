"""B: what is added to the scores, given or growing with the distance.

s_ij - slope · |i - j|        Press et al., "Train Short, Test Long" (2022): ALiBi
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from attncalc.numbers import exactness, intervals, transcendental
from attncalc.numbers.arithmetic import Array, decimals, is_exact_kind
from attncalc.numbers.functions import inverse_power
from attncalc.numbers.intervals import HIDDEN, ZERO, Interval
from attncalc.numbers.known import Known
from attncalc.numbers.operations import Operations
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands, typed
from attncalc.steps.roundoff import OF_A_FUNCTION, Roundoff
from attncalc.steps.roundoff import sizes as sizes_of
from attncalc.steps.trace import Stage, Trace


def biases(trace: Trace) -> Iterator[Stage]:
    """What is added to the scores: a given matrix, or distances times each head's slope."""
    bias, problem = trace.problem.attention.bias, trace.problem
    if not isinstance(bias, str):
        if bias is not None:
            yield Stage.of("bias", Known.given(bias))
        return
    h, S = problem.heads or 1, trace["scores"]
    slopes = alibi_slopes(h, S)
    known = exactness.of_inverse_powers(Decimal(2), alibi_exponents(h), slopes)
    yield Stage.of("slopes", Known(slopes, known))
    n, m = len(problem.tokens), len(problem.key_tokens)
    distance = distances(n, m, problem.past_length)
    B = alibi_bias(slopes, distance)
    exact = known[:, None, None] | ((distance == 0) & is_exact_kind(slopes))
    of_heads = Known(B, exact)
    yield Stage.of("bias", of_heads if problem.heads is not None else of_heads[0])


def alibi_exponents(heads: int) -> list[tuple[int, int]]:
    """For each head the fraction e of its slope 2^(-e), as numerator and denominator.

    8k/h for h a power of two; otherwise those of the next smaller power of two, and between them
    every second one of the next larger, as Press et al. do.
    """
    nearest = 1 << (heads.bit_length() - 1)
    exponents = [(8 * k, nearest) for k in range(1, nearest + 1)]
    return exponents + [(8 * k, 2 * nearest) for k in range(1, 2 * nearest, 2)][: heads - nearest]


def alibi_slopes(heads: int, kind: Array) -> Array:
    """The slope of each head, 2^(-8/h), 2^(-16/h), … (h,)"""
    exponents = alibi_exponents(heads)
    if not is_exact_kind(kind):
        return np.array([2.0 ** (-above / below) for above, below in exponents])
    return decimals((inverse_power(Decimal(2), *each) for each in exponents), (heads,))


def distances(n: int, m: int, past: int) -> Array:
    """|i - j|, the number of tokens between query and key, with queries after the past. (n, m)"""
    apart: Array = np.abs(np.arange(past, past + n)[:, None] - np.arange(m))
    return apart


def alibi_bias(slopes: Array, distance: Array) -> Array:
    """-slope · |i - j|. (h,) and (n, m) -> (h, n, m)"""
    if is_exact_kind(slopes):
        distance = decimals(map(Decimal, distance.ravel().tolist()), distance.shape)
    bias: Array = -slopes[:, None, None] * distance
    return bias


def enclose_bias(operands: Operands, index: Index) -> Interval:
    """What is added to a score; hidden for -inf."""
    bias, problem = operands.problem.attention.bias, operands.problem
    if bias is None:
        return ZERO
    if isinstance(bias, np.ndarray):
        added = bias[index[-bias.ndim :]]
        return HIDDEN if added == -intervals.INFINITY else typed(added)
    *head, i, j = index
    exponent = alibi_exponents(problem.heads or 1)[head[0] if head else 0]
    slope = operands.on_the_way(transcendental.slope(*exponent))
    distance = abs(problem.past_length + i - j)
    return intervals.multiply(slope, intervals.point(Decimal(-distance)))


def count_bias(problem: Problem, sizes: Sizes) -> Operations:
    """A bias is added; one of ALiBi is a slope times a distance."""
    bias = problem.attention.bias
    if bias is None:
        return Operations()
    added = Operations(additions=sizes.pairs)
    slopes = Operations(multiplications=sizes.pairs, powers=sizes.heads)
    return added + slopes if isinstance(bias, str) else added


def floor_of_bias(roundoff: Roundoff) -> Array | float:
    """By how much what is added is off."""
    bias = roundoff.trace.bias
    return 0.0 if bias is None else OF_A_FUNCTION * roundoff.unit * sizes_of(bias.values)
