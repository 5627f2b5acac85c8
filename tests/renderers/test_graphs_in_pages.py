"""Graphs inside of documents, in every format of a page."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from markdown_it import MarkdownIt
from pypdf import PdfReader

import attncalc
from attncalc.document.document import (
    Block,
    Document,
    Edge,
    Graph,
    Heading,
    Paragraph,
    Section,
    Strength,
    Token,
    Words,
)
from attncalc.document.expressions import Number
from attncalc.renderers.colors import contrast
from attncalc.renderers.drawings.graph_layout import spoken
from attncalc.renderers.drawings.mermaid import mermaid
from attncalc.renderers.html import style as html_style
from attncalc.renderers.html.page import HtmlRenderer
from attncalc.renderers.inert import inert_token
from attncalc.renderers.latex.page import LatexRenderer
from attncalc.renderers.markdown import MarkdownRenderer
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.renderers.typst.math import shown_token
from attncalc.renderers.typst.page import TypstRenderer
from attncalc.renderers.typst.pdf import PdfRenderer
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from tests import samples
from tests.conftest import SAMPLES
from tests.renderers.hostile import HOSTILE
from tests.renderers.pdflatex import compile_latex
from tests.renderers.test_markdown import pandoc

TOKENS = (*HOSTILE, "```", "~~~", "````\n```")
WORST = 5.0
"""Points by which a box may be too wide."""


def graph_of(queries: int, *tokens: str) -> Graph:
    """Some queries that attend to every token."""
    edges = tuple(
        Edge(query, queries + key, Number(f"-0.{key:04}"), list(Strength)[key % 3], 0.5)
        for query in range(queries)
        for key in range(len(tokens))
    )
    asking = tuple(Token(token, focused=True) for token in tokens[:queries])
    caption = (Words("Whom "), Token(tokens[0]), Words(" attends to."))
    return Graph("```\nT", asking, tuple(map(Token, tokens)), edges, caption)


SMALL = graph_of(1, "The", "cat", "sat")
SEVERAL = graph_of(2, "The", "cat", "sat")


def document(*blocks: Block) -> Document:
    """A document of one part."""
    title = Section(Heading(None, (Words("Title"),)), ())
    return Document(title, (Section(Heading(1, (Words("Part"),)), blocks),))


def test_crowds() -> None:
    """Pages that are drawn here have all edges of a crowd; Markdown has as many as have room."""
    trace = attncalc.explain(attncalc.load(SAMPLES / "animal.yaml"))
    page = write_walkthrough(trace, Selection(queries=tuple(range(8)), stages=("weights",)))
    (web,) = [block for block in page.sections[0].blocks if isinstance(block, Graph)]
    markdown = MarkdownRenderer().render(document(web))
    assert markdown.count("attention (") == 16
    of_web, of_few = "number and an arrow for the greatest", "at most 2, are drawn"
    assert of_few in markdown
    assert of_web not in markdown
    for renderer, curve in (
        (TypstRenderer(), "(points: "),
        (LatexRenderer(), r"\linethickness{0.0"),
        (HtmlRenderer(), '<path class="line '),
    ):
        text = " ".join(renderer.render(document(web)).split())
        assert text.count(curve) >= 64 - 8
        assert of_web in text
        assert of_few not in text


@pytest.mark.parametrize("graph", [SMALL, SEVERAL, graph_of(2, *TOKENS)])
def test_markdown(graph: Graph) -> None:
    """A graph is a block of Mermaid under its caption; nothing in it ends the block."""
    text = MarkdownRenderer().render(document(graph))
    pieces = MarkdownIt("commonmark").parse(text)
    fences = [piece for piece in pieces if piece.type == "fence"]
    assert [(fence.info, fence.content) for fence in fences] == [("mermaid", mermaid(graph))]
    assert pieces[-1].type == "fence"
    blocks = [node["c"] for node in pandoc(text, "gfm") if node.get("t") == "CodeBlock"]
    assert [(block[0][1], block[1] + "\n") for block in blocks] == [(["mermaid"], mermaid(graph))]
    assert "Whom" in text


def figures(page: str) -> list[Element]:
    """The figures of a page that a strict parser has no complaint about."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(page)
    return list(tree.iter("figure"))


@pytest.mark.parametrize("graph", [SMALL, SEVERAL, graph_of(3, *TOKENS)])
def test_html(graph: Graph) -> None:
    """A graph is a figure whose drawing is one image, with its edges said in words."""
    (figure,) = figures(HtmlRenderer().render(document(graph)))
    assert "attends to." in "".join(figure.find("figcaption").itertext())  # type: ignore[union-attr]
    (drawing,) = (each for each in figure if each.tag.endswith("svg"))
    assert drawing.attrib["role"] == "img"
    assert drawing.attrib["aria-label"] == spoken(graph)
    tags = {each.tag.rpartition("}")[2] for each in drawing.iter()}
    assert tags <= {"svg", "path", "text", "title"}
    for each in drawing.iter():
        assert not {"id", "style", "href", "fill", "stroke"} & set(each.attrib)
        assert not any(name.startswith("on") for name in each.attrib)
    written = "".join(drawing.itertext())
    for token in graph.keys:
        assert inert_token(token.text) in written


def test_html_without_caption() -> None:
    """A graph that says nothing about itself has no empty caption."""
    (figure,) = figures(HtmlRenderer().render(document(replace(SMALL, caption=()))))
    assert figure.find("figcaption") is None


@pytest.mark.parametrize("scheme", [html_style.LIGHT, html_style.DARK])
def test_contrast_in_html(scheme: html_style.Scheme) -> None:
    """Lines stand out 3:1 and text 4.5:1 from the page, light or dark (WCAG 2.2)."""
    sheet = html_style.style_sheet()
    used = re.findall(r"\.graph \S+ \{[^}]*?(fill|stroke|color): var\(--(\w+)\)", sheet)
    assert {name for _, name in used} == {"ink", "muted", "bar", "accent"}
    for _, name in used:
        least = 3.0 if name in ("bar", "accent") else 4.5
        assert contrast(scheme.colors[name], scheme.colors["page"]) >= least


def test_terminal() -> None:
    """A terminal shows no graph: the bars beside the weights are the same picture."""
    renderer = TerminalRenderer()
    around = Paragraph((Words("words"),))
    shown = renderer.render(document(around, SMALL, around))
    assert shown == renderer.render(document(around, around))
    title = Section(Heading(None, (Words("Title"),)), (SMALL,))
    assert "Whom" not in renderer.render(Document(title, ()))


def alternatives(pdf: bytes) -> list[str]:
    """The text alternatives of the figures of a tagged PDF."""
    found: list[str] = []

    def visit(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for each in node:
                visit(each)
        elif isinstance(node, dict):
            if node.get("/S") == "/Figure":
                found.append(str(node.get("/Alt")))
            if "/K" in node:
                visit(node["/K"])

    trailer: Any = PdfReader(io.BytesIO(pdf)).trailer
    visit(trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


@pytest.mark.parametrize("graph", [SMALL, SEVERAL, graph_of(3, *TOKENS)])
def test_pdf(graph: Graph) -> None:
    """A graph is a figure of a tagged PDF that says its edges, and its tokens are text."""
    typeset = PdfRenderer(system_fonts=False).typeset(document(graph))
    assert [words.split(" ")[0] for words in alternatives(typeset.content)] == [
        shown_token(graph.queries[0].text).split(" ")[0]
    ]
    pages = PdfReader(io.BytesIO(typeset.content)).pages
    assert len(pages) == 1 or graph.keys[0].text == TOKENS[0]
    text = "".join(page.extract_text() for page in pages)
    assert "−0.0001" in text


@pytest.mark.parametrize("sample", ["animal", "apple", "rope", "scaling"])
def test_short_tokens_are_whole(sample: str) -> None:
    """No token of a sentence is cut in a PDF: what its room is estimated at is enough."""
    page = write_walkthrough(attncalc.explain(attncalc.load(SAMPLES / f"{sample}.yaml")))
    graph = next(b for section in page.sections for b in section.blocks if isinstance(b, Graph))
    pdf = PdfRenderer(system_fonts=False).render_pdf(document(graph))
    assert "…" not in "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages)


def test_missing_glyphs() -> None:
    """Tokens that no font has stand in a graph as their code points, within their room."""
    typeset = PdfRenderer(system_fonts=False).typeset(document(graph_of(1, "漢字", "b")))
    assert {"漢", "字"} <= set(typeset.missing)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(typeset.content)).pages)
    assert "‹U+6F22›" in text


def test_typst_without_caption() -> None:
    """A graph that says nothing about itself has no caption."""
    assert "  graph(title: none" in TypstRenderer().render(document(replace(SMALL, caption=())))


@pytest.mark.no_cover
def test_latex(tmp_path: Path) -> None:
    """pdflatex draws graphs with nothing but what a fragment may need, and nothing sticks out of a
    page, nor, if tokens and numbers are not all of the longest, out of one of two columns.
    """
    graphs = (SMALL, SEVERAL, graph_of(1, *TOKENS[:12]), graph_of(2, *TOKENS[20:]))
    for around, drawn in (("", graphs), ("onecolumn", graphs), ("twocolumn", graphs[:3])):
        source = LatexRenderer(fragment=bool(around)).render(document(*drawn))
        if around:
            source = (
                f"\\documentclass[{around}]{{article}}\\usepackage{{amsmath,booktabs,xcolor}}"
                f"\\begin{{document}}\n{source}\\end{{document}}\n"
            )
        run = compile_latex(tmp_path, f"graphs{around}", source)
        assert max(run.overfull, default=0) <= WORST
        text = "".join(run.pages)
        assert "−0.0002" in text
        assert ("U+6F22" in text or "longlong" in text) == (drawn is graphs)
        assert "Overfull \\vbox" not in run.log


def test_latex_dots() -> None:
    """Only weak edges are dotted."""
    source = LatexRenderer().render(document(SMALL))
    assert len(re.findall(r"\\qbezier\[\d+\]", source)) == 2
    assert source.count("\\begin{picture}") == 1


def test_latex_heads() -> None:
    """Of many edges only the strongest of each query has a head, of nine lines behind its two."""
    graph = graph_of(5, *"abcde")
    assert graph.is_crowded
    lines = LatexRenderer().render(document(graph)).count("\\qbezier")
    assert lines == 2 * len(graph.edges) + 9 * len(graph.queries)


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_samples(sample: Path) -> None:
    """Every sample has its graph in the part on the weights, and the same one in every format."""
    page = samples.page(sample.stem)
    (section,) = (each for each in page.sections if any(isinstance(b, Graph) for b in each.blocks))
    assert "weights" in section.stages
    assert isinstance(section.blocks[-1], Graph)
    assert MarkdownRenderer().render(page).count("```mermaid") == 1
    assert HtmlRenderer(fragment=True).render(page).count("<figure") == 1
    assert LatexRenderer().render(page).count("\\begin{picture}") == 1
    assert TypstRenderer().render(page).count("\n  graph(") == 1
