"""A key-value cache, as it is written: the tokens it is of, their keys, values and embeddings."""

from __future__ import annotations

from attncalc.errors import suggestion
from attncalc.numbers.arithmetic import parse_number
from attncalc.problem.options import Past
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, Rows, is_absent, is_word, rows_of
from attncalc.records import dataclass

_WHERE = ("attention", "past")
_KEYS = ("tokens", "K", "V", "X")


@dataclass(frozen=True)
class GivenPast:
    """A cache as read."""

    tokens: tuple[str, ...]
    matrices: dict[str, Rows]

    def past(self, exact: bool, faults: Faults) -> Past | None:
        """The cache with its matrices as numbers; None where that cannot be."""
        arrays = {
            name: matrix.numbers(exact, faults, parse_number)
            for name, matrix in self.matrices.items()
        }
        K = arrays.get("K")
        return None if K is None else Past(self.tokens, K, arrays.get("V"), arrays.get("X"))


def read_past(node: Node, faults: Faults) -> GivenPast | None:
    """The cache; None where there is none, or nothing that is one."""
    if node is None or is_word(node, "none"):
        return None
    if not isinstance(node, dict):
        message = "this is no mapping; expected a cache, like {tokens: [a], K: [[1, 0]], V: [[1]]}"
        faults(_WHERE, message, None)
        return None
    for key in node:
        if key not in _KEYS:
            message = f"an unknown key “{key}”; expected one of {', '.join(_KEYS)}"
            faults((*_WHERE, key), message, suggestion(key, _KEYS))
    matrices: dict[str, Rows] = {}
    for name in ("K", "V", "X"):
        if not is_absent(node.get(name)):
            matrix = rows_of(node[name], (*_WHERE, name), (), faults, stacked=name != "X")
            if matrix is not None:
                matrices[name] = matrix
    return GivenPast(_tokens(node.get("tokens"), matrices, faults), matrices)


def _tokens(node: Node, matrices: dict[str, Rows], faults: Faults) -> tuple[str, ...]:
    """The past tokens; past#1, past#2, … where they have no names."""
    if isinstance(node, list) and all(isinstance(token, str) for token in node):
        return tuple(str(token) for token in node)
    if not is_absent(node):
        message = "this is no list of tokens; expected one for each row of K"
        faults((*_WHERE, "tokens"), message, None)
    rows = [matrix.shape[-2] for matrix in matrices.values() if len(matrix.shape) > 1]
    return tuple(
        f"past#{number}" for number in range(1, max((r or 0 for r in rows), default=0) + 1)
    )
