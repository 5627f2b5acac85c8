"""A problem: tokens, their vectors or what these are projected from, and how attention is done.

Notation follows Vaswani et al., "Attention Is All You Need" (2017), with one row a token:
Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V. n query tokens, m key tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import Literal

import numpy as np

from attncalc.errors import Fault, FieldPath, ProblemError
from attncalc.numbers.arithmetic import Array
from attncalc.problem.claims import Claims
from attncalc.problem.heads import split
from attncalc.problem.options import AttentionOptions, Bucketed, Reach, Rotary, Sinusoidal
from attncalc.problem.shapes import PADDING, Outline, Shape, head_counts
from attncalc.records import dataclass

MATRICES = (
    "Q",
    "K",
    "V",
    "X",
    "X_key",
    "W_Q",
    "W_K",
    "W_V",
    "W_G",
    "W_O",
    "scores",
    "weights",
    "d_output",
)
NAMED = ("X", "Q", "K", "V")
"""Matrices whose entries may have names."""

VECTORS = ("b_Q", "b_K", "b_V", "b_G", "b_O")
MATRIX_OF = {name: f"W_{name[-1]}" for name in VECTORS}
"""What a bias is added to the products of."""

TEXTS = ("title", "source", "notes")

PER_QUERY = ("Q", "X", "scores", "weights", "d_output")
PER_KEY = ("K", "V", "X_key")
"""Matrices with a row for each query, and for each key."""


_BY_GROUP = ("K", "V", "W_K", "W_V", "b_K", "b_V")
"""Given for each key-value head, rather than for each query head."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What is given. Arrays are all float64 or all objects of Decimal; shapes as in the contract:

    Q (n, d_k); K (m, d_k); V (m, d_v); X (n, d_model); X_key (m, d_model); W_Q, W_K (d_model, d_k);
    W_V (d_model, d_v); b_Q, b_K (d_k,); b_V (d_v,); W_O (d_v, d_model); b_O (d_model,);
    W_G (d_model, d_v); b_G (d_v,);
    scores, weights (n, m); d_output, the gradient of the output, shaped as that is.
    X without any of W_Q, W_K, W_V stands for Q, K and V itself.
    With h heads, Q, W_Q and b_Q are folded, (n, h·d_k), or stacked, (h, n, d_k); so are K, V, W_K,
    W_V, b_K and b_V with h_kv; W_O is (h·d_v, d_model), W_G
    (d_model, h·d_v) and b_G (h·d_v,); scores and weights are (h, n, m). With a
    past of p tokens, key_tokens lists them first, and K, V and X_key have m - p rows.
    queries: the positions that are written out term by term, from 0. inputs: whether the numbers
    are themselves prints of longer ones. dimensions: names of the entries of X, and of one head's
    Q, K and V. claims: published numbers, to be checked. remarks: what its reader took for granted,
    a sentence each.

    Raises ProblemError with every fault: shapes that do not fit, things missing or given twice.
    """

    tokens: tuple[str, ...]
    key_tokens: tuple[str, ...]
    Q: Array | None = None
    K: Array | None = None
    V: Array | None = None
    X: Array | None = None
    X_key: Array | None = None
    W_Q: Array | None = None
    W_K: Array | None = None
    W_V: Array | None = None
    b_Q: Array | None = None
    b_K: Array | None = None
    b_V: Array | None = None
    W_G: Array | None = None
    b_G: Array | None = None
    W_O: Array | None = None
    b_O: Array | None = None
    scores: Array | None = None
    weights: Array | None = None
    d_output: Array | None = None
    attention: AttentionOptions = field(default_factory=AttentionOptions)
    self_attention: bool = True
    queries: tuple[int, ...] = ()
    inputs: Literal["exact", "rounded"] = "exact"
    claims: Claims = field(default_factory=Claims)
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    title: str | None = None
    source: str | None = None
    notes: str | None = None
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        outline = self._outline()
        faults = [*outline.faults(), *outline.misnamed(self.dimensions)]
        numbers = [*self.arrays().values(), *self.attention.arrays().values()]
        if len({array.dtype for array in numbers}) > 1:
            faults.append(Fault((), "arrays of several kinds; expected all float64 or all Decimal"))
        if self.attention.scale == "1/sqrt(d_k)" and self.d_k is None:
            faults.append(
                Fault(("attention", "scale"), "1/sqrt(d_k) of given scores, whose d_k is not known")
            )
        if faults:
            raise ProblemError(tuple(faults))

    def _outline(self) -> Outline:
        options = self.attention
        positions = options.positions
        rotary = isinstance(positions, Rotary)
        return Outline(
            len(self.tokens),
            len(self.key_tokens) - self.past_length,
            self.shapes(),
            cross=not self.self_attention,
            heads=options.heads,
            kv_heads=options.kv_heads,
            past=self.past_length,
            positions="rope" if rotary else "added" if self.adds_positions else "none",
            turned=positions.dims if isinstance(positions, Rotary) else None,
            chosen={name: chosen.word for name, chosen in options.further.items()},
            buckets=options.bias.buckets if isinstance(options.bias, Bucketed) else None,
        )

    def arrays(self) -> dict[str, Array]:
        """Every array that is given, by its name in the problem file."""
        given = {name: getattr(self, name) for name in (*MATRICES, *VECTORS)}
        return {name: array for name, array in given.items() if array is not None}

    def shapes(self) -> dict[FieldPath, Shape]:
        """The shape of everything that has one, by its place in the problem file."""
        shapes: dict[FieldPath, Shape] = {
            (name,): array.shape for name, array in self.arrays().items()
        }
        mask = self.attention.mask
        if isinstance(mask, np.ndarray):
            shapes["attention", "mask"] = mask.shape
        elif isinstance(mask, Reach) and mask.padding is not None:
            shapes[PADDING] = (len(mask.padding),)
        shapes |= {
            ("attention", *path): array.shape
            for path, array in (self.attention.arrays() | self.attention.counts()).items()
        }
        return shapes

    def by_head(self, name: str) -> Array | None:
        """What is given under a name, with an axis for the heads in front where there are any.

        Q (h, n, d_k), W_Q (h, d_model, d_k), b_Q (h, d_k); K, V and theirs with h_kv.
        """
        given: Array | None = getattr(self, name)
        return self._by_head(given, name, 1 if name.startswith("b_") else 2)

    def past_by_head(self, name: str) -> Array | None:
        """The cached K or V, with an axis for the heads in front where there are any."""
        past = self.attention.past
        return None if past is None else self._by_head(getattr(past, name), name, 2)

    def _by_head(self, given: Array | None, name: str, axes: int) -> Array | None:
        count = self.kv_heads if name in _BY_GROUP else self.heads
        if given is None or count is None or given.ndim > axes:
            return given
        return split(given, count)

    @cached_property
    def _head_counts(self) -> tuple[int | None, int | None]:
        return head_counts(self.shapes(), self.attention.heads, self.attention.kv_heads)

    @property
    def heads(self) -> int | None:
        """The number of heads, h; None where none are declared."""
        return self._head_counts[0]

    @property
    def kv_heads(self) -> int | None:
        """The number of key-value heads, h_kv."""
        return self._head_counts[1]

    @property
    def past_length(self) -> int:
        """How many keys stand before this step's, p: where its positions begin."""
        past = self.attention.past
        return 0 if past is None else len(past.tokens)

    @cached_property
    def query_places(self) -> Sequence[int]:
        """The positions of the queries: as they are given, or after the past. n numbers"""
        past = self.past_length
        return self._ids("position_ids") or range(past, past + len(self.tokens))

    @cached_property
    def key_places(self) -> Sequence[int]:
        """The positions of the keys: of the past from 0, then as they are given. m numbers

        In self-attention this step's keys stand where its queries do.
        """
        past, m = self.past_length, len(self.key_tokens)
        own = self._ids("key_position_ids")
        if own is None and self.self_attention:
            own = self._ids("position_ids")
        return range(m) if own is None else (*range(past), *own)

    def _ids(self, option: str) -> tuple[int, ...] | None:
        chosen = self.attention.chosen(option)
        given = None if chosen is None else chosen.array()
        return None if given is None else tuple(given.tolist())

    @property
    def has_position_ids(self) -> bool:
        """Whether it is said where any of its tokens stand."""
        return self._ids("position_ids") is not None or self._ids("key_position_ids") is not None

    @property
    def is_gated(self) -> bool:
        """Whether the heads' results go through a gate."""
        return self.W_G is not None or self.attention.chosen("gate") is not None

    @property
    def goes_on(self) -> bool:
        """Whether anything follows the weighted sum: heads are joined, gated, or projected."""
        return self.heads is not None or self.W_O is not None or self.is_gated

    @property
    def adds_positions(self) -> bool:
        """Whether positions are added to embeddings."""
        positions = self.attention.positions
        return isinstance(positions, np.ndarray | Sinusoidal)

    @property
    def d_q(self) -> int | None:
        """Width of one head's queries; that of its keys too, unless the score allows for another.

        None where the problem starts after them.
        """
        if self.unprojected and self.scores is None and self.weights is None:
            return _width(self.by_head("X"))
        return _width(self.by_head("Q"), self.by_head("W_Q"))

    @property
    def d_k(self) -> int | None:
        """Width of one head's keys; None where the problem starts after them."""
        return (
            None if self.d_q is None else _width(self.by_head("K"), self.by_head("W_K")) or self.d_q
        )

    @property
    def d_v(self) -> int | None:
        """Width of one head's values; None where there are none."""
        if self.unprojected:
            return _width(self.by_head("X"))
        return _width(self.by_head("V"), self.by_head("W_V"))

    @property
    def d_model(self) -> int | None:
        """Width of embeddings; None where there are none."""
        return _width(self.X)

    @property
    def unprojected(self) -> bool:
        """Whether embeddings are queries, keys and values themselves."""
        return self.X is not None and self.W_Q is self.W_K is self.W_V is None


def _width(*arrays: Array | None) -> int | None:
    """The columns of the first array that is given."""
    return next((int(array.shape[-1]) for array in arrays if array is not None), None)


ADDRESS_HINT = "the#2 is the second “the”, #6 the sixth token"
"""How a token is addressed, for those whose address leads nowhere."""


def find_token(address: str, tokens: Sequence[str]) -> int | None:
    """The position of a token written `it`, `the#2` (its second) or `#6` (the sixth), from 0.

    A token that is literally spelled so wins. None where there is none.
    """
    if address in tokens:
        return tokens.index(address)
    name, mark, number = address.rpartition("#")
    if not mark or not number.isdecimal() or len(number) > 9:
        return None
    alike = [i for i, token in enumerate(tokens) if token == name or not name]
    return alike[int(number) - 1] if 0 < int(number) <= len(alike) else None


def address_of(position: int, tokens: Sequence[str]) -> str:
    """How a token is addressed: by its name, or with its occurrence where the name comes again."""
    token = tokens[position]
    number = tokens[: position + 1].count(token)
    return token if number == 1 else f"{token}#{number}"


def addresses_of(tokens: Sequence[str]) -> list[str]:
    """How each of the tokens is addressed, from the first on."""
    seen: Counter[str] = Counter()
    addresses: list[str] = []
    for token in tokens:
        seen[token] += 1
        addresses.append(token if seen[token] == 1 else f"{token}#{seen[token]}")
    return addresses
