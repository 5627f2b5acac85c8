"""Drawings in SVG, read by an XML parser and by a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

import attncalc
from attncalc.document.document import Arrow, Box, Edge, Flow, Graph, Strength, Token
from attncalc.document.expressions import Number
from attncalc.renderers import colors
from attncalc.renderers.colors import Rgb, contrast
from attncalc.renderers.drawings.svg_flow import svg_flow
from attncalc.renderers.drawings.svg_graph import svg_graph
from attncalc.renderers.inert import inert, inert_token
from attncalc.renderers.text_widths import cut
from attncalc.walkthrough.graph import attention_graph
from attncalc.walkthrough.pipeline import pipeline
from tests.conftest import SAMPLES
from tests.renderers.chromium import browser
from tests.renderers.hostile import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SPACE = "{http://www.w3.org/2000/svg}"
TAGS = {"svg", "title", "desc", "style", "rect", "text", "g", "path"}
TOKENS = (
    *HOSTILE,
    "\ufffe\uffff",
    "WWWWWWWWWWWWWWWW",
    "全角文字の長いトークンです",
    "שלוםשלוםשלוםשלום",
)
BOXES = """() => [...document.querySelectorAll("text")].map((text) => {
    const { left, top, right, bottom } = text.getBoundingClientRect();
    return [left, top, right, bottom];
})"""


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    """One browser for all drawings."""
    with browser() as one:
        yield one


def fan(*tokens: str, title: str = "A graph") -> Graph:
    """One query that attends to each token, a little more to each that follows."""
    edges = tuple(
        Edge(0, at, Number(f"0.{at:04}"), list(Strength)[at % 3], at / len(tokens))
        for at in range(1, len(tokens) + 1)
    )
    return Graph(title, (Token(tokens[0], focused=True),), tuple(map(Token, tokens)), edges)


def parsed(text: str) -> ElementTree.Element:
    """The tree of a file, of tags that draw or name and nothing else."""
    root = ElementTree.fromstring(text)
    assert {each.tag.removeprefix(SPACE) for each in root.iter()} <= TAGS
    for each in root.iter():
        assert not any(name.startswith("on") or "href" in name for name in each.attrib)
    return root


def drawn(root: ElementTree.Element) -> list[str]:
    """The texts that are drawn, without the full spellings that a pointer finds."""
    texts = root.iter(f"{SPACE}text")
    return ["".join([each.text or "", *(inner.tail or "" for inner in each)]) for each in texts]


def test_a_graph_as_xml() -> None:
    """A file names itself, says its edges in words, and draws a curve and a head for each."""
    graph = attention_graph(attncalc.explain(attncalc.load(SAMPLES / "cat.yaml")), "scores")
    root = parsed(svg_graph(graph))
    assert drawn(root) == [
        "The cat sat on mat",
        "Cat",
        "The",
        "sat",
        "mat",
        "on",
        *["0.2", "1.0", "0.5", "0.1"],
    ]
    assert root.findtext(f"{SPACE}title") == "The cat sat on mat"
    assert root.findtext(f"{SPACE}desc") == (
        "Cat attends to The 0.2 (low), sat 1.0 (high), mat 0.5 (moderate), on 0.1 (low)."
    )
    paths = list(root.iter(f"{SPACE}path"))
    lines = [path for path in paths if "line" in path.attrib["class"]]
    assert len(paths) == 2 * len(lines) == 8
    assert ["stroke-dasharray" in line.attrib for line in lines] == [True, False, False, True]
    widths = [float(line.attrib["stroke-width"]) for line in lines]
    assert sorted(widths) == [widths[3], widths[0], widths[2], widths[1]]


def test_several_queries() -> None:
    """Each query's edges leave it one below the other, each with its number at its beginning."""
    sample = attncalc.load(SAMPLES / "causal.yaml")
    root = parsed(svg_graph(attention_graph(attncalc.explain(sample))))
    assert "focused" not in svg_graph(attention_graph(attncalc.explain(sample)))
    assert len(list(root.iter(f"{SPACE}path"))) > 2


def test_no_edges() -> None:
    """Where nothing is drawn, the file says so."""
    root = parsed(svg_graph(Graph("Nobody", (Token("a"),), (), ())))
    assert (drawn(root), root.findtext(f"{SPACE}desc")) == (["Nobody"], "No edges.")


def test_hostile_tokens_as_xml() -> None:
    """Tokens are text, also those that no XML file may hold; one that is cut is named in full."""
    root = parsed(svg_graph(fan(*TOKENS, title=HOSTILE[0])))
    found = drawn(root)
    assert found[0] == HOSTILE[0]
    spelled = [inert_token(each) for each in TOKENS]
    assert "‹U+FFFE›‹U+FFFF›" in spelled
    for token, text in zip(spelled, found[2:], strict=False):
        assert text == token or text == cut(token, 9.0)
    titles = {each.findtext(f"{SPACE}title") for each in root.iter(f"{SPACE}text")}
    assert inert_token("long" * 40) in titles
    long_title = parsed(svg_graph(fan("a", title="many words " * 30)))
    assert len(drawn(long_title)) > 10


def flow_of(tokens: tuple[str, ...]) -> Flow:
    """A flow whose every word is hostile."""
    boxes = tuple(Box(inert_token(each), each) for each in tokens)
    ways = tuple(Arrow(0, at, tokens[at]) for at in range(1, 4))
    return Flow(HOSTILE[0], boxes, (*ways, Arrow(1, 4), Arrow(3, 4, tokens[0])))


def test_hostile_flow_as_xml() -> None:
    """No word of a flow is markup."""
    root = parsed(svg_flow(flow_of(HOSTILE)))
    texts = drawn(root)
    assert cut(inert(HOSTILE[1]), 18.0) in texts
    assert inert(HOSTILE[1]) in texts  # at an arrow, where nothing is cut


@pytest.mark.parametrize(
    "text",
    [
        svg_graph(fan(*TOKENS, title=HOSTILE[0])),
        svg_graph(Graph("x", tuple(map(Token, TOKENS)), (), tuple(
            Edge(query, key, Number("-0.5"), Strength.HIGH, 0.5)
            for query in range(4) for key in (0, 9, 30, 31, 32, 33, 34)
        ))),
        svg_graph(Graph("x", tuple(map(Token, TOKENS)), (), tuple(
            Edge(query, key, Number("-0.5"), Strength.HIGH, 0.5)
            for query in range(len(TOKENS)) for key in range(len(TOKENS))
        ))),
        svg_flow(flow_of(tuple("abcdef"))),
        *(
            svg_flow(pipeline(attncalc.explain(attncalc.load(SAMPLES / f"{name}.yaml"))))
            for name in ("animal", "projections", "llama-step", "alibi", "grouped-query")
        ),
        *(
            svg_flow(pipeline(attncalc.explain(attncalc.load(SAMPLES / f"{name}.yaml"))))
            for name in ("multi-head", "gate")
        ),
    ],
)  # fmt: skip
def test_in_a_browser(text: str, tmp_path: Path, opened: Browser) -> None:
    """Nothing runs, nothing is fetched, and no two texts touch or leave the picture."""
    file = tmp_path / "drawing.svg"
    file.write_text(text, encoding="utf-8")
    page = opened.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.on("console", lambda message: pytest.fail(message.text))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    boxes: list[list[float]] = page.evaluate(BOXES)
    width, height = page.evaluate(
        "[document.documentElement.width.baseVal.value,"
        " document.documentElement.height.baseVal.value]"
    )
    for place, one in enumerate(boxes):
        assert one[0] >= 0
        assert one[1] >= 0
        assert one[2] <= width
        assert one[3] <= height
        for other in boxes[place + 1 :]:
            assert not overlapping(one, other), (place, boxes.index(other))


def overlapping(one: list[float], other: list[float]) -> bool:
    """Whether two rectangles share more than the air above and below letters."""
    air = 4.0
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 1 and down > air


def color(text: str) -> Rgb:
    """The channels of a colour of the style sheet."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def test_contrast() -> None:
    """Text stands out 4.5:1 and lines 3:1 from what is behind them (WCAG 2.2)."""
    paper = color(colors.PAPER)
    for text in (colors.INK, colors.MUTED):
        assert contrast(color(text), paper) >= 4.5
        assert contrast(color(text), color(colors.TINT)) >= 4.5
    for line in (colors.LINES, colors.STRONG):
        assert contrast(color(line), paper) >= 3


def test_self_contained(tmp_path: Path) -> None:
    """A file names no other but its name space."""
    for text in (svg_graph(fan("a")), svg_flow(flow_of(tuple("abcde")))):
        assert text.count("//") == 1
        assert "@import" not in text
        assert "url(" not in text
        assert "<script" not in text
    assert not list(tmp_path.iterdir())
