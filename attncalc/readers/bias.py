"""What is added to the scores, from the file or from the command line: rows, or slopes of ALiBi."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Literal

import numpy as np

from attncalc.errors import suggestion
from attncalc.numbers.arithmetic import Array, parse_bias, parse_number
from attncalc.options import Form, Numbers, Settings, Truth, Whole
from attncalc.problem.buckets import Buckets
from attncalc.problem.options import BeforeScaling, Bias, Bucketed, Slopes
from attncalc.problem.requirements import listed
from attncalc.readers.declared import read_form, read_truth
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, Rows, is_absent, rows_of
from attncalc.readers.prints import spelled_out
from attncalc.records import dataclass

_WHERE = ("attention", "bias")
_MADE_OF = ("slopes", "t5", "rows")
_EXPECTED = (
    "none, alibi, rows of numbers, like [[0, -inf], [0, 0]], or a mapping with slopes, t5 or rows"
)
_T5 = Form(
    "t5",
    Settings(
        {
            "buckets": Whole(default=32),
            "max_distance": Whole(default=128),
            "bidirectional": Truth(),
            "table": Numbers(("buckets", "h")),
        },
        required=("table",),
    ),
)


@dataclass(frozen=True)
class GivenBias:
    """A bias as read; what has axes is still text.

    made: what becomes of its numbers. parse: how they are read. buckets: those that it has numbers
    for.
    """

    given: Rows
    made: Callable[[Array], Bias]
    parse: Callable[[str], Decimal] = parse_number
    buckets: Buckets | None = None

    def rows(self) -> list[Rows]:
        """What of it has a shape."""
        return [self.given]

    def bias(self, exact: bool, faults: Faults) -> Bias | None:
        """The same with numbers; None where one of them is none, which is reported."""
        numbers = self.given.numbers(exact, faults, self.parse)
        return None if numbers is None else self.made(numbers)


def read_bias(node: Node, looks_ahead: bool, faults: Faults) -> GivenBias | Literal["alibi"] | None:
    """A word, rows, or what a bias is made of; None where there is none.

    looks_ahead: whether the mask may let a query see keys after it.
    """
    node = spelled_out(node)
    if isinstance(node, list | np.ndarray):
        rows = rows_of(node, _WHERE, (), faults, stacked=True)
        return None if rows is None else GivenBias(rows, _as_they_are, parse_bias)
    if node is None or node == "none":
        return None
    if node == "alibi":
        return "alibi"
    if isinstance(node, dict) and [*node] == ["slopes"]:
        return _slopes(node["slopes"], faults)
    if isinstance(node, dict) and [*node] == ["t5"]:
        return _bucketed(node["t5"], looks_ahead, faults)
    if isinstance(node, dict) and "rows" in node and {*node} <= {"rows", "before_scale"}:
        return _rows(node, faults)
    found, hint = "an empty mapping", None
    if isinstance(node, str):
        found, hint = f"“{node}”", suggestion(node, ("alibi",))
    elif node:
        unknown = next((key for key in node if key not in _MADE_OF), None)
        found = f"a mapping with {listed([*node])}"
        hint = None if unknown is None else suggestion(unknown, _MADE_OF)
    faults(_WHERE, f"{found}; expected {_EXPECTED}", hint)
    return None


def _as_they_are(rows: Array) -> Array:
    return rows


def _rows(node: Mapping[str, Node], faults: Faults) -> GivenBias | None:
    """Rows, and whether they are added before scaling."""
    early = read_truth(node.get("before_scale"), (*_WHERE, "before_scale"), faults)
    rows = rows_of(node["rows"], (*_WHERE, "rows"), (), faults, stacked=True)
    made = BeforeScaling if early else _as_they_are
    return None if rows is None else GivenBias(rows, made, parse_bias)


def _slopes(node: Node, faults: Faults) -> GivenBias | None:
    """One for each head; a number by itself is one."""
    where, node = (*_WHERE, "slopes"), spelled_out(node)
    if isinstance(node, list | np.ndarray):
        rows = rows_of(node, where, (), faults)
        return None if rows is None else GivenBias(rows, Slopes)
    if isinstance(node, str) and not is_absent(node):
        return GivenBias(Rows(where, (1,), (node,)), Slopes)
    found = "nothing" if is_absent(node) else "a mapping"
    faults(where, f"{found}; expected a number for each head", None)
    return None


def _bucketed(node: Node, looks_ahead: bool, faults: Faults) -> GivenBias | None:
    """A table, and what its rows are of; with keys after the query, unless no query sees any."""
    choice = read_form(_T5, {} if is_absent(node) else node, (*_WHERE, "t5"), faults)
    if choice is None or not {"buckets", "max_distance"} <= {*choice.plain}:
        return None
    if "table" not in choice.rows:
        return None
    buckets = Buckets(
        choice.plain["buckets"],
        choice.plain["max_distance"],
        choice.plain.get("bidirectional", looks_ahead),
    )
    return GivenBias(choice.rows["table"], partial(Bucketed, buckets=buckets), buckets=buckets)
