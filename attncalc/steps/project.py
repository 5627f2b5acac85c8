"""Q = X W_Q + b_Q, and so for K and V; the cached ones before them (Vaswani et al., 2017, 3.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.known import Known, N, joined
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """Q (n, d_k), K (m, d_k), V (m, d_v)."""
    n, m = len(problem.tokens), len(problem.key_tokens)
    found: dict[str, Shape] = {}
    if problem.d_k is not None:
        found |= {"Q": (n, problem.d_k), "K": (m, problem.d_k)}
    if problem.d_v is not None:
        found["V"] = (m, problem.d_v)
    return found


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """Given, projected from embeddings, or embeddings as they are."""
    problem = trace.problem
    for name in shapes(problem):
        side = "X_key" if problem.X_key is not None and name != "Q" else trace.embedded
        W, given = problem.by_head(f"W_{name}"), problem.by_head(name)
        made_of: tuple[str, ...] = (side,)
        if given is not None:
            now, made_of = Known.given(given), ()
        elif W is not None:
            now = affine(trace.stages[side].plain, W, problem.by_head(f"b_{name}"))
            made_of = (side, f"W_{name}")
        else:
            count = problem.heads if name == "Q" else problem.kv_heads
            now = trace.stages[side].plain
            if count is not None:
                now = now.moved(partial(heads.split, heads=count))
        before = problem.past_by_head(name) if name != "Q" else None
        if before is not None:
            now, made_of = joined([Known.given(before), now], axis=-2), ("past", *made_of)
        yield Stage.of(name, now, *made_of)


def affine(X: Known, W: Array, b: Array | None) -> Known:
    """X W + b, where W and b are given."""
    return projected(X, Known.given(W), None if b is None else Known.given(b))


def projected(X: N, W: N, b: N | None) -> N:
    """Q = X W_Q + b_Q, and so for K and V."""
    product: N = X @ W  # (n, d_model) @ (d_model, d_k) -> (n, d_k)
    return product if b is None else product + b[..., None, :]
