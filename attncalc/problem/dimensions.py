"""What the entries of vectors are called: fruit and company, of an embedding with two numbers."""

from __future__ import annotations

from attncalc.problem.problem import Problem

_MADE_OF = {
    **{f"d_{letter}": letter for letter in ("X", "Q", "K", "V")},
    **dict.fromkeys(("d_X_key", "d_X_positioned"), "X"),
    **{f"d_{letter}_{made}": letter for letter in "QK" for made in ("normalized", "rotated")},
    "d_head_outputs": "V",
    **dict.fromkeys(("X_key", "positions", "X_positioned"), "X"),
    **{f"{letter}_{made}": letter for letter in "QK" for made in ("normalized", "rotated")},
    **dict.fromkeys(("weighted_values", "head_outputs"), "V"),
}
"""Stages whose entries are those of another, by which they are called."""


def entry_names(problem: Problem, stage: str) -> tuple[str, ...]:
    """What the entries of a stage's vectors are called, of one head; nothing if they are not."""
    named = _named_after(problem, stage)
    own = problem.dimensions.get(named, ())
    if not own and problem.unprojected and problem.heads is None and named in ("Q", "K", "V"):
        return problem.dimensions.get("X", ())
    return own


def _named_after(problem: Problem, stage: str) -> str:
    if stage not in ("output", "d_output"):
        return _MADE_OF.get(stage, stage)
    if problem.W_O is None:
        return "V" if problem.heads is None else ""
    return "X" if problem.W_O.shape[-1] == problem.d_model else ""
