"""How attention is done, where it is not done in the plainest way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from attncalc.numbers.arithmetic import Array

Scale: TypeAlias = Literal["1/sqrt(d_k)", "none"] | Decimal
Base: TypeAlias = Literal["e"] | Decimal
Pairing: TypeAlias = Literal["interleaved", "half"]

STAND_IN = Decimal(-10000)
"""A bias of this or less is meant for -inf; programs fill in anything from here to -3.4e38."""


@dataclass(frozen=True)
class Window:
    """Each query sees itself and the width - 1 keys before it."""

    width: int


@dataclass(frozen=True)
class Sinusoidal:
    """Sines and cosines of the position are added to embeddings (Vaswani et al., 2017)."""

    base: Decimal = Decimal(10000)


@dataclass(frozen=True)
class Rotary:
    """Queries and keys are turned by angles that grow with their position (Su et al., 2021).

    pairing: which entries are turned together: neighbours, or one of the first half with one of
    the second. dims: how many entries of a vector are turned, from the first; None: all.
    """

    base: Decimal = Decimal(10000)
    pairing: Pairing = "interleaved"
    dims: int | None = None


@dataclass(frozen=True, eq=False)
class Past:
    """A key-value cache that stands before this step's keys.

    K: (p, h_kv·d_k) or (h_kv, p, d_k), as it was cached, so after any rotation. V: likewise with
    d_v. X: (p, d_model), the embeddings they were made from, if these are to be made once more.
    """

    tokens: tuple[str, ...]
    K: Array
    V: Array | None = None
    X: Array | None = None


Mask: TypeAlias = Literal["none", "causal"] | Window | Array
Bias: TypeAlias = Literal["alibi"] | Array
Positions: TypeAlias = Literal["none"] | Sinusoidal | Rotary | Array


@dataclass(frozen=True, eq=False)
class AttentionOptions:
    """The options of a problem; m counts the past too.

    scale: what scores are multiplied by; None stands for the default, 1/sqrt(d_k), which given
    scores go without because their d_k is not known. mask: True where a query may attend, (n, m)
    or (h, n, m). bias: added after scaling and capping, (n, m) or (h, n, m), -inf allowed.
    softcap: c of c·tanh(s/c). sink: a logit without a value, () or (h,). base: of the softmax's
    powers. heads, kv_heads: how many are declared. positions: a matrix (n, d_model) is learned.
    """

    scale: Scale | None = None
    mask: Mask = "none"
    bias: Bias | None = None
    softcap: Decimal | None = None
    sink: Array | None = None
    base: Base = "e"
    heads: int | None = None
    kv_heads: int | None = None
    positions: Positions = "none"
    past: Past | None = None

    def arrays(self) -> dict[tuple[str, ...], Array]:
        """Every array among the options that takes part in the arithmetic, by its place."""
        found = {
            ("bias",): self.bias,
            ("sink",): self.sink,
            ("positions",): self.positions,
            ("past", "K"): self.past and self.past.K,
            ("past", "V"): self.past and self.past.V,
            ("past", "X"): self.past and self.past.X,
        }
        return {path: array for path, array in found.items() if _is_array(array)}  # type: ignore[misc]


def _is_array(value: object) -> bool:
    return value is not None and not isinstance(value, str | Sinusoidal | Rotary)
