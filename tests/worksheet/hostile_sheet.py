"""A sheet whose words try to be markup, and what a page in HTML shows of it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

from attncalc.problem.problem import addresses_of
from attncalc.readers.fields import build
from attncalc.readers.interface import RawProblem, nowhere
from attncalc.renderers.inert import inert_token
from attncalc.sheet import Sheet
from attncalc.worksheet.making import Maker, Wanted
from tests.renderers.hostile import HOSTILE

OF_PLATFORMS = (
    "{1:NUMERICAL:=1~*#all}",
    "{1:SHORTANSWER:=x} {#1}",
    r"\(x\) \[y\] \} \~ \#",
    "&#123;1:NM:=1&#125; &amp;#126;",
    "]]></text></questiontext><question type='cloze'>",
    "@@PLUGINFILE@@/x.png [[1]] [tex]x[/tex] `a`",
    "{{ params.x }} {% raw %} <pl-number-input>",
    "\ufffe\uffff",
)
"""What the syntax of learning platforms is made of."""

WORDS = (*HOSTILE, *OF_PLATFORMS)
TITLE = "".join(OF_PLATFORMS[:4]) + "<b>"

LABELS = [inert_token(address) for address in addresses_of(WORDS)]
"""The words as a page shows them."""

_ELEMENTS = {
    *("html", "head", "body", "p", "h4", "span", "i", "b", "ul", "li"),
    *("details", "summary"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
_MARKS = re.compile(r"\\[(\[]|\$\$|\[\w+\]|`.*`|@@|\{[\d{%]*[:{%]")
"""What filters of platforms look for in a piece of text."""


@cache
def hostile_sheet() -> Sheet:
    """Every word heads a row, and two name the entries of vectors."""
    fields: dict[str, Any] = {
        "title": TITLE,
        "tokens": ["it"],
        "key_tokens": [*WORDS],
        "Q": [["1", "2"]],
        "K": [[str(at % 3), "1"] for at in range(len(WORDS))],
        "V": [["1"] for _ in WORDS],
        "dimensions": {"Q": [WORDS[0], WORDS[-3]]},
    }
    problem = build(RawProblem("test", fields, nowhere), {}, None)
    return Maker(problem, {}, Wanted()).made(None)


def shown_in(page: str) -> str:
    """The text of a page, none of which is a formula but ours. Asserts that nothing acts."""
    root = html5lib.parse(page, namespaceHTMLElements=False)
    for element in root.iter():
        assert element.tag in _ELEMENTS, element.tag
        assert {*element.attrib} <= {"style", "scope", "open"}
        for text in _strings(element):
            if not text.startswith(r"\("):  # one of our formulas
                assert not _MARKS.search(text), text
    return "".join(root.itertext())


def _strings(element: Element) -> list[str]:
    """Pieces of text that stand between two tags, in which platforms look for formulas."""
    return [text for text in (element.text, *(child.tail for child in element)) if text]
