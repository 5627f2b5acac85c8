"""The graph at the end of the part on the weights: what is drawn, and what is said of it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.document.document import Edge, Graph, Heatmap, Inlines, OfQuery, Section, Token, Words
from attncalc.document.numerals import shown_array
from attncalc.document.style import NumberStyle
from attncalc.errors import InputError
from attncalc.selection import Selection
from attncalc.steps.trace import Trace
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.graph import attention_graph, with_few_edges
from tests.conftest import SAMPLES
from tests.random_problems import PLAIN, TAME, problems
from tests.walkthrough.test_true import value

MEANS = ": the wider the line, the greater the weight; dotted below half of the greatest"
OF_QUERY = " of its query."
OF_WEB = (
    ": a number and an arrow for the greatest weight of each query; the paler the line, the "
    "smaller the weight."
)


def said(caption: Inlines) -> str:
    """A caption as text."""
    return "".join(
        f"“{part.text}”" if isinstance(part, Token) else part.text
        for part in caption
        if isinstance(part, Token | Words)
    )


def weights_of(fields: dict[str, Any], **chosen: Any) -> list[Section]:
    """The parts on the weights of a problem's page."""
    page = write_walkthrough(attncalc.explain(attncalc.load(fields)), Selection(**chosen))
    return [section for section in page.sections if "weights" in section.stages]


def graphs_of(fields: dict[str, Any], **chosen: Any) -> list[Graph]:
    """The graphs of a page whose reader cannot choose."""
    blocks = [block for section in weights_of(fields, **chosen) for block in section.blocks]
    return [block for block in blocks if isinstance(block, Graph)]


def few_of(graph: Graph) -> Graph:
    """The few edges of a crowded graph; of another one, all it has."""
    assert graph.is_crowded == (graph.few is not None)
    return graph.few or graph


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
    (web,) = graphs_of(problem_of(8, query=[f"#{at}" for at in range(1, 9)]))
    assert len(web.edges) == 64
    assert said(web.caption) == f"Whom each query attends to, weights rounded{OF_WEB}"
    graph = few_of(web)
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
    (web,) = graphs_of(problem_of(30, query=[f"#{at}" for at in range(1, 31)]))
    assert (len(web.queries), len(web.keys), len(web.edges)) == (12, 12, 144)
    assert said(web.caption).endswith(
        f"{OF_WEB} 12 of 30 queries are drawn. 12 of 30 keys are drawn."
    )
    graph = few_of(web)
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
    own = [each for each in part.content if isinstance(each, OfQuery)]
    with_graphs = [
        each.query.text for each in own if any(isinstance(block, Graph) for block in each.blocks)
    ]
    assert with_graphs == ["t1", "t2"]


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
    page = write_walkthrough(trace, Selection(heads=(0, 1)))
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


def test_cached_namesakes() -> None:
    """A caption names a query as its node is named, where a cached token is spelled like it."""
    fields = {
        "tokens": ["the"],
        "Q": [["1"]],
        "K": [["2"]],
        "attention": {"past": {"tokens": ["the"], "K": [["1"]]}},
    }
    (graph,) = graphs_of(fields)
    (focused,) = [token for token in graph.queries if token.focused]
    assert focused.text == "the#2"
    assert said(graph.caption).startswith("Whom “the#2” attends to")


def test_weights_of_0_are_not_counted() -> None:
    """Of how many weights the greatest are drawn is true where others are 0, and says so."""
    fields = problem_of(30, query="t20", attention={"mask": "causal"})
    (graph,) = graphs_of(fields)
    assert said(graph.caption).endswith("The 12 greatest of 20 weights other than 0 are drawn.")


def test_queries_that_see_nothing_are_counted() -> None:
    """Of how many queries some are drawn: of all that the page is about."""
    mask = [["1"] * 14, ["0"] * 14, *([["1"] * 14] * 12)]
    fields = {**problem_of(14, query=[f"#{at}" for at in range(1, 15)])}
    (graph,) = graphs_of({**fields, "attention": {"mask": mask}})
    assert "12 of 14 queries are drawn." in said(graph.caption)


@pytest.mark.parametrize(
    ("weights", "strengths"),
    [
        (["0.3", "0.4", "0.2"], ["high", "high", "moderate"]),
        (["0.2999", "0.4", "0.1999"], ["moderate", "high", "low"]),
        (["0.7", "0.7", "0.35"], ["high", "high", "moderate"]),
        (["-0.5", "-1", "-2"], ["low", "low", "low"]),
    ],
)
def test_strengths(weights: list[str], strengths: list[str]) -> None:
    """High from three quarters of the greatest on, moderate from half of it on, exactly."""
    (graph,) = graphs_of({"tokens": list("abc"), "weights": [weights] * 3})
    assert [edge.strength.value for edge in graph.edges] == strengths


def test_with_few_edges() -> None:
    """Of a crowded graph the strongest edges of each query are left, the first of equal ones."""
    fields = problem_of(8, query=[f"#{at}" for at in range(1, 9)])
    whole = attention_graph(attncalc.explain(attncalc.load(fields)))
    graph = with_few_edges(whole)
    assert graph.title == "Attention (of each query, the 2 strongest edges)"
    assert set(graph.edges) < set(whole.edges)
    for query in range(8):
        kept = [edge.share for edge in graph.edges if edge.query == query]
        every = sorted((edge.share for edge in whole.edges if edge.query == query), reverse=True)
        assert sorted(kept, reverse=True) == every[:2]
    assert with_few_edges(graph) is graph
    many = problem_of(20, query=[f"#{at}" for at in range(1, 21)])
    one = with_few_edges(attention_graph(attncalc.explain(attncalc.load(many))))
    assert one.title.endswith("(of each query, the strongest edge)")
    assert len(one.edges) == 20


def test_huge_scores() -> None:
    """Scores beyond what a float holds are as strong as they are beside the greatest."""
    fields = {"tokens": ["a"], "key_tokens": ["b", "c"], "scores": [["1e400", "6e399"]]}
    graph = attention_graph(attncalc.explain(attncalc.load(fields)), "scores")
    assert [edge.share for edge in graph.edges] == [1, 0.6]


def test_huge_masked_scores() -> None:
    """A score beyond what a float holds is none that is masked."""
    fields = {"scores": [["1", "2"], ["1e400", "6e399"]], "query": "#2"}
    trace = attncalc.explain(attncalc.load({**fields, "attention": {"mask": "causal"}}))
    assert [edge.share for edge in attention_graph(trace, "scores").edges] == [1, 0.6]


@pytest.mark.parametrize("size", [1e-9, 1, 1e3, 1.2e14])
@pytest.mark.parametrize("mask", ["none", "causal"])
def test_edges_of_float64(size: float, mask: str) -> None:
    """The strongest of each query, the first of equal ones, with the digits of their whole row."""
    random = np.random.default_rng(3)
    scores = (random.integers(-9, 9, size=(60, 60)) * size).round(12)
    fields = {"scores": scores.tolist(), "attention": {"mask": mask}}
    trace = attncalc.explain(attncalc.load({**fields, "query": ["#1", "#7", "#60"]}))
    assert trace.context is None
    for stage, top, least in product(("scores", "weights"), (1, 4, None), (float("-inf"), 0.01)):
        graph = attention_graph(trace, stage, top=top, threshold=least)
        for edge, (query, key) in pairs(graph, trace).items():
            row = shown_array(trace[stage][query][None], np.zeros((1, 60), bool), NumberStyle())
            assert edge.number == row[0][key].number
        wanted: set[tuple[int, int]] = set()
        for query in (0, 6, 59):
            row = trace[stage][query]
            keys = range(query + 1 if mask == "causal" else 60)
            seen = [key for key in keys if (stage == "scores" or row[key]) and row[key] >= least]
            strongest = sorted(seen, key=lambda key: (-row[key], key))
            wanted.update((query, key) for key in strongest[:top])
        assert set(pairs(graph, trace).values()) == wanted


def test_more_edges_than_can_be_drawn() -> None:
    """A graph of a hundred thousand edges is drawn; of one more there is none."""
    fields = {"scores": np.zeros((317, 317)).tolist()}
    problem = attncalc.load({**fields, "query": [f"#{at}" for at in range(1, 318)]})
    trace = attncalc.explain(problem)
    assert len(attention_graph(trace, top=315).edges) == 315 * 317
    with pytest.raises(InputError) as refused:
        attention_graph(trace, top=316)
    assert str(refused.value) == (
        "graph: more than 100,000 edges; expected at most that many\n"
        "  hint: top leaves the strongest of each query, threshold those from a number on"
    )


def node_of(query: int, trace: Trace) -> int:
    """The place of a query among the nodes of a small problem."""
    return query + (trace.problem.past_length if trace.problem.self_attention else 0)


def pairs(graph: Graph, trace: Trace) -> dict[Edge, tuple[int, int]]:
    """The query and the key of each edge, by their places in the problem."""
    first_key = 0 if trace.problem.self_attention else len(trace.problem.tokens)
    behind = node_of(0, trace)
    return {edge: (edge.query - behind, edge.key - first_key) for edge in graph.edges}


def expect_true_edges(graph: Graph, trace: Trace, stage: str = "weights") -> None:
    """Every edge is a number of the trace, with its digits, as strong as it is."""
    recorded, joined = trace.stages[stage], pairs(graph, trace)
    for edge, (query, key) in joined.items():
        row, known = recorded.values[query], recorded.exact[query]
        assert edge.number == shown_array(row[None], known[None], NumberStyle())[0][key].number
        greatest = max(Fraction(row[other]) for at, other in joined.values() if at == query)
        share = max(Fraction(row[key]) / greatest, Fraction(0)) if greatest > 0 else Fraction(0)
        assert abs(Fraction(edge.share) - share) < Fraction(1, 10**12)
        high, moderate = share >= Fraction(3, 4), share >= Fraction(1, 2)
        assert edge.strength.value == ("high" if high else "moderate" if moderate else "low")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)), draw=st.data())
def test_graphs_are_true(problem: dict[str, Any], draw: st.DataObject) -> None:
    """Of a random problem: every weight but 0 is an edge, and what the captions say is so."""
    asked = draw.draw(st.lists(st.sampled_from(problem["tokens"]), min_size=1, unique=True))
    trace = attncalc.explain(attncalc.load({**problem, "query": asked}))
    heads = trace.problem.heads
    page = write_walkthrough(trace, Selection(heads=tuple(range(heads or 0))))
    parts = [section.blocks for section in page.sections]
    with_heatmaps = [each for each in parts if any(isinstance(block, Heatmap) for block in each)]
    for head, blocks in zip([None] if heads is None else range(heads), with_heatmaps, strict=True):
        own = trace if head is None else trace.of_head(head)
        wanted = {
            (query, key)
            for query in trace.problem.queries
            for key, weight in enumerate(own["weights"][query])
            if weight != 0
        }
        graphs = [block for block in blocks if isinstance(block, Graph)]
        assert len(graphs) == bool(wanted)
        for graph in graphs:
            joined = pairs(graph, trace)
            assert set(joined.values()) == wanted
            expect_true_edges(graph, own)
            text = said(graph.caption)
            assert text.startswith("Whom" if head is None else f"Head {head + 1}: whom")
            assert "are drawn" not in text
            assert ("rounded" in text) == any(
                value(edge.number) != Fraction(own["weights"][pair])
                or not own.stages["weights"].exact[pair]
                for edge, pair in joined.items()
            )
            focused = {place for place, token in enumerate(graph.queries) if token.focused}
            assert focused == {node_of(query, trace) for query in trace.problem.queries}


def expect_true_web(web: Graph, few: Graph, m: int) -> None:
    """Every query drawn leads to every key drawn, the few greatest among them, and that is said."""
    edges = drawn(web)
    queries, keys = ({edge[at] for edge in edges} for at in (0, 1))
    assert {edge[:2] for edge in edges} == set(product(queries, keys))
    assert queries == {query for query, _, _ in drawn(few)}
    greatest = {each.query: each for each in sorted(web.edges, key=lambda edge: edge.share)}
    assert all(edge.share == 1 for edge in greatest.values())
    assert f"{len(keys)} of {m} keys are drawn." in said(web.caption)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data(), n=st.integers(1, 20), m=st.integers(13, 20))
def test_what_is_left_out(draw: st.DataObject, n: int, m: int) -> None:
    """Of large problems the greatest weights are drawn, and as many as the caption says."""
    row = st.lists(st.integers(0, 30).map(str), min_size=m, max_size=m)
    scores = draw.draw(st.lists(row, min_size=n, max_size=n))
    tokens, keys = [f"q{at}" for at in range(n)], [f"k{at}" for at in range(m)]
    asked = draw.draw(st.lists(st.sampled_from(tokens), min_size=1, unique=True))
    fields = {"tokens": tokens, "key_tokens": keys, "scores": scores, "query": asked}
    trace = attncalc.explain(attncalc.load(fields))
    (web,) = graphs_of(fields, full=draw.draw(st.booleans()))
    graph = few_of(web)
    if graph is not web:
        expect_true_web(web, graph, m)
    text = said(graph.caption)
    by_query: dict[str, list[str]] = {}
    for query, key, _ in drawn(graph):
        by_query.setdefault(query, []).append(key)
    for query, chosen in by_query.items():
        weights = trace["weights"][tokens.index(query)]
        others = [weight for key, weight in zip(keys, weights, strict=True) if key not in chosen]
        assert min(weights[keys.index(key)] for key in chosen) >= max(others)
    assert set(by_query) <= set(asked)
    most = max(map(len, by_query.values()))
    if len(asked) == 1:
        assert f"The {most} greatest of {m} weights are drawn." in text
    elif most == 1:
        assert "Of each query only the greatest weight is drawn." in text
    else:
        assert f"Of each query only the greatest weights, at most {most}, are drawn." in text
    told = f"{len(by_query)} of {len(asked)} queries are drawn."
    assert (told in text) == (len(by_query) < len(asked))
    assert (told in said(web.caption)) == (told in text)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.sampled_from((TAME, PLAIN))), draw=st.data())
def test_graphs_of_stages(problem: dict[str, Any], draw: st.DataObject) -> None:
    """A graph of any stage of pairs: what is not masked, each edge as strong as it is."""
    trace = attncalc.explain(attncalc.load(problem))
    stages = [name for name in ("scores", "scaled_scores", "masked_scores", "weights")
              if name in trace]  # fmt: skip
    stage = draw.draw(st.sampled_from(stages))
    top = draw.draw(st.one_of(st.none(), st.integers(1, 3)))
    own = trace if trace.problem.heads is None else trace.of_head(0)
    graph = attention_graph(own, stage, top=top)
    row = own["weights"][0] if stage == "weights" else own[own.scored][0]
    seen = [value for value in row if value != (0 if stage == "weights" else Decimal("-inf"))]
    assert len(graph.edges) == min(len(seen), top or len(seen))
    expect_true_edges(graph, own, stage)
