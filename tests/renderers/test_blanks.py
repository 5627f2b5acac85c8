"""Places to write in, on every kind of page: as wide, whatever belongs there; or filled in."""

from __future__ import annotations

import io
import re
from pathlib import Path

import html5lib
import pytest
from pypdf import PdfReader

from attncalc.document.document import (
    Blank,
    Cell,
    Column,
    Document,
    Heading,
    Inlines,
    Paragraph,
    Quantity,
    Room,
    Row,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Number
from attncalc.language import Speech, speaking
from attncalc.renderers.colors import RIGHT, WHITE, contrast
from attncalc.renderers.html.page import HtmlRenderer
from attncalc.renderers.latex.page import LatexRenderer
from attncalc.renderers.markdown import MarkdownRenderer
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.renderers.typst.page import TypstRenderer
from attncalc.renderers.typst.pdf import PdfRenderer
from tests.renderers.hostile import HOSTILE
from tests.renderers.pdflatex import compile_latex

TITLE: Inlines = (Words("T"),)


def page(*places: Inlines, title: Inlines = TITLE) -> Document:
    """Places in a line and in a table whose rows may stand side by side."""
    cells: list[Cell] = [*places]
    rows = tuple(Row(((Token("a"),), cell, cell)) for cell in cells)
    table = Table((Column(()), Column(()), Column(())), rows, folds=True)
    line = Paragraph(tuple(part for place in places for part in place))
    return Document(
        Section(Heading(None, title), (line,)), (Section(Heading(1, (Words("P"),)), (line, table)),)
    )


def blank(answer: str | None, label: str = "the weight") -> Blank:
    number = None if answer is None else Number(answer)
    return Blank(Quantity("weights", (0, 2)), (Words(label),), number)


EMPTY = page((blank(None), Room(12)))
FILLED = page((blank("-0.25"), Room(12, (Words("from"), Number("0.1")))))


def test_terminal() -> None:
    text = TerminalRenderer(80).render(EMPTY)
    assert text.count("[________]............") == 4
    filled = TerminalRenderer(80).render(FILLED)
    assert filled.count("[ -0.25  ]from0.1") == 4
    colored = TerminalRenderer(80, color=True).render(FILLED)
    assert "[ -0.25  ]" in colored


def test_html() -> None:
    document = html5lib.parse(HtmlRenderer().render(EMPTY), namespaceHTMLElements=False)
    inputs = list(document.iter("input"))
    assert len(inputs) == 4
    assert {each.attrib["aria-label"] for each in inputs} == {"the weight"}
    assert {each.attrib["id"] for each in inputs} == {"weights_1_3"}
    assert HtmlRenderer().render(EMPTY).count('<span class="room" style="width: 12em">') == 4
    filled = HtmlRenderer().render(FILLED)
    assert filled.count('<strong class="blank filled">−0.25</strong>') == 4
    assert filled.count('<small class="written">from0.1</small>') == 4
    assert "<input" not in filled
    assert contrast(RIGHT, WHITE) > 4.5


def test_markdown() -> None:
    text = MarkdownRenderer().render(EMPTY)
    assert text.count(r"\_" * 10 + "." * 12) == 4
    filled = MarkdownRenderer().render(FILLED)
    assert filled.count("**-0.25**from0.1") == 4


def test_typst() -> None:
    assert TypstRenderer().render(EMPTY).count("#blank()#room(12)") == 4
    pdf = PdfReader(io.BytesIO(PdfRenderer(system_fonts=False).render_pdf(FILLED)))
    assert "0.25" in pdf.pages[0].extract_text()


def test_rows_of_places_stand_side_by_side() -> None:
    """As many as fit; with longer lines, none."""

    def sheets(width: int) -> int:
        rows = page(*[(blank(None), Room(width))] * 60)
        pdf = PdfRenderer(system_fonts=False).render_pdf(rows)
        return len(PdfReader(io.BytesIO(pdf)).pages)

    assert sheets(4) < sheets(20)


@pytest.mark.parametrize("document", [EMPTY, FILLED])
def test_latex(document: Document, tmp_path: Path) -> None:
    run = compile_latex(tmp_path, "whole", LatexRenderer().render(document))
    assert run.overfull == ()
    assert ("0.25" in "".join(run.pages)) == (document is FILLED)


def test_an_empty_place_is_as_wide_as_any() -> None:
    """Nothing of the answer is known in it; filled, digits of any length leave it as it is."""
    widths = {
        len(TerminalRenderer(80).render(page((blank(each),)))) for each in (None, "1", "12.5")
    }
    assert len(widths) == 1
    boxes = re.findall(r"attn(?:blank|filled)", LatexRenderer().render(page((blank("1"),))))
    assert "attnfilled" in boxes


def test_a_decimal_comma() -> None:
    with speaking(Speech(decimal="comma")):
        assert "[ -0,25  ]" in TerminalRenderer(80).render(FILLED)
        assert "**-0,25**" in MarkdownRenderer().render(FILLED)
        assert "−0,25" in HtmlRenderer().render(FILLED)


@pytest.mark.parametrize("spelling", HOSTILE)
def test_labels_are_inert(spelling: str) -> None:
    """What a place is called is text, also in an attribute."""
    text = HtmlRenderer().render(page((Blank(Quantity("s", (0,)), (Token(spelling),)),)))
    document = html5lib.parse(text, namespaceHTMLElements=False)
    names = {name for each in document.iter("input") for name in each.attrib}
    assert names == {
        "class", "id", "type", "inputmode", "autocomplete", "spellcheck", "aria-label",
    }  # fmt: skip
    assert [each.attrib for each in document.iter("script")] == [{"type": "module"}]


def test_a_place_in_a_title_is_no_part_of_its_name() -> None:
    source = TypstRenderer().render(page(title=(Words("T"), blank("1"), Room(3))))
    assert '#set document(title: "T"' in source
