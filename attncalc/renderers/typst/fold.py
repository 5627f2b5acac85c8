"""Matrices cut into heads, in Typst: the cells of a table, for fold(…) of graph.typ."""

from __future__ import annotations

from attncalc.document.document import Fold, FoldedMatrix, FoldPart
from attncalc.document.expressions import Omitted
from attncalc.renderers.colors import ON_LIGHT, hexadecimal, ink_on, part_shade
from attncalc.renderers.linear import linear
from attncalc.renderers.typst.math import typst_string


def fold_typst(fold: Fold, caption: str) -> str:
    """A call of fold(…). caption: the content above it."""
    heads = "".join(
        f"{typst_string('…' if isinstance(head, Omitted) else head)}, " for head in fold.heads
    )
    rows = "".join(
        f"  (letter: {_letter(matrix)}, parts: ({''.join(map(_part, matrix.parts))})),\n"
        for matrix in fold.matrices
    )
    return f"fold(title: {caption}, heads: ({heads}), rows: (\n{rows}))"


def _letter(matrix: FoldedMatrix) -> str:
    return f"m({typst_string(matrix.letter)}, ${matrix.letter}$)"


def _part(part: FoldPart | Omitted) -> str:
    if isinstance(part, Omitted):
        return '(span: 1, fill: none, ink: black, name: "…", columns: ""), '
    fill = ON_LIGHT.at(part_shade(part.share))
    return (
        f'(span: {part.heads}, fill: rgb("{hexadecimal(fill)}"), '
        f'ink: rgb("{hexadecimal(ink_on(fill))}"), name: {typst_string(linear(part.symbol))}, '
        f"columns: {typst_string(part.columns)}), "
    )
