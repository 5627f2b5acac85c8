"""What is added to the scores: a matrix, -a_h · |i - j|, or a number for each bucket of j - i.

With a slope a_h of each head: Press et al., "Train Short, Test Long: Attention with Linear Biases",
2022, section 3. With buckets: Raffel et al., 2020 (problem/buckets.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

import numpy as np

from attncalc.numbers import exactness, intervals, transcendental
from attncalc.numbers.arithmetic import Array, decimals, is_exact_kind
from attncalc.numbers.functions import inverse_power
from attncalc.numbers.intervals import HIDDEN, ZERO, Interval
from attncalc.numbers.known import Known
from attncalc.numbers.operations import Operations
from attncalc.problem.buckets import Buckets
from attncalc.problem.options import Bucketed, Slopes
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands, typed
from attncalc.steps.roundoff import OF_A_FUNCTION, Roundoff
from attncalc.steps.roundoff import sizes as sizes_of
from attncalc.steps.trace import Stage, Trace


def biases(trace: Trace) -> Iterator[Stage]:
    """What is added to the scores: a given matrix, or distances times each head's slope."""
    bias, problem = trace.problem.attention.later_bias, trace.problem
    if isinstance(bias, np.ndarray):
        yield Stage.of("bias", Known.given(trace.own(bias)))
    elif isinstance(bias, Bucketed):
        places = places_of(bias.buckets, problem, trace.queries)
        yield Stage.of("bias", _of_heads(bucketed(bias.table, places), problem))
    elif bias is not None:
        slopes = slopes_of(problem, trace["scores"])
        yield Stage.of("slopes", slopes)
        yield Stage.of(
            "bias", _of_heads(linear(slopes, distances(problem, trace.queries)), problem)
        )


def _of_heads(bias: Known, problem: Problem) -> Known:
    """As stages have it: without an axis for heads where there are none."""
    return bias if problem.heads is not None else bias[0]


def slopes_of(problem: Problem, kind: Array) -> Known:
    """The slope of each head, given or ALiBi's own. (h,)"""
    bias, h = problem.attention.bias, problem.heads or 1
    if isinstance(bias, Slopes):
        return Known.given(bias.numbers)
    slopes = alibi_slopes(h, kind)
    known = exactness.of_inverse_powers(Decimal(2), alibi_exponents(h), slopes)
    return Known(slopes, known)


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


def seats(problem: Problem) -> tuple[Sequence[int], Sequence[int]]:
    """Where queries and keys stand for their distances."""
    return problem.query_places, problem.key_places


def distances(problem: Problem, rows: range | None = None) -> Array:
    """|i - j|, the number of tokens between query and key. (n, m)

    rows: of these queries alone.
    """
    queries, keys = map(np.asarray, seats(problem))
    own = queries if rows is None else queries[rows.start : rows.stop]
    apart: Array = np.abs(own[:, None] - keys)
    return apart


def linear(slopes: Known, distance: Array) -> Known:
    """-slope · |i - j|; at no distance that is 0, whatever the slope. (h,), (n, m) -> (h, n, m)"""
    product = slopes[:, None, None] * _counted(distance, slopes.values)
    return Known(-product.values, product.exact)


def _counted(numbers: Array, kind: Array) -> Known:
    """Whole numbers, of the same kind as others."""
    if not is_exact_kind(kind):
        return Known.given(numbers.astype(np.float64))
    return Known.given(decimals(map(Decimal, numbers.ravel().tolist()), numbers.shape))


def ahead(problem: Problem) -> Array:
    """j - i: how many places a key stands after the query, the past counted. (n, m)"""
    past = problem.past_length
    queries = np.arange(past, past + len(problem.tokens))
    return np.arange(len(problem.key_tokens)) - queries[:, None]


def places_of(buckets: Buckets, problem: Problem, rows: range | None = None) -> Array:
    """The bucket of each pair. (n, m)

    rows: of these queries alone.
    """
    n, m, past = len(problem.tokens), len(problem.key_tokens), problem.past_length
    farthest = past + n - 1  # that a key stands before a query
    found = _buckets_of(buckets, -farthest, m - past)
    own = np.arange(n) if rows is None else np.arange(rows.start, rows.stop)
    pairs: Array = found[np.arange(m) - (past + own)[:, None] + farthest]
    return pairs


@lru_cache(maxsize=2)
def _buckets_of(buckets: Buckets, first: int, stop: int) -> Array:
    """The bucket of each of these relative positions."""
    return np.array([buckets.bucket(each) for each in range(first, stop)])


def bucketed(table: Array, places: Array) -> Known:
    """The table's number for each pair's bucket. (buckets, h), (n, m) -> (h, n, m)"""
    return Known.given(table)[places].moved(lambda array: np.moveaxis(array, -1, 0))


def enclose_bias(operands: Operands, index: Index) -> Interval:
    """What is added to a score; hidden for -inf."""
    bias = operands.problem.attention.later_bias
    if bias is None:
        return ZERO
    if isinstance(bias, np.ndarray):
        return enclose_given(bias, index)
    head = index[0] if len(index) > 2 else 0
    if isinstance(bias, Bucketed):
        place = index[-1] - index[-2] - operands.problem.past_length
        return typed(bias.table[bias.buckets.bucket(place), head])
    queries, keys = seats(operands.problem)
    distance = abs(queries[index[-2]] - keys[index[-1]])
    slope = _enclose_slope(operands, bias, head)
    return intervals.multiply(slope, intervals.point(Decimal(-distance)))


def enclose_given(rows: Array, index: Index) -> Interval:
    """A number that is given to be added; hidden for -inf. rows: (n, m), or (h, n, m)"""
    added = rows[index[-rows.ndim :]]
    return HIDDEN if added == -intervals.INFINITY else typed(added)


def _enclose_slope(operands: Operands, bias: Slopes | str, head: int) -> Interval:
    if isinstance(bias, Slopes):
        return typed(bias.numbers[head])
    exponent = alibi_exponents(operands.problem.heads or 1)[head]
    return operands.on_the_way(transcendental.slope(*exponent))


def count_bias(problem: Problem, sizes: Sizes) -> Operations:
    """A bias is added; one of ALiBi is a slope times a distance, and its own slopes are powers.

    To look a number up takes none.
    """
    bias = problem.attention.later_bias
    if bias is None:
        return Operations()
    added = Operations(additions=sizes.pairs)
    if isinstance(bias, np.ndarray | Bucketed):
        return added
    powers = 0 if isinstance(bias, Slopes) else sizes.heads
    return added + Operations(multiplications=sizes.pairs, powers=powers)


def floor_of_bias(roundoff: Roundoff) -> Array | float:
    """By how much what is added is off."""
    bias = roundoff.trace.bias
    return 0.0 if bias is None else OF_A_FUNCTION * roundoff.unit * sizes_of(bias.values)
