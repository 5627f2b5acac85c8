"""Axes that programs put around a problem: a batch in front, heads in the middle.

A batch of one problem is that problem. Of several there is no telling which is meant: they are
refused, and three axes, which are heads by the format, are not taken for heads without a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from attncalc.language import Sentence
from attncalc.numbers.arithmetic import Array
from attncalc.readers.arrangement import Arrangement
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, whole_number
from attncalc.readers.rows import INCOMPLETE
from attncalc.records import dataclass

_STACKED = ("Q", "K", "V", "scores", "weights")
"""What may have an axis for heads in front."""

_LAID_OUT = ("Q", "K", "V")
"""What has an axis for heads that others put in the middle."""

_HEADS_FIRST = "bhnd"
_CALLED = {"b": "batch", "h": "heads", "n": "tokens", "d": "numbers"}

_FLAT = ("X", "X_key")
_OF_EACH = {"mask": 2, "bias": 2, "position_ids": 1, "key_position_ids": 1}
"""Options that a batch may have in arrays, and the axes of one of them; a mask's may be fewer."""

_EVIDENCE = ("heads", "kv_heads")


def in_order(fields: Mapping[str, Node], arranged: Arrangement, faults: Faults) -> dict[str, Node]:
    """The same arrays of queries, keys and values with heads before tokens, by their layout."""
    if not arranged.layout:
        return {**fields}
    return {
        name: _in_order(name, node, arranged.layout, faults)
        if name in _LAID_OUT and isinstance(node, np.ndarray) and node.ndim > 2
        else node
        for name, node in fields.items()
    }


def _in_order(name: str, array: Array, layout: str, faults: Faults) -> Node:
    """An array with its axes as of bhnd; a batch may be in front, told of or not, or be missing."""
    single = layout.replace("b", "")
    axes = next((each for each in (layout, single, f"b{single}") if len(each) == array.ndim), None)
    if axes is None:
        expected = ", ".join(_CALLED[axis] for axis in layout)
        faults((name,), f"{_times(array.shape)}; expected the axes {expected}, by --layout", None)
        return INCOMPLETE
    return array.transpose([axes.index(axis) for axis in _HEADS_FIRST if axis in axes])


@dataclass(frozen=True)
class Batch:
    """How many problems stand in front of each other, and the place of the one that is meant."""

    size: int = 1
    place: int = 0

    def place_in(self, node: Node) -> int:
        """Where the problem that is meant stands, in an axis of all or of 1."""
        assert isinstance(node, list | np.ndarray)
        return 0 if len(node) == 1 else self.place


def without_batch(
    fields: Mapping[str, Node], arranged: Arrangement, faults: Faults
) -> tuple[dict[str, Node], Batch]:
    """The same matrices and tokens of one problem of a batch, and that batch.

    Reports a batch of several of which none is picked, and one that there is not.
    """
    named = {name: fields[name] for name in (*_STACKED, *_FLAT) if name in fields}
    axes = {name: _axes(node) for name, node in named.items()}
    batched = _batched(axes, named, arranged)
    size = max((axes[name][0] for name in batched), default=1)
    batch = Batch(size, (arranged.batch or 1) - 1)
    kept: dict[str, Node] = {**fields}
    for name in batched:
        found = axes[name][0]
        there = arranged.batch is not None and batch.place < size == found
        meant = found == 1 or there
        kept[name] = _part(named[name], batch) if meant else INCOMPLETE
        if found not in (1, size):
            faults((name,), f"{_times(axes[name])}, a batch of {found}; expected {size}", None)
    for name in ("tokens", "key_tokens"):
        listed = fields.get(name)
        if isinstance(listed, list) and _is_batch(listed, size) and batch.place < size:
            kept[name] = _part(listed, batch)
    several = [name for name in batched if axes[name][0] == size > 1]
    if several and arranged.batch is None:
        name = several[0]
        message = f"{_times(axes[name])}, a batch of {size}; expected a single problem"
        faults((name,), message, f"--batch 1 takes the first; in Python, give {name}[0]")
    elif named and batch.place >= size:  # claims alone name none
        found_here = f"of a batch of {size}" if several else "and there is no batch"
        expected = f"1 to {size}" if several else "1"
        faults(("--batch",), f"{arranged.batch}, {found_here}; expected {expected}", None)
    return kept, batch


def _batched(
    axes: Mapping[str, tuple[int, ...]], named: Mapping[str, Node], arranged: Arrangement
) -> list[str]:
    """What has a batch in front: four axes; or three, where none has four and a batch is told of.

    Arrays of (1, n, d) alone are a batch of 1, too.
    """
    stacked = {name: sizes for name, sizes in axes.items() if name in _STACKED and sizes}
    single = all(
        len(sizes) == 3 and sizes[0] == 1 and isinstance(named[name], np.ndarray)
        for name, sizes in stacked.items()
    )
    without_heads = "h" not in arranged.layout and all(len(sizes) < 4 for sizes in axes.values())
    told = without_heads and (arranged.batch is not None or "b" in arranged.layout)
    return [
        name
        for name, sizes in axes.items()
        if len(sizes) == 4 or (len(sizes) == 3 and (name in _FLAT or single or told))
    ]


def _is_batch(tokens: list[Node], size: int) -> bool:
    return len(tokens) in (1, size) and all(isinstance(each, list) for each in tokens)


def _part(node: Node, batch: Batch) -> Node:
    """What is of the problem that is meant; of all alike, if there is one."""
    assert isinstance(node, list | np.ndarray)
    return node[batch.place_in(node)]


def options_without_batch(
    attention: Mapping[str, Node], fields: Mapping[str, Node], batch: Batch, faults: Faults
) -> dict[str, Node]:
    """The options of one problem of a batch; axes of 1 in front are of all alike."""
    kept: dict[str, Node] = {**attention}
    for name, axes in _OF_EACH.items():
        node = attention.get(name)
        if isinstance(node, np.ndarray):
            sizes = _sizes(fields, attention)
            kept[name] = squeezed(_of_problem(node, name, sizes, batch, faults), axes)
    past = attention.get("past")
    if isinstance(past, dict):
        kept["past"] = {
            name: _part(node, batch)
            if isinstance(node, np.ndarray) and node.ndim == 4 and node.shape[0] in (1, batch.size)
            else node
            for name, node in past.items()
        }
    return kept


def _sizes(fields: Mapping[str, Node], attention: Mapping[str, Node]) -> dict[int, int | None]:
    """What else stands in front of so many axes: heads of three, queries of two."""
    Q = fields.get("Q")
    shape: tuple[int, ...] = Q.shape if isinstance(Q, np.ndarray) else ()
    given = attention.get("heads")
    heads = whole_number(given) if isinstance(given, str) else None
    return {3: shape[0] if len(shape) == 3 else heads, 2: shape[-2] if len(shape) > 1 else None}


def _of_problem(
    array: Array, name: str, sizes: Mapping[int, int | None], batch: Batch, faults: Faults
) -> Array:
    """An option's array without the batch in front that it may have."""
    least = 1 if name == "mask" else _OF_EACH[name]
    if batch.size == 1 or array.ndim <= least or array.shape[0] != batch.size:
        return array
    if sizes.get(array.ndim) == batch.size:
        what = "heads" if array.ndim == 3 else "queries"
        found = f"{_times(array.shape)}, of {batch.size} {what} or of a batch of {batch.size}"
        faults(("attention", name), f"{found}; expected four axes, batch and heads in front", None)
    part: Array = array[batch.place]
    return part


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
            faults((name,), message, f"--layout nhd; in Python, {name}.swapaxes(0, 1)")


def remarks(
    fields: Mapping[str, Node], attention: Mapping[str, Node], arranged: Arrangement, batch: Batch
) -> tuple[Sentence, ...]:
    """What is to be said of a batch, and of three axes that nothing else shows to be heads."""
    picked = Sentence(
        "Problem {number} of a batch of {size}.", number=batch.place + 1, size=batch.size
    )
    said = (picked,) if batch.size > 1 else ()
    arrays = {name: node for name in _STACKED if isinstance(node := fields.get(name), np.ndarray)}
    stacked = {name: array.shape for name, array in arrays.items() if array.ndim == 3}
    shown = "W_O" in fields or any(name in attention for name in _EVIDENCE)
    if not stacked or shown or "h" in arranged.layout:
        return said
    name, (h, n, _) = next(iter(stacked.items()))
    remark = Sentence(
        "{matrix} is {shape}: read as {heads} heads of {rows} rows each, as heads: {heads} and "
        "--layout hnd say. Of tokens before heads, say --layout nhd; of a batch, --layout bnd.",
        matrix=name,
        shape=_times(stacked[name]),
        heads=h,
        rows=n,
    )
    return (*said, remark)


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
