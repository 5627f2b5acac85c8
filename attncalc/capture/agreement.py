"""Whether a file gives the model's numbers again: at which stage they part, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.records import dataclass
from attncalc.steps.trace import Trace

FLOORS = {"float32": 5e-5, "float16": 5e-3, "bfloat16": 1e-2}
"""How far implementations part by rounding alone, for numbers of about 1.

None is finer: models take angles and softmax in float32 whatever their numbers are.
"""

_OF_HALF_THE_BITS = ("float16", "bfloat16")

_COMPARED = ("Q_normalized", "K_normalized", "Q_rotated", "K_rotated", "weights", "output")


@dataclass(frozen=True)
class Difference:
    """Where a stage is furthest from the model's; floor: how far rounding reaches."""

    stage: str
    index: tuple[int, ...]
    ours: float
    models: float
    floor: float

    @property
    def size(self) -> float:
        """How far they part."""
        return abs(self.ours - self.models)

    @property
    def is_rounding(self) -> bool:
        """Whether rounding explains it."""
        return self.size <= self.floor


def differences(trace: Trace, fields: Mapping[str, Array], kind: str) -> Iterator[Difference]:
    """The largest difference of each stage that the model has given, in the order of the stages.

    kind: of the model's numbers. Rounding grows with what is rounded: with a stage's own numbers,
    and of weights and what is made with them, with the scores.
    """
    scores = "scaled_scores" if "scaled_scores" in trace else "scores"
    largest = float(np.abs(_plain(trace[scores])).max()) if kind in _OF_HALF_THE_BITS else 0.0
    for stage in _COMPARED:
        if stage not in fields:
            continue
        ours, models = _plain(trace[stage]), _plain(fields[stage])
        apart = np.nan_to_num(np.abs(ours - models), nan=np.inf)
        index = np.unravel_index(int(apart.argmax()), apart.shape)
        of_scores = largest if stage in ("weights", "output") else 0.0
        size = max(1.0, float(np.abs(models).max()), of_scores)
        yield Difference(
            stage,
            tuple(int(axis) for axis in index),
            float(ours[index]),
            float(models[index]),
            FLOORS[kind] * size,
        )


def _plain(numbers: Any) -> Array:
    return np.asarray(numbers).astype(np.float64)
