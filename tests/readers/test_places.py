"""Where in a text something stands."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from attncalc.errors import FieldPath
from attncalc.readers import events, json_places
from attncalc.readers.cells import cell_starts, records
from attncalc.readers.interface import Locate
from tests.conftest import Attncalc

TEXT = """\
title: first
---
tokens: [a, b]
Q:
  - [1, 2]
  - [3, {x: 4}]
"""


@pytest.mark.parametrize(
    ("path", "of_key", "place"),
    [
        ((), False, (3, 1)),
        (("tokens",), False, (3, 9)),
        (("tokens",), True, (3, 1)),
        (("Q", 1, 0), False, (6, 6)),
        (("Q", 1, 1, "x"), False, (6, 13)),
        (("Q", 1, 1, "x"), True, (6, 10)),
        (("nothing",), False, (3, 1)),
        (("Q", 7), False, (5, 3)),
        (("tokens", "x"), False, (3, 9)),
    ],
)
def test_place(path: FieldPath, of_key: bool, place: tuple[int, int]) -> None:
    """The place of a value or a key, or the nearest there is."""
    assert events.Places(TEXT, 1)(path, of_key) == place


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.none(), st.sampled_from(("a", 'q"[', "{,:}\\", ""))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES, st.lists(st.sampled_from((0, 1, 2, "a", "b", "c")), max_size=4), st.booleans())
def test_places_in_json(value: Any, steps: list[int | str], of_key: bool) -> None:
    """Where YAML can read a JSON text, it finds every place where the reader of JSON does."""
    text = json.dumps({"a": value, "b": value}, indent=1)
    path = ("a", *steps)
    assert json_places.Places(text)(path, of_key) == events.Places(text, 0)(path, of_key)


@pytest.mark.parametrize(
    "token", ["\ufffe", "\x7f", "\u2028", "\x85", r"\ud83d\ude00", r"\ud800", r"\u0000", "k" * 3000]
)
@pytest.mark.parametrize("key", [False, True])
def test_json_that_yaml_cannot_read(token: str, key: bool, attncalc: Attncalc) -> None:
    """A character that no YAML may have, and a long key, hide no place, and no other fault."""
    pair = f'"{token}": 1' if key else f'"tokens": ["{token}"]'
    text = f'{{{pair},\n"Q": [["x"]],\n"K": [[1]], "K": [[1]]}}'
    result = attncalc("explain", "-", stdin=text.encode("utf-8", "surrogatepass"))
    assert result.code == 2
    lines = result.err.splitlines()
    assert "-:2:8: Q: “x”; expected a number" in lines
    assert "-:3:13: the key “K” stands here twice; expected it once" in lines


def test_json_too_deep(attncalc: Attncalc) -> None:
    """Where JSON is nested too deeply is told at its place."""
    deep = '{"\x7f": 1,\n"Q": ' + "[" * 40 + "]" * 40 + "}"
    assert attncalc("explain", "-", stdin=deep).err.startswith("-:2:37: more than 32 levels")


def test_json_of_nothing(tmp_path: Path, attncalc: Attncalc) -> None:
    """A JSON text that is no object at all."""
    file = tmp_path / "null.json"
    file.write_text("null")
    assert attncalc("explain", file).err.startswith(f"{file}:1:1: this is no JSON object")


def test_odd_keys() -> None:
    """Keys that are no names, and keys that stand there twice: the first is meant."""
    odd = events.Places("? [a, b]\n: {x: 1}\nx: 2\nx: [3]\ny: &a 4\nz: *a\n", 0)
    assert odd(("x",), False) == (3, 4)
    assert odd(("x", 0), False) == (3, 4)
    assert odd(("y",), True) == (5, 1)
    assert odd(("z",), False) == (6, 4)


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_many_places(kind: str) -> None:
    """However many places are asked for, the text is walked once."""
    if kind == "yaml":
        places: Locate = events.Places("Q:\n" + "- [1, 2, 3, 4]\n" * 5000, 0)
    else:
        rows = ",\n ".join(["[1, 2, 3, 4]"] * 5000)
        places = json_places.Places(f'{{"Q": [\n {rows}]}}')
    began = time.process_time()
    found = [places(("Q", row, column), False) for row in range(5000) for column in range(4)]
    assert found[-1] == (5001, 13 if kind == "yaml" else 12)
    assert time.process_time() - began < 3


@settings(max_examples=500, deadline=None)
@given(st.text('a" ;\n', max_size=14))
@example('"""];";1\n2')
def test_every_cell_begins_somewhere(text: str) -> None:
    """Quotation marks are read as the csv module reads them: each of its cells has a place."""
    cells = {
        (number, cell)
        for number, record in enumerate(records(text, ";"))
        for cell in range(len(record))
    }
    assert cells <= dict(cell_starts(text, ";")).keys()
