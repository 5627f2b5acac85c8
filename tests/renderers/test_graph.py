"""Graphs, flows and exchanges, as the real Mermaid and the real Graphviz read them."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import attncalc
from attncalc.document.document import (
    Arrow,
    Box,
    Branch,
    Exchange,
    Flow,
    Graph,
    Message,
    Strength,
)
from attncalc.renderers.drawings.dot import dot, dot_flow
from attncalc.renderers.drawings.mermaid import mermaid, mermaid_exchange, mermaid_flow
from attncalc.renderers.inert import inert, inert_token
from attncalc.walkthrough.graph import attention_graph
from attncalc.walkthrough.pipeline import pipeline
from tests import samples
from tests.conftest import SAMPLES
from tests.renderers.chromium import browser
from tests.renderers.hostile import HOSTILE as CORPUS

MERMAID = Path(__file__).parent / "mermaid"
HOSTILE = (
    *CORPUS,
    'a"b',
    "a]b",
    "`a`",
    "a|b",
    "#quot;",
    "%%{init: {}}%%",
    "end",
    "a --> b",
    "- a",
    "1. a",
    "_a_",
    "\\n",
    "\\N",
    "{a}",
    "style:x#y;",
    "classDef a:b;",
    ";",
    "👍🏽",
)
NOTES = """
flowchart TB
    %% Set up each word and label the connections with attention scores
    subgraph "Sentence (The cat sat on mat)"
        The["The"]
        cat["Cat"]
        sat["Sat"]
        on["On"]
        mat["Mat"]
    end

    %% Links representing attention weights (higher score for more relevant words)
    cat -.->|"Low Attention (0.2)"| The
    cat -->|"High Attention (1.0)"| sat
    cat -->|"Moderate Attention (0.5)"| mat
    cat -.->|"Low Attention (0.1)"| on
"""
"""The flowchart of the notes that the sample `cat` is from."""


def needs(program: str, present: bool) -> None:
    """Skip where a consumer is missing; on a machine that runs CI that is a failure."""
    if not present:
        message = f"{program} is missing: `make consumers` installs it"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


def as_mermaid_reads(texts: Sequence[str]) -> list[Any]:
    """Nodes and edges of each text, or participants and messages, by Mermaid's own parser."""
    needs("Mermaid", (MERMAID / "node_modules").is_dir() and shutil.which("node") is not None)
    process = _mermaid()
    assert process.stdin is not None
    assert process.stdout is not None
    print(json.dumps(texts), file=process.stdin, flush=True)
    found: list[Any] = json.loads(process.stdout.readline())
    return found


@cache
def _mermaid() -> subprocess.Popen[str]:
    """One process for all tests: to begin takes longer than to read them all."""
    pipe = subprocess.PIPE
    return subprocess.Popen(["node", "parse.mjs"], cwd=MERMAID, stdin=pipe, stdout=pipe, text=True)


@pytest.fixture(scope="module", autouse=True)
def mermaid_ends() -> Iterator[None]:
    """Ends it, if it was begun."""
    yield
    if _mermaid.cache_info().currsize:
        with _mermaid():
            _mermaid.cache_clear()


def as_graphviz_reads(text: str) -> Any:
    """The graph as Graphviz lays it out, as JSON."""
    needs("Graphviz", shutil.which("dot") is not None)
    done = subprocess.run(["dot", "-Tjson"], input=text, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return json.loads(done.stdout)


def graph_of(fields: dict[str, Any], **chosen: Any) -> Graph:
    """The graph of a problem's weights."""
    return attention_graph(attncalc.explain(attncalc.load(fields)), **chosen)


def hostile() -> Graph:
    """A graph whose tokens are anything but words, the first attending to all."""
    one = [["1"]] * len(HOSTILE)
    return graph_of({"title": 'A "title" <b>', "tokens": HOSTILE, "Q": one, "K": one})


def named_edges(read: Any) -> list[list[str]]:
    """Start, end and label of each edge, whatever case they are written in."""
    names = dict(read["nodes"])
    return [
        [text.lower() for text in (names[start], names[end], label)]
        for start, end, label, _ in read["edges"]
    ]


def test_the_flowchart_of_the_notes() -> None:
    """The sample `cat` gives the flowchart of its source: who attends to whom, and how much."""
    graph = attention_graph(attncalc.explain(attncalc.load(SAMPLES / "cat.yaml")), "scores")
    ours, theirs = as_mermaid_reads([mermaid(graph), NOTES])
    assert ours["type"] == theirs["type"] == "flowchart-v2"
    assert named_edges(ours) == named_edges(theirs)
    assert {name.lower() for _, name in ours["nodes"]} == {
        name.lower() for _, name in theirs["nodes"]
    }
    # The notes draw high and moderate alike.
    assert [pattern for *_, pattern in theirs["edges"]] == ["dotted", "normal", "normal", "dotted"]
    assert [pattern for *_, pattern in ours["edges"]] == ["dotted", "thick", "normal", "dotted"]
    assert "class n1,n4 low" in mermaid(graph)
    assert "class n3 moderate" in mermaid(graph)
    assert "class n2 high" in mermaid(graph)


def test_hostile_tokens_in_mermaid() -> None:
    """Mermaid takes no token for more than its letters."""
    (read,) = as_mermaid_reads([mermaid(hostile())])
    found = [label for _, label in read["nodes"]]
    assert [_decoded(label) for label in found] == [
        inert_token(each) for each in (HOSTILE[0], *HOSTILE)
    ]
    assert len(read["edges"]) == len(HOSTILE)


def test_mermaid_draws_what_is_spelled(tmp_path: Path) -> None:
    """On a page that Mermaid has drawn, hostile text is text, and nothing of it has run."""
    needs("Mermaid", (MERMAID / "node_modules").is_dir())
    title = " ".join(map(inert, HOSTILE[:-1]))
    flow = Flow(
        title, tuple(Box(inert_token(each), "1 × 2") for each in HOSTILE), (Arrow(0, 1, title),)
    )
    exchange = Exchange(title, HOSTILE, (Message(0, 1, title), Message(1, 0, title)), title)
    drawings = (mermaid(hostile()), mermaid_flow(flow), mermaid_exchange(exchange))
    script = (MERMAID / "node_modules/mermaid/dist/mermaid.min.js").as_uri()
    blocks = "".join(f'<pre class="mermaid">{html.escape(each)}</pre>' for each in drawings)
    page = tmp_path / "page.html"
    page.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><title>safe</title>{blocks}<script src="{script}">'
        "</script><script>mermaid.initialize({startOnLoad: false}); mermaid.run()"
        ".then(() => document.body.append('drawn'))</script>"
    )
    with browser() as opened:
        sheet = opened.new_page()
        sheet.on("dialog", lambda dialog: pytest.fail(dialog.message))
        sheet.goto(page.as_uri())
        sheet.wait_for_function("document.body.textContent.endsWith('drawn')")
        assert sheet.title() == "safe"
        assert sheet.locator("pre script, pre img, pre h1").count() == 0
        labels = sheet.locator("pre").nth(0).locator(".node .nodeLabel").all_text_contents()
        plain = [label.replace("\u2060", "") for label in labels]
        assert plain == [inert_token(each) for each in (HOSTILE[0], *HOSTILE)]
        boxes = sheet.locator("pre").nth(1).locator(".node .nodeLabel").all_text_contents()
        assert [label.replace("\u2060", "") for label in boxes] == [
            inert_token(each) + "1 × 2" for each in HOSTILE
        ]
        actors = sheet.locator("pre").nth(2).locator("text.actor-box").all_text_contents()
        found = re.sub("[\u2060 ]", "", "".join(actors))
        for each in HOSTILE:
            assert inert(each).replace(" ", "") in found
        messages = sheet.locator("pre").nth(2).locator("text.messageText").all_text_contents()
        assert [re.sub(r"[\u2060\s]", "", each) for each in messages] == [
            "".join(title.split())
        ] * 2


def _decoded(label: str) -> str:
    """A label with Mermaid's character codes as characters, as it draws them."""
    parts = label.replace("ﬂ°°", "#").replace("ﬂ°", "&").replace("¶ß", ";").split("#")
    text = parts[0]
    for part in parts[1:]:
        code, end, rest = part.partition(";")
        text += chr(int(code)) + rest if end else "#" + part
    return text.replace("\u2060", "")


def test_hostile_tokens_in_graphviz() -> None:
    """Graphviz takes no token for more than its letters."""
    read = as_graphviz_reads(dot(hostile()))
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
    scores = graph_of({**fields, "attention": {"mask": "causal"}}, stage="scores")
    assert len(scores.edges) == 6
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
    assert "class q1 focused" in mermaid(graph)
    assert "penwidth=3]" in dot(graph)


def test_one_set_of_tokens_or_two() -> None:
    """Tokens are one set, unless one attends to itself or several to others."""
    one = [["1"], ["2"], ["3"]]
    fields = {"tokens": list("abc"), "Q": one, "K": one, "query": ["b", "c"]}
    looking_back = {"mask": [["1", "0", "0"], ["1", "0", "0"], ["1", "1", "0"]]}
    texts = [
        mermaid(graph_of({**fields, "attention": looking_back})),
        mermaid(graph_of({**fields, "query": "b"})),
        mermaid(graph_of(fields)),
        mermaid(graph_of({"tokens": ["q", "r"], "key_tokens": ["k"], "scores": [["1"], ["2"]]})),
    ]
    chosen, single, several, crossed = as_mermaid_reads(texts)
    assert [name for _, name in chosen["nodes"]] == ["a", "b", "c"]
    assert [name for _, name in single["nodes"]] == ["b", "a", "b", "c"]
    assert [name for _, name in several["nodes"]] == ["b", "c", "a", "b", "c"]
    assert [name for _, name in crossed["nodes"]] == ["q", "r", "k"]
    assert [text.count("subgraph") for text in texts] == [1, 1, 3, 3]
    assert "class n1,n2 focused" in texts[0]
    assert "classDef high" not in texts[2]


def test_no_edges() -> None:
    """A graph may have tokens and nothing between them."""
    graph = graph_of({"tokens": ["q"], "weights": [["1"]]}, threshold=2)
    (read,) = as_mermaid_reads([mermaid(graph)])
    assert (len(read["nodes"]), read["edges"]) == (1, [])
    assert "edges" not in as_graphviz_reads(dot(graph))


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_flows_in_graphviz(sample: Path) -> None:
    """Graphviz has every box and every arrow of a pipeline, with its words."""
    flow = pipeline(samples.traces(sample)[0])
    read = as_graphviz_reads(dot_flow(flow))
    groups = [each for each in read["objects"] if each["name"].startswith("cluster")]
    assert [(each["label"], len(each["nodes"])) for each in groups] == [
        (lane.name, len(lane.boxes)) for lane in flow.lanes
    ]
    drawn = {each["name"]: _as_drawn(each["label"]) for each in read["objects"][len(groups) :]}
    assert drawn == {
        f"b{place}": "\\n".join(filter(None, (box.name, box.detail)))
        for place, box in enumerate(flow.boxes)
    }
    ids = {each["_gvid"]: int(each["name"][1:]) for each in read["objects"][len(groups) :]}
    assert sorted(
        (ids[each["tail"]], ids[each["head"]], _as_drawn(each.get("label", "")))
        for each in read["edges"]
    ) == sorted((arrow.start, arrow.end, arrow.label) for arrow in flow.arrows)


def test_hostile_flow_in_graphviz() -> None:
    """No word of a flow is taken for more than its letters."""
    boxes = tuple(Box(inert_token(each)) for each in HOSTILE)
    flow = Flow("\n".join(HOSTILE), boxes, (Arrow(0, 1, 'x"] \\N &lt;'),))
    read = as_graphviz_reads(dot_flow(flow))
    labels = [_as_drawn(each["label"]) for each in read["objects"]]
    assert labels == [inert_token(each) for each in HOSTILE]
    assert _as_drawn(read["edges"][0]["label"]) == 'x"] \\N &lt;'


def test_flows_in_mermaid() -> None:
    """Mermaid has every box and every arrow of a pipeline, with its words."""
    flows = [pipeline(samples.traces(path)[0]) for path in samples.FILES]
    for flow, read in zip(flows, as_mermaid_reads(list(map(mermaid_flow, flows))), strict=True):
        assert [(name, _decoded(label)) for name, label in read["nodes"]] == [
            (f"b{at}", "<br>".join(filter(None, (box.name, box.detail))))
            for at, box in enumerate(flow.boxes)
        ]
        assert read["groups"] == ["flow", *(f"lane{at}" for at in range(len(flow.lanes)))]
        assert [(start, end, _decoded(label or "")) for start, end, label, _ in read["edges"]] == [
            (f"b{arrow.start}", f"b{arrow.end}", arrow.label) for arrow in flow.arrows
        ]


def test_exchange_in_mermaid() -> None:
    """Mermaid has every participant and message, and what the last one is left with."""
    exchange = Exchange("T", ("Query (Q)", "Softmax"), (Message(0, 1, "÷ √3 (8 × 3)"),), "1 × 1")
    (read,) = as_mermaid_reads([mermaid_exchange(exchange)])
    assert read["title"] == "T"
    assert read["actors"] == ["Query (Q)", "Softmax"]
    assert read["messages"] == [
        ["Query (Q)", "Softmax", "÷ √3 (8 × 3)"],
        ["Softmax", "Softmax", "1 × 1"],
    ]


def test_branches_in_mermaid() -> None:
    """Mermaid has each branch with its messages, and the result over all that are left with it."""
    branches = tuple(
        Branch(f"head {place}", (Message(0, place, "Q (1 × 1)"), Message(place, place, "softmax")))
        for place in (1, 2)
    )
    names = ("Query", "Head 1", "Head 2")
    exchange = Exchange("T", names, (), "2 of 1 × 1", branches, left_with=(1, 2))
    joined = Exchange(
        "T", (*names, "Joined"), (), "1 × 2", branches, (Message(1, 3, "a"), Message(2, 3, "b"))
    )
    text = mermaid_exchange(exchange)
    assert "    Note over p1,p2: 2 of 1 × 1\n" in text
    read, other = as_mermaid_reads([text, mermaid_exchange(joined)])
    assert read["branches"] == ["head 1", "head 2"]
    steps = [message for message in read["messages"] if message[2]]
    assert steps == [
        ["Query", "Head 1", "Q (1 × 1)"],
        ["Head 1", "Head 1", "softmax"],
        ["Query", "Head 2", "Q (1 × 1)"],
        ["Head 2", "Head 2", "softmax"],
        ["Head 1", "Head 2", "2 of 1 × 1"],
    ]
    assert [message[0] for message in other["messages"] if message[1] == "Joined"] == [
        "Head 1",
        "Head 2",
        "Joined",
    ]


def test_weights_of_nothing_have_no_edge() -> None:
    """A key that is given none of a query's attention has no edge; a score of 0 is a score."""
    fields = {"tokens": ["q"], "key_tokens": list("abc")}
    weights = {**fields, "weights": [["0.4", "0.0", "0.6"]]}
    assert [edge.key for edge in graph_of(weights).edges] == [1, 3]
    scores = {**fields, "scores": [["0", "1", "2"]]}
    assert [edge.key for edge in graph_of(scores, stage="scores").edges] == [1, 2, 3]


def test_typed_digits() -> None:
    """Numbers that were typed stand at the edges as they were typed."""
    fields = {"tokens": ["q"], "key_tokens": ["a", "b"], "weights": [["0.50", "0.5"]]}
    assert [edge.number.digits for edge in graph_of(fields).edges] == ["0.50", "0.5"]
