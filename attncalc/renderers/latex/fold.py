r"""Matrices cut into heads, in LaTeX: a tabular of coloured cells, as a heatmap is."""

from __future__ import annotations

from attncalc.document.document import Fold, FoldedMatrix, FoldPart
from attncalc.document.expressions import Omitted
from attncalc.renderers.colors import ON_LIGHT, WHITE, ink_on, part_shade
from attncalc.renderers.latex.text import latex_text
from attncalc.renderers.latex.widths import width

_LEFT_OUT = r"$\cdots$"
_AIR = 1.2
_BETWEEN = 0.2
"""Between cells, in em."""


def fold_latex(fold: Fold) -> str:
    """A row a matrix; a part that several heads share is as wide as all of their columns."""
    cell = max(
        [
            *(width(_named(part)) / part.heads for row in fold.matrices for part in row.parts
              if isinstance(part, FoldPart)),
            *(width(head) for head in fold.heads if isinstance(head, str)),
        ]
    ) + _AIR  # fmt: skip
    heads = " & ".join(
        rf"\makebox[{cell:.1f}em]{{{_LEFT_OUT if isinstance(head, Omitted) else latex_text(head)}}}"
        for head in fold.heads
    )
    rows = "".join(f"{_row(matrix, cell)} \\\\\n" for matrix in fold.matrices)
    columns = "l@{\\hspace{0.6em}}" + "c" * len(fold.heads)
    return (
        f"\\attnfit{{\\attnheatmap\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n & {heads} \\\\\n"
        f"{rows}\\end{{tabular}}}}"
    )


def _row(matrix: FoldedMatrix, cell: float) -> str:
    return " & ".join([f"${matrix.letter}$", *(_cell(part, cell) for part in matrix.parts)])


def _cell(part: FoldPart | Omitted, cell: float) -> str:
    if isinstance(part, Omitted):
        return _LEFT_OUT
    shade = round(100 * part_shade(part.share))
    ink = r"\color{white}" if ink_on(ON_LIGHT.at(shade / 100)) == WHITE else ""
    wide = part.heads * cell + (part.heads - 1) * _BETWEEN
    box = rf"\attnpart{{{shade}}}{{{wide:.1f}em}}{{{ink}{_named(part)}}}"
    return box if part.heads == 1 else rf"\multicolumn{{{part.heads}}}{{c}}{{{box}}}"


def _named(part: FoldPart) -> str:
    """Q₁ 1 2, with a subscript of LaTeX's own."""
    (number,) = part.symbol.indices
    return rf"$\mathbf{{{part.symbol.letter}}}_{{{number}}}$\enspace {latex_text(part.columns)}"
