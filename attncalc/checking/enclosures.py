"""What values a number of a stage may have: from the inputs, and from what is printed before it."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from attncalc.checking import intervals
from attncalc.checking.intervals import HIDDEN, Interval
from attncalc.checking.rules import Index, Operands, Rules
from attncalc.claims import Claim
from attncalc.trace import Trace

Entry: TypeAlias = tuple[str, Index]
"""A stage and an index in it."""

_SAME_DIGITS = Decimal("1e-12")


class Enclosures:
    """The values that entries of a trace's stages may have."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.problem = trace.problem
        self.rounded = trace.problem.inputs == "rounded"
        self.tolerance = trace.problem.claims.tolerance
        self.claims = {(claim.stage, claim.index): claim for claim in trace.problem.claims.numbers}
        self.claimed_stages = frozenset(trace.problem.claims.stages)
        axes = 2 if trace.has_heads else 1
        self._printed_rows = {(stage, index[:axes]) for stage, index in self.claims}
        self._computed: dict[Entry, Interval] = {}
        self._printed: dict[Entry, Interval] = {}
        self._rules = Rules(trace)
        self._of_inputs = Operands(self.computed, lambda _stage, _row: False)
        self._of_prints = Operands(self._operand, self._has_row)

    def computed(self, stage: str, index: Index) -> Interval:
        """What follows from the problem's inputs."""
        entry = (stage, index)
        if entry not in self._computed:
            self._computed[entry] = self._rules.enclosure(stage, index, self._of_inputs)
        return self._computed[entry]

    def reachable(self, stage: str, index: Index) -> Interval:
        """What can be reached from the numbers that are printed of earlier stages."""
        return self._rules.enclosure(stage, index, self._of_prints)

    def claimed(self, claim: Claim) -> Interval:
        """The values that a claim may be the print of, rounded in either way."""
        if claim.hidden:
            return HIDDEN
        return intervals.around(claim.value, intervals.total(claim.unit / 2, self.tolerance))

    def _has_row(self, stage: str, row: Index) -> bool:
        """Whether anything is printed of a row of a stage, of a head if there are heads."""
        return (stage, row) in self._printed_rows

    def _operand(self, stage: str, index: Index) -> Interval:
        """What an operand may be that is taken from the source's own numbers.

        A printed one is anywhere in its interval; or if nothing was rounded, that number or the
        computed one. Where its stage is printed, but not this entry, it may be the computed value
        or what the numbers before it give: sources that write out one row have worked the others
        out one way or the other.
        """
        entry = (stage, index)
        if entry not in self._printed:
            claim = self.claims.get(entry)
            if claim is not None and self._printed_in_full(claim):
                value = self.computed(stage, index).hull(intervals.point(claim.value))
            elif claim is not None:
                value = self.claimed(claim)
            else:
                value = self.reachable(stage, index)
                if stage in self.claimed_stages:
                    value = value.hull(self.computed(stage, index))
            self._printed[entry] = value
        return self._printed[entry]

    def _printed_in_full(self, claim: Claim) -> bool:
        """Whether a print is the computed value itself, to 12 digits, and so was not rounded."""
        if claim.hidden:
            return False
        value = self.computed(claim.stage, claim.index)
        if value.hidden or (self.rounded and value.low != value.high):
            return False
        return value.distance(claim.value) <= abs(claim.value) * _SAME_DIGITS
