"""The options of attention, from the file or from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from attncalc.arithmetic import Array, NumberError, parse_bias, parse_number
from attncalc.errors import suggestion
from attncalc.problem import AttentionOptions, Base, Mask, Scale
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, Rows, is_absent, rows_of

READ = ("scale", "mask", "bias", "base")
LATER = ("softcap", "sink", "heads", "kv_heads", "positions", "past")
"""Options of the format that this version does not compute; they are refused, never ignored."""

KEYS = (*READ, *LATER)
_LATER_HINT = "this version computes a single head without positions, caps, sinks or a cache"


@dataclass(frozen=True)
class GivenOptions:
    """Options as read; matrices still as text, because their size says how they are computed."""

    scale: Scale | None
    mask: Mask | Rows
    bias: Rows | None
    base: Base

    def rows(self) -> list[Rows]:
        """The options that have a shape."""
        return [part for part in (self.mask, self.bias) if isinstance(part, Rows)]

    def attention(self, exact: bool, faults: Faults) -> AttentionOptions:
        """The options with their matrices as numbers."""
        mask = self.mask
        if isinstance(mask, Rows):
            mask = _mask(mask, faults)
        bias = self.bias.numbers(exact, faults, parse_bias) if self.bias else None
        return AttentionOptions(self.scale, mask, bias, self.base)


def read(attention: Mapping[str, Node], faults: Faults) -> GivenOptions:
    """Every option of the mapping, reporting values that are none of the possible ones."""
    given = {key: node for key, node in attention.items() if not is_absent(node)}
    for key in LATER:
        if key in given:
            faults(("attention", key), "this option is not computed yet", _LATER_HINT)
    return GivenOptions(
        scale=_scale(given.get("scale"), faults),
        mask=_mask_rows(given.get("mask"), faults),
        bias=_bias_rows(given.get("bias"), faults),
        base=_base(given.get("base"), faults),
    )


def check_scale(
    attention: AttentionOptions, matrices: Mapping[str, object], faults: Faults
) -> None:
    """1/sqrt(d_k) needs a d_k, which given scores do not have."""
    if attention.scale == "1/sqrt(d_k)" and "scores" in matrices:
        message = (
            "1/sqrt(d_k), but d_k is not known; expected none or a number, as scores are given"
        )
        faults(("attention", "scale"), message, "for d_k=64, write 0.125")


def _scale(node: Node, faults: Faults) -> Scale | None:
    if node is None:
        return None
    if isinstance(node, str):
        word = node.strip().lower()
        if word == "none":
            return "none"
        if word.replace(" ", "") in ("1/sqrt(d_k)", "1/sqrt(dk)", "1/√d_k"):
            return "1/sqrt(d_k)"
    return _positive(
        node, "scale", "1/sqrt(d_k), none or a positive number", ("1/sqrt(d_k)", "none"), 0, faults
    )


def _base(node: Node, faults: Faults) -> Base:
    if node is None or (isinstance(node, str) and node.strip() == "e"):
        return "e"
    return _positive(node, "base", "e or a number greater than 1", (), 1, faults) or "e"


def _positive(
    node: Node, name: str, expected: str, words: tuple[str, ...], above: int, faults: Faults
) -> Decimal | None:
    """A number greater than `above`, or None with a fault."""
    hint = None
    if isinstance(node, str):
        try:
            number = parse_number(node)
        except NumberError:
            hint = suggestion(node, words)
        else:
            if number > above:
                return number
    found = f"“{node}”" if isinstance(node, str) else "a list or mapping"
    faults(("attention", name), f"{found}; expected {expected}", hint)
    return None


def _mask_rows(node: Node, faults: Faults) -> Mask | Rows:
    if isinstance(node, list | np.ndarray):
        return rows_of(node, ("attention", "mask"), (), faults) or "none"
    if node is None or node == "none":
        return "none"
    if node == "causal":
        return "causal"
    if isinstance(node, dict) and "window" in node:
        faults(("attention", "mask"), "this option is not computed yet", _LATER_HINT)
        return "none"
    found = f"“{node}”" if isinstance(node, str) else "a mapping"
    faults(
        ("attention", "mask"),
        f"{found}; expected none, causal, or rows of 0 and 1",
        suggestion(node, ("none", "causal")) if isinstance(node, str) else None,
    )
    return "none"


def _mask(rows: Rows, faults: Faults) -> Array:
    """True where a query may attend. A shape that does not fit is reported elsewhere."""
    numbers = rows.numbers(False, faults, parse_number)
    if numbers is None:
        return np.ones((1, 1), dtype=bool)
    if not np.isin(numbers, (0, 1)).all():
        first = next(
            place
            for place, number in zip(rows.places(), numbers.flat, strict=True)
            if number not in (0, 1)
        )
        message = "a number other than 0 and 1; expected 1 where the query may attend, 0 elsewhere"
        faults(first, message, "to add numbers to the scores, use bias")
    return np.equal(numbers, 1)


def _bias_rows(node: Node, faults: Faults) -> Rows | None:
    if node is None or (isinstance(node, str) and node == "none"):
        return None
    if isinstance(node, str) and node == "alibi":
        faults(("attention", "bias"), "this option is not computed yet", _LATER_HINT)
        return None
    return rows_of(node, ("attention", "bias"), (), faults)
