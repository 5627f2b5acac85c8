"""A layer as arrays and options of a problem file, as far back as these give its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from attncalc.capture import masks, rotations
from attncalc.capture.layers import Layer, Normalized
from attncalc.numbers.arithmetic import Array

_STACKED = ("Q", "K", "V", "Q_normalized", "K_normalized", "Q_rotated", "K_rotated", "weights")


def ways(
    layer: Layer, tokens: Sequence[str], texts: Mapping[str, str]
) -> Iterator[dict[str, Array]]:
    """The layer as problems, with the model's own numbers as claims.

    That which goes back furthest comes first, and last that which begins with what was multiplied,
    for rotations and normalisations that attncalc does not know. texts: the title and the like.
    """
    for before, options in _befores(layer):
        fields = {
            **{name: np.array(text) for name, text in texts.items()},
            "tokens": np.array(tokens),
            **_options(layer),
            **{name: np.array(text) for name, text in options.items()},
            **before,
            "V": layer.V,
            **({} if layer.weights is None else {"weights": layer.weights}),
            "output": np.concatenate([*layer.output], axis=-1),
        }
        yield fields if len(layer.Q) > 1 else _of_one_head(fields)


def _befores(layer: Layer) -> Iterator[tuple[dict[str, Array], dict[str, str]]]:
    """Queries and keys, what they become, and the options by which they do."""
    multiplied = (layer.Q, layer.K)
    turned, normalized = layer.turned, layer.normalized
    turns = [] if turned is None else [*rotations.positions(turned)]
    norms = [] if normalized is None else [_norm(normalized, unit) for unit in (0, 1)]
    for norm in norms:
        assert normalized is not None
        if turned is None:
            claims = _named("_normalized", *multiplied)
            yield {**_named("", normalized.Q, normalized.K), **claims}, {"qk_norm": norm}
        for positions in turns:
            assert turned is not None
            claims = _named("_normalized", turned.Q, turned.K) | _named("_rotated", *multiplied)
            options = {"qk_norm": norm, "positions": positions}
            yield {**_named("", normalized.Q, normalized.K), **claims}, options
    for positions in turns:
        assert turned is not None
        claims = _named("_rotated", *multiplied)
        yield {**_named("", turned.Q, turned.K), **claims}, {"positions": positions}
    yield _named("", *multiplied), {}


def _named(ending: str, Q: Array, K: Array) -> dict[str, Array]:
    return {f"Q{ending}": Q, f"K{ending}": K}


def _norm(normalized: Normalized, unit: int) -> str:
    """The normalisation as it is typed, each gain in the fewest digits that tell it from others.

    unit: what the model adds to a gain, 0 or 1.
    """
    gains = {
        name: ", ".join(str(np.float32(gain) + np.float32(unit)) for gain in gains)
        for name, gains in (("gain_q", normalized.gain_Q), ("gain_k", normalized.gain_K))
    }
    listed = ", ".join(f"{name}: [{numbers}]" for name, numbers in gains.items())
    return f"{{rms: {{epsilon: {normalized.epsilon!r}, {listed}}}}}"


def _options(layer: Layer) -> dict[str, Array]:
    """The options that are told by what was given to the model's own function."""
    h, h_kv = len(layer.Q), len(layer.K)
    options: dict[str, Array] = {}
    if h > 1:
        options["heads"] = np.array(h)
    if h_kv != h:
        options["kv_heads"] = np.array(h_kv)
    scale = _scale(layer)
    if scale is not None:
        options["scale"] = np.array(scale)
    if layer.softcap is not None:
        options["softcap"] = np.array(layer.softcap)
    if layer.sinks is not None:
        options["sink"] = layer.sinks
    if layer.added is not None:
        seen, bias = masks.parted(layer.added)
        mask = masks.typed(seen)
        if mask != "none":
            options["mask"] = seen if mask is None else np.array(mask)
        if bias is not None:
            options["bias"] = bias
    return options


def _scale(layer: Layer) -> str | None:
    """The scale as it is typed; None where it is 1/√d_k."""
    d_k = layer.Q.shape[-1]
    if layer.scale is None or layer.scale == d_k**-0.5:
        return None
    if layer.scale == 1:
        return "none"
    width = round(layer.scale**-2)
    return f"1/sqrt({width})" if width and layer.scale == width**-0.5 else repr(layer.scale)


def _of_one_head(fields: dict[str, Array]) -> dict[str, Array]:
    """The same without an axis of one head."""
    kept = {name: array[0] if name in _STACKED else array for name, array in fields.items()}
    for name in ("bias", "sink", "mask"):
        if name in kept and kept[name].ndim == (1 if name == "sink" else 3):
            kept[name] = kept[name][0]
    return kept
