"""What a step is: one mechanism of attention, from the stages before it to its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol, TypeAlias

from attncalc.problem.problem import Problem
from attncalc.steps.trace import Stage, Trace

Shape: TypeAlias = tuple[int, ...]


class Step(Protocol):
    """A module of this folder. The engine walks the list of them, in order."""

    def shapes(self, problem: Problem, /) -> dict[str, Shape]:
        """Its stages and their shapes, of one head; none where the problem goes without it."""
        ...

    def work(self, trace: Trace, asked: Collection[str], /) -> Iterator[Stage]:
        """Its stages, and by-products, each from those before it.

        asked: the stages that are wanted, of those that are not kept in large problems. Called
        only where the problem has any of its stages.
        """
        ...
