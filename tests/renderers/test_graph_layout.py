"""Where graphs and flows are drawn: nothing on top of anything else."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.document.document import Arrow, Box, Edge, Flow, Graph, Strength, Token
from attncalc.document.expressions import Number
from attncalc.renderers.drawings.flow_layout import lay_out_flow
from attncalc.renderers.drawings.graph_layout import LINE, Drawing, lay_out, spoken
from attncalc.renderers.text_widths import cut, text_width
from attncalc.walkthrough.pipeline import pipeline
from tests.conftest import SAMPLES
from tests.random_problems import TAME, problems


def graph_of(queries: int, keys: int, *, own: bool = False) -> Graph:
    """Every query attends to every key, as strongly as their numbers say."""
    count = keys if own else queries
    edges = tuple(
        Edge(
            query,
            key if own else queries + key,
            Number(f"-0.{key}"),
            Strength.LOW,
            (key + 1) / keys,
        )
        for query in range(queries)
        for key in range(keys)
    )
    tokens = tuple(Token(f"q{at}") for at in range(count))
    others = () if own else tuple(Token(f"key{at}") for at in range(keys))
    return Graph("T", tokens, others, edges)


DRAWINGS = {
    f"{queries} to {keys}": lay_out(graph_of(queries, keys, own=3 < queries <= keys))
    for queries, keys in ((1, 1), (1, 12), (2, 3), (3, 9), (4, 5), (5, 3))
}
CROWDS = {
    f"{queries} to {keys}": graph_of(queries, keys, own=own)
    for queries, keys, own in ((5, 4, False), (8, 8, True), (12, 12, True), (20, 5, False))
}
DRAWINGS |= {f"crowd {name}": lay_out(graph) for name, graph in CROWDS.items()}


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)
def test_labels_have_room(drawing: Drawing) -> None:
    """Labels of one column stand on lines of their own; columns do not reach into each other."""
    spans = [
        (label.x - label.room, label.x) if label.on_left else (label.x, label.x + label.room)
        for label in drawing.labels
    ]
    for (one, (left, right)), (other, (other_left, other_right)) in combinations(
        zip(drawing.labels, spans, strict=True), 2
    ):
        apart = abs(one.y - other.y) >= 0.9 * LINE
        assert apart or right <= other_left or other_right <= left
    curves = [(curve.start[0], curve.tip[0]) for curve in drawing.curves]
    assert drawing.width <= 37 + 1e-9
    for start, tip in curves:
        assert all(right <= start or left >= tip for left, right in spans)
    assert min(left for left, _ in spans) >= 0
    assert max(right for _, right in spans) <= drawing.width
    assert all(0.6 <= label.y <= drawing.height - 0.6 for label in drawing.labels)


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)
def test_curves(drawing: Drawing) -> None:
    """A curve leaves and arrives horizontally, and does not bend where its halves meet."""
    for curve in drawing.curves:
        assert curve.start[1] == curve.leaving[1]
        assert curve.arriving[1] == curve.end[1] == curve.tip[1]
        for axis in (0, 1):
            middle = (curve.leaving[axis] + curve.arriving[axis]) / 2
            assert curve.middle[axis] == pytest.approx(middle)
        assert not curve.half_head or 2 * curve.half_head > curve.width
    tips = {curve.tip for curve in drawing.curves}
    assert len(tips) == len(drawing.curves) or any(not c.half_head for c in drawing.curves)


@pytest.mark.parametrize("graph", CROWDS.values(), ids=CROWDS)
def test_crowds(graph: Graph) -> None:
    """Of many edges all are drawn; the strongest of each query has the number, and lies on top."""
    drawing = lay_out(graph)
    assert len(drawing.curves) == len(graph.edges)
    queries = sorted({edge.query for edge in graph.edges})
    greatest = {
        query: max((e for e in graph.edges if e.query == query), key=lambda e: e.share)
        for query in queries
    }
    numbers = [label.text for label in drawing.labels if label.number]
    assert numbers == [greatest[query].number.digits.replace("-", "−") for query in queries]
    *pale, first = drawing.curves[: 1 - len(queries)]
    strong = (first, *drawing.curves[1 - len(queries) :])
    assert all(c.half_head > 0 and c.ink == 1 and c.strength is Strength.HIGH for c in strong)
    assert all(c.half_head == 0 and 0 < c.ink <= 0.5 and c.tip == c.end for c in pale)
    assert max(c.width for c in pale) < min(c.width for c in strong) / 1.9
    heights = [label.y for label in drawing.labels if label.on_left and not label.number]
    assert [curve.start[1] for curve in strong] == heights
    by_share = sorted(zip((e.share for e in sorted(graph.edges, key=lambda e: (e.query, e.key))
                           if e is not greatest[e.query]), pale, strict=True),
                      key=lambda pair: pair[0])  # fmt: skip
    inks = [curve.ink for _, curve in by_share]
    assert inks == sorted(inks)


def test_few_are_no_crowd() -> None:
    """Four queries, or sixteen edges, have all of their numbers."""
    for graph in (graph_of(4, 9), graph_of(8, 2), graph_of(16, 1)):
        drawing = lay_out(graph)
        assert sum(label.number for label in drawing.labels) == len(graph.edges)


def test_long_numbers() -> None:
    """Numbers of many digits leave tokens less room, so that a page has room for all."""
    edge = Edge(0, 1, Number("0." + "1" * 25), Strength.HIGH, 1.0)
    long = Token("a token of many letters")
    query, key, number = lay_out(Graph("T", (long,), (long,), (edge,))).labels
    assert query.room == key.room < 9
    assert number.x <= 37
    assert number.text == edge.number.digits


def test_width_follows_the_share() -> None:
    """The greater the share, the wider the line."""
    widths = [curve.width for curve in lay_out(graph_of(1, 5)).curves]
    assert widths == sorted(set(widths))


def test_only_queries_that_ask() -> None:
    """A query without an edge is not drawn on the left; every key is on the right."""
    graph = Graph("T", tuple(map(Token, "abc")), (), (Edge(1, 0, Number("1"), Strength.HIGH, 1.0),))
    labels = [(label.text, label.on_left, label.number) for label in lay_out(graph).labels]
    assert labels == [
        ("b", True, False),
        ("a", False, False),
        ("b", False, False),
        ("c", False, False),
        ("1", True, True),
    ]


def test_tokens_are_cut() -> None:
    """A long token ends in an ellipsis, and keeps its spelling for whoever asks."""
    graph = Graph(
        "T",
        (Token("long" * 40, focused=True),),
        (Token("x"),),
        (Edge(0, 1, Number("1"), Strength.HIGH, 1.0),),
    )
    query, key, _ = lay_out(graph).labels
    assert query.text.startswith("longlong")
    assert query.text.endswith("…")
    assert query.whole == "long" * 40
    assert text_width(query.text) <= query.room
    assert (key.text, key.whole) == ("x", "x")


@pytest.mark.parametrize(
    "text", ["e\u0301" * 30, "👩\u200d💻" * 9, "👍🏽" * 12, "漢字" * 9, "שלום " * 9, "\u0301" * 200]
)
def test_cut_keeps_letters_whole(text: str) -> None:
    """What is cut fits its room and ends after a whole letter, with what is joined to it."""
    short = cut(text, 5.0)
    assert short.endswith("…")
    assert text_width(short) <= 5.0
    assert text.startswith(short[:-1])
    rest = text[len(short) - 1 :]
    assert len(short) == 1 or unicodedata.category(rest[0]) not in ("Mn", "Cf", "Sk")
    assert not short[:-1].endswith("\u200d")


def test_widths() -> None:
    """A wide character takes two columns; an accent takes none."""
    assert text_width("漢") > 1.5 * text_width("a")
    assert text_width("e\u0301") == text_width("e")
    assert cut("short", 5.0) == "short"


def test_spoken() -> None:
    """The edges are said in words, a query after the other."""
    graph = Graph(
        "T",
        (Token("q"), Token("")),
        (Token("k"),),
        (
            Edge(0, 2, Number("-0.5"), Strength.LOW, 0.0),
            Edge(1, 2, Number("1"), Strength.HIGH, 1.0),
        ),
    )
    assert spoken(graph) == "q attends to k −0.5 (low); ∅ attends to k 1 (high)."


FLOWS = {
    "one box": Flow("T", (Box("alone"),), ()),
    "high and low": Flow("T", (Box("high", "3 × 3"), Box("low")), (Arrow(0, 1),)),
    "crossing": Flow(
        "T",
        tuple(map(Box, "abcd")),
        (Arrow(0, 3, "to the fourth"), Arrow(1, 2, "to the third"), Arrow(0, 2), Arrow(1, 3)),
    ),
    "past others": Flow(
        "T",
        tuple(map(Box, "abcdef")),
        (*(Arrow(at, at + 1) for at in range(5)), Arrow(0, 5, "all the way"), Arrow(0, 4)),
    ),
}


SAMPLE_FILES = {path.stem: path for path in sorted(SAMPLES.rglob("*.yaml"))}
NAMES = [path.stem for path in sorted(SAMPLES.glob("*.yaml"))]


@cache
def flow_of(name: str) -> Flow:
    """The pipeline of a sample, or one of ours."""
    if name in FLOWS:
        return FLOWS[name]
    return pipeline(attncalc.explain(attncalc.load(SAMPLE_FILES[name])))


@pytest.mark.parametrize("name", [*NAMES, *FLOWS])
def test_flow(name: str) -> None:
    """Boxes stand apart; arrows lead down, from box to box, and past the boxes between."""
    assert_apart(flow_of(name))


def assert_apart(flow: Flow) -> None:
    """No box on another, no arrow through a box, nothing outside of the drawing."""
    drawing = lay_out_flow(flow)
    boxes = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in drawing.boxes]
    for one, other in combinations(boxes, 2):
        assert one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
    assert min(box[0] for box in boxes) >= -1e-9
    assert max(box[2] for box in boxes) <= drawing.width + 1e-9
    assert max(box[3] for box in boxes) <= drawing.height + 1e-9
    for arrow, placed in zip(flow.arrows, drawing.arrows, strict=True):
        start, end = boxes[arrow.start], boxes[arrow.end]
        heights = [y for _, y in placed.points]
        assert all(one < other for one, other in pairwise(heights))
        assert start[0] <= placed.points[0][0] <= start[2]
        assert placed.points[0][1] == start[3]
        assert end[0] <= placed.points[-1][0] <= end[2]
        assert placed.points[-1][1] == end[1]
        assert end[1] - start[3] > 3
        for (x, y), (next_x, next_y) in pairwise(placed.points):
            beside = [box for box in boxes if box[1] < next_y and y < box[3]]
            assert not beside or x == next_x
            assert not any(left < x < right for left, _, right, _ in beside)


@pytest.mark.parametrize("name", [*NAMES, *FLOWS])
def test_words_at_arrows(name: str) -> None:
    """What is done stands between boxes, no two on top of each other."""
    assert_legible(flow_of(name))


def assert_legible(flow: Flow) -> None:
    """No label on a box, or on another label, or outside of the drawing."""
    drawing = lay_out_flow(flow)
    spans = []
    for arrow in drawing.arrows:
        if arrow.label:
            (x, y), half = arrow.label_at, text_width(arrow.label) / 2
            spans.append((x - half, x + half, y))
            assert x - half >= -1e-9
            assert x + half <= drawing.width + 1e-9
            assert not any(box.y < y < box.y + box.height for box in drawing.boxes)
    for one, other in combinations(spans, 2):
        assert one[1] < other[0] or other[1] < one[0] or abs(one[2] - other[2]) > 1


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Any boxes, joined in any way that leads on."""
    count = draw(st.integers(2, 9))
    boxes = tuple(Box("n" * draw(st.integers(1, 20))) for _ in range(count))
    pairs = draw(st.lists(st.sampled_from(list(combinations(range(count), 2))), unique=True))
    labels = st.sampled_from(["", "+", "a long label"])
    return Flow("T", boxes, tuple(Arrow(start, end, draw(labels)) for start, end in pairs))


@given(flows())
@settings(max_examples=200, deadline=None)
def test_any_flow(flow: Flow) -> None:
    """What holds of the samples holds of every flow."""
    assert_apart(flow)
    assert_legible(flow)


@pytest.mark.parametrize("name", SAMPLE_FILES)
def test_pipelines(name: str) -> None:
    """Arrows past other stages are straight; none cross, unless two boxes lead to the same two."""
    flow = flow_of(name)
    drawing = lay_out_flow(flow)
    segments = []
    for arrow, placed in zip(flow.arrows, drawing.arrows, strict=True):
        start = drawing.boxes[arrow.start]
        lane = [x for x, _ in placed.points[1:-1]]
        # What opens a gate passes nearly everything, and has a lane beside it.
        straight = (
            lane[0] if lane and arrow.label.startswith("× W_G") else start.x + start.width / 2
        )
        assert lane == pytest.approx([straight] * len(lane))
        segments += list(zip(placed.points[::2], placed.points[1::2], strict=True))
    crossings = sum(
        one[1] == other[1] and (one[0] - other[0]) * (end[0] - other_end[0]) < 0
        for (one, end), (other, other_end) in combinations(segments, 2)
    )
    ends = [{each.end for each in flow.arrows if each.start == at} for at in range(len(flow.boxes))]
    assert crossings == sum(len(one & other) > 1 for one, other in combinations(ends, 2))


def test_order() -> None:
    """Boxes of a rank stand in the order of the formula, however late they are given."""
    flow = flow_of("animal-weighted-sum")
    assert [box.name for box in flow.boxes] == [
        "values V",
        "attention weights",
        "output: weighted sum of V",
    ]
    values, weights, _ = lay_out_flow(flow).boxes
    assert weights.x < values.x
    step = flow_of("llama-step")
    places = {
        box.name: placed.x for box, placed in zip(step.boxes, lay_out_flow(step).boxes, strict=True)
    }
    assert places["embeddings X"] < places["cache"]
    assert places["queries Q"] < places["keys K"] < places["values V"]


def test_what_is_given_stands_beside_its_neighbour() -> None:
    """A box that nothing leads to is no further from its row than the row's boxes are apart."""
    arrows = (Arrow(0, 1), Arrow(0, 2), Arrow(2, 4), Arrow(3, 4))
    _, left, middle, given_one, end = lay_out_flow(
        Flow("T", tuple(map(Box, "abcde")), arrows)
    ).boxes
    assert left.y == middle.y == given_one.y < end.y
    apart = middle.x - left.x - left.width
    assert given_one.x - middle.x - middle.width == pytest.approx(apart)


def test_crossings() -> None:
    """Boxes of a rank change places where that keeps arrows from crossing."""
    arrows = (Arrow(0, 3), Arrow(1, 2))
    boxes = lay_out_flow(Flow("T", tuple(map(Box, "abcd")), arrows)).boxes
    assert (boxes[0].x < boxes[1].x) == (boxes[3].x < boxes[2].x)


def test_what_follows_alone_stands_below() -> None:
    """A chain of boxes is straight, and what several lead to stands in their middle."""
    flow = Flow("T", tuple(map(Box, "abcde")), (Arrow(0, 2), Arrow(1, 2), Arrow(2, 3), Arrow(3, 4)))
    centres = [box.x + box.width / 2 for box in lay_out_flow(flow).boxes]
    assert centres[2] == pytest.approx(centres[3]) == pytest.approx(centres[4])
    assert centres[2] == pytest.approx((centres[0] + centres[1]) / 2)
    heads = flow_of("multi-head")
    placed = dict(zip([box.name for box in heads.boxes], lay_out_flow(heads).boxes, strict=True))
    middle = {name: box.x + box.width / 2 for name, box in placed.items()}
    assert middle["output"] == pytest.approx(middle["concatenated heads"])
    ends = [middle[f"head {number}: weighted sum of V"] for number in (1, 2)]
    assert middle["concatenated heads"] == pytest.approx(sum(ends) / 2)


def test_a_box_stands_below_a_box() -> None:
    """What passes beside a chain does not move it aside."""
    gate = flow_of("gate")
    placed = dict(zip([box.name for box in gate.boxes], lay_out_flow(gate).boxes, strict=True))
    chain = ["scores Q Kᵀ", "scaled scores", "attention weights", "weighted sum of V"]
    middles = [placed[name].x + placed[name].width / 2 for name in (*chain, "gated outputs")]
    assert middles == pytest.approx([middles[0]] * len(middles))


SQUARE = [["1" if row == column else "0" for column in range(4)] for row in range(4)]
BESIDE_HEADS: list[dict[str, Any]] = [
    *({"tokens": ["a"], "X": [["1"] * 12], "attention": {"heads": heads}} for heads in (6, 12)),
    {
        "X": [["1", "2", "3", "4"]],
        **dict.fromkeys(("W_Q", "W_K", "W_V", "W_G"), SQUARE),
        "attention": {"heads": "4"},
    },
]


def expect_lanes(flow: Flow) -> None:
    """A lane holds its boxes and their arrows, and nothing of any other."""
    drawing = lay_out_flow(flow)
    frames = [(lane.x, lane.y, lane.x + lane.width, lane.y + lane.height) for lane in drawing.lanes]
    assert len(frames) == len(flow.lanes)
    assert all(one[2] < other[0] for one, other in pairwise(frames))
    assert {(top, bottom) for _, top, _, bottom in frames} == {frames[0][1::2]}
    assert min(frame[0] for frame in frames) >= -1e-9
    assert max(frame[2] for frame in frames) <= drawing.width + 1e-9
    assert frames[0][3] <= drawing.height + 1e-9
    for place, box in enumerate(drawing.boxes):
        for lane, (left, top, right, bottom) in zip(flow.lanes, frames, strict=True):
            if place in lane.boxes:
                assert left < box.x < box.x + box.width < right
                assert top < box.y < box.y + box.height < bottom
            else:
                beside = box.x + box.width <= left or right <= box.x
                assert beside or box.y + box.height < top or bottom < box.y
    for arrow, placed in zip(flow.arrows, drawing.arrows, strict=True):
        for lane, (left, top, right, bottom) in zip(flow.lanes, frames, strict=True):
            if arrow.start in lane.boxes or arrow.end in lane.boxes:
                continue
            assert not any(left < x < right and top < y < bottom for x, y in placed.points)


def test_lanes() -> None:
    """Heads stand side by side, each in its own frame."""
    ours = [pipeline(attncalc.explain(attncalc.load(problem))) for problem in BESIDE_HEADS]
    laned = [flow for flow in (*map(flow_of, SAMPLE_FILES), *ours) if flow.lanes]
    assert len(laned) > len(ours) + 5
    for flow in laned:
        assert_apart(flow)
        assert_legible(flow)
        expect_lanes(flow)


@given(problems(st.just(TAME)))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_lanes(problem: dict[str, Any]) -> None:
    """What holds of the samples' heads holds of every problem's, however long what is said is."""
    flow = pipeline(attncalc.explain(attncalc.load(problem)))
    assert_apart(flow)
    assert_legible(flow)
    if flow.lanes:
        expect_lanes(flow)


def test_many_arrows_leave_over_the_whole_width() -> None:
    """More than a few arrows do not leave a box from one spot."""
    flow = flow_of("llama")
    drawing = lay_out_flow(flow)
    (split,) = [place for place, box in enumerate(flow.boxes) if box.name.startswith("split")]
    starts = [
        placed.points[0][0]
        for arrow, placed in zip(flow.arrows, drawing.arrows, strict=True)
        if arrow.start == split
    ]
    assert len(starts) == 12
    assert all(next_one - one > 1 for one, next_one in pairwise(starts))
