"""What values a number of a stage may have: from the inputs, from what is printed before it, and
from that with rounding on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial, reduce
from typing import TypeAlias

from attncalc.checking.floors import floors
from attncalc.names import GRADIENTS, STAGES
from attncalc.numbers import intervals
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import HIDDEN, Interval
from attncalc.numbers.rounding import rounded
from attncalc.problem.claims import Claim
from attncalc.steps.conventions import PLAIN, Reading
from attncalc.steps.enclosing import Index, Operands, is_worked_with, works_out
from attncalc.steps.order import steps_by_stage
from attncalc.steps.stages import HIDING
from attncalc.steps.trace import Trace
from attncalc.steps.unhidden import enclose_unhidden

Entry: TypeAlias = tuple[str, Index]
"""A stage and an index in it."""

_SAME_DIGITS = Decimal("1e-12")

_FINE = 8
"""With more decimals than these, rounding on the way is looked at with these first."""

OF_ROWS = STAGES[STAGES.index("exponentials") : STAGES.index("output") + 1]
"""Stages that depend on how the rows are read, a query at a time."""


class _Source:
    """One way to come by the numbers, and what is known of them already."""

    def __init__(self, operands: Operands) -> None:
        self.operands = operands
        self.known: dict[Entry, Interval] = {}

    def entry(self, stage: str, index: Index, made: Callable[[str, Index], Interval]) -> Interval:
        """What an entry may be; it is made once."""
        entry = (stage, index)
        if entry not in self.known:
            self.known[entry] = made(stage, index)
        return self.known[entry]

    def forget(self, row: Index) -> None:
        """A row is read in another way; nothing after the rows has been asked for yet."""
        self.operands.forget(row)
        for entry in [each for each in self.known if each[0] in (*OF_ROWS, *GRADIENTS)]:
            del self.known[entry]


class Enclosures:
    """The values that entries of a trace's stages may have.

    stand_ins: the claims in which a number stands for -inf, or -inf for a number.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.problem = trace.problem
        self.rounded = trace.problem.inputs == "rounded"
        self.tolerance = trace.problem.claims.tolerance
        self.claims = {
            (claim.stage, claim.index): claim
            for claim in trace.problem.claims.numbers
            if not claim.undefined
        }
        self.claimed_stages = frozenset(trace.problem.claims.stages)
        axes = 2 if trace.has_heads else 1
        claimed = [STAGES.index(stage) for stage in self.claimed_stages]
        self._first_claimed = min(claimed, default=len(STAGES))
        self._printed_rows = {(stage, index[:axes]) for stage, index in self.claims}
        self.stand_ins: frozenset[Entry] = frozenset()
        self._readings: dict[Index, Reading] = {}
        self._steps = steps_by_stage(trace.problem)
        self._inputs = _Source(
            Operands(trace, self.computed, lambda _stage, _row: False, self.reading)
        )
        self._prints = _Source(Operands(trace, self._operand, self._has_row, self.reading))
        self._floors: dict[int, dict[str, Array]] = {}
        self._rounding: dict[int, _Source] = {}

    @property
    def has_sink(self) -> bool:
        """Whether a logit without a value takes part in the softmax."""
        return self.problem.attention.sink is not None

    @property
    def has_powers(self) -> bool:
        """Whether weights are made of scores."""
        return self.problem.weights is None

    def row_of(self, claim: Claim) -> Index | None:
        """The row of scores that a claim follows from; None before these, and where heads meet."""
        stages = OF_ROWS[: OF_ROWS.index(self.trace.attended) + 1]
        if claim.stage not in stages:
            return None
        return claim.index[: 2 if self.trace.has_heads else 1]

    def rows_of(self, query: int) -> list[Index]:
        """The rows of scores of a query, one a head if there are heads."""
        if not self.trace.has_heads:
            return [(query,)]
        return [(head, query) for head in range(self.problem.heads or 0)]

    def rows_behind(self, claim: Claim) -> list[Index]:
        """The rows of scores that something after the heads depends on."""
        rows = self.rows_of(claim.index[0])
        if self.problem.W_O is None or claim.stage != "output":
            head = claim.index[1] // self.trace["head_outputs"].shape[-1]
            return rows[head : head + 1]
        return rows

    def reading(self, row: Index) -> Reading:
        """How a row is read, of a head if there are heads."""
        return self._readings.get(row, PLAIN)

    def read(self, row: Index, reading: Reading) -> None:
        """Read a row in this way from now on."""
        self._readings[row] = reading
        for source in (self._inputs, self._prints, *self._rounding.values()):
            source.forget(row)

    def computed(self, stage: str, index: Index) -> Interval:
        """What follows from the problem's inputs."""
        return self._inputs.entry(stage, index, self._from_inputs)

    def _from_inputs(self, stage: str, index: Index) -> Interval:
        return self._enclosed(self._inputs, stage, index)

    def _enclosed(self, source: _Source, stage: str, index: Index) -> Interval:
        """What an entry may be with a source's operands."""
        return self._steps[stage].enclose(source.operands, stage, index)

    def unmasked(self, claim: Claim) -> Interval:
        """What a claimed score may have been that nothing hides, however it was come by.

        Of a score that a bias or a mask hides, with its bias or without: a mask may be filled in
        before a bias is added.
        """
        stage, index = claim.stage, claim.index
        found: list[Interval] = []
        for source in (self._inputs, self._prints, self._rounded(claim.places)):
            if not self.trace.hides(stage):
                found.append(self._enclosed(source, stage, index))
                continue
            before = source.operands.before(stage, index)
            if stage in HIDING and not before.hidden:
                found.append(before)
            found.append(enclose_unhidden(source.operands, stage, index))
        return rounded(reduce(Interval.hull, found), claim.places)

    def reachable(self, stage: str, index: Index) -> Interval:
        """What can be reached from the numbers that are printed of earlier stages."""
        if self._begins(stage):
            return self.computed(stage, index)
        return self._enclosed(self._prints, stage, index)

    def is_reached(self, claim: Claim, claimed: Interval) -> bool:
        """Whether a claim is what rounding on the way, to as many decimals, may have led to.

        What is out of reach with few decimals is so with more. Numbers of a number type have any
        number of them, so most are told from wrong ones by rows that they have in common.
        """
        return all(
            claimed.meets(self.reach(claim.stage, claim.index, decimals))
            for decimals in sorted({min(claim.places, _FINE), claim.places})
        )

    def reach(self, stage: str, index: Index, decimals: int) -> Interval:
        """The same where what is not printed was rounded on the way, each number as it came.

        decimals: those that are left of each of them, or more.
        """
        return self._enclosed(self._rounded(decimals), stage, index)

    def claimed(self, claim: Claim) -> Interval:
        """The values that a claim, which is not NaN, may be the print of, rounded in either way."""
        if claim.hidden:
            return HIDDEN
        radii = [claim.unit / 2, self.tolerance]
        if claim.bits is not None:
            radii.append(self.floor(claim, claim.bits))
        return intervals.around(claim.value, intervals.total(*radii))

    def floor(self, claim: Claim, bits: int) -> Decimal:
        """How far a claim may be off that was computed with so many binary digits."""
        if bits not in self._floors:
            self._floors[bits] = floors(self.trace, bits)
        floor = Decimal(float(self._floors[bits][claim.stage][claim.index]))
        if floor.is_infinite():
            return floor
        return intervals.UP.multiply(floor, self._relative_to(claim))

    def _relative_to(self, claim: Claim) -> Decimal:
        """The size of powers and sums, whose floor is relative to them."""
        if claim.stage not in ("exponentials", "sums"):
            return Decimal(1)
        value = self.computed(claim.stage, claim.index)
        return max(value.low.copy_abs(), value.high.copy_abs())

    def _begins(self, stage: str) -> bool:
        """Whether nothing is printed before a stage."""
        return STAGES.index(stage) <= self._first_claimed

    def _rounded(self, decimals: int) -> _Source:
        if decimals not in self._rounding:
            operand = partial(self._rounded_operand, decimals)
            operands = Operands(self.trace, operand, self._has_row, self.reading, decimals)
            self._rounding[decimals] = _Source(operands)
        return self._rounding[decimals]

    def _has_row(self, stage: str, row: Index) -> bool:
        """Whether anything is printed of a row of a stage, of a head if there are heads."""
        return (stage, row) in self._printed_rows

    def _operand(self, stage: str, index: Index) -> Interval:
        """What an operand may be that is taken from the source's own numbers."""
        return self._prints.entry(stage, index, self._from_prints)

    def _from_prints(self, stage: str, index: Index) -> Interval:
        """A printed operand is anywhere in its interval; or if nothing was rounded, that number or
        the computed one. Where its stage is printed, but not this entry, it may be the computed
        value or what the numbers before it give: sources that write out one row have worked the
        others out one way or the other.
        """
        claim = self.claims.get((stage, index))
        if claim is None:
            return self._or_computed(stage, index, self.reachable(stage, index))
        if (stage, index) in self.stand_ins:
            return self.computed(stage, index)
        if self._printed_in_full(claim):
            return self.computed(stage, index).hull(intervals.point(claim.value))
        return self.claimed(claim)

    def _rounded_operand(self, decimals: int, stage: str, index: Index) -> Interval:
        """The same where what is not printed was rounded on the way."""
        made = partial(self._rounded_from_prints, decimals)
        return self._rounded(decimals).entry(stage, index, made)

    def _rounded_from_prints(self, decimals: int, stage: str, index: Index) -> Interval:
        if (stage, index) in self.claims:
            return self._operand(stage, index)
        if self._begins(stage) and not is_worked_with(self.trace, stage):
            value = self.computed(stage, index)
        else:
            value = self.reach(stage, index, decimals)
        if works_out(self.problem, stage):
            value = rounded(value, decimals)
        return self._or_computed(stage, index, value)

    def _or_computed(self, stage: str, index: Index, value: Interval) -> Interval:
        if stage in self.claimed_stages:
            return value.hull(self.computed(stage, index))
        return value

    def _printed_in_full(self, claim: Claim) -> bool:
        """Whether a print is the computed value itself, to 12 digits, and so was not rounded."""
        if claim.hidden:
            return False
        value = self.computed(claim.stage, claim.index)
        if value.hidden or (self.rounded and value.low != value.high):
            return False
        return value.distance(claim.value) <= abs(claim.value) * _SAME_DIGITS
