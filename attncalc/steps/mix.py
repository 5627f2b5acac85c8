"""O = A V: for each query the values' sum, weighted (Vaswani et al., 2017, 3.2.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import is_exact_kind
from attncalc.numbers.known import Known
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.steps import attention
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """weighted_values (n, m, d_v), and head_outputs (n, d_v), or output where nothing follows."""
    if problem.d_v is None:
        return {}
    n, m, d_v = len(problem.tokens), len(problem.key_tokens), problem.d_v
    return {"weighted_values": (n, m, d_v), _last(problem): (n, d_v)}


def work(trace: Trace, asked: Collection[str]) -> Iterator[Stage]:
    """The products, which a large problem keeps only if they are asked for, and their sums."""
    A, V = trace.stages["weights"].plain, trace.stages["V"].plain
    if trace.problem.heads is not None:
        V = V.moved(partial(heads.shared, heads=len(A.values)))
    if is_exact_kind(A.values) or "weighted_values" in asked:
        yield Stage.of("weighted_values", weighted_values(A, V), "weights", "V")
    yield Stage.of(_last(trace.problem), A @ V, "weights", "V")  # (n, m) @ (m, d_v) -> (n, d_v)


def weighted_values(A: Known, V: Known) -> Known:
    """α_ij v_j, before they are added up. (n, m), (m, d_v) -> (n, m, d_v)"""
    factor, vector = A[..., None], V[..., None, :, :]
    exact = exactness.of_terms(factor.values, factor.exact, vector.values, vector.exact)
    return Known(attention.weighted_values(A.values, V.values), exact)


def _last(problem: Problem) -> str:
    """What the weighted sum is called: the output, where nothing is done with it."""
    return "output" if problem.heads is None and problem.W_O is None else "head_outputs"
