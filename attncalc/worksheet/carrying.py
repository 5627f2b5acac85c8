"""What a number may be if somebody goes on from the numbers that they have: a term a number."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from attncalc.checking.enclosures import Enclosures
from attncalc.numbers.rounding import rounded
from attncalc.numbers.terms import Awaited, Constant, Entry, Rounded, Term
from attncalc.steps.enclosing import Index, Operands, works_out
from attncalc.steps.expressing import Expressed
from attncalc.steps.order import steps_by_stage
from attncalc.steps.trace import Trace


class Carrying:
    """Terms of a trace's entries, of numbers that are awaited.

    awaited: those that are handed in. decimals: those that are asked for, to which numbers between
    them may have been rounded. enclosures: what the trace's numbers may be, where it is asked
    already.
    """

    def __init__(
        self,
        trace: Trace,
        awaited: Collection[Entry],
        decimals: int,
        enclosures: Enclosures | None = None,
    ) -> None:
        self.trace = trace
        self.decimals = decimals
        self._awaited = frozenset(awaited)
        rows = 2 if trace.has_heads else 1
        self._rows = {(stage, index[:rows]) for stage, index in self._awaited}
        self._steps = steps_by_stage(trace.problem)
        self._enclosures = enclosures or Enclosures(trace)
        self._terms: dict[Entry, Term] = {}
        self._operands = Expressed(
            trace, self._gone_on_from, self._has_row, self._given().given, self._known
        )

    def term(self, stage: str, index: Index) -> Term:
        """How an entry is made of numbers awaited before it, and of those that are known."""
        entry = (stage, index)
        if entry not in self._terms:
            self._terms[entry] = self._steps[stage].express(self._operands, stage, index)
        return self._terms[entry]

    def depends(self, stage: str, index: Index) -> bool:
        """Whether an entry waits for any of them: whoever sees it can tell one of those."""
        return (stage, index) in self._awaited or bool(self.term(stage, index).awaited)

    def _gone_on_from(self, stage: str, index: Index) -> Term:
        if (stage, index) in self._awaited:
            return Awaited((stage, index))
        term = self.term(stage, index)
        if not term.awaited:
            return self._known(stage, index)
        return Rounded(term) if works_out(self.trace.problem, stage) else term

    def _known(self, stage: str, index: Index) -> Constant:
        value = self._enclosures.reach(stage, index, self.decimals)
        if works_out(self.trace.problem, stage) and not value.hidden:
            value = rounded(value, self.decimals)
        return Constant.of(value)

    def _has_row(self, stage: str, row: Index) -> bool:
        return (stage, row) in self._rows

    def _given(self) -> Operands:
        """What numbers of the problem may be."""
        return Operands(
            self.trace,
            self._enclosures.computed,
            self._has_row,
            self._enclosures.reading,
        )


def half_a_unit(decimals: int) -> Decimal:
    """Half a unit of the last place."""
    return Decimal(5).scaleb(-decimals - 1)
