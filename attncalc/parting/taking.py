"""What a dump leaves unsaid, as the other one says it: inputs, options, how many heads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from attncalc.language import Sentence, listed
from attncalc.parting.dumps import Dump, Given, given_of, start_of
from attncalc.problem.problem import MATRICES, MATRIX_OF, VECTORS
from attncalc.readers.interface import Node
from attncalc.records import dataclass

_STARTS = ("weights", "scores", "scaled_scores", "X", "Q_rotated", "Q", "W_Q")
"""What problems begin with, the latest stage first."""

_OF_HEADS = ("heads", "kv_heads")
_NOT_TAKEN = (*_OF_HEADS, "past")


@dataclass(frozen=True, eq=False)
class Taken:
    """What a dump is worked through from, and what was taken from the other side for it."""

    given: Given | None
    says: frozenset[str]
    notes: tuple[str, ...] = ()


def taken(dump: Dump, other: Dump) -> Taken:
    """A dump of arrays with what it does not say itself. Raises InputErrors.

    says: the options that it says itself, or the other says for it.
    """
    theirs = _fields_of(other)
    fields, borrowed = _with_inputs(dump.fields, theirs)
    options = {name: node for name, node in other.options.items() if name not in _NOT_TAKEN}
    unsaid = [name for name in options if name not in dump.options]
    options |= dump.options
    options |= _heads(fields, theirs, options)
    given = given_of(dump, fields, options)
    notes: list[str] = []
    if given is not None and other.trace is not None and not other.options:
        attention = other.trace.problem.attention
        if not dump.options:
            own = {name: getattr(given.problem.attention, name) for name in _OF_HEADS}
            attention = replace(attention, past=None, **own)
            given = replace(given, problem=replace(given.problem, attention=attention))
    slots = {"side": dump.name, "other": other.name}
    if borrowed:
        notes.append(
            Sentence(
                "{side} does not give {names}: those of {other} are taken",
                names=listed(borrowed),
                **slots,
            )
        )
    if unsaid:
        notes.append(
            Sentence(
                "{side} does not say its {names}: taken as {other} says",
                names=listed(unsaid),
                **slots,
            )
        )
    return Taken(given, frozenset(options), tuple(notes))


def _fields_of(dump: Dump) -> Mapping[str, Node]:
    """What the other side gives: of a problem file, its arrays and its tokens."""
    if dump.trace is None:
        return dump.fields
    problem = dump.trace.problem
    given: dict[str, Node] = {**problem.arrays(), "tokens": [*problem.tokens]}
    return given if problem.self_attention else given | {"key_tokens": [*problem.key_tokens]}


def _with_inputs(
    own: Mapping[str, Node], theirs: Mapping[str, Node]
) -> tuple[dict[str, Node], list[str]]:
    """The fields with the inputs that are not among them, and which these are."""
    fields = dict(own)
    borrowed: list[str] = []

    def borrow(names: tuple[str, ...]) -> None:
        for name in names:
            if name in theirs and name not in fields:
                fields[name] = theirs[name]
                borrowed.append(name)

    ours, other = (_rank(each) for each in (own, theirs))
    if ours < other and ours <= _STARTS.index("scaled_scores"):
        borrow(start_of(frozenset(theirs) & _inputs()) or ())
    elif "W_Q" not in own:
        borrow(("V",))
    borrow(("W_O", "b_O"))
    borrow(tuple(bias for bias, matrix in MATRIX_OF.items() if matrix in own))
    if "tokens" in theirs and "tokens" not in own and _rows(own) == _rows(theirs):
        fields |= {name: theirs[name] for name in ("tokens", "key_tokens") if name in theirs}
    return fields, borrowed


def _inputs() -> frozenset[str]:
    return frozenset((*MATRICES, *VECTORS, "Q_rotated", "K_rotated", "scaled_scores"))


def _rank(fields: Mapping[str, Node]) -> int:
    """How early a dump begins: -1 where it can begin with nothing."""
    start = start_of(frozenset(fields))
    if start is None:
        return -1
    if "W_Q" in start:
        return _STARTS.index("W_Q")
    return _STARTS.index(start[0])


def _rows(fields: Mapping[str, Node]) -> int | None:
    """How many queries there are, as far as that can be seen."""
    for name in ("Q", "X", "weights", "output"):
        node = fields.get(name)
        if isinstance(node, np.ndarray) and node.ndim > 1:
            return int(node.shape[-2])
    return None


def _heads(
    fields: Mapping[str, Node], theirs: Mapping[str, Node], options: Mapping[str, Node]
) -> dict[str, Node]:
    """How many heads a folded matrix has, where other stages have them apart."""
    folded = fields.get("W_Q", fields.get("Q"))
    keys = fields.get("W_K", fields.get("K"))
    if not _is_matrix(folded) or "heads" in options:
        return {}
    counts = [
        node.shape[-3]
        for each in (fields, theirs)
        for name in ("weights", "scores", "scaled_scores", "masked_scores", "Q")
        if isinstance(node := each.get(name), np.ndarray) and node.ndim >= 3
    ]
    assert isinstance(folded, np.ndarray)
    h = next((count for count in counts if count > 1 and folded.shape[-1] % count == 0), None)
    if h is None:
        return {}
    found: dict[str, Node] = {"heads": str(h)}
    width = folded.shape[-1] // h
    if isinstance(keys, np.ndarray) and _is_matrix(keys) and keys.shape[-1] % width == 0:
        found["kv_heads"] = str(keys.shape[-1] // width)
    return found


def _is_matrix(node: Node) -> bool:
    """Whether an array has rows and columns, and no further axes that count."""
    return isinstance(node, np.ndarray) and node.ndim >= 2 and int(np.prod(node.shape[:-2])) == 1
