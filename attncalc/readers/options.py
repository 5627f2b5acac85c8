"""The options of attention, from the file or from the command line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field, replace
from decimal import Decimal

import numpy as np

from attncalc.errors import FieldPath, suggestion
from attncalc.numbers.arithmetic import NumberError, parse_number
from attncalc.options import OPTIONS
from attncalc.problem.options import (
    AttentionOptions,
    Base,
    Rotary,
    Scale,
    Sinusoidal,
    looks_ahead,
)
from attncalc.problem.shapes import Outline, Shape
from attncalc.readers.bias import GivenBias, read_bias
from attncalc.readers.declared import GivenChoice, read_choice
from attncalc.readers.interface import Node
from attncalc.readers.masks import read_mask, with_rows
from attncalc.readers.numbers import (
    Faults,
    Rows,
    found_instead,
    is_absent,
    is_word,
    rows_of,
    whole_number,
)
from attncalc.readers.past import GivenPast, read_past
from attncalc.readers.positions import read_positions
from attncalc.readers.prints import spelled_out
from attncalc.records import dataclass

KEYS = tuple(OPTIONS)
_LARGEST_COUNT = 100_000


@dataclass(frozen=True)
class GivenOptions:
    """Options as read; matrices still as text, because their size says how they are computed."""

    plain: AttentionOptions
    mask: Rows | None = None
    bias: GivenBias | None = None
    sink: Rows | None = None
    positions: Rows | None = None
    past: GivenPast | None = None
    further: Mapping[str, GivenChoice] = field(default_factory=dict)

    def rows(self) -> list[Rows]:
        """The options that have a shape."""
        own = [part for part in (self.mask, self.sink, self.positions) if part]
        own += self.bias.rows() if self.bias else []
        further = [rows for choice in self.further.values() for rows in choice.rows.values()]
        return [*own, *(self.past.matrices.values() if self.past else ()), *further]

    @property
    def past_tokens(self) -> tuple[str, ...]:
        """The tokens that stand before this step's."""
        return self.past.tokens if self.past else ()

    def outline(
        self, tokens: int, key_tokens: int, shapes: Mapping[FieldPath, Shape], *, cross: bool
    ) -> Outline:
        """What says which shapes fit, given the numbers of this step's tokens."""
        where = self.plain.positions
        added = self.positions is not None or isinstance(where, Sinusoidal)
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
            chosen={name: choice.word for name, choice in self.further.items()},
            buckets=self.bias.buckets if self.bias else None,
        )

    def attention(self, exact: bool, queries: int, faults: Faults) -> AttentionOptions:
        """The options with their matrices as numbers, for so many queries."""
        given = self.plain
        if self.mask:
            given = replace(given, mask=with_rows(given.mask, self.mask, queries, faults))
        if self.bias:
            given = replace(given, bias=self.bias.bias(exact, faults))
        if self.sink:
            given = replace(given, sink=self.sink.numbers(exact, faults, parse_number))
        if self.positions:
            learned = self.positions.numbers(exact, faults, parse_number)
            given = given if learned is None else replace(given, positions=learned)
        if self.past:
            given = replace(given, past=self.past.past(exact, faults))
        chosen = {name: each.chosen(exact, faults) for name, each in self.further.items()}
        return replace(given, further=chosen)


def read(attention: Mapping[str, Node], matrices: Collection[str], faults: Faults) -> GivenOptions:
    """Every option of the mapping, reporting values that are none of the possible ones.

    matrices: those that are given; what is not possible with them is not suggested.
    """
    given = {key: node for key, node in attention.items() if not is_absent(node)}
    mask, mask_rows = read_mask(given.get("mask"), faults)
    bias = read_bias(given.get("bias"), looks_ahead(mask), faults)
    where = read_positions(given.get("positions"), matrices, faults)
    return GivenOptions(
        AttentionOptions(
            scale=_scale(given.get("scale"), "scores" in matrices, faults),
            mask=mask,
            bias=None if isinstance(bias, GivenBias) else bias,
            softcap=_softcap(given.get("softcap"), faults),
            base=_base(given.get("base"), faults),
            heads=_count(given.get("heads"), "heads", faults),
            kv_heads=_count(given.get("kv_heads"), "kv_heads", faults),
            positions="none" if isinstance(where, Rows) else where,
        ),
        mask=mask_rows,
        bias=bias if isinstance(bias, GivenBias) else None,
        sink=_sink(given.get("sink"), faults),
        positions=where if isinstance(where, Rows) else None,
        past=read_past(given.get("past"), faults),
        further=_further(given, faults),
    )


def _further(given: Mapping[str, Node], faults: Faults) -> dict[str, GivenChoice]:
    """What was chosen of the options that are read by their declaration."""
    declared = [option for option in OPTIONS.values() if option.forms]
    choices = {each.name: read_choice(each, given.get(each.name), faults) for each in declared}
    return {name: choice for name, choice in choices.items() if choice is not None}


def of_width(scale: Node, scores_given: bool, d_model: int | None, faults: Faults) -> Scale | None:
    """1/sqrt(d_k) and 1/sqrt(d_model), for a problem that has such a width."""
    where = ("attention", "scale")
    if _spelled(scale) in _OF_MODEL:
        if d_model is not None:
            return parse_number(f"1/sqrt({d_model})")
        message = "1/sqrt(d_model), but d_model is not known, as there is no X"
        faults(where, f"{message}; expected none or a number", "for d_model=64, write 1/sqrt(64)")
    elif scores_given and _spelled(scale) in _OF_KEYS:
        message = (
            "1/sqrt(d_k), but d_k is not known; expected none or a number, as scores are given"
        )
        faults(where, message, _SCORES_HINT)
    return None


_OF_KEYS = ("1/sqrt(d_k)", "1/sqrt(dk)", "1/√d_k", "1/√dk", "1/√(d_k)")
_OF_MODEL = ("1/sqrt(d_model)", "1/sqrt(dmodel)", "1/√d_model", "1/√dmodel", "1/√(d_model)")
_SCORES_HINT = "for d_k=64, write 0.125"


def _spelled(scale: Node) -> str:
    """A scale in small letters and without blanks."""
    return "".join(scale.lower().split()) if isinstance(scale, str) else ""


def _scale(node: Node, scores_given: bool, faults: Faults) -> Scale | None:
    if node is None:
        return None
    word = _spelled(node)
    if word == "none":
        return "none"
    if word in _OF_KEYS:
        return None if scores_given else "1/sqrt(d_k)"  # of_width has a word on it
    if word in _OF_MODEL:
        return None
    if scores_given:
        hint = _SCORES_HINT if "sqrt" in word or "√" in word else None
        return _positive(node, "scale", "none or a positive number", ("none",), 0, faults, hint)
    expected, words = "1/sqrt(d_k), none or a positive number", ("1/sqrt(d_k)", "none")
    return _positive(node, "scale", expected, words, 0, faults)


def _base(node: Node, faults: Faults) -> Base:
    if node is None or (isinstance(node, str) and node.strip() == "e"):
        return "e"
    return _positive(node, "base", "e or a number greater than 1", (), 1, faults) or "e"


def _softcap(node: Node, faults: Faults) -> Decimal | None:
    if node is None or is_word(node, "none"):
        return None
    return _positive(node, "softcap", "none or a positive number", ("none",), 0, faults)


def _positive(
    node: Node,
    name: str,
    expected: str,
    words: tuple[str, ...],
    above: int,
    faults: Faults,
    hint: str | None = None,
) -> Decimal | None:
    """A number greater than `above`, or None with a fault. words: what else may stand there."""
    found = found_instead(node)
    if isinstance(node, str):
        try:
            number = parse_number(node)
        except NumberError as error:
            found, hint = str(error), error.hint or suggestion(node, words) or hint
        else:
            if number > above:
                return number
    faults(("attention", name), f"{found}; expected {expected}", hint)
    return None


def _count(node: Node, name: str, faults: Faults) -> int | None:
    """How many heads; None where there are none."""
    if node is None or is_word(node, "none"):
        return None
    number = whole_number(node) if isinstance(node, str) else None
    if number is not None and 0 < number <= _LARGEST_COUNT:
        return number
    faults(("attention", name), f"{found_instead(node)}; expected a whole number from 1", None)
    return None


def _sink(node: Node, faults: Faults) -> Rows | None:
    """A number, or one for each head."""
    where = ("attention", "sink")
    node = spelled_out(node)
    if isinstance(node, list | np.ndarray):
        return rows_of(node, where, (), faults)
    if node is None or node == "none":
        return None
    if isinstance(node, str):
        return Rows(where, (), (node,))
    faults(where, "a mapping; expected none, a number, or one for each head", None)
    return None
