"""α_ij = e^s_ij / Σ_l e^s_il: a row of scores as shares of 1 (Vaswani et al., 2017, 3.2.1).

The base may be another than e. A sink is one more score, whose share goes to nobody (Xiao et al.,
"Efficient Streaming Language Models with Attention Sinks", 2024).
"""

from __future__ import annotations

import decimal
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import (
    MOST_DIGITS,
    Array,
    Exact,
    decimals,
    dividing,
    is_exact_kind,
    like,
)
from attncalc.numbers.functions import power_of
from attncalc.numbers.known import Known, joined
from attncalc.problem.problem import Problem
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace

_SMALLEST_SUM = 1e-200
"""A row sum of float64 powers below this has lost digits to underflow."""

_ROOM = 10**15
"""Powers of 10 within which decimals keep all their digits, with plenty to spare."""

_MOST_DIGITS_OF_A_SUM = 2 * MOST_DIGITS
"""Digits of a sum of powers. One that is longer, as e^100000 + 1 is, is not called exact."""


def shapes(problem: Problem) -> dict[str, Shape]:
    """exponentials (n, m) and sums (n), unless weights are given; weights (n, m)."""
    n, m = len(problem.tokens), len(problem.key_tokens)
    between: dict[str, Shape] = {"exponentials": (n, m), "sums": (n,)}
    return {**(between if problem.weights is None else {}), "weights": (n, m)}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """Powers, their sum, and each power divided by it; or weights as they are given."""
    problem = trace.problem
    if problem.weights is not None:
        yield Stage.of("weights", Known.given(problem.weights))
        return
    typed_base, sink = problem.attention.base, problem.attention.sink
    S, equal = trace.stages[trace.scored].plain, _equal_rows(trace)
    m = S.shape[-1]
    base = None if isinstance(typed_base, str) else like(S.values, typed_base)
    if sink is not None:
        column = Known.given(sink).moved(lambda sinks: _as_column(sinks, S.shape))
        S, equal = joined([S, column], axis=-1), np.zeros_like(equal)
    visible: Exact = np.not_equal(S.values, like(S.values, "-Infinity"))
    equal = equal | exactness.equal_rows(visible, S.values, S.exact)
    raised = exponentials(S.values, base)
    powers = Known(raised, exactness.of_powers(S.values, S.exact, base and typed_base, raised))
    totals = _sums(powers)
    yield Stage.of("denominators", totals)
    shares = weights(S.values, base, powers.values, totals.values)
    known = exactness.of_weights(visible, equal, powers.values, totals.values, totals.exact, shares)
    of_keys = totals
    if sink is not None:
        of_keys = _sums(powers[..., :m])
        yield Stage.of("sink_powers", powers[..., 0, m].moved(np.asarray))
    yield Stage.of("exponentials", powers[..., :m], trace.scored)
    yield Stage.of("sums", of_keys, "exponentials")
    yield Stage.of("weights", Known(shares, known)[..., :m], "exponentials", "sums")


def _as_column(sinks: Exact, shape: tuple[int, ...]) -> Exact:
    """A logit for each row, () or (h,) -> (…, n, 1)."""
    return np.broadcast_to(sinks[..., None, None], (*shape[:-1], 1))


def _sums(powers: Known) -> Known:
    totals = sums(powers.values)
    return Known(totals, exactness.of_sums(powers.values, powers.exact, totals))


def _equal_rows(trace: Trace) -> Exact:
    """Rows of scores that were equal, exactly, before scaling and capping, as their biases."""
    S, before = trace[trace.scored], trace.stages["scores"]
    visible: Exact = np.not_equal(S, like(S, "-Infinity"))
    equal = exactness.equal_rows(visible, before.values, before.exact)
    if trace.bias is None:
        return equal
    bias = trace.bias.moved(lambda array: np.broadcast_to(array, visible.shape))
    return equal & exactness.equal_rows(visible, bias.values, bias.exact)


def exponentials(S: Array, base: Any | None) -> Array:
    """e to each score, or base to it; 0 for a masked one."""
    if not is_exact_kind(S):
        with np.errstate(over="ignore", under="ignore"):
            powers: Array = np.exp(S) if base is None else np.power(base, S)
        return powers
    return decimals(map(power_of(base), S.flat), S.shape)


def sums(powers: Array) -> Array:
    """The sum of each row, the softmax's denominator. (n, m) -> (n,)"""
    with decimal.localcontext() as context:
        context.prec = min(context.prec, _MOST_DIGITS_OF_A_SUM)
        total: Array = powers.sum(axis=-1)
    return total


def weights(S: Array, base: Any | None, powers: Array, row_sums: Array) -> Array:
    """A = softmax(S): each power divided by its row's sum; 0 in a row with every key masked.

    Where a row's sum is out of range, the powers are taken again with the row's largest score
    subtracted from all of it, which changes no quotient.
    """
    quotients = _quotients(powers, row_sums)
    lost = ~_in_range(row_sums)
    if not lost.any():
        return quotients
    largest = S.max(axis=-1, keepdims=True)  # (n, 1)
    hidden = largest == like(S, "-Infinity")
    shifted = exponentials(S - np.where(hidden, like(S, 0), largest), base)
    return np.where(lost[..., None], _quotients(shifted, sums(shifted)), quotients)


def _in_range(row_sums: Array) -> Array:
    if is_exact_kind(row_sums):
        sums_in_range = [
            s.is_finite() and s and -_ROOM < s.adjusted() < _ROOM for s in row_sums.flat
        ]
        return np.array(sums_in_range, dtype=bool).reshape(row_sums.shape)
    return np.isfinite(row_sums) & (row_sums > _SMALLEST_SUM)


def _quotients(powers: Array, row_sums: Array) -> Array:
    zero, one = like(powers, 0), like(powers, 1)
    denominators = np.where(row_sums == zero, one, row_sums)[..., None]
    infinite = denominators == like(powers, "Infinity")
    with dividing(np.empty(0, powers.dtype), 1):  # powers have no more digits than are kept
        quotients: Array = np.where(infinite, zero, powers) / np.where(infinite, one, denominators)
    return quotients


def with_sink(S: Array, sink: Array) -> Array:
    """The scores with one more column, a logit that has no value. (…, n, m) -> (…, n, m + 1)"""
    column = np.broadcast_to(sink[..., None, None], (*S.shape[:-1], 1))
    return np.concatenate([S, column], axis=-1)
