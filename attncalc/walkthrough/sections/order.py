"""All that a page, a derivation and a drawing say, in the order of the page."""

from __future__ import annotations

from attncalc.problem.problem import Problem
from attncalc.steps.trace import Trace
from attncalc.walkthrough.sections import (
    add_positions,
    bias_scores,
    cache,
    cap,
    compare,
    cost,
    embed,
    fold,
    gate,
    given,
    join,
    mask,
    meaning,
    mix,
    normalize,
    other_heads,
    project,
    project_out,
    rotate,
    scale,
    score,
    softmax,
)
from attncalc.walkthrough.sections.backward import before_output as back_before_output
from attncalc.walkthrough.sections.backward import comparison as back_comparison
from attncalc.walkthrough.sections.backward import matching as back_matching
from attncalc.walkthrough.sections.backward import normalization as back_normalization
from attncalc.walkthrough.sections.backward import projections as back_projections
from attncalc.walkthrough.sections.backward import quotients as back_quotients
from attncalc.walkthrough.sections.backward import rotation as back_rotation
from attncalc.walkthrough.sections.backward import scores as back_scores
from attncalc.walkthrough.sections.backward import seed as back_seed
from attncalc.walkthrough.sections.backward import softmax as back_softmax
from attncalc.walkthrough.sections.backward import weighted_sum as back_weighted_sum
from attncalc.walkthrough.sections.interface import Explanation, Told

EXPLANATIONS: tuple[Explanation, ...] = (
    given.EXPLANATION,
    cache.EXPLANATION,
    embed.EXPLANATION,
    add_positions.EXPLANATION,
    project.EXPLANATION,
    fold.EXPLANATION,
    normalize.EXPLANATION,
    rotate.EXPLANATION,
    score.EXPLANATION,
    compare.EXPLANATION,
    bias_scores.EXPLANATION,
    scale.EXPLANATION,
    cap.EXPLANATION,
    mask.EXPLANATION,
    softmax.EXPLANATION,
    mix.EXPLANATION,
    other_heads.EXPLANATION,
    join.EXPLANATION,
    gate.EXPLANATION,
    project_out.EXPLANATION,
    meaning.EXPLANATION,
    cost.EXPLANATION,
    back_seed.EXPLANATION,
    back_before_output.EXPLANATION,
    back_weighted_sum.EXPLANATION,
    back_softmax.EXPLANATION,
    back_scores.EXPLANATION,
    back_matching.EXPLANATION,
    back_comparison.EXPLANATION,
    back_rotation.EXPLANATION,
    back_normalization.EXPLANATION,
    back_projections.EXPLANATION,
    back_quotients.EXPLANATION,
)
"""Of each step, and of what belongs to none. Whatever explains walks this list."""


def explanations_of(problem: Problem) -> tuple[Explanation, ...]:
    """Those of the steps that a problem takes, and of what belongs to none."""
    return tuple(each for each in EXPLANATIONS if each.step is None or each.step.shapes(problem))


def told(trace: Trace, name: str) -> Told:
    """What is said of a stage by the step that makes it here, or of the past."""
    return next(
        each.told[name]
        for each in EXPLANATIONS
        if name in each.told and (each.step is None or name in each.step.shapes(trace.problem))
    )
