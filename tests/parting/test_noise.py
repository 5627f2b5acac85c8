"""Rounding alone is never called a difference, in whatever order a program adds up.

Programs here keep every stage in a number type, or only what they dump; they add up in 32 bits,
forwards, backwards or as BLAS does, or in the number type itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attncalc.parting import difference
from tests.parting.plain import (
    TYPES,
    Array,
    Rounded,
    bias_of,
    mask_of,
    problem,
    single,
    turned,
    typed,
)

OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"mask": "causal"},
    {"mask": "{window: 3}"},
    {"rope": {"pairing": "half"}, "mask": "causal"},
    {"cap": 5.0, "mask": "causal"},
    {"bias": "alibi", "mask": "causal"},
)
ORDERS = ("blas", "forwards", "backwards", "stored")
_MOST_TERMS = 16
"""Sums of more terms are kept in 32 bits by all programs whose numbers have 8."""


def dot(a: Array, b: Array, order: str, kept: Rounded) -> Array:
    """(h, n, d) @ (h, d, m), added up in an order."""
    if order == "blas":
        return kept(np.matmul(single(a), single(b)))
    total = np.zeros((len(a), a.shape[1], b.shape[2]), np.float32)
    columns = range(a.shape[-1])
    for c in reversed(columns) if order == "backwards" else columns:
        term = single(a)[:, :, c, None] * single(b)[:, None, c, :]
        total = single(kept(total + single(kept(term)))) if order == "stored" else total + term
    return kept(total)


def shares(Z: Array, order: str, kept: Rounded, sink: Array | None) -> Array:
    """The softmax of each row, next to a sink."""
    top = single(Z).max(axis=-1, keepdims=True)
    top = np.where(np.isfinite(top), top, np.float32(0))
    powers = np.exp(single(Z) - top)
    rows = powers[..., ::-1] if order == "backwards" else powers
    whole = np.cumsum(rows, axis=-1, dtype=np.float32)[..., -1:]
    if order == "blas":
        whole = powers.sum(axis=-1, keepdims=True)
    if sink is not None:
        whole = whole + np.exp(single(sink)[:, None, None] - top)
    return kept(powers / np.where(whole == 0, 1, whole))


def program(spec: dict[str, Any], dumped: Rounded, order: str, *, stored: bool) -> dict[str, Any]:
    """What a program dumps that keeps its stages as it dumps them, or in 32 bits."""
    given = {name: dumped(array) for name, array in spec["given"].items()}
    options, h, h_kv = spec["options"], spec["h"], spec["h_kv"]
    kept = dumped if stored else single
    out: dict[str, Any] = dict(given)
    Q, K, V = (given[name] for name in "QKV")
    n, m, d_k = Q.shape[1], K.shape[1], Q.shape[2]
    if options.get("rope") is not None:
        Q = kept(turned(single(Q), np.arange(n), 10000, "half"))
        K = kept(turned(single(K), np.arange(m), 10000, "half"))
        out |= {"Q_rotated": dumped(Q), "K_rotated": dumped(K)}
    shared = [head * h_kv // h for head in range(h)]
    K, V = K[shared], V[shared]
    S = dot(Q, K.swapaxes(1, 2), order, kept)
    out["scores"] = dumped(S)
    root = np.float32(np.sqrt(d_k))
    Z = kept(single(S) * (np.float32(1) / root) if order == "forwards" else single(S) / root)
    out["scaled_scores"] = dumped(Z)
    if cap := options.get("cap"):
        Z = kept(cap * np.tanh(single(Z) / np.float32(cap)))
        out["capped_scores"] = dumped(Z)
    if options.get("bias") is not None:
        Z = kept(single(Z) + dumped(bias_of(options["bias"], h, n, m, ())))
    seen = mask_of(options.get("mask"), n, m, ())
    Z = np.where(seen, Z, -6e4 if order == "backwards" and seen.any(axis=-1).all() else -np.inf)
    if options.get("mask") is not None or options.get("bias") is not None:
        out["masked_scores"] = dumped(Z)
    A = shares(Z, order, kept, options.get("sink"))
    out["weights"] = dumped(A)
    O = dot(A, V, order, kept)  # noqa: E741
    out["head_outputs"] = dumped(O)
    C = O.swapaxes(0, 1).reshape(n, -1)
    out["concatenated"] = dumped(C)
    Y = dot(C[None], given["W_O"][None], order, kept)[0]
    out["output"] = dumped(single(Y) + given["b_O"])
    return out | typed(options)


@pytest.mark.parametrize("seed", range(60))
def test_noise(seed: int, tmp_path: Path) -> None:
    """No two such programs differ, and neither is said not to follow."""
    random = np.random.default_rng(seed)
    options = dict(OPTIONS[seed % len(OPTIONS)])
    h = int(random.choice([1, 2, 4]))
    h_kv = h // 2 if h > 1 and seed % 3 == 0 else h
    n = int(random.integers(2, 24))
    fixed = "rope" in options or "bias" in options or seed % 4
    m = n if fixed else int(random.integers(2, 40))
    if h > 1 and seed % 5 == 0:
        options["sink"] = random.normal(size=h)
    spec = problem(
        seed,
        n=n,
        m=m,
        h=h,
        h_kv=h_kv,
        d_k=int(random.choice([2, 4, 16, 64])),
        d_v=int(random.choice([1, 4, 16])),
        **options,
    )
    for name in "QKV":
        spec["given"][name] = spec["given"][name] * (0.1, 1.0, 1.0, 3.0)[seed % 4]
    kinds = random.choice(["float32", "float16", "bfloat16"], 2)
    few = max(spec["given"]["Q"].shape[-1], len(spec["given"]["W_O"]), m) <= _MOST_TERMS
    orders = random.choice(ORDERS if few or "bfloat16" not in kinds else ORDERS[:3], 2)
    dumps = [
        program(spec, TYPES[kind], order, stored=bool(random.random() < 0.6))
        for kind, order in zip(kinds, orders, strict=True)
    ]
    for name in ("scores", "scaled_scores", "capped_scores", "weights", "head_outputs"):
        for each in dumps:
            if random.random() < 0.3:
                each.pop(name, None)
    for name, each in zip("ab", dumps, strict=True):
        np.savez(tmp_path / f"{name}.npz", **each)
    found = difference(tmp_path / "a.npz", tmp_path / "b.npz")
    assert [each.name for each in found.stages if each.fails] == []
    assert [*found.a.lost, *found.b.lost] == []
    assert "agree" in found.sentence


def test_shared_and_unsaid(tmp_path: Path) -> None:
    """What both do alike, and neither says, is no difference: noise on it is noise."""
    alike: tuple[dict[str, Any], ...] = ({"mask": "causal"}, {"rope": {}}, {"cap": 3.0})
    for options in (*alike, {"bias": "alibi"}):
        spec = problem(3, d_k=16, **options)
        for kind in ("float32", "float16", "bfloat16"):
            for name, order in (("a", "forwards"), ("b", "backwards")):
                each = program(spec, TYPES[kind], order, stored=True)
                kept = {*spec["given"], "weights", "output"}
                np.savez(tmp_path / f"{name}.npz", **{k: v for k, v in each.items() if k in kept})
            found = difference(tmp_path / "a.npz", tmp_path / "b.npz")
            assert not found.differs, (options, kind, found.sentence)
