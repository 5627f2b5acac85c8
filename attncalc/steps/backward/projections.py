"""Q = X W_Q + b_Q, turned round: dX = dQ W_Qᵀ + dK W_Kᵀ + dV W_Vᵀ, dW_Q = Xᵀ dQ, db_Q = Σ dq.

Parameters have gradients shaped as they were given; positions that are added leave a gradient as it
is. Embeddings that open gates get what comes of these, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attncalc.numbers.arithmetic import Array, like
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.steps.backward.before_output import (
    gate_at,
    gates,
    of_matrix,
    of_offset,
    through,
)
from attncalc.steps.backward.forward import Forward
from attncalc.steps.backward.kinds import Entries, Formulas, Made, W, Wholes, added
from attncalc.steps.enclosing import Index
from attncalc.steps.interface import Part, Shape

PART: Part | None = "backward"


def of_opening(d: W, C: W, gate: W) -> W:
    """dG = dU ∘ C ∘ σ(G) (1 - σ(G)), where U = σ(G) ∘ C. (n, h·d_v)"""
    return d * C * (gate * (gate.number(1) - gate))


def shapes(problem: Problem) -> dict[str, Shape]:
    """d_X_positioned, d_X (n, d_model), d_X_key (m, d_model), and those of W and b."""
    forward = Forward(problem)
    if not forward.wanted:
        return {}
    names = [
        f"{kind}_{letter}"
        for letter_group in ("QKV", "G")
        for kind in "Wb"
        for letter in letter_group
    ]
    given = {f"d_{name}": getattr(problem, name) for name in names}
    parameters = {name: array.shape for name, array in given.items() if array is not None}
    return forward.of("X_positioned", "X", "X_key") | parameters


def made_from(forward: Forward, side: str) -> list[str]:
    """Which of Q, K, V and the gates are made from these embeddings."""
    problem = forward.problem
    found = [
        letter
        for letter in "QKV"
        if letter in forward.shapes
        and getattr(problem, letter) is None
        and forward.side(letter) == side
    ]
    return found + ["G"] * (problem.W_G is not None and side == forward.embedded)


def _whole(wholes: Wholes[W]) -> Iterator[Made[W]]:
    forward = wholes.forward
    problem = forward.problem
    found: dict[str, W] = {}

    def d(letter: str) -> W:
        if letter not in found:
            found[letter] = of_letter(wholes, letter)
        return found[letter]

    for side in dict.fromkeys((forward.embedded, "X_key")):
        if side in forward.shapes:
            letters = made_from(forward, side)
            parts = [_back(wholes, letter, d(letter)) for letter in letters]
            total = added(parts) if parts else wholes.given(_nothing(forward), "X")
            made_of = tuple(_named(letter) for letter in letters)
            yield f"d_{side}", total, made_of
            if side == "X_positioned":
                yield "d_X", total, ("d_X_positioned",)
    for letter in "QKVG":
        matrix = getattr(problem, f"W_{letter}")
        if matrix is not None:
            side = forward.side(letter) if letter != "G" else forward.embedded
            made = of_matrix(wholes.stage(side), d(letter))
            yield f"d_W_{letter}", _as_given(made, matrix.ndim), (side, _named(letter))
    for letter in "QKVG":
        offset = getattr(problem, f"b_{letter}")
        if offset is not None:
            made = of_offset(d(letter))[..., 0]
            folded = len(made.shape) > offset.ndim
            made = made.moved(lambda array: array.reshape(-1)) if folded else made
            yield f"d_b_{letter}", made, (_named(letter),)


def _nothing(forward: Forward) -> Array:
    """What embeddings get that nothing is made from: scores are given, and values of X_key."""
    X = forward.problem.X
    assert X is not None
    return np.full_like(X, like(X, 0))


def _named(letter: str) -> str:
    """The stage that a gradient of a side comes from."""
    return "d_gated" if letter == "G" else f"d_{letter}"


def of_letter(wholes: Wholes[W], letter: str) -> W:
    """The gradients of this step's Q, K or V, or of what opens the gates."""
    if letter == "G":
        return of_opening(
            wholes.stage("d_gated"), wholes.stage(wholes.forward.joined), gates(wholes)
        )
    d = wholes.stage(f"d_{letter}")
    return d[..., d.shape[-2] - wholes.new(letter) :, :]


def _back(wholes: Wholes[W], letter: str, d: W) -> W:
    """What embeddings get from Q, K, V or the gates."""
    if len(d.shape) == 3:
        d = d.moved(heads.concatenated)
    matrix = wholes.forward.problem.by_head(f"W_{letter}")
    if matrix is None:
        return d
    W_letter = wholes.given(matrix)
    return through(d, W_letter.moved(heads.concatenated) if matrix.ndim == 3 else W_letter)


def _as_given(made: W, axes: int) -> W:
    """A matrix a head, folded if it was given so. (h, d_model, d) -> (d_model, h·d)"""
    return made.moved(heads.concatenated) if len(made.shape) > axes else made


def _entry(entries: Entries[W], stage: str, index: Index) -> W:
    forward, name = entries.forward, stage.removeprefix("d_")
    if name == "X" and forward.embedded == "X_positioned":
        return entries.block("d_X_positioned", [[index]])
    if name.startswith("X"):
        letters, (i, c) = made_from(forward, name), index
        if not letters:
            return entries.given(_nothing(forward)[i : i + 1, c : c + 1])
        return added([part for letter in letters for part in _parts(entries, letter, i, c)])
    letter = name[-1]
    side = forward.side(letter) if letter != "G" else forward.embedded
    rows, (*place, c) = range(forward.shapes[side][0]), index
    head: list[int] = []
    if letter != "G" and forward.problem.heads is not None:
        given = getattr(forward.problem, name)
        stacked = given.ndim == (3 if name[0] == "W" else 2)
        if stacked:
            head, place = [place[0]], place[1:]
        else:
            which, c = divmod(c, forward.shapes[letter][-1])
            head = [which]
    d = _column(entries, letter, head, c)
    if name[0] == "b":
        return of_offset(d)
    return of_matrix(entries.block(side, [[(i, place[0])] for i in rows]), d)


def _column(entries: Entries[W], letter: str, head: list[int], c: int) -> W:
    """An entry of each row of the gradients of Q, K, V or of what opens the gates. -> (n, 1)"""
    forward = entries.forward
    if letter == "G":
        cells = [[(i, c)] for i in range(len(forward.problem.tokens))]
        gate = entries.stacked([gate_at(entries, i, c) for i in range(len(cells))])
        return of_opening(
            entries.block("d_gated", cells), entries.block(forward.joined, cells), gate
        )
    past = 0 if letter == "Q" else forward.problem.past_length
    rows = range(past, forward.shapes[letter][0])
    return entries.block(f"d_{letter}", [[(*head, i, c)] for i in rows])


def _parts(entries: Entries[W], letter: str, i: int, c: int) -> Iterator[W]:
    """What an entry of embeddings gets from Q, K or V, a head at a time, or from the gates."""
    forward = entries.forward
    problem = forward.problem
    if letter == "G":
        assert problem.W_G is not None
        every = range(problem.W_G.shape[-1])
        row = [[(i, d) for d in every]]
        gate = entries.stacked([gate_at(entries, i, d) for d in every]).swapaxes(0, 1)
        opening = of_opening(
            entries.block("d_gated", row), entries.block(forward.joined, row), gate
        )
        yield through(opening, entries.given(problem.W_G[c : c + 1]))
        return
    i += 0 if letter == "Q" else problem.past_length
    count = problem.heads if letter == "Q" else problem.kv_heads
    width, matrix = forward.shapes[letter][-1], problem.by_head(f"W_{letter}")
    if matrix is None:
        head, place = divmod(c, width)
        yield entries.block(f"d_{letter}", [[(*([head] if count else []), i, place)]])
        return
    for each in [[]] if count is None else [[head] for head in range(count)]:
        d = entries.block(f"d_{letter}", [[(*each, i, e) for e in range(width)]])
        yield through(d, entries.given(matrix[tuple(each)][c : c + 1]))


_formulas = Formulas(_whole, _entry)
work, enclose, express = _formulas.work, _formulas.enclose, _formulas.express
count, floor = _formulas.count, _formulas.floor
