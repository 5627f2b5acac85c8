"""Scores that are hidden already, where more is done to the others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from attncalc.numbers.arithmetic import is_exact_kind, like
from attncalc.numbers.known import Known


def of_visible(S: Known, step: Callable[[Known], Known]) -> Known:
    """A step taken with the scores that can be seen; what is -inf stays so, whatever the step.

    The cap alone would make -c of it, and let the key in again.
    """
    nothing = like(S.values, "-Infinity")
    hidden = nothing == S.values
    if not hidden.any():
        return step(S)
    made = step(Known(np.where(hidden, like(S.values, 0), S.values), S.exact))
    values = np.where(hidden, nothing, made.values)
    return Known(values, made.exact | (hidden & is_exact_kind(values)))
