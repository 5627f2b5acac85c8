"""α_ij = e^s_ij / Σ_l e^s_il: a row of scores as shares of 1 (Vaswani et al., 2017, 3.2.1).

The base may be another than e. A sink is one more score, whose share goes to nobody (Xiao et al.,
"Efficient Streaming Language Models with Attention Sinks", 2024).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import Exact, like
from attncalc.numbers.known import Known, joined
from attncalc.problem.problem import Problem
from attncalc.steps import attention
from attncalc.steps.interface import Shape
from attncalc.steps.trace import Stage, Trace


def shapes(problem: Problem) -> dict[str, Shape]:
    """exponentials (n, m) and sums (n), unless weights are given; weights (n, m)."""
    n, m = len(problem.tokens), len(problem.key_tokens)
    between: dict[str, Shape] = {"exponentials": (n, m), "sums": (n,)}
    return {**(between if problem.weights is None else {}), "weights": (n, m)}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """Powers, their sum, and each power divided by it; or weights as they are given."""
    problem = trace.problem
    if problem.weights is not None:
        yield Stage.of("weights", Known.given(problem.weights))
        return
    typed_base, sink = problem.attention.base, problem.attention.sink
    S, equal = trace.stages[trace.scored].plain, _equal_rows(trace)
    m = S.shape[-1]
    base = None if isinstance(typed_base, str) else like(S.values, typed_base)
    if sink is not None:
        column = Known.given(sink).moved(lambda sinks: _as_column(sinks, S.shape))
        S, equal = joined([S, column], axis=-1), np.zeros_like(equal)
    visible: Exact = np.not_equal(S.values, like(S.values, "-Infinity"))
    equal = equal | exactness.equal_rows(visible, S.values, S.exact)
    raised = attention.exponentials(S.values, base)
    powers = Known(raised, exactness.of_powers(S.values, S.exact, base and typed_base, raised))
    totals = _sums(powers)
    yield Stage.of("denominators", totals)
    shares = attention.weights(S.values, base, powers.values, totals.values)
    weights = Known(
        shares,
        exactness.of_weights(visible, equal, powers.values, totals.values, totals.exact, shares),
    )
    sums = totals
    if sink is not None:
        sums = _sums(powers[..., :m])
        yield Stage.of("sink_powers", powers[..., 0, m].moved(np.asarray))
    yield Stage.of("exponentials", powers[..., :m], trace.scored)
    yield Stage.of("sums", sums, "exponentials")
    yield Stage.of("weights", weights[..., :m], "exponentials", "sums")


def _as_column(sinks: Exact, shape: tuple[int, ...]) -> Exact:
    """A logit for each row, () or (h,) -> (…, n, 1)."""
    return np.broadcast_to(sinks[..., None, None], (*shape[:-1], 1))


def _sums(powers: Known) -> Known:
    totals = attention.sums(powers.values)
    return Known(totals, exactness.of_sums(powers.values, powers.exact, totals))


def _equal_rows(trace: Trace) -> Exact:
    """Rows of scores that were equal, exactly, before scaling and capping, as their biases."""
    S, before = trace[trace.scored], trace.stages["scores"]
    visible: Exact = np.not_equal(S, like(S, "-Infinity"))
    equal = exactness.equal_rows(visible, before.values, before.exact)
    if trace.bias is None:
        return equal
    bias = trace.bias.moved(lambda array: np.broadcast_to(array, visible.shape))
    return equal & exactness.equal_rows(visible, bias.values, bias.exact)
