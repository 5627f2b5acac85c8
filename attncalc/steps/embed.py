"""X and X_key: the embeddings, as they are given."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.numbers.known import Known
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Term
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = None


def shapes(problem: Problem) -> dict[str, Shape]:
    """X (n, d_model), X_key (m, d_model)."""
    given = {"X": problem.X, "X_key": problem.X_key}
    return {name: array.shape for name, array in given.items() if array is not None}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """As they are."""
    for name in shapes(trace.problem):
        yield Stage.of(name, Known.given(trace.problem.arrays()[name]))


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """As it is."""
    return operands.given(getattr(operands.problem, stage)[index])


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """As it is."""
    return operands.constant(getattr(operands.problem, stage)[index])


def count(problem: Problem, _sizes: Sizes) -> dict[str, Operations]:
    """Nothing is done."""
    return {stage: Operations() for stage in shapes(problem)}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """Stored once."""
    for stage in shapes(roundoff.problem):
        yield stage, roundoff.stored(stage)
