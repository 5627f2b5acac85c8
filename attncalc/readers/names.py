"""What programs call the matrices of a problem: q, query, w_q, wq for Q and W_Q."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from attncalc.problem.problem import MATRICES, VECTORS

T = TypeVar("T")

_WORDS = {
    "query": "Q",
    "queries": "Q",
    "key": "K",
    "keys": "K",
    "value": "V",
    "values": "V",
    "embedding": "X",
    "embeddings": "X",
}
_BY_LOWER = {
    **{name.lower(): name for name in (*MATRICES, *VECTORS)},
    **{name.lower().replace("_", ""): name for name in (*MATRICES, *VECTORS)},
    **_WORDS,
}


def canonical(name: str) -> str:
    """A matrix by the name that it has in problem files; any other name as it is."""
    return _BY_LOWER.get(name.lower(), name)


def renamed(given: Mapping[str, T]) -> dict[str, T]:
    """Everything by its name in problem files; a name stays where two would become the same."""
    names = [canonical(name) for name in given]
    return {
        name if name in given or names.count(name) == 1 else own: value
        for name, (own, value) in zip(names, given.items(), strict=True)
        if name == own or name not in given
    } | {own: value for own, value in given.items() if canonical(own) in given}
