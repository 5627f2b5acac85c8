"""The HTML page: read by a strict parser and by a real browser."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from attncalc.document.document import (
    Align,
    Bar,
    Block,
    Code,
    Column,
    Document,
    Equation,
    Heading,
    Heatmap,
    HeatmapRow,
    Judgement,
    Note,
    NoteKind,
    OfQuery,
    Paragraph,
    Quantity,
    Row,
    RowKind,
    Section,
    Standing,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Name, Number, Omitted, Relation, Sign, Sum, Symbol, Vector
from attncalc.readers import load_all
from attncalc.renderers.colors import contrast
from attncalc.renderers.html import stepper as html_stepper
from attncalc.renderers.html import style as html_style
from attncalc.renderers.html.page import HtmlRenderer
from attncalc.renderers.inert import inert, inert_token
from attncalc.selection import Selection
from attncalc.steps.engine import explain
from attncalc.walkthrough import write_walkthrough
from tests import samples
from tests.conftest import SAMPLES
from tests.renderers.chromium import visit
from tests.renderers.hostile import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
TITLE = Section(
    Heading(None, (Words("On "), Token("it"))),
    (Paragraph((Words("source"),)), Note(NoteKind.WARNING, (Words("beware"),))),
)
FORMULA = Relation((Symbol("s"), Symbol("t"), Number("0.25")), (Sign.EXACT, Sign.ROUNDED))
HEATMAP = Heatmap(
    (Token("a"), Omitted(3), Token("b")),
    (
        HeatmapRow(Token("x"), (Number("0.1"), Omitted(3), Number("0.9")), (0.1, 0.0, 1.0)),
        Omitted(1),
        Omitted(2),
        HeatmapRow(Token("y", True), (Number("1"), Omitted(3), Number("0")), (1.2, 0.0, -1.0)),
    ),
    (Words("heat"),),
)
TABLE = Table(
    (
        Column((Words("key"),)),
        Column((Symbol("k"),), optional=True, wraps=True),
        Column((Words("value"),), Align.RIGHT, result=True),
        Column(()),
    ),
    (
        Row(((Token("a"),), (FORMULA,), (Relation((Number("-1"),), (Sign.EXACT,)),), Bar(0.5))),
        Row(((Words("… 2 more"),),), RowKind.OMITTED),
        Row(((Token("b"),), (), (Number("-inf"),), Bar(7.0)), focused=True),
        Row(((Words("sum"),), (), (Number("1"),)), RowKind.TOTAL),
    ),
)
TAGS = """
html head meta title style script body main header section div h1 h2 p strong b i span code bdi wbr
nav button label select option
table caption thead tbody tr th td
math mrow mi mn mo mtext msub msup msqrt mfrac munder mtable mtr mtd
figure figcaption svg path text
"""
ATTRIBUTES = """
lang charset http-equiv content name class scope colspan style role tabindex aria-label aria-hidden
display displaystyle form stretchy lspace rspace mathvariant
id hidden type value selected dir autocomplete data-query data-of data-made-of
data-all data-one data-counted
aria-pressed aria-disabled aria-live
d x y width height viewBox stroke-width stroke-dasharray text-anchor
"""


def page(*blocks: Block, formula: bool = True, fragment: bool = False) -> str:
    """These blocks as the only section of a page."""
    heading = Heading(1, (Words("Part"),), FORMULA if formula else None)
    return HtmlRenderer(fragment).render(Document(TITLE, (Section(heading, blocks),)))


def parsed(markup: str) -> Element:
    """The page's tree; any error of syntax is one."""
    tree: Element = parser(strict=True).parse(markup)
    return tree


def parser(*, strict: bool) -> html5lib.HTMLParser:
    """A parser as browsers are; strict: one that raises what they would mend."""
    return html5lib.HTMLParser(strict=strict, namespaceHTMLElements=False)


def local(name: str) -> str:
    """A tag's name without its namespace."""
    return name.rpartition("}")[2]


def texts(tree: Element, tag: str) -> list[str]:
    """What all elements of a kind say."""
    return ["".join(node.itertext()) for node in tree.iter() if local(node.tag) == tag]


def assert_known(tree: Element) -> None:
    """Every element and attribute is one of those that the renderer writes."""
    assert {local(node.tag) for node in tree.iter()} <= set(TAGS.split())
    assert {name for node in tree.iter() for name in node.attrib} <= set(ATTRIBUTES.split())


def sample(name: str) -> Document:
    """A sample's walkthrough."""
    (problem,) = load_all(SAMPLES / f"{name}.yaml")
    return write_walkthrough(explain(problem, ()))


def own_markup(page: str) -> str:
    """The page without what is a file of its own already."""
    for text in (html_stepper.script(), html_stepper.style(), html_stepper.policy()):
        assert text in page
        page = page.replace(text, "…")
    return page


@pytest.mark.parametrize("name", ["animal", "causal", "sink"])
def test_golden(name: str, golden: Callable[[Path, str], None]) -> None:
    """Whole pages, character by character."""
    golden(GOLDEN / f"{name}.html", own_markup(HtmlRenderer().render(sample(name))))


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_samples(path: Path) -> None:
    """Every sample is a page that a strict parser reads, of elements that we know, and no more."""
    for trace in samples.traces(path):
        document = write_walkthrough(trace, Selection(turns=True))
        assert_known(parsed(HtmlRenderer().render(document)))


def test_page() -> None:
    """Headings, landmarks, captions and scopes are there for those who hear the page."""
    markup = page(TABLE, HEATMAP, Equation(FORMULA), Paragraph((Code("--full"), Words(" & \x1b"))))
    tree = parsed(markup)
    assert texts(tree, "title") == ["On “it”"]
    assert texts(tree, "h1") == ["On “it”"]
    assert texts(tree, "h2") == ["1 Part"]
    assert texts(tree, "caption") == ["Part", "heat"]
    assert texts(tree, "code") == ["--full"]
    assert texts(tree, "p") == ["source", "Note: beware", "s=t≈0.25",
                                "--full & ␛"]  # fmt: skip
    scopes = [(node.get("scope"), "".join(node.itertext())) for node in tree.iter("th")]
    assert scopes[:6] == [
        ("col", "key"), ("col", "k"), ("col", "value"), ("row", "a"), ("row", "b"), ("row", "sum"),
    ]  # fmt: skip
    labels = [node.get("aria-label") for node in tree.iter("div") if node.get("tabindex")]
    assert labels == ["Table 1", "Table 2", "Formula"]


def test_table() -> None:
    """Kinds of rows and columns are classes; bars are drawn, and not heard."""
    markup = page(TABLE)
    assert '<tr class="focused"><th scope="row"><bdi>b</bdi></th>' in markup
    assert '<tr class="total"><th scope="row">sum</th>' in markup
    assert '<tr><td class="omitted" colspan="4">… 2 more</td></tr>' in markup
    assert '<td class="right result">1</td><td></td></tr>' in markup
    assert '<td class="right result">=&nbsp;−1</td>' in markup
    assert '<td class="optional wraps broken">' in markup
    assert '<span class="bar" aria-hidden="true" style="width: 50.0%"></span>' in markup
    assert "width: 100.0%" in markup


@pytest.mark.parametrize(
    ("digits", "formulas"), [("-0.60", 0), ("48%", 0), ("1e5", 2), ("-inf", 2)]
)
def test_numbers(digits: str, formulas: int) -> None:
    """A number, alone or behind a sign, is text wherever it needs no more than its digits."""
    number = Number(digits)
    content = (number, Words(", "), Relation((number,), (Sign.ROUNDED,)))
    markup = page(Paragraph(content), formula=False)
    assert markup.count("<math>") == formulas
    text = digits.replace("-", "−")
    assert (f"<p>{text}, ≈&nbsp;{text}</p>" in markup) == (formulas == 0)


@pytest.mark.parametrize(("entries", "breaks"), [(3, 0), (9, 4)])
def test_long_vectors(entries: int, breaks: int) -> None:
    """A vector on a line of its own may be broken where a narrow page has no room for it."""
    vector = Vector(tuple(Number(f"{at}") for at in range(entries)))
    markup = page(Equation(Relation((Symbol("c"), vector), (Sign.ROUNDED,))), formula=False)
    formula = markup.partition('class="equation scroll"')[2].partition("</div>")[0]
    assert formula.count("]") == 1
    assert formula.count("<wbr>") - formula.count("≈") == breaks


def test_table_without_headings() -> None:
    """Without headings there is no row for them; a note in small print, no formula above."""
    bare = Table((Column(()),), (Row(((Token("a"),),)),), (Words("kept"),))
    markup = page(bare, Note(NoteKind.REMARK, (Words("by the way"),)), formula=False)
    assert "<thead>" not in markup
    assert "<caption>kept</caption>" in markup
    assert '<p class="remark">by the way</p>' in markup
    assert "<math" not in markup


def test_heatmap() -> None:
    """A shade behind each number, and what is left out is said; beside it, all shades."""
    markup = page(HEATMAP)
    assert 'class="scale"' not in markup
    scale = page(replace(HEATMAP, ends=(Number("0"), Number("1"))))
    strip = "".join(f'<i class="shade-{step}"></i>' for step in range(0, 21, 2))
    assert f' <span class="scale">0{strip}1</span></caption>' in re.sub("</?m[a-z]+>", "", scale)
    made_of, omitted = 'data-made-of=""', '<td class="omitted">…</td>'
    assert f'<td class="shade-2" {made_of}>0.1</td>{omitted}' in markup
    assert (
        f'<td class="shade-20" {made_of}>1</td>{omitted}<td class="shade-0" {made_of}>0</td>'
        in (markup)
    )
    assert "… 1 query left out …" in markup
    assert "… 2 queries left out …" in markup
    assert '<span class="aloud">3 left out</span>' in markup


def test_marks() -> None:
    """Places that show one quantity have one number; a weight has the numbers of what is shown."""
    q, k, unseen = Quantity("q", (0,)), Quantity("k", (1,)), Quantity("v", (1,))
    token = (Token("a"),)
    rows = (
        Row((token, token, token), query=0, quantities=(None, q)),
        Row((token, token), query=1, quantity=k, quantities=(None, None, q)),
    )
    heatmap = Heatmap(
        (Token("b"),),
        (HeatmapRow(Token("a"), (Number("1"),), (1.0,), query=1, made_of=((k, unseen, q),)),),
        (),
    )
    blocks = (Table((Column(token),) * 3, rows), heatmap)
    markup = page(*blocks)
    cell = "<bdi>a</bdi>"
    assert (
        f'<tr data-query="0"><th scope="row">{cell}</th><td data-of="0">{cell}</td><td>{cell}</td>'
    ) in markup
    assert f'<tr data-query="1" data-of="1"><th scope="row">{cell}</th><td>{cell}</td>' in markup
    assert '<tr data-query="1"><th scope="row"><bdi>a</bdi></th>' in markup
    assert '<td class="shade-20" data-made-of="1 0">1</td>' in markup
    assert "data-" not in page(*blocks, fragment=True)


def about_queries() -> Document:
    """A page about two queries, one of which was not asked for."""
    parts = (
        OfQuery(Token("a<b"), 2, (TABLE,)),
        OfQuery(Token("b"), 0, (TABLE, TABLE), asked=False),
        HEATMAP,
    )
    steps = (Section(Heading(3, (Words("Part"),)), parts), Section(Heading(7, ()), (TABLE,)))
    return Document(TITLE, steps)


def test_queries() -> None:
    """What was not asked for is hidden, and can be chosen; its tables are counted as if seen."""
    markup = HtmlRenderer().render(about_queries())
    parsed(markup)
    assert '<div class="of-query" data-query="2">' in markup
    assert '<div class="of-query" data-query="0" hidden>' in markup
    assert '<section class="step" id="step-3">' in markup
    assert '<section class="step" id="step-7">' in markup
    assert '<nav class="stepper" aria-label="Steps" hidden>' in markup
    assert (
        '<option value="0" dir="auto">b</option>\n'
        '<option value="2" dir="auto" selected>a&lt;b</option>'
    ) in markup
    assert re.findall(r'aria-label="Table (\d+)"', markup) == ["1", "1", "2", "2", "3"]


def test_queries_of_a_fragment() -> None:
    """A fragment has what was asked for, and nothing to choose from."""
    markup = HtmlRenderer(fragment=True).render(about_queries())
    asked = tuple(replace(section, content=section.blocks) for section in about_queries().sections)
    assert markup == HtmlRenderer(fragment=True).render(Document(TITLE, asked))
    for word in ("hidden>", "data-", "<nav", "<select", "<script", " id=", "of-query"):
        assert word not in markup


def test_script_is_only_a_script() -> None:
    """Nothing in the script can end it; the policy names its hash and no other source."""
    script = html_stepper.script()
    assert "<" not in script.replace("<=", "").replace("< ", "")
    sources = re.findall(r"script-src ([^;]*)", html_stepper.policy())
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert sources == [f"'sha256-{digest}'"]
    assert f'<script type="module">{script}</script>' in page()


def test_fragment() -> None:
    """A fragment has its style, starts a level lower and leaves the page around it alone."""
    markup = page(TABLE, fragment=True)
    parser(strict=True).parseFragment(markup, "body")
    assert markup.startswith('<div class="attncalc">\n<style>\n')
    assert "<h2" in markup
    assert "<h3" in markup
    assert not any(tag in markup for tag in ("<h1", "<html", "<body", "<main", "<title"))
    rules = html_style.style_sheet()
    heads = [line for line in rules.splitlines() if line.rstrip().endswith("{") or "{ " in line]
    confined = (".attncalc", "  .attncalc", "@media")
    assert all(head.startswith(confined) for head in heads)


@pytest.mark.parametrize("scheme", [html_style.LIGHT, html_style.DARK], ids=["light", "dark"])
def test_contrast(scheme: html_style.Scheme) -> None:
    """Every text is readable on what is behind it, in light and in dark."""
    colors = scheme.colors
    pairs = [(colors[ink], colors[on]) for ink in html_style.TEXTS for on in ("page", "tint")]
    pairs += [html_style.shade(scheme, step) for step in range(html_style.SHADES + 1)]
    assert all(contrast(*pair) >= html_style.LEAST_CONTRAST for pair in pairs)


def test_contrast_by_the_book() -> None:
    """The ratio is that of WCAG: 21 for black on white, 4.54 for #767676 on white."""
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


def hostile_document() -> Document:
    """Every hostile token in every place where a token or words can stand."""
    sections = []
    for number, text in enumerate(HOSTILE, 1):
        token, words = Token(text), Words(text)
        named = Symbol("q", (Name(text),))
        terms = Sum(tuple(named for _ in range(5)))
        column = Column((token, words, Code(text), named))
        blocks = (
            Paragraph((words, token, Code(text), Token(text, True), named, terms)),
            Paragraph((Judgement(Standing.WRONG, text), Judgement(Standing.RIGHT, text))),
            Equation(Relation((named, named, named), (Sign.EXACT, Sign.ROUNDED))),
            Table((column,), (Row(((token, words),), focused=True),), (words, token)),
            Table((column,), (Row(((token,),), RowKind.OMITTED),)),
            Heatmap((token,), (HeatmapRow(token, (Number("1"),), (1.0,)),), (words,)),
            Note(NoteKind.WARNING, (words, token)),
            OfQuery(token, number, (Paragraph((token,)),), asked=number % 2 == 0),
        )
        sections.append(Section(Heading(number, (words, token), named), blocks))
    title = Section(Heading(None, tuple(map(Token, HOSTILE))), ())
    return Document(title, tuple(sections))


def assert_harmless(tree: Element) -> None:
    """Every token is there, spelled out, and none has become anything but text."""
    spelled = {inert_token(text) for text in HOSTILE}
    assert set(texts(tree, "bdi")) == spelled
    assert set(texts(tree, "mtext")) == spelled
    assert set(texts(tree, "code")) == {inert(text) for text in HOSTILE}
    assert texts(tree, "option") == ["as written", *map(inert_token, HOSTILE)]
    assert_known(tree)
    assert texts(tree, "title") == ["".join(f"“{inert_token(text)}”" for text in HOSTILE)]


def test_hostile_tokens_are_parsed_as_text() -> None:
    """A strict parser finds hostile tokens as text, in all places."""
    assert_harmless(parsed(HtmlRenderer().render(hostile_document())))


def test_hostile_tokens_in_a_browser(tmp_path: Path) -> None:
    """Chromium shows hostile tokens as they are spelled, and has nothing to complain about."""
    (tmp_path / "page.html").write_text(HtmlRenderer().render(hostile_document()), "utf-8")
    seen = visit(tmp_path / "page.html")
    assert not seen.complaints
    tree = parser(strict=False).parse(seen.dom)
    assert_harmless(tree)


def test_browser_complains(tmp_path: Path) -> None:
    """The policy forbids other scripts and loading, and the test would hear of a breach."""
    breach = '<script>document.title = "owned"</script><img src="file:///x.png">'
    markup = page().replace("</main>", f"{breach}</main>")
    (tmp_path / "page.html").write_text(markup, "utf-8")
    seen = visit(tmp_path / "page.html")
    assert len(seen.complaints) == 2
    assert "<title>On “it”</title>" in seen.dom
