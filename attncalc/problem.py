"""A problem: tokens, their vectors or what these are projected from, and how attention is done.

Notation follows Vaswani et al., "Attention Is All You Need" (2017), with one row a token:
Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V. n query tokens, m key tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from attncalc.arithmetic import Array
from attncalc.claims import Claims
from attncalc.errors import Fault, FieldPath, ProblemError
from attncalc.shapes import Shape, shape_faults

Scale: TypeAlias = Literal["1/sqrt(d_k)", "none"] | Decimal
Mask: TypeAlias = Literal["none", "causal"] | Array
Base: TypeAlias = Literal["e"] | Decimal

MATRICES = ("Q", "K", "V", "X", "X_key", "W_Q", "W_K", "W_V", "W_O", "scores", "weights")
VECTORS = ("b_Q", "b_K", "b_V", "b_O")


@dataclass(frozen=True, eq=False)
class AttentionOptions:
    """How attention is done.

    scale: what scores are multiplied by; None stands for the default, 1/sqrt(d_k), which given
    scores go without because their d_k is not known. mask: True where a query may attend,
    (n, m). bias: added after scaling, (n, m), -inf allowed. base: of the softmax's powers.
    """

    scale: Scale | None = None
    mask: Mask = "none"
    bias: Array | None = None
    base: Base = "e"


@dataclass(frozen=True, eq=False)
class Problem:
    """What is given. Arrays are all float64 or all objects of Decimal; shapes as in the contract:

    Q (n, d_k); K (m, d_k); V (m, d_v); X (n, d_model); X_key (m, d_model); W_Q, W_K (d_model, d_k);
    W_V (d_model, d_v); b_Q, b_K (d_k,); b_V (d_v,); W_O (d_v, d_model); b_O (d_model,);
    scores, weights (n, m). X without any of W_Q, W_K, W_V stands for Q, K and V itself.
    queries: the positions that are written out term by term, from 0. inputs: whether the numbers
    are themselves prints of longer ones. claims: published numbers, to be checked.

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
    W_O: Array | None = None
    b_O: Array | None = None
    scores: Array | None = None
    weights: Array | None = None
    attention: AttentionOptions = field(default_factory=AttentionOptions)
    self_attention: bool = True
    queries: tuple[int, ...] = ()
    inputs: Literal["exact", "rounded"] = "exact"
    claims: Claims = field(default_factory=Claims)
    title: str | None = None
    source: str | None = None
    notes: str | None = None

    def __post_init__(self) -> None:
        faults = shape_faults(
            len(self.tokens), len(self.key_tokens), self.shapes(), cross=not self.self_attention
        )
        if len({array.dtype for array in self.arrays().values()}) > 1:
            faults.append(Fault((), "arrays of several kinds; expected all float64 or all Decimal"))
        if self.attention.scale == "1/sqrt(d_k)" and self.d_k is None:
            faults.append(
                Fault(("attention", "scale"), "1/sqrt(d_k) of given scores, whose d_k is not known")
            )
        if faults:
            raise ProblemError(tuple(faults))

    def arrays(self) -> dict[str, Array]:
        """Every array that is given, by its name in the problem file."""
        given = {name: getattr(self, name) for name in (*MATRICES, *VECTORS)}
        return {name: array for name, array in given.items() if array is not None}

    def shapes(self) -> dict[FieldPath, Shape]:
        """The shape of everything that has one, by its place in the problem file."""
        shapes: dict[FieldPath, Shape] = {
            (name,): array.shape for name, array in self.arrays().items()
        }
        if not isinstance(self.attention.mask, str):
            shapes["attention", "mask"] = self.attention.mask.shape
        if self.attention.bias is not None:
            shapes["attention", "bias"] = self.attention.bias.shape
        return shapes

    @property
    def d_k(self) -> int | None:
        """Width of queries and keys; None where the problem starts after them."""
        if self.unprojected and self.scores is None and self.weights is None:
            return self.d_model
        return _width(self.Q, self.W_Q)

    @property
    def d_v(self) -> int | None:
        """Width of values; None where there are none."""
        return self.d_model if self.unprojected else _width(self.V, self.W_V)

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
    occurrence = tokens[: position + 1].count(token)
    return token if occurrence == 1 else f"{token}#{occurrence}"
