"""q / |q|, or a q / √(mean of q² + ε) with a gain a: each head's queries and keys, before rotation.

By length: Henry et al., "Query-Key Normalization for Transformers", 2020. By the root mean square:
Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019, as in Qwen3.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.counted import Counted, Tally
from attncalc.numbers.enclosed import Enclosed
from attncalc.numbers.floating import Floating
from attncalc.numbers.formulas import W, length
from attncalc.numbers.intervals import ZERO, Interval
from attncalc.numbers.known import Known, joined
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Either, Term
from attncalc.problem.options import Chosen
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "normalization"


def shapes(problem: Problem) -> dict[str, Shape]:
    """Q_normalized (n, d_k), K_normalized (m, d_k)."""
    d_q, d_k = problem.d_q, problem.d_k
    if d_q is None or d_k is None or problem.attention.chosen("qk_norm") is None:
        return {}
    n, m = len(problem.tokens), len(problem.key_tokens)
    return {"Q_normalized": (n, d_q), "K_normalized": (m, d_k)}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """Queries and this step's keys; cached keys were normalized when they were cached."""
    norm = norm_of(trace.problem)
    for name, past in (("Q", 0), ("K", trace.problem.past_length)):
        vectors = trace.stages[name].plain
        now, gain = vectors[..., past:, :], gain_of(norm, name)
        length = length_of(now, norm)
        yield Stage.of(f"{name}_lengths", length)
        made = normalized(now, length, None if gain is None else Known.given(gain))
        yield Stage.of(f"{name}_normalized", joined([vectors[..., :past, :], made], axis=-2), name)


def length_of(x: W, norm: Chosen) -> W:
    """|x| = √Σ x², or √(Σ x² / d + ε). (…, n, d) -> (…, n, 1)"""
    if norm.word == "l2":
        return length(x)
    return ((x * x).mean() + x.number(norm.number("epsilon"))).root()


def normalized(x: W, length: W, gain: W | None) -> W:
    """x / |x|, or a x / |x|. (…, n, d) -> (…, n, d); a vector of length 0 stays 0."""
    divided = x / length
    return divided if gain is None else divided * gain


def norm_of(problem: Problem) -> Chosen:
    """How queries and keys are normalized, in a problem where they are."""
    return problem.attention.choice("qk_norm")


def gain_of(norm: Chosen, name: str) -> Array | None:
    """The gain of Q or of K, where there is one. (d_k,)"""
    return norm.array(f"gain_{name.lower()}")


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """Of the whole vector, which its length is made of."""
    name, (*place, c) = stage[0], index
    row = tuple(place)
    if name == "K" and row[-1] < operands.problem.past_length:
        return operands.of(name, index)
    found: Interval = operands.worked(stage, row, lambda: _enclosed(operands, name, row)).cells[
        0, c
    ]
    return found


def _enclosed(operands: Operands, name: str, row: Index) -> Enclosed:
    """A row, normalized; rounded on the way, it may be multiplied by 1/r, or by the gain first."""
    norm, x = norm_of(operands.problem), operands.row(name, row)
    given = gain_of(norm, name)
    gain = None if given is None else operands.constant(given)
    length = length_of(x, norm)
    made = normalized(x, length, gain)
    if operands.decimals is None or length.cells[0, 0] == ZERO:
        return made
    by_inverse = x * (x.number(1) / length)
    return made.hull(normalized(x if gain is None else x * gain, length, None)).hull(
        by_inverse if gain is None else by_inverse * gain
    )


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """Of the whole vector, which its length is made of."""
    name, (*place, c) = stage[0], index
    row = tuple(place)
    if name == "K" and row[-1] < operands.problem.past_length:
        return operands.of(name, index)
    norm, x = norm_of(operands.problem), operands.row(name, row)
    given = gain_of(norm, name)
    gain = None if given is None else operands.constants(given)
    length = length_of(x, norm)
    made = normalized(x, length, gain)
    by_inverse = x * (x.number(1) / length)
    ways: tuple[Term, ...] = (
        made.cells[0, c],
        normalized(x if gain is None else x * gain, length, None).cells[0, c],
        (by_inverse if gain is None else by_inverse * gain).cells[0, c],
    )
    return Either(ways)


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """As many as the formula does."""
    norm = norm_of(problem)
    counts = {
        "Q": (sizes.heads, sizes.n, sizes.d_q),
        "K": (sizes.kv_heads, sizes.m - sizes.past, sizes.d_k),
    }
    found: dict[str, Operations] = {}
    for name, shape in counts.items():
        tally = Tally()
        x, gain = Counted(shape, tally), gain_of(norm, name)
        normalized(x, length_of(x, norm), None if gain is None else Counted(gain.shape, tally))
        found[f"{name}_normalized"] = tally.done
    return found


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As the formula makes of vectors that are off already, and of rounded gains."""
    norm, unit = norm_of(roundoff.problem), roundoff.unit
    for name, past in (("Q", 0), ("K", roundoff.problem.past_length)):
        vectors, given = roundoff.floating(name), gain_of(norm, name)
        x = vectors[..., past:, :]
        gain = None if given is None else Floating.stored(given, unit)
        made = normalized(x, length_of(x, norm), gain)
        off = np.concatenate([vectors.off[..., :past, :], made.off], axis=-2)
        yield f"{name}_normalized", off + roundoff.stored(f"{name}_normalized")
