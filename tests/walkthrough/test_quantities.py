"""What belongs together on a page: a weight, and the query, key and value that it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import attncalc
from attncalc.document import (
    Block,
    Document,
    Heatmap,
    HeatmapRow,
    OfQuery,
    Quantity,
    Row,
    Section,
    Table,
)
from attncalc.readers import load_all
from attncalc.renderers.interface import Renderer
from attncalc.renderers.latex import LatexRenderer
from attncalc.renderers.linear import linear
from attncalc.renderers.markdown import MarkdownRenderer
from attncalc.renderers.terminal import TerminalRenderer
from attncalc.renderers.typst import TypstRenderer
from attncalc.walkthrough import write_walkthrough
from tests.conftest import SAMPLES
from tests.walkthrough.test_large import problem_of

ROWS = [[1, 0], [0, 1]]


def page_of(source: str | dict[str, Any], **options: Any) -> Document:
    """The walkthrough of a sample or a problem."""
    sample = load_all(SAMPLES / f"{source}.yaml")[0] if isinstance(source, str) else None
    problem = sample or attncalc.load(source)
    return write_walkthrough(attncalc.explain(problem), turns=True, **options)


def blocks_of(page: Document) -> Iterator[Block]:
    """All blocks, also those about queries that were not asked for."""
    for section in page.sections:
        for part in section.content:
            yield from part.blocks if isinstance(part, OfQuery) else (part,)


def cells(page: Document) -> Iterator[tuple[Quantity, str, str]]:
    """Each quantity that a cell shows, with the row's token and what the cell says."""
    for block in blocks_of(page):
        for row in block.rows if isinstance(block, Table) else ():
            for quantity, cell in zip(row.quantities, row.cells, strict=False):
                if quantity is not None:
                    assert isinstance(cell, tuple)
                    yield quantity, said(row.cells[0]), said(cell)


def said(cell: Any) -> str:
    """A cell as text."""
    return "".join(getattr(part, "text", "") or linear(part) for part in cell)


def sources(page: Document, query: int, key: int, heatmap: int = 0) -> list[tuple[str, str, str]]:
    """Where a weight's quantities stand: their name, the row's token and the vector."""
    found = [block for block in blocks_of(page) if isinstance(block, Heatmap)][heatmap]
    row = found.rows[query]
    assert isinstance(row, HeatmapRow)
    shown = {quantity: (token, text) for quantity, token, text in cells(page)}
    wanted = [quantity for quantity in row.made_of[key] if quantity in shown]
    return [(quantity.name, *shown[quantity]) for quantity in wanted]


def test_given() -> None:
    """The query of the row, the key and the value of the column."""
    assert sources(page_of("animal"), 5, 7) == [
        ("Q", "it", "[0.6, 0.5, 0.4]"),
        ("K", "tired", "[0.9, 0.8, 0.7]"),
        ("V", "tired", "[0.8, 0.7, 0.6]"),
    ]


def test_projected() -> None:
    """Where vectors are projected, those that were made; not the embeddings."""
    names = {name for name, _, _ in sources(page_of("projections"), 0, 1)}
    assert names == {"Q", "K", "V"}


def test_unprojected() -> None:
    """Where embeddings are used as they are, the embeddings; with their positions if added."""
    plain = page_of({"tokens": ["a", "b"], "X": ROWS})
    assert sources(plain, 0, 1)[:2] == [("X", "a", "[1, 0]"), ("X", "b", "[0, 1]")]
    attention = {"positions": "sinusoidal"}
    placed = page_of({"tokens": ["a", "b"], "X": ROWS, "attention": attention})
    names = [name for name, token, _ in sources(placed, 0, 1) if token == "b"]
    assert names[:2] == ["X", "X_positioned"]
    crossed = {"tokens": ["a", "b"], "X": ROWS, "key_tokens": ["c"], "X_key": [[2, 2]]}
    assert ("X_key", "c", "[2, 2]") in sources(page_of(crossed), 0, 0)
    assert ("X", "a", "[1, 0]") in sources(page_of(crossed), 0, 0)


def test_turned() -> None:
    """Turned queries and keys beside those that they were turned from."""
    names = [name for name, _, _ in sources(page_of("rope"), 0, 1)]
    assert names == ["Q", "Q_rotated", "K", "K_rotated", "V"]


def test_cache() -> None:
    """Keys in the cache stand before those of this step, and are embedded nowhere on the page."""
    past = {"tokens": ["p"], "K": [[3, 3]], "V": [[4, 4]]}
    fields: dict[str, Any] = {"tokens": ["a", "b"], "attention": {"past": past, "mask": "causal"}}
    page = page_of(fields | {"Q": ROWS, "K": ROWS, "V": ROWS})
    assert sources(page, 1, 0)[1:] == [("K", "p", "[3, 3]"), ("V", "p", "[4, 4]")]
    assert sources(page, 1, 1)[1:] == [("K", "a", "[1, 0]"), ("V", "a", "[1, 0]")]
    embedded = page_of(fields | {"X": ROWS})
    assert sources(embedded, 1, 0) == [
        ("X", "b", "[0, 1]"),
        ("K", "p", "[3, 3]"),
        ("V", "p", "[4, 4]"),
    ]


def test_heads() -> None:
    """A head's own queries; keys and values of the key-value head that it shares."""
    page = page_of("grouped-query", heads=range(4))
    for head, (query, key) in enumerate(
        [("[0, 1]", "[1, 0]"), ("[1, 0]", "[1, 0]"), ("[1, 0]", "[1, 1]"), ("[0, 1]", "[1, 1]")]
    ):
        found = sources(page, 1, 0, heatmap=head)
        assert ("Q", "b", query) in found
        assert ("K", "a", key) in found
        assert len(found) == 3


def test_folded() -> None:
    """Where heads take their parts of a folded matrix, its rows are lit too."""
    found = sources(page_of("multi-head"), 0, 1)
    assert [(name, token) for name, token, _ in found] == [
        ("Q", "she"), ("K", "reads"), ("V", "reads"), ("K", "reads"),
    ]  # fmt: skip


def test_worked_out() -> None:
    """The rows that lead to a weight carry it, once for each step on the way."""
    page = page_of("animal")
    weight = Quantity("weights", (5, 7))
    rows = [row for block in blocks_of(page) if isinstance(block, Table) for row in block.rows]
    own = [row for row in rows if row.quantity == weight]
    assert [said(row.cells[0]) for row in own] == ["tired"] * 3


def test_keys_are_not_queries() -> None:
    """In a table of keys no row is a query's, even where there are as many of both."""
    tables = [block for block in blocks_of(page_of("cross-attention")) if isinstance(block, Table)]
    queries, keys = tables[:2]
    assert [row.query for row in queries.rows] == [0, 1, 2]
    assert [row.focused for row in queries.rows] == [True, False, False]
    assert {(row.query, row.focused) for row in keys.rows} == {(None, False)}


@pytest.mark.parametrize("full", [False, True])
def test_queries_to_choose_from(full: bool) -> None:
    """Those that are asked for come first; others are offered, however many there are a dozen."""
    page = page_of(problem_of(30, 2, query=["t15", "t3"]), full=full)
    (section,) = [section for section in page.sections if section.stages == ("scores",)]
    parts = [part for part in section.content if isinstance(part, OfQuery)]
    assert [part.place for part in parts] == [14, 2, 0, 1, 3, 4, *range(25, 30)]
    assert [part.asked for part in parts] == [True, True, *[False] * 9]


@pytest.mark.parametrize(
    "renderer",
    [TerminalRenderer(80, True), MarkdownRenderer(), LatexRenderer(), TypstRenderer()],
    ids=lambda renderer: type(renderer).__name__,
)
@pytest.mark.parametrize("name", ["animal", "multi-head", "rope"])
def test_other_formats_ignore_them(name: str, renderer: Renderer) -> None:
    """A page that nobody points at is the same without them, and without what can be chosen."""
    page = page_of(name)
    assert renderer.render(page) == renderer.render(without_marks(page))


def without_marks(page: Document) -> Document:
    """Only what was asked for, and no quantities."""
    return replace(page, sections=tuple(map(_bare, page.sections)))


def _bare(section: Section) -> Section:
    return replace(section, content=tuple(map(_bare_block, section.blocks)))


def _bare_block(block: Block) -> Block:
    match block:
        case Table(columns, rows, caption):
            plain = tuple(Row(row.cells, row.kind, row.focused) for row in rows)
            return Table(columns, plain, caption)
        case Heatmap(columns, rows, caption):
            shades = tuple(
                HeatmapRow(row.token, row.numbers, row.shades)
                if isinstance(row, HeatmapRow)
                else row
                for row in rows
            )
            return Heatmap(columns, shades, caption)
        case _:
            return block
