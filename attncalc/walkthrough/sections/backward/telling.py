"""What sections of gradients are made of: their symbols, and tables of how they come about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from attncalc.document.document import Align, Block, Column, Equation, Inlines, Row, Section, Table
from attncalc.document.expressions import (
    Expression,
    Matrix,
    Name,
    Omitted,
    Relation,
    Sign,
    Symbol,
)
from attncalc.document.numerals import Shown
from attncalc.walkthrough.page import Page, joining, sum_of
from attncalc.walkthrough.products import product_terms
from attncalc.walkthrough.sections.interface import (
    Derived,
    Index,
    Part,
    Place,
    Told,
    computed,
)
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.tables import omitted_row


def gradient(page: Page, stage: str, *indices: str | Name) -> Symbol:
    """What a gradient is called: ∂L/∂s_ij, or ds_ij as in FlashAttention; ∂L/∂q_rotated."""
    made = stage.rpartition("_")[-1]
    if not indices and made in ("rotated", "normalized"):
        indices = (made,)
    return Symbol(page.letter(stage), indices)


def whole(page: Page, stage: str) -> Symbol:
    """All of it: ∂L/∂S, or dS."""
    letter = page.letter(stage)
    return Symbol(letter[:-1] + letter[-1].upper().replace("Α", "A"))


def shown_column(page: Page, stage: str, column: int) -> list[Shown]:
    """A column of a stage, from the first row to the last."""
    rows = range(len(page.trace[stage]))
    return [row[column] for row in page.stage(stage, rows)]


def dotted(
    page: Page, left: Sequence[Shown], right: Sequence[Shown]
) -> tuple[Expression, list[Shown]]:
    """A dot product term by term, and the numbers in it."""
    return sum_of(product_terms(page, left, right)), [*left, *right]


def down_columns(page: Page, stage: str, index: Index) -> Derived:
    """An entry of a row that queries have used: a column of one stage that it is made of, times one
    of the other, over the queries of every head that uses the row.
    """
    row, column = index
    shares: list[Shown] = []
    entries: list[Shown] = []
    for head in page.sharing_heads:
        of_pairs, of_queries = sources(head.trace, stage)
        shares += shown_column(head, of_pairs, row)
        entries += shown_column(head, of_queries, column)
    return computed(page, stage, index, *dotted(page, shares, entries))


def of_vectors(derive: Callable[[Page, str, Index], Derived], *made: str) -> dict[str, Told]:
    """What is told of the gradients of queries and keys that may be made so: "_rotated", or ""."""
    return {f"d_{letter}{each}": Told(derive, None) for each in made for letter in "QK"}


def added(page: Page, numbers: Sequence[Shown]) -> tuple[Expression, list[Shown]]:
    """A sum term by term, and the numbers in it."""
    terms = page.kept_terms([abs(each.value) for each in numbers])
    return (
        sum_of(tuple(at if isinstance(at, Omitted) else numbers[at].number for at in terms)),
        [*numbers],
    )


def derived_table(
    page: Page,
    stage: str,
    indices: Iterable[Index | Omitted],
    derive: Callable[[Page, str, Index], Derived],
    heading: Expression,
    caption: Inlines = (),
) -> Table:
    """A row a number: its name, what it is computed by, and what comes out.

    heading: what is computed.
    """
    rows: list[Row] = []
    for index in indices:
        if isinstance(index, Omitted):
            rows.append(omitted_row(index))
            continue
        derived = derive(page, stage, index)
        name: Inlines = (gradient(page, stage, *page.index_names(stage, index)),)
        operation, value_side = derived.sides[0], derived.sides[-1]
        rows.append(Row((name, (operation,), (Relation((value_side,), (derived.signs[-1],)),))))
    result = Column((), Align.RIGHT, result=True)
    return Table((Column(()), Column((heading,)), result), tuple(rows), caption)


def entries_of(page: Page, count: int, *before: int) -> list[Index | Omitted]:
    """The indices of a row's entries that are shown."""
    return [at if isinstance(at, Omitted) else (*before, at) for at in page.kept_entries(count)]


def entries_of_matrix(page: Page, rows: int, columns: int) -> list[Index | Omitted]:
    """Those of a matrix, row by row."""
    found: list[Index | Omitted] = []
    for row in page.kept_entries(rows):
        if isinstance(row, Omitted):
            found.append(Omitted(row.count * columns))
        else:
            found += entries_of(page, columns, row)
    return found


def matrix(page: Page, name: Expression, rows: Sequence[Sequence[Shown]]) -> Block:
    """A matrix under its name; the middle of a large one is left out."""
    kept = [
        (at,) if isinstance(at, Omitted) else page.vector(rows[at]).entries
        for at in page.kept_entries(len(rows))
    ]
    sign = joining([number for row in rows for number in row])
    return Equation(Relation((name, Matrix(tuple(kept))), (sign,)))


def equal(left: Expression, right: Expression) -> Relation:
    """left = right, in symbols."""
    return Relation((left, right), (Sign.EXACT,))


def back(place: Place, write: Callable[[Page, int], Section | None]) -> Part:
    """A part of the backward pass, which a page has if gradients are asked for."""

    def written(page: Page, number: int) -> Section | None:
        return write(page, number) if page.goes_back else None

    return Part(place, written)
