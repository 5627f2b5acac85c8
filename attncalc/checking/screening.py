"""A trace in float64, on which many mistakes are tried before one is worked on in all digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import Array, is_exact_kind
from attncalc.steps.trace import Trace

_LARGEST = 1e15
"""Numbers beyond this one are not tried: their sums say nothing in float64."""

_PRECISION = 1e-12
"""What float64 gets right of numbers around 1, with the errors of a thousand sums to spare."""


def in_floats(trace: Trace) -> Trace:
    """The same stages and inputs, as doubles."""
    stages = {name: as_floats(stage) for name, stage in trace.stages.items()}
    by_products = {name: as_floats(found) for name, found in trace.by_products.items()}
    problem = as_floats(trace.problem)
    return replace(trace, problem=problem, stages=stages, by_products=by_products, context=None)


def as_floats(value: Any) -> Any:
    """Arrays of decimals as arrays of doubles, in whatever holds them."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float64) if is_exact_kind(value) else value
    if isinstance(value, Mapping):
        return {name: as_floats(part) for name, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: getattr(value, part.name) for part in fields(value)}
        changed = {name: as_floats(part) for name, part in parts.items()}
        return replace(value, **changed)
    return value


def reliable_to(trace: Trace) -> float | None:
    """How far float64 may be off in a trace's stages; None where it may be off by anything.

    Powers are left out: they may be beyond its range where their quotients are not.
    """
    arrays = [
        *trace.problem.arrays().values(),
        *trace.problem.attention.arrays().values(),
        *(trace[name] for name in trace.stages if name not in ("exponentials", "sums")),
    ]
    largest = max(1.0, *(_largest(array) for array in arrays))
    return largest**2 * _PRECISION if largest <= _LARGEST else None


def _largest(array: Array) -> float:
    """The largest magnitude of what is not hidden."""
    with np.errstate(invalid="ignore"):
        seen = np.abs(array[array != -np.inf])
    return float(seen.max(initial=0.0))
