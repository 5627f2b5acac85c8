"""Axes that programs put around a problem: a batch in front, heads in the middle.

A batch of one problem is that problem. Of several there is no telling which is meant: they are
refused, and three axes, which are heads by the format, are not taken for heads without a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from attncalc.language import Sentence
from attncalc.numbers.arithmetic import Array
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults
from attncalc.readers.rows import INCOMPLETE

_STACKED = ("Q", "K", "V", "scores", "weights")
"""What may have an axis for heads in front."""

_FLAT = ("X", "X_key")
_OF_PAIRS = ("mask", "bias")
_EVIDENCE = ("heads", "kv_heads")


def without_batch(fields: Mapping[str, Node], faults: Faults) -> dict[str, Node]:
    """The same matrices without a batch axis of 1.

    Reports batches of several, and heads that stand in the middle.
    """
    named = {name: fields[name] for name in (*_STACKED, *_FLAT) if name in fields}
    axes = {name: _axes(node) for name, node in named.items()}
    single = all(
        len(sizes) == 3 and sizes[0] == 1 and isinstance(named[name], np.ndarray)
        for name, sizes in axes.items()
        if name in _STACKED and sizes
    )
    kept: dict[str, Node] = {**fields}
    told = False
    for name, sizes in axes.items():
        batched = len(sizes) == 4 or (len(sizes) == 3 and (name in _FLAT or single))
        if batched and sizes[0] == 1:
            kept[name] = first_of(named[name])
        elif batched:
            kept[name] = INCOMPLETE
            if not told:
                message = f"{_times(sizes)}, a batch of {sizes[0]}; expected a single problem"
                faults((name,), message, f"{name}[0] is the first; save that of each array")
            told = True
    return kept


def options_without_batch(attention: Mapping[str, Node]) -> dict[str, Node]:
    """The options with masks and biases without axes of 1 in front, which are of all alike."""
    return {
        name: squeezed(node, 2) if name in _OF_PAIRS and isinstance(node, np.ndarray) else node
        for name, node in attention.items()
    }


def first_of(node: Node) -> Node:
    """What stands in an axis of 1."""
    assert isinstance(node, list | np.ndarray)
    return node[0]


def heads_in_the_middle(
    fields: Mapping[str, Node], attention: Mapping[str, Node], tokens: Sequence[str], faults: Faults
) -> None:
    """Report an array whose second axis is of heads, as far as tokens or heads tell."""
    for name in ("Q", "K", "V"):
        sizes = _axes(fields.get(name))
        if len(sizes) != 3 or sizes[0] == sizes[1]:
            continue
        counted = name == "Q" and len(tokens) == sizes[0] != sizes[1]
        if counted or attention.get("heads") == str(sizes[1]):
            wanted = _times((sizes[1], sizes[0], sizes[2]))
            message = f"{_times(sizes)}, tokens before heads; expected {wanted}, heads first"
            faults((name,), message, f"{name}.swapaxes(0, 1) puts them so")


def remarks(fields: Mapping[str, Node], attention: Mapping[str, Node]) -> tuple[str, ...]:
    """What is to be said of arrays of three axes that nothing else shows to be heads."""
    arrays = {name: node for name in _STACKED if isinstance(node := fields.get(name), np.ndarray)}
    stacked = {name: array.shape for name, array in arrays.items() if array.ndim == 3}
    told = "W_O" in fields or any(name in attention for name in _EVIDENCE)
    if not stacked or told:
        return ()
    name, (h, n, _) = next(iter(stacked.items()))
    remark = Sentence(
        "{matrix} is {shape}: read as {heads} heads of {rows} rows each. heads: {heads} says so; "
        "of a batch, give one: {matrix}[0].",
        matrix=name,
        shape=_times(stacked[name]),
        heads=h,
        rows=n,
    )
    return (remark,)


def _axes(node: Node) -> tuple[int, ...]:
    """The shape of an array, or of lists of four levels, which no field has."""
    if isinstance(node, np.ndarray):
        return node.shape
    sizes: list[int] = []
    while isinstance(node, list) and node:
        sizes.append(len(node))
        node = node[0]
    return tuple(sizes) if len(sizes) == 4 else ()


def squeezed(array: Array, axes: int) -> Array:
    """An array without axes of 1 in front, as far as it has more than so many."""
    while array.ndim > axes and array.shape[0] == 1:
        array = array[0]
    return array


def _times(sizes: Sequence[int]) -> str:
    return " × ".join(map(str, sizes))
