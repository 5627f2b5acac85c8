"""A = softmax(S), turned round: dS = A ∘ (dA - D), with D_i = Σ_j α_ij dα_ij for each row.

The row's Jacobian is diag(α) - α αᵀ; D is dO · O as well (Dao et al., "FlashAttention", 2022,
appendix B). A power to another base has its logarithm for a factor. A sink has a share and no
value, so that D has no term of it.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from decimal import Decimal

from attncalc.numbers import intervals
from attncalc.numbers.intervals import Interval
from attncalc.problem.problem import Problem
from attncalc.steps.backward.forward import Forward
from attncalc.steps.backward.kinds import Entries, Formulas, Made, W, Wholes
from attncalc.steps.enclosing import Index
from attncalc.steps.interface import Part, Shape

PART: Part | None = "backward"


def dots(A: W, dA: W) -> W:
    """D_i = Σ_j α_ij dα_ij. (n, m), (n, m) -> (n, 1)"""
    made: W = (A * dA).total()
    return made


def of_scores(A: W, dA: W, D: W) -> W:
    """dS = A ∘ (dA - D). (n, m), (n, m), (n, 1) -> (n, m)"""
    return A * (dA - D)


def logarithm(base: Decimal) -> Interval:
    """Every number that the natural logarithm of a typed base may be."""
    typed = intervals.typed(base)
    nearest = intervals.context(decimal.ROUND_HALF_EVEN)
    down, up = nearest.ln(typed.low), nearest.ln(typed.high)
    return intervals.Interval(down.next_minus(intervals.DOWN), up.next_plus(intervals.UP))


def shapes(problem: Problem) -> dict[str, Shape]:
    """weight_dots (n), and the gradients of the scores that the softmax is of (n, m)."""
    forward = Forward(problem)
    found = forward.of(*forward.scores[:1])
    return {"weight_dots": (len(problem.tokens),), **found} if found else {}


def _base(forward: Forward) -> Decimal | None:
    base = forward.problem.attention.base
    return None if isinstance(base, str) else base


def _whole(wholes: Wholes[W]) -> Iterator[Made[W]]:
    A, dA, base = wholes.stage("weights"), wholes.stage("d_weights"), _base(wholes.forward)
    D = dots(A, dA)
    yield "weight_dots", D[..., 0], ("weights", "d_weights")
    dS = of_scores(A, dA, D)
    if base is not None:
        dS = dS * wholes.enclosed(logarithm(base))
    made_of = ("weights", "d_weights", "weight_dots")
    yield f"d_{wholes.forward.scores[0]}", dS, made_of


def _entry(entries: Entries[W], stage: str, index: Index) -> W:
    """Rounded on the way, also D as dO · o, and a row of the Jacobian times dα."""
    forward = entries.forward
    keys = range(len(forward.problem.key_tokens))
    row = index if stage == "weight_dots" else index[:-1]
    cells = [[(*row, j) for j in keys]]
    A, dA = entries.block("weights", cells), entries.block("d_weights", cells)
    if stage == "weight_dots":
        width = [[(*row, c) for c in range(forward.shapes["V"][-1])]]
        return entries.either(
            lambda: dots(A, dA),
            lambda: (
                entries.block(f"d_{forward.attended}", width)
                @ entries.block(forward.attended, width).swapaxes(-1, -2)
            ),
        )
    own, down, base = (
        entries.block("weights", [[index]]),
        entries.block("d_weights", [[index]]),
        _base(forward),
    )
    D = entries.block("weight_dots", [[row]])
    made = entries.either(
        lambda: of_scores(own, down, D),
        lambda: own * down - own * D,
        lambda: own * down - ((own * A) * dA).total(),
    )
    return made if base is None else made * entries.enclosed(logarithm(base))


_formulas = Formulas(_whole, _entry)
work, enclose, express = _formulas.work, _formulas.enclose, _formulas.express
count, floor = _formulas.count, _formulas.floor
