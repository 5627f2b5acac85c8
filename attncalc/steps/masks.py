"""Which keys a query may attend to, by the options of a problem."""

from __future__ import annotations

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.problem.options import Window
from attncalc.problem.problem import Problem
from attncalc.steps import attention


def allowed(problem: Problem) -> Array | None:
    """True where the mask lets a query attend, (n, m) or (h, n, m); None where there is none."""
    mask, past = problem.attention.mask, problem.past_length
    n, m = len(problem.tokens), len(problem.key_tokens)
    if isinstance(mask, Window):
        return attention.window_mask(n, m, mask.width, past)
    if isinstance(mask, str):
        return attention.causal_mask(n, m, past) if mask == "causal" else None
    return mask


def visible_pairs(problem: Problem) -> int:
    """How many pairs of a query and a key neither the mask nor a bias of -inf hides, in all heads.

    The same for every head, unless the mask or the bias has a matrix for each.
    """
    shape = (problem.heads or 1, len(problem.tokens), len(problem.key_tokens))
    visible = np.full(shape, True)
    mask, bias = allowed(problem), problem.attention.bias
    if mask is not None:
        visible &= mask
    if isinstance(bias, np.ndarray):
        visible &= bias != attention.like(bias, "-Infinity")
    return int(visible.sum())
