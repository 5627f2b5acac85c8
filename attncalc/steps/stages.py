"""The stages of a problem: which it has, of what shapes, and what stands along their axes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from attncalc.names import NAMES, STAGES, Axis
from attncalc.problem.options import Rotary
from attncalc.problem.problem import Problem

ON_REQUEST = tuple(stage.name for stage in NAMES.values() if stage.on_request)
"""Stages that JSON leaves out unless they are asked for or claimed."""

OF_SCORES = ("scores", "scaled_scores", "capped_scores", "masked_scores")
"""Stages of the scores, in which a key may be masked."""

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


def stage_shapes(problem: Problem) -> dict[str, tuple[int, ...]]:
    """The stages a problem has and their shapes, in order, without computing them."""
    n, m = len(problem.tokens), len(problem.key_tokens)
    d_v = problem.d_v
    shapes: dict[str, tuple[int, ...]] = {}
    for name in ("X", "X_key"):
        given = getattr(problem, name)
        if given is not None:
            shapes[name] = given.shape
    if problem.adds_positions:
        shapes |= {"positions": shapes["X"], "X_positioned": shapes["X"]}
    of_head = _shapes_of_head(problem, n, m)
    for name, shape in of_head.items():
        count = problem.kv_heads if name in OF_GROUPS else problem.heads
        shapes[name] = shape if count is None else (count, *shape)
    if d_v is None:
        return shapes
    width = d_v
    if problem.heads is not None:
        width = problem.heads * d_v
        shapes["concatenated"] = (n, width)
    shapes["output"] = (n, width if problem.W_O is None else problem.W_O.shape[-1])
    if problem.heads is None and problem.W_O is None:
        del shapes["head_outputs"]
    return shapes


def _shapes_of_head(problem: Problem, n: int, m: int) -> dict[str, tuple[int, ...]]:
    """The stages from Q to head_outputs, for one head."""
    options, d_k, d_v = problem.attention, problem.d_k, problem.d_v
    shapes: dict[str, tuple[int, ...]] = {}
    if d_k is not None:
        shapes |= {"Q": (n, d_k), "K": (m, d_k)}
    if d_v is not None:
        shapes["V"] = (m, d_v)
    if d_k is not None and isinstance(options.positions, Rotary):
        shapes |= {"Q_rotated": (n, d_k), "K_rotated": (m, d_k)}
    if problem.weights is None:
        shapes["scores"] = (n, m)
        if isinstance(options.scale, Decimal) or (options.scale != "none" and d_k is not None):
            shapes["scaled_scores"] = (n, m)
        if options.softcap is not None:
            shapes["capped_scores"] = (n, m)
        masked = not (isinstance(options.mask, str) and options.mask == "none")
        if masked or options.bias is not None:
            shapes["masked_scores"] = (n, m)
        shapes |= {"exponentials": (n, m), "sums": (n,)}
    shapes["weights"] = (n, m)
    if d_v is not None:
        shapes |= {"weighted_values": (n, m, d_v), "head_outputs": (n, d_v)}
    return shapes
