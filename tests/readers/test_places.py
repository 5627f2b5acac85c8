"""Where in a text something stands."""

from __future__ import annotations

import pytest

from attncalc.errors import FieldPath
from attncalc.readers import events

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
    assert events.locate(TEXT, 1, path, of_key) == place
