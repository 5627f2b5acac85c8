"""The last section of a lesson: every symbol of the page, and what it stands for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import attncalc
from attncalc.document.document import Document, Table
from attncalc.document.expressions import Symbol
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.sections.glossary import symbols_in
from tests.conftest import SAMPLES

WORDS = {"score", "base", "sink"}
"""What stands in formulas as a word, and says itself what it is."""


def lesson(path: Path) -> Document:
    trace = attncalc.explain(attncalc.load_all(path)[0])
    heads = tuple(range(trace.problem.heads or 0))
    return write_walkthrough(trace, Selection(detail="lesson", heads=heads))


def explained(document: Document) -> list[Symbol]:
    """The symbols that the glossary tells of."""
    last = document.sections[-1]
    assert last.topic == "lesson"
    (table,) = (block for block in last.blocks if isinstance(block, Table))
    symbols = [row.cells[0][0] for row in table.rows if isinstance(row.cells[0], tuple)]
    assert all(row.cells[1] for row in table.rows)
    return [symbol for symbol in symbols if isinstance(symbol, Symbol)]


def letters(symbols: list[Symbol]) -> set[str]:
    return {symbol.letter for symbol in symbols}


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_symbol_is_told(path: Path) -> None:
    """Of every letter that stands on the page, and of no other."""
    document = lesson(path)
    told = explained(document)
    used = list(symbols_in((document.title, document.sections[:-1])))
    assert letters(used) - letters(told) - WORDS == set()
    assert letters(told) - letters(used) == set()
    assert len(told) == len(set(told))
    matrices = {symbol.indices for symbol in used if symbol.letter == "W"}
    named = {symbol.indices for symbol in told if symbol.letter == "W"}
    assert {indices[:1] for indices in matrices} == named


def test_sizes() -> None:
    """A matrix and a row of it have theirs."""
    page = TerminalRenderer(100).render(lesson(SAMPLES / "animal.yaml"))
    assert re.search(r"Q +all queries, a row each +8 × 3\n", page)
    assert re.search(r"qᵢ +the query of token i: what it looks for +1 × 3\n", page)
    assert re.search(r"d_k +how many numbers a query or a key has\n", page)


def test_only_in_a_lesson() -> None:
    """And where there is nothing to be told of, there is none."""
    trace = attncalc.explain(attncalc.load(SAMPLES / "animal.yaml"))
    assert "what it stands for" not in TerminalRenderer(100).render(write_walkthrough(trace))
    heading = write_walkthrough(trace, Selection(detail="lesson")).sections[-1].heading
    assert "Symbols" in str(heading.words)
