"""What a gradient is worked out of: whole stages of any kind of number, or some entries of them.

A step says once, over numbers of any kind (numbers/formulas.py), how its stages are made whole, and
how one entry is. Of the first, values, counts and floors are had; of the second, what an entry may
be, and the tree of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from typing import Protocol, TypeAlias, TypeVar

import numpy as np

from attncalc.names import NAMES, Axis
from attncalc.numbers.arithmetic import Array, is_exact_kind, like
from attncalc.numbers.awaiting import Terms
from attncalc.numbers.counted import Counted, Tally
from attncalc.numbers.enclosed import Enclosed
from attncalc.numbers.floating import Floating
from attncalc.numbers.formulas import Worked
from attncalc.numbers.intervals import ZERO, Interval
from attncalc.numbers.known import Known, joined
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Constant, Either, Term
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.records import dataclass
from attncalc.steps.backward.forward import Forward
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed, is_hidden
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.scale import enclose_scaled, express_scaled, scaled, size_of_scale
from attncalc.steps.stages import OF_GROUPS, OF_HEADS
from attncalc.steps.trace import Stage, Trace

W = TypeVar("W", bound=Worked)


class Wholes(Protocol[W]):
    """Whole stages, with an axis for the heads in front where a problem has heads."""

    @property
    def forward(self) -> Forward: ...

    def stage(self, name: str, /) -> W:
        """A stage, of the way there or of the way back."""
        ...

    def given(self, numbers: Array, stage: str | None = None, /) -> W:
        """Numbers of the problem: as many as those of a stage, or whatever the number of tokens."""
        ...

    def enclosed(self, value: Interval, /) -> W:
        """A number that is known to be in there, of no rows and columns."""
        ...

    def beside(self, name: str, formula: Callable[[], W], /) -> W:
        """What was worked out on the way there already, and is no stage."""
        ...

    def uncounted(self, formula: Callable[[], W], /) -> W:
        """What is asked for to tell a case, and is no part of what is computed."""
        ...

    def new(self, name: str, /) -> int:
        """How many rows of Q, K or V are this step's, and not cached."""
        ...

    def scaled(self, numbers: W, /) -> W:
        """Numbers, scaled as the scores are."""
        ...

    def below(self, first: W, then: W, /) -> W:
        """Rows below each other."""
        ...

    def defined(self, made: W, length: W, /) -> W:
        """Rows, and 0 where a length is: a direction that there is not has no derivative."""
        ...


Made: TypeAlias = tuple[str, W, tuple[str, ...]]
"""A stage's name, its numbers, and what it is made of."""


class OfTrace:
    """Stages as they were worked out."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.forward = trace, Forward(trace.problem)

    def stage(self, name: str) -> Known:
        return self.trace.stages[name].plain

    def given(self, numbers: Array, _stage: str | None = None) -> Known:
        return Known.given(numbers)

    def enclosed(self, value: Interval) -> Known:
        kind = self.trace["d_output"]
        middle = value.middle if is_exact_kind(kind) else float(value.middle)
        return Known(np.array(middle, dtype=kind.dtype), np.array(False))

    def beside(self, name: str, _formula: Callable[[], Known]) -> Known:
        found = self.trace.by_products[name]
        return Known(found.values, found.exact)

    def uncounted(self, formula: Callable[[], Known]) -> Known:
        return formula()

    def new(self, name: str) -> int:
        problem = self.trace.problem
        keys = len(problem.key_tokens) - problem.past_length
        return len(problem.tokens) if name == "Q" else keys

    def scaled(self, numbers: Known) -> Known:
        return scaled(self.trace.problem, numbers)

    def below(self, first: Known, then: Known) -> Known:
        return joined([first, then], axis=-2)

    def defined(self, made: Known, length: Known) -> Known:
        nothing = np.equal(length.values, 0)
        values = np.where(nothing, like(made.values, 0), made.values)
        return Known(values, made.exact & ~nothing)


class OfRoundoff:
    """Stages with how far they are off in few bits."""

    def __init__(self, roundoff: Roundoff) -> None:
        self.roundoff, self.forward = roundoff, Forward(roundoff.problem)

    def stage(self, name: str) -> Floating:
        return self.roundoff.floating(name)

    def given(self, numbers: Array, _stage: str | None = None) -> Floating:
        return Floating.stored(numbers, self.roundoff.unit)

    def enclosed(self, value: Interval) -> Floating:
        return self.given(np.array(float(value.middle)))

    def beside(self, _name: str, formula: Callable[[], Floating]) -> Floating:
        return formula()

    def uncounted(self, formula: Callable[[], Floating]) -> Floating:
        return formula()

    def new(self, name: str) -> int:
        return OfTrace(self.roundoff.trace).new(name)

    def scaled(self, numbers: Floating) -> Floating:
        scale = size_of_scale(self.roundoff.trace)
        return numbers * Floating.stored(np.array(scale), self.roundoff.unit)

    def below(self, first: Floating, then: Floating) -> Floating:
        pairs = ((first.values, then.values), (first.off, then.off))
        values, off = (np.concatenate(pair, axis=-2) for pair in pairs)
        return Floating(values, off, self.roundoff.unit)

    def defined(self, made: Floating, length: Floating) -> Floating:
        nothing = length.values == 0
        values, off = (np.where(nothing, 0.0, each) for each in (made.values, made.off))
        return Floating(values, off, self.roundoff.unit)


class OfSizes:
    """Stages without numbers, as large as they would be if a problem had these sizes."""

    def __init__(self, problem: Problem, sizes: Sizes, tally: Tally) -> None:
        self.problem, self.sizes, self.tally = problem, sizes, tally
        self.forward = Forward(problem)

    def stage(self, name: str) -> Counted:
        widths = self.forward.shapes[name.removeprefix("d_")]
        axes = NAMES[name].axes[-len(widths) :]
        along = {
            Axis.QUERY: self.sizes.n,
            Axis.KEY: self.sizes.m,
            Axis.NEW_KEY: self.sizes.m - self.sizes.past,
        }
        shape = [along.get(axis, width) for axis, width in zip(axes, widths, strict=True)]
        if name in OF_HEADS and self.problem.heads is not None:
            grouped = name in OF_GROUPS
            shape.insert(0, self.sizes.kv_heads if grouped else self.sizes.heads)
        return Counted(tuple(shape), self.tally)

    def given(self, numbers: Array, stage: str | None = None) -> Counted:
        return Counted(numbers.shape, self.tally) if stage is None else self.stage(stage)

    def enclosed(self, _value: Interval) -> Counted:
        return Counted((), self.tally)

    def beside(self, _name: str, formula: Callable[[], Counted]) -> Counted:
        return self.uncounted(formula)

    def uncounted(self, formula: Callable[[], Counted]) -> Counted:
        before = self.tally.done
        made = formula()
        self.tally.done = before
        return made

    def new(self, name: str) -> int:
        return self.sizes.n if name == "Q" else self.sizes.m - self.sizes.past

    def scaled(self, numbers: Counted) -> Counted:
        other = Counted((), self.tally)
        by_factor = isinstance(self.problem.attention.scale, Decimal)
        return numbers * other if by_factor else numbers / other

    def below(self, first: Counted, then: Counted) -> Counted:
        *leading, _, width = then.shape
        return Counted((*leading, first.shape[-2] + then.shape[-2], width), self.tally)

    def defined(self, made: Counted, _length: Counted) -> Counted:
        return made


class Entries(Protocol[W]):
    """Some entries of stages, by their indices, which have the head in front where there is one."""

    @property
    def forward(self) -> Forward: ...

    def block(self, stage: str, rows: Sequence[Sequence[Index]], /) -> W:
        """Entries as rows and columns."""
        ...

    def given(self, numbers: Array, /) -> W:
        """Numbers of the problem."""
        ...

    def enclosed(self, value: Interval, /) -> W:
        """A number that is known to be in there, of no rows and columns."""
        ...

    def scaled(self, number: W, /) -> W:
        """A number, scaled as the scores are."""
        ...

    def hidden(self, stage: str, index: Index, /) -> bool:
        """Whether a score is hidden."""
        ...

    def stacked(self, cells: Sequence[W], /) -> W:
        """Single numbers below each other."""
        ...

    def defined(self, made: W, length: W, /) -> W:
        """A row, and 0 where its length is."""
        ...

    def either(self, *ways: Callable[[], W]) -> W:
        """The first of several ways; where numbers are rounded on the way, any of them."""
        ...


class OfOperands:
    """What entries may be."""

    def __init__(self, operands: Operands) -> None:
        self.operands, self.forward = operands, Forward(operands.problem)

    def block(self, stage: str, rows: Sequence[Sequence[Index]]) -> Enclosed:
        of = self.operands.of
        cells = [of(stage, index) for row in rows for index in row]
        return Enclosed.of(cells, self.operands.decimals).moved(
            lambda row: row.reshape(len(rows), -1)
        )

    def given(self, numbers: Array) -> Enclosed:
        return self.operands.constant(numbers)

    def enclosed(self, value: Interval) -> Enclosed:
        return Enclosed.of([value], self.operands.decimals)

    def scaled(self, number: Enclosed) -> Enclosed:
        return self._made([enclose_scaled(self.operands, number.operands[0, 0])])

    def hidden(self, stage: str, index: Index) -> bool:
        return self.operands.of(stage, index).hidden

    def stacked(self, cells: Sequence[Enclosed]) -> Enclosed:
        return self._made([cell.cells[0, 0] for cell in cells]).swapaxes(0, 1)

    def defined(self, made: Enclosed, length: Enclosed) -> Enclosed:
        nothing = length.cells[0, 0] == ZERO
        return self._made([ZERO] * made.shape[-1]) if nothing else made

    def _made(self, cells: Sequence[Interval]) -> Enclosed:
        return Enclosed(Enclosed.of(cells).cells, self.operands.decimals, result=True)

    def either(self, *ways: Callable[[], Enclosed]) -> Enclosed:
        if self.operands.decimals is None:
            return ways[0]()
        first, *others = (way() for way in ways)
        for other in others:
            first = first.hull(other)
        return first


class OfExpressed:
    """Entries as terms."""

    def __init__(self, operands: Expressed) -> None:
        self.operands, self.forward = operands, Forward(operands.problem)

    def block(self, stage: str, rows: Sequence[Sequence[Index]]) -> Terms:
        of = self.operands.of
        cells = [of(stage, index) for row in rows for index in row]
        return Terms.like((len(rows), len(rows[0])), cells)

    def given(self, numbers: Array) -> Terms:
        return self.operands.constants(numbers)

    def enclosed(self, value: Interval) -> Terms:
        return Terms.of([Constant.of(value)])

    def scaled(self, number: Terms) -> Terms:
        return self._made([express_scaled(self.operands.problem, number.operands[0, 0])])

    def hidden(self, stage: str, index: Index) -> bool:
        return is_hidden(self.operands.of(stage, index))

    def stacked(self, cells: Sequence[Terms]) -> Terms:
        return self._made([cell.cells[0, 0] for cell in cells]).swapaxes(0, 1)

    def defined(self, made: Terms, length: Terms) -> Terms:
        """0 / 0 is 0: the length by itself is 1 otherwise."""
        return made * (length / length)

    def _made(self, cells: Sequence[Term]) -> Terms:
        return Terms(Terms.of(cells).cells, result=True)

    def either(self, *ways: Callable[[], Terms]) -> Terms:
        made = [way() for way in ways]
        cells = [
            Either(tuple(each)) for each in zip(*(way.cells.flat for way in made), strict=True)
        ]
        return Terms(Terms.like(made[0].shape, cells).cells, result=True)


def added(parts: Sequence[W]) -> W:
    """What comes of several, added up."""
    total, *others = parts
    for other in others:
        total = total + other
    return total


class Whole(Protocol):
    """How a step's stages are made whole."""

    def __call__(self, wholes: Wholes[W], /) -> Iterator[Made[W]]: ...


class Entry(Protocol):
    """How an entry of one of them is made. -> (1, 1)"""

    def __call__(self, entries: Entries[W], stage: str, index: Index, /) -> W: ...


@dataclass(frozen=True)
class Formulas:
    """All that a step is asked for, but which stages there are, of its two formulas."""

    whole: Whole
    entry: Entry

    def work(self, trace: Trace, _asked: Collection[str], /) -> Iterator[Stage]:
        """The stages, as the formula makes of what was worked out before."""
        for name, numbers, made_of in self.whole(OfTrace(trace)):
            yield Stage.of(name, numbers, *made_of)

    def enclose(self, operands: Operands, stage: str, index: Index, /) -> Interval:
        """What an entry may be, as its formula makes of intervals."""
        found: Interval = self.entry(OfOperands(operands), stage, index).cells[0, 0]
        return found

    def express(self, operands: Expressed, stage: str, index: Index, /) -> Term:
        """The same as a tree that waits for numbers."""
        found: Term = self.entry(OfExpressed(operands), stage, index).cells[0, 0]
        return found

    def count(self, problem: Problem, sizes: Sizes, /) -> dict[str, Operations]:
        """As many operations as the formula does."""
        tally, found = Tally(), dict[str, Operations]()
        for name, _numbers, _made_of in self.whole(OfSizes(problem, sizes, tally)):
            found[name], tally.done = tally.done, Operations()
        return found

    def floor(self, roundoff: Roundoff, /) -> Iterator[tuple[str, Array]]:
        """As the formula makes of numbers that are off already."""
        for name, numbers, _made_of in self.whole(OfRoundoff(roundoff)):
            yield name, numbers.off + roundoff.stored(name)
