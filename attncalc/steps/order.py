"""The steps of attention, in the order in which they are taken, and what they will make."""

from __future__ import annotations

from attncalc.problem.problem import Problem
from attncalc.steps import (
    add_positions,
    bias_scores,
    cap,
    compare,
    embed,
    gate,
    join,
    mask,
    mix,
    normalize,
    project,
    project_out,
    rotate,
    scale,
    score,
    softmax,
)
from attncalc.steps.interface import Shape, Step
from attncalc.steps.stages import OF_GROUPS, OF_HEADS

STEPS: tuple[Step, ...] = (
    embed,
    add_positions,
    project,
    normalize,
    rotate,
    score,
    compare,
    bias_scores,
    scale,
    cap,
    mask,
    softmax,
    mix,
    join,
    gate,
    project_out,
)
"""Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V, from top to bottom (Vaswani et al., 2017, 3.2).

    Q = X W_Q + b_Q,  S = Q Kᵀ,  A = softmax(c tanh(S / √d_k / c) + B),  O = A V
"""


OF_TOKENS, OF_PAIRS = STEPS[: STEPS.index(score)], STEPS[STEPS.index(score) :]
"""Those before queries meet keys, and those from there: what they make of a query, no other query
takes part in.
"""


def stage_shapes(problem: Problem) -> dict[str, Shape]:
    """The stages a problem has and their shapes, in order, without computing them."""
    shapes: dict[str, Shape] = {}
    for step in STEPS:
        for name, shape in step.shapes(problem).items():
            count = problem.kv_heads if name in OF_GROUPS else problem.heads
            if name in OF_HEADS and count is not None:
                shape = (count, *shape)
            shapes[name] = shape
    return shapes


def steps_by_stage(problem: Problem) -> dict[str, Step]:
    """The step that makes each of the stages that a problem has."""
    return {stage: step for step in STEPS for stage in step.shapes(problem)}
