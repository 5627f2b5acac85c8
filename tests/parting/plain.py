"""Attention in plain numpy, as people write it by hand: what it dumps, and mistakes in it.

Nothing of attncalc is used here. A mistake is a word among `wrong`, asked for where it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any
Rounded = Callable[[Array], Array]


def double(x: Array) -> Array:
    return np.asarray(x, np.float64)


def single(x: Array) -> Array:
    return np.asarray(x, np.float32)


def half(x: Array) -> Array:
    return np.asarray(x, np.float16)


def bfloat16(x: Array) -> Array:
    """As float32 whose lower half is cut off, as programs without such numbers keep them."""
    whole = np.ascontiguousarray(x, np.float32).view(np.uint32)
    return (whole & np.uint32(0xFFFF0000)).view(np.float32)


TYPES: dict[str, Rounded] = {
    "float64": double,
    "float32": single,
    "float16": half,
    "bfloat16": bfloat16,
}


def problem(
    seed: int = 0,
    *,
    n: int = 6,
    m: int | None = None,
    h: int = 4,
    h_kv: int | None = None,
    d_k: int = 8,
    d_v: int = 5,
    d_model: int = 12,
    embedded: bool = False,
    **options: Any,
) -> dict[str, Any]:
    """Numbers to begin with, and options as they are typed beside arrays."""
    random = np.random.default_rng(seed)
    h_kv, m = h_kv or h, m or n
    given: dict[str, Any] = {}
    if embedded:
        given["X"] = random.normal(size=(n, d_model))
        for name, heads, width in (("Q", h, d_k), ("K", h_kv, d_k), ("V", h_kv, d_v)):
            given[f"W_{name}"] = random.normal(size=(d_model, heads * width)) / np.sqrt(d_model)
            given[f"b_{name}"] = random.normal(size=heads * width)
    else:
        given["Q"] = random.normal(size=(h, n, d_k))
        given["K"] = random.normal(size=(h_kv, m, d_k))
        given["V"] = random.normal(size=(h_kv, m, d_v))
    given["W_O"] = random.normal(size=(h * d_v, h * d_v)) / np.sqrt(h * d_v)
    given["b_O"] = random.normal(size=h * d_v)
    return {"given": given, "options": options, "h": h, "h_kv": h_kv}


def turned(x: Array, places: Array, base: float, pairing: str) -> Array:
    """Pairs of entries turned by angles that grow with the place."""
    d = x.shape[-1]
    out = np.array(x, np.float64)
    for pair in range(d // 2):
        one, other = (2 * pair, 2 * pair + 1) if pairing == "interleaved" else (pair, pair + d // 2)
        angle = places * base ** (-2 * pair / d)
        c, s = np.cos(angle), np.sin(angle)
        out[..., one] = x[..., one] * c - x[..., other] * s
        out[..., other] = x[..., one] * s + x[..., other] * c
    return out


def dump(
    spec: dict[str, Any], wrong: tuple[str, ...] = (), kept: Rounded = double
) -> dict[str, Any]:
    """What a program with these mistakes would write, each array rounded as it is kept."""
    given = {name: kept(array) for name, array in spec["given"].items()}
    options, h, h_kv = spec["options"], spec["h"], spec["h_kv"]
    out: dict[str, Any] = dict(given)
    if "X" in given:
        W = {name: double(given[f"W_{name}"]) for name in "QKV"}
        c = {name: double(given[f"b_{name}"]) for name in "QKV"}
        if "W_Q transposed" in wrong:
            W["Q"] = W["Q"].T
        if "W_Q and W_K exchanged" in wrong:
            W["Q"], W["K"], c["Q"], c["K"] = W["K"], W["Q"], c["K"], c["Q"]
        made = {}
        for name, heads in (("Q", h), ("K", h_kv), ("V", h_kv)):
            flat = double(given["X"]) @ W[name]
            if "no b" not in wrong:
                flat = flat + c[name]
            rows = flat.reshape(len(flat), heads, -1)
            if "columns dealt" in wrong:
                rows = flat.reshape(len(flat), -1, heads).swapaxes(1, 2)
            made[name] = kept(rows.swapaxes(0, 1))
        out |= made
        Q, K, V = (double(made[name]) for name in "QKV")
    else:
        Q, K, V = (double(given[name]) for name in "QKV")
    if "Q permuted" in wrong:
        Q = Q[[1, 3, 0, 2]]
        out["Q"] = kept(Q)
    n, m, d_k = Q.shape[1], K.shape[1], Q.shape[2]
    rope = options.get("rope")
    if rope is not None:
        places, other = np.arange(n) + 0.0, np.arange(m) + 0.0
        base, pairing = rope.get("base", 10000), rope.get("pairing", "interleaved")
        if "other pairs" in wrong:
            pairing = "half" if pairing == "interleaved" else "interleaved"
        base = next((float(w.split()[1]) for w in wrong if w.startswith("base ")), base)
        if "from one" in wrong:
            places, other = places + 1, other + 1
        if "queries one further" in wrong:
            places = places + 1
        if "keys one further" in wrong:
            other = other + 1
        if "turned backwards" in wrong:
            places, other = -places, -other
        Q = double(kept(turned(Q, places, base, pairing)))
        K = double(kept(K if "keys unturned" in wrong else turned(K, other, base, pairing)))
        out |= {"Q_rotated": kept(Q), "K_rotated": kept(K)}
    if h_kv != h:
        which = (
            [i % h_kv for i in range(h)] if "tiled" in wrong else [i * h_kv // h for i in range(h)]
        )
        K, V = K[which], V[which]
    S = np.zeros((h, n, m))
    for head in range(h):
        for i in range(n):
            for j in range(m):
                S[head, i, j] = sum(Q[head, i, c] * K[head, j, c] for c in range(d_k))
    if "queries meet queries" in wrong:
        S = Q @ Q.swapaxes(1, 2)
    if "swapped" in wrong:
        S = S.swapaxes(1, 2)
    out["scores"] = kept(S)
    cap, bias, sink = options.get("cap"), options.get("bias"), options.get("sink")
    Z = double(kept(S))
    divisor = np.sqrt(d_k)
    for word, value in (
        ("unscaled", 1.0),
        ("over d_k", d_k),
        ("over √d_v", np.sqrt(V.shape[2])),
        ("over √(h d_k)", np.sqrt(h * d_k)),
        ("over √13", np.sqrt(13)),
        ("over 2.5", 2.5),
    ):
        divisor = value if word in wrong else divisor
    if cap and "cap before scaling" in wrong:
        Z = cap * np.tanh(Z / cap)
    Z = Z / divisor
    if "scaled twice" in wrong:
        Z = Z / divisor
    out["scaled_scores"] = kept(Z)
    Z = double(kept(Z))
    if cap:
        if not {"cap before scaling", "uncapped", "cap after mask"} & set(wrong):
            Z = np.tanh(Z / cap) * (1 if "cap of one" in wrong else cap)
        out["capped_scores"] = kept(Z)
        Z = double(kept(Z))
    if bias is not None:
        b = bias_of(bias, h, n, m, wrong)
        Z = Z + (0 if "unbiased" in wrong else -b if "bias sign" in wrong else b)
        if "bias scaled" in wrong:
            Z = Z - b + b / np.sqrt(d_k)
    seen = mask_of(options.get("mask"), n, m, wrong)
    hidden = -np.inf
    if "-1e9" in wrong:
        hidden = -1e9 if kept is not half else -6e4
    Z = np.where(seen, Z, 0.0 if "masked with 0" in wrong else hidden)
    if cap and "cap after mask" in wrong:
        Z = cap * np.tanh(Z / cap)
    if options.get("mask") is not None or bias is not None:
        out["masked_scores"] = kept(Z)
        Z = double(kept(Z))
    A = softmax(Z, None if sink is None or "no sink" in wrong else double(sink), wrong)
    if "weights transposed" in wrong:
        A = A.swapaxes(1, 2)
    if "heads permuted" in wrong:
        A = A[[2, 0, 3, 1]]
    if "no sum in head 2" in wrong:
        A[1] = np.exp(Z[1])
    out["weights"] = kept(A)
    A = double(kept(A))
    if "V reversed" in wrong:
        V = V[:, ::-1]
    if "of keys" in wrong:
        V = K
    O = A @ V  # noqa: E741
    out["head_outputs"] = kept(O)
    O = double(kept(O))  # noqa: E741
    C = O.swapaxes(0, 1).reshape(n, -1)
    if "joined without transposing" in wrong:
        C = O.reshape(n, -1)
    if "joined backwards" in wrong:
        C = O[::-1].swapaxes(0, 1).reshape(n, -1)
    out["concatenated"] = kept(C)
    C = double(kept(C))
    W_O = double(given["W_O"])
    if "no W_O" in wrong:
        out["output"] = kept(C)
    else:
        Y = C @ (W_O.T if "W_O transposed" in wrong else W_O)
        out["output"] = kept(Y if "no b_O" in wrong else Y + given["b_O"])
    return out | typed(options)


def bias_of(bias: Any, h: int, n: int, m: int, wrong: tuple[str, ...]) -> Array:
    if not isinstance(bias, str):
        return double(bias)
    slopes = np.array([2.0 ** (-8 * (k + 1) / h) for k in range(h)])
    if "slopes from one" in wrong:
        slopes = np.array([2.0 ** (-8 * k / h) for k in range(h)])
    if "slopes reversed" in wrong:
        slopes = slopes[::-1]
    far = np.abs(np.arange(n)[:, None] - np.arange(m))
    return -slopes[:, None, None] * far


def mask_of(mask: Any, n: int, m: int, wrong: tuple[str, ...]) -> Array:
    i, j = np.arange(n)[:, None], np.arange(m)
    everything = np.ones((n, m), bool)
    if mask is None or "unmasked" in wrong:
        return everything
    if not isinstance(mask, str):
        seen = np.asarray(mask) == 1
        return ~seen if "mask inverted" in wrong else seen
    if mask.startswith("{window"):
        width = int(mask.split(":")[1].strip(" }"))
        width += ("window wider" in wrong) - ("window narrower" in wrong)
        return (j <= i) & (j > i - width)
    last = 1 if "one key too far" in wrong else -1 if "own key hidden" in wrong else 0
    if "lower right" in wrong:
        last += m - n
    seen = j <= i + last
    return seen.T if "mask transposed" in wrong else seen


def softmax(Z: Array, sink: Array | None, wrong: tuple[str, ...]) -> Array:
    if "softmax over columns" in wrong:
        E = np.exp(Z - Z.max(axis=-2, keepdims=True))
        return E / E.sum(axis=-2, keepdims=True)
    top = Z.max(axis=-1, keepdims=True)
    if sink is not None:
        top = np.maximum(top, sink[:, None, None])
    empty = ~np.isfinite(top)
    top = np.where(empty, 0.0, top)
    E = (2.0 if "base 2" in wrong else np.e) ** (Z - top)
    whole = E.sum(axis=-1, keepdims=True)
    if sink is not None:
        whole = whole + np.exp(sink[:, None, None] - top)
    if "nan rows" in wrong:
        return np.where(whole == 0, np.nan, E / np.where(whole == 0, 1, whole))
    A = E / np.where(whole == 0, 1, whole)
    if "softmax twice" in wrong:
        E = np.exp(A)
        A = E / E.sum(axis=-1, keepdims=True)
    return A


def typed(options: dict[str, Any]) -> dict[str, Any]:
    """Options as they stand beside arrays."""
    out: dict[str, Any] = {}
    if options.get("mask") is not None:
        mask = options["mask"]
        out["mask"] = mask if isinstance(mask, str) else np.asarray(mask)
    if options.get("rope") is not None:
        inside = ", ".join(f"{name}: {value}" for name, value in options["rope"].items())
        out["positions"] = f"{{rope: {{{inside}}}}}" if inside else "rope"
    if options.get("cap"):
        out["softcap"] = str(options["cap"])
    for name in ("bias", "sink"):
        if options.get(name) is not None:
            out[name] = options[name]
    return out
