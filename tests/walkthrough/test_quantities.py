"""What belongs together on a page: a weight, and the query, key and value that it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction as Rational
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.document.document import (
    Block,
    Document,
    Heatmap,
    HeatmapRow,
    OfQuery,
    Quantity,
    Section,
    Table,
)
from attncalc.readers import load_all
from attncalc.renderers.interface import Renderer
from attncalc.renderers.latex.page import LatexRenderer
from attncalc.renderers.linear import linear
from attncalc.renderers.markdown import MarkdownRenderer
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.renderers.typst.page import TypstRenderer
from attncalc.selection import Selection
from attncalc.steps.stages import OF_GROUPS, OF_HEADS
from attncalc.steps.trace import Trace
from attncalc.walkthrough import write_walkthrough
from tests.conftest import SAMPLES
from tests.random_problems import TAME, problems
from tests.walkthrough.test_large import problem_of
from tests.walkthrough.test_true import value

ROWS = [[1, 0], [0, 1]]


def page_of(source: str | dict[str, Any], **options: Any) -> Document:
    """The walkthrough of a sample or a problem."""
    sample = load_all(SAMPLES / f"{source}.yaml")[0] if isinstance(source, str) else None
    problem = sample or attncalc.load(source)
    return write_walkthrough(attncalc.explain(problem), Selection(turns=True, **options))


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


def test_given_scores() -> None:
    """Where scores are given, embeddings are only values: no query is made of them."""
    fields = {"tokens": ["a", "b"], "X": [[1, 2], [3, 4]], "scores": ROWS}
    assert sources(page_of(fields), 0, 1) == [("X", "b", "[3, 4]")]


class Lit:
    """What a cell of a heatmap lights up on the page of a random problem."""

    def __init__(self, trace: Trace, head: int | None) -> None:
        self.trace = trace
        self.own = trace if head is None else trace.of_head(head)

    def rows(self, stage: str, place: int) -> list[list[Any]]:
        """What a marked cell may show of a stage: this head's row, or those of all side by side."""
        row = list(self.own[stage][place])
        if self.own.head is None or stage not in OF_HEADS:
            return [row]
        return [row, list(self.trace[stage][:, place].ravel())]

    def expected(self, quantity: Quantity, query: int, key: int) -> list[list[Any]]:
        """What a quantity of the weight of this query and this key may show."""
        past = self.trace.problem.past_length
        if quantity.name in ("Q", "Q_normalized", "Q_rotated"):
            return self.rows(quantity.name, query)
        if quantity.name in OF_GROUPS:
            return self.rows(quantity.name, key)
        if quantity.name == "X_key":
            return self.rows(quantity.name, key - past)
        own = [query] if self.trace.problem.X_key is not None else [query, key - past]
        return [row for at in own if at >= 0 for row in self.rows(quantity.name, at)]

    def needed(self, query: int, key: int) -> list[list[list[Any]]]:
        """What has to be shown among what is lit: q, k and v of a weight, each as it may be."""
        asking, answering = self.trace.asking, self.trace.answering
        wanted = [(asking, query), (answering, key), ("V", key)]
        return [self.rows(name, place) for name, place in wanted if name in self.trace]


def is_shown(numbers: list[Any], rows: list[list[Any]]) -> bool:
    """Whether numbers are one of these rows, rounded to four decimals."""
    near = Rational(1, 2 * 10**4)
    return any(
        len(row) == len(numbers)
        and all(abs(a - Rational(b)) <= near for a, b in zip(numbers, row, strict=True))
        for row in rows
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)))
def test_what_lights_up(problem: dict[str, Any]) -> None:
    """Number by number, the query, key and value that the trace made a weight from; no others."""
    trace = attncalc.explain(attncalc.load(problem))
    heads = trace.problem.heads
    page = write_walkthrough(
        trace, Selection(full=True, heads=tuple(range(heads or 0)), turns=True)
    )
    places: dict[Quantity, list[list[Any]]] = {}
    for block in blocks_of(page):
        for row in block.rows if isinstance(block, Table) else ():
            for quantity, cell in zip(row.quantities, row.cells, strict=False):
                if quantity is not None:
                    places.setdefault(quantity, []).append(value(cell[0]))  # type: ignore[index, arg-type]
    heatmaps = [block for block in blocks_of(page) if isinstance(block, Heatmap)]
    for head, heatmap in zip([None] if heads is None else range(heads), heatmaps, strict=True):
        lit = Lit(trace, head)
        for query, heatmap_row in enumerate(heatmap.rows):
            assert isinstance(heatmap_row, HeatmapRow)
            assert heatmap_row.query == query
            for key, made_of in enumerate(heatmap_row.made_of):
                weight = (query, key) if head is None else (head, query, key)
                assert made_of[0] == Quantity("weights", weight)
                shown = [
                    (quantity, numbers)
                    for quantity in dict.fromkeys(made_of)
                    for numbers in places.get(quantity, ())
                ]
                for quantity, numbers in shown:
                    assert is_shown(numbers, lit.expected(quantity, query, key)), quantity
                for rows in lit.needed(query, key):
                    assert any(is_shown(numbers, rows) for _, numbers in shown)


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
        case Table(rows=rows):
            bare = (replace(row, query=None, quantity=None, quantities=()) for row in rows)
            return replace(block, rows=tuple(bare))
        case Heatmap(rows=rows):
            shades = tuple(
                HeatmapRow(row.token, row.numbers, row.shades)
                if isinstance(row, HeatmapRow)
                else row
                for row in rows
            )
            return replace(block, rows=shades)
        case _:
            return block
