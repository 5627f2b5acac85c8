"""What may be added to the scores, in each of the ways to write it, and what may not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.errors import InputErrors
from attncalc.problem.options import Slopes

QK = {"Q": [["1", "0"], ["0", "1"]], "K": [["1", "0"], ["0", "1"]]}
HEADS = {"heads": "2"}
EXPECTED = "none, alibi, rows of numbers, like [[0, -inf], [0, 0]], or a mapping with slopes"
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
        ({"slopes": [["1", "2"]]}, HEADS, [".slopes: rows of numbers; expected a row of numbers"]),
    ],
)
def test_faults(bias: Any, attention: Any, messages: list[str]) -> None:
    """The whole text, place and hint."""
    assert told(bias, **attention) == [WHERE + message for message in messages]
