"""The options of attention, from the file or from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import numpy as np

from attncalc.arithmetic import Array, NumberError, parse_bias, parse_number
from attncalc.errors import FieldPath, suggestion
from attncalc.options import AttentionOptions, Base, Mask, Rotary, Scale, Window
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, Rows, is_absent, rows_of, whole_number
from attncalc.readers.past import GivenPast, read_past
from attncalc.readers.positions import read_positions
from attncalc.shapes import Outline, Shape

KEYS = (
    "scale",
    "mask",
    "bias",
    "softcap",
    "sink",
    "base",
    "heads",
    "kv_heads",
    "positions",
    "past",
)
_LARGEST_COUNT = 100_000


@dataclass(frozen=True)
class GivenOptions:
    """Options as read; matrices still as text, because their size says how they are computed."""

    plain: AttentionOptions
    mask: Rows | None = None
    bias: Rows | None = None
    sink: Rows | None = None
    positions: Rows | None = None
    past: GivenPast | None = None

    def rows(self) -> list[Rows]:
        """The options that have a shape."""
        own = [part for part in (self.mask, self.bias, self.sink, self.positions) if part]
        return [*own, *(self.past.matrices.values() if self.past else ())]

    @property
    def past_tokens(self) -> tuple[str, ...]:
        """The tokens that stand before this step's."""
        return self.past.tokens if self.past else ()

    def outline(
        self, tokens: int, key_tokens: int, shapes: Mapping[FieldPath, Shape], *, cross: bool
    ) -> Outline:
        """What says which shapes fit, given the numbers of this step's tokens."""
        where = self.plain.positions
        added = self.positions is not None or where == "sinusoidal"
        return Outline(
            tokens,
            key_tokens,
            shapes,
            cross=cross,
            heads=self.plain.heads,
            kv_heads=self.plain.kv_heads,
            past=len(self.past_tokens),
            positions="rope" if isinstance(where, Rotary) else "added" if added else "none",
            turned=where.dims if isinstance(where, Rotary) else None,
        )

    def attention(self, exact: bool, faults: Faults) -> AttentionOptions:
        """The options with their matrices as numbers."""
        given = self.plain
        if self.mask:
            given = replace(given, mask=_mask(self.mask, faults))
        if self.bias:
            given = replace(given, bias=self.bias.numbers(exact, faults, parse_bias))
        if self.sink:
            given = replace(given, sink=self.sink.numbers(exact, faults, parse_number))
        if self.positions:
            learned = self.positions.numbers(exact, faults, parse_number)
            given = given if learned is None else replace(given, positions=learned)
        if self.past:
            given = replace(given, past=self.past.past(exact, faults))
        return given


def read(attention: Mapping[str, Node], faults: Faults) -> GivenOptions:
    """Every option of the mapping, reporting values that are none of the possible ones."""
    given = {key: node for key, node in attention.items() if not is_absent(node)}
    mask = _mask_rows(given.get("mask"), faults)
    bias = _bias_rows(given.get("bias"), faults)
    where = read_positions(given.get("positions"), faults)
    return GivenOptions(
        AttentionOptions(
            scale=_scale(given.get("scale"), faults),
            mask="none" if isinstance(mask, Rows) else mask,
            bias="alibi" if bias == "alibi" else None,
            softcap=_softcap(given.get("softcap"), faults),
            base=_base(given.get("base"), faults),
            heads=_count(given.get("heads"), "heads", faults),
            kv_heads=_count(given.get("kv_heads"), "kv_heads", faults),
            positions="none" if isinstance(where, Rows) else where,
        ),
        mask=mask if isinstance(mask, Rows) else None,
        bias=bias if isinstance(bias, Rows) else None,
        sink=_sink(given.get("sink"), faults),
        positions=where if isinstance(where, Rows) else None,
        past=read_past(given.get("past"), faults),
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


def _softcap(node: Node, faults: Faults) -> Decimal | None:
    if node is None or node == "none":
        return None
    return _positive(node, "softcap", "none or a positive number", ("none",), 0, faults)


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


def _count(node: Node, name: str, faults: Faults) -> int | None:
    """How many heads; None where there are none."""
    if node is None or node == "none":
        return None
    number = whole_number(node) if isinstance(node, str) else None
    if number is not None and 0 < number <= _LARGEST_COUNT:
        return number
    found = f"“{node}”" if isinstance(node, str) else "a list or mapping"
    faults(("attention", name), f"{found}; expected a whole number from 1", None)
    return None


def _mask_rows(node: Node, faults: Faults) -> Mask | Rows:
    """none or causal, a window, or rows."""
    where = ("attention", "mask")
    if isinstance(node, list | np.ndarray):
        return rows_of(node, where, (), faults, stacked=True) or "none"
    if node is None or node == "none":
        return "none"
    if node == "causal":
        return "causal"
    if isinstance(node, dict) and [*node] == ["window"]:
        width = node["window"]
        number = whole_number(width) if isinstance(width, str) else None
        if number:
            return Window(number)
        found = f"“{width}”" if isinstance(width, str) else "a list or mapping"
        message = f"a window of {found}; expected a whole number from 1: itself and those before it"
        faults((*where, "window"), message, None)
        return "none"
    found = f"“{node}”" if isinstance(node, str) else "a mapping"
    faults(
        where,
        f"{found}; expected none, causal, {{window: 3}}, or rows of 0 and 1",
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


def _bias_rows(node: Node, faults: Faults) -> Literal["alibi"] | Rows | None:
    """alibi, or rows."""
    where = ("attention", "bias")
    if isinstance(node, list | np.ndarray):
        return rows_of(node, where, (), faults, stacked=True)
    if node is None or node == "none":
        return None
    if node == "alibi":
        return "alibi"
    found = f"“{node}”" if isinstance(node, str) else "a mapping"
    message = f"{found}; expected none, alibi, or rows of numbers, like [[0, -inf], [0, 0]]"
    faults(where, message, suggestion(node, ("alibi",)) if isinstance(node, str) else None)
    return None


def _sink(node: Node, faults: Faults) -> Rows | None:
    """A number, or one for each head."""
    where = ("attention", "sink")
    if isinstance(node, list | np.ndarray):
        return rows_of(node, where, (), faults)
    if node is None or node == "none":
        return None
    if isinstance(node, str):
        return Rows(where, (), (node,))
    faults(where, "a mapping; expected none, a number, or one for each head", None)
    return None
