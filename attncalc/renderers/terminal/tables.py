"""Tables of formulas for the terminal, fitted to its width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from rich import box
from rich.table import Table as RichTable
from rich.text import Text

from attncalc.document.document import (
    Align,
    Bar,
    Blank,
    Cell,
    Code,
    Column,
    Inlines,
    Judgement,
    Room,
    Row,
    RowKind,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Expression, Relation
from attncalc.renderers.inert import inert, inert_token
from attncalc.renderers.linear import chain, linear
from attncalc.renderers.terminal import styles
from attncalc.renderers.terminal.blanks import held
from attncalc.renderers.terminal.places import blank_text, room_text

GAP = 3
_WIDEST_BAR = 24
_NARROWEST_BAR = 6
_NARROWEST_WORDS = 16
_RULED = box.Box("    \n    \n ── \n    \n    \n ── \n    \n    \n")


def tables(table: Table, width: int) -> Iterator[RichTable]:
    """The table as one rich table, or as several, where its columns do not fit side by side.

    On a narrow page, columns that repeat what others say go first, then long relations are broken
    before their signs, then the columns that are too many stand below, behind the first one again.
    """
    columns = list(range(len(table.columns)))
    bars = [at for at in columns if any(_is_bar(row, at) for row in table.rows)]
    plain = [at for at in columns if at not in bars]
    broken = False
    widths = _widths(table, broken)
    if _total(widths, plain) > width:
        plain = [at for at in plain if not table.columns[at].optional]
    if _total(widths, plain) > width:
        broken = True
        widths = _widths(table, broken)
    room = (width - _total(widths, plain)) // max(len(bars), 1) - GAP
    if room >= _NARROWEST_BAR:
        yield _rich_table(table, sorted([*plain, *bars]), min(room, _WIDEST_BAR), broken)
        return
    for block in _blocks(widths, plain, width):
        yield _rich_table(table, block, 0, broken)


def _blocks(widths: Sequence[int], columns: list[int], width: int) -> Iterator[list[int]]:
    """Runs of columns that fit, the first column repeated in each. A few columns stay together."""
    if _total(widths, columns) <= width or len(columns) < 4:
        yield columns
        return
    first, *rest = columns
    block = [first]
    for at in rest:
        if len(block) > 1 and _total(widths, [*block, at]) > width:
            yield block
            block = [first]
        block.append(at)
    yield block


def _rich_table(table: Table, kept: Sequence[int], bar_width: int, broken: bool) -> RichTable:
    rich_table = RichTable(
        box=_RULED,
        show_edge=False,
        show_header=any(table.columns[at].heading for at in kept),
        padding=(0, GAP - 1, 0, 0),  # the box adds one more
        pad_edge=False,
        collapse_padding=False,
        header_style=styles.DIM,
        border_style=styles.RULE,
    )
    # A result stands beside the end of a broken relation, but not beside that of wrapped words.
    at_the_end = not any(column.wraps for column in table.columns)
    for at in kept:
        column = table.columns[at]
        rich_table.add_column(
            _text(column.heading, broken=broken or column.wraps),
            justify="right" if column.align is Align.RIGHT else "left",
            overflow="fold",
            no_wrap=not (broken or column.wraps),  # where there is no room, others give way
            vertical="bottom" if column.result and at_the_end else "top",
            style=styles.RESULT if column.result else "",
        )
    for row in table.rows:
        if row.kind is RowKind.TOTAL:
            rich_table.add_section()
        cells = [_cell(row, at, table.columns[at], bar_width, broken) for at in kept]
        rich_table.add_row(*cells, style=_ROW_STYLES[row.kind])
    return rich_table


_ROW_STYLES = {RowKind.BODY: None, RowKind.TOTAL: styles.RESULT, RowKind.OMITTED: styles.DIM}


def _cell(row: Row, at: int, column: Column, bar_width: int, broken: bool) -> Text:
    """A cell's text; an omitted row has only its first."""
    if at >= len(row.cells):
        return Text("…" if column.align is Align.RIGHT else "")
    content = row.cells[at]
    if isinstance(content, Bar):
        return Text("█" * round(content.share * bar_width), style=styles.BAR)
    text = _text(content, broken=broken or column.wraps)
    if row.marked == at:
        text.stylize(styles.FOCUS)
    return text


def _text(content: Inlines, *, broken: bool) -> Text:
    text = Text(no_wrap=not broken)
    for part in content:
        match part:
            case Words(words):
                text.append(held(inert(words)))
            case Token(spelling, _):
                text.append(held(inert_token(spelling)))
            case Code(code):
                text.append(inert(code), styles.CODE)
            case Judgement(standing, words):
                text.append(f"{standing.value} {inert(words)}", styles.STANDINGS[standing])
            case Blank():
                text.append_text(blank_text(part))
            case Room(width, written):
                small = _text(written, broken=broken)
                small.stylize(styles.DIM)
                text.append_text(small if written else room_text(width))
            case Relation() if broken and len(part.sides) > 1:
                text.append("\n".join(chain(part)))
            case _ if isinstance(part, Expression):
                text.append(linear(part))
            case _:
                assert_never(part)
    return text


def _total(widths: Sequence[int], columns: Sequence[int]) -> int:
    """The width of these columns side by side."""
    return sum(widths[at] + GAP for at in columns) - GAP


def _widths(table: Table, broken: bool) -> list[int]:
    """The width of each column's widest line; bars take what room is left."""
    return [_width(table, at, broken) for at in range(len(table.columns))]


def _width(table: Table, at: int, broken: bool) -> int:
    cells: list[Cell] = [table.columns[at].heading]
    cells += [row.cells[at] for row in table.rows if at < len(row.cells)]
    texts = [_text(cell, broken=broken) for cell in cells if not isinstance(cell, Bar)]
    widest = max((line.cell_len for text in texts for line in text.split()), default=0)
    return min(widest, _NARROWEST_WORDS) if table.columns[at].wraps else widest


def _is_bar(row: Row, at: int) -> bool:
    return at < len(row.cells) and isinstance(row.cells[at], Bar)
