"""A Python mapping with the keys of a problem file: lists, numbers, arrays, tensors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Number
from typing import Any

import numpy as np

from attncalc.errors import AttncalcError, InputError, InputErrors
from attncalc.numbers.arithmetic import Array
from attncalc.readers.interface import Node, RawProblem, nowhere
from attncalc.readers.names import renamed
from attncalc.readers.numbers import BFLOAT16

NAME = "the mapping"


def read(fields: Mapping[str, Any]) -> RawProblem:
    """The problem in a mapping; a number counts as typed the way Python prints it.

    Tensors of torch, jax and the like are arrays. Raises InputErrors for what cannot be made one.
    """
    nodes: dict[str, Node] = {}
    errors: list[InputError] = []
    given = {str(key): value for key, value in fields.items()}
    asked = {"query": given.pop("query")} if _names_tokens(given.get("query")) else {}
    for key, value in (renamed(given) | asked).items():
        try:
            nodes[key] = _node(value)
        except _NoArray as error:
            errors.append(InputError(NAME, str(error), field=key, hint=_HINT))
    if errors:
        raise InputErrors(tuple(errors))
    return RawProblem(NAME, nodes, nowhere)


def _names_tokens(value: Any) -> bool:
    """Whether a value is the tokens to be written out, and no matrix of queries."""
    several = isinstance(value, list | tuple) and value
    return all(isinstance(each, str) for each in (value if several else [value]))


class _NoArray(AttncalcError):
    """Something that says it is an array, and is none."""


_HINT = "give numpy.asarray of it, with numbers of 64 bits"


def _node(value: Any) -> Node:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _node(entry) for key, entry in value.items()}
    if isinstance(value, Number | np.generic):
        return str(value)
    if isinstance(value, Iterable) and not _is_array(value):
        return _list([_node(entry) for entry in value])
    if not _is_array(value):
        raise _NoArray(f"a {type(value).__name__}; expected numbers, text, lists or arrays")
    array = _array(value)
    if array.ndim and array.dtype.kind in "biuf":
        return array
    return _node(array.tolist()) if array.ndim else str(array[()])


def _list(nodes: list[Node]) -> Node:
    """A list; of arrays of one shape, the array that they make together."""
    arrays = [node for node in nodes if isinstance(node, np.ndarray)]
    if arrays and len(arrays) == len(nodes) and len({array.shape for array in arrays}) == 1:
        return np.stack(arrays)
    return [_node(node.tolist()) if isinstance(node, np.ndarray) else node for node in nodes]


def _is_array(value: Any) -> bool:
    return hasattr(value, "__array__") or hasattr(value, "detach")


def _array(value: Any) -> Array:
    """What is an array to its own library as one of numpy's. Raises _NoArray."""
    try:
        if hasattr(value, "detach"):  # torch: without the way its gradients go, and off the device
            value = value.detach().cpu()
            if "bfloat16" in str(value.dtype):
                # numpy has no such numbers; it changes no value
                widened: Array = value.float().numpy()
                return widened.view(BFLOAT16)
            value = value.numpy()
        if str(getattr(value, "dtype", "")) == "bfloat16":  # what jax and ml_dtypes call it
            wide: Array = np.asarray(value.astype(np.float32))
            return wide.view(BFLOAT16)
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _NoArray(f"this {type(value).__name__} is no array: {reason}") from error
