"""Which numbers a sheet asks for."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

import attncalc
from attncalc.errors import InputError
from attncalc.worksheet import asking
from tests.worksheet.examples import TEA, maker, of_sample


def asked(name: str, **wanted: Any) -> dict[str, int]:
    """How many blanks of each stage a sample's sheet has."""
    sheet = of_sample(name, **wanted)
    return dict(Counter(blank.stage for blank in sheet.blanks))


def test_of_the_query() -> None:
    """Without a level, every number of the query from the scores on."""
    found = asked("animal")
    assert found == {"scores": 8, "exponentials": 8, "sums": 1, "weights": 8, "output": 3}
    assert {blank.index[0] for blank in of_sample("animal").blanks} == {5}
    assert of_sample("animal").query == 5


def test_one_a_step() -> None:
    """Level 1: one number a step, of one key, up to what it gives."""
    sheet = of_sample("animal", level=1)
    assert [blank.id for blank in sheet.blanks] == [
        "scores_6_1",
        "exponentials_6_1",
        "sums_6",
        "weights_6_1",
        "weighted_values_6_1_1",
    ]


def test_everything() -> None:
    """Level 3: what is not given, of every query; hidden scores are nothing to be worked out."""
    found = asked("causal", level=3)
    assert found == {
        "Q": 6,
        "K": 6,
        "V": 6,
        "scores": 9,
        "scaled_scores": 9,
        "exponentials": 9,
        "sums": 3,
        "weights": 9,
        "output": 6,
    }
    alibi = of_sample("alibi", level=3)
    masked = [blank for blank in alibi.blanks if blank.stage == "masked_scores"]
    assert 0 < len(masked) < alibi.trace["masked_scores"].size
    assert all(blank.value.is_finite() for blank in masked)


def test_heads() -> None:
    """The query's row in one head, and what the heads make together."""
    sheet = of_sample("multi-head")
    assert {blank.index[0] for blank in sheet.blanks if blank.stage == "weights"} == {0}
    assert "concatenated" not in sheet.stages
    assert "output" in sheet.stages
    other = maker({**TEA, "attention": {"heads": "2"}}, head=1).made(None)
    assert {blank.index[0] for blank in other.blanks if blank.stage == "scores"} == {1}
    assert "output" not in other.stages  # as the heads made it


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("weights", ["weights_3_1", "weights_3_2", "weights_3_3"]),
        ("weights[I]", ["weights_1_1", "weights_1_2", "weights_1_3"]),
        ("weights[tea, I]", ["weights_3_1"]),
        ("output[#3, 2]", ["output_3_2"]),
        ("output[tea,1] , sums", ["sums_3", "output_3_1"]),
        ("weighted_values[tea,drink]", ["weighted_values_3_2_1", "weighted_values_3_2_2"]),
    ],
)
def test_by_name(text: str, ids: list[str]) -> None:
    """Stages, rows and single numbers, in the order of the trace."""
    sheet = maker(TEA, blank=text).made(None)
    assert [blank.id for blank in sheet.blanks] == ids
    assert sheet.level == 0


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "wieghts",
            "no stage “wieghts” to be blanked; expected one of scores, scaled_scores, "
            "exponentials, sums, weights, output, weighted_values",
            "did you mean weights?",
        ),
        ("weights[", "“weights[”; expected stages, like weights,output or weights[tea]", None),
        (
            "weights[coffee]",
            "weights: no query “coffee”; expected one of I, drink, tea",
            "the#2 is the second “the”, #6 the sixth token",
        ),
        ("output[tea, 3]", "output: no entry “3”; expected 1 to 2", None),
        ("output[tea, one]", "output: no entry “one”; expected 1 to 2", None),
        ("sums[tea, 1]", "sums[tea, 1]; expected at most a query", None),
        ("sums[]", "sums[]; expected at most a query", None),
        (" ", "“ ”; expected stages, like weights,output or weights[tea]", None),
    ],
)
def test_what_there_is_not(text: str, message: str, hint: str | None) -> None:
    """It is said what there is."""
    with pytest.raises(InputError) as refused:
        maker(TEA, blank=text).made(None)
    assert str(refused.value).startswith(f"--blank: {message}")
    assert refused.value.hint == hint


def test_nothing_hidden_is_asked() -> None:
    """A score that the mask hides is no blank, also if it is named."""
    fields = {**TEA, "attention": {"mask": "causal"}}
    with pytest.raises(InputError, match="nothing to be worked out there"):
        maker(fields, blank="masked_scores[I,tea]").made(None)
    weights = maker(fields, blank="weights[I]").made(None)
    assert [blank.answer for blank in weights.blanks] == ["1", "0", "0"]


@pytest.mark.parametrize(
    ("values", "most", "decimals"),
    [
        (["2", "0.5"], 4, [1, 1]),
        (["0.123456", "0.5"], 4, [4, 4]),
        (["0.123456", "0.0000123"], 4, [4, 6]),
        (["0", "3"], 4, [0, 0]),
        (["0.0001234"], 4, [5]),
    ],
)
def test_decimals(values: list[str], most: int, decimals: list[int]) -> None:
    """As many as the row's numbers take, and two significant digits at least."""
    assert asking.decimals_of([Decimal(value) for value in values], most) == decimals


def test_answers() -> None:
    """Halves go up, and nothing is -0."""
    assert asking.answer_of(Decimal("0.25"), 1) == "0.3"
    assert asking.answer_of(Decimal("-0.00001"), 4) == "0.0000"
    assert asking.answer_of(Decimal(4), 0) == "4"


def test_the_last_query() -> None:
    """A file without a query is about the last one, which sees the most."""
    fields = {name: value for name, value in TEA.items() if name != "query"}
    assert maker(fields).made(None).query == 2
    assert attncalc.load(fields).queries == ()


def test_given_weights() -> None:
    """What is given is not asked for; nor is anything else where nothing is left."""
    fields = {
        "tokens": ["a", "b"],
        "weights": [["0.4", "0.6"], ["0.5", "0.5"]],
        "V": [["1"], ["2"]],
    }
    assert maker(fields).made(None).stages == ("output",)
    with pytest.raises(InputError, match="nothing in this problem is to be worked out"):
        maker({name: fields[name] for name in ("tokens", "weights")}).made(None)


def test_embeddings_as_they_are() -> None:
    """Queries that are the embeddings themselves are nothing to be worked out."""
    fields = {"tokens": ["a", "b"], "X": [["1", "2"], ["0", "1"]]}
    assert not {"Q", "K", "V"} & set(maker(fields, level=3).made(None).stages)


def test_a_query_that_sees_nothing() -> None:
    """Of a row that is hidden whole, there are weights of 0, and no scores."""
    fields = {**TEA, "attention": {"bias": [["0"] * 3, ["0"] * 3, ["-inf"] * 3]}}
    sheet = maker(fields, level=1).made(None)
    assert "masked_scores" not in sheet.stages
    assert [blank.answer for blank in sheet.blanks if blank.stage == "weights"] == ["0"]


def test_what_gives_blanks_away() -> None:
    """A blank, and whatever is made of one; not what they are made of."""
    sheet = maker(TEA, blank="weights[tea, I]").made(None)
    assert sheet.gives_away("weights", (2, 0))
    assert sheet.gives_away("output", (2, 1))
    assert not sheet.gives_away("weights", (2, 1))
    assert not sheet.gives_away("sums", (2,))
    assert not sheet.gives_away("output", (1, 1))
