"""What may be added to the scores, in each of the ways to write it, and what may not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.errors import InputErrors
from attncalc.problem.buckets import Buckets
from attncalc.problem.options import BeforeScaling, Bucketed, Slopes

QK = {"Q": [["1", "0"], ["0", "1"]], "K": [["1", "0"], ["0", "1"]]}
HEADS = {"heads": "2"}
EXPECTED = (
    "none, alibi, rows of numbers, like [[0, -inf], [0, 0]], or a mapping with slopes, t5 or rows"
)
WHERE = "attention.bias"


def read(bias: Any, **attention: Any) -> Any:
    """The bias of a problem of two queries and two keys."""
    return attncalc.load({**QK, "attention": {"bias": bias, **attention}}).attention.bias


def told(bias: Any, **attention: Any) -> list[str]:
    """What is said of a wrong one."""
    with pytest.raises(InputErrors) as found:
        read(bias, **attention)
    return [str(error).removeprefix("the mapping: ") for error in found.value.errors]


def test_slopes_are_given() -> None:
    """A number for each head, as it is typed; by itself where there are no heads."""
    slopes = read({"slopes": ["1/3", "0.50"]}, **HEADS)
    assert isinstance(slopes, Slopes)
    assert [number.text for number in slopes.numbers] == ["1/3", "0.50"]
    for one in ("0.5", ["0.5"], np.array([0.5]), "[0.5]"):
        assert read({"slopes": one}).numbers.tolist() == [Decimal("0.5")]


FOUR = {"buckets": "4", "max_distance": "3", "table": [["0.5", "1/3"]] * 4}


@pytest.mark.parametrize(
    ("mask", "both"),
    [
        ("none", True),
        ("causal", False),
        ({"causal": "true"}, False),
        ({"window": "2"}, False),
        ({"window": "2", "first": "1", "padding": ["1", "1"]}, False),
        ({"causal": "lower-right"}, False),
        ({"window": ["1", "0"]}, False),
        ({"window": ["0", "1"]}, True),
        ({"padding": ["1", "0"]}, True),
        ([["1", "0"], ["1", "1"]], True),
    ],
)
def test_buckets_are_given(mask: Any, both: bool) -> None:
    """Keys after the query have buckets of their own, unless the mask hides them all, or said."""
    bias = read({"t5": FOUR}, **HEADS, mask=mask)
    assert isinstance(bias, Bucketed)
    assert bias.buckets == Buckets(4, 3, both)
    assert [number.text for number in bias.table[3]] == ["0.5", "1/3"]
    for said in ("true", "false"):
        bias = read({"t5": {**FOUR, "bidirectional": said}}, **HEADS, mask=mask)
        assert bias.buckets.bidirectional is (said == "true")
    assert read({"t5": {"table": [["0"]] * 32}}).buckets == Buckets(32, 128, bidirectional=True)


def test_rows_before_scaling() -> None:
    """Rows for all heads or for each, with -inf; without the word they come after, as rows do."""
    rows = [["0.5", "-inf"], ["0", "1"]]
    wanted = [[Decimal("0.5"), Decimal("-Infinity")], [Decimal(0), Decimal(1)]]
    for kind in (rows, "[[0.5, -inf], [0, 1]]", np.array([[0.5, -np.inf], [0, 1]])):
        bias = read({"rows": kind, "before_scale": "true"})
        assert isinstance(bias, BeforeScaling)
        assert bias.rows.tolist() == wanted
    assert read({"rows": [rows, rows], "before_scale": "true"}, **HEADS).rows.shape == (2, 2, 2)
    for later in ({"rows": rows}, {"rows": rows, "before_scale": "false"}):
        assert read(later).tolist() == wanted


@pytest.mark.parametrize(
    ("bias", "attention", "messages"),
    [
        ("alibbi", {}, [f": “alibbi”; expected {EXPECTED}\n  hint: did you mean alibi?"]),
        ({}, {}, [f": an empty mapping; expected {EXPECTED}"]),
        (
            {"slope": ["1"]},
            {},
            [f": a mapping with slope; expected {EXPECTED}\n  hint: did you mean slopes?"],
        ),
        ({"slopes": "~"}, {}, [".slopes: nothing; expected a number for each head"]),
        ({"slopes": {"a": "1"}}, {}, [".slopes: a mapping; expected a number for each head"]),
        ({"slopes": "steep"}, {}, [".slopes: “steep”; expected a number"]),
        (
            {"slopes": ["1", "-inf"]},
            HEADS,
            [
                ".slopes: an infinity (-inf); expected a number\n  hint: every number must be "
                "finite; to hide a key, use mask or bias"
            ],
        ),
        (
            {"slopes": ["1", "2", "3"]},
            HEADS,
            [".slopes: 3 numbers; expected 2, one for each head (n=2, m=2, d_k=1, heads=2)"],
        ),
        (
            {"slopes": ["1", "2"]},
            {},
            [".slopes: 2 numbers; expected 1, one for each head (n=2, m=2, d_k=2)"],
        ),
        (
            {"t5": FOUR},
            {},
            [".t5.table: 2 columns; expected 1, one for each head (n=2, m=2, d_k=2)"],
        ),
        (
            {"t5": {**FOUR, "table": [["0", "0"]] * 3}},
            HEADS,
            [
                ".t5.table: 3 rows; expected 4, one for each bucket (n=2, m=2, d_k=1, heads=2)",
            ],
        ),
        (
            {"t5": {**FOUR, "table": ["0", "0"]}},
            HEADS,
            [".t5.table: a row of numbers; expected rows of numbers"],
        ),
        (
            {"t5": {**FOUR, "buckets": "7"}},
            HEADS,
            [
                ".t5.buckets: 7 buckets for keys before the query and after it; expected an even "
                "number from 4\n  hint: bidirectional: false has buckets for keys before it alone",
                ".t5.table: 4 rows; expected 7, one for each bucket (n=2, m=2, d_k=1, heads=2)",
            ],
        ),
        (
            {"t5": {**FOUR, "buckets": "1", "bidirectional": "false", "table": [["0", "1"]]}},
            HEADS,
            [".t5.buckets: 1 bucket; expected at least 2"],
        ),
        (
            {"t5": {**FOUR, "max_distance": "1"}},
            HEADS,
            [".t5.max_distance: 1, and distances below 1 have a bucket each; expected more than 1"],
        ),
        (
            {"t5": {"buckets": "0", "max_distance": "far", "bidirectional": "no", "depth": "1"}},
            HEADS,
            [
                ".t5.depth: an unknown key “depth”; expected one of buckets, max_distance, "
                "bidirectional, table",
                ".t5: table is missing; expected table",
                ".t5.buckets: “0”; expected a whole number from 1",
                ".t5.max_distance: “far”; expected a whole number from 1",
                ".t5.bidirectional: “no”; expected true or false",
            ],
        ),
        ({"t5": "~"}, {}, [".t5: table is missing; expected table"]),
        (
            {"t5": [["1"]]},
            {},
            [
                ".t5: this is no mapping; expected settings: buckets, max_distance, "
                "bidirectional, table"
            ],
        ),
        ({"before_scale": "true"}, {}, [f": a mapping with before_scale; expected {EXPECTED}"]),
        (
            {"rows": [["0", "1"]] * 2, "before": "true"},
            {},
            [f": a mapping with rows and before; expected {EXPECTED}"],
        ),
        (
            {"rows": "steep", "before_scale": "first"},
            {},
            [
                ".before_scale: “first”; expected true or false",
                ".rows: “steep”; expected rows of numbers, like [[1, 0], [0, 1]]",
            ],
        ),
        (
            {"rows": [["0", "1", "2"]] * 2, "before_scale": "true"},
            {},
            [".rows: 3 columns; expected 2, one for each key token (n=2, m=2, d_k=2)"],
        ),
        (
            {"rows": [["0", "inf"], ["0", "0"]], "before_scale": "true"},
            {},
            [
                ".rows: an infinity (inf); expected a number\n  hint: every number must be finite; "
                "to hide a key, use mask or bias"
            ],
        ),
        ({"slopes": [["1", "2"]]}, HEADS, [".slopes: rows of numbers; expected a row of numbers"]),
    ],
)
def test_faults(bias: Any, attention: Any, messages: list[str]) -> None:
    """The whole text, place and hint."""
    assert told(bias, **attention) == [WHERE + message for message in messages]
