"""From a page to the picture of matrices that are cut into heads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

from attncalc.document.document import Fold, FoldedMatrix, FoldPart
from attncalc.document.expressions import Omitted, Symbol
from attncalc.document.wording import words
from attncalc.language import text
from attncalc.problem.heads import group_of
from attncalc.walkthrough.page import Page

_MOST_COLUMNS = 4
"""Of a part, that are named one by one."""


def fold(page: Page, matrices: Collection[str]) -> Fold:
    """Which columns of these, of Q, K and V, each head takes."""
    heads = page.kept_heads(page.trace.problem.heads or 1)
    return Fold(
        tuple(
            head if isinstance(head, Omitted) else text("head {number}", number=head + 1)
            for head in heads
        ),
        tuple(
            FoldedMatrix(letter, tuple(_parts(page, letter, heads)))
            for letter in "QKV"
            if letter in matrices
        ),
        words("Which columns each head takes"),
        topic="graph",
    )


def _parts(page: Page, letter: str, heads: list[int | Omitted]) -> Iterator[FoldPart | Omitted]:
    """A part for each head, or for each that share it; heads that are left out have none."""
    problem = page.trace.problem
    count, groups = problem.heads or 1, problem.kv_heads or 1
    width = (problem.d_v if letter == "V" else problem.d_k) or 0

    def owner(head: int | Omitted) -> int | None:
        if isinstance(head, Omitted):
            return None
        return head if letter == "Q" else group_of(head, count, groups)

    parts = count if letter == "Q" else groups
    for part, sharing in groupby(heads, key=owner):
        these = list(sharing)
        if part is None:
            yield from (head for head in these if isinstance(head, Omitted))
            continue
        symbol, share = Symbol(letter, (str(part + 1),)), (part + 0.5) / parts
        yield FoldPart(symbol, _columns(part * width, width), len(these), share)


def _columns(first: int, width: int) -> str:
    """Columns as they stand beside each other, counted from 1."""
    if width > _MOST_COLUMNS:
        return f"{first + 1} … {first + width}"
    return " ".join(str(first + place + 1) for place in range(width))
