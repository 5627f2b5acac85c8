"""Concat(head_1, …, head_h) W_O + b_O (Vaswani et al., 2017, 3.2.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attncalc.problem.problem import Problem
from attncalc.steps.interface import Shape
from attncalc.steps.project import affine
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """output (n, d_model), or (n, h·d_v) without W_O; the weighted sum may be the output itself."""
    if problem.d_v is None or (problem.heads is None and problem.W_O is None):
        return {}
    width = problem.d_v * (problem.heads or 1)
    return {
        "output": (len(problem.tokens), width if problem.W_O is None else problem.W_O.shape[-1])
    }


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """What stands before it, projected; or as it is."""
    last = "concatenated" if "concatenated" in trace else "head_outputs"
    W, b, before = trace.problem.W_O, trace.problem.b_O, trace.stages[last].plain
    if W is None:
        yield Stage.of("output", before, last)
        return
    yield Stage.of("output", affine(before, W, b), last, "W_O")
