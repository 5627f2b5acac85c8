"""The flow of a problem's stages, and the same as messages."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.document.document import Exchange, Flow
from attncalc.names import GRADIENTS, NAMES, STAGES
from attncalc.problem.options import AttentionOptions, Rotary
from attncalc.problem.problem import Problem
from attncalc.steps.order import stage_shapes
from attncalc.steps.stages import OF_HEADS
from attncalc.steps.trace import Trace
from attncalc.walkthrough.exchange import exchange
from attncalc.walkthrough.pipeline import pipeline
from tests.conftest import SAMPLES
from tests.random_problems import TAME, problems

QK: dict[str, Any] = {"tokens": list("ab"), "Q": [["1"], ["2"]], "K": [["1"], ["3"]]}
QKV = {**QK, "V": [["1", "0"], ["0", "1"]]}
X: dict[str, Any] = {"tokens": list("ab"), "X": [["1", "0"], ["0", "1"]]}
SQUARE = [["1", "0"], ["0", "1"]]
IN_LANES = {name for name in OF_HEADS if STAGES.index(name) >= STAGES.index("scores")}


def flow_of(fields: dict[str, Any], **attention: Any) -> Flow:
    """The pipeline of a problem."""
    problem = {**fields, "attention": attention} if attention else fields
    return pipeline(attncalc.explain(attncalc.load(problem)))


def boxes(flow: Flow) -> list[str]:
    """Name and detail of each box."""
    return [f"{box.name}, {box.detail}" for box in flow.boxes]


def ways(flow: Flow) -> list[str]:
    """Each arrow by the names it joins."""
    names = [box.name for box in flow.boxes]
    return [f"{names[a.start]} –{a.label}→ {names[a.end]}" for a in flow.arrows]


def test_projections() -> None:
    """From embeddings to the output, with the shapes of this problem."""
    flow = pipeline(attncalc.explain(attncalc.load(SAMPLES / "projections.yaml")))
    assert flow.title == "Dogs chase cats"
    assert boxes(flow) == [
        "embeddings X, 3 × 4",
        "queries Q, 3 × 2",
        "keys K, 3 × 2",
        "values V, 3 × 3",
        "scores Q Kᵀ, 3 × 3",
        "scaled scores, 3 × 3",
        "attention weights, 3 × 3",
        "weighted sum of V, 3 × 3",
        "output, 3 × 4",
    ]
    assert ways(flow) == [
        "embeddings X –× W_Q + b_Q→ queries Q",
        "embeddings X –× W_K + b_K→ keys K",
        "embeddings X –× W_V + b_V→ values V",
        "queries Q –→ scores Q Kᵀ",
        "keys K –→ scores Q Kᵀ",
        "scores Q Kᵀ –÷ √2→ scaled scores",
        "scaled scores –softmax by row→ attention weights",
        "attention weights –→ weighted sum of V",
        "values V –→ weighted sum of V",
        "weighted sum of V –× W_O + b_O→ output",
    ]


def test_heads() -> None:
    """Heads are split before the scores, run side by side, and meet where they are concatenated."""
    flow = pipeline(attncalc.explain(attncalc.load(SAMPLES / "multi-head.yaml")))
    assert boxes(flow)[:4] == [
        "queries Q, 2 heads of 3 × 2",
        "keys K, 2 heads of 3 × 2",
        "values V, 2 heads of 3 × 2",
        "split into 2 heads, ",
    ]
    assert [(lane.name, lane.boxes) for lane in flow.lanes] == [
        ("head 1", range(4, 11)),
        ("head 2", range(11, 18)),
    ]
    assert boxes(flow)[11:] == [
        "Q₂, 3 × 2",
        "K₂, 3 × 2",
        "V₂, 3 × 2",
        "scores Q Kᵀ, 3 × 3",
        "scaled scores, 3 × 3",
        "attention weights, 3 × 3",
        "head 2: weighted sum of V, 3 × 2",
        "concatenated heads, 3 × 4",
        "output, 3 × 4",
    ]
    assert ways(flow)[:6] == [
        "queries Q –→ split into 2 heads",
        "keys K –→ split into 2 heads",
        "values V –→ split into 2 heads",
        "split into 2 heads –→ Q₁",
        "split into 2 heads –→ K₁",
        "split into 2 heads –→ V₁",
    ]
    assert ways(flow)[-9:] == [
        "Q₂ –→ scores Q Kᵀ",
        "K₂ –→ scores Q Kᵀ",
        "scores Q Kᵀ –÷ √2→ scaled scores",
        "scaled scores –softmax by row→ attention weights",
        "attention weights –→ head 2: weighted sum of V",
        "V₂ –→ head 2: weighted sum of V",
        "head 1: weighted sum of V –→ concatenated heads",
        "head 2: weighted sum of V –→ concatenated heads",
        "concatenated heads –× W_O→ output",
    ]


def test_many_heads() -> None:
    """Of more than four heads the first and the last are drawn, and the others counted."""
    six = {"tokens": ["a"], "X": [["1"] * 6]}
    flow = flow_of(six, heads=6)
    assert [lane.name for lane in flow.lanes] == ["head 1", "heads 2 to 5", "head 6"]
    others = flow.lanes[1].boxes
    assert [boxes(flow)[place] for place in others] == ["… 4 more heads, the same way"]
    assert [way for way in ways(flow) if way.endswith("→ concatenated heads")] == [
        "head 1: weighted sum of V –→ concatenated heads",
        "… 4 more heads –→ concatenated heads",
        "head 6: weighted sum of V –→ concatenated heads",
    ]
    assert "split into 6 heads –→ … 4 more heads" in ways(flow)
    assert "split into 6 heads –→ V₆" in ways(flow)
    assert ways(flow)[0] == "embeddings X –cut into 6→ queries Q"
    assert ways(flow)[-1] == "concatenated heads –as it is→ output"
    assert len(flow_of({"tokens": ["a"], "X": [["1"] * 4]}, heads=4).lanes) == 4
    assert len(flow_of({"tokens": ["a"], "X": [["1"] * 10]}, heads=10).lanes) == 3


def test_one_head_is_not_split() -> None:
    """A single head has no other beside it."""
    flow = flow_of({"tokens": ["a"], "X": [["1", "2"]]}, heads=1)
    assert flow.lanes == ()
    assert not any("split" in box for box in boxes(flow))


def test_shared_keys_and_values() -> None:
    """Each head has the keys and values of its group, as often as they are shared."""
    flow = pipeline(attncalc.explain(attncalc.load(SAMPLES / "grouped-query.yaml")))
    parts = [[flow.boxes[place].name for place in lane.boxes][:3] for lane in flow.lanes]
    assert parts == [
        ["Q₁", "K₁", "V₁"],
        ["Q₂", "K₁", "V₁"],
        ["Q₃", "K₂", "V₂"],
        ["Q₄", "K₂", "V₂"],
    ]
    assert "keys K –each for 2 heads→ split into 4 heads" in ways(flow)


@pytest.mark.parametrize(
    ("sample", "way"),
    [
        ("llama-step", "cache –in front→ keys K"),
        ("llama-step", "embeddings X –× W_K, cut into 2→ keys K"),
        ("llama-step", "queries Q –rotate by position→ rotated queries"),
        ("llama-step", "keys K –rotate new keys by position→ rotated keys"),
        ("rope", "keys K –rotate by position→ rotated keys"),
        ("llama-step", "rotated keys –each for 2 heads→ split into 4 heads"),
        ("llama-step", "values V –each for 2 heads→ split into 4 heads"),
        ("causal", "scaled scores –+ mask→ masked scores"),
        ("alibi", "scaled scores –+ bias + mask→ masked scores"),
        ("learned-positions", "positions –+→ embeddings with positions"),
        ("learned-positions", "embeddings X –→ embeddings with positions"),
        ("cat", "scores –softmax by row→ attention weights"),
        ("tennis", "attention weights –→ output: weighted sum of V"),
    ],
)
def test_ways(sample: str, way: str) -> None:
    """What is done on the way from one stage to the next."""
    flow = pipeline(attncalc.explain(attncalc.load(SAMPLES / f"{sample}.yaml")))
    assert way in ways(flow)


@pytest.mark.parametrize(
    ("fields", "attention", "way"),
    [
        (QK, {"scale": "0.50"}, "scores Q Kᵀ –× 0.50→ scaled scores"),
        (QK, {"scale": "none"}, "scores Q Kᵀ –softmax by row→ attention weights"),
        (QK, {"softcap": "30"}, "scaled scores –30 tanh(score / 30)→ capped scores"),
        (QK, {"bias": SQUARE}, "scaled scores –+ bias→ biased scores"),
        (QK, {"bias": SQUARE, "mask": "causal"}, "scaled scores –+ bias + mask→ masked scores"),
        (X, {"heads": 1}, "embeddings X –as it is→ queries Q"),
        (QK, {"base": "2"}, "scaled scores –softmax by row, base 2→ attention weights"),
        (QK, {"sink": "0"}, "scaled scores –softmax by row, with a sink→ attention weights"),
        (
            QK,
            {"base": "2", "sink": "0"},
            "scaled scores –softmax by row, base 2, with a sink→ attention weights",
        ),
        (X, {}, "embeddings X –as it is→ values V"),
        (
            {**X, "W_Q": [SQUARE, SQUARE], "W_K": [SQUARE, SQUARE], "W_V": [SQUARE, SQUARE]},
            {},
            "embeddings X –× W_Q, for each head→ queries Q",
        ),
        (
            {**X, "W_Q": [SQUARE, SQUARE], "W_K": [SQUARE], "W_V": [SQUARE]},
            {},
            "embeddings X –× W_K, for each key-value head→ keys K",
        ),
    ],
)
def test_options(fields: dict[str, Any], attention: dict[str, Any], way: str) -> None:
    """Options of attention are said where they act."""
    assert way in ways(flow_of(fields, **attention))


def test_numbers_that_were_not_typed() -> None:
    """A problem that is made in Python says its numbers too."""
    Q = np.array([[1.0, 2.0]])
    options = AttentionOptions(scale=Decimal("0.25"), softcap=Decimal(30))
    flow = pipeline(attncalc.explain(Problem(("a",), ("a",), Q=Q, K=Q, attention=options)))
    assert ways(flow)[2:4] == [
        "scores Q Kᵀ –× 0.25→ scaled scores",
        "scaled scores –30 tanh(score / 30)→ capped scores",
    ]


def test_where_it_begins_and_ends() -> None:
    """A problem that begins later or ends earlier has fewer boxes."""
    assert boxes(flow_of(QK, scale="none")) == [
        "queries Q, 2 × 1",
        "keys K, 2 × 1",
        "scores Q Kᵀ, 2 × 2",
        "attention weights, 2 × 2",
    ]
    one = {"tokens": ["a"], "weights": [["1"]]}
    assert boxes(flow_of(one)) == ["attention weights, 1 × 1"]
    assert flow_of(one).title == "Attention"
    past = {"tokens": ["x"], "K": [["1"]], "V": [["1", "2"]]}
    assert boxes(flow_of(QKV, past=past))[0] == "cache, 1 token"
    begun = flow_of({"tokens": ["a"], "scores": [[["1"]], [["2"]]]})
    assert boxes(begun) == [
        "scores, 1 × 1",
        "head 1: attention weights, 1 × 1",
        "scores, 1 × 1",
        "head 2: attention weights, 1 × 1",
    ]
    single = {"tokens": ["a"], "X": [["1"]]}
    assert "queries Q, 1 head of 1 × 1" in boxes(flow_of(single, heads=1))


@pytest.mark.parametrize("sample", sorted(SAMPLES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_stage_is_reached(sample: Any) -> None:
    """Arrows lead on, never back; every box but what is given is led to, every one leads on."""
    trace = attncalc.explain(attncalc.load(sample))
    flow = pipeline(trace)
    assert all(arrow.start < arrow.end for arrow in flow.arrows)
    led_to = {arrow.end for arrow in flow.arrows}
    leading = {arrow.start for arrow in flow.arrows}
    roots = [stage.name for stage in trace.stages.values() if not stage.made_of]
    most = len(roots) + (trace.problem.attention.past is not None)
    assert len(flow.boxes) - len(led_to) <= most
    last = {len(flow.boxes) - 1}
    if "V" not in trace:
        last |= {lane.boxes.stop - 1 for lane in flow.lanes}
    assert set(range(len(flow.boxes))) - leading == last
    said = exchange(trace)
    joint = (*said.messages, *said.at_the_end)
    assert all(message.sender < message.receiver for message in joint)
    for branch in said.parallel:
        assert all(message.sender <= message.receiver for message in branch.messages)
    (*_, last_stage) = (stage for stage in trace.stages.values() if stage.name not in GRADIENTS)
    shape = " × ".join(map(str, last_stage.values.shape))
    assert said.result.endswith(shape) or trace.problem.heads is not None


def messages(fields: dict[str, Any] | str) -> list[str]:
    """Who hands what to whom, and what is left at the end."""
    problem = attncalc.load(SAMPLES / f"{fields}.yaml" if isinstance(fields, str) else fields)
    said = exchange(attncalc.explain(problem))
    names = said.participants
    branches = [message for branch in said.parallel for message in branch.messages]
    every = (*said.messages, *branches, *said.at_the_end)
    lines = [f"{names[m.sender]} → {names[m.receiver]}: {m.text}" for m in every]
    return [*lines, said.result]


def test_exchange() -> None:
    """The participants of the notes' sequence diagram, with this problem's steps and shapes."""
    assert messages({**QKV, "title": "T"}) == [
        "Query (Q) → Dot Product: Dot Product of Q and K (Q 2 × 1)",
        "Key (K) → Dot Product: K 2 × 1",
        "Dot Product → Scale: Scale by 1/√1 (scores 2 × 2)",
        "Scale → Softmax: Softmax by row (scaled scores 2 × 2)",
        "Softmax → Attention Output: Weighted Sum of V (attention weights 2 × 2)",
        "Value (V) → Attention Output: V 2 × 2",
        "output 2 × 2",
    ]


def test_branches() -> None:
    """Heads go on at the same time; of many the first and the last, and the others together."""
    trace = attncalc.explain(
        attncalc.load(
            {"tokens": ["a"], "X": [["1"] * 12], "attention": {"heads": 6, "kv_heads": 6}}
        )
    )
    said = exchange(trace)
    assert [branch.name for branch in said.parallel] == ["head 1", "heads 2 to 5", "head 6"]
    assert [message.text for message in said.parallel[1].messages] == [
        "Q₂ … Q₅ each 1 × 2",
        "K₂ … K₅ each 1 × 2",
        "V₂ … V₅ each 1 × 2",
        "The same way",
        "Concatenate (outputs of heads 2 to 5, each 1 × 2)",
    ]
    assert said.left_with is None
    no_values = {"tokens": ["a"], "Q": [["1", "2"]], "K": [["1", "2"]], "attention": {"heads": 2}}
    said = exchange(attncalc.explain(attncalc.load(no_values)))
    assert said.participants == ("Query (Q)", "Key (K)", "Head 1", "Head 2")
    assert (said.left_with, said.result) == ((2, 3), "attention weights 2 heads of 1 × 1")


def test_exchange_from_embeddings() -> None:
    """What is projected, turned, shared and put together is said in the message."""
    assert messages("llama-step") == [
        "Input Embeddings → Query (Q): Generate Query (Q), × W_Q, cut into 4 (X 1 × 3)",
        "Cache → Key (K): Put in front (cache of 2 tokens)",
        "Input Embeddings → Key (K): Generate Key (K), × W_K, cut into 2 (X 1 × 3)",
        "Cache → Value (V): Put in front (cache of 2 tokens)",
        "Input Embeddings → Value (V): Generate Value (V), × W_V, cut into 2 (X 1 × 3)",
        "Query (Q) → Rotated Query: Rotate by position (Q 4 heads of 1 × 2)",
        "Key (K) → Rotated Key: Rotate new keys by position (K 2 heads of 3 × 2)",
        *(
            line
            for head, group in ((1, 1), (2, 1), (3, 2), (4, 2))
            for line in (
                f"Rotated Query → Head {head}: Q{'₀₁₂₃₄'[head]} 1 × 2",
                f"Rotated Key → Head {head}: K{'₀₁₂'[group]} 3 × 2",
                f"Value (V) → Head {head}: V{'₀₁₂'[group]} 3 × 2",
                f"Head {head} → Head {head}: Dot Product of Q and K "
                f"(Q{'₀₁₂₃₄'[head]}, K{'₀₁₂'[group]})",
                f"Head {head} → Head {head}: Scale by 1/√2 (scores 1 × 3)",
                f"Head {head} → Head {head}: Apply mask (scaled scores 1 × 3)",
                f"Head {head} → Head {head}: Softmax by row (masked scores 1 × 3)",
                f"Head {head} → Head {head}: Weighted Sum of V (attention weights 1 × 3)",
                f"Head {head} → Concatenate Heads: Concatenate (output of head {head}, 1 × 2)",
            )
        ),
        "Concatenate Heads → Attention Output: Project, × W_O (concatenated heads 1 × 8)",
        "output 1 × 3",
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({**QK, "attention": {"scale": "0.5"}}, "Dot Product → Scale: Scale by 0.5 (scores 2 × 2)"),
        (
            {**QK, "attention": {"softcap": "5"}},
            "Scale → Softcap: Cap, 5 tanh(score / 5) (scaled scores 2 × 2)",
        ),
        (
            {**QK, "attention": {"bias": SQUARE, "mask": "causal"}},
            "Scale → Bias and Mask: Add bias, apply mask (scaled scores 2 × 2)",
        ),
        ({**QK, "attention": {"bias": SQUARE}}, "Scale → Bias: Add bias (scaled scores 2 × 2)"),
        (
            {**QK, "attention": {"bias": SQUARE}},
            "Bias → Softmax: Softmax by row (biased scores 2 × 2)",
        ),
        ("cat", "Scores → Softmax: Softmax by row (scores 1 × 4)"),
        (
            "tennis",
            "Attention Weights → Attention Output: Weighted Sum of V (attention weights 3 × 3)",
        ),
        (
            {**X, "attention": {"heads": 2}},
            "Concatenate Heads → Attention Output: concatenated heads 2 × 2",
        ),
        ("learned-positions", "Positions → Embeddings with Positions: Add positions (positions "),
    ],
)
def test_messages(fields: Any, message: str) -> None:
    """What a step does to what it is sent."""
    assert any(line.startswith(message) for line in messages(fields))


def shapes(problem: Problem) -> dict[str, str]:
    """What a box says of each stage, by the shapes that a problem gives; none is a gradient's."""
    said = {}
    for name, shape in stage_shapes(problem).items():
        if name not in ("exponentials", "sums", "weighted_values", *GRADIENTS):
            count = shape[0] if name in OF_HEADS and problem.heads is not None else None
            one = " × ".join(map(str, shape[count is not None :]))
            heads = "" if count is None else f"{count} head{'s' * (count != 1)} of "
            said[name] = heads + one
    return said


def reasons(trace: Trace) -> dict[str, set[str]]:
    """What each stage is made of: of boxes that are drawn, and of the cache."""
    drawn = {name: set(stage.made_of) for name, stage in trace.stages.items()}
    softmax = {"weights": {trace.scored} if "exponentials" in trace else set()}
    there = {*shapes(trace.problem), "past"}
    return {name: made & there for name, made in (drawn | softmax).items() if name in there}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)))
def test_drawings_are_true(problem: dict[str, Any]) -> None:
    """Every stage has its box with its shape, and is led to from what the trace made it of."""
    trace = attncalc.explain(attncalc.load(problem))
    flow, said = pipeline(trace), exchange(trace)
    cached = {"past": f"{trace.problem.past_length} token" + "s" * (trace.problem.past_length > 1)}
    expected = (cached if trace.problem.past_length else {}) | shapes(trace.problem)
    heads = trace.problem.heads or 1
    of_lanes = [name for name in expected if heads > 1 and name in IN_LANES]
    together = [name for name in expected if name not in of_lanes]
    lanes = [list(lane.boxes) for lane in flow.lanes]
    names: dict[int, str] = {}
    outside = [place for place in range(len(flow.boxes)) if place not in chain(*lanes)]
    if of_lanes and fed(trace, together):
        (split,) = [at for at in outside if flow.boxes[at].name == f"split into {heads} heads"]
        outside.remove(split)
        names[split] = "split"
    assert [flow.boxes[place].detail for place in outside] == [expected[name] for name in together]
    names |= dict(zip(outside, together, strict=True))
    assert len(lanes) == (heads if of_lanes else 0)
    for head, lane in enumerate(lanes):
        parts, own = lane[: -len(of_lanes)], lane[-len(of_lanes) :]
        for place, name in zip([*parts, *own], [*fed(trace, together), *of_lanes], strict=True):
            names[place] = name
            assert flow.boxes[place].detail == expected[name].rpartition(" of ")[2]
        for place in parts:
            number = head if "q" in NAMES[names[place]].letter else group(trace, head)
            letter = NAMES[names[place]].letter.upper()
            assert flow.boxes[place].name == letter + "₁₂₃₄₅₆₇₈₉"[number]
    ways: dict[str, set[str]] = {name: set() for name in expected if name != "past"}
    splitting: set[str] = set()
    for arrow in flow.arrows:
        start, end = names[arrow.start], names[arrow.end]
        if end == "split":
            splitting.add(start)
        elif start == "split":
            assert end in fed(trace, together)
        else:
            ways[end].add(start)
    assert splitting == set(fed(trace, together) if of_lanes else ())
    assert ways == reasons(trace)
    expect_true_messages(said, trace, expected, of_lanes)


def fed(trace: Trace, together: list[str]) -> list[str]:
    """What heads take apart: what the queries and keys have become, and the values."""
    kept = {NAMES[name].letter: name for name in together if name in OF_HEADS}
    needed = "qkv" if "V" in trace else "qk"
    return [kept[letter] for letter in needed if letter in kept]


def group(trace: Trace, head: int) -> int:
    """The keys and values that a head uses, counted from 0."""
    heads, groups = trace.problem.heads or 1, trace.problem.kv_heads or 1
    return [which for which in range(groups) for _ in range(heads // groups)][head]


def expect_true_messages(
    said: Exchange, trace: Trace, expected: dict[str, str], of_lanes: list[str]
) -> None:
    """Whatever a stage is made of is handed to it, with its shape: by all heads, or by each."""
    together = [name for name in expected if name not in of_lanes]
    first = min([list(expected).index(name) for name in of_lanes], default=len(together))
    everybody = [*together[:first], *map(str, range(len(said.parallel))), *together[first:]]
    assert len(said.participants) == len(everybody)
    told: dict[str, set[str]] = {name: set() for name in expected if name != "past"}
    for message in (*said.messages, *said.at_the_end):
        sender, receiver = everybody[message.sender], everybody[message.receiver]
        told[receiver].add(sender)
        assert message.text.removesuffix(")").endswith(f" {expected[sender]}")
    for place, branch in enumerate(said.parallel):
        steps = [name for name in of_lanes if reasons(trace)[name]]
        handed, own, on = [], [], []
        for message in branch.messages:
            sender, receiver = everybody[message.sender], everybody[message.receiver]
            if sender != str(place):
                handed.append(sender)
                assert message.text.endswith(f" {expected[sender].rpartition(' of ')[2]}")
            elif receiver == sender:
                own.append(message.text)
            else:
                on.append(receiver)
                told[receiver].add(of_lanes[-1])
        assert handed == fed(trace, together)
        assert len(own) == len(steps)
        for text, name in zip(own, steps, strict=True):
            made_of = [each for each in of_lanes if each in reasons(trace)[name]]
            for source in made_of:
                assert text.endswith(f" {expected[source].rpartition(' of ')[2]})")
        assert on == [name for name in told if of_lanes[-1] in reasons(trace)[name]]
    together_told = {name: made for name, made in told.items() if name in together}
    assert together_told == {name: reasons(trace)[name] for name in together if name != "past"}
    assert said.result.endswith(f" {list(expected.values())[-1]}")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)))
def test_labels_are_true(problem: dict[str, Any]) -> None:
    """What is said to be done on the way is what the options of the problem say."""
    trace = attncalc.explain(attncalc.load(problem))
    asked, options = trace.problem, trace.problem.attention
    labels = " | ".join(arrow.label for arrow in pipeline(trace).arrows)
    for letter in "QKVO":
        W, b = getattr(asked, f"W_{letter}"), getattr(asked, f"b_{letter}")
        assert (f"× W_{letter}" in labels) == (W is not None)
        assert (f"+ b_{letter}" in labels) == (b is not None)
    assert (f"÷ √{asked.d_k}" in labels) == (trace.number("divisor") is not None)
    assert ("tanh(score" in labels) == (options.softcap is not None)
    assert ("+ bias" in labels) == (options.bias is not None)
    assert ("+ mask" in labels) == (trace.mask is not None)
    assert ("with a sink" in labels) == (options.sink is not None)
    assert (", base " in labels) == (options.base != "e")
    assert ("rotate" in labels) == isinstance(options.positions, Rotary)
    assert ("rotate new keys" in labels) == ("rotate" in labels and asked.past_length > 0)
    shared = asked.heads != asked.kv_heads
    assert ("each for " in labels) == (shared and ("K" in trace or "V" in trace))
    assert ("in front" in labels) == (asked.past_length > 0)
