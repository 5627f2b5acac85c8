"""A node that nobody taught a renderer is refused, and never left out or taken for another."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import attncalc
from attncalc.document.document import (
    Column,
    Document,
    Equation,
    Graph,
    Heading,
    Note,
    Paragraph,
    Row,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Apply, Relation, Sign, Symbol
from attncalc.renderers.html.page import HtmlRenderer
from attncalc.renderers.interface import Renderer
from attncalc.renderers.latex.page import LatexRenderer
from attncalc.renderers.markdown import MarkdownRenderer
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.renderers.typst.page import TypstRenderer

RENDERERS: dict[str, Renderer] = {
    "terminal": TerminalRenderer(),
    "Markdown": MarkdownRenderer(),
    "LaTeX": LatexRenderer(),
    "Typst": TypstRenderer(),
    "HTML": HtmlRenderer(),
}
ROOMS = ("document", "renderers")


@dataclass(frozen=True)
class Novelty:
    """Neither a block, nor an inline, nor a formula, nor a kind of note."""

    kind: str = "new"


NEW: Any = Novelty()
WORDS = (Words("Title"),)


def page(*blocks: Any, title: Any = WORDS) -> Document:
    """A page of a section."""
    section = Section(Heading(1, (Words("Section"),)), blocks)
    return Document(Section(Heading(None, title), ()), (section,))


PAGES = {
    "block": page(NEW),
    "kind of note": page(Note(NEW, WORDS)),
    "inline": page(Paragraph((NEW,))),
    "inline of a title": page(title=(NEW,)),
    "cell": page(Table((Column(WORDS),), (Row(((NEW,),)),))),
    "formula": page(Equation(NEW)),
    "side of a formula": page(Equation(Relation((Symbol("x"), NEW), (Sign.EXACT,)))),
    "part of a formula": page(Paragraph((Apply("exp", (NEW,)),))),
}


@pytest.mark.parametrize("renderer", RENDERERS.values(), ids=RENDERERS)
@pytest.mark.parametrize("document", PAGES.values(), ids=PAGES)
def test_a_new_node(document: Document, renderer: Renderer) -> None:
    """Each renderer says what it does not know, wherever it stands."""
    assert renderer.render(page(Paragraph(WORDS)))
    with pytest.raises((AssertionError, KeyError), match="Novelty"):
        renderer.render(document)


def test_a_new_kind_of_markdown() -> None:
    """A format that does not say how its diagrams are fenced draws none."""
    graph = page(Graph("T", (Token("a"),), (), ()))
    assert MarkdownRenderer(kind="qmd").render(graph)
    with pytest.raises(KeyError, match="adoc"):
        MarkdownRenderer(kind="adoc").render(graph)


@pytest.mark.parametrize("room", ROOMS)
def test_every_match_is_whole(room: str) -> None:
    """Every match ends in assert_never, so that mypy finds the case that is missing."""
    for file in sorted((Path(attncalc.__file__).parent / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Match):
                last = ast.unparse(node.cases[-1])
                assert last == f"case _:\n    assert_never({ast.unparse(node.subject)})", file
