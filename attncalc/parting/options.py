"""Which options two problems have otherwise, and how these may be typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from attncalc.problem.options import AttentionOptions, Chosen, Reach, Rotary, Sinusoidal
from attncalc.steps.trace import Trace

_OF_LAYOUT = ("heads", "kv_heads", "past", "further")

_LONGEST = 32


def other_options(a: Trace, b: Trace) -> tuple[tuple[str, str, str], ...]:
    """The options that are not the same on both sides, with what each side has."""
    return tuple(_different(a, b))


def _different(a: Trace, b: Trace) -> Iterator[tuple[str, str, str]]:
    ours, theirs = a.problem.attention, b.problem.attention
    for option in fields(AttentionOptions):
        if option.name in _OF_LAYOUT:
            continue
        one, other = getattr(ours, option.name), getattr(theirs, option.name)
        if option.name == "scale":
            one, other = _scale(a), _scale(b)
        if option.name == "mask" and _same(_mask(a), _mask(b)):
            continue
        if not _same(one, other):
            yield option.name, told(one), told(other)
    for name in dict.fromkeys((*ours.further, *theirs.further)):
        one, other = ours.chosen(name), theirs.chosen(name)
        if not _same(one, other):
            yield name, told(one), told(other)


def _scale(trace: Trace) -> Any:
    scale = trace.problem.attention.scale
    if scale is None and trace.problem.attention.chosen("score") is None and trace.problem.d_k:
        return "1/sqrt(d_k)"
    return "none" if scale is None else scale


def _mask(trace: Trace) -> Any:
    """Which keys are seen, however that is said; none where all are."""
    mask = trace.mask
    if mask is None or mask.all():
        return None
    shape = (trace.problem.heads or 1, len(trace.problem.tokens), len(trace.problem.key_tokens))
    return np.broadcast_to(mask, shape)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return type(one) is type(other) and np.array_equal(one, other)
    if isinstance(one, Chosen) and isinstance(other, Chosen):
        names = {*one.settings, *other.settings}
        return one.word == other.word and all(
            _same(one.settings.get(name), other.settings.get(name)) for name in names
        )
    if type(one) is type(other) and hasattr(one, "__dataclass_fields__"):
        parts = [part.name for part in fields(one)]
        return all(_same(getattr(one, part), getattr(other, part)) for part in parts)
    return bool(one == other)


def told(value: Any) -> str:
    """An option as it is typed; of what is long, what it is."""
    if value is None:
        return "none"
    if isinstance(value, np.ndarray):
        return f"{'×'.join(map(str, value.shape))} numbers" if value.ndim else str(value[()])
    if isinstance(value, Rotary):
        parts = {"base": value.base, "pairing": value.pairing, "dims": value.dims}
        said = ", ".join(f"{name}: {part}" for name, part in parts.items() if part is not None)
        return f"{{rope: {{{said}}}}}"
    if isinstance(value, Sinusoidal):
        return f"{{sinusoidal: {{base: {value.base}}}}}"
    if isinstance(value, Chosen):
        return value.word or _of_settings(value)
    text = (
        str(value)
        if isinstance(value, Reach) or not hasattr(value, "__dataclass_fields__")
        else type(value).__name__.lower()
    )
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _of_settings(chosen: Chosen) -> str:
    return ", ".join(told(value) for value in chosen.settings.values()) or "given"
