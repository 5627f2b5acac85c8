"""What a stage is made of: asked of the trace, as there may be another step in between."""

from __future__ import annotations

from attncalc.steps.trace import Trace

PAST = "past"
"""What stands before this step's keys and values; no stage, but they are made of it."""


def sources(trace: Trace, stage: str) -> tuple[str, ...]:
    """The stages that a stage is made of; without the matrices, and the past."""
    return tuple(name for name in trace.stages[stage].made_of if name in trace)


def source_of(trace: Trace, stage: str) -> str:
    """The one stage that a stage is made of."""
    (only,) = sources(trace, stage)
    return only


def met(trace: Trace) -> tuple[str, ...]:
    """The queries and the keys as they meet in a score; none where scores or weights are given."""
    return sources(trace, "scores") if "scores" in trace else ()
