"""A Python mapping with the keys of a problem file: lists, numbers, arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from attncalc.readers.interface import Node, RawProblem, nowhere


def read(fields: Mapping[str, Any]) -> RawProblem:
    """The problem in a mapping; a number counts as typed the way Python prints it."""
    nodes = {str(key): _node(value) for key, value in fields.items()}
    return RawProblem("the mapping", nodes, nowhere)


def _node(value: Any) -> Node:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _node(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray) and value.ndim and value.dtype.kind in "biuf":
        return value
    if isinstance(value, list | tuple | np.ndarray):
        return [_node(entry) for entry in value]
    return str(value)
