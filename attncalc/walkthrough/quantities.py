"""Which quantity a row or a number of a page is of, so that what belongs together can be found."""

from __future__ import annotations

from collections.abc import Sequence

from attncalc.document.document import Quantity
from attncalc.names import NAMES, Axis
from attncalc.steps.stages import OF_GROUPS, OF_HEADS
from attncalc.steps.trace import Trace
from attncalc.walkthrough.sources import sources


def row_of(trace: Trace, stage: str, place: int) -> Quantity:
    """A row of a stage: of the trace's head, where that is a view of one."""
    if trace.head is None or stage not in OF_HEADS:
        return Quantity(stage, (place,))
    return row_of_head(stage, trace.group if stage in OF_GROUPS else trace.head, place)


def row_of_head(stage: str, head: int | None, place: int) -> Quantity:
    """A row of one head's part of a stage, from 0; of all there is, if head is None."""
    return Quantity(stage, (place,) if head is None else (head, place))


def weight_of(trace: Trace, query: int, key: int) -> Quantity:
    """The attention weight of a query and a key."""
    places = (query, key)
    return Quantity("weights", places if trace.head is None else (trace.head, *places))


def asking(trace: Trace, query: int) -> tuple[Quantity, ...]:
    """What a query brings into its weights: q_i, also turned, or before heads cut it apart.

    Nothing where scores or weights are given.
    """
    made_of = sources(trace, "scores") if "scores" in trace else ()
    return _rows(trace, _line(trace, made_of[:1]), query)


def answering(trace: Trace, key: int) -> tuple[Quantity, ...]:
    """What a key brings where it is given a weight: k_j and v_j, in the same ways."""
    keys = sources(trace, "scores")[1:] if "scores" in trace else ()
    values = sources(trace, trace.attended)[1:] if trace.attended in trace else ()
    line = dict.fromkeys((*_line(trace, keys), *_line(trace, values)))
    of_keys = [name for name in line if Axis.KEY in NAMES[name].axes]
    new = [name for name in line if name not in of_keys]
    own = key - trace.problem.past_length
    return (*(_rows(trace, new, own) if own >= 0 else ()), *_rows(trace, of_keys, key))


def _line(trace: Trace, last: Sequence[str]) -> list[str]:
    """A stage, if any, behind those that it is made of without a matrix between."""
    line: list[str] = []
    while last:
        line = [last[0], *line]
        projected = any(name.startswith("W_") for name in trace.stages[last[0]].made_of)
        last = () if projected else sources(trace, last[0])
    return line


def _rows(trace: Trace, stages: Sequence[str], place: int) -> tuple[Quantity, ...]:
    """The rows that hold every head's, and those of the trace's own head."""
    every = (row_of_head(stage, None, place) for stage in stages)
    own = (row_of(trace, stage, place) for stage in stages)
    return tuple(dict.fromkeys((*every, *own)))
