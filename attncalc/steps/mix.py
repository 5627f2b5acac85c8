"""O = A V: for each query the values' sum, weighted (Vaswani et al., 2017, 3.2.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from attncalc.numbers.arithmetic import is_exact_kind
from attncalc.numbers.known import N
from attncalc.problem import heads
from attncalc.problem.problem import Problem
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
    yield Stage.of(_last(trace.problem), output(A, V), "weights", "V")


def weighted_values(A: N, V: N) -> N:
    """α_ij v_j, before they are added up. (n, m), (m, d_v) -> (n, m, d_v)"""
    product: N = A[..., None] * V[..., None, :, :]
    return product


def output(A: N, V: N) -> N:
    """O = A V: for each query, the values' sum, weighted."""
    O: N = A @ V  # (n, m) @ (m, d_v) -> (n, d_v)  # noqa: E741 - the paper's name
    return O


def _last(problem: Problem) -> str:
    """What the weighted sum is called: the output, where nothing is done with it."""
    return "output" if problem.heads is None and problem.W_O is None else "head_outputs"
