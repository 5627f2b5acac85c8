"""Where inputs begin: the shipped samples, and small random problems of every start."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import yaml

from benchmarks.fuzz.options import option
from benchmarks.fuzz.sizes import sizes_of
from benchmarks.fuzz.values import OPTIONS, Record, Tree, plain_number

_OF_SCORES = ("scale", "mask", "bias", "softcap", "sink", "base")
"""Options that given scores can have."""

SAMPLES = Path(__file__).parent.parent.parent / "samples"


@cache
def sample_texts() -> tuple[tuple[str, bytes], ...]:
    """Every shipped sample: its name and its bytes, in an order that no machine changes."""
    paths = sorted(path for path in SAMPLES.rglob("*") if path.suffix in (".yaml", ".csv"))
    return tuple((path.relative_to(SAMPLES).as_posix(), path.read_bytes()) for path in paths)


@cache
def _sample_trees() -> tuple[str, ...]:
    """The samples as trees, in JSON: copied by being read again."""
    texts = (text for name, text in sample_texts() if name.endswith(".yaml"))
    return tuple(json.dumps(yaml.load(text, yaml.CBaseLoader)) for text in texts)


def sample(chance: Random) -> dict[str, Tree]:
    """A shipped sample as a tree."""
    tree: dict[str, Tree] = json.loads(chance.choice(_sample_trees()))
    return tree


@dataclass(frozen=True)
class Sizes:
    """How much there is of everything; heads is 0 where there is no axis for them."""

    n: int
    m: int
    d_k: int
    d_v: int
    d_model: int
    heads: int
    kv_heads: int


def random_sizes(chance: Random) -> Sizes:
    """Small, as worked by hand; now and then so large that a page leaves something out."""
    most = chance.choices((4, 14, 48), (97.9, 2, 0.1))[0]
    n = chance.randint(1, most)
    heads = chance.choice((0, 0, 0, 1, 2, 2, 3, 4))
    return Sizes(
        n=n,
        m=n if chance.random() < 0.7 else chance.randint(1, most),
        d_k=chance.choice((1, 2, 2, 3, 4, 4, 6)) if most == 4 else chance.randint(1, 10),
        d_v=chance.choice((1, 2, 2, 3)),
        d_model=chance.randint(1, 4),
        heads=heads,
        kv_heads=chance.choice([k for k in range(1, heads + 1) if heads % k == 0] or [0]),
    )


def random_problem(chance: Random) -> dict[str, Tree]:
    """A small problem whose shapes fit, mostly, with some options."""
    return _Author(chance, random_sizes(chance), chance.choice((0, 1, 1, 2, 2, 4))).problem()


@dataclass(frozen=True)
class _Author:
    chance: Random
    sizes: Sizes
    decimals: int

    def problem(self) -> dict[str, Tree]:
        sizes, chance = self.sizes, self.chance
        tree: dict[str, Tree] = {}
        if chance.random() < 0.7:
            tree["tokens"] = [f"t{place}" for place in range(sizes.n)]
        if sizes.m != sizes.n and chance.random() < 0.8:
            tree["key_tokens"] = [f"k{place}" for place in range(sizes.m)]
        starts: tuple[Callable[[], dict[str, Tree]], ...] = (
            self.vectors,
            self.vectors,
            self.projections,
            self.projections,
            self.embeddings,
            lambda: self.later("scores"),
            lambda: self.later("weights"),
        )
        tree |= chance.choice(starts)()
        if ("V" in tree or "W_V" in tree) and chance.random() < 0.35:
            tree["W_O"] = self.matrix(max(sizes.heads, 1) * sizes.d_v, sizes.d_model)
            if chance.random() < 0.4:
                tree["b_O"] = self.vector(sizes.d_model)
        options: Record = {}
        if sizes.heads and chance.random() < 0.8:
            options |= {"heads": str(sizes.heads), "kv_heads": str(sizes.kv_heads)}
        fitting = sizes_of(tree | {"attention": options})
        for _ in range(chance.choice((0, 0, 1, 1, 2, 3)) if "weights" not in tree else 0):
            name = chance.choice(_OF_SCORES if "scores" in tree else OPTIONS)
            if name in options:
                continue
            options[name] = option(chance, name, fitting, odd=0.02)
            fitting = sizes_of(tree | {"attention": options})
        if not sizes.heads:
            options = {name: value for name, value in options.items() if "heads" not in name}
        if options:
            tree["attention"] = options
        if chance.random() < 0.1:
            tree["inputs"] = "rounded"
        if chance.random() < 0.1:
            tree["query"] = f"#{chance.randint(1, sizes.n)}"
        return tree

    def vectors(self) -> dict[str, Tree]:
        sizes = self.sizes
        tree = {
            "Q": self.headed(sizes.heads, sizes.n, sizes.d_k),
            "K": self.headed(sizes.kv_heads, sizes.m, sizes.d_k),
        }
        return tree | self.values()

    def projections(self) -> dict[str, Tree]:
        sizes, chance = self.sizes, self.chance
        tree: dict[str, Tree] = {"X": self.matrix(sizes.n, sizes.d_model)}
        if sizes.m != sizes.n:
            tree["X_key"] = self.matrix(sizes.m, sizes.d_model)
        widths = (
            ("Q", sizes.heads, sizes.d_k),
            ("K", sizes.kv_heads, sizes.d_k),
            ("V", sizes.kv_heads, sizes.d_v),
        )
        for name, heads, width in widths:
            tree[f"W_{name}"] = self.headed(heads, sizes.d_model, width)
            if chance.random() < 0.3:
                tree[f"b_{name}"] = self.vector(max(heads, 1) * width)
        return tree

    def embeddings(self) -> dict[str, Tree]:
        sizes = self.sizes
        width = max(sizes.heads, 1) * sizes.d_k
        tree: dict[str, Tree] = {"X": self.matrix(sizes.n, width)}
        if sizes.m != sizes.n:
            tree["X_key"] = self.matrix(sizes.m, width)
        return tree

    def later(self, name: str) -> dict[str, Tree]:
        sizes = self.sizes
        stacked = [self.matrix(sizes.n, sizes.m) for _ in range(max(sizes.heads, 1))]
        given: Tree = list(stacked) if sizes.heads else stacked[0]
        return {name: given} | self.values()

    def values(self) -> dict[str, Tree]:
        sizes = self.sizes
        if self.chance.random() < 0.2:
            return {}
        return {"V": self.headed(sizes.kv_heads, sizes.m, sizes.d_v)}

    def matrix(self, rows: int, columns: int) -> Tree:
        return [self.vector(columns) for _ in range(rows)]

    def vector(self, size: int) -> Tree:
        return [plain_number(self.chance, self.decimals) for _ in range(size)]

    def headed(self, heads: int, rows: int, width: int) -> Tree:
        """One matrix a head, stacked, or side by side."""
        if heads and self.chance.random() < 0.5:
            return [self.matrix(rows, width) for _ in range(heads)]
        return self.matrix(rows, max(heads, 1) * width)
