"""Graphs, as the real Mermaid and the real Graphviz read them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import attncalc
from attncalc.document import Graph, Strength
from attncalc.renderers.dot import dot
from attncalc.renderers.inert import inert_token
from attncalc.renderers.mermaid import mermaid
from attncalc.walkthrough.graph import attention_graph
from tests.conftest import SAMPLES, Attncalc

MERMAID = Path(__file__).parent / "mermaid"
HOSTILE = (
    'a"b',
    "a]b",
    "`a`",
    "a|b",
    "<script>alert(1)</script>",
    "#quot;",
    "#35;",
    "&lt;",
    "%%{init: {}}%%",
    "end",
    "a --> b",
    "\\n",
    "\\N",
    "a\nb",
    "\x1b[31m",
    "\u202e",
    "*a*",
    "{a}",
    ";",
    "中文",
    "👍🏽",
    "",
)


def needs(program: str, present: bool) -> None:
    """Skip where a consumer is missing; on a machine that runs CI that is a failure."""
    if not present:
        message = f"{program} is missing: `make consumers` installs it"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


def as_mermaid_reads(graphs: Sequence[Graph]) -> list[Any]:
    """Nodes and edges of each graph, by Mermaid's own parser."""
    needs("Mermaid", (MERMAID / "node_modules").is_dir() and shutil.which("node") is not None)
    done = subprocess.run(
        ["node", "parse.mjs"],
        cwd=MERMAID,
        input=json.dumps([mermaid(graph) for graph in graphs]),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def as_graphviz_reads(graph: Graph) -> Any:
    """The graph as Graphviz lays it out, as JSON."""
    needs("Graphviz", shutil.which("dot") is not None)
    done = subprocess.run(
        ["dot", "-Tjson"], input=dot(graph), capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


def graph_of(fields: dict[str, Any], **chosen: Any) -> Graph:
    """The graph of a problem's weights."""
    return attention_graph(attncalc.explain(attncalc.load(fields)), **chosen)


def hostile() -> Graph:
    """A graph whose tokens are anything but words, the first attending to all."""
    one = [["1"]] * len(HOSTILE)
    return graph_of({"title": 'A "title" <b>', "tokens": HOSTILE, "Q": one, "K": one})


def test_the_flowchart_of_the_notes() -> None:
    """The sample `cat` gives the flowchart of its source: who attends to whom, and how much."""
    graph = attention_graph(attncalc.explain(attncalc.load(SAMPLES / "cat.yaml")), "scores")
    (read,) = as_mermaid_reads([graph])
    assert read["type"] == "flowchart-v2"
    names = dict(read["nodes"])
    assert [
        (names[start], names[end], label, pattern) for start, end, label, pattern in read["edges"]
    ] == [
        ("Cat", "The", "Low attention (0.2)", "dotted"),
        ("Cat", "sat", "High attention (1.0)", "thick"),
        ("Cat", "mat", "Moderate attention (0.5)", "normal"),
        ("Cat", "on", "Low attention (0.1)", "dotted"),
    ]


def test_hostile_tokens_in_mermaid() -> None:
    """Mermaid takes no token for more than its letters."""
    graph = hostile()
    (read,) = as_mermaid_reads([graph])
    found = [label for _, label in read["nodes"]]
    assert len(found) == len(HOSTILE)
    for spelling, label in zip(HOSTILE, found, strict=True):
        assert _decoded(label) == inert_token(spelling)
    assert len(read["edges"]) == len(HOSTILE)


def _decoded(label: str) -> str:
    """A label with Mermaid's character codes as characters, as it draws them."""
    parts = label.replace("ﬂ°°", "#").replace("ﬂ°", "&").replace("¶ß", ";").split("#")
    text = parts[0]
    for part in parts[1:]:
        code, end, rest = part.partition(";")
        text += chr(int(code)) + rest if end else "#" + part
    return text


def test_hostile_tokens_in_graphviz() -> None:
    """Graphviz takes no token for more than its letters."""
    graph = hostile()
    read = as_graphviz_reads(graph)
    labels = [each["label"] for each in read["objects"] if not each["name"].startswith("cluster")]
    assert [_as_drawn(label) for label in labels] == [inert_token(each) for each in HOSTILE]
    assert len(read["edges"]) == len(HOSTILE)
    assert _as_drawn(read["label"]) == 'A "title" <b>'


def _as_drawn(label: str) -> str:
    """A label with the two escapes that Graphviz undoes when it draws."""
    return label.replace("\\\\", "\\").replace("&amp;", "&")


def test_strengths() -> None:
    """An edge is high, moderate or low beside the strongest of its query."""
    scores = [["8", "6", "5.9", "4", "3.9"]]
    graph = graph_of(
        {"key_tokens": list("abcde"), "tokens": ["q"], "scores": scores}, stage="scores"
    )
    assert [edge.strength for edge in graph.edges] == [
        Strength.HIGH,
        Strength.HIGH,
        Strength.MODERATE,
        Strength.MODERATE,
        Strength.LOW,
    ]
    negative = graph_of({"tokens": ["a"], "scores": [["-1"]]}, stage="scores")
    assert [(edge.share, edge.strength) for edge in negative.edges] == [(0.0, Strength.LOW)]


def test_masked_keys_have_no_edge() -> None:
    """What a query may not attend to, it has no edge to, not even one of 0."""
    one = [["1"], ["2"], ["3"]]
    fields = {"tokens": list("abc"), "Q": one, "K": one, "query": ["a", "b", "c"]}
    graph = graph_of({**fields, "attention": {"mask": "causal"}})
    assert [(edge.query, edge.key) for edge in graph.edges] == [
        (0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)
    ]  # fmt: skip
    blind = {"mask": [["0", "0", "0"]] * 3}
    assert graph_of({**fields, "attention": blind}).edges == ()


def test_threshold_and_top() -> None:
    """Weak edges are left out, by their number or by their rank."""
    fields = {"tokens": ["q"], "key_tokens": list("abc"), "weights": [["0.2", "0.5", "0.3"]]}
    assert [edge.key for edge in graph_of(fields, threshold=0.3).edges] == [2, 3]
    assert [edge.key for edge in graph_of(fields, top=1).edges] == [2]


def test_queries_after_a_cache() -> None:
    """A query stands behind the cached tokens, and is drawn as one of them."""
    past = {"tokens": ["x"], "K": [["1"]]}
    fields = {"tokens": ["y"], "Q": [["1"]], "K": [["2"]], "query": "y"}
    graph = graph_of({**fields, "attention": {"past": past}})
    assert [(token.text, token.focused) for token in graph.queries] == [("x", False), ("y", True)]
    assert [(edge.query, edge.key) for edge in graph.edges] == [(1, 0), (1, 1)]
    assert "class n1 focused" in mermaid(graph)
    assert "penwidth=3]" in dot(graph)


def test_command(attncalc: Attncalc, tmp_path: Path) -> None:
    """attncalc graph prints Mermaid, or what the suffix says."""
    animal = SAMPLES / "animal.yaml"
    result = attncalc("graph", animal, "--top", "2")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("flowchart TB\n")
    assert result.out.count("attention (") == 2
    file = tmp_path / "animal.dot"
    assert attncalc("graph", animal, "--output", file).code == 0
    assert file.read_text().startswith("digraph attention {")
    heads = attncalc("graph", SAMPLES / "llama.yaml", "--head", "2", "--format", "dot")
    assert 'label="0.1743"' in heads.out
    cross = attncalc("graph", SAMPLES / "cross-attention.yaml", "--format", "dot")
    assert "subgraph cluster_keys" in cross.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["causal.yaml", "--head", "2"], "--head: head 2, but the problem has no heads"),
        (["llama.yaml", "--head", "5"], "--head: head 5; expected 1 to 4"),
        (["tennis.yaml", "--stage", "scores"], "--stage: this problem has no scores"),
    ],
)
def test_bad_arguments(arguments: list[str], message: str, attncalc: Attncalc) -> None:
    """What cannot be drawn is refused."""
    result = attncalc("graph", SAMPLES / arguments[0], *arguments[1:])
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_several_problems(attncalc: Attncalc) -> None:
    """A drawing is of one problem."""
    two = "weights: [[1]]\n---\nweights: [[1]]\n"
    result = attncalc("graph", "-", stdin=two)
    assert (result.code, result.err) == (2, "-: 2 problems; expected 1 to draw\n")
