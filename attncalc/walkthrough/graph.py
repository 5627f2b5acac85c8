"""From a trace to graphs: tokens, and an edge from each query to every key it attends to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np

from attncalc.document.document import (
    FEW_EDGES,
    Block,
    Edge,
    Graph,
    Inlines,
    OfQuery,
    Strength,
    Token,
)
from attncalc.document.numerals import Shown, shown, shown_array
from attncalc.document.style import NumberStyle
from attncalc.document.wording import counted_words, sentences, words
from attncalc.errors import InputError
from attncalc.language import counted
from attncalc.numbers.arithmetic import Array, Exact, is_exact_kind, like
from attncalc.problem.problem import addresses_of
from attncalc.selection import Edges
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import MOST_TOKENS, Page
from attncalc.walkthrough.sources import source_of

_MODERATE, _HIGH = 0.5, 0.75
"""Shares of a query's largest number from which on an edge is moderate, and high."""

_MOST_EDGES = 100_000
"""Of a graph that somebody asked for; no program draws more of them."""

Drawn: TypeAlias = Mapping[int, Sequence[int]]
"""The keys that edges lead to, by query, in the order of the keys."""


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
    Masked keys, and those whose weight is 0, have no edge. Raises InputError for too many edges.
    """
    return graph_of(trace, Edges(stage, threshold, top, style or NumberStyle()))


def graph_of(trace: Trace, wanted: Edges) -> Graph:
    """The same with its edges chosen before."""
    queries = trace.problem.queries or (0,)
    drawn: dict[int, Sequence[int]] = {}
    left = _MOST_EDGES
    for query in queries:
        ranked = _ranked(trace, wanted.stage, query)
        high = trace.row(wanted.stage, query)[ranked].astype(np.float64) >= wanted.threshold
        drawn[query] = np.sort(ranked[high][: wanted.top]).tolist()
        left -= len(drawn[query])
        if left < 0:
            found = f"more than {_MOST_EDGES:,} edges; expected at most that many"
            hint = "top leaves the strongest of each query, threshold those from a number on"
            raise InputError("graph", found, hint=hint)
    return _graph(trace, wanted.stage, drawn, trace.problem.queries, wanted.style)


def with_few_edges(graph: Graph) -> Graph:
    """Of a crowded graph the strongest edges of each query, and a title that says so.

    For programs that draw a graph by themselves, and every number of it.
    """
    if not graph.is_crowded:
        return graph
    by_query = {
        query: sorted(edges, key=lambda edge: -edge.share)
        for query, edges in groupby(graph.edges, lambda edge: edge.query)
    }
    most = max(1, FEW_EDGES // len(by_query))
    kept = {edge for edges in by_query.values() for edge in edges[:most]}
    title = counted(
        "{title} (of each query, the strongest edge)",
        "{title} (of each query, the {count} strongest edges)",
        most,
        title=graph.title,
    )
    return replace(
        graph,
        title=title,
        edges=tuple(edge for edge in graph.edges if edge in kept),
    )


def graphs(page: Page) -> Iterator[Block | OfQuery]:
    """Whom the page's queries attend to: one graph, or one a query where its reader can choose.

    A query that attends to nothing has none.
    """
    if page.turns:
        yield from page.of_each_query(lambda query: _graphs_of(page, (query,)))
    else:
        yield from _graphs_of(page, page.queries)


def _graphs_of(page: Page, queries: Sequence[int]) -> Iterator[Graph]:
    """The graph of some queries, with its caption; none where they attend to nothing."""
    attended = {query: _ranked(page.trace, "weights", query).tolist() for query in queries}
    attending = [query for query in queries if attended[query]]
    if not attending:
        return
    if len(queries) == 1:
        yield _drawn(page, attended, {query: attended[query][:MOST_TOKENS] for query in attending})
        return
    few = _drawn(page, attended, _strongest(attended, attending[:MOST_TOKENS]))
    web = _drawn(page, attended, _web(attended, attending[:MOST_TOKENS]))
    yield replace(web, few=few) if web.is_crowded else few


def _drawn(page: Page, attended: Drawn, drawn: Drawn) -> Graph:
    """The graph of these edges, of all that the queries of a page attend to."""
    in_order = {query: sorted(keys) for query, keys in drawn.items()}
    graph = _graph(page.trace, "weights", in_order, list(attended), page.style)
    if max(len(graph.queries), len(graph.keys)) > MOST_TOKENS:
        graph = _only_needed(graph)
    caption = _caption(page, attended, drawn, crowded=graph.is_crowded)
    return replace(graph, caption=caption, topic="graph")


def _web(attended: Drawn, queries: Sequence[int]) -> dict[int, list[int]]:
    """The edges of each query to as many keys as a page shows: those that rank the highest."""
    ranks = sorted(
        (rank, place, key)
        for place, query in enumerate(queries)
        for rank, key in enumerate(attended[query])
    )
    keys = {*list(dict.fromkeys(key for _, _, key in ranks))[:MOST_TOKENS]}
    return {query: [key for key in attended[query] if key in keys] for query in queries}


def _strongest(attended: Drawn, queries: Sequence[int]) -> dict[int, list[int]]:
    """A few edges of each query, the strongest, to as many keys together as a page shows."""
    drawn: dict[int, list[int]] = {query: [] for query in queries}
    keys: set[int] = set()
    for rank in range(FEW_EDGES // len(queries)):
        for query in queries:
            next_ones = attended[query][rank : rank + 1]
            if len(drawn[query]) == rank and len(keys.union(next_ones)) <= MOST_TOKENS:
                drawn[query] += next_ones
                keys.update(next_ones)
    return drawn


def _caption(page: Page, attended: Drawn, drawn: Drawn, *, crowded: bool) -> Inlines:
    """What is drawn, what the lines mean, and what is left out."""
    exact = all(n.exact for row in page.stage("weights", list(drawn)) for n in row)
    count, total = (sum(map(len, each.values())) for each in (drawn, attended))
    if len(attended) == 1:
        subject = _subject(page, next(iter(attended)))
        said = words(
            "{subject}: the wider the line, the greater the weight; dotted below half of the "
            "greatest."
            if exact
            else "{subject}, weights rounded: the wider the line, the greater the weight; dotted "
            "below half of the greatest.",
            subject=subject,
        )
        return sentences(said, _greatest(page, count, total))
    subject = _subject(page, None)
    if crowded:
        said = words(
            "{subject}: a number and an arrow for the greatest weight of each query; the paler the "
            "line, the smaller the weight."
            if exact
            else "{subject}, weights rounded: a number and an arrow for the greatest weight of "
            "each query; the paler the line, the smaller the weight.",
            subject=subject,
        )
        return sentences(said, *_keys_left_out(attended, drawn))
    said = words(
        "{subject}: the wider the line, the greater the weight; dotted below half of the greatest "
        "of its query."
        if exact
        else "{subject}, weights rounded: the wider the line, the greater the weight; dotted below "
        "half of the greatest of its query.",
        subject=subject,
    )
    return sentences(said, *_left_out(attended, drawn))


def _subject(page: Page, query: int | None) -> Inlines:
    """What a graph shows: of one query or, if it is None, of each."""
    head = page.trace.head
    if query is None and head is None:
        return words("Whom each query attends to")
    if query is None:
        return words("Head {head}: whom each query attends to", head=(head or 0) + 1)
    token = _named(page, query)
    if head is None:
        return words("Whom {query} attends to", query=token)
    return words("Head {head}: whom {query} attends to", head=head + 1, query=token)


def _greatest(page: Page, count: int, total: int) -> Inlines:
    """How many weights of a single query are drawn, if not all that are not 0."""
    if count == total:
        return ()
    if total == page.trace.stages["weights"].shape[-1]:
        return words("The {count} greatest of {total} weights are drawn.", count=count, total=total)
    return words(
        "The {count} greatest of {total} weights other than 0 are drawn.", count=count, total=total
    )


def _queries_left_out(attended: Drawn, drawn: Drawn) -> Iterator[Inlines]:
    """How many queries are drawn, if not all that attend to anything."""
    if len(drawn) < sum(map(bool, attended.values())):
        yield words("{count} of {total} queries are drawn.", count=len(drawn), total=len(attended))


def _keys_left_out(attended: Drawn, drawn: Drawn) -> Iterator[Inlines]:
    """How many queries are drawn, and to how many keys."""
    yield from _queries_left_out(attended, drawn)
    count, total = (
        len({key for row in each.values() for key in row}) for each in (drawn, attended)
    )
    if count < total:
        yield words("{count} of {total} keys are drawn.", count=count, total=total)


def _left_out(attended: Drawn, drawn: Drawn) -> Iterator[Inlines]:
    """Which queries, and which weights of each, are not drawn."""
    yield from _queries_left_out(attended, drawn)
    if any(len(keys) < len(attended[query]) for query, keys in drawn.items()):
        yield counted_words(
            "Of each query only the greatest weight is drawn.",
            "Of each query only the greatest weights, at most {count}, are drawn.",
            max(map(len, drawn.values())),
        )


def _named(page: Page, query: int) -> Token:
    """A query as its node is called, among tokens of which cached ones may be spelled like it."""
    if page.trace.problem.self_attention:
        return page.key_token(page.offset + query, focused=True)
    return page.query_token(query, focused=True)


def _graph(
    trace: Trace, stage: str, drawn: Drawn, focused: Sequence[int], style: NumberStyle
) -> Graph:
    """Every token, and the edges drawn. focused: the queries that stand out."""
    problem = trace.problem
    own, offset = problem.self_attention, problem.past_length
    first_key = 0 if own else len(problem.tokens)
    edges: list[Edge] = []
    for query, keys in drawn.items():
        row, known = trace.row(stage, query), trace.stages[stage][query].exact
        numbers, shares = _shown(row, known, keys, style), _shares(trace, row[list(keys)])
        node = offset + query if own else query
        for key, each, share in zip(keys, numbers, shares, strict=True):
            strength = _strength(share)
            edges.append(Edge(node, first_key + key, each.number, strength, float(share)))
    stand_out = {offset + query if own else query for query in focused}
    names, asked = problem.key_tokens if own else problem.tokens, problem.key_tokens
    nodes = tuple(Token(name, place in stand_out) for place, name in enumerate(addresses_of(names)))
    others = () if own else addresses_of(asked)
    return Graph(
        problem.title or "Attention",
        nodes,
        tuple(map(Token, others)),
        tuple(edges),
    )


def _only_needed(graph: Graph) -> Graph:
    """Only the tokens that edges join, the keys apart from the queries."""
    nodes = (*graph.queries, *graph.keys)
    queries = sorted({edge.query for edge in graph.edges})
    keys = sorted({edge.key for edge in graph.edges})
    edges = tuple(
        replace(edge, query=queries.index(edge.query), key=len(queries) + keys.index(edge.key))
        for edge in graph.edges
    )
    return replace(
        graph,
        queries=tuple(nodes[place] for place in queries),
        keys=tuple(nodes[place] for place in keys),
        edges=edges,
    )


def _shown(row: Array, known: Exact, keys: Sequence[int], style: NumberStyle) -> Sequence[Shown]:
    """Some numbers of a row, as they are shown in the whole of it."""
    if is_exact_kind(row):
        every = shown_array(row[None], known[None], style)[0]
        return [every[key] for key in keys]
    # Of numbers that are all rounded, the largest says how all of them are written.
    largest = int(np.abs(np.where(np.isfinite(row), row, 0)).argmax())
    places = [*keys, largest]
    return shown(list(row[places]), known[places].tolist(), style)[:-1]


def _ranked(trace: Trace, stage: str, query: int) -> Array:
    """The keys that a query attends to, the largest number first, the first of equal ones."""
    row = trace.row(stage, query)
    keys = np.flatnonzero(_attended(trace, stage, query, row))
    # copy_negate, because a minus sign would round to the current context
    falling = [number.copy_negate() for number in row[keys]] if is_exact_kind(row) else -row[keys]
    return keys[np.argsort(falling, kind="stable")]


def _attended(trace: Trace, stage: str, query: int, row: Array) -> Exact:
    """Which keys are not masked, and not of weight 0."""
    if stage == "weights":
        return np.asarray(np.not_equal(row, 0), dtype=bool)
    last = trace.row(source_of(trace, "exponentials"), query)
    return np.asarray(np.not_equal(last, like(last, "-Infinity")), dtype=bool)


def _shares(trace: Trace, numbers: Array) -> list[Any]:
    """Of the largest number, from 0 to 1; in the trace's numbers, where 0.3 is 3/4 of 0.4."""
    largest = max(numbers, default=0)
    if largest <= 0:
        return [0] * len(numbers)
    with trace.rounding():
        return [max(0, number / largest) for number in numbers]


def _strength(share: Any) -> Strength:
    """share: a number of either kind."""
    if share >= _HIGH:
        return Strength.HIGH
    return Strength.MODERATE if share >= _MODERATE else Strength.LOW
