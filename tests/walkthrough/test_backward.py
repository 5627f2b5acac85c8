"""Pages of gradients: which there are, what they are called, what is said of every option."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.checking.floors import floors
from attncalc.costs.counts import cost_of
from attncalc.document.expressions import Number
from attncalc.errors import InputError
from attncalc.names import GRADIENTS
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.derivation import derivation
from attncalc.walkthrough.entries import entry_called
from attncalc.walkthrough.page import Page
from tests.conftest import SAMPLES

SQUARE = [["1", "0.5"], ["-0.25", "1"]]
VECTORS = dict.fromkeys(("Q", "K", "V"), SQUARE) | {"tokens": ["tea", "time"]}
EMBEDDED = dict.fromkeys(("X", "W_Q", "W_K", "W_V", "W_G", "W_O"), SQUARE) | {
    name: ["1", "2"] for name in ("b_Q", "b_K", "b_V", "b_G", "b_O")
}
PROBLEMS: dict[str, dict[str, Any]] = {
    "plain": VECTORS,
    "hidden, biased, capped": {
        **VECTORS,
        "attention": {
            "mask": "causal",
            "softcap": "2",
            "bias": {"rows": [["0", "-inf"], ["1", "0.5"]], "before_scale": "true"},
        },
    },
    "biased": {**VECTORS, "attention": {"bias": SQUARE, "scale": "0.5", "sink": "1", "base": "2"}},
    "turned and normalized": {
        **VECTORS,
        "attention": {
            "positions": "rope",
            "qk_norm": {"rms": {"gain_q": ["2", "1"], "gain_k": ["1", "3"]}},
            "past": {"tokens": ["p"], "K": [["2", "1"]], "V": [["1", "1"]]},
        },
    },
    "half turned": {
        **VECTORS,
        "Q": [["1", "2", "3"]] * 2,
        "K": [["2", "1", "0"]] * 2,
        "attention": {"positions": {"rope": {"dims": "2", "pairing": "half"}}},
    },
    "of length 0": {
        **VECTORS,
        "Q": [["0", "0"], ["1", "2"]],
        "attention": {"qk_norm": "l2"},
    },
    "embedded": {**EMBEDDED, "attention": {"heads": "2"}},
    "embedded, of one head": EMBEDDED,
    "stacked": {
        "X": SQUARE,
        **{f"W_{name}": [[["1"], ["2"]], [["0.5"], ["-1"]]] for name in "QKV"},
        **{f"b_{name}": [["1"], ["2"]] for name in "QKV"},
        "attention": {"positions": SQUARE},
    },
    "grouped": {
        "X": SQUARE,
        "W_Q": [["1", "2", "0.5", "-1"], ["0", "1", "1", "2"]],
        "W_K": [[["1", "0"], ["2", "1"]]],
        "W_V": [[["1", "1"], ["0", "1"]]],
        "b_K": [["1", "2"]],
        "attention": {"heads": "2", "kv_heads": "1"},
    },
    "across": {"X": SQUARE, "X_key": [["1", "2"]], "attention": {"heads": "1"}},
    "values of other embeddings": {
        **{"X": SQUARE, "X_key": SQUARE[::-1], "W_V": SQUARE, "scores": SQUARE},
        "attention": {"positions": SQUARE},
    },
    "unscaled and masked": {**VECTORS, "attention": {"scale": "none", "mask": "causal"}},
    "unscaled, of one token": {
        **{name: [["1", "0.5"]] for name in "QKV"},
        "W_O": SQUARE,
        "attention": {"scale": "none"},
    },
    "wide matrices": {
        "X": [["1"] * 10] * 2,
        **{f"W_{name}": [["0.5"] * 10] * 10 for name in "QKV"},
    },
    "weights": {"weights": [["0.5", "0.5"], ["0.25", "0.75"]], "V": SQUARE},
    "scores": {"scores": SQUARE, "V": SQUARE},
    "gated": {**VECTORS, "attention": {"gate": SQUARE}},
    **{
        name: {
            **VECTORS,
            "Q": [["0", "0"], ["1", "2"]],
            "K": [["1", "2"], ["0", "0"]],
            "attention": {"score": score, "heads": "1"},
        }
        for name, score in (
            ("cosine", "cosine"),
            ("general", {"general": SQUARE}),
            ("additive", {"additive": {"W_1": SQUARE, "W_2": SQUARE, "v": ["1", "-1"]}}),
        )
    },
    "wide": {
        "Q": [["0.1"] * 10] * 2,
        "K": [["0.2"] * 10] * 2,
        "V": [["0.5"] * 10, ["1"] * 10],
        "W_O": [["1"] * 9] * 10,
    },
}


def traced(name: str) -> attncalc.Trace:
    """A problem, with gradients of an output of any shape."""
    given = PROBLEMS[name]
    rows, columns = attncalc.explain(attncalc.load(given))["output"].shape
    d_output = [[f"{(i + 2 * j) % 5 - 1}" for j in range(columns)] for i in range(rows)]
    return attncalc.explain(attncalc.load({**given, "d_output": d_output}))


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_gradient_is_on_a_page(name: str) -> None:
    """One section or more is about each; none where they are not asked for."""
    trace = traced(name)
    heads = tuple(range(trace.problem.heads or 0))
    for notation in ("paper", "flash"):
        selection = Selection(backward=True, gradients=notation, heads=heads, detail="lesson")
        page = write_walkthrough(trace, selection)
        told = {stage for section in page.sections for stage in section.stages}
        gradients = {stage for stage in trace.stages if stage.startswith("d_")} | (
            {"weight_dots"} & {*trace.stages}
        )
        if trace.problem.heads is not None:
            gradients.discard("d_head_outputs")
        assert gradients <= told | {"d_head_outputs"}
    without = write_walkthrough(trace, Selection())
    assert not any(
        stage.startswith("d_") for section in without.sections for stage in section.stages
    )


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_number_comes_about(name: str) -> None:
    """Each number of each gradient has a derivation that ends with its value."""
    trace = traced(name)
    page = Page(trace, Selection(full=True), (0,))
    for stage in trace.stages:
        if stage in GRADIENTS:
            for index in np.ndindex(trace[stage].shape):
                *_, value = derivation(page, stage, index).sides
                assert isinstance(value, Number)


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_format_has_them(name: str) -> None:
    """Nothing of them is unknown to a format."""
    page = attncalc.handout(traced(name), backward=True, queries=())
    texts = [page.text(), page.markdown(), page.latex(), page.html(), page.typst()]
    assert all(texts)
    assert "∂L/∂v" in texts[0]
    assert r"\partial L / \partial v" in texts[2]


def test_embeddings_that_nothing_is_made_from() -> None:
    """They get 0, exactly; the values' own get what goes through W_V."""
    trace = traced("values of other embeddings")
    for stage in ("d_X_positioned", "d_X"):
        assert (trace[stage] == 0).all()
        assert trace.stages[stage].exact.all()
    W_V = np.array(SQUARE, float)
    expected = trace["weights"].T.astype(float) @ trace["d_output"].astype(float) @ W_V.T
    assert trace["d_X_key"].astype(float) == pytest.approx(expected)
    page = " ".join(attncalc.handout(trace, backward=True).text().split())
    assert "No queries were made from the embeddings here, so these get 0." in page
    others = " ".join(attncalc.handout(traced("across"), backward=True).text().split())
    assert "No queries were made" not in others


def test_scores_that_are_not_scaled() -> None:
    """Without a scale there is no formula of it, and nothing is said of what it is good for."""
    page = " ".join(attncalc.handout(traced("unscaled and masked"), backward=True).text().split())
    assert "The mask leaves the gradients of the keys that are seen as they are." in page
    assert "√" not in page
    scaled = " ".join(attncalc.handout(traced("embedded"), backward=True).text().split())
    assert "√" in scaled


def test_the_jacobian_of_a_long_row() -> None:
    """A row of few keys is done by its Jacobian too; one of many by the short way alone."""
    short, long = (
        {"Q": [["1", "2"]], "K": SQUARE * half, "V": SQUARE * half, "d_output": [["1", "-1"]]}
        for half in (4, 5)
    )
    said = "The same by the whole Jacobian of the row"
    for given, written in ((short, True), (long, False)):
        trace = attncalc.explain(attncalc.load(given))
        page = " ".join(attncalc.handout(trace, backward=True).text().split())
        assert "Back through the softmax" in page
        assert (said in page) is written


def test_some_of_them() -> None:
    """--stages shows those that are asked for, and nothing else."""
    page = attncalc.handout(traced("plain"), stages=["d_Q", "d_K"]).text()
    assert "Back to queries and keys" in page
    assert "Back through the softmax" not in page


def test_where_they_are() -> None:
    """A page without them says how to see them, in a sentence in a lesson."""
    trace = traced("plain")
    assert "The gradients: --backward." in " ".join(attncalc.handout(trace).text().split())
    lesson = " ".join(attncalc.handout(trace, detail="lesson").text().split())
    assert "To see the gradients, add --backward to the command." in lesson


@pytest.mark.parametrize(("scale", "said"), [("0.5", "why training needs"), ("40", "Why training")])
def test_why_training_needs_the_scale(scale: str, said: str) -> None:
    """With scores that are far apart, gradients vanish; with others, that is said."""
    far = [[f"{float(x) * float(scale)}" for x in row] for row in [[1, 0.5], [-0.25, 1]]]
    given = {"Q": far, "K": far, "V": SQUARE, "d_output": SQUARE}
    trace = attncalc.explain(attncalc.load(given))
    text = attncalc.handout(trace, stages=["d_scores"]).text()
    assert said in " ".join(text.split())


@pytest.mark.parametrize(
    ("name", "stage", "index", "called"),
    [
        ("embedded", "d_W_Q", (0, 1), "the gradient of W_Q, row 1, column 2"),
        ("embedded", "d_b_O", (1,), "the gradient of b_O, entry 2"),
        ("stacked", "d_W_K", (1, 0, 0), "the gradient of W_K, head 2, row 1, column 1"),
        ("stacked", "d_b_Q", (1, 0), "the gradient of b_Q, head 2, entry 1"),
        ("grouped", "d_W_K", (0, 1, 0), "the gradient of W_K, key-value head 1, row 2, column 1"),
        ("plain", "d_Q", (1, 0), "the gradient of the query of time, entry 1"),
    ],
)
def test_what_a_gradient_is_called(
    name: str, stage: str, index: tuple[int, ...], called: str
) -> None:
    """In words, as the subject of a sentence."""
    said = entry_called(traced(name), stage, index)
    assert "".join(getattr(part, "text", "") for part in said) == called


def test_what_the_way_back_costs() -> None:
    """About twice the way there; nothing is said of it where there is no way there."""
    trace = traced("embedded")
    cost = cost_of(trace.problem)
    there = cost.total.all - cost.parts["backward"].all
    assert 1.5 < cost.parts["backward"].all / there < 3
    text = " ".join(attncalc.handout(trace, stages=["cost"]).text().split())
    assert f"The way there takes {there} operations and the way back " in text
    weights = {"weights": [["1"]], "V": [["1"]], "d_output": [["1"]]}
    trace = attncalc.explain(attncalc.load(weights))
    assert "the way back" in attncalc.handout(trace, stages=["cost"]).text()


@pytest.mark.parametrize("options", [{"gate": SQUARE}, {"base": "2"}])
def test_gates_and_logarithms_are_there_before_the_way_back(options: dict[str, Any]) -> None:
    """Neither is computed again: each is a factor, which costs a multiplication an entry."""
    plain, other = (
        cost_of(attncalc.load({**VECTORS, "d_output": SQUARE, "attention": each}))
        for each in ({}, options)
    )
    assert other.parts["backward"].all - plain.parts["backward"].all == 4


@pytest.mark.parametrize("name", ["gated", "biased"])
def test_how_far_programs_may_be_off_on_the_way_back(name: str) -> None:
    """What plain arrays of 32 bits give is within it, and it grows with the unit."""
    trace = traced(name)
    stage = f"d_{trace.attended}" if name == "gated" else f"d_{trace.scored}"
    d = {each: np.asarray(trace[each], float).astype("f4") for each in trace.stages}
    if name == "gated":
        made = d["d_gated"] / (1 + np.exp(-np.array(SQUARE, "f4")))
    else:
        means = (d["weights"] * d["d_weights"]).sum(axis=-1, keepdims=True)
        made = d["weights"] * (d["d_weights"] - means) * np.log(np.float32(2))
    in_24, in_11 = (floors(trace, bits)[stage] for bits in (24, 11))
    assert (abs(made - trace[stage].astype(float)) <= in_24).all()
    assert (in_24 < in_11).all()
    assert (in_24 < 1e-5).all()


def test_nothing_to_go_back_from() -> None:
    """What is missing is said, and how to write it."""
    trace = attncalc.explain(attncalc.load(SAMPLES / "gate.yaml"))
    with pytest.raises(InputError) as refused:
        attncalc.handout(trace, backward=True)
    assert "d_output is missing; expected the gradient of the output" in str(refused.value)
    assert refused.value.hint is not None
    assert refused.value.hint.startswith("in the file: d_output: [[0, ")
    weights = attncalc.explain(attncalc.load({"scores": SQUARE}))
    with pytest.raises(InputError) as refused:
        attncalc.handout(weights, backward=True)
    assert "there is no output to go back from" in str(refused.value)
    with pytest.raises(InputError):
        attncalc.handout(traced("plain"), backward=True, view="lookup")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({**VECTORS, "d_output": [["1"], ["2"]]}, "1 column; expected 2, the width of the output"),
        (
            {**VECTORS, "W_O": [["1"], ["2"]], "d_output": SQUARE},
            "2 columns; expected 1, the width of the output, that of W_O",
        ),
        (
            {**VECTORS, "attention": {"heads": "2"}, "d_output": [["1"], ["2"]]},
            "1 column; expected 2, the width of the output, 2 heads with 1 numbers each",
        ),
        ({"scores": SQUARE, "d_output": SQUARE}, "d_output is given but there are no values"),
    ],
)
def test_what_does_not_fit(given: dict[str, Any], fault: str) -> None:
    """A gradient is shaped as what it is of."""
    with pytest.raises(attncalc.InputErrors) as refused:
        attncalc.load(given)
    assert fault in str(refused.value)
