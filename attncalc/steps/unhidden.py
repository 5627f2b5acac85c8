"""What scores would be if nothing hid them: what a program has before it fills in a stand-in."""

from __future__ import annotations

from attncalc.numbers import intervals
from attncalc.numbers.intervals import Interval
from attncalc.steps.bias import enclose_bias
from attncalc.steps.bias_scores import enclose_early
from attncalc.steps.cap import enclose_capped
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.scale import enclose_scaled


def enclose_unhidden(operands: Operands, stage: str, index: Index) -> Interval:
    """An entry of a stage of the scores after the first, without what is -inf of its biases."""
    score = operands.before(stage, index)
    if score.hidden:
        score = enclose_unhidden(operands, operands.trace.stages[stage].made_of[0], index)
    match stage:
        case "scaled_scores":
            return enclose_scaled(operands, score)
        case "capped_scores":
            return enclose_capped(operands, score)
        case "biased_scores":
            bias = enclose_early(operands, index)
        case _:
            bias = enclose_bias(operands, index)
    return score if bias.hidden else intervals.add((score, bias))
