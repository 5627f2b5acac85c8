"""∂L/∂O, from which everything is worked backward: it is given."""

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
    """d_output, shaped as output."""
    return {} if problem.d_output is None else {"d_output": problem.d_output.shape}


def _given(problem: Problem) -> Array:
    assert problem.d_output is not None
    return problem.d_output


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """As it is."""
    yield Stage.of("d_output", Known.given(_given(trace.problem)))


def enclose(operands: Operands, _stage: str, index: Index) -> Interval:
    """As it is."""
    return operands.given(_given(operands.problem)[index])


def express(operands: Expressed, _stage: str, index: Index) -> Term:
    """As it is."""
    return operands.constant(_given(operands.problem)[index])


def count(_problem: Problem, _sizes: Sizes) -> dict[str, Operations]:
    """Nothing is done."""
    return {"d_output": Operations()}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """Stored once."""
    yield "d_output", roundoff.stored("d_output")
