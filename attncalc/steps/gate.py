"""σ(G) ∘ Concat(head_1, …, head_h): every entry let through by a share of its own, before W_O.

G is given, or X W_G + b_G (Qiu et al., "Gated Attention for Large Language Models", 2025).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.awaiting import Terms
from attncalc.numbers.counted import Counted, Tally
from attncalc.numbers.enclosed import Enclosed
from attncalc.numbers.floating import Floating
from attncalc.numbers.formulas import W
from attncalc.numbers.intervals import Interval
from attncalc.numbers.known import Known
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Term
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.project import affine, count_affine
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "gate"


def gated(gates: W, C: W) -> W:
    """σ(G) ∘ C, entry by entry. (n, h·d_v), (n, h·d_v) -> (n, h·d_v)"""
    return gates * C


def opening(x: W, W_G: W, b_G: W | None) -> W:
    """G = X W_G + b_G. (n, d_model), (d_model, h·d_v), (h·d_v,) -> (n, h·d_v)"""
    product: W = x @ W_G
    return product if b_G is None else product + b_G[..., None, :]


def gates_of(G: W) -> W:
    """σ(G), entry by entry."""
    return G.logistic()


def shapes(problem: Problem) -> dict[str, Shape]:
    """gated (n, h·d_v)."""
    if problem.d_v is None or not problem.is_gated:
        return {}
    return {"gated": (len(problem.tokens), problem.d_v * (problem.heads or 1))}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """Of the heads' results side by side, or of a single one's."""
    problem, last = trace.problem, trace.joined
    made_of: tuple[str, ...] = (last,)
    if problem.W_G is None:
        G = Known.given(trace.own(given_gate(problem)))
    else:
        G = affine(trace.stages[trace.embedded].plain, problem.W_G, problem.b_G)
        made_of = (last, trace.embedded, "W_G")
    yield Stage.of("gate_inputs", G)
    gates = gates_of(G)
    yield Stage.of("gates", gates)
    yield Stage.of("gated", gated(gates, trace.stages[last].plain), *made_of)


def given_gate(problem: Problem) -> Array:
    """G as it is given. (n, h·d_v)"""
    given = problem.attention.choice("gate").array()
    assert given is not None
    return given


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """The same entry, times what lets it through."""
    i, c = index
    before = Enclosed.of([operands.before(stage, index)], operands.decimals)
    found: Interval = gated(gates_of(_opened(operands, i)[:, c : c + 1]), before).cells[0, 0]
    return found


def _opened(operands: Operands, i: int) -> Enclosed:
    """A row of G. (1, h·d_v)"""
    problem, matrix = operands.problem, operands.problem.W_G
    if matrix is None:
        return operands.worked(
            "gate", (i,), lambda: operands.constant(given_gate(problem)[i : i + 1])
        )
    W_G = operands.worked("W_G", (), lambda: operands.constant(matrix))
    b_G = None if problem.b_G is None else operands.constant(problem.b_G)
    x = operands.row(operands.trace.embedded, (i,))
    return operands.worked("gate", (i,), lambda: opening(x, W_G, b_G))


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """The same entry, times what lets it through."""
    (i, c), problem = index, operands.problem
    before = Terms.of([operands.before(stage, index)])
    if problem.W_G is None:
        G = operands.constants(given_gate(problem)[i : i + 1])
    else:
        b_G = None if problem.b_G is None else operands.constants(problem.b_G)
        x = operands.row(operands.trace.embedded, (i,))
        G = opening(x, operands.constants(problem.W_G), b_G)
    found: Term = gated(gates_of(G[:, c : c + 1]), before).cells[0, 0]
    return found


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """As many as the formula does, and what it takes to make G."""
    shape, tally = (sizes.n, sizes.heads * sizes.d_v), Tally()
    gated(gates_of(Counted(shape, tally)), Counted(shape, tally))
    return {"gated": count_affine(problem, "G", math.prod(shape)) + tally.done}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As the formula makes of numbers that are off already."""
    problem, trace, unit = roundoff.problem, roundoff.trace, roundoff.unit
    if problem.W_G is None:
        G = Floating.stored(given_gate(problem), unit)
    else:
        b = None if problem.b_G is None else Floating.stored(problem.b_G, unit)
        G = opening(roundoff.floating(trace.embedded), Floating.stored(problem.W_G, unit), b)
    made = gated(gates_of(G), roundoff.floating(trace.joined))
    yield "gated", made.off + roundoff.stored("gated")
