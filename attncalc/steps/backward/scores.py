"""Through mask, bias, soft-cap and scale: what was done to the scores, turned round.

What was added leaves a gradient as it is; what is hidden has none, as its weight is 0. A cap has
the slope 1 - tanh², and the scale is the factor that it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from attncalc.numbers import intervals
from attncalc.numbers.arithmetic import Array, is_exact_kind, like
from attncalc.problem.problem import Problem
from attncalc.steps.backward.forward import Forward
from attncalc.steps.backward.kinds import Entries, Formulas, Made, W, Wholes
from attncalc.steps.enclosing import Index
from attncalc.steps.interface import Part, Shape

PART: Part | None = "backward"


def through_cap(d: W, T: W, cap: W) -> W:
    """dS = dT ∘ (1 - (t/c)²), where t = c · tanh(s/c). (n, m), (n, m) -> (n, m)"""
    share = T / cap
    return d * (d.number(1) - share * share)


def shapes(problem: Problem) -> dict[str, Shape]:
    """d_capped_scores, d_scaled_scores, d_scores (n, m), where more follows them."""
    forward = Forward(problem)
    return forward.of(*forward.scores[1:])


def _whole(wholes: Wholes[W]) -> Iterator[Made[W]]:
    forward = wholes.forward
    for later, earlier in pairwise(forward.scores):
        d = wholes.stage(f"d_{later}")
        made_of: tuple[str, ...] = (f"d_{later}",)
        if later == "capped_scores":
            T = wholes.stage(later).moved(_of_visible)
            d, made_of = through_cap(d, T, wholes.given(_cap(forward))), (f"d_{later}", later)
        elif later == "scaled_scores":
            d = wholes.scaled(d)
        yield f"d_{earlier}", d, made_of


def _of_visible(T: Array) -> Array:
    """Capped scores, and 0 for what is hidden: its gradient is 0, whatever the slope."""
    if T.dtype == bool:  # which of them are exact
        return T
    return np.where(np.isneginf(T.astype(np.float64)), like(T, 0), T)


def _cap(forward: Forward) -> Array:
    cap = forward.problem.attention.softcap
    kind = forward.problem.d_output
    assert cap is not None
    assert kind is not None
    array: Array = np.empty((), dtype=kind.dtype)
    array[()] = cap if is_exact_kind(kind) else float(cap)
    return array


def _entry(entries: Entries[W], stage: str, index: Index) -> W:
    forward = entries.forward
    place = forward.scores.index(stage.removeprefix("d_")) - 1
    later = forward.scores[place]
    d = entries.block(f"d_{later}", [[index]])
    if later == "scaled_scores":
        return entries.scaled(d)
    if later != "capped_scores" or entries.hidden(later, index):
        return d
    softcap = forward.problem.attention.softcap
    assert softcap is not None
    cap = entries.enclosed(intervals.typed(softcap))
    return through_cap(d, entries.block(later, [[index]]), cap)


_formulas = Formulas(_whole, _entry)
work, enclose, express = _formulas.work, _formulas.enclose, _formulas.express
count, floor = _formulas.count, _formulas.floor
