"""The flow of a problem's stages, and the same as messages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.document.document import Flow
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
    """Heads stand side by side and meet where they are concatenated."""
    flow = pipeline(attncalc.explain(attncalc.load(SAMPLES / "multi-head.yaml")))
    assert boxes(flow)[-5:] == [
        "weighted sum of V, 2 heads of 3 × 2",
        "head 1, 3 × 2",
        "head 2, 3 × 2",
        "concatenated heads, 3 × 4",
        "output, 3 × 4",
    ]
    assert "keys K –→ scores Q Kᵀ" in ways(flow)
    assert ways(flow)[-5:] == [
        "weighted sum of V –→ head 1",
        "weighted sum of V –→ head 2",
        "head 1 –→ concatenated heads",
        "head 2 –→ concatenated heads",
        "concatenated heads –× W_O→ output",
    ]


def test_many_heads() -> None:
    """More than four heads are counted."""
    six = {"tokens": ["a"], "X": [["1"] * 6]}
    flow = flow_of(six, heads=6)
    assert boxes(flow)[-6:-1] == [
        "head 1, 1 × 1",
        "head 2, 1 × 1",
        "head 3, 1 × 1",
        "… 3 more heads, each 1 × 1",
        "concatenated heads, 1 × 6",
    ]
    assert len([way for way in ways(flow) if way.endswith("→ concatenated heads")]) == 4
    assert ways(flow)[0] == "embeddings X –cut into 6→ queries Q"
    assert ways(flow)[-1] == "concatenated heads –as it is→ output"


@pytest.mark.parametrize(
    ("sample", "way"),
    [
        ("llama-step", "cache –in front→ keys K"),
        ("llama-step", "embeddings X –× W_K, cut into 2→ keys K"),
        ("llama-step", "queries Q –rotate by position→ rotated queries"),
        ("llama-step", "keys K –rotate new keys by position→ rotated keys"),
        ("rope", "keys K –rotate by position→ rotated keys"),
        ("llama-step", "rotated keys –each for 2 heads→ scores Q Kᵀ"),
        ("llama-step", "values V –each for 2 heads→ weighted sum of V"),
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
    assert set(range(len(flow.boxes) - 1)) <= leading
    said = exchange(trace)
    assert all(message.sender < message.receiver for message in said.messages)
    shape = " × ".join(map(str, list(trace.stages.values())[-1].values.shape))
    assert said.result.endswith(shape) or trace.problem.heads is not None


def messages(fields: dict[str, Any] | str) -> list[str]:
    """Who hands what to whom, and what is left at the end."""
    problem = attncalc.load(SAMPLES / f"{fields}.yaml" if isinstance(fields, str) else fields)
    said = exchange(attncalc.explain(problem))
    names = said.participants
    lines = [f"{names[m.sender]} → {names[m.receiver]}: {m.text}" for m in said.messages]
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
        "Rotated Query → Dot Product: Dot Product of Q and K (rotated queries 4 heads of 1 × 2)",
        "Rotated Key → Dot Product: Each for 2 heads (rotated keys 2 heads of 3 × 2)",
        "Dot Product → Scale: Scale by 1/√2 (scores 4 heads of 1 × 3)",
        "Scale → Mask: Apply mask (scaled scores 4 heads of 1 × 3)",
        "Mask → Softmax: Softmax by row (masked scores 4 heads of 1 × 3)",
        "Softmax → Weighted Sum: Weighted Sum of V (attention weights 4 heads of 1 × 3)",
        "Value (V) → Weighted Sum: Each for 2 heads (V 2 heads of 3 × 2)",
        "Weighted Sum → Concatenate Heads: Concatenate (head outputs 4 heads of 1 × 2)",
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
    """What a box says of each stage, by the shapes that a problem gives."""
    said = {}
    for name, shape in stage_shapes(problem).items():
        if name not in ("exponentials", "sums", "weighted_values"):
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
    heads = [box for box in flow.boxes if box.name.startswith("head ")]
    assert len(heads) == ((trace.problem.heads or 0) if "V" in trace else 0)
    assert {box.detail for box in heads} <= {expected.get("head_outputs", "").split(" of ")[-1]}
    places = [place for place, box in enumerate(flow.boxes) if box not in heads]
    assert [flow.boxes[place].detail for place in places] == list(expected.values())
    names = dict(zip(places, expected, strict=True))
    ways: dict[str, set[str]] = {name: set() for name in expected if name != "past"}
    for arrow in flow.arrows:
        if arrow.end in names:
            ways[names[arrow.end]].add(names.get(arrow.start, "head_outputs"))
        else:
            assert names[arrow.start] == "head_outputs"
    assert ways == reasons(trace)
    told: dict[str, set[str]] = {name: set() for name in ways}
    for message in said.messages:
        sender, receiver = list(expected)[message.sender], list(expected)[message.receiver]
        told[receiver].add(sender)
        assert message.text.removesuffix(")").endswith(f" {expected[sender]}")
    assert told == ways
    assert len(said.participants) == len(expected)
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
