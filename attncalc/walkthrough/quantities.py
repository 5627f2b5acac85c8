"""Which quantity a row or a number of a page is of, so that what belongs together can be found."""

from __future__ import annotations

from attncalc.document.document import Quantity
from attncalc.steps.stages import OF_GROUPS, OF_HEADS
from attncalc.steps.trace import Trace


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
    if "Q" not in trace:
        return ()
    embedded = ("X", "X_positioned") if trace.problem.unprojected else ()
    return _rows(trace, (*embedded, "Q", "Q_rotated"), query)


def answering(trace: Trace, key: int) -> tuple[Quantity, ...]:
    """What a key brings where it is given a weight: k_j and v_j, in the same ways."""
    rows = _rows(trace, ("K", "K_rotated", "V"), key)
    own = key - trace.problem.past_length
    if not trace.problem.unprojected or own < 0:
        return rows
    embedded = ("X", "X_positioned") if trace.problem.X_key is None else ("X_key",)
    return (*_rows(trace, embedded, own), *rows)


def _rows(trace: Trace, stages: tuple[str, ...], place: int) -> tuple[Quantity, ...]:
    """The rows that hold every head's, and those of the trace's own head."""
    every = (row_of_head(stage, None, place) for stage in stages)
    own = (row_of(trace, stage, place) for stage in stages)
    return tuple(dict.fromkeys((*every, *own)))
