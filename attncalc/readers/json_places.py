"""Where in a JSON text something stands: the json module does not tell, YAML cannot read all."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from attncalc.errors import FieldPath, InputError
from attncalc.readers.events import TOO_DEEP
from attncalc.readers.interface import DEEPEST, Place
from attncalc.readers.spots import Spot, nearest, place_of
from attncalc.records import dataclass

_INSIDE: dict[str, Callable[[], Any]] = {"[": list, "{": dict}
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)


@dataclasses.dataclass
class _Open:
    """A list or an object that has begun.

    step: the index or the key of what stands in it. key_at: where its key begins; where there are
    none, the list itself.
    """

    is_list: bool
    step: int | str | None
    key_at: int
    keys: set[str] = dataclasses.field(default_factory=set)


@dataclass(frozen=True)
class _Value:
    """A value as the text is read: the way to it, and where it, and its key, begin."""

    path: FieldPath
    at: int
    key_at: int


class Places:
    """Where everything in a JSON text stands; walked once, when it is first asked."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, path: FieldPath, of_key: bool) -> Place:
        """Where the value at a path begins, or its key; as near as the text goes along the path."""
        return place_of(self.text, nearest(self._root, path, of_key))

    @cached_property
    def _root(self) -> Spot:
        roots: list[Spot] = []
        around: list[list[Spot] | dict[str, tuple[int, Spot]]] = [roots]
        for value in _values(self.text, []):
            inside = _INSIDE.get(self.text[value.at], lambda: None)()
            spot = value.at if inside is None else (value.at, inside)
            del around[len(value.path) + 1 :]
            holder = around[-1]
            if isinstance(holder, list):
                holder.append(spot)
            else:
                holder.setdefault(str(value.path[-1]), (value.key_at, spot))
            if inside is not None:
                around.append(inside)
        return roots[0]


def faults(text: str, file: str) -> list[InputError]:
    """Keys that stand in an object twice, and where it is nested too deeply to go on."""
    found: list[tuple[int, str]] = []
    for value in _values(text, found):
        if len(value.path) >= DEEPEST and text[value.at] in "[{":
            found.append((value.at, TOO_DEEP))
            break
    places = (place_of(text, at) for at, _ in found)
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
