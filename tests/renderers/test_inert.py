"""Other people's text never acts on the page."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from attncalc.renderers.inert import inert, inert_token
from tests.conftest import Attncalc

HOSTILE = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x9b2J",
    "a\nb\tc\rd",
    "\u202egnirts",
    "\u2066x\u2069",
    "zero\u200bwidth",
    "\ufeffbom",
    "\x7f",
    "[bold red]markup[/]",
    "$\\frac{1}{2}$ <b>&amp;</b> `code` | cell",
    ":smile:",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("a\nb\t", "a␊b␉"),
        ("\x7f", "␡"),
        ("\u202ex", "‹U+202E›x"),
        ("\x9b", "‹U+009B›"),
        ("\ud800", "‹U+D800›"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("a\u200d", "a‹U+200D›"),
        ("\u200da", "‹U+200D›a"),
        ("é", "é"),
        ("e\u0301", "e\u0301"),
    ],
)
def test_inert(text: str, expected: str) -> None:
    """Characters that act or do not show are made to show; joiners in emoji stay."""
    assert inert(text) == expected


@pytest.mark.parametrize(
    ("token", "expected"),
    [("", "∅"), (" the", "␣the"), ("the  ", "the␣␣"), ("  ", "␣␣"), ("a b", "a b")],
)
def test_tokens(token: str, expected: str) -> None:
    """Blanks at a token's ends, and an empty token, can be seen."""
    assert inert_token(token) == expected


@given(st.text(st.characters(codec=None)))
def test_nothing_acts(text: str) -> None:
    """No control, surrogate or directional character is left of any text."""
    for character in inert(text):
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in {
            *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        }


def problem_of(tokens: list[str]) -> str:
    """A problem with these tokens, as JSON."""
    rows = [[number, 1] for number in range(len(tokens))]
    fields = {"title": tokens[0], "source": tokens[1], "notes": tokens[2], "tokens": tokens}
    return json.dumps({**fields, "Q": rows, "K": rows, "V": rows, "query": tokens[0]})


def test_hostile_page(attncalc: Attncalc) -> None:
    """A page of hostile tokens has no control characters and its own markup only."""
    result = attncalc("explain", "-", stdin=problem_of(HOSTILE))
    assert result.code == 0
    assert not {c for c in result.out if unicodedata.category(c) in {"Cc", "Cf"}} - {"\n"}
    assert "[bold red]markup[/]" in result.out
    assert ":smile:" in result.out


def test_hostile_json(attncalc: Attncalc) -> None:
    """In JSON such characters are escapes, and come back as they were."""
    tokens = [*HOSTILE, "\ud800"]
    result = attncalc("explain", "-", "--json", stdin=problem_of(tokens))
    assert not {c for c in result.out if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - {"\n"}
    assert json.loads(result.out)["tokens"] == tokens


def test_cell_widths(attncalc: Attncalc) -> None:
    """Wide, emoji and combining tokens keep columns in line, by the cells they take."""
    tokens = ["猫", "座る", "e\u0301t\u00e9", "👍", "plain"]
    result = attncalc("explain", "-", "--stages", "scores", stdin=problem_of(tokens))
    rows = [line for line in result.out.splitlines() if "×" in line and " = " in line]
    assert len(rows) == 5
    assert len({cell_len(row.partition("[")[0]) for row in rows}) == 1
    assert len({cell_len(row) for row in rows}) == 1
