"""The heads' results side by side (Vaswani et al., 2017, 3.2.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Term
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = None


def shapes(problem: Problem) -> dict[str, Shape]:
    """concatenated (n, h·d_v)."""
    if problem.heads is None or problem.d_v is None:
        return {}
    return {"concatenated": (len(problem.tokens), problem.heads * problem.d_v)}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """The first head's columns first."""
    beside = trace.stages["head_outputs"].plain.moved(heads.concatenated)
    yield Stage.of("concatenated", beside, "head_outputs")


def enclose(operands: Operands, _stage: str, index: Index) -> Interval:
    """The same number, in its head."""
    i, c = index
    head, place = divmod(c, operands.trace["head_outputs"].shape[-1])
    return operands.of("head_outputs", (head, i, place))


def express(operands: Expressed, _stage: str, index: Index) -> Term:
    """The same number, in its head."""
    i, c = index
    head, place = divmod(c, operands.trace["head_outputs"].shape[-1])
    return operands.of("head_outputs", (head, i, place))


def count(_problem: Problem, _sizes: Sizes) -> dict[str, Operations]:
    """Nothing is done."""
    return {"concatenated": Operations()}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As far off as they are in their heads."""
    yield "concatenated", heads.concatenated(roundoff.found["head_outputs"])
