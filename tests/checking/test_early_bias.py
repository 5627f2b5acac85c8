"""Keys that a bias hides before scaling: what a source may print of them, and what not."""

from __future__ import annotations

from typing import Any

import pytest

import attncalc
from attncalc.checking.reasons import MASKED_EARLY
from tests.checking.test_conventions import EQUAL, NAN, UNMASKED, C, F, W, found, said

QUERIES = {"Q": [["2", "0", "0", "0"]], "K": [["1", "0", "0", "0"], ["3", "0", "0", "0"]]}
"""Scores of 2 and 6, which are divided by 2."""


def biased(*added: str, **attention: Any) -> dict[str, Any]:
    """One query and two keys, with these numbers added before scaling."""
    bias = {"rows": [[*added]], "before_scale": "true"}
    return {**QUERIES, "V": [["1"], ["3"]], "attention": {"bias": bias, **attention}}


HIDING = biased("1", "-inf", softcap="3")
BLIND = biased("-inf", "-inf", softcap="3")


@pytest.mark.parametrize(
    ("problem", "claims", "expected"),
    [
        # Hidden from there on, through scale and cap.
        (
            HIDING,
            {
                "biased_scores": [["3", "-inf"]],
                "scaled_scores": [["1.5", "-inf"]],
                "capped_scores": [["1.3864", "-inf"]],
                "weights": [["1", "0"]],
            },
            [(C, None)] * 8,
        ),
        # What programs fill in, scaled or not; and no other number, such as the cap of it.
        (
            HIDING,
            {"biased_scores": [["3", "-1e9"]], "scaled_scores": [["1.5", "-5e8"]]},
            [(C, None), (C, "-1e9 stands for −∞"), (C, None), (C, "-5e8 stands for −∞")],
        ),
        (
            HIDING,
            {"biased_scores": [["3", "-9994"]], "capped_scores": [["1.3864", "-1e5"]]},
            [(C, None), (C, "-9994 stands for −∞"), (C, None), (C, "-1e5 stands for −∞")],
        ),
        (HIDING, {"capped_scores": [["1.3864", "-3"]]}, [(C, None), (W, None)]),
        (HIDING, {"scaled_scores": [["1.5", "3"]]}, [(C, None), (W, None)]),
        (HIDING, {"scores": [["2", "-inf"]]}, [(C, None), (C, MASKED_EARLY)]),
        # A mask comes later, also where a bias hides another key before.
        (
            biased("-inf", "0", mask=[["1", "0"]]),
            {"scaled_scores": [["-inf", "-inf"]], "masked_scores": [["-inf", "-1e9"]]},
            [(C, None), (C, MASKED_EARLY), (C, None), (C, "-1e9 stands for −∞")],
        ),
        # A large number in the place of -inf, and -inf in its place.
        (
            biased("0", "-1e9"),
            {"scaled_scores": [["1", "-inf"]]},
            [(C, None), (C, "−∞ stands for the bias of −1e9")],
        ),
        (
            biased("0", "-1e9"),
            {"scores": [["2", "-inf"]]},
            [(C, None), (C, MASKED_EARLY)],
        ),
        # Rows in which all is hidden: 0, all alike, as if nothing had been added, or 0/0.
        (BLIND, {"weights": [["0", "0"]], "output": [["0"]]}, [(C, None)] * 3),
        (BLIND, {"weights": [["0.5", "0.5"]], "output": [["2"]]}, [(C, EQUAL)] * 3),
        (BLIND, {"weights": [["nan", "nan"]]}, [(C, NAN)] * 2),
        # 3 tanh(1 / 3) and 3 tanh(3 / 3): weights of 0.2108 and 0.7892.
        (BLIND, {"weights": [["0.2108", "0.7892"]]}, [(C, UNMASKED)] * 2),
        (biased("-inf", "-inf"), {"weights": [["0.1192", "0.8808"]]}, [(C, UNMASKED)] * 2),
        (
            biased("-inf", "-inf", scale="none"),
            {"weights": [["0.0180", "0.9820"]]},
            [(C, UNMASKED)] * 2,
        ),
        # What is added to a key that the mask hides counts; the hiding bias does not.
        (
            biased("-inf", "1", mask=[["1", "0"]]),
            {"weights": [["0.0759", "0.9241"]]},
            [(C, UNMASKED)] * 2,
        ),
        (BLIND, {"weights": [["0.3", "0.7"]]}, [(W, None)] * 2),
        # From what is printed before.
        (
            HIDING,
            {"biased_scores": [["3.2", None]], "scaled_scores": [["1.6", None]]},
            [(W, None), (F, None)],
        ),
    ],
)
def test_hidden_before_scaling(
    problem: dict[str, Any], claims: dict[str, Any], expected: list[tuple[str, str | None]]
) -> None:
    """Each verdict, and the convention that it is owed to."""
    assert said(found(problem, claims)) == expected


def test_a_row_with_nothing_to_see_is_told_of() -> None:
    """As of a mask; and a key that is hidden has no weight, whatever is claimed."""
    trace = attncalc.explain(attncalc.load(BLIND))
    assert trace.warnings == (
        "every key of query “#1” (#1) is masked: its weights are 0 and its output is 0",
    )
    report = found(HIDING, {"weights": [["0.6", "0.4"]]})
    assert "“#2” is masked for “#1”, and its claimed weight is not 0" in report.warnings
