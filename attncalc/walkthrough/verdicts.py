"""Verdicts as pages say them: with a sign, and how many numbers have one."""

from __future__ import annotations

from attncalc.document.document import Inlines, Judgement, Standing
from attncalc.language import counted, template, text
from attncalc.report import Verdict

_STANDINGS = {
    Verdict.CORRECT: Standing.RIGHT,
    Verdict.FOLLOWS: Standing.CARRIED,
    Verdict.SLIP: Standing.NEAR,
    Verdict.WRONG: Standing.WRONG,
}

_CALLED = {
    Verdict.CORRECT: template("correct"),
    Verdict.FOLLOWS: template("follows"),
    Verdict.SLIP: template("slip"),
    Verdict.WRONG: template("wrong"),
}

_COUNTED = {
    Verdict.CORRECT: (template("{count} correct"), template("{count} correct")),
    Verdict.FOLLOWS: (template("{count} follows"), template("{count} follow")),
    Verdict.SLIP: (template("{count} slip"), template("{count} slips")),
    Verdict.WRONG: (template("{count} wrong"), template("{count} wrong")),
}
"""How many numbers are so: one, and several."""


def told(verdict: Verdict, count: int | None = None) -> Inlines:
    """A verdict with its sign, and how many numbers have it."""
    one, several = _COUNTED[verdict]
    said = text(_CALLED[verdict]) if count is None else counted(one, several, count)
    return (Judgement(_STANDINGS[verdict], said),)
