"""What a reader finds who adds up printed numbers: where it is not the printed sum, a note says so.

It goes by nothing but the digits that a table shows, whatever the table is of: rows that end in a
sum of numbers and its result, and columns that end in a total. A lesson says it of products and
quotients, too, by an example from each table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Context, Decimal
from fractions import Fraction as Rational
from itertools import pairwise
from math import floor, prod

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
    Words,
)
from attncalc.document.expressions import (
    Expression,
    Fraction,
    Nothing,
    Number,
    Product,
    Relation,
    Sign,
    Sum,
    Vector,
)
from attncalc.document.style import Rounding
from attncalc.document.wording import listing_of_first, words
from attncalc.records import dataclass
from attncalc.selection import Selection

_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_MOST_DIGITS = 60
"""Of numbers that are further apart nobody adds up the digits."""

_MOST_NAMED = 3

_ONE = Rational(1)

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
    content: list[Block | OfQuery] = []
    for part in section.content:
        if isinstance(part, OfQuery):
            content.append(replace(part, blocks=tuple(_noted(part.blocks, selection))))
        else:
            content += _noted((part,), selection)
    return replace(section, content=tuple(content))


def _noted(blocks: Sequence[Block], selection: Selection) -> Iterator[Block]:
    most = None if selection.full else _MOST_NAMED
    for block in blocks:
        yield block
        if isinstance(block, Table):
            off = [*_of_rows(block), *_of_columns(block)]
            if off:
                yield Note(NoteKind.REMARK, _said(off, most), topic=block.topic)
            if "lesson" not in selection.hidden:
                yield from _worked_again(block, selection.style.rounding)


def _worked_again(table: Table, rounding: Rounding) -> Iterator[Note]:
    """The first operation of a table that comes to another number with its printed digits."""
    for operation, printed in _operations(table):
        found = _found(operation, printed, rounding)
        if found is not None:
            said = words(
                "With the printed digits, {operation} would come to {found}, not {printed}: it is "
                "computed before rounding.",
                operation=operation,
                found=found,
                printed=printed,
            )
            yield Note(NoteKind.REMARK, said, topic="lesson")
            return


def _operations(table: Table) -> Iterator[tuple[Expression, Number]]:
    """What is rounded in the rows of a table, and what it comes to there."""
    for row in table.rows:
        sides = [side for cell in row.cells for side in _sides(cell)]
        for (_, left), (sign, right) in pairwise(sides):
            if sign is not Sign.ROUNDED:
                continue
            if isinstance(left, Sum) and isinstance(right, Sum):
                terms = zip(left.terms, right.terms, strict=False)
                yield from (
                    (term, result)
                    for term, result in terms
                    if isinstance(term, Product) and isinstance(result, Number)
                )
            elif isinstance(right, Number) and _is_operation(left):
                yield left, right
        yield from _spread_out(row)


def _is_operation(expression: Expression) -> bool:
    """Whether there is something to be computed that the note about sums does not tell of."""
    if isinstance(expression, Sum):
        return not all(isinstance(each, Number) for each in expression.terms)
    return isinstance(expression, Product | Fraction)


def _spread_out(row: Row) -> Iterator[tuple[Expression, Number]]:
    """A number times a vector, whose entries have a cell each behind their sign."""
    for at, cell in enumerate(row.cells[1:], 1):
        before = row.cells[at - 1]
        if cell != (Words(Sign.ROUNDED.value),) or not isinstance(before, tuple):
            continue
        match before:
            case (Product((factor, Vector(entries))),):
                for entry, result in zip(entries, row.cells[at + 1 :], strict=False):
                    number = _number(result)
                    if isinstance(number, Number):
                        yield Product((factor, entry)), number


def _found(operation: Expression, printed: Number, rounding: Rounding) -> Number | None:
    """What printed numbers come to, rounded as the printed result, if that is something else."""
    value, result = _worked(operation), _value(printed)
    if value is None or result is None:
        return None
    last = _last_place(result)
    places = value / Rational(10) ** last
    whole = round(places) if rounding == "half-even" else _half_up(places)
    found = _WIDE.scaleb(Decimal(whole), last)
    return None if found == result else Number(f"{found:f}")


def _half_up(number: Rational) -> int:
    """Rounded, halves away from 0."""
    size = floor(abs(number) + Rational(1, 2))
    return size if number >= 0 else -size


def _worked(expression: Expression) -> Rational | None:
    """What sums, products and quotients of printed numbers come to; None where it has others."""
    match expression:
        case Number():
            value = _value(expression)
            far = value is not None and abs(value.adjusted()) > _MOST_DIGITS
            return None if value is None or far else Rational(value)
        case Sum(parts) | Product(parts):
            values = [_worked(part) for part in parts]
            known = [value for value in values if value is not None]
            if len(known) < len(values):
                return None
            return (
                sum(known, Rational(0)) if isinstance(expression, Sum) else prod(known, start=_ONE)
            )
        case Fraction(above, below):
            left, right = _worked(above), _worked(below)
            return None if left is None or not right else left / right
        case _:
            return None


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
