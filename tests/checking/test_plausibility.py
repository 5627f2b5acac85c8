"""What is said of claims whatever the inputs are: of each head on its own, and next to a sink."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import pytest

import attncalc
from attncalc.checking import check

Problem: TypeAlias = dict[str, Any]

PLAIN: Problem = {
    "tokens": ["a", "b"],
    "Q": [["2"], ["1"]],
    "K": [["1"], ["1"]],
    "V": [["3"], ["1"]],
}
HEADS: Problem = {
    "tokens": ["a", "b"],
    "Q": [["2", "1"], ["1", "1"]],
    "K": [["1", "1"], ["1", "2"]],
    "V": [["3", "5"], ["1", "6"]],
    "attention": {"heads": "2"},
}
"""The keys of its first head are equal; its heads' values are 1 to 3, and 5 to 6."""

GROUPED: Problem = {**HEADS, "K": [["1"], ["2"]], "V": [["3"], ["1"]]}


def optional(problem: Problem, **options: Any) -> Problem:
    """The problem with more options."""
    return {**problem, "attention": {**problem.get("attention", {}), **options}}


def in_head(number: int, *rows: Any) -> list[Any]:
    """Claims on one head of two."""
    return [[*rows] if head == number else None for head in (1, 2)]


def first(*numbers: str | None) -> list[Any]:
    """Claims on “a” alone."""
    return [list(numbers), None]


def warnings(problem: Problem, claims: Mapping[str, Any]) -> tuple[str, ...]:
    """What the check says of these claims."""
    trace = attncalc.explain(attncalc.load({**problem, "claims": dict(claims)}))
    found = check(trace).warnings
    assert found[: len(trace.warnings)] == trace.warnings
    return found[len(trace.warnings) :]


SAID = [
    pytest.param(
        HEADS,
        {"weights": in_head(2, ["0.5", "0.7"], ["0.269", "0.731"])},
        "the claimed weights of “a” in head 2 add up to 1.2, which rounding does not explain",
        id="a sum in a head",
    ),
    pytest.param(
        HEADS,
        {"weights": in_head(1, ["0.4", "0.6"], None)},
        "“a” and “b” have equal scores for “a” in head 1, and their claimed weights differ",
        id="equal scores in a head",
    ),
    pytest.param(
        optional(HEADS, mask="causal"),
        {"weights": in_head(2, ["0.9", "0.1"], None)},
        "“b” is masked for “a” in head 2, and its claimed weight is not 0",
        id="masked in a head",
    ),
    pytest.param(
        optional(HEADS, mask=[[["1", "1"], ["1", "1"]], [["1", "0"], ["1", "1"]]]),
        {"weights": [first("0.5", "0.5"), first("0.5", "0.5")]},
        "“b” is masked for “a” in head 2, and its claimed weight is not 0",
        id="masked in one head only",
    ),
    pytest.param(
        optional(PLAIN, mask={"window": "1"}),
        {"weights": [None, ["0.5", "0.5"]]},
        "“a” is masked for “b”, and its claimed weight is not 0",
        id="outside the window",
    ),
    pytest.param(
        optional(PLAIN, bias=[["0", "-inf"], ["0", "0"]]),
        {"weights": first("0.9", "0.1")},
        "“b” is masked for “a”, and its claimed weight is not 0",
        id="hidden by a bias",
    ),
    pytest.param(
        optional(PLAIN, sink="0"),
        {"weights": first("0.6", "0.6")},
        "the claimed weights of “a” add up to 1.2; next to a sink they stay below 1, and "
        "rounding does not explain it",
        id="a sum next to a sink",
    ),
    pytest.param(
        HEADS,
        {"head_outputs": in_head(2, ["4.9"], None)},
        "component 1 of the claimed head outputs of “a” in head 2, 4.9, lies outside the values",
        id="outside a head's values",
    ),
    pytest.param(
        HEADS,
        {"concatenated": first(None, "2.9")},
        "component 2 of the claimed concatenated heads of “a” in head 2, 2.9, lies outside the "
        "values",
        id="outside the second head's values, side by side",
    ),
    pytest.param(
        HEADS,
        {"output": first("5.1", "5.1")},
        "component 1 of the claimed output of “a” in head 1, 5.1, lies outside the values",
        id="outside the first head's values, as output",
    ),
    pytest.param(
        optional(GROUPED, kv_heads="1"),
        {"head_outputs": in_head(2, ["5.1"], None)},
        "component 1 of the claimed head outputs of “a” in head 2, 5.1, lies outside the values",
        id="outside the group's values",
    ),
    pytest.param(
        optional(PLAIN, sink="0"),
        {"output": [["-0.2"], ["0.2"]]},
        "component 1 of the claimed output of “a”, -0.2, lies outside the values",
        id="outside the values and 0",
    ),
]


@pytest.mark.parametrize(("problem", "claims", "said"), SAID)
def test_what_cannot_be_is_said(problem: Problem, claims: Mapping[str, Any], said: str) -> None:
    """One sentence, that names the head where there is one."""
    assert warnings(problem, claims) == (said,)


UNSAID = [
    pytest.param(HEADS, {"weights": in_head(2, ["0.4", "0.6"], None)}, id="scores that differ"),
    pytest.param(HEADS, {"weights": in_head(2, ["0.4", None], None)}, id="a row in part"),
    pytest.param(optional(PLAIN, sink="0"), {"weights": first("0.2", "0.2")}, id="a sink's share"),
    pytest.param(optional(PLAIN, sink="0"), {"weights": first("0.5", "0.5")}, id="all but nothing"),
    pytest.param(optional(PLAIN, sink="0"), {"output": [["0.2"], ["0"]]}, id="towards 0"),
    pytest.param(HEADS, {"output": first("1.5", "5.5")}, id="each head's own values"),
    pytest.param(
        {**HEADS, "W_O": [["7"], ["9"]]}, {"output": [["70"], ["0"]]}, id="after a projection"
    ),
    pytest.param(
        {**PLAIN, "W_O": [["7"]]}, {"output": [["70"], ["0"]]}, id="after a plain projection"
    ),
    pytest.param(
        optional(PLAIN, mask=[["0", "0"], ["1", "1"]], sink="0"),
        {"weights": first("0", "0"), "output": [["0"], None]},
        id="a row without keys",
    ),
    pytest.param(
        {"tokens": ["a", "b"], "weights": [["0.9", "0.9"], ["1", "0"]], "V": [["3"], ["1"]]},
        {"weights": first("0.9", "0.9"), "output": first("3.6")},
        id="given weights",
    ),
]


@pytest.mark.parametrize(("problem", "claims"), UNSAID)
def test_what_can_be_is_not_talked_about(problem: Problem, claims: Mapping[str, Any]) -> None:
    """Nothing is said of what may be so."""
    assert warnings(problem, claims) == ()
