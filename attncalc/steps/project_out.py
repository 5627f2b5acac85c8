"""Concat(head_1, …, head_h) W_O + b_O (Vaswani et al., 2017, 3.2.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Term
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.project import (
    affine,
    count_affine,
    enclose_affine,
    express_affine,
    floor_of_affine,
)
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "output_projection"


def shapes(problem: Problem) -> dict[str, Shape]:
    """output (n, d_model), or (n, h·d_v) without W_O; the weighted sum may be the output itself."""
    if problem.d_v is None or not problem.goes_on:
        return {}
    width = problem.d_v * (problem.heads or 1)
    return {
        "output": (len(problem.tokens), width if problem.W_O is None else problem.W_O.shape[-1])
    }


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """What stands before it, projected; or as it is."""
    last = "gated" if "gated" in trace else trace.joined
    W, b, before = trace.problem.W_O, trace.problem.b_O, trace.stages[last].plain
    if W is None:
        yield Stage.of("output", before, last)
        return
    yield Stage.of("output", affine(before, W, b), last, "W_O")


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """Projected from the row before it; or the same number."""
    (i, c), W = index, operands.problem.W_O
    if W is None:
        return operands.before(stage, index)
    x = [operands.before(stage, (i, d)) for d in range(len(W))]
    return enclose_affine(operands, x, W, operands.problem.b_O, c)


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """Projected from the row before it; or the same number."""
    (i, c), W = index, operands.problem.W_O
    if W is None:
        return operands.before(stage, index)
    x = [operands.before(stage, (i, d)) for d in range(len(W))]
    return express_affine(operands, x, W, operands.problem.b_O, c)


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """A dot product an entry; without W_O nothing is done."""
    width = 0 if problem.W_O is None else problem.W_O.shape[-1]
    return {"output": count_affine(problem, "O", sizes.n * width)}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As far off as what stands before it, the product and the rounding of what is stored."""
    W, b = roundoff.problem.W_O, roundoff.problem.b_O
    last = roundoff.trace.stages["output"].made_of[0]
    made = roundoff.found[last] if W is None else floor_of_affine(roundoff, last, W, b)
    yield "output", made + roundoff.stored("output")
