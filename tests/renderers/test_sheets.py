"""Where a PDF goes on to another sheet, and the slides that are made of one."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import pytest
from pypdf import PdfReader

from attncalc.document.document import (
    Column,
    Document,
    Edge,
    Equation,
    Graph,
    Heading,
    Heatmap,
    HeatmapRow,
    Note,
    NoteKind,
    Paragraph,
    Row,
    Section,
    Strength,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Matrix, Number, Relation, Sign, Sum, Symbol
from attncalc.readers import load_all
from attncalc.renderers.typst.page import TypstRenderer
from attncalc.renderers.typst.pdf import PdfRenderer
from attncalc.steps.engine import explain
from attncalc.walkthrough import write_walkthrough
from tests.conftest import SAMPLES

WIDTH, HEIGHT = 842, 474
"""Points of a slide."""

SAMPLE_SLIDES = ["animal", "apple"]
TITLE = Section(Heading(None, (Words("Title"),)), ())
EDGES = (Edge(0, 1, Number("1"), Strength.HIGH, 1.0),)


@cache
def pages_of(name: str, paper: str) -> list[Any]:
    """The pages of a sample's PDF."""
    document = write_walkthrough(explain(load_all(SAMPLES / f"{name}.yaml")[0]))
    pdf = PdfRenderer(paper, system_fonts=False).render_pdf(document)
    return list(PdfReader(io.BytesIO(pdf)).pages)


def lines_of(page: Any) -> list[str]:
    """The lines of text on a page, without those that are blank."""
    return [line for line in page.extract_text().splitlines() if line.strip()]


def sheets_of(document: Document, paper: str) -> list[list[str]]:
    """The lines of each sheet."""
    pdf = PdfRenderer(paper, system_fonts=False).render_pdf(document)
    return [lines_of(page) for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_two_sheets(paper: str) -> None:
    """`animal` takes two sheets, of either paper, and no derivation goes over from one to two."""
    pages = pages_of("animal", paper)
    assert len(pages) == 2
    texts = [page.extract_text() for page in pages]
    (step,) = (text for text in texts if "Attention weights" in text)
    assert step.count("3.3872") == 3  # twice in the table, once in the formula
    assert len(lines_of(pages[-1])) > 12


@pytest.mark.parametrize("count", range(20, 60, 8))
def test_no_sheet_of_a_few_lines(count: int) -> None:
    """However long a page is, its last sheet has more than a few lines on it."""
    rows = tuple(Row(((Number(str(at)),), (Words("x"),))) for at in range(count))
    tables = tuple(Table((Column((Words("n"),)), Column(())), rows[:at]) for at in (count // 2, 9))
    words = Paragraph((Words("what it means, said in a sentence of some length " * 4),))
    note = Note(NoteKind.REMARK, (Words("rounded"),))
    sections = (
        Section(Heading(1, (Words("Numbers"),), Symbol("x")), (words, *tables, words)),
        Section(Heading(2, (Words("In words"),)), (words, words, note)),
    )
    *_, last = sheets_of(Document(TITLE, sections), "a4")
    assert len(last) > 8


@pytest.mark.parametrize("name", SAMPLE_SLIDES)
def test_slides(name: str) -> None:
    """A step begins a slide, in large type; the title of a slide that goes on is repeated."""
    pages = pages_of(name, "slides")
    document = write_walkthrough(explain(load_all(SAMPLES / f"{name}.yaml")[0]))
    titles = [str(section.heading.number) for section in document.sections]
    begun: list[str] = []
    for page in pages[1:-1]:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (WIDTH, HEIGHT)
        number, *_ = lines_of(page)[0].split()
        if not begun and number != titles[0]:
            continue  # the words under the title need more than one slide
        if number not in begun:
            begun.append(number)
        assert begun[-1] == number
    assert begun == titles
    assert lines_of(pages[-1])[0].endswith("” at a glance")


@pytest.mark.no_cover
@pytest.mark.parametrize("name", SAMPLE_SLIDES)
def test_large_type(name: str) -> None:
    """No word is smaller than 20 points, but in the picture of it all, and none reaches beyond."""
    pages = pages_of(name, "slides")
    for page in pages:
        sizes: list[float] = []

        def seen(text: str, page: list[float], line: list[float], font: Any, size: float) -> None:
            if text.strip() and font and "Math" not in str(font["/BaseFont"]):
                sizes.append(size * abs(page[3] * line[3]))  # noqa: B023 - of this page
                assert 30 <= page[4] + page[0] * line[4] <= WIDTH - 30
                assert 5 <= page[5] + page[3] * line[5] <= HEIGHT - 10

        page.extract_text(visitor_text=seen)
        assert min(sizes) >= (11.9 if page is pages[-1] else 19.9)


def test_long_table_on_slides() -> None:
    """A table goes on on further slides, under its headings and the title of the step."""
    rows = tuple(Row(((Words(f"row {at}"),),)) for at in range(40))
    section = Section(Heading(1, (Words("Long"),)), (Table((Column((Words("head"),)),), rows),))
    _, *slides = sheets_of(Document(TITLE, (section,)), "slides")
    assert len(slides) > 2
    assert all(slide[0].startswith("1 Long") and slide[1] == "head" for slide in slides)
    assert sum("row" in line for slide in slides for line in slide) == 40


def test_long_title_of_a_slide() -> None:
    """A title that is too long for its place stands below it and hides nothing."""
    section = Section(Heading(1, (Words("so long " * 40),)), (Paragraph((Words("and then"),)),))
    _, slide = sheets_of(Document(TITLE, (section,)), "slides")
    assert slide[-2] == "and then"
    assert " ".join(" ".join(slide).split()).count("so long") == 40


def test_pictures_first() -> None:
    """On slides, what is drawn stands before what is worked out, behind the first words."""
    row = HeatmapRow(Token("x"), (Number("1"),), (1.0,))
    blocks = (
        Paragraph((Words("why"),)),
        Table((Column(()),), (Row(((Words("x"),),)),)),
        Equation(Symbol("x")),
        Heatmap((Token("a"),), (row,), ()),
        Graph("g", (Token("a"),), (Token("b"),), EDGES),
    )
    document = Document(TITLE, (Section(Heading(1, (Words("Part"),)), blocks),))
    places = {
        paper: [
            TypstRenderer(paper).render(document).rindex(call)
            for call in ('#prose([#"why"', "  heatmap(", "  graph(", "  sheet(", "#derivation(")
        ]
        for paper in ("a4", "slides")
    }
    assert places["slides"] == sorted(places["slides"])
    assert places["a4"] != sorted(places["a4"])


def test_what_does_not_fit_a_slide() -> None:
    """A long formula is set in lines, and a picture that would be too high is left out."""
    total = Sum(tuple(Number(f"{place}.2345") for place in range(20)))
    formula = Equation(Relation((Symbol("s"), total, Number("3.4")), (Sign.EXACT, Sign.ROUNDED)))
    tokens = tuple(Token(f"token {at}") for at in range(30))
    blocks = (formula, Graph("g", (Token("q"),), tokens, EDGES))
    document = Document(TITLE, (Section(Heading(1, (Words("Part"),)), blocks),))
    _, *slides = sheets_of(document, "slides")
    text = " ".join(line for slide in slides for line in slide)
    assert text.count(".2345") == 20
    assert "token" not in text
    assert "token 29" in " ".join(line for sheet in sheets_of(document, "a4") for line in sheet)


def test_high_matrix_on_slides() -> None:
    """A matrix of very many rows is cut into as many as slides have room for."""
    rows = tuple((Number(f"{at}.25"), *[Number("0.125")] * 7) for at in range(35))
    formula = Equation(Relation((Symbol("W"), Matrix(rows)), (Sign.EXACT,)))
    document = Document(TITLE, (Section(Heading(1, (Words("Part"),)), (formula,)),))
    _, *slides = sheets_of(document, "slides")
    text = " ".join(line for slide in slides for line in slide)
    assert all(f"{at}.25" in text for at in range(35))
    assert len(slides) == 4
