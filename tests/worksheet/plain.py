"""Sheets without ranges and mistakes, which take most of the time that it takes to make one."""

from __future__ import annotations

from decimal import Decimal

from attncalc.numbers.terms import Entry
from attncalc.sheet import Blank, Range, Sheet
from attncalc.steps.trace import Trace
from attncalc.worksheet import asking
from attncalc.worksheet.carrying import Carrying

ANYTHING = Range(Decimal(-9), Decimal(9))


def plain(trace: Trace, level: int = 2, blank: str | None = None) -> Sheet:
    """A sheet that asks for the same numbers as one that is made."""
    focus = asking.focus_of(trace, None)
    entries = (
        asking.by_level(trace, level, focus)
        if blank is None
        else asking.by_name(trace, blank, focus)
    )
    carrying = Carrying(trace, entries, 4)
    blanks = [
        blank
        for stage in dict.fromkeys(s for s, _ in entries)
        for blank in _of(trace, stage, entries)
    ]
    return Sheet(
        trace,
        tuple(blanks),
        4,
        focus.query,
        focus.head,
        carrying.depends,
        {},
        f"1-f-1-{level}-test",
    )


def _of(trace: Trace, stage: str, entries: list[Entry]) -> list[Blank]:
    places = [index for name, index in entries if name == stage]
    values = [trace[stage][index] for index in places]
    return [
        Blank(stage, index, value, asking.answer_of(value, decimals), decimals, ANYTHING)
        for index, value, decimals in zip(
            places, values, asking.decimals_of(values, 4), strict=True
        )
    ]
