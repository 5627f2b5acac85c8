"""Numbers that the tasks of a sheet take, and that may be shown: in tables, or in a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from attncalc.document.document import (
    Align,
    Block,
    Cell,
    Column,
    Inlines,
    Paragraph,
    Row,
    Table,
)
from attncalc.document.expressions import Expression, Nothing, Relation, Symbol
from attncalc.document.wording import listing, words
from attncalc.language import text
from attncalc.names import NAMES, STAGES, Axis
from attncalc.steps.stages import OF_GROUPS, OF_HEADS, OF_KEYS
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.tasks import Entry, Index

_ORDER = "xpqkv"
"""Of the letters of vectors that stand side by side."""


class Taken:
    """Numbers that are shown: of each head, by stage."""

    def __init__(self) -> None:
        self.found: dict[tuple[int | None, str], tuple[Page, dict[Index, None]]] = {}

    def add(self, page: Page, entry: Entry) -> None:
        """One more number, as a head sees it."""
        stage, index = entry
        trace = page.trace
        own = trace.head if stage in OF_HEADS else None
        if own is not None and stage in OF_GROUPS:
            own = trace.group
        self.found.setdefault((own, stage), (page, {}))[1][index] = None

    def blocks(self) -> Iterator[Block]:
        """Whole vectors in a table for each side of each head, others in a line."""
        columns: dict[tuple[int | None, bool], list[tuple[Page, str, list[int]]]] = {}
        vectors: dict[tuple[int | None, str], list[int]] = {}
        for (head, stage), (page, indices) in self._ordered():
            rows = _whole_rows(page, stage, indices)
            vectors[head, stage] = rows
            if rows:
                columns.setdefault(_side(page, head, stage), []).append((page, stage, rows))
        alone = {
            side for side, found in columns.items() if all(len(rows) == 1 for *_, rows in found)
        }
        singles: list[Inlines] = []
        for (head, stage), (page, indices) in self._ordered():
            rows = vectors[head, stage]
            if _is_of_pairs(stage):
                yield _pairs(page, stage, indices)
                continue
            if _side(page, head, stage) in alone:
                singles += [(_vector(page, stage, row),) for row in rows]
            others = [index for index in sorted(indices) if index[0] not in rows]
            singles += [_equal(page, stage, index) for index in others]
        if singles:
            yield Paragraph(listing(singles, last="{first}, {last}"))
        for side, found in columns.items():
            if side not in alone:
                yield _side_by_side(found, head=side[0])

    def in_a_line(self) -> list[Inlines]:
        """All of it under its names: whole vectors, and single numbers."""
        told: list[Inlines] = []
        for (_, stage), (page, indices) in self._ordered():
            rows = _whole_rows(page, stage, indices)
            told += [(_vector(page, stage, row),) for row in rows]
            told += [
                _equal(page, stage, index) for index in sorted(indices) if index[0] not in rows
            ]
        return told

    def _ordered(self) -> Iterator[tuple[tuple[int | None, str], tuple[Page, dict[Index, None]]]]:
        order = {stage: place for place, stage in enumerate(STAGES)}
        yield from sorted(self.found.items(), key=lambda each: (each[0][0] or 0, order[each[0][1]]))


def _letter(stage: str) -> tuple[str, tuple[str, ...]]:
    """What a vector is called: k, or k_rotated."""
    _, _, made = stage.partition("_")
    return NAMES[stage].letter, (made,) if made in ("rotated", "normalized") else ()


def symbol_of(page: Page, stage: str, index: Index) -> Symbol:
    """What an entry is called in symbols."""
    letter, made = _letter(stage)
    return Symbol(letter, (*made, *page.index_names(stage, index)))


def _equal(page: Page, stage: str, index: Index) -> Inlines:
    """A number under its name."""
    shown = page.entry(stage, index)
    return (Relation((symbol_of(page, stage, index), shown.number), (shown.sign,)),)


def _vector(page: Page, stage: str, row: int) -> Relation:
    letter, made = _letter(stage)
    name = page.query_name(row) if page.trace.axes(stage)[0] is Axis.QUERY else page.key_name(row)
    return page.named(Symbol(letter, (*made, name)), page.stage(stage, [row])[0])


def _side(page: Page, head: int | None, stage: str) -> tuple[int | None, bool]:
    """Which table a vector stands in: of a head, and of keys where they are other tokens."""
    return head, stage in OF_KEYS and not page.trace.problem.self_attention


def _is_of_pairs(stage: str) -> bool:
    """Whether it has a number for each query and key."""
    return NAMES[stage].axes[-1] is Axis.KEY


def _whole_rows(page: Page, stage: str, indices: Iterable[Index]) -> list[int]:
    """The vectors of which every entry is there."""
    if NAMES[stage].axes[-1] is not Axis.ENTRY:
        return []
    counted = Counter(index[0] for index in indices)
    width = page.trace.stages[stage].shape[-1]
    return [row for row in sorted(counted) if counted[row] == width]


def _pairs(page: Page, stage: str, indices: Iterable[Index]) -> Table:
    """Numbers of queries and keys: a query a row."""
    there = {*indices}
    queries = sorted({query for query, _ in there})
    keys = sorted({key for _, key in there})
    numbers = dict(zip(queries, page.stage(stage, queries), strict=True))
    rows = []
    for query in queries:
        cells: list[Cell] = [
            (numbers[query][key].number if (query, key) in there else Nothing(),) for key in keys
        ]
        rows.append(Row(((page.query_token(query),), *cells)))
    headings = (Column((page.key_token(key),), Align.RIGHT) for key in keys)
    return Table(
        (Column(()), *headings),
        tuple(rows),
        words("Given: {numbers}", numbers=text(NAMES[stage].called)),
    )


def _side_by_side(columns: Sequence[tuple[Page, str, list[int]]], *, head: int | None) -> Table:
    """Vectors of the same tokens: a token a row, a matrix a column."""
    page = columns[0][0]
    columns = sorted(columns, key=lambda each: _ORDER.index(NAMES[each[1]].letter))
    offset = page.offset if page.trace.problem.self_attention else 0
    cells: dict[int, dict[str, Expression]] = {}
    for head_page, stage, rows in columns:
        behind = 0 if stage in OF_KEYS else offset
        for row, numbers in zip(rows, head_page.stage(stage, rows), strict=True):
            cells.setdefault(behind + row, {})[stage] = head_page.vector(numbers)
    stages = [stage for _, stage, _ in columns]
    name = page.key_token if any(each in OF_KEYS for each in stages) else page.query_token
    body = tuple(
        Row(((name(row),), *((there[stage],) if stage in there else () for stage in stages)))
        for row, there in sorted(cells.items())
    )
    headings = [Column((Symbol(*_letter(stage)),)) for stage in stages]
    problem = page.trace.problem
    caption: Inlines = ()
    if head is not None and problem.heads != 1:
        shared = all(stage in OF_GROUPS for stage in stages) and problem.heads != problem.kv_heads
        caption = (
            words("Key-value head {head}", head=head + 1)
            if shared
            else words("Head {head}", head=head + 1)
        )
    return Table((Column(words("token")), *headings), body, caption)
