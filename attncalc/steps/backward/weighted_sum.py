"""O = A V, turned round: dV = Aᵀ dO, and dA = dO Vᵀ.

What several heads share gets the sum of what comes from each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.steps.backward.forward import Forward
from attncalc.steps.backward.kinds import Entries, Formulas, Made, W, Wholes
from attncalc.steps.enclosing import Index, group_of
from attncalc.steps.interface import Part, Shape

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


_formulas = Formulas(_whole, _entry)
work, enclose, express = _formulas.work, _formulas.enclose, _formulas.express
count, floor = _formulas.count, _formulas.floor
