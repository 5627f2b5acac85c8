"""The PDF, typeset by the real typst and read by another program."""

from __future__ import annotations

import datetime
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typst
from pypdf import PdfReader

from attncalc.checking import check
from attncalc.document.document import (
    Code,
    Column,
    Document,
    Equation,
    Heading,
    Heatmap,
    HeatmapRow,
    Judgement,
    Paragraph,
    Row,
    Section,
    Standing,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Name, Number, Relation, Sign, Sum, Symbol
from attncalc.document.style import NumberStyle
from attncalc.errors import AttncalcError
from attncalc.readers import load, load_all
from attncalc.renderers.typst.math import shown_token
from attncalc.renderers.typst.page import TypstRenderer
from attncalc.renderers.typst.pdf import PdfRenderer
from attncalc.selection import Selection
from attncalc.steps.engine import explain
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.checked import write_report
from attncalc.walkthrough.lookup import write_lookup
from tests import samples
from tests.conftest import SAMPLES
from tests.renderers.hostile import HOSTILE

BUNDLED = PdfRenderer(system_fonts=False)
ANIMAL = SAMPLES / "animal.yaml"
A4, LETTER = (595, 842), (612, 792)


def walkthrough(sample: Path, *, full: bool = False) -> Document:
    """The walkthrough of a sample's first problem."""
    return write_walkthrough(explain(load_all(sample)[0]), Selection(full=full))


def text_of(pdf: bytes) -> str:
    """All its text, without blanks, because lines are broken anywhere."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    text = "".join(page.extract_text() for page in pages)
    return "".join(text.split()).replace("\u200b", "")


def pages_of(document: Document) -> list[list[bytes]]:
    """The pages as pixels: rows of their green, from 0 to 255."""
    source = TypstRenderer().render(document).encode()
    images: bytes | list[bytes] = typst.compile(source, format="png", ppi=36)
    return [list(_rows(image)) for image in ([images] if isinstance(images, bytes) else images)]


def _rows(png: bytes) -> Iterator[bytes]:
    """The rows of a PNG of 8-bit RGBA, unfiltered (PNG specification, section 9)."""
    width = int.from_bytes(png[16:20])
    chunks, at = b"", 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            chunks += png[at + 8 : at + 8 + size]
        at += size + 12
    pixels = zlib.decompress(chunks)
    above = bytearray(4 * width)
    for start in range(0, len(pixels), 4 * width + 1):
        kind, row = pixels[start], bytearray(pixels[start + 1 : start + 1 + 4 * width])
        for at, value in enumerate(row):
            left, corner = (row[at - 4], above[at - 4]) if at >= 4 else (0, 0)
            guess = left + above[at] - corner
            nearest = min((left, above[at], corner), key=lambda one: abs(guess - one))
            row[at] = (value + (0, left, above[at], (left + above[at]) // 2, nearest)[kind]) % 256
        above = row
        yield bytes(row[1::4])


def document_of(spelling: str) -> Document:
    """A document in which a text stands wherever one may."""
    token, index = Token(spelling, True), (Name(spelling),)
    name = Symbol("q", index)
    one = Number("1")
    table = Table(
        (Column((Words(spelling),)), Column((token,)), Column((name,)), Column((Words("x"),))),
        (Row(((token,), (one,), (name,), (Words(spelling),)), focused=True),),
        (Words(spelling),),
    )
    row = HeatmapRow(token, (one,) * 4, (0.0, 0.4, 0.7, 1.0))
    heading = Heading(1, (Words(spelling),), name)
    blocks = (
        Paragraph((Words(spelling), token, Code(spelling), name)),
        Paragraph(tuple(Judgement(standing, spelling) for standing in Standing)),
        Equation(Relation((name, one), (Sign.EXACT,))),
        table,
        Heatmap((token,) * 4, (row,), (token,)),
    )
    return Document(Section(Heading(None, (Words("T"),)), ()), (Section(heading, blocks),))


@pytest.mark.in_turn
@pytest.mark.parametrize("sample", samples.FILES, ids=lambda path: path.stem)
def test_samples(sample: Path, exhaustive: bool) -> None:
    """Every sample is set with the fonts that typst brings along, read as other pages in turn."""
    turn = samples.FILES.index(sample) % 2
    for trace in samples.traces(sample):
        others = [write_lookup(trace), write_report(check(trace))]
        kept = others if exhaustive else others[turn : turn + 1]
        typeset = BUNDLED.typeset(write_walkthrough(trace), *kept)
        assert typeset.content.startswith(b"%PDF-")
        assert typeset.missing == ()


def test_page() -> None:
    """The page of `animal` says what it should, on two numbered sheets of paper."""
    pdf = PdfRenderer(footer="attncalc explain animal.yaml", system_fonts=False).render_pdf(
        walkthrough(ANIMAL)
    )
    pages = PdfReader(io.BytesIO(pdf)).pages
    texts = [" ".join(page.extract_text().split()) for page in pages]
    assert len(pages) == 2
    assert "The animal didn't cross the street because it was too tired" in texts[0]
    assert "Source: Course notes" in texts[0]
    assert "0.6×0.9+0.5×0.8+0.4×0.7=0.54+0.40+0.28" in texts[0].replace(" ", "")
    assert "Rounded only where shown, to 4 decimals; = is exact, ≈ is rounded." in texts[1]
    for number, text in enumerate(texts, 1):
        assert text.endswith(f"attncalc explain animal.yaml {number} / 2")


@pytest.mark.parametrize("sample", ["scaling", "quadratic"])
def test_a_last_sentence_stays_with_its_table(sample: str) -> None:
    """What is said of a table below it stands on the same sheet."""
    pages = PdfReader(io.BytesIO(BUNDLED.render_pdf(walkthrough(SAMPLES / f"{sample}.yaml")))).pages
    (sheet,) = (page for page in pages if "With this, the largest weight" in page.extract_text())
    assert "scaledscore" in "".join(sheet.extract_text().split())


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_brief(paper: str) -> None:
    """What is brief fits on a sheet of paper."""
    document = write_walkthrough(explain(load_all(ANIMAL)[0]), Selection(detail="brief"))
    pdf = PdfRenderer(paper, footer="attncalc", system_fonts=False).render_pdf(document)
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    text = " ".join(page.extract_text().split())
    assert "Rounded only where shown" in text
    assert "Weighted sum" in text


def test_accessible() -> None:
    """It is tagged, has a title and a language, and bookmarks for its steps (PDF/UA-1)."""
    reader = PdfReader(io.BytesIO(BUNDLED.render_pdf(walkthrough(ANIMAL))))
    root: Any = reader.trailer["/Root"]
    outline: list[Any] = reader.outline
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "The animal didn't cross the street because it was too tired"
    assert "pdfuaid:part" in str(root["/Metadata"].get_object().get_data())
    assert [" ".join(step.title.split()) for step in outline] == [
        "1 What is given",
        "2 Scores",
        "3 Attention weights (softmax)",
        "4 Weighted sum",
        "5 In words",
    ]


@pytest.mark.parametrize("date", [None, datetime.date(2026, 11, 22)])
def test_reproducible(date: datetime.date | None) -> None:
    """The same document and date give the same bytes, and no other date gets in."""
    renderer = PdfRenderer(date=date, system_fonts=False)
    pdf = renderer.render_pdf(walkthrough(ANIMAL))
    assert pdf == renderer.render_pdf(walkthrough(ANIMAL))
    metadata = PdfReader(io.BytesIO(pdf)).metadata
    assert metadata is not None
    created = metadata.creation_date
    assert (created.date() if created else None) == date


@pytest.mark.parametrize(("paper", "size"), [("a4", A4), ("us-letter", LETTER)])
def test_paper(paper: str, size: tuple[int, int]) -> None:
    """A page has the size that is asked for."""
    page = PdfReader(io.BytesIO(PdfRenderer(paper).render_pdf(walkthrough(ANIMAL)))).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == size


@pytest.mark.no_cover
@pytest.mark.parametrize("spelling", HOSTILE)
def test_hostile(spelling: str) -> None:
    """Whatever a text looks like, it stands on the page as it is spelt."""
    typeset = BUNDLED.typeset(document_of(spelling))
    spelt = {ord(one): f"‹U+{ord(one):04X}›" for one in (*typeset.missing, "\u200d")}
    wanted = "".join(shown_token(spelling).translate(spelt).split())
    assert text_of(typeset.content).count(wanted) >= 5


@pytest.mark.no_cover
@pytest.mark.parametrize(("spelling", "other"), [("--", "–"), ("``", "“")])
def test_no_ligatures(spelling: str, other: str) -> None:
    """Signs are not drawn as the one sign that they often stand for."""
    one, two = (
        pages_of(Document(Section(Heading(None, (Words(text),)), ()), ()))
        for text in (spelling, other)
    )
    assert one != two


@pytest.mark.no_cover
def test_nothing_is_lost_beside_the_page() -> None:
    """Long words, long chains and many columns stay between the margins."""
    terms = Sum(tuple(Number(f"{number}.25") for number in range(60)))
    chain = Relation((Symbol("s"), terms, Number("1")), (Sign.EXACT, Sign.ROUNDED))
    section = Section(Heading(2, (Words("long"),)), (Equation(chain),))
    long = document_of("long" * 40)
    for page in pages_of(Document(long.title, (*long.sections, section))):
        columns = range(len(page[0]))
        inked = [at for at in columns if any(row[at] < 200 for row in page)]
        assert min(inked) / len(columns) > 0.09
        assert max(inked) / len(columns) < 0.91


def test_wide_vectors_stand_below_each_other() -> None:
    """Keys and values that no line holds together stay between the margins, too."""
    K = [[[-0.123456 * (entry + 1) for entry in range(64)]] * 2]
    problem = load({"Q": K * 2, "K": K, "V": K, "attention": {"heads": 2, "kv_heads": 1}})
    document = write_walkthrough(explain(problem), Selection(style=NumberStyle(5)))
    for page in pages_of(Document(document.title, document.sections[:1])):
        columns = range(len(page[0]))
        assert max(at for at in columns if any(row[at] < 200 for row in page)) < 0.91 * len(columns)


def test_missing_glyphs() -> None:
    """What no font has stands as its code point, and is reported; the title keeps it."""
    document = Document(
        Section(Heading(None, (Words("漢"),)), ()),
        (Section(Heading(1, (Token("e\u0301👩\u200d💻"),)), ()),),
    )
    typeset = BUNDLED.typeset(document)
    assert typeset.missing == ("漢", "👩", "💻")
    assert "‹U+6F22›" in text_of(typeset.content)
    assert "‹U+1F469›‹U+200D›‹U+1F4BB›" in text_of(typeset.content)
    metadata = PdfReader(io.BytesIO(typeset.content)).metadata
    assert metadata is not None
    assert metadata.title == "漢"


def test_source_compiles_on_its_own(tmp_path: Path) -> None:
    """The source needs nothing but itself and typst."""
    path = tmp_path / "animal.typ"
    path.write_text(TypstRenderer().render(walkthrough(ANIMAL, full=True)), encoding="utf-8")
    pages = typst.compile(path, format="png", ppi=20, ignore_system_fonts=True)
    assert len(pages) == 2


def test_without_typst(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package, the message says what to install."""
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(AttncalcError) as raised:
        BUNDLED.render_pdf(walkthrough(ANIMAL))
    assert (
        str(raised.value)
        == "PDF, SVG and PNG pages need the package typst, which is not installed; try: "
        "pip install typst, where attncalc is installed; with pipx: pipx inject attncalc typst"
    )


def test_other_errors() -> None:
    """An error that names no missing glyph is passed on, not tried again."""
    with pytest.raises(
        AttncalcError, match=r"^typst could not set the page: expected .*\"us-letter\""
    ):
        PdfRenderer("a99").render_pdf(walkthrough(ANIMAL))
