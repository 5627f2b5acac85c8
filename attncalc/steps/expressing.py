"""What steps express their entries with, as formulas that wait for numbers.

An index has its head in front where there are heads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.awaiting import Terms
from attncalc.numbers.intervals import Interval
from attncalc.numbers.terms import HIDDEN, Constant, Term
from attncalc.problem.problem import Problem
from attncalc.records import dataclass
from attncalc.steps.trace import Trace

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Expressed:
    """Where a step takes the terms of an entry from.

    of: an entry of a stage, as it is gone on from. printed: whether anything of a row of a stage is
    awaited, so that it is taken from there. given: a number of the problem. known: an entry of a
    stage in numbers, where nothing of it is awaited.
    """

    trace: Trace
    of: Callable[[str, Index], Term]
    printed: Callable[[str, Index], bool]
    given: Callable[[Any], Interval]
    known: Callable[[str, Index], Term]

    @property
    def problem(self) -> Problem:
        """What is given."""
        return self.trace.problem

    @property
    def keys(self) -> range:
        """The places of the keys, those of the past too."""
        return range(len(self.problem.key_tokens))

    def vector(self, stage: str, row: Index) -> list[Term]:
        """A row of a stage. -> (d,)"""
        return [self.of(stage, (*row, place)) for place in range(self.trace[stage].shape[-1])]

    def row(self, stage: str, row: Index) -> Terms:
        """The same for a formula. -> (1, d)"""
        return Terms.of(self.vector(stage, row))

    def before(self, stage: str, index: Index) -> Term:
        """The entry at the same place of the stage that this one is made of."""
        return self.of(self.trace.stages[stage].made_of[0], index)

    def constant(self, number: Any) -> Term:
        """A number of the problem."""
        return Constant.of(self.given(number))

    def constants(self, numbers: Array) -> Terms:
        """Numbers of the problem, for a formula."""
        return Terms.like(numbers.shape, [self.constant(number) for number in numbers.flat])


def is_hidden(term: Term) -> bool:
    """Whether this is a score that is hidden."""
    return isinstance(term, Constant) and term.high == HIDDEN.high
