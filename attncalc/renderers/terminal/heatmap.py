"""A heatmap of numbers for the terminal, built from strips of text."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from attncalc.document.document import Heatmap, HeatmapRow
from attncalc.document.expressions import Omitted
from attncalc.renderers.colors import between
from attncalc.renderers.column_runs import runs
from attncalc.renderers.inert import inert_token
from attncalc.renderers.left_out import queries_left_out
from attncalc.renderers.linear import entry_text
from attncalc.renderers.terminal import styles

_MOST_LABEL = 14


def heatmap_lines(heatmap: Heatmap, width: int, *, color: bool) -> Iterator[Text]:
    """The lines of a heatmap; columns that do not fit stand in a block of their own below."""
    tokens = [row.token.text for row in heatmap.rows if isinstance(row, HeatmapRow)]
    label = min(max(cell_len(inert_token(token)) for token in tokens), _MOST_LABEL)
    headings = [
        "…" if isinstance(column, Omitted) else _shortened(inert_token(column.text))
        for column in heatmap.columns
    ]
    widths = [
        max(
            cell_len(heading),
            *(
                cell_len(entry_text(row.numbers[at]))
                for row in heatmap.rows
                if isinstance(row, HeatmapRow)
            ),
        )
        + 2
        for at, heading in enumerate(headings)
    ]
    for number, block in enumerate(runs(widths, width - label - 1)):
        if number:
            yield Text()
        yield _heading_line(headings, widths, block, label)
        for row in heatmap.rows:
            yield _line(row, widths, block, label, color=color)


def _heading_line(headings: list[str], widths: list[int], block: range, label: int) -> Text:
    line = Text(" " * (label + 1), style=styles.DIM)
    for at in block:
        line.append(_right(headings[at], widths[at] - 1) + " ")
    return line


def _line(
    row: HeatmapRow | Omitted, widths: list[int], block: range, label: int, *, color: bool
) -> Text:
    if isinstance(row, Omitted):
        return Text(queries_left_out(row.count), style=styles.DIM)
    token = _right(_shortened(inert_token(row.token.text)), label)
    line = Text(token, style=styles.FOCUS if row.token.focused else styles.TOKEN)
    line.append(" ")
    for at in block:
        number, shade = entry_text(row.numbers[at]), row.shades[at]
        cell = _right(number, widths[at] - 1)
        if isinstance(row.numbers[at], Omitted):
            line.append(cell + " ", styles.DIM)
        elif color:
            line.append(cell + " ", _background(shade))
        else:
            line.append(cell + _mark(shade))
    return line


def _background(shade: float) -> str:
    red, green, blue = between(styles.COLDEST, styles.HOTTEST, shade)
    return f"{styles.ON_SHADE} on rgb({red},{green},{blue})"


def _mark(shade: float) -> str:
    return styles.SHADES[min(int(shade * len(styles.SHADES)), len(styles.SHADES) - 1)]


def _shortened(text: str) -> str:
    return text if cell_len(text) <= _MOST_LABEL else set_cell_size(text, _MOST_LABEL - 1) + "…"


def _right(text: str, width: int) -> str:
    return " " * max(0, width - cell_len(text)) + text
