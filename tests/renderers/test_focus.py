"""The cell that is marked in a row about what a page is about, in every format."""

from __future__ import annotations

import io
import re
from typing import Any

from pypdf import PdfReader

from attncalc.document.document import (
    Bar,
    Cell,
    Column,
    Document,
    Heading,
    Row,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.renderers.html.page import HtmlRenderer
from attncalc.renderers.latex.page import LatexRenderer
from attncalc.renderers.markdown import MarkdownRenderer
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.renderers.typst.page import TypstRenderer
from attncalc.renderers.typst.pdf import PdfRenderer

RANKED: tuple[Cell, ...] = ((Words("rank"),), (Token("it", focused=True),), Bar(0.5))
NAMED: tuple[Cell, ...] = ((Token("it"),), (Words("score"),), Bar(0.5))


def page(cells: tuple[Cell, ...]) -> Document:
    """A table with one row, which is focused."""
    table = Table(
        (Column((Words("a"),)), Column((Words("b"),)), Column(())), (Row(cells, focused=True),)
    )
    title = Section(Heading(None, (Words("Title"),)), ())
    return Document(title, (Section(Heading(1, (Words("Part"),)), (table,)),))


def test_marked() -> None:
    """It is the focused token, wherever it stands, or else the first cell."""
    assert Row(RANKED, focused=True).marked == 1
    assert Row(NAMED, focused=True).marked == 0
    assert Row(RANKED).marked is None


def test_formats() -> None:
    """The token of a ranked row is marked, and not its rank."""
    assert "| rank | **it** |" in MarkdownRenderer().render(page(RANKED))
    assert "| **it** | score |" in MarkdownRenderer().render(page(NAMED))
    assert r"rank & {\bfseries\boldmath it}" in LatexRenderer().render(page(RANKED))
    assert "marked: 1," in TypstRenderer().render(page(RANKED))
    html = HtmlRenderer().render(page(RANKED))
    assert re.search('<th scope="row" class="plain">rank</th><td><strong>', html)
    assert 'class="plain"' not in HtmlRenderer().render(page(NAMED))
    assert "\x1b[1;33mit" in TerminalRenderer(color=True).render(page(RANKED))


def test_pdf() -> None:
    """The marked cell is bold on paper, and a token in it as well, focused or not."""
    for cells, bold in ((RANKED, {"it"}), (NAMED, {"it"})):
        fonts: dict[str, str] = {}

        def seen(text: str, _page: Any, _line: Any, font: Any, _size: float) -> None:
            fonts[text.strip()] = str(font["/BaseFont"]) if font else ""  # noqa: B023 - of this row

        (sheet,) = PdfReader(io.BytesIO(PdfRenderer().typeset(page(cells)).content)).pages
        sheet.extract_text(visitor_text=seen)
        words = {"it", "rank", "score"} & fonts.keys()
        assert {word for word in words if "Bold" in fonts[word]} == bold
        assert len(words) == 2
