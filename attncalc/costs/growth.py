"""How the cost of attention grows: its largest counts as products of sizes.

Each is a formula that is evaluated, here and with some of its sizes doubled or halved, so that what
is said of growth is counted and not claimed. See Vaswani et al. (2017), table 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod

from attncalc.costs.counts import Cost, are_dot_products, part_of
from attncalc.records import dataclass


@dataclass(frozen=True)
class Quantity:
    """what: the stage whose multiplications or whose numbers are counted.

    factors: the names of the sizes that it is the product of, as they stand in a formula.
    """

    what: str
    factors: tuple[str, ...]

    def of(self, sizes: Mapping[str, int]) -> int:
        """How many, for these sizes."""
        return prod(sizes[name] for name in self.factors)


@dataclass(frozen=True)
class Doubling:
    """Sizes that grow together, by name, and those that shrink at the same time."""

    doubled: tuple[str, ...]
    halved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Growth:
    """sizes: by their names in formulas. multiplications: by stage. kept: numbers, by stage.

    tokens: what it can mean that there are twice as many; of_model: that the model is larger.
    """

    sizes: dict[str, int]
    multiplications: tuple[Quantity, ...]
    kept: tuple[Quantity, ...]
    tokens: tuple[Doubling, ...]
    of_model: tuple[Doubling, ...]

    def after(self, doubling: Doubling) -> dict[str, int]:
        """The sizes, some of them doubled, some halved."""
        factors = {name: Fraction(2) for name in doubling.doubled}
        factors |= {name: Fraction(1, 2) for name in doubling.halved}
        return {name: int(size * factors.get(name, 1)) for name, size in self.sizes.items()}


def growth_of(cost: Cost) -> Growth:
    """The formulas of a problem's largest counts, in its own sizes."""
    named = _Names(cost)
    multiplications = tuple(named.multiplications())
    return Growth(
        named.sizes, multiplications, tuple(named.kept()), named.tokens(), tuple(named.of_model())
    )


class _Names:
    """What the sizes of a problem are called: one name where two are the same by nature."""

    def __init__(self, cost: Cost) -> None:
        self.cost = cost
        self.problem, sizes = cost.problem, cost.sizes
        alone = self.problem.self_attention and not sizes.past
        new = "n" if self.problem.self_attention else "m_new" if sizes.past else "m"
        self.keys, self.new_keys = "n" if alone else "m", new
        self.sizes = {"n": sizes.n, self.keys: sizes.m, new: sizes.m - sizes.past}
        self.heads: tuple[str, ...] = ()
        self.kv_heads: tuple[str, ...] = ()
        if self.problem.heads is not None:
            self.heads = self.kv_heads = ("h",)
            self.sizes["h"] = sizes.heads
        if sizes.kv_heads != sizes.heads:
            self.kv_heads = ("h_kv",)
            self.sizes["h_kv"] = sizes.kv_heads
        self.widths = {"d_k": sizes.d_k, "d_v": sizes.d_v}
        self.sizes |= {name: width for name, width in self.widths.items() if width}

    def multiplications(self) -> Iterator[Quantity]:
        """Those of the stages that are matrix products."""
        for stage in self.cost.stages:
            part = part_of(self.problem, stage)
            if stage == "Q":
                width = self._width("d_k", "d_q", self.cost.sizes.d_q)
                yield Quantity(stage, ("n", self._rows("Q"), *self.heads, width))
            elif part == "projections":
                width = "d_k" if stage == "K" else "d_v"
                factors = (self.new_keys, self._rows(stage), *self.kv_heads, width)
                yield Quantity(stage, factors)
            elif stage == "scores" and are_dot_products(self.problem):
                yield Quantity(stage, (*self.heads, "n", self.keys, "d_k"))
            elif part == "weighted_sum":
                yield Quantity(part, (*self.heads, "n", self.keys, "d_v"))
            elif part == "output_projection":
                assert self.problem.W_O is not None
                out = self._width("d_model", "d_out", self.problem.W_O.shape[-1])
                yield Quantity(part, ("n", *self.heads, "d_v", out))

    def kept(self) -> Iterator[Quantity]:
        """The numbers that stand in memory."""
        if self.cost.kept_scores:
            yield Quantity("scores", (*self.heads, "n", self.keys))
        for stage, width in (("K", "d_k"), ("V", "d_v")):
            if width in self.sizes:
                yield Quantity(stage, (self.keys, *self.kv_heads, width))

    def tokens(self) -> tuple[Doubling, ...]:
        """Queries, and keys where they are not the same tokens."""
        return tuple(Doubling((name,)) for name in dict.fromkeys(("n", self.keys)))

    def of_model(self) -> Iterator[Doubling]:
        """Twice the width of a head, and twice as many heads, as wide or as wide all together."""
        widths = tuple(name for name, width in self.widths.items() if width)
        if widths:
            yield Doubling(widths)
        if not self.heads:
            return
        heads = tuple(dict.fromkeys((*self.heads, *self.kv_heads)))
        yield Doubling(heads)
        if widths and not any(width % 2 for width in self.widths.values()):
            yield Doubling(heads, widths)

    def _rows(self, letter: str) -> str:
        """The name of the width of the embeddings that are projected."""
        rows = getattr(self.problem, f"W_{letter}").shape[-2]
        return self._width("d_model", "d_key", rows)

    def _width(self, usual: str, other: str, width: int) -> str:
        """The usual name, unless that is another width."""
        name = usual if self.sizes.get(usual, self.problem.d_model or width) == width else other
        self.sizes[name] = width
        return name
