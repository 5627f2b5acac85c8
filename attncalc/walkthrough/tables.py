"""Tables of pairs of a query and a key: a row a key of one query, or a row a query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from attncalc.document.document import (
    Align,
    Bar,
    Block,
    Cell,
    Column,
    Inlines,
    Row,
    RowKind,
    Table,
)
from attncalc.document.expressions import Expression, Number, Omitted, Relation, Sign
from attncalc.document.numerals import Shown, shown_row
from attncalc.document.wording import words
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.quantities import weight_of


def result_cell(sign: Sign, value: Expression) -> Cell:
    """A cell that goes on from the one before it: = 0.17."""
    return (Relation((value,), (sign,)),)


def omitted_row(gap: Omitted) -> Row:
    """A row that says how many stood there."""
    return Row((words("… {count} more", count=gap.count),), RowKind.OMITTED)


def together(page: Page, query: int, keys: Sequence[int]) -> Cell:
    """What the weights of keys that are left out add up to, behind its sign."""
    weights = page.trace.stages["weights"][query]
    row, known = weights.values, weights.exact
    with page.trace.arithmetic():
        total = row[keys].sum()
    beside = np.append(row, total), np.append(known, known[keys].all())
    number = shown_row(*beside, page.style)[-1]
    return result_cell(number.sign, number.number)


def bar(number: Any, largest: Any) -> Bar:
    """A number as a length, beside the largest of its column; nothing of what is not positive."""
    return Bar(float(number / largest) if largest > 0 and number > 0 else 0.0)


Step: TypeAlias = tuple[Expression, Sign, Expression]
"""What is done to a number, the sign, and what comes out."""


HIDDEN = Number("-inf")


def hidden_still() -> Step:
    """What is done to a score that is hidden: nothing."""
    return HIDDEN, Sign.EXACT, HIDDEN


def key_table(
    page: Page,
    query: int,
    operation: Inlines,
    result: Inlines,
    step: Callable[[int], Step],
) -> Table:
    """One step for one query: a row a key, what is done to its number and what comes out.

    operation, result: the headings of the two columns.
    """
    rows: list[Row] = []
    for key in page.kept_keys(query):
        if isinstance(key, Omitted):
            rows.append(omitted_row(key))
            continue
        done, sign, value = step(key)
        own = page.is_own(query, key)
        cells = ((page.key_token(key, focused=own),), (done,), result_cell(sign, value))
        rows.append(Row(cells, focused=own, quantity=weight_of(page.trace, query, key)))
    columns = (
        Column(words("key")),
        Column(operation, Align.RIGHT),
        Column(result, Align.RIGHT, result=True),
    )
    return Table(columns, tuple(rows), page.query_caption(query))


def matrix_table(
    page: Page,
    numbers: dict[int, Sequence[Shown]],
    rows: Sequence[int | Omitted],
    columns: Sequence[int | Omitted],
    caption: Inlines,
) -> Table:
    """A matrix with a query token a row and a key token a column."""
    headings = [Column(())] + [
        Column((page.key_token(place),) if isinstance(place, int) else words("…"), Align.RIGHT)
        for place in columns
    ]
    body: list[Row] = []
    for row in rows:
        if isinstance(row, Omitted):
            body.append(omitted_row(row))
            continue
        cells: list[Cell] = [(page.query_token(row, focused=row in page.queries),)]
        cells += [
            (numbers[row][place].number,) if isinstance(place, int) else words("…")
            for place in columns
        ]
        body.append(Row(tuple(cells), focused=row in page.queries, query=row))
    return Table(tuple(headings), tuple(body), caption)


def all_queries(page: Page, name: str) -> list[Block]:
    """A stage for all queries, a row each; nothing new where there is only one."""
    if len(page.trace.problem.tokens) == 1:
        return []
    caption = words("All queries: the query in the row, the key in the column")
    rows, columns = page.kept_queries(), page.kept_columns()
    table = matrix_table(page, page.vectors(name), rows, columns, caption)
    return [replace(table, topic="all-queries")]
