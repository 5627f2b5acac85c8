"""The claims on a stage as arrays, to be compared with what a stage would be under a mistake."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from attncalc.checking.enclosures import Enclosures
from attncalc.names import GRADIENTS, STAGES
from attncalc.numbers.arithmetic import Array, like
from attncalc.problem.claims import Claim
from attncalc.problem.options import STAND_IN
from attncalc.records import dataclass
from attncalc.report import Finding, Verdict
from attncalc.steps.stages import OF_HEADS
from attncalc.steps.trace import Trace

RowPlace: TypeAlias = tuple[int, int]
"""A head, 0 where there are none, and a token."""


@dataclass(frozen=True, eq=False)
class Prints:
    """All claims on one stage."""

    enclosures: Enclosures
    stage: str
    findings: Sequence[Finding]

    @cached_property
    def claims(self) -> list[Claim]:
        """What is claimed, in the order of the findings."""
        return [finding.claim for finding in self.findings]

    @cached_property
    def row_of_each(self) -> list[RowPlace]:
        """The row that each claim stands in."""
        found = []
        for claim in self.claims:
            head, place = self.enclosures.trace.within_head(self.stage, claim.index)
            found.append((head or 0, place[0]))
        return found

    @cached_property
    def rows(self) -> list[RowPlace]:
        """The rows that something is claimed of, in order."""
        return sorted(set(self.row_of_each))

    def rows_that_fit(self, values: Array) -> Array:
        """For each row, whether it would be printed as it is claimed if the stage were this."""
        fits = [self._fits(claim, values[claim.index]) for claim in self.claims]
        return self._whole_rows(np.array(fits))

    def rows_that_may_fit(self, values: Array, slack: float) -> Array:
        """The same of doubles that may be off by so much; beyond their range all may fit."""
        found, (low, high) = values[self.places], self.ends
        near = (found >= low - slack) & (found <= high + slack)
        return self._whole_rows(near | np.isnan(found) | np.isnan(low) | (found == np.inf))

    def _whole_rows(self, fits: Array) -> Array:
        missed = np.bincount(self.row_numbers, ~(fits | self._free), len(self.rows))
        return np.asarray(missed == 0)

    def _fits(self, claim: Claim, value: Any) -> bool:
        number = value if isinstance(value, Decimal) else Decimal(float(value))
        if claim.value.is_nan() or number.is_nan():
            return claim.value.is_nan() and not number  # 0 / 0, or what is put in its place
        if self._stands_for_hidden(claim):
            return number <= STAND_IN
        return number in self.enclosures.claimed(claim)

    def _stands_for_hidden(self, claim: Claim) -> bool:
        return self.enclosures.trace.hides(self.stage) and claim.value <= STAND_IN

    @cached_property
    def ends(self) -> tuple[Array, Array]:
        """The lowest and the highest value that each claim may be the print of."""
        ends = [self._ends(claim) for claim in self.claims]
        low, high = np.array(ends).T
        return low, high

    def _ends(self, claim: Claim) -> tuple[float, float]:
        if claim.value.is_nan():
            return math.nan, math.nan
        if self._stands_for_hidden(claim):
            return -math.inf, float(STAND_IN)
        interval = self.enclosures.claimed(claim)
        return float(interval.low), float(interval.high)

    @cached_property
    def places(self) -> tuple[Array, ...]:
        """Where the claims stand in the stage."""
        return tuple(np.array([claim.index for claim in self.claims]).T)

    @cached_property
    def row_numbers(self) -> Array:
        """The row of each claim, by its place among the rows."""
        number = {row: place for place, row in enumerate(self.rows)}
        return np.array([number[row] for row in self.row_of_each])

    @cached_property
    def _free(self) -> Array:
        """The right numbers of rows that are masked whole: any rule may have left these alone."""
        masked = _masked_rows(self.enclosures.trace, self.stage)
        return np.array(
            [
                finding.verdict is Verdict.CORRECT and row in masked
                for finding, row in zip(self.findings, self.row_of_each, strict=True)
            ]
        )


def _masked_rows(trace: Trace, stage: str) -> frozenset[RowPlace]:
    """The rows of a stage that no key is seen by."""
    if stage in GRADIENTS:
        return frozenset()
    scored = stage if trace.hides(stage) else trace.scored
    if not trace.hides(scored) or STAGES.index(stage) < STAGES.index(scored):
        return frozenset()
    hidden = trace[scored] == like(trace["weights"], "-Infinity")
    empty = hidden.all(axis=-1)
    if not trace.has_heads:
        return frozenset((0, row) for (row,) in np.argwhere(empty).tolist())
    if stage not in OF_HEADS:
        return frozenset((0, row) for (row,) in np.argwhere(empty.all(axis=0)).tolist())
    return frozenset((head, row) for head, row in np.argwhere(empty).tolist())
