"""X and X_key: the embeddings, as they are given."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attncalc.numbers.known import Known
from attncalc.problem.problem import Problem
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """X (n, d_model), X_key (m, d_model)."""
    given = {"X": problem.X, "X_key": problem.X_key}
    return {name: array.shape for name, array in given.items() if array is not None}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """As they are."""
    for name in shapes(trace.problem):
        yield Stage.of(name, Known.given(trace.problem.arrays()[name]))
