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
