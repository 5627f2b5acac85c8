"""Under the title: what it is called, and a formula that gives what the page comes to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.document import expressions as e
from attncalc.document.document import Equation, Paragraph
from attncalc.document.expressions import Expression, Relation
from attncalc.renderers.linear import linear
from attncalc.renderers.terminal.page import inlines_text
from attncalc.selection import Selection
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.title import title
from tests import samples
from tests.conftest import SAMPLES
from tests.walkthrough.test_mechanisms import TWO, page_of

Values = dict[str, Any]


def value(expression: Expression, known: Values) -> Any:
    """What a formula of whole matrices comes to. known: by what is written, and by function."""
    written = linear(expression)
    if written in known:
        return known[written]
    match expression:
        case e.Number(digits):
            return float(digits)
        case e.Sum(terms):
            return sum(value(term, known) for term in terms)
        case e.Product(factors):
            return np.prod([value(each, known) for each in factors[:-1]], axis=0) * value(
                factors[-1], known
            )
        case e.Juxtaposed(factors):
            first, *others = (value(each, known) for each in factors)
            for each in others:
                first = first @ each
            return first
        case e.Transpose(of):
            return value(of, known).T
        case e.Fraction(above, below):
            return value(above, known) / value(below, known)
        case e.Root(radicand):
            return np.sqrt(value(radicand, known))
        case e.Apply("softmax", (scores, *others)):
            return _softmax(value(scores, known), others, known)
        case e.Apply("tanh", (of,)):
            return np.tanh(value(of, known))
        case e.Apply("σ", (of,)):
            return 1 / (1 + np.exp(-value(of, known)))
        case e.Apply("cos", (left, right)):
            q, k = value(left, known), value(right, known)
            lengths = np.linalg.norm(q, axis=1)[:, None] * np.linalg.norm(k, axis=1)
            return q @ k.T / lengths
        case e.Apply("Concat", _):
            return np.concatenate(known["heads"], axis=1)
        case _:
            raise AssertionError(written)


def _softmax(scores: Any, others: list[Expression], known: Values) -> Any:
    """The stable one; 0 where all is hidden."""
    base, sink = np.e, -np.inf
    for each in others:
        if isinstance(each, Relation):
            base = float(linear(each.sides[1]))
        else:
            sink = known["sink"]
    most = np.maximum(scores.max(axis=1, keepdims=True), sink)
    most = np.where(np.isfinite(most), most, 0.0)
    powers = base ** (scores - most)
    total = powers.sum(axis=1, keepdims=True) + base ** (sink - most)
    return powers / np.where(total == 0, 1.0, total)


def known_of(trace: Trace) -> Values:
    """The matrices of a trace of one head, by what is written for them."""
    h = "" if trace.problem.heads is None else "_h"
    known: Values = {"d_k": trace.problem.d_k}
    for name in ("Q", "K", "V"):
        if name not in trace:
            continue
        written = f"{name}{h}"
        known[written] = floats(trace[name])
        for function, stage in (("norm", "normalized"), ("RoPE", "rotated")):
            if f"{name}_{stage}" in trace:
                written = f"{function}({written})"
                known[written] = floats(trace[f"{name}_{stage}"])
    for letter, stage in (("S", "scores"), ("A", "weights")):
        if stage in trace:
            known[letter] = floats(trace[stage])
    if trace.mask is not None:
        known["M"] = np.where(trace.mask.astype(bool), 0.0, -np.inf)
    for stage in ("early_bias", "bias"):
        if stage in trace.by_products:
            known["B"] = floats(trace.by_products[stage].values)
    sink = trace.problem.attention.sink
    if sink is not None:
        known["sink"] = float(sink[()] if sink.ndim == 0 else sink[trace.head or 0])
    score = trace.problem.attention.chosen("score")
    if score is not None and score.array() is not None:
        known["W"] = floats(score.array())
    return known


def floats(array: Any) -> Any:
    return np.array(array, dtype=np.float64)


def formulas_of(trace: Trace) -> list[Relation]:
    blocks = title(Page.of(trace, Selection())).blocks
    found = [block.expression for block in blocks if isinstance(block, Equation)]
    return [each for each in found if isinstance(each, Relation)]


FILES = sorted(SAMPLES.glob("*.yaml")) + sorted((SAMPLES / "gallery").glob("*.yaml"))


@pytest.mark.no_cover
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_formula_gives_what_the_page_comes_to(path: Any) -> None:
    trace, *_ = samples.traces(path)
    first, *further = formulas_of(trace)
    every = [None] if trace.problem.heads is None else range(trace.problem.heads)
    made = []
    for head in every:
        own = trace if head is None else trace.of_head(head)
        made.append(value(first.sides[1], known_of(own)))
        result = own.attended if "V" in trace else "weights"
        np.testing.assert_allclose(made[-1], floats(own[result]), atol=1e-12)
    if not further:
        assert "output" not in trace or trace.attended == "output"
        return
    (last,) = further
    problem = trace.problem
    known: Values = {"heads": made, linear(first.sides[0]): made[0]}
    known |= {"W_O": problem.W_O, "b_O": problem.b_O, "G": problem.attention.chosen("gate")}
    known = {name: each for name, each in known.items() if each is not None}
    known |= {name: floats(known[name]) for name in ("W_O", "b_O") if name in known}
    if "gates" in trace.by_products:
        known["σ(G)"] = floats(trace.by_products["gates"].values)
    np.testing.assert_allclose(value(last.sides[1], known), floats(trace["output"]), atol=1e-12)


def told(fields: dict[str, Any]) -> list[str]:
    """The lines of words under the title of a problem."""
    trace = attncalc.explain(attncalc.load(fields))
    blocks = title(Page.of(trace, Selection())).blocks
    return [inlines_text(block.content).plain for block in blocks if isinstance(block, Paragraph)]


CROSS = {**{key: each for key, each in TWO.items() if key != "tokens"}}
CROSS |= {"tokens": ["c", "d"], "key_tokens": ["a", "b"]}
MASKED = "Masked (causal) self-attention"


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "Bidirectional self-attention: each token attends to all tokens"),
        ({"mask": "causal"}, f"{MASKED}: each token attends to itself and to the tokens before it"),
        ({"mask": {"causal": "true", "padding": [1, 0]}}, f"{MASKED}: each token"),
        ({"mask": {"window": 1}}, f"{MASKED} with a sliding window: each token"),
        ({"mask": {"window": 1, "first": 1}}, f"{MASKED} with a sliding window: each token"),
        ({"mask": {"window": [1, 1]}}, "Self-attention with a sliding window"),
        ({"mask": {"window": [-1, -1]}}, "Bidirectional self-attention: each token"),
        ({"mask": {"padding": [1, 0]}}, "Bidirectional self-attention: each token"),
        ({"mask": [[1, 0], [1, 1]]}, "Masked self-attention: a mask says"),
        ({"bias": [[0, "-inf"], [0, 0]]}, "Masked self-attention: where -∞ is added"),
        ({"bias": [[0, 1], [0, 0]]}, "Bidirectional self-attention: each token"),
    ],
)
def test_its_name(options: dict[str, Any], name: str) -> None:
    assert told({**TWO, "attention": options})[1].startswith(name)


def test_never_to_padding() -> None:
    for mask in ({"padding": [1, 0]}, {"causal": "true", "padding": [1, 0]}):
        assert "but never to padding" in told({**TWO, "attention": {"mask": mask}})[1]


def test_its_name_between_two_sequences() -> None:
    assert told(CROSS)[1] == (
        "Cross-attention: the queries come from one sequence, the keys and values from another."
    )
    masked = told({**CROSS, "attention": {"mask": "causal"}})[1]
    assert masked.startswith("Masked cross-attention: ")
    some = told({**CROSS, "tokens": ["a", "b"]})[1]
    assert some.startswith("Attention: 2 queries attend to the keys")


@pytest.mark.parametrize(
    ("kv_heads", "name"), [("4", "Multi-head"), ("2", "Grouped-query"), ("1", "Multi-query")]
)
def test_its_name_with_heads(kv_heads: str, name: str) -> None:
    rows = [["1"] * int(kv_heads)] * 2
    fields = {"tokens": ["a", "b"], "Q": [["1"] * 4] * 2, "K": rows, "V": rows}
    heads = {"heads": "4", "kv_heads": kv_heads}
    assert (
        f" {name} attention: 4 heads do this side by side"
        in told({**fields, "attention": heads})[1]
    )


def test_sizes_and_roles() -> None:
    sizes, roles = told(TWO)[2:]
    assert sizes == (
        "Sizes, rows × columns: Q 2×2, K 2×2, V 2×2 → scores 2×2 → attention weights 2×2 → "
        "output 2×2"
    )
    assert roles.startswith("A query q asks: it says what a token looks for. A key k answers:")
    weights = {"tokens": ["a"], "key_tokens": ["b", "c"], "weights": [["0.5", "0.5"]]}
    assert told(weights)[-1] == (
        "In formulas, i is the place of the query and j the place of the key."
    )


def test_given_weights_among_themselves() -> None:
    fields = {"tokens": ["a", "b"], "weights": [["0.5", "0.5"], ["0", "1"]]}
    assert told(fields)[1] == (
        "Self-attention: the tokens attend to each other. Its weights are given."
    )


@pytest.mark.parametrize(
    ("scale", "why"),
    [
        ("0.5", "Each score is multiplied by 0.5: smaller scores make the weights more alike."),
        ("3", "Each score is multiplied by 3: larger scores make the largest weight larger."),
        ("1", "Each score is multiplied by 1. key"),
    ],
)
def test_why_scores_are_scaled(scale: str, why: str) -> None:
    assert why in page_of({**TWO, "attention": {"scale": scale}})


def test_what_scaling_does_to_the_largest_weight() -> None:
    """Worked out by hand: the softmax of 4 and 0, and of 2 and 0."""
    fields = {"tokens": ["a"], "key_tokens": ["b", "c"], "Q": [["4", "0", "0", "0"]]}
    keys = {"K": [["1", "0", "0", "0"], ["0", "1", "0", "0"]], "V": [["1"], ["2"]]}
    said = "With this, the largest weight of “a” is 88.1%; without it, it would be 98.2%."
    assert said in page_of({**fields, **keys})
    masked = page_of({**fields, **keys, "attention": {"mask": [["1", "0"]]}})
    assert "With this, the largest" not in masked  # it is 1 either way
    sunk = page_of({**fields, **keys, "attention": {"sink": "0"}})
    assert "“a” is 78.7%; without it, it would be 96.5%." in sunk
    capped = page_of({**fields, **keys, "attention": {"softcap": "1"}})
    assert "With this, the largest" not in capped  # it would be the cap's doing


def test_with_one_entry_nothing_grows() -> None:
    page = page_of({"tokens": ["a"], "Q": [["2"]], "K": [["3"]], "V": [["1"]]})
    assert "Each score is divided by √d_k = √1 = 1, which changes nothing." in page
    assert "The more entries" not in page
