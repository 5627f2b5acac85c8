"""The steps in the order in which they are taken, there and back, and what they will make."""

from __future__ import annotations

from attncalc.problem.problem import Problem
from attncalc.steps import score
from attncalc.steps.backward import (
    before_output,
    comparison,
    matching,
    normalization,
    projections,
    rotation,
    scores,
    seed,
    softmax,
    weighted_sum,
)
from attncalc.steps.forward import FORWARD
from attncalc.steps.interface import Shape, Step
from attncalc.steps.stages import OF_GROUPS, OF_HEADS

BACKWARD: tuple[Step, ...] = (
    seed,
    before_output,
    weighted_sum,
    softmax,
    scores,
    matching,
    comparison,
    rotation,
    normalization,
    projections,
)
"""The same turned round, from the output back to the embeddings and matrices.

    dV = Aᵀ dO,  dA = dO Vᵀ,  dS = A ∘ (dA - rowsum(A ∘ dA)),  dQ = dS K / √d_k,  dK = dSᵀ Q / √d_k
"""

STEPS: tuple[Step, ...] = (*FORWARD, *BACKWARD)


_MET = FORWARD.index(score)
OF_TOKENS, OF_PAIRS = FORWARD[:_MET], FORWARD[_MET:]
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
