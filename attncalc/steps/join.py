"""The heads' results side by side (Vaswani et al., 2017, 3.2.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """concatenated (n, h·d_v)."""
    if problem.heads is None or problem.d_v is None:
        return {}
    return {"concatenated": (len(problem.tokens), problem.heads * problem.d_v)}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """The first head's columns first."""
    beside = trace.stages["head_outputs"].plain.moved(heads.concatenated)
    yield Stage.of("concatenated", beside, "head_outputs")
