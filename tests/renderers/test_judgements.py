"""What was found of something, on every kind of page: a sign, a colour and words say the same."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from attncalc.document.document import (
    Column,
    Document,
    Heading,
    Inlines,
    Judgement,
    Paragraph,
    Row,
    Section,
    Standing,
    Table,
    Words,
)
from attncalc.renderers.colors import RIGHT, WHITE, WRONG, contrast
from attncalc.renderers.html.page import HtmlRenderer
from attncalc.renderers.latex.page import LatexRenderer
from attncalc.renderers.markdown import MarkdownRenderer
from attncalc.renderers.terminal import styles
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.renderers.typst.page import TypstRenderer
from attncalc.renderers.typst.pdf import PdfRenderer
from tests.renderers.pdflatex import compile_latex

JUDGED = {standing: Judgement(standing, f"<{standing.name.lower()}> \x1b") for standing in Standing}
ROWS = tuple(Row((cell,)) for cell in ((each,) for each in JUDGED.values()))
TITLE: Inlines = (Words("T"), JUDGED[Standing.RIGHT])
PAGE = Document(
    Section(Heading(None, TITLE), ()),
    (
        Section(
            Heading(1, (Words("Part"),)),
            (Paragraph((Words("is "), *JUDGED.values())), Table((Column(()),), ROWS)),
        ),
    ),
)


def test_terminal() -> None:
    text = TerminalRenderer(80).render(PAGE)
    for standing in Standing:
        assert text.count(f"{standing.value} <{standing.name.lower()}> ␛") >= 2
    colored = TerminalRenderer(80, color=True).render(PAGE)
    assert colored.count("✗ <wrong>") == 2
    assert "\x1b]" not in colored
    for color in (styles.STANDINGS[Standing.RIGHT], styles.STANDINGS[Standing.WRONG]):
        red, green, blue = map(int, re.findall(r"\d+", color))
        for ground in ((0, 0, 0), WHITE):
            assert contrast((red, green, blue), ground) > 4


def test_html() -> None:
    text = HtmlRenderer().render(PAGE)
    sign = '<span aria-hidden="true">✗</span>'
    assert text.count(f'<span class="is-wrong">{sign} &lt;wrong&gt; ␛</span>') == 2
    assert ".is-wrong { color: var(--wrong)" in text
    assert all(contrast(color, WHITE) > 4.5 for color in (RIGHT, WRONG))


def test_markdown() -> None:
    text = MarkdownRenderer().render(PAGE)
    assert r"$\checkmark$ \<right\> ␛" in text
    assert text.count(r"$\times$ **\<wrong\> ␛**") == 2
    assert not set(text) & {"✓", "✗", "→", "≈"}


def test_typst() -> None:
    assert '#judged("wrong", "✗", "<wrong> ‹U+001B›")' in TypstRenderer().render(PAGE)
    pdf = PdfReader(io.BytesIO(PdfRenderer(system_fonts=False).render_pdf(PAGE)))
    assert "✗" in pdf.pages[0].extract_text()


@pytest.mark.parametrize("packages", ["", "\\usepackage{amssymb}"])
def test_latex(packages: str, tmp_path: Path) -> None:
    """Set with a tick, and by a fragment that does without amssymb."""
    assert r"{\attnwrong{}" in LatexRenderer().render(PAGE)
    assert compile_latex(tmp_path, "whole", LatexRenderer().render(PAGE)).overfull == ()
    piece = LatexRenderer(fragment=True).render(PAGE)
    begin = f"\\documentclass{{article}}\\usepackage{{amsmath,booktabs,graphicx,xcolor}}{packages}"
    run = compile_latex(tmp_path, "part", f"{begin}\\begin{{document}}{piece}\\end{{document}}")
    assert "wrong" in "".join(run.pages)
