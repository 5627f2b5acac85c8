"""A model that is none: layers of random numbers, and attention in plain loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from attncalc.capture.layers import Layer, Normalized, Turned
from attncalc.errors import InputError

WORDS = ("The", "Ġcat", "▁sat", "##s", "<s>")
N, D = len(WORDS), 4
RNG = np.random.default_rng(21)


class Fake:
    """A model whose layers are given."""

    def __init__(self, *layers: Layer, kind: str = "float32") -> None:
        self.name, self.kind = "a/fake", kind
        self.own = layers

    def tokens(self, text: str) -> list[str]:
        """As many as there are, for a short text."""
        if len(text) > 20:
            raise InputError("--text", "too long")
        return [*WORDS]

    def layers(self, text: str) -> list[Layer]:  # noqa: ARG002
        """The layers."""
        return [*self.own]


def layer(
    h: int = 1,
    h_kv: int | None = None,
    *,
    seen: Callable[[int, int], bool] = lambda _i, _j: True,
    kind: str = "float32",
    bias: Any = None,
    **settings: Any,
) -> Layer:
    """A layer of h heads, of numbers of a kind, with what attention makes of them."""
    shapes = ((h, N, D), (h_kv or h, N, D), (h_kv or h, N, D))
    Q, K, V = (few(RNG.normal(size=shape), kind) for shape in shapes)
    hidden = np.array([[[0.0 if seen(i, j) else -3.4e38 for j in range(N)] for i in range(N)]])
    added = hidden if bias is None else hidden + bias
    made = Layer(1, 1, "layers.0.attn", kind, Q, K, V, Q, added=added, **settings)
    return worked_out(made)


def worked_out(given: Layer) -> Layer:
    """The layer with its weights and output, in plain loops."""
    h, group = len(given.Q), len(given.Q) // len(given.K)
    scale = D**-0.5 if given.scale is None else given.scale
    weights, output = np.zeros((h, N, N)), np.zeros((h, N, D))
    assert given.added is not None
    for head in range(h):
        added = given.added[head if len(given.added) > 1 else 0]
        K, V = given.K[head // group], given.V[head // group]
        for i in range(N):
            scores = [
                scale
                * math.fsum(
                    float(q) * float(k) for q, k in zip(given.Q[head, i], K[j], strict=True)
                )
                for j in range(N)
            ]
            if given.softcap is not None:
                scores = [given.softcap * math.tanh(score / given.softcap) for score in scores]
            powers = [math.exp(score + added[i, j]) for j, score in enumerate(scores)]
            rest = 0 if given.sinks is None else math.exp(given.sinks[head])
            total = math.fsum(powers) + rest
            for j in range(N):
                weights[head, i, j] = powers[j] / total
                output[head, i] += weights[head, i, j] * V[j]
    return replace(given, weights=few(weights, given.kind), output=few(output, given.kind))


def turned(base: float, pairing: str, dims: int, *, once: bool = False) -> Layer:
    """A layer whose queries and keys are turned by their positions."""
    plain = layer(2, 1, seen=lambda i, j: j <= i)
    angles = [[i * base ** (-2 * pair / dims) for pair in range(dims // 2)] for i in range(N)]
    laid_out = [
        row if once else [*row, *row] if pairing == "half" else [a for a in row for _ in range(2)]
        for row in angles
    ]
    Q, K = (few(turn(part, angles, pairing), "float32") for part in (plain.Q, plain.K))
    before = Turned(plain.Q, plain.K, np.cos(laid_out), np.sin(laid_out))
    return worked_out(replace(plain, Q=Q, K=K, turned=before))


def turn(vectors: Any, angles: list[list[float]], pairing: str) -> Any:
    """Each pair of entries turned by its angle."""
    made = np.array(vectors, dtype=float)
    for head, i in np.ndindex(vectors.shape[:2]):
        for pair, angle in enumerate(angles[i]):
            one, other = (
                (pair, pair + len(angles[i])) if pairing == "half" else (2 * pair, 2 * pair + 1)
            )
            x, y = float(vectors[head, i, one]), float(vectors[head, i, other])
            made[head, i, one] = x * math.cos(angle) - y * math.sin(angle)
            made[head, i, other] = x * math.sin(angle) + y * math.cos(angle)
    return made


def normalized(given: Layer, unit: int) -> Layer:
    """The layer whose queries and keys come from a normalisation."""
    gains = few(RNG.normal(size=(2, D)), "float32")
    plain = [few(RNG.normal(size=part.shape), "float32") for part in (given.Q, given.K)]
    normal = [
        few(
            [
                [
                    [
                        x * (unit + gain) / math.sqrt(sum(float(y) ** 2 for y in row) / D + 1e-5)
                        for x, gain in zip(row, own, strict=True)
                    ]
                    for row in head
                ]
                for head in part
            ],
            "float32",
        )
        for part, own in zip(plain, gains, strict=True)
    ]
    before = Normalized(plain[0], plain[1], gains[0], gains[1], 1e-5)
    return worked_out(replace(given, Q=normal[0], K=normal[1], normalized=before))


def few(numbers: Any, kind: str) -> Any:
    """Numbers in as many bits as a kind has; bfloat16 as float32, as tensors become arrays."""
    if kind != "bfloat16":
        return np.asarray(numbers).astype(kind)
    bits = np.asarray(numbers, dtype="<f4").view("<u4")
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype("<u4").view("<f4")
