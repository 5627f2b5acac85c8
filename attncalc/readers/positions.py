"""Where tokens stand, as it is written: a word, a word with its settings, or a learned matrix."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

import numpy as np

from attncalc.errors import FieldPath, suggestion
from attncalc.numbers.arithmetic import NumberError, doubt_of, parse_number
from attncalc.problem.options import Pairing, Positions, Rotary, Sinusoidal
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, Rows, found_instead, rows_of, whole_number
from attncalc.readers.prints import spelled_out

_WHERE = ("attention", "positions")
_EXAMPLES = {
    "rope": "{rope: {base: 10000, pairing: half, dims: 4}}",
    "sinusoidal": "{sinusoidal: {base: 10000}}",
}
_SETTINGS = {"rope": ("base", "pairing", "dims"), "sinusoidal": ("base",)}


def read_positions(node: Node, given: Collection[str], faults: Faults) -> Positions | Rows:
    """none, sinusoidal, a rotation, either with its settings, or the rows of a learned matrix.

    given: the matrices there are.
    """
    node = spelled_out(node)
    if isinstance(node, list | np.ndarray):
        return rows_of(node, _WHERE, (), faults) or "none"
    if node is None or node == "none":
        return "none"
    if node == "sinusoidal":
        return Sinusoidal()
    if node == "rope":
        return Rotary()
    if isinstance(node, dict) and [*node] == ["rope"]:
        return _rotary(_settings(node, "rope", faults), faults)
    if isinstance(node, dict) and [*node] == ["sinusoidal"]:
        settings = _settings(node, "sinusoidal", faults)
        base = _base(settings.get("base"), (*_WHERE, "sinusoidal", "base"), faults)
        return Sinusoidal() if base is None else Sinusoidal(base)
    hint = suggestion(node, _possible(given)) if isinstance(node, str) else None
    message = f"expected none, sinusoidal, rope, {_EXAMPLES['rope']}, or rows of numbers"
    found = "a mapping" if isinstance(node, dict) else f"“{node}”"
    faults(_WHERE, f"{found}; {message}", hint)
    return "none"


def _possible(given: Collection[str]) -> list[str]:
    """The words that something can be done by: added to embeddings, or turning queries and keys."""
    added = ["sinusoidal"] if "X" in given else []
    return ["none", *added, *([] if {"scores", "weights"} & {*given} else ["rope"])]


def _settings(node: dict[str, Node], kind: str, faults: Faults) -> Mapping[str, Node]:
    """What is set under a word; nothing where that is no mapping."""
    where, settings, known = (*_WHERE, kind), node[kind], _SETTINGS[kind]
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        example = _EXAMPLES[kind]
        faults(where, f"this is no mapping; expected settings, like {example}", None)
        return {}
    for key in settings:
        if key not in known:
            message = f"an unknown key “{key}”; expected one of {', '.join(known)}"
            faults((*where, key), message, suggestion(key, known))
    return settings


def _rotary(settings: Mapping[str, Node], faults: Faults) -> Rotary:
    default = Rotary()
    return Rotary(
        base=_base(settings.get("base"), (*_WHERE, "rope", "base"), faults) or default.base,
        pairing=_pairing(settings.get("pairing"), faults),
        dims=_dims(settings.get("dims"), faults),
    )


def _base(node: Node, where: FieldPath, faults: Faults) -> Decimal | None:
    if node is None:
        return None
    hint = None
    try:
        if isinstance(node, str) and (number := parse_number(node)) > 0:
            if not doubt_of(number):
                return number
            hint = "write it as a decimal: angles are powers of it"
    except NumberError:
        pass
    faults(where, f"{found_instead(node)}; expected a positive number, like 10000", hint)
    return None


def _pairing(node: Node, faults: Faults) -> Pairing:
    if node is None or (isinstance(node, str) and node == "interleaved"):
        return "interleaved"
    if isinstance(node, str) and node == "half":
        return "half"
    hint = suggestion(node, ("interleaved", "half")) if isinstance(node, str) else None
    message = "expected interleaved (neighbours) or half (first half with second)"
    faults((*_WHERE, "rope", "pairing"), f"{found_instead(node)}; {message}", hint)
    return "interleaved"


def _dims(node: Node, faults: Faults) -> int | None:
    if node is None:
        return None
    number = whole_number(node) if isinstance(node, str) else None
    if number and number % 2 == 0:
        return number
    message = "expected an even number: entries are turned in pairs"
    faults((*_WHERE, "rope", "dims"), f"{found_instead(node)}; {message}", None)
    return None
