"""Where in a JSON text something stands: the json module does not tell, YAML cannot read all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from attncalc.errors import FieldPath, InputError
from attncalc.readers.events import TOO_DEEP
from attncalc.readers.interface import DEEPEST, Place

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)


@dataclass
class _Open:
    """A list or an object that has begun.

    step: the index or the key of what stands in it. key_at: where its key begins; where there are
    none, the list itself.
    """

    is_list: bool
    step: int | str | None
    key_at: int
    keys: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Value:
    """A value as the text is read: the way to it, and where it, and its key, begin."""

    path: FieldPath
    at: int
    key_at: int


def locate(text: str, path: FieldPath, of_key: bool) -> Place:
    """Where the value at a path begins, or its key; as near as the text goes along the path."""
    nearest = _Value((), 0, 0)
    for value in _values(text, []):
        if len(value.path) >= len(nearest.path) and value.path == path[: len(value.path)]:
            nearest = value
            if value.path == path:
                break
    exact_key = of_key and nearest.path == path
    return _place(text, nearest.key_at if exact_key else nearest.at)


def faults(text: str, file: str) -> list[InputError]:
    """Keys that stand in an object twice, and where it is nested too deeply to go on."""
    found: list[tuple[int, str]] = []
    for value in _values(text, found):
        if len(value.path) >= DEEPEST and text[value.at] in "[{":
            found.append((value.at, TOO_DEEP))
            break
    places = (_place(text, at) for at, _ in found)
    return [
        InputError(file, problem, line=line, column=column)
        for (line, column), (_, problem) in zip(places, found, strict=True)
    ]


def _values(text: str, repeated: list[tuple[int, str]]) -> Iterator[_Value]:
    """Every value of a JSON text, in order; keys that are repeated are told on the way."""
    stack: list[_Open] = []
    for piece in _PIECE.finditer(text):
        mark, at = piece[0], piece.start()
        top = stack[-1] if stack else None
        if mark == ":":
            continue
        if mark in "]}":
            stack.pop()
        elif mark == ",":
            assert top is not None  # the json module has read the text before
            top.step = top.step + 1 if isinstance(top.step, int) and top.is_list else None
        elif top is not None and top.step is None:
            top.key_at, top.step = at, json.loads(mark)
            if top.step in top.keys:
                repeated.append((at, f"the key “{top.step}” stands here twice; expected it once"))
            top.keys.add(str(top.step))
        else:
            path = tuple(held.step for held in stack if held.step is not None)
            yield _Value(path, at, top.key_at if top else 0)
            if mark in "[{":
                stack.append(_Open(mark == "[", 0 if mark == "[" else None, at))


def _place(text: str, at: int) -> Place:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
