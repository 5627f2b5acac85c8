"""What was added to scores: which keys it hides, as it may be typed, and what is left of it."""

from __future__ import annotations

from math import inf

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.problem.options import Reach

_HIDING = -1e4
"""What is added to hide a key is the smallest number of its kind, or not far from it."""


def parted(added: Array) -> tuple[Array, Array | None]:
    """Which keys are seen, and what is added to scores beside that; None where it is nothing.

    added: (1 or h, n, m); what is given back has no axis of 1 in front.
    """
    seen = added > _HIDING
    rest = np.where(seen, added, 0)
    seen, rest = (part[0] if len(part) == 1 else part for part in (seen, rest))
    if seen.ndim == 3 and (seen == seen[0]).all():
        seen = seen[0]
    return seen, rest if rest.any() else None


def typed(seen: Array) -> str | None:
    """A mask as it is typed, if that says it to the last pair: causal, {window: 2}; none if all is.

    seen: (n, n), or (h, n, n), which is never typed. None where no word says it.
    """
    if seen.ndim == 3 or not seen.any():
        return None
    if seen.all():
        return "none"
    n = len(seen)
    back = np.subtract.outer(np.arange(n), np.arange(n))  # by how much the key stands before
    furthest, ahead = int(back[seen].max()), int(-back[seen].min())
    if (seen != ((back <= furthest) & (-back <= ahead))).any():
        return None
    reach = Reach(
        back=inf if furthest >= n - 1 else furthest, ahead=inf if ahead >= n - 1 else ahead
    )
    return "causal" if reach == Reach(ahead=0) else str(reach)
