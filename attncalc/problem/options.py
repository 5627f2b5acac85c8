"""How attention is done, where it is not done in the plainest way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from decimal import Decimal
from functools import cached_property
from math import inf
from typing import Any, Literal, TypeAlias

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.problem.buckets import Buckets
from attncalc.records import dataclass

Scale: TypeAlias = Literal["1/sqrt(d_k)", "none"] | Decimal
Base: TypeAlias = Literal["e"] | Decimal
Pairing: TypeAlias = Literal["interleaved", "half"]

STAND_IN = Decimal(-10000)
"""A bias of this or less is meant for -inf; programs fill in anything from here to -3.4e38."""


@dataclass(frozen=True)
class Reach:
    """Which keys a query may attend to, counted from the key that it goes with.

    back, ahead: how many keys before that one, and after it; inf for all of them. first: so many
    keys from the start are seen however far back they are. from_end: whether the last query goes
    with the last key; else the first one goes with the first key after the past. padding: of each
    key, the past's too, whether any query may attend to it; None where any key may be seen.
    """

    back: float = inf
    ahead: float = inf
    first: int = 0
    from_end: bool = False
    padding: tuple[bool, ...] | None = None

    @property
    def width(self) -> float:
        """How many keys a window has that ends with the query's own."""
        return self.back + 1

    @property
    def is_causal(self) -> bool:
        """Whether no query may attend to a key after the one that it goes with."""
        return self.ahead == 0

    @property
    def is_unlimited(self) -> bool:
        """Whether a query may attend to any key that is no padding."""
        return self.back == self.ahead == inf

    @cached_property
    def kept(self) -> Array | None:
        """The padding as an array, (m,)."""
        return None if self.padding is None else np.array(self.padding)

    def __str__(self) -> str:
        """The mask as it may be typed."""
        parts: list[str] = []
        if self.from_end or (self.is_causal and self.back == inf):
            parts.append(f"causal: {'lower-right' if self.from_end else 'true'}")
        if self.back < inf and self.is_causal:
            parts.append(f"window: {self.width}")
        elif not self.is_causal and not (self.is_unlimited and self.padding):
            parts.append(f"window: [{_side(self.back)}, {_side(self.ahead)}]")
        if self.first:
            parts.append(f"first: {self.first}")
        if self.padding is not None:
            parts.append(f"padding: [{', '.join(str(int(kept)) for kept in self.padding)}]")
        return f"{{{', '.join(parts)}}}"


def _side(keys: float) -> str:
    return "-1" if keys == inf else str(keys)


CAUSAL = Reach(ahead=0)
"""What the word causal stands for."""


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


@dataclass(frozen=True, eq=False)
class Chosen:
    """What was chosen of an option that is read by its declaration (options.py).

    word: the form; empty where numbers stand alone. settings: what is set, by name; a single value
    under the name "".
    """

    word: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def number(self, name: str = "") -> Decimal:
        """A number that is set, or holds where none is."""
        number: Decimal = self.settings[name]
        return number

    def array(self, name: str = "") -> Array | None:
        """Numbers that are given, as they are shaped; None where they are not."""
        return self.settings.get(name)

    def without(self, *names: str) -> Chosen:
        """The same with some settings left out."""
        kept = {name: value for name, value in self.settings.items() if name not in names}
        return Chosen(self.word, kept)


@dataclass(frozen=True, eq=False)
class Slopes:
    """ALiBi with slopes that are given, one for each head. (h,)"""

    numbers: Array


@dataclass(frozen=True, eq=False)
class Bucketed:
    """A number for each bucket of relative positions and each head (Raffel et al., 2020).

    table: (buckets, h).
    """

    table: Array
    buckets: Buckets = field(default_factory=Buckets)


@dataclass(frozen=True, eq=False)
class BeforeScaling:
    """Rows that are added to the scores before they are scaled. (n, m) or (h, n, m)"""

    rows: Array


Mask: TypeAlias = Literal["none", "causal"] | Reach | Array
Bias: TypeAlias = Literal["alibi"] | Slopes | Bucketed | BeforeScaling | Array
Positions: TypeAlias = Literal["none"] | Sinusoidal | Rotary | Array


@dataclass(frozen=True, eq=False)
class AttentionOptions:
    """The options of a problem; m counts the past too.

    scale: what scores are multiplied by; None stands for the default, 1/sqrt(d_k), which given
    scores go without because their d_k is not known. mask: True where a query may attend, (n, m)
    or (h, n, m). bias: added after scaling and capping, or what it is made of; a matrix is (n, m)
    or (h, n, m), -inf allowed.
    softcap: c of c·tanh(s/c). sink: a logit without a value, () or (h,). base: of the softmax's
    powers. heads, kv_heads: how many are declared. positions: a matrix (n, d_model) is learned.
    further: of the options that are read by their declaration, what was chosen.
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
    further: Mapping[str, Chosen] = field(default_factory=dict)

    def chosen(self, option: str) -> Chosen | None:
        """What was chosen of an option that is read by its declaration; None where nothing was."""
        return self.further.get(option)

    def choice(self, option: str) -> Chosen:
        """The same, in a problem where something was chosen."""
        return self.further[option]

    def choosing(self, option: str, chosen: Chosen | None) -> AttentionOptions:
        """The same options with another choice of one, or with none."""
        others = {name: each for name, each in self.further.items() if name != option}
        return replace(self, further=others if chosen is None else {**others, option: chosen})

    def counts(self) -> dict[tuple[str, ...], Array]:
        """Every array of whole numbers among the options, by its place."""
        return {path: array for path, array in self._declared() if array.dtype == np.int64}

    def _declared(self) -> Iterator[tuple[tuple[str, ...], Array]]:
        for option, chosen in self.further.items():
            for name, value in chosen.settings.items():
                if isinstance(value, np.ndarray):
                    yield tuple(part for part in (option, chosen.word, name) if part), value

    def arrays(self) -> dict[tuple[str, ...], Array]:
        """Every array among the options that takes part in the arithmetic, by its place."""
        found = {
            **self._of_bias(),
            ("sink",): self.sink,
            ("positions",): self.positions,
            ("past", "K"): self.past and self.past.K,
            ("past", "V"): self.past and self.past.V,
            ("past", "X"): self.past and self.past.X,
        }
        given = {path: array for path, array in found.items() if _is_array(array)}
        counts = self.counts()
        given |= {path: array for path, array in self._declared() if path not in counts}
        return given  # type: ignore[return-value]

    @property
    def bias_rows(self) -> Array | None:
        """The numbers that are added to the scores, where these are given themselves."""
        return self.bias if isinstance(self.bias, np.ndarray) else self.early_bias

    @property
    def early_bias(self) -> Array | None:
        """The numbers that are added before scaling."""
        return self.bias.rows if isinstance(self.bias, BeforeScaling) else None

    @property
    def later_bias(self) -> Literal["alibi"] | Slopes | Bucketed | Array | None:
        """What is added after scaling and capping, or what it is made of."""
        return None if isinstance(self.bias, BeforeScaling) else self.bias

    def _of_bias(self) -> dict[tuple[str, ...], Array | None]:
        """The numbers that a bias is, or is made of."""
        if isinstance(self.bias, Slopes):
            return {("bias", "slopes"): self.bias.numbers}
        if isinstance(self.bias, Bucketed):
            return {("bias", "t5", "table"): self.bias.table}
        if isinstance(self.bias, BeforeScaling):
            return {("bias", "rows"): self.bias.rows}
        return {("bias",): self.bias_rows}


def looks_ahead(mask: Mask) -> bool:
    """Whether a mask of this kind may let a query attend to keys after it."""
    if isinstance(mask, Reach):
        return not mask.is_causal
    return not isinstance(mask, str) or mask == "none"


def _is_array(value: object) -> bool:
    return value is not None and not isinstance(value, str | Sinusoidal | Rotary)
