"""What is added to the scores, from the file or from the command line: rows, or slopes of ALiBi."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from attncalc.errors import suggestion
from attncalc.numbers.arithmetic import parse_bias, parse_number
from attncalc.problem.options import Bias, Slopes
from attncalc.problem.requirements import listed
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, Rows, is_absent, rows_of
from attncalc.readers.prints import spelled_out

_WHERE = ("attention", "bias")
_MADE_OF = ("slopes",)
_EXPECTED = (
    "none, alibi, rows of numbers, like [[0, -inf], [0, 0]], or a mapping with "
    + " or ".join(_MADE_OF)
)


@dataclass(frozen=True)
class GivenBias:
    """A bias as read; what has axes is still text."""

    given: Rows

    def rows(self) -> list[Rows]:
        """What of it has a shape."""
        return [self.given]

    def bias(self, exact: bool, faults: Faults) -> Bias | None:
        """The same with numbers; None where one of them is none, which is reported."""
        hides = self.given.path == _WHERE
        numbers = self.given.numbers(exact, faults, parse_bias if hides else parse_number)
        return numbers if numbers is None or hides else Slopes(numbers)


def read_bias(node: Node, faults: Faults) -> GivenBias | Literal["alibi"] | None:
    """A word, rows, or what a bias is made of; None where there is none."""
    node = spelled_out(node)
    if isinstance(node, list | np.ndarray):
        return _given(rows_of(node, _WHERE, (), faults, stacked=True))
    if node is None or node == "none":
        return None
    if node == "alibi":
        return "alibi"
    if isinstance(node, dict) and [*node] == ["slopes"]:
        return _given(_slopes(node["slopes"], faults))
    found, hint = "an empty mapping", None
    if isinstance(node, str):
        found, hint = f"“{node}”", suggestion(node, ("alibi",))
    elif node:
        unknown = next((key for key in node if key not in _MADE_OF), None)
        found = f"a mapping with {listed([*node])}"
        hint = None if unknown is None else suggestion(unknown, _MADE_OF)
    faults(_WHERE, f"{found}; expected {_EXPECTED}", hint)
    return None


def _slopes(node: Node, faults: Faults) -> Rows | None:
    """One for each head; a number by itself is one."""
    where, node = (*_WHERE, "slopes"), spelled_out(node)
    if isinstance(node, list | np.ndarray):
        return rows_of(node, where, (), faults)
    if isinstance(node, str) and not is_absent(node):
        return Rows(where, (1,), (node,))
    found = "nothing" if is_absent(node) else "a mapping"
    faults(where, f"{found}; expected a number for each head", None)
    return None


def _given(rows: Rows | None) -> GivenBias | None:
    return None if rows is None else GivenBias(rows)
