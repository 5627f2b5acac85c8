"""What may be answered in a blank: all that honest rounding can reach, and what mistakes give.

Whoever rounds each step to the decimals that are asked for, or to more, and goes on from that, ends
within the range of the right answer, or of the mistake that they made.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from functools import cached_property

from attncalc.checking.enclosures import Enclosures
from attncalc.language import template
from attncalc.numbers.intervals import Interval
from attncalc.numbers.rounding import rounded
from attncalc.numbers.terms import Entry
from attncalc.records import dataclass
from attncalc.sheet import Range
from attncalc.steps.conventions import Reading, Shift
from attncalc.steps.stages import OF_POWERS
from attncalc.steps.trace import Trace
from attncalc.worksheet.mistakes import Consequences, Mistake

SUBTRACTED = template("the largest score is subtracted before the powers are taken")
"""Powers as programs take them: other powers, and the same weights."""

_ROOM = 2
"""Decimals more than are asked for, in which the ends of a range are written, outward."""

_FARTHEST = Decimal("1e15")
"""An end of a range that is further away says nothing."""


def range_of(value: Interval, decimals: int) -> Range | None:
    """A range that has all of an interval in it, its ends with a few decimals more.

    None where that may be nearly anything.
    """
    if not -_FARTHEST < value.low <= value.high < _FARTHEST:
        return None
    last = Decimal(1).scaleb(-decimals - _ROOM)
    with decimal.localcontext() as context:
        context.prec = 400
        lower = value.low.quantize(last, decimal.ROUND_FLOOR)
        upper = value.high.quantize(last, decimal.ROUND_CEILING)
    return Range(lower + 0, upper + 0)  # no -0


@dataclass(frozen=True, eq=False)
class Tolerances:
    """What may be answered.

    decimals: those that numbers are asked with. enclosures: what the trace's numbers may be.
    consequences: of the mistakes that are looked at.
    """

    trace: Trace
    decimals: int
    enclosures: Enclosures
    consequences: Consequences

    @cached_property
    def _stable(self) -> Enclosures:
        """With every row's largest score subtracted first."""
        enclosures = Enclosures(self.trace)
        for query in range(len(self.trace.problem.tokens)):
            for row in enclosures.rows_of(query):
                enclosures.read(row, Reading(shift=Shift.ROW))
        return enclosures

    def right(self, entry: Entry, decimals: int) -> Range | None:
        """All that honest rounding gives; None where it leads anywhere.

        decimals: those that this number is asked with.
        """
        return self._reached(self.enclosures, entry, decimals)

    def with_the_largest_subtracted(self, entry: Entry, decimals: int) -> Range | None:
        """The same of powers as programs take them; None where nothing is a power."""
        if entry[0] not in OF_POWERS:
            return None
        return self._reached(self._stable, entry, decimals)

    def _reached(self, enclosures: Enclosures, entry: Entry, decimals: int) -> Range | None:
        finest = max(decimals, self.decimals)
        return range_of(rounded(enclosures.reach(*entry, finest), finest), finest)

    def under(self, mistake: Mistake, entry: Entry, decimals: int) -> Range | None:
        """All that honest rounding makes of a mistake; None where it gives no number."""
        finest = max(decimals, self.decimals)
        found = self.consequences.reached(mistake, entry, finest)
        return None if found is None else range_of(found, finest)
