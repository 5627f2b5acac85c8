"""Every number of the source documents that follows from its inputs, to its printed digits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import attncalc
from attncalc.document.numerals import round_to
from tests.conftest import SAMPLES


def trace_of(name: str) -> attncalc.Trace:
    """The trace of a sample."""
    return attncalc.explain(attncalc.load(SAMPLES / f"{name}.yaml"))


def printed(values: Any, decimals: int) -> list[str]:
    """Numbers rounded to the decimals a source prints."""
    return [f"{round_to(value, decimals, 'half-up'):f}" for value in values]


def test_animal_scores() -> None:
    """The dot products of "it", as the course notes print three of them and ask for the others."""
    trace = trace_of("animal")
    it = trace.problem.tokens.index("it")
    assert printed(trace["scores"][it], 2) == [
        *("0.17", "0.77", "0.20", "0.29", "0.62", "0.92", "0.14", "1.22")
    ]
    assert list(trace["scores"][it]) == [
        Decimal(text) for text in ("0.17", "0.77", "0.20", "0.29", "0.62", "0.92", "0.14", "1.22")
    ]


def test_animal_score_terms() -> None:
    """The products the notes write out for The, animal and tired."""
    trace = trace_of("animal")
    it = trace.problem.tokens.index("it")
    terms = {
        token: (trace["Q"][it] * trace["K"])[at] for at, token in enumerate(trace.problem.tokens)
    }
    assert printed(terms["The"], 2) == ["0.12", "0.05", "0.00"]
    assert printed(terms["animal"], 2) == ["0.36", "0.25", "0.16"]
    assert printed(terms["tired"], 2) == ["0.54", "0.40", "0.28"]


def test_animal_published_weights_do_not_follow() -> None:
    """The notes' "example (normalized)" weights are no softmax of the scores; ours add up to 1."""
    trace = trace_of("animal")
    it = trace.problem.tokens.index("it")
    published = ["0.05", "0.60", "0.02", "0.03", "0.20", "0.00", "0.02", "0.08"]
    ours = printed(trace["weights"][it], 2)
    assert ours == ["0.08", "0.15", "0.08", "0.09", "0.13", "0.17", "0.08", "0.23"]
    assert not set(zip(ours, published, strict=True)) & {(text, text) for text in ours}


PRODUCTS = {
    "The": ["0.005", "0.010", "0.015"],
    "animal": ["0.490", "0.420", "0.350"],
    "didn't": ["0.002", "0.002", "0.004"],
    "cross": ["0.000", "0.001", "0.001"],
    "the": ["0.002", "0.003", "0.002"],
    "street": ["0.100", "0.080", "0.060"],
    "because": ["0.001", "0.002", "0.001"],
    "it": ["0.000", "0.000", "0.000"],
    "was": ["0.001", "0.001", "0.000"],
    "too": ["0.000", "0.000", "0.000"],
    "tired": ["0.000", "0.000", "0.000"],
}


@pytest.mark.parametrize("token", PRODUCTS)
def test_animal_products(token: str) -> None:
    """Each value times its weight, as the notes print it, and exact."""
    trace = trace_of("animal-weighted-sum")
    at = trace.problem.key_tokens.index(token)
    assert printed(trace["weighted_values"][0][at], 3) == PRODUCTS[token]
    assert trace.stages["weighted_values"].exact.all()


def test_animal_weighted_sum() -> None:
    """The products add up to this, and not to the printed [0.598, 0.518, 0.432]."""
    trace = trace_of("animal-weighted-sum")
    assert list(trace["output"][0]) == [Decimal("0.601"), Decimal("0.519"), Decimal("0.433")]
    assert trace.stages["output"].exact.all()
    assert trace.warnings == ("the given weights of “it” (#1) add up to 1.01, not to 1",)


def test_tennis_weights() -> None:
    """The weight of each word on itself, as the notes give it; rows add up to 1."""
    trace = trace_of("tennis")
    weights = trace["weights"]
    assert [str(weights[at][at]) for at in range(3)] == ["0.7", "0.8", "0.75"]
    assert trace.warnings == ()


def test_cat_scores() -> None:
    """The scores from "Cat", as the diagram gives them."""
    trace = trace_of("cat")
    scores = dict(zip(trace.problem.key_tokens, trace["scores"][0], strict=True))
    assert {token: str(score) for token, score in scores.items()} == {
        "The": "0.2", "sat": "1.0", "mat": "0.5", "on": "0.1"
    }  # fmt: skip
    assert "output" not in trace


def test_apple_occurrences() -> None:
    """Equal embeddings give equal outputs; told apart by their neighbours or a mask they differ."""
    (problem,) = attncalc.load_all(SAMPLES / "apple.yaml", {"bias": "none"})
    first, second = problem.queries
    assert [str(number) for number in problem.X[first]] == ["0.8", "0.2"]  # type: ignore[index]
    assert (problem.X[first] == problem.X[second]).all()  # type: ignore[index]
    trace: attncalc.Trace = attncalc.explain(problem)
    assert (trace["output"][first] == trace["output"][second]).all()
    (causal,) = attncalc.load_all(SAMPLES / "apple.yaml", {"mask": "causal", "bias": "none"})
    trace = attncalc.explain(causal)
    assert (trace["output"][first] != trace["output"][second]).all()
    assert (trace["weights"][first][1:] == 0).all()


def output_of(name: str, token: str, **options: str) -> list[float]:
    """The output of a sample's token."""
    (problem,) = attncalc.load_all(SAMPLES / f"{name}.yaml", options)
    output = attncalc.explain(problem)["output"][problem.tokens.index(token)]
    return [float(number) for number in output]


def weights_of(name: str, token: str, head: int | None = None, **options: str) -> dict[str, float]:
    """The weights of a sample's token, by key; of two keys that are called the same, the last."""
    (problem,) = attncalc.load_all(SAMPLES / f"{name}.yaml", options)
    weights = attncalc.explain(problem)["weights"]
    row = (weights if head is None else weights[head - 1])[problem.tokens.index(token)]
    return {key: float(weight) for key, weight in zip(problem.key_tokens, row, strict=True)}


def test_apple_becomes_two() -> None:
    """The first apple is more of a company than of a fruit, the second is a fruit three times."""
    fruit, company = output_of("apple", "Apple")
    assert company > fruit
    fruit, company = output_of("apple", "apple")
    assert fruit > 3 * company


def test_nearer_words_count_more() -> None:
    """Of equal keys the nearer wins; a far one that matches better does in all heads but one."""
    for head in (1, 2, 3, 4):
        weights = weights_of("alibi", "four", head)
        assert weights["two"] < weights["three"] < weights["four"]
        assert weights["five"] == 0
        assert (weights["one"] > weights["four"]) == (head > 1)
    unbiased = weights_of("alibi", "four", 1, bias="none")
    assert unbiased["two"] == unbiased["three"] == unbiased["four"] < unbiased["one"]


@pytest.mark.parametrize("name", ["causal", "llama", "alibi", "window", "lower-right"])
def test_masks_hide_something(name: str) -> None:
    """The query that a masked sample writes out is one that the mask takes a key from."""
    trace = trace_of(name)
    (query,) = trace.problem.queries
    weights = trace["weights"] if trace["weights"].ndim == 2 else trace["weights"][0]
    assert (weights[query] == 0).any()


def test_translation_with_and_without_attention() -> None:
    """Alone, a word is its own value; with attention, "I" has some of "love" too."""
    assert output_of("tennis-alone", "I") == [1, 0, 0]
    assert output_of("tennis", "I") == [0.7, 0.25, 0.05]


def test_bank_from_both_sides() -> None:
    """The river is found when it may be seen; a causal mask leaves money and water even."""
    money, water = output_of("bidirectional", "bank")
    assert water > 7 * money
    money, water = output_of("bidirectional", "bank", mask="causal")
    assert water == money


def test_far_words_count_as_much() -> None:
    """The far "keys" wins over the near "man" by its score, until distance is taken off."""
    (problem,) = attncalc.load_all(SAMPLES / "long-range.yaml", {})
    weights = attncalc.explain(problem)["weights"][-1]
    first, second = (at for at, token in enumerate(problem.key_tokens) if token == "the")
    assert weights[first] == weights[second]
    near = weights_of("long-range", "are", bias="{slopes: [1/2]}")
    far = weights_of("long-range", "are")
    assert far["keys"] > 4 * far["man"]
    assert near["man"] > near["keys"]


def test_scaled_and_not() -> None:
    """What the notes on scaling say of the largest weight, with √16 and without."""
    assert round(weights_of("scaling", "it")["robot"], 3) == 0.671
    assert round(weights_of("scaling", "it", scale="none")["robot"], 3) == 0.997


def test_uses() -> None:
    """What the notes of the small examples say of their weights."""
    when, where = (weights_of("question-answering", token) for token in ("When", "Where"))
    assert max(when, key=when.__getitem__) == "1889"
    assert max(where, key=where.__getitem__) == "Paris"
    feelings = weights_of("sentiment", "[CLS]")
    assert feelings["fantastic"] == feelings["disappointing"] == max(feelings.values())
    good, bad = output_of("sentiment", "[CLS]")
    assert good == bad
    shares = weights_of("summary", "summary")
    assert min(shares, key=shares.__getitem__) == "thanks"
    last = weights_of("generation", ".")
    assert sorted(last, key=last.__getitem__)[-2:] == ["visit", "Paris"]
    ball = weights_of("caption", "ball")
    assert sorted(ball, key=ball.__getitem__)[-2:] == ["dog's region", "ball's region"]


def test_overview_heads() -> None:
    """From "sleeps", the first head looks at the cat, the second at the word itself."""
    for head, key in ((1, "cat"), (2, "sleeps")):
        weights = weights_of("overview", "sleeps", head)
        assert max(weights, key=weights.__getitem__) == key


def test_causal_exercise() -> None:
    """The masked scores, weights and outputs that the exercise prints with four decimals."""
    trace = trace_of("causal")
    assert [printed(row[: at + 1], 4) for at, row in enumerate(trace["masked_scores"])] == [
        ["0.7071"],
        ["0.7071", "0.7071"],
        ["1.4142", "0.7071", "2.1213"],
    ]
    assert [printed(row, 4) for row in trace["weights"]] == [
        ["1.0000", "0.0000", "0.0000"],
        ["0.5000", "0.5000", "0.0000"],
        ["0.2840", "0.1400", "0.5760"],
    ]
    assert [printed(row, 4) for row in trace["output"]] == [
        ["1.0000", "0.0000"],
        ["1.0000", "0.5000"],
        ["1.5760", "0.7160"],
    ]


def verdicts(name: str, **options: str) -> dict[str, list[str]]:
    """The verdicts on a sample's claims, by stage."""
    (problem,) = attncalc.load_all(SAMPLES / f"{name}.yaml", options)
    found: dict[str, list[str]] = {}
    for finding in attncalc.check(attncalc.explain(problem)).findings:
        found.setdefault(finding.claim.stage, []).append(finding.verdict.value)
    return found


def test_animal_checked() -> None:
    """The notes' dot products are right, and their weights are no softmax of them."""
    found = verdicts("animal")
    assert found["scores"] == ["correct"] * 3
    assert found["weights"] == ["wrong"] * 8


@pytest.mark.parametrize("scale", ["none", "1/sqrt(d_k)", "0.1", "0.5", "2", "5", "10", "100"])
def test_animal_weights_are_wrong_under_any_scale(scale: str) -> None:
    """Weights that fall where scores rise are wrong whatever the scores are multiplied by."""
    assert "wrong" in verdicts("animal", scale=scale)["weights"]


def test_animal_strongest_relationship() -> None:
    """The notes say that "it" has the strongest relationship with animal; their vectors do not."""
    trace = trace_of("animal")
    it = trace.problem.tokens.index("it")
    weights = dict(zip(trace.problem.key_tokens, trace["weights"][it], strict=True))
    assert max(weights, key=lambda token: weights[token]) == "tired"


def test_animal_weighted_sum_checked() -> None:
    """All products are right, and all three components of their printed sum are wrong."""
    found = verdicts("animal-weighted-sum")
    assert found == {"weighted_values": ["correct"] * 33, "output": ["wrong"] * 3}
