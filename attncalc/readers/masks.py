"""Masks as they are written: a word, what a query reaches, or rows of 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf

import numpy as np

from attncalc.errors import FieldPath, suggestion
from attncalc.numbers.arithmetic import Array, Typed, parse_number
from attncalc.problem.options import CAUSAL, Mask, Reach
from attncalc.problem.shapes import PADDING
from attncalc.readers.axes import squeezed
from attncalc.readers.declared import TRUTHS
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, Rows, found_instead, is_absent, rows_of, whole_number
from attncalc.readers.prints import spelled_out

_WHERE = ("attention", "mask")
_KEYS = ("causal", "window", "first", "padding")
_EXPECTED = "none, causal, {window: 3}, {causal: true, padding: [1, 1, 0]}, or rows of 0 and 1"
_HINTS = {
    "lower-right": "write {causal: lower-right}",
    "padding": "write which keys may be seen, like {padding: [1, 1, 0]}",
    "window": "write how many keys it has, like {window: 3}",
}
_UPPER_LEFT = "write {causal: true}: without a cache, the first query goes with the first key"


def read_mask(node: Node, faults: Faults) -> tuple[Mask, Rows | None]:
    """A mask, and what it has of rows: all of it, or its padding."""
    node = spelled_out(node)
    if isinstance(node, list | np.ndarray):
        return "none", rows_of(node, _WHERE, (), faults, stacked=True)
    if isinstance(node, dict):
        return _mapping(node, faults)
    if node is None or node == "none":
        return "none", None
    if node != "causal":
        hint = _HINTS.get(node) or suggestion(node, ("none", "causal"))
        faults(_WHERE, f"“{node}”; expected {_EXPECTED}", hint)
    return "causal", None


def _mapping(node: Mapping[str, Node], faults: Faults) -> tuple[Mask, Rows | None]:
    """What is reached, as far as it can be read; padding is added to it by `with_rows`."""
    unknown = [key for key in node if key not in _KEYS]
    for key in unknown:
        message = f"an unknown key “{key}”; expected one of {', '.join(_KEYS)}"
        hint = "write the rows themselves, without a key" if key == "rows" else None
        faults((*_WHERE, key), message, hint or suggestion(key, _KEYS))
    given = {key: value for key, value in node.items() if not is_absent(value)}
    if not given:
        faults(_WHERE, f"a mapping without anything in it; expected {_EXPECTED}", None)
        return "none", None
    reach = _windowed(_aligned(given.get("causal"), faults), given, faults)
    padding = _padding(given["padding"], faults) if "padding" in given else None
    if padding is None and reach == CAUSAL:
        return "causal", None
    idle = reach.is_unlimited and "window" not in given
    return ("none" if idle and padding is None else reach), padding


def _aligned(node: Node, faults: Faults) -> Reach:
    """Everything, everything up to the query, or the same counted from the end."""
    if node is None:
        return Reach()
    if isinstance(node, str) and node in TRUTHS:
        return CAUSAL if TRUTHS[node] else Reach()
    if not isinstance(node, str) or node != "lower-right":
        hint = suggestion(node, ("lower-right",)) if isinstance(node, str) else None
        hint = _UPPER_LEFT if node == "upper-left" else hint
        message = f"{found_instead(node)}; expected true, false or lower-right"
        faults((*_WHERE, "causal"), message, hint)
    return replace(CAUSAL, from_end=True)


def _windowed(reach: Reach, given: Mapping[str, Node], faults: Faults) -> Reach:
    """The same as far as a window goes, and with its first keys."""
    window = spelled_out(given.get("window"))
    sides = _sides(window)
    first = _first(given["first"], window, sides, faults) if "first" in given else 0
    if window is None:
        return reach
    where = (*_WHERE, "window")
    if sides and len(sides) == 2:
        back, ahead = (_side(side, (*where, at), faults) for at, side in enumerate(sides))
        return replace(reach, back=back, ahead=min(ahead, reach.ahead))
    width = whole_number(window) if isinstance(window, str) else None
    if not width:
        found = f"{len(sides)} number{'s' * (len(sides) != 1)}" if sides else found_instead(window)
        hint = "without a limit it is a causal mask: {causal: true}" if window == "-1" else None
        faults(where, f"a window of {found}; expected {_WIDTH}, or {_SIDES}", hint)
        width = 1
    return replace(reach, back=width - 1, ahead=0, first=first)


def _sides(window: Node) -> list[Node]:
    """Numbers that are written in a row; none of anything else."""
    if isinstance(window, np.ndarray):
        return [str(number) for number in window.flat]
    return window if isinstance(window, list) else []


_WIDTH = "a whole number from 1 (itself and those before it)"
_FIRST = "{window: 3, first: 1}"
_SIDES = "two sides, like [2, 1]"


def _side(node: Node, where: FieldPath, faults: Faults) -> float:
    """How many keys on one side; without a limit for -1."""
    if node == "-1":
        return inf
    number = whole_number(node) if isinstance(node, str) else None
    if number is None:
        message = f"a window's side of {found_instead(node)}; expected a whole number from 0"
        faults(where, f"{message}, or -1 for no limit", None)
        return 0
    return number


def _first(node: Node, window: Node, sides: list[Node], faults: Faults) -> int:
    """How many keys from the start stay visible, outside of a causal window."""
    where = (*_WHERE, "first")
    if window is None or sides:
        found = "beside a window of two sides" if sides else "without a window"
        hint = None if sides else "leave it out: nothing hides the first keys"
        faults(where, f"first {found}; expected it beside a width, like {_FIRST}", hint)
    number = whole_number(node) if isinstance(node, str) else None
    if number is None:
        message = f"first of {found_instead(node)}; expected a whole number from 0"
        faults(where, message, None)
    return number or 0


def _padding(node: Node, faults: Faults) -> Rows | None:
    """A row of m."""
    node = spelled_out(node)
    if isinstance(node, np.ndarray):
        return rows_of(squeezed(node, 1), PADDING, (), faults)
    if isinstance(node, list):
        return rows_of(node, PADDING, (), faults)
    message = f"padding of {'a mapping' if isinstance(node, dict) else f'“{node}”'}; expected "
    faults(PADDING, f"{message}a row with 1 for each key that may be seen, 0 for padding", None)
    return None


def truth(text: str) -> Typed:
    """As parse_number, but true and false are numbers too: 1 and 0."""
    return parse_number(str(int(TRUTHS[text])) if text in TRUTHS else text)


def with_rows(mask: Mask, rows: Rows, queries: int, faults: Faults) -> Mask:
    """True where a query may attend; a single row is for each of so many queries.

    A shape that does not fit is reported elsewhere.
    """
    numbers = rows.numbers(False, faults, truth)
    if numbers is None:
        return mask
    if not np.isin(numbers, (0, 1)).all():
        _report_others(rows, numbers, faults)
    seen: Array = np.equal(numbers, 1)
    if isinstance(mask, Reach):
        return replace(mask, padding=tuple(seen.ravel().tolist()))
    return seen if seen.ndim > 1 else np.tile(seen, (queries, 1))


def _report_others(rows: Rows, numbers: Array, faults: Faults) -> None:
    """The first number that is neither 0 nor 1."""
    places = zip(rows.places(), numbers.flat, strict=True)
    first = next(place for place, number in places if number not in (0, 1))
    expected = "1 where the query may attend, 0 elsewhere"
    hint: str | None = "to add numbers to the scores, use bias"
    if rows.path == PADDING:
        expected, hint = "1 for a key that may be seen, 0 for padding", None
    faults(first, f"a number other than 0 and 1; expected {expected}", hint)
