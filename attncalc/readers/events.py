"""YAML as a stream of events: text kept as typed, places known, nothing expanded.

Loading YAML the usual way would turn the tokens `no` and `null` into non-text, keep the last of two
equal keys, multiply aliases and follow any depth of nesting. Events do none of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from attncalc.errors import FieldPath, InputError, InputErrors
from attncalc.readers.interface import DEEPEST, LARGEST_TEXT, Node, Place
from attncalc.readers.spots import Spot, at, nearest, place_of

# PyYAML may have been built without libyaml; the events are the same, only slower.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_COLUMNS = LARGEST_TEXT
"""More than a line has: a line and a column are kept as one number."""

_HINT_TEXT = "write the values themselves: a problem file is plain data"


@dataclass
class _Open:
    """A sequence or mapping that has begun and not ended."""

    node: list[Node] | dict[str, Node]
    key: str | None = None


def documents(text: str, file: str) -> tuple[list[Node], list[InputError]]:
    """Every document of a YAML text as nodes, and what is wrong with its structure.

    Raises InputErrors where the text is not YAML at all, or nested too deeply to go on.
    """
    errors: list[InputError] = []
    roots: list[Node] = []
    stack: list[_Open] = []

    def add(node: Node, mark: Any) -> None:
        if not stack:
            roots.append(node)
            return
        top = stack[-1]
        if isinstance(top.node, list):
            top.node.append(node)
        elif top.key is not None:
            top.node[top.key] = node
            top.key = None
        elif not isinstance(node, str):
            errors.append(_error(file, mark, "a list or mapping as a key; expected a name"))
            top.key = f"\0{len(top.node)}"
        else:
            if node in top.node:
                errors.append(
                    _error(file, mark, f"the key “{node}” stands here twice; expected it once")
                )
                node = f"\0{len(top.node)}"
            top.key = node

    for event in _events(text, file):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                errors.append(_unwanted(file, event))
            add(event.value, event.start_mark)
        elif kind is yaml.SequenceStartEvent or kind is yaml.MappingStartEvent:
            if event.anchor is not None or event.tag is not None:
                errors.append(_unwanted(file, event))
            if len(stack) >= DEEPEST:
                raise InputErrors((*errors, _error(file, event.start_mark, TOO_DEEP)))
            node: list[Node] | dict[str, Node] = [] if kind is yaml.SequenceStartEvent else {}
            add(node, event.start_mark)
            stack.append(_Open(node))
        elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
            stack.pop()
        elif kind is yaml.AliasEvent:
            message = f"an alias (*{event.anchor}); expected the value itself"
            errors.append(_error(file, event.start_mark, message, _HINT_TEXT))
            add(None if stack and _wants_value(stack[-1]) else "\0", event.start_mark)
    return roots, errors


class Places:
    """Where everything in a document of a YAML text stands; walked once, when it is first asked."""

    def __init__(self, text: str, document: int) -> None:
        self.text = text
        self.document = document

    def __call__(self, path: FieldPath, of_key: bool) -> Place:
        """Where the value at a path begins, or its key; as near as the text goes along the path."""
        return divmod(nearest(self._root, path, of_key), _COLUMNS)

    @cached_property
    def _root(self) -> Spot:
        events = iter(yaml.parse(self.text, Loader=_LOADER))
        ahead = self.document
        while ahead >= 0:
            ahead -= type(next(events)) is yaml.DocumentStartEvent
        return _spot(events, next(events))


def _spot(events: Iterator[Any], event: Any) -> Spot:
    """Where a value and all that is in it stand; its events are consumed."""
    line, column = _place(event.start_mark)
    place = line * _COLUMNS + column
    if type(event) is yaml.SequenceStartEvent:
        return place, [_spot(events, item) for item in _items(events)]
    if type(event) is not yaml.MappingStartEvent:
        return place
    entries: dict[str, tuple[int, Spot]] = {}
    for key in _items(events):
        entry = at(_spot(events, key)), _spot(events, next(events))
        if type(key) is yaml.ScalarEvent:  # a list as a key has no name to be asked for
            entries.setdefault(key.value, entry)
    return place, entries


def _items(events: Iterator[Any]) -> Iterator[Any]:
    """The first event of each item, until the collection ends; the caller consumes the rest."""
    while type(event := next(events)) not in (yaml.SequenceEndEvent, yaml.MappingEndEvent):
        yield event


def _events(text: str, file: str) -> Iterator[Any]:
    event: Any
    depth = end = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            kind = type(event)
            depth += kind in (yaml.SequenceStartEvent, yaml.MappingStartEvent)
            depth -= kind in (yaml.SequenceEndEvent, yaml.MappingEndEvent)
            end = event.end_mark.index
            yield event
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        # libyaml reads ahead, and may give up on what is there before it tells what came before.
        deep = _first_too_deep(text, end, mark.index, depth)
        if deep is not None:
            line, column = place_of(text, deep)
            found = InputError(file, TOO_DEEP, line=line, column=column)
        else:
            why = "; ".join(part for part in (error.context, error.problem) if part)
            found = _error(file, mark, f"this is not YAML: {why}", _syntax_hint(text, mark))
        raise InputErrors((found,)) from error
    except yaml.reader.ReaderError as error:
        raise InputErrors((_unprintable(text, file),)) from error


TOO_DEEP = f"more than {DEEPEST} levels of nesting; expected at most 5"

_OF_FLOW = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|[\[{]|[\]}]""", re.DOTALL)
"""Texts in quotation marks, and the brackets outside of them."""


def _first_too_deep(text: str, start: int, end: int, depth: int) -> int | None:
    """Where the first bracket too many opens between two places; None if there is none.

    depth: how many levels are open at the start.
    """
    for found in _OF_FLOW.finditer(text, start, end + 1):
        if found[0] in "[{":
            if depth >= DEEPEST:
                return found.start()
            depth += 1
        elif found[0] in "]}":
            depth -= 1
    return None


# All but what YAML 1.1 calls printable. The parser would name the place in bytes; compiled only
# when there is such a character, because that takes 3 ms.
_UNPRINTABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"


def _unprintable(text: str, file: str) -> InputError:
    found = re.search(_UNPRINTABLE, text)
    at = found.start() if found else 0
    line, column = place_of(text, at)
    message = f"the character U+{ord(text[at]):04X} may not stand in YAML; expected printable text"
    hint = 'in a token, write it as an escape inside double quotes: "\\x1b"'
    return InputError(file, message, line=line, column=column, hint=hint)


def _syntax_hint(text: str, mark: Any) -> str:
    rest = "".join(text.split("\n")[mark.line : mark.line + 1])[mark.column :]
    if rest.startswith("\t"):
        return "indent with spaces, not tabs"
    if rest[:1] in ("@", "`", "%", "&", "*", "!"):
        return "put the text in double quotes"
    return "check brackets, colons and indentation just before this place"


def _wants_value(top: _Open) -> bool:
    return isinstance(top.node, list) or top.key is not None


def _unwanted(file: str, event: Any) -> InputError:
    found = f"an anchor (&{event.anchor})" if event.anchor is not None else f"a tag ({event.tag})"
    return _error(file, event.start_mark, f"{found}; expected plain data", _HINT_TEXT)


def _place(mark: Any) -> Place:
    return (mark.line + 1, mark.column + 1)


def _error(file: str, mark: Any, problem: str, hint: str | None = None) -> InputError:
    line, column = _place(mark)
    return InputError(file, problem, line=line, column=column, hint=hint)
