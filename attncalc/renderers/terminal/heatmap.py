"""A heatmap of numbers for the terminal, built from strips of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from attncalc.document.document import Heatmap, HeatmapRow
from attncalc.document.expressions import Expression, Omitted
from attncalc.renderers.colors import ON_DARK, ON_LIGHT, Ramp, Rgb, ink_on
from attncalc.renderers.column_runs import runs
from attncalc.renderers.inert import inert_token
from attncalc.renderers.left_out import queries_left_out
from attncalc.renderers.linear import entry_text
from attncalc.renderers.terminal import styles

_MOST_LABEL = 14
_STEPS = 10


def heatmap_lines(heatmap: Heatmap, width: int, ramp: Ramp | None) -> Iterator[Text]:
    """The lines of a heatmap; columns that do not fit stand in a block of their own below.

    ramp: None where there is no colour, and marks stand instead.
    """
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
            yield _line(row, widths, block, label, ramp)
    if ramp is not None and heatmap.ends is not None:
        yield _scale(heatmap.ends, ramp)


def _heading_line(headings: list[str], widths: list[int], block: range, label: int) -> Text:
    line = Text(" " * (label + 1), style=styles.DIM)
    for at in block:
        line.append(_right(headings[at], widths[at] - 1) + " ")
    return line


def _line(
    row: HeatmapRow | Omitted, widths: list[int], block: range, label: int, ramp: Ramp | None
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
        elif ramp is not None:
            line.append(cell + " ", _background(ramp.at(shade)))
        else:
            line.append(cell + _mark(shade))
    return line


def ramp_of(environment: Mapping[str, str]) -> Ramp:
    """That of a dark terminal, unless the environment says that its ground is light.

    COLORFGBG: the terminal's colours of text and ground, of which 7 and 15 are white.
    """
    ground = environment.get("COLORFGBG", "").rpartition(";")[2]
    return ON_LIGHT if ground in ("7", "15") else ON_DARK


def _background(fill: Rgb) -> str:
    return f"rgb{ink_on(fill)} on rgb{fill}".replace(", ", ",")


def _scale(ends: tuple[Expression, Expression], ramp: Ramp) -> Text:
    """From which number to which the shades go."""
    line = Text(f"{entry_text(ends[0])} ", style=styles.DIM)
    for step in range(_STEPS + 1):
        line.append("  ", _background(ramp.at(step / _STEPS)))
    return line.append(f" {entry_text(ends[1])}", style=styles.DIM)


def _mark(shade: float) -> str:
    return styles.SHADES[min(int(shade * len(styles.SHADES)), len(styles.SHADES) - 1)]


def _shortened(text: str) -> str:
    return text if cell_len(text) <= _MOST_LABEL else set_cell_size(text, _MOST_LABEL - 1) + "…"


def _right(text: str, width: int) -> str:
    return " " * max(0, width - cell_len(text)) + text
