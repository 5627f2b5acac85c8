"""α_ij = e^s_ij / Σ_l e^s_il: a row of scores as shares of 1 (Vaswani et al., 2017, 3.2.1).

The base may be another than e. A sink is one more score, whose share goes to nobody (Xiao et al.,
"Efficient Streaming Language Models with Attention Sinks", 2024).
"""

from __future__ import annotations

import decimal
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any, assert_never

import numpy as np

from attncalc.numbers import exactness, intervals
from attncalc.numbers.arithmetic import (
    MOST_DIGITS,
    Array,
    Exact,
    decimals,
    dividing,
    is_exact_kind,
    like,
    transcendental_context,
)
from attncalc.numbers.functions import power_of
from attncalc.numbers.intervals import ZERO, Interval
from attncalc.numbers.known import Known, joined
from attncalc.numbers.operations import Operations
from attncalc.numbers.rows import RoundedRow, Row, below_the_largest, largest, less, rounded_shares
from attncalc.numbers.terms import ZERO as NOTHING
from attncalc.numbers.terms import (
    Constant,
    Either,
    Largest,
    Power,
    Quotient,
    Rounded,
    Share,
    Sum,
    Term,
    negated,
)
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.conventions import BITS, Blind, Shift
from attncalc.steps.enclosing import Index, Operands, typed
from attncalc.steps.expressing import Expressed, is_hidden
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import FACTOR, FARTHEST, OF_A_FUNCTION, Roundoff
from attncalc.steps.roundoff import sizes as sizes_of
from attncalc.steps.trace import Stage, Trace
from attncalc.steps.unhidden import enclose_unhidden

PART: Part | None = "softmax"

_SMALLEST_SUM = 1e-200
"""A row sum of float64 powers below this has lost digits to underflow."""

_ROOM = 10**15
"""Powers of 10 within which decimals keep all their digits, with plenty to spare."""

_MOST_DIGITS_OF_A_SUM = 2 * MOST_DIGITS
"""Digits of a sum of powers. One that is longer, as e^100000 + 1 is, is not called exact."""


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


def shapes(problem: Problem) -> dict[str, Shape]:
    """exponentials (n, m) and sums (n), unless weights are given; weights (n, m)."""
    n, m = len(problem.tokens), len(problem.key_tokens)
    between: dict[str, Shape] = {"exponentials": (n, m), "sums": (n,)}
    return {**(between if problem.weights is None else {}), "weights": (n, m)}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """Powers, their sum, and each power divided by it; or weights as they are given."""
    problem = trace.problem
    if problem.weights is not None:
        yield Stage.of("weights", Known.given(trace.own(problem.weights)))
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
    before = trace.stages["biased_scores" if "biased_scores" in trace else "scores"]
    S = trace[trace.scored]
    visible: Exact = np.not_equal(S, like(S, "-Infinity"))
    equal = exactness.equal_rows(visible, before.values, before.exact)
    if trace.bias is None:
        return equal
    bias = trace.bias.moved(lambda array: np.broadcast_to(array, visible.shape))
    return equal & exactness.equal_rows(visible, bias.values, bias.exact)


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """From what is printed nearest before it; straight from the scores, as close as can be."""
    return _ENCLOSED[stage](operands, index)


def _power(operands: Operands, index: Index) -> Interval:
    *place, j = index
    row, base = tuple(place), _base(operands)
    if operands.reading(row).shift is Shift.NOTHING:
        return intervals.power(base, _scored(operands, index))
    return intervals.power(base, _shifted(operands, row)[j])


def _sum(operands: Operands, index: Index) -> Interval:
    return intervals.add(operands.of("exponentials", (*index, j)) for j in operands.keys)


def _weight(operands: Operands, index: Index) -> Interval:
    if operands.problem.weights is not None:
        return operands.given(operands.problem.weights[index])
    *place, j = index
    row = tuple(place)
    if operands.printed("sums", row):
        whole = operands.of("sums", row).not_negative()
        if sink := _power_of_sink(operands, row):
            whole = operands.on_the_way(intervals.add((whole, *sink)))
        return intervals.ratio(operands.of("exponentials", index), whole)
    if operands.printed("exponentials", row):
        powers = [operands.of("exponentials", (*row, each)) for each in operands.keys]
        powers += _power_of_sink(operands, row)
        if operands.decimals is not None:
            powers = [power.not_negative() for power in powers]
            return rounded_shares(powers, len(operands.keys), operands.decimals)[j]
        return intervals.share(powers, j)
    if operands.decimals is not None:
        return rounded_row(operands, row, operands.decimals).shares[j]
    scored = row_of(operands, row)
    if scored.tight:
        return scored.shares[j]
    return intervals.softmax(_base(operands), scored.scores, j)


_ENCLOSED = {"exponentials": _power, "sums": _sum, "weights": _weight}


def row_of(operands: Operands, row: Index) -> Row:
    """The scores of a row, and the sink, taken once."""
    if row not in operands.rows:
        scores = [_scored(operands, (*row, j)) for j in operands.keys]
        operands.rows[row] = Row(_base(operands), [*scores, *_sink(operands, row)])
    return operands.rows[row]


def rounded_row(operands: Operands, row: Index, decimals: int) -> RoundedRow:
    """The same with numbers that were rounded on the way."""
    if row not in operands.rounded_rows:
        scores, keys = row_of(operands, row).scores, len(operands.keys)
        operands.rounded_rows[row] = RoundedRow(_base(operands), scores, keys, decimals)
    return operands.rounded_rows[row]


def _base(operands: Operands) -> Decimal | None:
    base = operands.problem.attention.base
    return None if isinstance(base, str) else base


def _scored(operands: Operands, index: Index) -> Interval:
    """A score that goes into the softmax, as its row is read."""
    blind = operands.reading(index[:-1]).blind
    if blind is Blind.EQUAL:
        return ZERO
    if blind is Blind.UNMASKED:
        return enclose_unhidden(operands, operands.trace.scored, index)
    score = operands.of(operands.trace.scored, index)
    return score if blind is Blind.COMPUTED else intervals.in_bits(score, BITS[blind])


def _sink(operands: Operands, row: Index) -> list[Interval]:
    """The logit that has no value, where there is one."""
    sink = operands.problem.attention.sink
    if sink is None:
        return []
    return [typed(sink[row[0]] if sink.ndim else sink[()])]


def _power_of_sink(operands: Operands, row: Index) -> list[Interval]:
    """What a sink adds to the sum of powers, where there is one."""
    if operands.problem.attention.sink is None:
        return []
    scores, base = _shifted(operands, row)[len(operands.keys) :], _base(operands)
    return [operands.on_the_way(intervals.power(base, score)) for score in scores]


def _shifted(operands: Operands, row: Index) -> list[Interval]:
    """The scores of a row, and the sink, less what the row's reading subtracts first."""
    if row not in operands.shifted:
        operands.shifted[row] = _less_the_largest(operands, row)
    return operands.shifted[row]


def _less_the_largest(operands: Operands, row: Index) -> list[Interval]:
    scores, m = row_of(operands, row).scores, len(operands.keys)
    match operands.reading(row).shift:
        case Shift.NOTHING:
            return scores
        case Shift.ROW:
            # The sink takes no part, and may be above the largest score.
            sink = [less(score, largest(scores[:m])) for score in scores[m:]]
            return [*below_the_largest(scores[:m]), *sink]
        case Shift.SINK:
            return below_the_largest(scores)
        case Shift.MATRIX:
            rows = range(len(operands.problem.tokens))
            tops = [largest(row_of(operands, (*row[:-1], i)).scores[:m]) for i in rows]
            return [less(score, largest(tops)) for score in scores]
        case other:
            assert_never(other)


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """From what is awaited nearest before it."""
    return _EXPRESSED[stage](operands, index)


def _express_power(operands: Expressed, index: Index) -> Term:
    return Power(_float_base(operands.problem), operands.of(operands.trace.scored, index))


def _express_sum(operands: Expressed, index: Index) -> Term:
    return Sum(tuple(operands.of("exponentials", (*index, j)) for j in operands.keys))


def _express_weight(operands: Expressed, index: Index) -> Term:
    problem, (*place, j) = operands.problem, index
    row = tuple(place)
    if problem.weights is not None:
        return operands.constant(problem.weights[index])
    sink = _express_sink(operands, row)
    if operands.printed("sums", row):
        whole = Sum(
            (operands.of("sums", row), *(Rounded(power) for power in _raised(problem, sink)))
        )
        return Quotient(operands.of("exponentials", index), whole)
    if operands.printed("exponentials", row):
        powers = [operands.of("exponentials", (*row, each)) for each in operands.keys]
        return _share([*powers, *(Rounded(power) for power in _raised(problem, sink))], j)
    scores = [operands.of(operands.trace.scored, (*row, each)) for each in operands.keys]
    scores += sink
    below = negated(Largest(tuple(scores)))
    stable: list[Term] = [score if is_hidden(score) else Sum((score, below)) for score in scores]
    ways = (_raised(problem, way) for way in (scores, stable))
    return Either(tuple(_share([Rounded(power) for power in powers], j) for powers in ways))


def _share(powers: list[Term], j: int) -> Term:
    """A power's share; the sum may have been rounded."""
    others = Sum(tuple(power for place, power in enumerate(powers) if place != j))
    return Share(powers[j], Rounded(others))


def _raised(problem: Problem, scores: list[Term]) -> list[Term]:
    base = _float_base(problem)
    return [NOTHING if is_hidden(score) else Power(base, score) for score in scores]


def _float_base(problem: Problem) -> float | None:
    base = problem.attention.base
    return None if isinstance(base, str) else float(base)


def _express_sink(operands: Expressed, row: Index) -> list[Term]:
    sink = operands.problem.attention.sink
    if sink is None:
        return []
    return [Constant.of(typed(sink[row[0]] if sink.ndim else sink[()]))]


_EXPRESSED = {"exponentials": _express_power, "sums": _express_sum, "weights": _express_weight}


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """A power and a quotient for each score and each sink, and their sum."""
    if problem.weights is not None:
        return {"weights": Operations()}
    rows, columns = sizes.heads * sizes.n, sizes.m + (problem.attention.sink is not None)
    return {
        "exponentials": Operations(powers=rows * columns),
        "sums": Operations(additions=rows * (columns - 1)),
        "weights": Operations(divisions=rows * columns),
    }


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """Powers and sums relative to themselves, by how far their exponents are off."""
    problem = roundoff.problem
    if problem.weights is not None:
        yield "weights", roundoff.stored("weights")
        return
    A, base, m = roundoff.size("weights"), problem.attention.base, len(problem.key_tokens)
    log = 1.0 if base == "e" else float(transcendental_context().ln(base))
    off = np.minimum(log * roundoff.found[roundoff.trace.scored], FARTHEST)
    # The sink and the largest score, which is subtracted, are off too.
    sink = problem.attention.sink
    least = 0.0 if sink is None else roundoff.unit * float(np.max(sizes_of(np.asarray(sink))))
    whole = np.sqrt((A**2 * off**2).sum(axis=-1)) + log * least
    function, adding = OF_A_FUNCTION * roundoff.unit, m / FACTOR * roundoff.unit_of_sums
    yield "exponentials", _relative(off + function)
    yield "sums", _relative(whole + function + adding)
    share = _relative(off + whole[..., None] + 2 * function + adding)
    yield "weights", A * share + roundoff.smallest


def _relative(off: Array) -> Array:
    """How far a power may be off, relative to itself, if its exponent is off by so much."""
    relative: Array = np.expm1(FACTOR * np.minimum(off, FARTHEST)) / FACTOR
    return relative
