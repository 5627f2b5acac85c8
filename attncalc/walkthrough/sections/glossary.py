"""The symbols of a page, and what they stand for: the last section of a lesson.

What a symbol means is said by the step whose it is (Explanation.symbols); of a page only those are
told that stand on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from attncalc.document.document import Column, Heading, Inlines, Row, Section, Table
from attncalc.document.expressions import Dot, SumOver, Symbol, Transpose
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
        words("A capital letter stands for a matrix, a small one for a vector or a number."),
        *_by_example(page, told),
    )
    table = Table(columns, (*rows.values(), *_signs(told)))
    return Section(Heading(number, words("Symbols")), (table, how), topic="lesson")


def _by_example(page: Page, told: Sequence[Section]) -> Iterator[Inlines]:
    """What indices mean, by symbols that stand on the page."""
    query, token = page.query_name(page.queries[0]), page.query_token(page.queries[0], focused=True)
    indexed = [symbol for symbol in symbols_in(told) if symbol.indices[:1] == (query,)]
    whole = next((symbol for symbol in indexed if len(symbol.indices) == 1), None)
    if whole is not None:
        yield words(
            "A token below a letter says whose it is: {symbol} belongs to {token}.",
            symbol=whole,
            token=token,
        )
    first = next((symbol for symbol in indexed if symbol.indices[1:] == ("1",)), None)
    if first is not None:
        yield words(
            "A number behind a token says which entry: {symbol} is the first one of {vector}.",
            symbol=first,
            vector=Symbol(first.letter, (query,)),
        )


def _signs(told: Sequence[Section]) -> Iterator[Row]:
    """Signs that are no symbols, each by the first formula on the page that has it."""
    nodes = [*nodes_in(told)]
    transpose = next((node for node in nodes if isinstance(node, Transpose)), None)
    if transpose is not None:
        yield Row(((transpose,), words("the same matrix with its rows as columns")))
    dot = next((node for node in nodes if isinstance(node, Dot)), None)
    if dot is not None:
        yield Row(((dot,), words("the dot product: entry times entry, added up")))
    total = next((node for node in nodes if isinstance(node, SumOver)), None)
    if total is not None:
        index = Symbol(total.index)
        yield Row(
            ((total,), words("the sum over all keys, one {index} after the other", index=index))
        )


def symbols_in(part: object) -> Iterator[Symbol]:
    """Every symbol in a part of a document."""
    for node in nodes_in(part):
        if isinstance(node, SumOver):
            yield Symbol(node.index)
        elif isinstance(node, Symbol):
            yield node


def nodes_in(part: object) -> Iterator[object]:
    """Every record in a part of a document, whatever it is made of."""
    if isinstance(part, tuple | list):
        for each in part:
            yield from nodes_in(each)
    elif is_dataclass(part) and not isinstance(part, type):
        yield part
        for field in fields(part):
            yield from nodes_in(getattr(part, field.name))


def key_of(symbol: Symbol, apart: set[tuple[str, str]]) -> tuple[str, str]:
    """What a symbol is known by: its letter, and its first index where that makes it another."""
    whole = _whole_key(symbol)
    return whole if whole in apart else (symbol.letter, "")


_RUNNING = frozenset({"i", "j", "h"})
"""Indices that stand for any place."""


def _whole_key(symbol: Symbol) -> tuple[str, str]:
    first = symbol.indices[0] if symbol.indices else ""
    return symbol.letter, first if isinstance(first, str) and first not in _RUNNING else ""
