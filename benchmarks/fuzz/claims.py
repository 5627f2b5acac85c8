"""Claims: of every stage, in every way they are written, mostly not right."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.fuzz.sizes import sizes_of
from benchmarks.fuzz.values import (
    FOREIGN_KEYS,
    STAGES,
    Record,
    Tree,
    odd_number,
    odd_thing,
    plain_number,
)

_PAIRS = (
    "scores",
    "biased_scores",
    "scaled_scores",
    "capped_scores",
    "masked_scores",
    "exponentials",
    "weights",
)

_COMMON = ("scores", "scores", "weights", "weights", "weights", "output", "exponentials", "sums")


def claims(chance: Random, problem: Record) -> dict[str, Tree]:
    """Claims of some stages of a problem."""
    found: dict[str, Tree] = {}
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        stage = chance.choice(_COMMON if chance.random() < 0.75 else STAGES)
        if chance.random() < 0.04:
            stage = chance.choice((*FOREIGN_KEYS, "cost", "tolerance", "Weights"))
        found[stage] = _of_stage(chance, problem, stage)
    if chance.random() < 0.15:
        found["tolerance"] = chance.choice(("1e-6", "0", "0.01", "-1", "1e9", odd_number(chance)))
    return found


def _of_stage(chance: Random, problem: Record, stage: str) -> Tree:
    if chance.random() < 0.02:
        return odd_thing(chance)
    sizes = sizes_of(problem)
    n, m, heads = sizes.n, sizes.m, sizes.heads
    columns = m if stage in _PAIRS else chance.choice((sizes.d_k, sizes.d_k, sizes.d_model))
    rows = m if stage in ("K", "V", "K_rotated") else n
    if stage == "sums":
        return [odd_number(chance) if chance.random() < 0.1 else "1.5" for _ in range(n)]
    decimals = chance.choice((0, 1, 2, 4, 4, 7, 12))
    odd = 0.3 if chance.random() < 0.15 else 0.0
    bare = ("~", "0", "1", "-inf" if stage in ("biased_scores", "masked_scores") else "0.0")

    def number() -> str:
        if chance.random() < odd:
            return odd_number(chance)
        return chance.choice((*bare, *(3 * [plain_number(chance, decimals)])))

    def matrix() -> Tree:
        return [[number() for _ in range(columns)] for _ in range(rows)]

    tokens = problem.get("tokens")
    names = [name for name in tokens if isinstance(name, str)] if isinstance(tokens, list) else []
    query = chance.choice(names) if names else "#1"
    ways: tuple[Callable[[], Tree], ...] = (
        matrix,
        matrix,
        lambda: [matrix() for _ in range(max(heads, 1))] if heads else matrix(),
        lambda: [number() for _ in range(n)],
        lambda: {query: [number() for _ in range(columns)]},
        lambda: {query: {name: number() for name in names[:3]}},
        lambda: [{query: [number() for _ in range(columns)]} for _ in range(max(heads, 1))],
        lambda: [["~"] * columns for _ in range(rows)],
        lambda: number(),
    )
    if heads and stage in _PAIRS and chance.random() < 0.8:
        return [chance.choice((matrix, matrix, ways[4]))() for _ in range(heads)]
    return chance.choice(ways[:2] if chance.random() < 0.6 else ways)()
