"""What a problem tells of its dimensions, so that options and claims can fit, mostly."""

from __future__ import annotations

from benchmarks.fuzz.options import Dimensions
from benchmarks.fuzz.values import Record, Tree

_STACKED = ("Q", "W_Q", "scores", "weights")
_MOST = 20


def sizes_of(tree: Record) -> Dimensions:
    """What a problem tells of its dimensions; small wherever it tells nothing."""
    options = tree.get("attention")
    given = options if isinstance(options, dict) else {}
    past = given.get("past")
    before = _length(past.get("tokens")) if isinstance(past, dict) else 0
    stacked = [_depth(tree.get(name)) > 2 for name in ("Q", "W_Q", "scores", "weights")]
    counts = [_length(tree[name]) for name, is_one in zip(_STACKED, stacked, strict=True) if is_one]
    heads = _count(given.get("heads")) or (counts[0] if counts else 0)
    n = _length(tree.get("tokens")) or _rows_of(tree, "X", "Q", "scores", "weights") or 2
    m = _length(tree.get("key_tokens")) or _rows_of(tree, "X_key", "K", "V") or n
    width = _width(tree.get("Q")) or _width(tree.get("W_Q")) or _width(tree.get("X")) or 2
    values = _width(tree.get("V")) or _width(tree.get("W_V"))
    kv_heads = _count(given.get("kv_heads")) or heads
    folded = heads if heads and not any(stacked[:2]) else 1
    return Dimensions(
        n=n,
        m=m + before,
        heads=heads,
        kv_heads=kv_heads,
        d_k=max(width // folded, 1),
        d_v=values if _depth(tree.get("V")) > 2 or not kv_heads else values // kv_heads,
        d_model=_width(tree.get("X")),
    )


def _length(value: Tree | None) -> int:
    return min(len(value), _MOST) if isinstance(value, list) else 0


def _depth(value: Tree | None) -> int:
    return 1 + _depth(value[0]) if isinstance(value, list) and value else 0


def _rows_of(tree: Record, *names: str) -> int:
    """The rows of the first of these matrices that is given; of a head where it is stacked."""
    for name in names:
        value = tree.get(name)
        if isinstance(value, list) and value:
            return _length(value[0]) if _depth(value) > 2 else _length(value)
    return 0


def _width(value: Tree | None) -> int:
    while isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    return _length(value)


def _count(value: Tree | None) -> int:
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 2
        else 0
    )
