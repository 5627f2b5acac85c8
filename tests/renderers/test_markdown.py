"""Markdown pages, read by a CommonMark parser and by pandoc."""

from __future__ import annotations

import json
import os
import re
import shutil
import string
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token as Piece

from attncalc.document.document import (
    Align,
    Bar,
    Block,
    Code,
    Column,
    Document,
    Equation,
    Fold,
    Heading,
    Heatmap,
    HeatmapRow,
    Judgement,
    Note,
    NoteKind,
    Paragraph,
    Row,
    RowKind,
    Section,
    Standing,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Name, Number, Omitted, Relation, Sign, Sum, Symbol
from attncalc.readers import load_all
from attncalc.renderers.inert import inert_token
from attncalc.renderers.markdown import MarkdownRenderer
from attncalc.steps.engine import explain
from attncalc.walkthrough import write_walkthrough
from tests import samples
from tests.conftest import SAMPLES
from tests.renderers.hostile import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
NAMES = [path.stem for path in sorted(SAMPLES.glob("*.yaml"))]
TITLE = Section(
    Heading(None, (Words("Title"),)),
    (Paragraph((Words("under it"),)), Note(NoteKind.WARNING, (Words("beware"),))),
)
SIGNS = "".join(sign for sign in string.punctuation if sign not in "$&")
"""Those that names hold, but for two that have nothing alike in every reader of formulas."""
CHAIN = Relation((Symbol("s"), Symbol("t"), Number("-inf")), (Sign.EXACT, Sign.ROUNDED))


def sample(name: str) -> Document:
    """The walkthrough of a sample."""
    return write_walkthrough(explain(load_all(SAMPLES / f"{name}.yaml")[0]))


def body(*blocks: Block, number: int | None = 1) -> str:
    """What is written of one section."""
    section = Section(Heading(number, (Words("Part"),), Symbol("f")), blocks)
    return MarkdownRenderer(fragment=True).render(Document(TITLE, (section,))).split("$$\n", 2)[2]


def parsed(text: str) -> list[Piece]:
    """The pieces that a CommonMark parser with pipe tables sees."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def pandoc(text: str, kind: str) -> Iterator[dict[str, Any]]:
    """The nodes of pandoc's tree."""
    if shutil.which("pandoc") is None:
        message = "NOT TESTED with pandoc: it is missing (apt-get install pandoc)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    done = subprocess.run(
        ["pandoc", "-f", kind, "-t", "json"], input=text.encode(), capture_output=True, check=True
    )
    return nodes(json.loads(done.stdout)["blocks"])


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """All nodes of a tree of lists and mappings."""
    if isinstance(tree, dict):
        yield tree
        yield from nodes(tree.get("c", []))
    elif isinstance(tree, list):
        for each in tree:
            yield from nodes(each)


@pytest.mark.parametrize("name", ["animal", "causal", "sink"])
def test_golden(name: str, golden: Callable[[Path, str], None]) -> None:
    """Three samples as they are written."""
    golden(GOLDEN / f"{name}.md", MarkdownRenderer().render(sample(name)))


@pytest.mark.parametrize("name", NAMES)
def test_samples(name: str) -> None:
    """A plain parser sees headings, tables and text, and takes no maths for markup."""
    text = MarkdownRenderer().render(samples.page(name))
    pieces = parsed(text)
    inside = [child for piece in pieces for child in piece.children or ()]
    kinds = {child.type for child in inside}
    assert kinds <= {"text", "text_special", "softbreak", "strong_open", "strong_close"} | {
        "code_inline"
    }
    headings = [piece for piece in pieces if piece.type == "heading_open"]
    assert [piece.tag for piece in headings] == ["h1"] + ["h2"] * (len(headings) - 1)
    inlines = [piece for piece in pieces if piece.type == "inline"]
    for piece in inlines:
        for maths in re.findall(r"(?<![\\$])\$([^$]+)\$(?!\$)", piece.content):
            assert any(maths in child.content for child in piece.children or ()), maths


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", ["gfm+tex_math_dollars", "markdown"])
def test_pandoc_samples(kind: str) -> None:
    """pandoc finds every formula and every table, and nothing raw; it can set them all."""
    documents = [samples.page(name) for name in NAMES]
    text = "\n\n".join(map(MarkdownRenderer().render, documents))
    found = list(pandoc(text, kind))
    tags = [node["t"] for node in found if "t" in node]
    tables = sum(
        isinstance(block, Table | Heatmap | Fold)
        for document in documents
        for section in document.sections
        for block in section.blocks
    )
    assert tags.count("Table") == tables
    assert {"RawInline", "RawBlock", "Emph", "Subscript", "Link"}.isdisjoint(tags)
    assert not any("$" in node["c"] for node in found if node.get("t") == "Str")
    done = subprocess.run(
        ["pandoc", "-f", kind, "-t", "html", "--mathml"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""


def hostile(spelling: str) -> Document:
    """A document with this token wherever one can stand."""
    token, words, name = (
        Token(spelling, focused=True),
        Words(spelling),
        Symbol("q", (Name(spelling),)),
    )
    table = Table(
        (Column((token,)), Column((words,)), Column((name,))),
        (Row(((token,), (words,), (name,))), Row(((words,), (Code(spelling),), ()))),
        caption=(words,),
    )
    heatmap = Heatmap((token,), (HeatmapRow(token, (Number(spelling),), (1.0,)),), (token,))
    blocks = (
        Paragraph((token,)),
        Paragraph((words,)),
        Paragraph((Code(spelling),)),
        Paragraph((Judgement(Standing.WRONG, spelling),)),
        table,
        heatmap,
    )
    equation = Equation(Relation((name, Number(spelling)), (Sign.EXACT,)))
    section = Section(Heading(1, (token,), name), (*blocks, equation))
    return Document(Section(Heading(None, (token,)), ()), (section,))


@pytest.mark.parametrize("spelling", HOSTILE)
def test_hostile(spelling: str) -> None:
    """A CommonMark parser shows tokens as they are spelled and finds no markup in them."""
    pieces = parsed(MarkdownRenderer().render(hostile(spelling)))
    assert not {piece.type for piece in pieces} & {
        *("html_block", "fence", "code_block", "blockquote_open", "bullet_list_open"),
        *("ordered_list_open", "hr"),
    }
    inlines = [piece.children or [] for piece in pieces if piece.type == "inline"]
    kinds = {child.type for children in inlines for child in children}
    assert kinds <= {
        *("text", "text_special", "softbreak", "code_inline", "strong_open", "strong_close"),
    }
    shown = ["".join(child.content for child in children) for children in inlines]
    token = inert_token(spelling)
    kept = [text.replace("\xa0", " ") for text in shown]
    assert kept[0] == f"“{token}”"
    assert kept.count(token) >= 3
    assert len([piece for piece in pieces if piece.type == "td_open"]) == 8
    heading = [piece.tag for piece in pieces if piece.type == "heading_open"]
    assert heading == ["h1", "h2"]


@pytest.mark.parametrize("kind", ["gfm+tex_math_dollars", "markdown"])
def test_hostile_pandoc(kind: str) -> None:
    """pandoc shows them too, and finds the formulas around them."""
    for spelling in HOSTILE:
        found = list(pandoc(MarkdownRenderer().render(hostile(spelling)), kind))
        tags = [node["t"] for node in found if "t" in node]
        assert {"RawInline", "RawBlock", "Link", "Image", "Emph", "Cite", "Note"}.isdisjoint(tags)
        assert {"BlockQuote", "BulletList", "OrderedList", "HorizontalRule"}.isdisjoint(tags)
        assert tags.count("Table") == 2
        formulas = 5 + ("e" in spelling)  # what may be a power of ten is set as maths
        assert tags.count("Math") == formulas, spelling


def test_table() -> None:
    """Bars are drawn, rows that count are bold, what is left out is said."""
    table = Table(
        (
            Column((Words("key"),)),
            Column((Words("value"),), Align.RIGHT, result=True),
            Column(()),
        ),
        (
            Row(((Token("a|b"),), (CHAIN,), Bar(0.5))),
            Row(((Words("… 2 more"),),), RowKind.OMITTED),
            Row(((Token("b"),), (Number("-inf"),), Bar(7.0)), focused=True),
            Row(((Words("sum"),), (Number("1e5"),), ()), RowKind.TOTAL),
        ),
        (Words("caption"),),
    )
    assert body(table) == (
        "\ncaption\n\n"
        "| key | value |  |\n"
        "| :--- | ---: | :--- |\n"
        "| a\\|b | $s = t \\approx -\\infty$ | •••••• |\n"
        "| … 2 more | … |  |\n"
        "| **b** | $-\\infty$ | •••••••••••• |\n"
        "| **sum** | $1 \\times 10^{5}$ |  |\n"
    )


def test_heatmap() -> None:
    """The largest of each row is bold."""
    heatmap = Heatmap(
        (Token("a"), Omitted(3), Token("b")),
        (
            HeatmapRow(Token("x"), (Number("0.1"), Omitted(3), Number("0.9")), (0.1, 0.0, 1.0)),
            Omitted(2),
            HeatmapRow(Token("y", True), (Number("0"), Omitted(3), Number("0")), (0.0, 0.0, 0.0)),
        ),
        (),
    )
    assert body(heatmap, number=None) == (
        "\n"
        "|  | a | … | b |\n"
        "| :--- | ---: | ---: | ---: |\n"
        "| x | 0.1 | … | **0.9** |\n"
        "| … 2 more | … | … | … |\n"
        "| **y** | 0 | … | 0 |\n"
    )


def test_equations() -> None:
    """A long chain has a line for each side, aligned at the signs."""
    long = Sum(tuple(Number(f"{place}.2345") for place in range(14)))
    assert body(Equation(CHAIN)) == "\n$$\ns = t \\approx -\\infty\n$$\n"
    chain = Relation((Symbol("s"), long, Number("3.4")), (Sign.EXACT, Sign.ROUNDED))
    text = body(Equation(chain))
    assert text.startswith("\n$$\n\\begin{aligned}\ns &= 0.2345 + ")
    assert text.endswith(" \\\\\n&\\approx 3.4\n\\end{aligned}\n$$\n")
    assert "aligned" not in body(Equation(Relation((Symbol("s"), long), (Sign.EXACT,))))


def test_text() -> None:
    """Focused tokens are bold, code is fenced, notes stand out; a fragment has no title."""
    content = (Token("it", focused=True), Words(" d_k _x_: 2 * 3"), Code("--x`|"), Token("a"))
    text = body(Paragraph(content), Note(NoteKind.REMARK, (Words("1. so"),)))
    assert text == "\n“**it**” d_k \\_x\\_: 2 \\* 3`` --x`| ``“a”\n\n1\\. so\n"
    section = Section(Heading(1, (Words("Part"),)), ())
    document = Document(TITLE, (section,))
    warning = "> **Note:** beware\n\n## 1. Part\n"
    assert MarkdownRenderer(fragment=True).render(document) == warning
    assert MarkdownRenderer().render(document) == f"# Title\n\nunder it\n\n{warning}"


def test_signs_in_words() -> None:
    """Signs that LaTeX has in maths alone are maths; where a digit follows, they stay."""
    written = body(Paragraph((Words("scaled by 1/√16 and √(2/3), ≈ is rounded, ≤3, -∞"),)))
    assert written.strip() == (
        r"scaled by $1 / \sqrt{16}$ and $\sqrt{2 / 3}$, $\approx$ is rounded, ≤3, -$\infty$"
    )


def test_long_rows() -> None:
    """Where rows are long, the dashes say how wide the columns are: pandoc goes by them."""
    row = Row(((Words("a"),), (Words("much longer than the others " * 3),), (Number("1.25"),)))
    columns = (Column((Words("key"),)), Column(()), Column((), Align.RIGHT))
    assert ("| :--- | :" + "-" * 84 + " | ----: |") in body(Table(columns, (row,)))


def test_typeset_by_pandoc(tmp_path: Path) -> None:
    """Pandoc makes a PDF of a page with pdflatex as it comes."""
    if shutil.which("pandoc") is None or shutil.which("pdflatex") is None:
        message = "NOT TESTED with pandoc: it or pdflatex is missing"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    names = ("llama", "multi-head", "sink", "caption", "rope", "sentiment")
    pages = {f"{name}.md": sample(name) for name in names} | {"signs.md": hostile(SIGNS)}
    for name, page in pages.items():
        (tmp_path / name).write_text(MarkdownRenderer().render(page), encoding="utf-8")
    done = subprocess.run(
        ["pandoc", *pages, "-o", "page.pdf"], cwd=tmp_path, capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"WARNING" not in done.stderr


@pytest.mark.no_cover
def test_names_in_katex() -> None:
    """What a token is called in a formula is one that KaTeX sets, as editors and notebooks do."""
    katex = Path(__file__).parent / "mermaid" / "node_modules" / "katex"
    if shutil.which("node") is None or not katex.is_dir():
        message = "NOT TESTED with KaTeX: `make consumers` installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    formulas = [
        formula
        for spelling in (*HOSTILE, SIGNS)
        for formula in re.findall(
            r"\$(q_\{[^$]+\})\$", MarkdownRenderer().render(hostile(spelling))
        )
    ]
    assert len(formulas) >= len(HOSTILE)
    script = (
        "const katex = require(process.argv[1]); const all = JSON.parse(process.argv[2]);"
        "for (const one of all) katex.renderToString(one, {strict: 'ignore'});"
        "console.log(all.length)"
    )
    done = subprocess.run(
        ["node", "-e", script, str(katex), json.dumps(formulas)], capture_output=True, timeout=120
    )
    assert int(done.stdout or 0) == len(formulas), done.stderr.decode()
