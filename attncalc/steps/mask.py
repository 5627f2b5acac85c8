"""S + B, and -inf where a query may not attend (Vaswani et al., 2017, 3.2.3).

A bias is given, or grows with the distance (Press et al., "Train Short, Test Long", 2022).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from attncalc.numbers import intervals
from attncalc.numbers.arithmetic import Array, is_exact_kind, like
from attncalc.numbers.intervals import HIDDEN, Interval
from attncalc.numbers.known import Known, settled_sum
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import HIDDEN as HIDDEN_TERM
from attncalc.numbers.terms import Rounded, Sum, Term
from attncalc.problem.options import CAUSAL, Mask, Reach
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.bias import biases, count_bias, enclose_bias, floor_of_bias
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "scores"


def masked_scores(S: Array, bias: Array | None, mask: Array | None) -> Array:
    """The bias added, and -inf where the query may not attend."""
    biased = S if bias is None else S + bias
    return biased if mask is None else np.where(mask, biased, like(S, "-Infinity"))


def sees(reach: Reach, place: Any, key: Any) -> Any:
    """Whether a query that goes with the key at a place may attend to a key.

    Of two whole numbers, or of arrays of them.
    """
    near = ((place - key <= reach.back) | (key < reach.first)) & (key - place <= reach.ahead)
    return near if reach.kept is None else near & reach.kept[key]


def first_place(reach: Reach, n: int, m: int, past: int) -> int:
    """The place of the key that the first query goes with; negative where it is before them all."""
    return m - n if reach.from_end else past


def reached(reach: Reach, n: int, m: int, past: int = 0, rows: range | None = None) -> Array:
    """True where a query may attend to a key. (n, m)

    rows: of these queries alone.
    """
    own = np.arange(n) if rows is None else np.arange(rows.start, rows.stop)
    places = first_place(reach, n, m, past) + own
    mask: Array = sees(reach, places[:, None], np.arange(m))
    return mask


def reach_of(mask: Mask) -> Reach | None:
    """Which keys a query may attend to, if that goes by their places; None for rows or no mask."""
    if isinstance(mask, Reach):
        return mask
    return CAUSAL if isinstance(mask, str) and mask == "causal" else None


def shapes(problem: Problem) -> dict[str, Shape]:
    """masked_scores (n, m), where there is a mask or a bias."""
    mask, bias = problem.attention.mask, problem.attention.later_bias
    unmasked = isinstance(mask, str) and mask == "none"
    if problem.weights is not None or (unmasked and bias is None):
        return {}
    return {"masked_scores": (len(problem.tokens), len(problem.key_tokens))}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """The bias is added first; what is hidden is -inf, whatever was added."""
    S, mask = trace.stages[trace.scored].plain, allowed(trace.problem, trace.queries)
    yield from biases(trace)
    if mask is not None:
        yield Stage.of("mask", Known(mask, np.full(mask.shape, True)))
    if trace.bias is not None:
        exact = S.exact & trace.bias.exact
        S = Known(settled_sum(S.values, trace.bias.values, exact), exact)
    masked = masked_scores(S.values, None, mask)
    hidden = masked == like(S.values, "-Infinity")
    exact = S.exact | (hidden & is_exact_kind(S.values))
    yield Stage.of("masked_scores", Known(masked, exact), trace.scored)


def allowed(problem: Problem, rows: range | None = None) -> Array | None:
    """True where the mask lets a query attend, (n, m) or (h, n, m); None where there is none.

    rows: of these queries alone.
    """
    mask = problem.attention.mask
    if isinstance(mask, np.ndarray):
        return mask if rows is None else mask[..., rows.start : rows.stop, :]
    reach = reach_of(mask)
    n, m = len(problem.tokens), len(problem.key_tokens)
    return None if reach is None else reached(reach, n, m, problem.past_length, rows)


def visible_pairs(problem: Problem) -> int:
    """How many pairs of a query and a key neither the mask nor a bias of -inf hides, in all heads.

    The same for every head, unless the mask or the bias has a matrix for each.
    """
    seen = visible_keys(problem)
    of_one = int(seen.sum())
    return of_one if seen.ndim > 1 else of_one * (problem.heads or 1)


_ROWS_AT_ONCE = 256
"""Queries whose keys are counted at a time, so that it takes no memory to speak of."""


def visible_keys(problem: Problem) -> Array:
    """How many keys each query sees that neither the mask nor a bias of -inf hides. (n,) or (h, n)

    One number a query where it is the same for every head.
    """
    bias, reach = problem.attention.bias_rows, reach_of(problem.attention.mask)
    n, m = len(problem.tokens), len(problem.key_tokens)
    if bias is None and not isinstance(problem.attention.mask, np.ndarray):
        return _reached_keys(reach or Reach(), n, m, problem.past_length)
    blocks = [range(at, min(at + _ROWS_AT_ONCE, n)) for at in range(0, n, _ROWS_AT_ONCE)]
    return np.concatenate([_visible_keys(problem, bias, rows) for rows in blocks], axis=-1)


def _visible_keys(problem: Problem, bias: Array | None, rows: range) -> Array:
    """The same of some queries, by looking at every key."""
    mask, visible = allowed(problem, rows), np.full((len(rows), len(problem.key_tokens)), True)
    if mask is not None:
        visible = visible & mask
    if bias is not None:
        added = bias[..., rows.start : rows.stop, :]
        visible = visible & (added != like(added, "-Infinity")).astype(bool)
    seen: Array = np.count_nonzero(visible, axis=-1)
    return seen


def _reached_keys(reach: Reach, n: int, m: int, past: int) -> Array:
    """How many keys each query reaches, none of which is looked at by itself. (n,)"""
    kept = np.full(m, True) if reach.kept is None else reach.kept
    before = np.concatenate([[0], np.cumsum(kept)])  # how many keys are kept before each place
    places = first_place(reach, n, m, past) + np.arange(n)
    stop = np.clip(places + min(reach.ahead, n + m) + 1, 0, m).astype(int)
    start = np.clip(places - min(reach.back, n + m), 0, m).astype(int)
    firsts = np.minimum(reach.first, np.minimum(start, stop))  # those before the window
    seen: Array = before[np.maximum(start, stop)] - before[start] + before[firsts]
    return seen


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """The bias added, or -inf."""
    bias = enclose_bias(operands, index)
    if bias.hidden or not may_attend(operands.problem, index):
        return HIDDEN
    score = operands.before(stage, index)
    return HIDDEN if score.hidden else intervals.add((score, bias))


def may_attend(problem: Problem, index: Index) -> bool:
    """Whether the query may attend to the key."""
    mask = problem.attention.mask
    if isinstance(mask, np.ndarray):
        return bool(mask[index[-mask.ndim :]])
    reach = reach_of(mask)
    if reach is None:
        return True
    n, m = len(problem.tokens), len(problem.key_tokens)
    place = first_place(reach, n, m, problem.past_length) + index[-2]
    return bool(sees(reach, place, index[-1]))


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """The bias added, or -inf, as it was worked out: neither waits for anything."""
    if operands.trace[stage][index] == like(operands.trace[stage], "-Infinity"):
        return HIDDEN_TERM
    score, bias = operands.before(stage, index), operands.trace.bias
    if bias is None:
        return score
    added = bias.values[index[-bias.values.ndim :]]
    return Sum((score, Rounded(operands.constant(added))))


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """What the bias takes; a mask takes no arithmetic."""
    return {"masked_scores": count_bias(problem, sizes)}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As far off as before, and as the bias is."""
    before = roundoff.before("masked_scores") + floor_of_bias(roundoff)
    yield "masked_scores", before + roundoff.stored("masked_scores")
