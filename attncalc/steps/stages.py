"""What stands along the axes of stages, and which stages are of what."""

from __future__ import annotations

from collections.abc import Sequence

from attncalc.names import NAMES, OF_PARAMETERS, ONE_A_PAIR, STAGES, Axis
from attncalc.problem.problem import Problem

ON_REQUEST = tuple(stage.name for stage in NAMES.values() if stage.on_request)
"""Stages that JSON leaves out unless they are asked for or claimed."""

_BEFORE_POWERS = STAGES[: STAGES.index("exponentials")]

OF_SCORES = tuple(name for name in ONE_A_PAIR if name in _BEFORE_POWERS)
"""Stages of the scores, in which a key may be masked."""

HIDING = ("biased_scores", "masked_scores")
"""Those in which keys are hidden; what comes after them hides the same."""

OF_QUERIES = tuple(name for name in STAGES if NAMES[name].letter == "q")
"""Stages of the queries, from Q on until they meet the keys."""

OF_ANSWERS = tuple(name for name in STAGES if NAMES[name].letter == "k")
"""Stages of the keys, likewise."""

OF_POWERS = ("exponentials", "sums")
"""Stages between the scores and the weights."""


def _with(*axes: Axis) -> tuple[str, ...]:
    return tuple(stage for stage in STAGES if set(axes) & set(NAMES[stage].axes))


OF_HEADS = _with(Axis.HEAD, Axis.KV_HEAD)
"""Stages with an axis for the heads in front, where a problem has heads."""

OF_GROUPS = _with(Axis.KV_HEAD)
"""Those of them that have one matrix a key-value head."""

OF_PAIRS = tuple(stage for stage in _with(Axis.QUERY) if Axis.KEY in NAMES[stage].axes)
"""Stages with one row a query token and one column a key token."""

OF_KEYS = tuple(stage for stage in _with(Axis.KEY, Axis.NEW_KEY) if stage not in OF_PAIRS)
"""Stages with one row a key token."""


def axes_of(stage: str, *, heads: bool) -> tuple[Axis, ...]:
    """What each axis of a stage is of, in order. heads: whether there is one for the heads."""
    axes = NAMES[stage].axes
    return axes if heads or stage not in OF_HEADS else axes[1:]


def axes_in(stage: str, problem: Problem, *, heads: bool) -> tuple[Axis, ...]:
    """The same in a problem, which may give a matrix for each head: its gradient has that axis."""
    axes = axes_of(stage, heads=heads)
    if stage not in OF_PARAMETERS:
        return axes
    name = stage.removeprefix("d_")
    given = getattr(problem, name)
    if given is None or given.ndim == len(axes):
        return axes
    return (Axis.KV_HEAD if name[-1] in "KV" else Axis.HEAD, *axes)


def tokens_along(axis: Axis, problem: Problem) -> Sequence[str] | None:
    """The tokens that stand along an axis; None along heads and the entries of vectors."""
    match axis:
        case Axis.QUERY:
            return problem.tokens
        case Axis.KEY:
            return problem.key_tokens
        case Axis.NEW_KEY:
            return problem.key_tokens[problem.past_length :]
        case _:
            return None
