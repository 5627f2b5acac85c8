"""The symbols of a page, and what they stand for: the last section of a lesson.

What a symbol means is said by the step whose it is (Explanation.symbols); of a page only those are
told that stand on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from attncalc.document.document import Column, Heading, Row, Section, Table
from attncalc.document.expressions import SumOver, Symbol
from attncalc.document.wording import words
from attncalc.walkthrough.page import Page, lesson
from attncalc.walkthrough.sections.order import explanations_of


def glossary(page: Page, told: Sequence[Section], number: int) -> Section:
    """What the symbols of these sections stand for, in the order of the steps."""
    meant = [
        each
        for explanation in explanations_of(page.trace.problem)
        for each in explanation.symbols(page)
    ]
    apart = {_whole_key(each.symbol) for each in meant}
    used = {key_of(symbol, apart) for symbol in symbols_in(told)}
    rows: dict[Symbol, Row] = {}
    for each in meant:
        if _whole_key(each.symbol) in used and each.symbol not in rows:
            rows[each.symbol] = Row(((each.symbol,), each.meaning, each.size))
    columns = (
        Column(words("symbol")),
        Column(words("what it stands for"), wraps=True),
        Column(words("size")),
    )
    how = lesson(
        words(
            "A capital letter is a whole matrix, a small one a row of it or a number. A token as "
            "an index means the row or the number of this token; a number behind it counts "
            "entries from 1."
        )
    )
    table = Table(columns, tuple(rows.values()))
    return Section(Heading(number, words("Symbols")), (table, how), topic="lesson")


def symbols_in(part: object) -> Iterator[Symbol]:
    """Every symbol in a part of a document."""
    if isinstance(part, Symbol):
        yield part
    elif isinstance(part, tuple | list):
        for each in part:
            yield from symbols_in(each)
    elif is_dataclass(part) and not isinstance(part, type):
        if isinstance(part, SumOver):
            yield Symbol(part.index)
        for field in fields(part):
            yield from symbols_in(getattr(part, field.name))


def key_of(symbol: Symbol, apart: set[tuple[str, str]]) -> tuple[str, str]:
    """What a symbol is known by: its letter, and its first index where that makes it another."""
    whole = _whole_key(symbol)
    return whole if whole in apart else (symbol.letter, "")


_RUNNING = frozenset({"i", "j", "h"})
"""Indices that stand for any place."""


def _whole_key(symbol: Symbol) -> tuple[str, str]:
    first = symbol.indices[0] if symbol.indices else ""
    return symbol.letter, first if isinstance(first, str) and first not in _RUNNING else ""
