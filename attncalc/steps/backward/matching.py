"""S = Q Kᵀ, turned round: dQ = dS K, and dK = dSᵀ Q.

Keys that several heads share get the sum of what comes from each of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.problem.problem import Problem
from attncalc.steps.backward.forward import Forward
from attncalc.steps.backward.kinds import Entries, Formulas, Made, W, Wholes
from attncalc.steps.backward.weighted_sum import grouped, shared
from attncalc.steps.enclosing import Index, group_of
from attncalc.steps.interface import Part, Shape

PART: Part | None = "backward"


def of_queries(dS: W, K: W) -> W:
    """dQ = dS K: each key by how much its score should change. (n, m), (m, d_k) -> (n, d_k)"""
    made: W = dS @ K
    return made


def of_keys(dS: W, Q: W) -> W:
    """dK = dSᵀ Q: each query by how much its score should change. (n, m), (n, d_k) -> (m, d_k)"""
    made: W = dS.swapaxes(-1, -2) @ Q
    return made


def shapes(problem: Problem) -> dict[str, Shape]:
    """The gradients of queries (n, d_k) and keys (m, d_k) as they have met."""
    forward = Forward(problem)
    if problem.attention.chosen("score") is not None or not forward.scores:
        return {}
    return forward.of(*forward.queries[:1], *forward.keys[:1])


def _whole(wholes: Wholes[W]) -> Iterator[Made[W]]:
    forward, dS = wholes.forward, wholes.stage("d_scores")
    Q, K = wholes.stage(forward.queries[0]), wholes.stage(forward.keys[0])
    yield f"d_{forward.queries[0]}", of_queries(dS, shared(K, Q)), ("d_scores", forward.keys[0])
    dK = of_keys(grouped(dS, K), grouped(Q, K))
    yield f"d_{forward.keys[0]}", dK, ("d_scores", forward.queries[0])


def _entry(entries: Entries[W], stage: str, index: Index) -> W:
    """Rounded on the way, the scale may come last as well."""
    forward = entries.forward
    if "scaled_scores" not in forward.shapes:
        return _matched(entries, stage, index, "d_scores")
    return entries.either(
        lambda: _matched(entries, stage, index, "d_scores"),
        lambda: entries.scaled(_matched(entries, stage, index, "d_scaled_scores")),
    )


def _matched(entries: Entries[W], stage: str, index: Index, d_scores: str) -> W:
    forward = entries.forward
    problem = forward.problem
    if stage == f"d_{forward.queries[0]}":
        *head, i, c = index
        group, keys = group_of(problem, head), range(len(problem.key_tokens))
        dS = entries.block(d_scores, [[(*head, i, j) for j in keys]])
        return of_queries(dS, entries.block(forward.keys[0], [[(*group, j, c)] for j in keys]))
    *head, j, c = index
    queries = [(*each, i) for each in forward.sharing(head) for i in range(len(problem.tokens))]
    dS = entries.block(d_scores, [[(*query, j)] for query in queries])
    return of_keys(dS, entries.block(forward.queries[0], [[(*query, c)] for query in queries]))


_formulas = Formulas(_whole, _entry)
work, enclose, express = _formulas.work, _formulas.enclose, _formulas.express
count, floor = _formulas.count, _formulas.floor
