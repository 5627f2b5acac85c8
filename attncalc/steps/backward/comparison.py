"""Other scores than the dot product, turned round.

s = q W kᵀ                     dq = Σ_j ds_ij k_j Wᵀ, and dk = Σ_i ds_ij q_i W
s = v · tanh(q W_1 + k W_2)    dq = Σ_j ds_ij (v ∘ (1 - tanh²)) W_1ᵀ, and dk likewise with W_2ᵀ
s = q · k / (|q| |k|)          dq = (u - q̂ (q̂ · u)) / |q|, with u = Σ_j ds_ij k̂_j; and dk likewise
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.formulas import length
from attncalc.problem.problem import Problem
from attncalc.steps.backward.before_output import through
from attncalc.steps.backward.forward import Forward
from attncalc.steps.backward.kinds import Entries, Formulas, Made, W, Wholes, added
from attncalc.steps.backward.normalization import through_length
from attncalc.steps.backward.weighted_sum import shared
from attncalc.steps.compare import form_of, given_numbers, of_head
from attncalc.steps.enclosing import Index, group_of
from attncalc.steps.interface import Part, Shape

PART: Part | None = "backward"


def of_queries(form: str, dS: W, Q: W, K: W, given: Mapping[str, W]) -> W:
    """dQ of one head. (…, n, m), (…, n, d_q), (…, m, d_k) -> (…, n, d_q)"""
    match form:
        case "general":
            return through(dS @ K, given[""])
        case "additive":
            return through(_bent(dS, Q, K, given).swapaxes(-1, -2).total()[..., 0], given["W_1"])
        case _:
            return through_length(dS @ (K / length(K)), Q, length(Q))


def of_keys(form: str, dS: W, Q: W, K: W, given: Mapping[str, W]) -> W:
    """dK of one head; of all queries, if its own keys. -> (…, m, d_k)"""
    turned = dS.swapaxes(-1, -2)
    match form:
        case "general":
            made: W = (turned @ Q) @ given[""]
            return made
        case "additive":
            moved = _bent(dS, Q, K, given).swapaxes(-2, -3)  # (…, m, n, a)
            return through(moved.swapaxes(-1, -2).total()[..., 0], given["W_2"])
        case _:
            return through_length(turned @ (Q / length(Q)), K, length(K))


def _bent(dS: W, Q: W, K: W, given: Mapping[str, W]) -> W:
    """ds_ij (v ∘ (1 - tanh²)) of each pair. -> (…, n, m, a)"""
    A, B = Q @ given["W_1"], K @ given["W_2"]
    share = (A[..., :, None, :] + B[..., None, :, :]).tanh()
    slope = given["v"][..., None, None, :] * (A.number(1) - share * share)
    return dS[..., None] * slope


def shapes(problem: Problem) -> dict[str, Shape]:
    """The gradients of queries (n, d_q) and keys (m, d_k) as they have met."""
    forward = Forward(problem)
    if problem.attention.chosen("score") is None:
        return {}
    return forward.of(*forward.queries[:1], *forward.keys[:1])


def _whole(wholes: Wholes[W]) -> Iterator[Made[W]]:
    forward, dS = wholes.forward, wholes.stage("d_scores")
    queries, keys, form = forward.queries[0], forward.keys[0], form_of(forward.problem)
    Q, K = wholes.stage(queries), wholes.stage(keys)
    every = shared(K, Q)
    given = {name: wholes.given(array) for name, array in given_numbers(forward.problem).items()}
    made_of = ("d_scores", queries, keys)
    dQ = of_queries(form, dS, Q, every, given)
    if form == "cosine":
        dQ = wholes.defined(dQ, wholes.uncounted(partial(length, Q)))
    yield f"d_{queries}", dQ, made_of
    dK = of_keys(form, dS, Q, every, given)
    if form == "cosine":
        dK = wholes.defined(dK, wholes.uncounted(partial(length, every)))
    yield f"d_{keys}", _summed(dK, K), made_of


def _summed(dK: W, K: W) -> W:
    """Over the heads of each group. (h, m, d_k) -> (h_kv, m, d_k)"""
    if len(K.shape) == 2 or dK.shape == K.shape:
        return dK
    groups = K.shape[0]
    together = dK.moved(lambda array: array.reshape(groups, -1, *array.shape[1:]))
    return together.moved(_last).total()[..., 0]


def _last(array: Array) -> Array:
    """The heads of a group along the last axis. (h_kv, h / h_kv, m, d) -> (h_kv, m, d, h / h_kv)"""
    return array.transpose(0, 2, 3, 1)


def _entry(entries: Entries[W], stage: str, index: Index) -> W:
    forward = entries.forward
    problem = forward.problem
    form, *place = form_of(problem), *index
    n, m = range(len(problem.tokens)), range(len(problem.key_tokens))
    queries, keys = forward.queries[0], forward.keys[0]
    d_q, d_k = range(forward.shapes["Q"][-1]), range(forward.shapes["K"][-1])
    if stage == f"d_{queries}":
        *head, i, c = place
        group = group_of(problem, head)
        dS = entries.block("d_scores", [[(*head, i, j) for j in m]])
        Q = entries.block(queries, [[(*head, i, d) for d in d_q]])
        K = entries.block(keys, [[(*group, j, d) for d in d_k] for j in m])
        dQ = of_queries(form, dS, Q, K, _of_head(entries, head))
        dQ = entries.defined(dQ, length(Q)) if form == "cosine" else dQ
        return dQ[:, c : c + 1]
    *head, j, c = place
    K = entries.block(keys, [[(*head, j, d) for d in d_k]])
    parts: list[W] = []
    for each in forward.sharing(head):
        dS = entries.block("d_scores", [[(*each, i, j)] for i in n])
        Q = entries.block(queries, [[(*each, i, d) for d in d_q] for i in n])
        dK = of_keys(form, dS, Q, K, _of_head(entries, each))
        dK = entries.defined(dK, length(K)) if form == "cosine" else dK
        parts.append(dK[:, c : c + 1])
    return added(parts)


def _of_head(entries: Entries[W], head: list[int]) -> dict[str, W]:
    """A head's own of the matrices of the score."""
    own = head[0] if head else None
    return {
        name: entries.given(of_head(array, name, own))
        for name, array in given_numbers(entries.forward.problem).items()
    }


_formulas = Formulas(_whole, _entry)
work, enclose, express = _formulas.work, _formulas.enclose, _formulas.express
count, floor = _formulas.count, _formulas.floor
