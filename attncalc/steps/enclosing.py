"""What steps enclose their entries with: where operands come from, and what is given.

Where a row's own operands may be anywhere in their intervals, each stage's bounds are exact; from
stage to stage they are safe, and may be wider than need be, because an operand that stands in two
places is taken to vary in each on its own. An index has its head in front where there are heads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np

from attncalc.numbers import intervals
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.enclosed import Enclosed
from attncalc.numbers.intervals import Interval
from attncalc.numbers.rounding import rounded
from attncalc.numbers.rows import RoundedRow, Row
from attncalc.problem import heads
from attncalc.problem.claims import has_point, unit_of
from attncalc.problem.problem import Problem
from attncalc.records import dataclass
from attncalc.steps.conventions import Reading
from attncalc.steps.trace import Trace

Index: TypeAlias = tuple[int, ...]

_HALF_AN_ULP = Decimal(2) ** -53


@dataclass(frozen=True, eq=False)
class Operands:
    """Where a step takes the operands of an entry from.

    of: what an entry of a stage may be. printed: whether anything is printed of a row of a stage,
    so that it is taken from there. reading: how a row is read. decimals: those that numbers are
    rounded to on the way, or more of them; None where they are not. rows, rounded_rows: those of
    scores that were taken already; shifted: those less what is subtracted from them; vectors: of
    queries and keys; formulas: what was worked out of these.
    """

    trace: Trace
    of: Callable[[str, Index], Interval]
    printed: Callable[[str, Index], bool]
    reading: Callable[[Index], Reading]
    decimals: int | None = None
    rows: dict[Index, Row] = field(default_factory=dict)
    rounded_rows: dict[Index, RoundedRow] = field(default_factory=dict)
    shifted: dict[Index, list[Interval]] = field(default_factory=dict)
    vectors: dict[tuple[str, Index], list[Interval]] = field(default_factory=dict)
    formulas: dict[tuple[str, Index], Enclosed] = field(default_factory=dict)

    @property
    def problem(self) -> Problem:
        """What is given."""
        return self.trace.problem

    @property
    def keys(self) -> range:
        """The places of the keys, those of the past too."""
        return range(len(self.problem.key_tokens))

    def vector(self, stage: str, row: Index, width: int) -> list[Interval]:
        """A row of a stage before the scores; it is taken once."""
        vector = self.vectors.get((stage, row))
        if vector is None:
            vector = [self.of(stage, (*row, place)) for place in range(width)]
            self.vectors[stage, row] = vector
        return vector

    def row(self, stage: str, row: Index) -> Enclosed:
        """The same for a formula. -> (1, d)"""
        return Enclosed.of(self.vector(stage, row, self.trace[stage].shape[-1]), self.decimals)

    def worked(self, name: str, row: Index, formula: Callable[[], Enclosed]) -> Enclosed:
        """What a formula makes of a row, or of nothing but what is given; it is worked out once."""
        if (name, row) not in self.formulas:
            self.formulas[name, row] = formula()
        return self.formulas[name, row]

    def constant(self, numbers: Array) -> Enclosed:
        """Numbers of the problem, for a formula."""
        return Enclosed.like(numbers, map(self.given, numbers.flat), self.decimals)

    def before(self, stage: str, index: Index) -> Interval:
        """The entry at the same place of the stage that this one is made of."""
        return self.of(self.trace.stages[stage].made_of[0], index)

    def on_the_way(self, value: Interval) -> Interval:
        """A number that is worked on with, and is no entry of a stage."""
        return value if self.decimals is None else rounded(value, self.decimals)

    def given(self, number: Any) -> Interval:
        """A number of the problem, anywhere in its printed interval if inputs are rounded."""
        if self.problem.inputs == "rounded" and has_point(number):
            return intervals.around(number, unit_of(number) / 2)
        return typed(number)

    def forget(self, row: Index) -> None:
        """A row is read in another way."""
        self.rows.pop(row, None)
        self.rounded_rows.pop(row, None)
        self.shifted.pop(row, None)


def typed(number: Any) -> Interval:
    """What was typed, or what a double is nearest to, half a unit of its last place."""
    if isinstance(number, Decimal):
        return intervals.typed(number)
    double = Decimal(float(number))
    return intervals.around(double, abs(double) * _HALF_AN_ULP)


def group_of(problem: Problem, head: Sequence[int]) -> list[int]:
    """The key-value head of a query head, from and to the front of an index; none without heads."""
    if problem.heads is None or problem.kv_heads is None:
        return [*head]
    return [heads.group_of(head[0], problem.heads, problem.kv_heads)]


def works_out(problem: Problem, stage: str) -> bool:
    """Whether a stage is worked out, rather than given or the same numbers as before.

    What is worked out may have been rounded, so that of a stage that is not named here no number
    is taken to be wrong that is not.
    """
    if stage == "positions":
        return not isinstance(problem.attention.positions, np.ndarray)
    if stage in ("Q", "K", "V"):
        return getattr(problem, f"W_{stage}") is not None
    return stage not in {"X", "X_key", "scores", "weights", "d_output"} & problem.arrays().keys()


def is_worked_with(trace: Trace, stage: str) -> bool:
    """Whether anything of which a stage is made is worked out, or it is more than dot products."""
    chosen = trace.problem.attention.chosen("score")
    if works_out(trace.problem, stage) and not (stage == "scores" and chosen is None):
        return True
    before = (each for each in trace.stages[stage].made_of if each in trace.stages)
    return any(is_worked_with(trace, each) for each in before)
