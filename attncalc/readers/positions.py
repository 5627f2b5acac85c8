"""Where tokens stand, as it is written: a word, rope with its settings, or a learned matrix."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from attncalc.arithmetic import NumberError, parse_number
from attncalc.errors import suggestion
from attncalc.options import Pairing, Positions, Rotary
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, Rows, rows_of, whole_number

_WHERE = ("attention", "positions")
_WORDS = ("none", "sinusoidal", "rope")
_SETTINGS = ("base", "pairing", "dims")
_EXAMPLE = "{rope: {base: 10000, pairing: half, dims: 4}}"


def read_positions(node: Node, faults: Faults) -> Positions | Rows:
    """none, sinusoidal, a rotation, or the rows of a learned matrix."""
    if isinstance(node, list | np.ndarray):
        return rows_of(node, _WHERE, (), faults) or "none"
    if node is None or node == "none":
        return "none"
    if node == "sinusoidal":
        return "sinusoidal"
    if node == "rope":
        return Rotary()
    if isinstance(node, dict) and [*node] == ["rope"]:
        settings = node["rope"]
        return _rotary(settings if settings is not None else {}, faults)
    found = f"“{node}”" if isinstance(node, str) else "a mapping"
    hint = suggestion(node, _WORDS) if isinstance(node, str) else None
    message = f"{found}; expected none, sinusoidal, rope, {_EXAMPLE}, or rows of numbers"
    faults(_WHERE, message, hint)
    return "none"


def _rotary(settings: Node, faults: Faults) -> Rotary:
    where = (*_WHERE, "rope")
    if not isinstance(settings, dict):
        faults(where, f"this is no mapping; expected settings, like {_EXAMPLE}", None)
        return Rotary()
    for key in settings:
        if key not in _SETTINGS:
            message = f"an unknown key “{key}”; expected one of {', '.join(_SETTINGS)}"
            faults((*where, key), message, suggestion(key, _SETTINGS))
    default = Rotary()
    return Rotary(
        base=_base(settings.get("base"), faults) or default.base,
        pairing=_pairing(settings.get("pairing"), faults),
        dims=_dims(settings.get("dims"), faults),
    )


def _base(node: Node, faults: Faults) -> Decimal | None:
    if node is None:
        return None
    try:
        if isinstance(node, str) and (number := parse_number(node)) > 0:
            return number
    except NumberError:
        pass
    found = f"“{node}”" if isinstance(node, str) else "a list or mapping"
    faults((*_WHERE, "rope", "base"), f"{found}; expected a positive number, like 10000", None)
    return None


def _pairing(node: Node, faults: Faults) -> Pairing:
    if node is None or node == "interleaved":
        return "interleaved"
    if node == "half":
        return "half"
    found = f"“{node}”" if isinstance(node, str) else "a list or mapping"
    hint = suggestion(node, ("interleaved", "half")) if isinstance(node, str) else None
    message = f"{found}; expected interleaved (neighbours) or half (first half with second)"
    faults((*_WHERE, "rope", "pairing"), message, hint)
    return "interleaved"


def _dims(node: Node, faults: Faults) -> int | None:
    if node is None:
        return None
    number = whole_number(node) if isinstance(node, str) else None
    if number and number % 2 == 0:
        return number
    found = f"“{node}”" if isinstance(node, str) else "a list or mapping"
    message = f"{found}; expected an even number: entries are turned in pairs"
    faults((*_WHERE, "rope", "dims"), message, None)
    return None
