"""Tables and heatmaps in HTML, with headers that say what they head."""

from __future__ import annotations

from typing import TypeVar

from attncalc.document.document import (
    Align,
    Bar,
    Cell,
    Column,
    Heatmap,
    HeatmapRow,
    Row,
    RowKind,
    Table,
)
from attncalc.document.expressions import Omitted, Product, Vector
from attncalc.language import text
from attncalc.renderers.html.marks import UNMARKED, Marks
from attncalc.renderers.html.style import SHADES, shade_class
from attncalc.renderers.html.text import BREAK, escaped, expression_html, inlines_html, token_html
from attncalc.renderers.left_out import queries_left_out
from attncalc.renderers.linear import linear

_T = TypeVar("_T")

_MANY = 6
"""Columns beyond which a narrow screen sets them smaller, and the first stays where it is."""
_LONGEST_VECTOR = 32
"""Characters of one, or of a number times one, that stays on a line of a cell."""


def table_html(table: Table, otherwise: str, marks: Marks = UNMARKED) -> str:
    """A table. otherwise: what it is called, for those who hear it, if it has no caption."""
    many = " many" * (len(table.columns) > _MANY)
    lines = [f'<table class="ruled{many}">', _caption(inlines_html(table.caption), otherwise)]
    if any(column.heading for column in table.columns):
        headings = "".join(_heading(column) for column in table.columns)
        lines.append(f"<thead><tr>{headings}</tr></thead>")
    lines.append("<tbody>")
    lines += [_row(row, table.columns, marks) for row in table.rows]
    lines.append("</tbody></table>")
    return "\n".join(lines)


def heatmap_html(heatmap: Heatmap, otherwise: str, marks: Marks = UNMARKED) -> str:
    """A table whose cells have a shade behind their numbers."""
    headings = "".join(
        f'<th scope="col">{_left_out(column) if isinstance(column, Omitted) else token}</th>'
        for column, token in (
            (column, "" if isinstance(column, Omitted) else token_html(column.text))
            for column in heatmap.columns
        )
    )
    many = " many" * (len(heatmap.columns) >= _MANY)
    caption = _caption(inlines_html(heatmap.caption) + _scale(heatmap), otherwise)
    lines = [f'<table class="heatmap{many}">', caption]
    lines.append(f"<thead><tr><td></td>{headings}</tr></thead>\n<tbody>")
    lines += [_heatmap_row(row, len(heatmap.columns), marks) for row in heatmap.rows]
    lines.append("</tbody></table>")
    return "\n".join(lines)


def _scale(heatmap: Heatmap) -> str:
    """From which number to which the shades go."""
    if heatmap.ends is None:
        return ""
    low, high = map(expression_html, heatmap.ends)
    steps = range(0, SHADES + 1, SHADES // 10)
    strip = "".join(f'<i class="shade-{step}"></i>' for step in steps)
    return f' <span class="scale">{low}{strip}{high}</span>'


def _caption(caption: str, otherwise: str) -> str:
    if caption:
        return f"<caption>{caption}</caption>"
    return f'<caption class="aloud">{otherwise}</caption>'


def _heading(column: Column) -> str:
    heading = inlines_html(column.heading, quoted=False)
    classes = _classes(*_column_classes(column))
    return f'<th scope="col"{classes}>{heading}</th>' if heading else f"<td{classes}></td>"


def _row(row: Row, columns: tuple[Column, ...], marks: Marks) -> str:
    """A row; one with fewer cells than columns has nothing to say in the last ones."""
    if row.kind is RowKind.OMITTED:
        content = _content(row.cells[0])
        return f'<tr><td class="omitted" colspan="{len(columns)}">{content}</td></tr>'
    filled = _filled(row.cells, (), len(columns))
    shown = map(marks.of, _filled(row.quantities, None, len(columns)))
    cells = "".join(
        _cell(cell, column, place == 0, marked, plain=row.focused and row.marked != 0)
        for place, (cell, column, marked) in enumerate(zip(filled, columns, shown, strict=True))
    )
    total, focused = row.kind is RowKind.TOTAL, row.focused
    marked = marks.query(row.query) + marks.of(row.quantity)
    return f"<tr{_classes('total' * total, 'focused' * focused)}{marked}>{cells}</tr>"


def _filled(given: tuple[_T, ...], nothing: _T, width: int) -> tuple[_T, ...]:
    return (*given, *([nothing] * (width - len(given))))


def _cell(cell: Cell, column: Column, first: bool, marked: str, *, plain: bool = False) -> str:
    """plain: whether another cell than the first names a focused row."""
    classes = _column_classes(column)
    classes += ["plain"] if first and plain else []
    classes += ["drawn"] if isinstance(cell, Bar) else []
    content = _content(cell)
    classes += ["broken"] if BREAK in content else []
    if first and content:
        return f'<th scope="row"{_classes(*classes)}{marked}>{content}</th>'
    return f"<td{_classes(*classes)}{marked}>{content}</td>"


def _content(cell: Cell) -> str:
    if isinstance(cell, Bar):
        width = min(max(cell.share, 0.0), 1.0)
        return f'<span class="bar" aria-hidden="true" style="width: {width:.1%}"></span>'
    return "".join(
        expression_html(part, wraps=len(linear(part)) > _LONGEST_VECTOR)
        if isinstance(part, Vector | Product)
        else inlines_html((part,), quoted=False)
        for part in cell
    )


def _column_classes(column: Column) -> list[str]:
    named = {
        "right": column.align is Align.RIGHT,
        "optional": column.optional,
        "result": column.result,
        "wraps": column.wraps,
    }
    return [name for name, holds in named.items() if holds]


def _heatmap_row(row: HeatmapRow | Omitted, columns: int, marks: Marks) -> str:
    if isinstance(row, Omitted):
        words = escaped(queries_left_out(row.count))
        return f'<tr><td class="omitted" colspan="{columns + 1}">{words}</td></tr>'
    made_of = map(marks.made_of, _filled(row.made_of, (), len(row.numbers)))
    cells = "".join(
        '<td class="omitted">…</td>'
        if isinstance(number, Omitted)
        else f'<td class="{shade_class(share)}"{marked}>{expression_html(number)}</td>'
        for number, share, marked in zip(row.numbers, row.shades, made_of, strict=True)
    )
    token = token_html(row.token.text)
    own = _classes("focused" * row.token.focused) + marks.query(row.query)
    return f'<tr{own}><th scope="row">{token}</th>{cells}</tr>'


def _left_out(columns: Omitted) -> str:
    aloud = escaped(text("{count} left out", count=columns.count))
    return f'<span aria-hidden="true">…</span><span class="aloud">{aloud}</span>'


def _classes(*names: str) -> str:
    given = " ".join(name for name in names if name)
    return f' class="{given}"' if given else ""
