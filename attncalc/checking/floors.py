"""How far the numbers of a trace may be off where they were computed in fewer bits."""

from __future__ import annotations

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.steps.order import STEPS
from attncalc.steps.roundoff import FACTOR, Roundoff
from attncalc.steps.trace import Trace


def floors(trace: Trace, bits: int) -> dict[str, Array]:
    """The bounds by stage, in numbers of so many binary digits.

    Those of exponentials and sums are relative to the number itself. Infinite where numbers are out
    of the range of doubles, and nothing is known.
    """
    roundoff = Roundoff(trace, bits)
    with np.errstate(all="ignore"):
        for step in STEPS:
            if step.shapes(trace.problem):
                for stage, off in step.floor(roundoff):
                    roundoff.found[stage] = off
        bounds = {stage: FACTOR * off for stage, off in roundoff.found.items()}
    return {stage: np.where(np.isnan(bound), np.inf, bound) for stage, bound in bounds.items()}
