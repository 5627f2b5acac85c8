"""Through the output projection, the gate and the heads: dC = dO W_Oᵀ, dW_O = Cᵀ dO."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.steps.backward.forward import Forward
from attncalc.steps.backward.kinds import Entries, Formulas, Made, W, Wholes
from attncalc.steps.enclosing import Index
from attncalc.steps.gate import gates_of, given_gate, opening
from attncalc.steps.interface import Part, Shape

PART: Part | None = "backward"


def through(d: W, matrix: W) -> W:
    """dX = dY Wᵀ, where Y = X W. (n, b), (a, b) -> (n, a)"""
    made: W = d @ matrix.swapaxes(-1, -2)
    return made


def of_matrix(x: W, d: W) -> W:
    """dW = Xᵀ dY, where Y = X W. (n, a), (…, n, b) -> (…, a, b)"""
    made: W = x.swapaxes(-1, -2) @ d
    return made


def of_offset(d: W) -> W:
    """db = Σ_i dY_i, where Y = X W + b. (…, n, b) -> (…, b, 1)"""
    made: W = d.swapaxes(-1, -2).total()
    return made


def gates(wholes: Wholes[W]) -> W:
    """σ(G), as it let the heads' results through. (n, h·d_v)"""
    problem = wholes.forward.problem

    def formula() -> W:
        if problem.W_G is None:
            return gates_of(wholes.given(given_gate(problem), "gated"))
        b = None if problem.b_G is None else wholes.given(problem.b_G)
        x = wholes.stage(wholes.forward.embedded)
        return gates_of(opening(x, wholes.given(problem.W_G), b))

    return wholes.beside("gates", formula)


def gate_at(entries: Entries[W], i: int, c: int) -> W:
    """One of them. -> (1, 1)"""
    problem = entries.forward.problem
    if problem.W_G is None:
        return gates_of(entries.given(given_gate(problem)[i : i + 1, c : c + 1]))
    x = entries.block(entries.forward.embedded, [[(i, d) for d in range(len(problem.W_G))]])
    b = None if problem.b_G is None else entries.given(problem.b_G[c : c + 1])
    return gates_of(opening(x, entries.given(problem.W_G[:, c : c + 1]), b))


def shapes(problem: Problem) -> dict[str, Shape]:
    """d_gated, d_concatenated (n, h·d_v), d_W_O, d_b_O and d_head_outputs (n, d_v)."""
    forward = Forward(problem)
    found = forward.of("gated", "concatenated")
    if forward.wanted:
        given = {"d_W_O": problem.W_O, "d_b_O": problem.b_O}
        found |= {name: array.shape for name, array in given.items() if array is not None}
    return found | forward.of("head_outputs")


def _whole(wholes: Wholes[W]) -> Iterator[Made[W]]:
    forward = wholes.forward
    problem, last, joined = forward.problem, forward.projected, forward.joined
    dO = d = wholes.stage("d_output")
    made_of: tuple[str, ...] = ("d_output",)
    if problem.W_O is not None:
        d, made_of = through(dO, wholes.given(problem.W_O)), ("d_output", "W_O")
    if last == "gated":
        yield "d_gated", d, made_of
        d, made_of = gates(wholes) * d, ("d_gated",)
    if joined == "concatenated":
        yield "d_concatenated", d, made_of
    if problem.W_O is not None:
        yield "d_W_O", of_matrix(wholes.stage(last), dO), (last, "d_output")
    if problem.b_O is not None:
        yield "d_b_O", of_offset(dO)[..., 0], ("d_output",)
    if joined == "concatenated":
        count = wholes.stage("head_outputs").shape[0]
        d, made_of = d.moved(lambda folded: heads.split(folded, count)), ("d_concatenated",)
    yield "d_head_outputs", d, made_of


def _entry(entries: Entries[W], stage: str, index: Index) -> W:
    forward = entries.forward
    problem, every = forward.problem, range(len(forward.problem.tokens))
    if stage == "d_W_O":
        r, c = index
        x = entries.block(forward.projected, [[(i, r)] for i in every])
        return of_matrix(x, entries.block("d_output", [[(i, c)] for i in every]))
    if stage == "d_b_O":
        return of_offset(entries.block("d_output", [[(i, *index)] for i in every]))
    if stage == "d_head_outputs" and forward.joined == "concatenated":
        head, i, c = index
        return entries.block("d_concatenated", [[(i, head * forward.shapes["V"][-1] + c)]])
    i, c = index
    if stage != f"d_{forward.projected}":
        return gate_at(entries, i, c) * entries.block("d_gated", [[index]])
    if problem.W_O is None:
        return entries.block("d_output", [[index]])
    row = entries.block("d_output", [[(i, d) for d in range(problem.W_O.shape[-1])]])
    return through(row, entries.given(problem.W_O[c : c + 1]))


_formulas = Formulas(_whole, _entry)
work, enclose, express = _formulas.work, _formulas.enclose, _formulas.express
count, floor = _formulas.count, _formulas.floor
