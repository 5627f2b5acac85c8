"""Known mistakes on the way back: what a gradient is then, of all heads together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from attncalc.checking.misconceptions import Numbers
from attncalc.numbers.arithmetic import Array, like
from attncalc.steps.backward.forward import Forward
from attncalc.steps.scale import divided_scores, multiplied_scores
from attncalc.steps.trace import Trace


def of_softmax(trace: Trace) -> str | None:
    """The gradients of the scores that the softmax is of."""
    scores = Forward(trace.problem).scores
    return f"d_{scores[0]}" if scores else None


def of_scores(trace: Trace) -> str | None:
    """The gradients of the scores, where these are scaled."""
    return "d_scores" if "scaled_scores" in trace and "d_scores" in trace else None


def of_keys(trace: Trace) -> str | None:
    """The gradients of the keys as they have met the queries."""
    name = f"d_{trace.answering}"
    return name if name in trace else None


def of_values(trace: Trace) -> str | None:
    return "d_V" if "d_V" in trace else None


def without_row_sums(trace: Trace) -> Array:
    """α ∘ dα, and not α ∘ (dα - D)."""
    product: Array = trace["weights"] * trace["d_weights"]
    return product


def by_diagonal_alone(trace: Trace) -> Array:
    """α (1 - α) dα: the diagonal of the Jacobian, as of a sigmoid."""
    A = trace["weights"]
    product: Array = A * (like(A, 1) - A) * trace["d_weights"]
    return product


def with_mean(trace: Trace) -> Array:
    """α ∘ (dα - mean of dα), each key counted once."""
    d = trace["d_weights"]
    mean = d.sum(axis=-1, keepdims=True) / like(d, d.shape[-1])
    product: Array = trace["weights"] * (d - mean)
    return product


def with_mask_let_through(trace: Trace) -> Array | None:
    """As if every key could be seen: with the weights that it would have then."""
    if trace.mask is None or trace.problem.attention.sink is not None:
        return None
    source = trace.stages["masked_scores"].made_of[0]
    S = trace[source] if trace.bias is None else trace[source] + trace.bias.values
    A = Numbers(trace).softmax(S)
    d = trace["d_weights"]
    product: Array = A * (d - (A * d).sum(axis=-1, keepdims=True))
    return product


def scaled(times: int) -> Callable[[Trace], Array]:
    """Scaled so many times, and not once."""

    def rule(trace: Trace) -> Array:
        d = trace["d_scaled_scores"]
        for _ in range(times):
            divisor, factor = trace.number("divisor"), trace.number("factor")
            d = multiplied_scores(d, factor) if divisor is None else divided_scores(d, divisor)
        return d

    return rule


def not_transposed(trace: Trace) -> Array | None:
    """dS Q, and not dSᵀ Q."""
    dS, Q = trace["d_scores"], trace[trace.asking]
    if dS.shape[-1] != dS.shape[-2] or not _is_dot(trace):
        return None
    return _added(trace, dS @ Q, trace.answering)


def of_one_head(name: str) -> Callable[[Trace], Array | None]:
    """What comes of the first head of each group, and not the sum over all of them."""

    def rule(trace: Trace) -> Array | None:
        h, groups = trace.problem.heads, trace.problem.kv_heads
        if h is None or groups is None or h == groups or not _is_dot(trace):
            return None
        if name == "V":
            left, right = trace["weights"], trace[f"d_{trace.attended}"]
        else:
            left, right = trace["d_scores"], trace[trace.asking]
        made: Array = (np.swapaxes(left, -1, -2) @ right)[:: h // groups]
        return made

    return rule


def values_not_transposed(trace: Trace) -> Array | None:
    """A dO, and not Aᵀ dO."""
    A = trace["weights"]
    if A.shape[-1] != A.shape[-2]:
        return None
    return _added(trace, A @ trace[f"d_{trace.attended}"], "V")


def _is_dot(trace: Trace) -> bool:
    return "scores" in trace and trace.problem.attention.chosen("score") is None


def _added(trace: Trace, by_head: Array, stage: str) -> Array:
    """Over the heads of each group."""
    if trace.problem.heads is None:
        return by_head
    groups = len(trace[stage])
    total: Array = by_head.reshape(groups, -1, *by_head.shape[1:]).sum(axis=1)
    return total
