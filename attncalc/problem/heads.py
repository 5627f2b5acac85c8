"""Several heads in one matrix: how it is cut apart, shared and put together again.

A folded matrix holds every head's columns side by side, the first head's first (Vaswani et al.,
2017, section 3.2.2). Where several query heads share a key-value head, they do so in consecutive
groups (Ainslie et al., "GQA", 2023).
"""

from __future__ import annotations

import numpy as np

from attncalc.numbers.arithmetic import Array


def split(folded: Array, heads: int) -> Array:
    """Each head's own columns. (rows, h·d) -> (h, rows, d); (h·d,) -> (h, d)"""
    if folded.ndim == 1:
        return folded.reshape(heads, -1)
    return np.swapaxes(folded.reshape(len(folded), heads, -1), 0, 1)


def concatenated(head_outputs: Array) -> Array:
    """The heads' results side by side. (h, n, d_v) -> (n, h·d_v)"""
    beside = np.swapaxes(head_outputs, 0, 1)
    return beside.reshape(len(beside), -1)


def group_of(head: int, heads: int, kv_heads: int) -> int:
    """The key-value head that a query head uses, both from 0."""
    return head // (heads // kv_heads)


def shared(of_groups: Array, heads: int) -> Array:
    """What every query head sees of keys or values. (h_kv, m, d) -> (h, m, d)"""
    each = heads // len(of_groups)
    return of_groups if each == 1 else np.repeat(of_groups, each, axis=0)
