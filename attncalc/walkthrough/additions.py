"""What a reader finds who adds up printed numbers: where it is not the printed sum, a note says so.

It goes by nothing but the digits that a table shows, whatever the table is of: rows that end in a
sum of numbers and its result, and columns that end in a total.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Context, Decimal
from itertools import pairwise

from attncalc.document.document import (
    Block,
    Cell,
    Inlines,
    Note,
    NoteKind,
    OfQuery,
    Row,
    RowKind,
    Section,
    Table,
)
from attncalc.document.expressions import Expression, Nothing, Number, Relation, Sign, Sum
from attncalc.document.wording import listing_of_first, words
from attncalc.records import dataclass
from attncalc.selection import Selection

_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_MOST_DIGITS = 60
"""Of numbers that are further apart nobody adds up the digits."""

_MOST_NAMED = 3

_WIDE = Context(prec=2 * _MOST_DIGITS, traps=[])


@dataclass(frozen=True)
class _Addition:
    """What printed terms add up to, where that is not the printed sum. place: of a row, a column.

    in_row: whether the terms stand side by side, or below each other.
    """

    place: Inlines
    found: Number
    in_row: bool


def with_additions(section: Section, selection: Selection) -> Section:
    """The section with a note behind each table whose printed terms do not add up as printed.

    Where nothing is left out, every such sum is named.
    """
    most = None if selection.full else _MOST_NAMED
    content: list[Block | OfQuery] = []
    for part in section.content:
        if isinstance(part, OfQuery):
            content.append(replace(part, blocks=tuple(_noted(part.blocks, most))))
        else:
            content += _noted((part,), most)
    return replace(section, content=tuple(content))


def _noted(blocks: Sequence[Block], most: int | None) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Table):
            off = [*_of_rows(block), *_of_columns(block)]
            if off:
                yield Note(NoteKind.REMARK, _said(off, most), topic=block.topic)


def _said(off: Sequence[_Addition], most: int | None) -> Inlines:
    found = listing_of_first([_told(addition) for addition in off], most)
    if len(off) == 1:
        return words(
            "The printed terms add up to {found}; the sum is taken before rounding.", found=found
        )
    return words(
        "The printed terms add up to {found}; sums are taken before rounding.", found=found
    )


def _told(addition: _Addition) -> Inlines:
    if addition.in_row:
        return words("{number} for {row}", number=addition.found, row=addition.place)
    return words("{number} in column {column}", number=addition.found, column=addition.place)


def _of_rows(table: Table) -> Iterator[_Addition]:
    """Rows with a sum of numbers, and what it comes to."""
    for row in table.rows:
        sides = [side for cell in row.cells for side in _sides(cell)]
        for (_, terms), (sign, total) in pairwise(sides):
            if sign and isinstance(terms, Sum) and isinstance(total, Number):
                found = _other_than(total, terms.terms)
                first = row.cells[0]
                if found is not None and isinstance(first, tuple):
                    yield _Addition(first, found, in_row=True)


def _of_columns(table: Table) -> Iterator[_Addition]:
    """Columns with a total."""
    totals = [row for row in table.rows if row.kind is RowKind.TOTAL]
    for row in totals:
        for place, column in enumerate(table.columns[: len(row.cells)]):
            total = _number(row.cells[place])
            terms = [_number(_cell(each, place)) for each in table.rows if each is not row]
            if isinstance(total, Number) and None not in terms:
                found = _other_than(total, [term for term in terms if term is not None])
                if found is not None:
                    yield _Addition(column.heading, found, in_row=False)


def _cell(row: Row, place: int) -> Cell:
    return row.cells[place] if place < len(row.cells) else ()


def _sides(cell: Cell) -> Iterator[tuple[Sign | None, Expression]]:
    """The sides of a relation that a cell holds or goes on with, each behind its sign."""
    for part in cell if isinstance(cell, tuple) else ():
        if isinstance(part, Relation):
            yield from part.steps
        elif isinstance(part, Expression):
            yield None, part


def _number(cell: Cell) -> Number | Nothing | None:
    """The number that a cell ends in, or that there is none to be added; else nothing is known."""
    last = [side for _, side in _sides(cell)][-1:]
    return last[0] if last and isinstance(last[0], Number | Nothing) else None


def _other_than(total: Number, terms: Sequence[Expression]) -> Number | None:
    """What the terms add up to as printed, if that is not the total as printed."""
    values = [_value(term) for term in terms if not isinstance(term, Nothing)]
    printed = _value(total)
    known = [value for value in values if value is not None]
    if printed is None or len(known) < len(values) or not any(known):
        return None
    ends = [_last_place(value) for value in known if value]
    last = min(_last_place(printed), max(ends))
    if max(value.adjusted() for value in (*known, printed)) - min(ends) > _MOST_DIGITS:
        return None
    found = Decimal(0)
    for value in known:
        found = _WIDE.add(found, value)
    off = _WIDE.abs(_WIDE.subtract(found, printed))
    if off <= Decimal((0, (5,), last - 1)):  # no more than its last digit is rounded by
        return None
    return Number(f"{found:f}")


def _last_place(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # they are finite
    return exponent


def _value(term: Expression) -> Decimal | None:
    """A number as it is printed in decimals; None for a fraction, a root, or what is no number."""
    if isinstance(term, Number) and _PLAIN.fullmatch(term.digits):
        return Decimal(term.digits)
    return None
