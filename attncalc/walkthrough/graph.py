"""From a trace to a graph: tokens, and an edge from each query to every key it attends to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from attncalc.document import Edge, Graph, Strength, Token
from attncalc.numerals import NumberStyle, shown
from attncalc.problem import address_of
from attncalc.trace import Trace

_MODERATE, _HIGH = 0.5, 0.75
"""Shares of a query's largest number from which on an edge is moderate, and high."""


def attention_graph(
    trace: Trace,
    stage: str = "weights",
    *,
    threshold: float = float("-inf"),
    top: int | None = None,
    style: NumberStyle | None = None,
) -> Graph:
    """The graph of a stage of pairs of one head, for the problem's queries, or its first one.

    threshold: edges whose number is below it are left out. top: so many edges a query at most.
    """
    problem = trace.problem
    queries = problem.queries or (0,)
    offset = problem.past_length
    own = problem.self_attention
    asked = problem.key_tokens
    first_key = 0 if own else len(problem.tokens)
    edges: list[Edge] = []
    for query in queries:
        row, known = trace[stage][query], trace.stages[stage].exact[query]
        numbers = shown(list(row), known.tolist(), style or NumberStyle())
        places = _kept(row, _visible(trace, query), threshold, top)
        largest = max((float(row[key]) for key in places), default=0.0)
        for key in places:
            share = max(0.0, float(row[key]) / largest) if largest > 0 else 0.0
            node = offset + query if own else query
            edges.append(Edge(node, first_key + key, numbers[key].number, _strength(share), share))
    focused = {offset + query if own else query for query in problem.queries}
    names = asked if own else problem.tokens
    nodes = tuple(Token(address_of(place, names), place in focused) for place in range(len(names)))
    keys = () if own else tuple(Token(address_of(place, asked)) for place in range(len(asked)))
    return Graph(problem.title or "Attention", nodes, keys, tuple(edges))


def _visible(trace: Trace, query: int) -> list[int]:
    """The keys that are not masked."""
    keys = range(trace["weights"].shape[-1])
    if "masked_scores" not in trace:
        return list(keys)
    row = trace["masked_scores"][query]
    return [key for key in keys if np.isfinite(float(row[key]))]


def _kept(row: Any, visible: list[int], threshold: float, top: int | None) -> Sequence[int]:
    """The keys that an edge leads to: of the visible ones the largest, from the threshold on."""
    ranked = sorted(visible, key=lambda key: -row[key])
    return sorted([key for key in ranked if float(row[key]) >= threshold][:top])


def _strength(share: float) -> Strength:
    if share >= _HIGH:
        return Strength.HIGH
    return Strength.MODERATE if share >= _MODERATE else Strength.LOW
