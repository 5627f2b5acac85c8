"""O = A V, turned round: dV = Aᵀ dO, and dA = dO Vᵀ.

What several heads share gets the sum of what comes from each of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Term
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.backward.forward import Forward
from attncalc.steps.backward.kinds import (
    Entries,
    Made,
    W,
    Wholes,
    counted,
    enclosed,
    expressed,
    off,
    worked,
)
from attncalc.steps.enclosing import Index, Operands, group_of
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "backward"


def of_values(A: W, dO: W) -> W:
    """dV = Aᵀ dO: what a value gave to each query, weighted. (n, m), (n, d_v) -> (m, d_v)"""
    made: W = A.swapaxes(-1, -2) @ dO
    return made


def of_weights(dO: W, V: W) -> W:
    """dA = dO Vᵀ: how far each value points where the output should go. -> (n, m)"""
    made: W = dO @ V.swapaxes(-1, -2)
    return made


def grouped(of_heads: W, of_groups: W) -> W:
    """The heads of each group below each other, so that one product adds up over them.

    of_groups: something with one matrix a group. (h, n, d) -> (h_kv, h / h_kv · n, d)
    """
    if len(of_groups.shape) == 2:
        return of_heads
    groups = of_groups.shape[0]
    return of_heads.moved(lambda array: array.reshape(groups, -1, array.shape[-1]))


def shared(of_groups: W, of_heads: W) -> W:
    """What each query head sees of keys or values. (h_kv, m, d) -> (h, m, d)"""
    if len(of_groups.shape) == 2:
        return of_groups
    return of_groups.moved(partial(heads.shared, heads=of_heads.shape[0]))


def shapes(problem: Problem) -> dict[str, Shape]:
    """d_V (m, d_v), d_weights (n, m)."""
    return Forward(problem).of("V", "weights")


def _whole(wholes: Wholes[W]) -> Iterator[Made[W]]:
    d_attended = f"d_{wholes.forward.attended}"
    A, V, dO = wholes.stage("weights"), wholes.stage("V"), wholes.stage(d_attended)
    yield "d_V", of_values(grouped(A, V), grouped(dO, V)), ("weights", d_attended)
    yield "d_weights", of_weights(dO, shared(V, A)), (d_attended, "V")


def _entry(entries: Entries[W], stage: str, index: Index) -> W:
    forward = entries.forward
    problem, d_attended = forward.problem, f"d_{forward.attended}"
    if stage == "d_V":
        *head, j, c = index
        queries = [(*each, i) for each in forward.sharing(head) for i in range(len(problem.tokens))]
        A = entries.block("weights", [[(*query, j)] for query in queries])
        return of_values(A, entries.block(d_attended, [[(*query, c)] for query in queries]))
    *head, i, j = index
    width, group = range(forward.shapes["V"][-1]), group_of(problem, head)
    dO = entries.block(d_attended, [[(*head, i, c) for c in width]])
    return of_weights(dO, entries.block("V", [[(*group, j, c) for c in width]]))


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """As the formulas make of what was worked out before."""
    yield from worked(trace, _whole)


def enclose(operands: Operands, stage: str, index: Index) -> Interval:
    """As the formula of an entry makes of intervals."""
    return enclosed(operands, _entry, stage, index)


def express(operands: Expressed, stage: str, index: Index) -> Term:
    """The same as a tree."""
    return expressed(operands, _entry, stage, index)


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """As many as the formulas do."""
    return counted(problem, sizes, _whole)


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As the formulas make of numbers that are off already."""
    yield from off(roundoff, _whole)
