"""Matrices cut into heads, in HTML: a table whose cells have the colours of their parts."""

from __future__ import annotations

from attncalc.document.document import Fold, FoldedMatrix, FoldPart
from attncalc.document.expressions import Omitted, Symbol
from attncalc.renderers.colors import part_shade
from attncalc.renderers.html.style import shade_class
from attncalc.renderers.html.text import escaped, expression_html, inlines_html
from attncalc.renderers.linear import linear


def fold_html(fold: Fold) -> str:
    """A row a matrix; a part that several heads share stands below all of them."""
    names = ("…" if isinstance(head, Omitted) else escaped(head) for head in fold.heads)
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    lines = [
        '<table class="heatmap fold">',
        f"<caption>{inlines_html(fold.caption)}</caption>",
        f"<thead><tr><td></td>{heads}</tr></thead>\n<tbody>",
        *map(_row, fold.matrices),
        "</tbody></table>",
    ]
    return "\n".join(lines)


def _row(matrix: FoldedMatrix) -> str:
    cells = "".join(map(_cell, matrix.parts))
    return f'<tr><th scope="row">{expression_html(Symbol(matrix.letter))}</th>{cells}</tr>'


def _cell(part: FoldPart | Omitted) -> str:
    if isinstance(part, Omitted):
        return '<td class="omitted">…</td>'
    span = f' colspan="{part.heads}"' if part.heads > 1 else ""
    shade = shade_class(part_shade(part.share))
    return f'<td class="{shade}"{span}><b>{escaped(linear(part.symbol))}</b> {part.columns}</td>'
