"""What a step is: one mechanism of attention, from the stages before it to its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal, Protocol, TypeAlias

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Term
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

Shape: TypeAlias = tuple[int, ...]

Part: TypeAlias = Literal[
    "projections",
    "positions",
    "normalization",
    "scores",
    "softmax",
    "weighted_sum",
    "gate",
    "output_projection",
    "backward",
]
"""What costs are added up by."""


class Step(Protocol):
    """A module of this folder; nothing of it is optional. Whoever needs to know something of each
    stage walks the list of steps, in order.
    """

    @property
    def PART(self) -> Part | None:  # noqa: N802 - a constant of a module
        """The part of the computation that it belongs to; None where it computes nothing."""
        ...

    def shapes(self, problem: Problem, /) -> dict[str, Shape]:
        """Its stages and their shapes, of one head; none where the problem goes without it.

        Whatever follows is asked only of a problem that has any of its stages.
        """
        ...

    def work(self, trace: Trace, asked: Collection[str], /) -> Iterator[Stage]:
        """Its stages, and by-products, each from those before it.

        asked: the stages that are wanted, of those that are not kept in large problems.
        """
        ...

    def enclose(self, operands: Operands, stage: str, index: Index, /) -> Interval:
        """The values that an entry of one of its stages may have with these operands."""
        ...

    def express(self, operands: Expressed, stage: str, index: Index, /) -> Term:
        """The same as a formula of the stages before it, to be worked out with other numbers."""
        ...

    def count(self, problem: Problem, sizes: Sizes, /) -> dict[str, Operations]:
        """The operations of each of its stages, if the problem had these sizes."""
        ...

    def floor(self, roundoff: Roundoff, /) -> Iterator[tuple[str, Array]]:
        """By how much the entries of its stages are to be expected to be off in few bits.

        Each from those before it, in order; of those that the trace has.
        """
        ...
