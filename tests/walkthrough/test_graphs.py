"""The graph at the end of the part on the weights: what is drawn, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

import attncalc
from attncalc.document import Graph, Inlines, OfQuery, Section, Token, Words
from attncalc.walkthrough import write_walkthrough
from tests.conftest import SAMPLES

MEANS = ": the wider the line, the greater the weight; dotted below half of the greatest"
OF_QUERY = " of its query."


def said(caption: Inlines) -> str:
    """A caption as text."""
    return "".join(
        f"“{part.text}”" if isinstance(part, Token) else part.text
        for part in caption
        if isinstance(part, Token | Words)
    )


def weights_of(fields: dict[str, Any], **chosen: Any) -> list[Section]:
    """The parts on the weights of a problem's page."""
    page = write_walkthrough(attncalc.explain(attncalc.load(fields)), **chosen)
    return [section for section in page.sections if "weights" in section.stages]


def graphs_of(fields: dict[str, Any], **chosen: Any) -> list[Graph]:
    """The graphs of a page whose reader cannot choose."""
    blocks = [block for section in weights_of(fields, **chosen) for block in section.blocks]
    return [block for block in blocks if isinstance(block, Graph)]


def drawn(graph: Graph) -> list[tuple[str, str, str]]:
    """Query, key and number of each edge."""
    nodes = [token.text for token in (*graph.queries, *graph.keys)]
    return [(nodes[edge.query], nodes[edge.key], edge.number.digits) for edge in graph.edges]


def problem_of(n: int, **options: Any) -> dict[str, Any]:
    """n tokens, each with a score of its own for every other."""
    scores = [[f"{(7 * i + 3 * j) % 31 / 10}" for j in range(n)] for i in range(n)]
    return {"tokens": [f"t{at}" for at in range(1, n + 1)], "scores": scores, **options}


def test_one_query() -> None:
    """All keys that the query attends to, with the digits of the page."""
    (graph,) = graphs_of({"tokens": list("ab"), "weights": [["0.50", "0.5"], ["0", "1"]]})
    assert drawn(graph) == [("a", "a", "0.50"), ("a", "b", "0.5")]
    assert said(graph.caption) == f"Whom “a” attends to{MEANS}."
    assert [token.focused for token in graph.queries] == [True, False]


def test_rounded() -> None:
    """A caption says that numbers are rounded, where they are."""
    (graph,) = graphs_of({"tokens": list("abc"), "scores": [["0", "1", "2"]] * 3})
    assert said(graph.caption) == f"Whom “a” attends to, weights rounded{MEANS}."
    page = weights_of({"tokens": list("abc"), "scores": [["0", "1", "2"]] * 3})[0]
    assert page.blocks[-1] is not page.blocks[-2]
    assert isinstance(page.blocks[-1], Graph)


def test_several_queries() -> None:
    """The queries of a page share a graph; of many, only their strongest edges are drawn."""
    (graph,) = graphs_of(problem_of(3, query=["t1", "t3"]))
    assert [query for query, _, _ in drawn(graph)] == ["t1"] * 3 + ["t3"] * 3
    assert said(graph.caption) == f"Whom each query attends to, weights rounded{MEANS}{OF_QUERY}"
    (graph,) = graphs_of(problem_of(8, query=[f"#{at}" for at in range(1, 9)]))
    assert len(graph.edges) == 16
    assert said(graph.caption).endswith(
        f"{OF_QUERY} Of each query only the greatest weights, at most 2, are drawn."
    )
    for query in range(8):
        weights = attncalc.explain(attncalc.load(problem_of(8)))["weights"][query]
        strongest = sorted(range(8), key=lambda key: -weights[key])[:2]
        assert sorted(strongest) == [edge.key for edge in graph.edges if edge.query == query]


def test_large_problems() -> None:
    """Of many keys the strongest are drawn, and only those; how many are left out is said."""
    (graph,) = graphs_of(problem_of(30, query="t4"))
    weights = attncalc.explain(attncalc.load(problem_of(30)))["weights"][3]
    strongest = sorted(sorted(range(30), key=lambda key: -weights[key])[:12])
    assert [key for _, key, _ in drawn(graph)] == [f"t{key + 1}" for key in strongest]
    assert [token.text for token in graph.queries] == ["t4"]
    assert len(graph.keys) == 12
    assert said(graph.caption).endswith("The 12 greatest of 30 weights are drawn.")


def test_many_queries() -> None:
    """Of many queries the first are drawn, each with its strongest edge."""
    (graph,) = graphs_of(problem_of(30, query=[f"#{at}" for at in range(1, 31)]))
    assert len(graph.queries) == len(graph.edges) == 12
    assert len(graph.keys) <= 12
    assert said(graph.caption).endswith(
        "12 of 30 queries are drawn. Of each query only the greatest weight is drawn."
    )


def test_keys_of_several_queries() -> None:
    """Several queries together lead to no more keys than a page shows."""
    scores = [[f"{2 * (j % 4 == i)}.{j % 10}" for j in range(40)] for i in range(4)]
    tokens = [f"k{at}" for at in range(40)]
    fields = {"tokens": list("abcd"), "key_tokens": tokens, "scores": scores}
    (graph,) = graphs_of({**fields, "query": list("abcd")})
    assert len(graph.keys) == 12
    for query in range(4):
        keys = [int(key[1:]) for name, key, _ in drawn(graph) if name == "abcd"[query]]
        weights = attncalc.explain(attncalc.load(fields))["weights"][query]
        ranked = sorted(range(40), key=lambda key: -weights[key])
        assert sorted(keys) == sorted(ranked[: len(keys)])


def test_no_gaps_among_the_strongest() -> None:
    """Where a key has no room any more, no weaker one of its query is drawn."""
    liked = {"a": range(7), "b": (*range(7, 14), 0)}
    scores = [
        [f"{10 - keys.index(key)}" if key in keys else "0" for key in range(14)]
        for keys in map(list, liked.values())
    ]
    tokens = [f"k{at}" for at in range(14)]
    fields = {"tokens": ["a", "b"], "key_tokens": tokens, "scores": scores, "query": ["a", "b"]}
    (graph,) = graphs_of(fields)
    assert [key for query, key, _ in drawn(graph) if query == "b"] == tokens[7:13]


def test_masked_keys() -> None:
    """A masked key has no edge; a query that sees nothing has no graph."""
    mask = [["1", "0", "0"], ["1", "1", "0"], ["0", "0", "0"]]
    fields = {**problem_of(3), "attention": {"mask": mask}}
    (graph,) = graphs_of({**fields, "query": "t2"})
    assert [key for _, key, _ in drawn(graph)] == ["t1", "t2"]
    assert [token.text for token in graph.queries] == ["t1", "t2", "t3"]
    assert graphs_of({**fields, "query": "t3"}) == []
    (graph,) = graphs_of({**fields, "query": ["t1", "t3"]})
    assert drawn(graph) == [("t1", "t1", "1")]
    (part,) = weights_of({**fields, "query": "t3"}, turns=True)
    own = [each for each in part.content if isinstance(each, OfQuery)][-3:]
    assert {each.query.text: len(each.blocks) for each in own} == {"t1": 1, "t2": 1, "t3": 0}


def test_pages_that_turn() -> None:
    """Where a reader can choose, every query has a graph of its own."""
    (part,) = weights_of(problem_of(4, query=["t1", "t3"]), turns=True)
    own = [each for each in part.content if isinstance(each, OfQuery)][-4:]
    asked = {each.query.text: each.asked for each in own}
    assert asked == {"t1": True, "t2": False, "t3": True, "t4": False}
    for each in own:
        place = int(each.query.text[1:])
        (graph,) = each.blocks
        assert isinstance(graph, Graph)
        assert {edge.query for edge in graph.edges} == {place - 1}
        assert f"“t{place}”" in said(graph.caption)
        assert [token.focused for token in graph.queries].index(True) == place - 1


@pytest.mark.parametrize("name", ["multi-head", "llama"])
def test_heads(name: str) -> None:
    """Each head that is written out has its graph, which says whose it is."""
    trace = attncalc.explain(attncalc.load(SAMPLES / f"{name}.yaml"))
    page = write_walkthrough(trace, heads=(0, 1))
    graphs = [b for section in page.sections for b in section.blocks if isinstance(b, Graph)]
    assert [said(graph.caption).partition(":")[0] for graph in graphs] == ["Head 1", "Head 2"]
    assert graphs[0].edges != graphs[1].edges


def test_cached_tokens() -> None:
    """A query after a cache is drawn as one of the tokens that it attends to."""
    fields = {
        "tokens": ["y"],
        "Q": [["1"]],
        "K": [["2"]],
        "attention": {"past": {"tokens": ["x"], "K": [["1"]]}},
    }
    (graph,) = graphs_of(fields)
    assert [edge.query for edge in graph.edges] == [1, 1]
    assert [token.focused for token in graph.queries] == [False, True]
