"""O = A V: for each query the values' sum, weighted (Vaswani et al., 2017, 3.2.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from attncalc.numbers import intervals
from attncalc.numbers.arithmetic import Array, is_exact_kind
from attncalc.numbers.intervals import ZERO, Interval
from attncalc.numbers.known import N, of_groups
from attncalc.numbers.operations import Operations, dots
from attncalc.numbers.rounding import moved, rounded
from attncalc.numbers.terms import Product, Sum, Term
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands, group_of
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.softmax import rounded_row, row_of
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "weighted_sum"


def output(A: N, V: N) -> N:
    """O = A V: for each query, the values' sum, weighted."""
    O: N = A @ V  # (n, m) @ (m, d_v) -> (n, d_v)  # noqa: E741 - the paper's name
    return O


def weighted_values(A: N, V: N) -> N:
    """α_ij v_j, before they are added up. (n, m), (m, d_v) -> (n, m, d_v)"""
    product: N = A[..., None] * V[..., None, :, :]
    return product


def shapes(problem: Problem) -> dict[str, Shape]:
    """weighted_values (n, m, d_v), and head_outputs (n, d_v), or output where nothing follows."""
    if problem.d_v is None:
        return {}
    n, m, d_v = len(problem.tokens), len(problem.key_tokens), problem.d_v
    return {"weighted_values": (n, m, d_v), _last(problem): (n, d_v)}


def _last(problem: Problem) -> str:
    """What the weighted sum is called: the output, where nothing is done with it."""
    return "head_outputs" if problem.goes_on else "output"


def work(trace: Trace, asked: Collection[str]) -> Iterator[Stage]:
    """The products, which a large problem keeps only if they are asked for, and their sums."""
    A, V, h = trace.stages["weights"].plain, trace.stages["V"].plain, trace.problem.heads
    if is_exact_kind(A.values) or "weighted_values" in asked:
        of_heads = V if h is None else V.moved(partial(heads.shared, heads=h))
        yield Stage.of("weighted_values", weighted_values(A, of_heads), "weights", "V")
    made = output(A, V) if h is None else of_groups(A, V)
    yield Stage.of(_last(trace.problem), made, "weights", "V")


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """A product, or their sum, which lies among the values where it is made straight of scores."""
    return _term(operands, index) if stage == "weighted_values" else _weighted_sum(operands, index)


def _term(operands: Operands, index: Index) -> Interval:
    *head, i, j, c = index
    value = operands.of("V", (*group_of(operands.problem, head), j, c))
    return intervals.multiply(operands.of("weights", (*head, i, j)), value)


def _weighted_sum(operands: Operands, index: Index) -> Interval:
    """Σ α v; a sink takes part in the mean, with a value of 0."""
    *head, i, c = index
    row, keys = (*head, i), operands.keys
    if operands.printed("weighted_values", row):
        return intervals.add(operands.of("weighted_values", (*row, j, c)) for j in keys)
    group = group_of(operands.problem, head)
    values = [operands.of("V", (*group, j, c)) for j in keys]
    between = any(operands.printed(name, row) for name in ("exponentials", "sums", "weights"))
    if operands.problem.weights is not None or between or operands.decimals is not None:
        return _sum_of_terms(operands, row, c, values, straight=not between)
    powers = row_of(operands, row).powers
    return intervals.mean(powers, [*values, *([ZERO] if len(powers) > len(values) else ())])


def _sum_of_terms(
    operands: Operands, row: Index, c: int, values: list[Interval], *, straight: bool
) -> Interval:
    """Σ α v, each weight and each product on its own.

    straight: whether nothing is printed from the scores on. Weights that were rounded on the
    way still nearly add up to 1 then, so that the sum is near a mean of the values.
    """
    decimals, keys = operands.decimals, operands.keys
    if decimals is None:
        return intervals.dot((operands.of("weights", (*row, j)), values[j]) for j in keys)
    terms = [_term(operands, (*row, j, c)) for j in keys]
    apart = intervals.add(rounded(term, decimals) for term in terms)
    if operands.problem.weights is not None or not straight:
        return apart
    scored = rounded_row(operands, row, decimals)
    sink = [ZERO] * (len(scored.shares) - len(values))
    together = [scored.mean([*values, *sink])]
    for share, value, term in zip(scored.shares, values, terms, strict=False):
        together.append(intervals.multiply(moved(share, decimals), value))
        together.append(moved(term, decimals))
    return apart.common(intervals.add(together))


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """A product, or the sum of such products."""
    if stage == "weighted_values":
        *head, i, j, c = index
        value = operands.of("V", (*group_of(operands.problem, head), j, c))
        return Product(operands.of("weights", (*head, i, j)), value)
    *row, c = index
    return Sum(tuple(operands.of("weighted_values", (*row, j, c)) for j in operands.keys))


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """The products are those of the sums, and counted with them."""
    summed = dots(sizes.heads * sizes.n * sizes.d_v, sizes.m)
    return {"weighted_values": Operations(), _last(problem): summed}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As far off as weights and values, what is done with them and the rounding of the result."""
    A, A_off = roundoff.size("weights"), roundoff.found["weights"]
    V, V_off, h = roundoff.size("V"), roundoff.found["V"], roundoff.problem.heads
    if h is not None:
        V, V_off = heads.shared(V, h), heads.shared(V_off, h)
    if "weighted_values" in roundoff.trace:
        moved_by = weighted_values(A_off, V) + weighted_values(A, V_off)
        yield "weighted_values", moved_by + roundoff.stored("weighted_values")
    last = _last(roundoff.problem)
    yield last, roundoff.dot(A, A_off, V, V_off) + roundoff.stored(last)
