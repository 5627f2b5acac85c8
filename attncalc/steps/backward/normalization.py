"""x / r, turned round: dx = (u - x̂ (x̂ · u)) / r, with x̂ = x / r and u = dy, or dy times the gain.

Where r is the root of a mean, and not of a sum, the mean of x̂ ∘ u stands for x̂ · u.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from attncalc.problem.problem import Problem
from attncalc.steps.backward.forward import Forward
from attncalc.steps.backward.kinds import Entries, Formulas, Made, W, Wholes
from attncalc.steps.enclosing import Index
from attncalc.steps.interface import Part, Shape
from attncalc.steps.normalize import gain_of, length_of, norm_of

PART: Part | None = "backward"


def through_length(u: W, x: W, length: W) -> W:
    """dx = (u - x̂ (x̂ · u)) / |x|, with x̂ = x / |x|. (…, n, d), (…, n, d), (…, n, 1)"""
    x = x / length
    return (u - x * (x * u).total()) / length


def through_size(u: W, x: W, size: W) -> W:
    """dx = (u - x̂ mean(x̂ ∘ u)) / r, with x̂ = x / r. (…, n, d), (…, n, d), (…, n, 1)"""
    x = x / size
    return (u - x * (x * u).mean()) / size


def shapes(problem: Problem) -> dict[str, Shape]:
    """d_Q (n, d_k), d_K (m, d_k), where they are normalized."""
    forward = Forward(problem)
    return forward.of("Q", "K") if "Q_normalized" in forward.shapes else {}


def _whole(wholes: Wholes[W]) -> Iterator[Made[W]]:
    forward = wholes.forward
    norm = norm_of(forward.problem)
    for name in "QK":
        d, x = wholes.stage(f"d_{name}_normalized"), wholes.stage(name)
        past, gain = x.shape[-2] - wholes.new(name), gain_of(norm, name)
        u, now = d[..., past:, :], x[..., past:, :]
        if gain is not None:
            u = u * wholes.given(gain)
        size = wholes.beside(f"{name}_lengths", partial(length_of, now, norm))
        through = through_length if norm.word == "l2" else through_size
        made = wholes.defined(through(u, now, size), size)
        yield f"d_{name}", wholes.below(d[..., :past, :], made), (f"d_{name}_normalized", name)


def _entry(entries: Entries[W], stage: str, index: Index) -> W:
    name, (*row, c) = stage[-1], index
    forward = entries.forward
    if name == "K" and row[-1] < forward.problem.past_length:
        return entries.block("d_K_normalized", [[index]])
    norm = norm_of(forward.problem)
    whole = [[(*row, d) for d in range(forward.shapes[name][-1])]]
    u, x, gain = (
        entries.block(f"d_{name}_normalized", whole),
        entries.block(name, whole),
        gain_of(norm, name),
    )
    if gain is not None:
        u = u * entries.given(gain)
    size = length_of(x, norm)
    through = through_length if norm.word == "l2" else through_size
    return entries.defined(through(u, x, size), size)[:, c : c + 1]


_formulas = Formulas(_whole, _entry)
work, enclose, express = _formulas.work, _formulas.enclose, _formulas.express
count, floor = _formulas.count, _formulas.floor
