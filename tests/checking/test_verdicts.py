"""Each verdict, one by one, on numbers that can be worked by hand.

The example has d_k = 1, scale 0.5 and powers of 2, so that most of it is exact:

            scores   scaled    powers     sum     weights           weighted values    output
    The     2  0     1    0    2      1   3       2/3     1/3       2      0           2      5/3
    it      1  0     1/2  0    √2     1   1 + √2  0.5858  0.4142    1.757  0           1.757  1.828

with K = 1, 0 and V = (3, 1), (0, 3).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import attncalc
from attncalc import InputErrors, readers
from attncalc.checking import check
from attncalc.numbers.arithmetic import parse_number
from attncalc.problem.claims import unit_of
from attncalc.problem.problem import Problem as Loaded
from attncalc.report import Report, Verdict
from attncalc.steps.stages import OF_HEADS, OF_KEYS, OF_PAIRS

Problem: TypeAlias = dict[str, Any]
Claims: TypeAlias = dict[str, Any]

TOKENS = ["The", "it"]
EXAMPLE: Problem = {
    "tokens": TOKENS,
    "Q": [["2"], ["1"]],
    "K": [["1"], ["0"]],
    "V": [["3", "1"], ["0", "3"]],
    "attention": {"scale": "0.5", "base": "2"},
}
CAUSAL: Problem = {**EXAMPLE, "attention": {**EXAMPLE["attention"], "mask": "causal"}}
BLIND: Problem = {
    **EXAMPLE,
    "attention": {**EXAMPLE["attention"], "mask": [["0", "0"], ["1", "1"]]},
}
"""“The” sees nothing: its weights and its output are 0."""

GIVEN: Problem = {
    "tokens": TOKENS,
    "weights": [["0.475", "0.525"], ["0.595", "0.605"]],
    "V": [["3", "1"], ["0", "3"]],
}
PRINTED: Problem = {
    "tokens": TOKENS,
    "inputs": "rounded",
    "Q": [["2.0"], ["1"]],
    "K": [["1.0"], ["0"]],
    "V": [["3", "1.0"], ["0", "3.0"]],
    "attention": {"scale": "0.5", "base": "2"},
}
SMALL_POWERS: Problem = {
    "tokens": TOKENS,
    "scores": [["2", "-8"], ["0", "0"]],
    "attention": {"base": "2"},
}
"""Powers 4 and 1/256 = 0.00390625, which is 0.00 with two decimals."""

PROJECTED: Problem = {**EXAMPLE, "W_O": [["2"], ["1"]], "b_O": ["0.5"]}
"""Its output is 2·2 + 5/3 + 0.5 = 6.1667 for “The”."""

HEADS: Problem = {
    "tokens": TOKENS,
    "Q": [["2", "1"], ["1", "0"]],
    "K": [["1", "1"], ["0", "2"]],
    "V": [["3", "1"], ["0", "3"]],
    "attention": {"scale": "0.5", "base": "2", "heads": "2"},
}
"""Its second head has scaled scores 1/2 1, 0 0; weights √2 - 1, 2 - √2 and 1/2 each; and so
head outputs 5 - 2√2 = 2.1716 and 2."""

JOINED: Problem = {**HEADS, "W_O": [["1"], ["2"]]}
"""Its output is 2 + 2 · 2.1716 = 6.343 and 1.757 + 2 · 2 = 5.757."""


def optional(problem: Problem, **options: Any) -> Problem:
    """The problem with more options."""
    return {**problem, "attention": {**problem["attention"], **options}}


GROUPED: Problem = {**HEADS, "K": [["1"], ["0"]], "V": [["3"], ["0"]]}
GROUPED = optional(GROUPED, kv_heads="1")
CACHED = optional(EXAMPLE, past={"tokens": ["so"], "K": [["2"]], "V": [["6", "0"]]})
"""Scaled scores 2 1 0 and 1 1/2 0, weights 4/7 2/7 1/7 for “The”, output 30/7 and 5/7."""

CAPPED = optional(EXAMPLE, softcap="1")
"""tanh 1 = 0.7616, tanh 1/2 = 0.4621."""

SUNK = optional(EXAMPLE, sink="0")
"""Weights 1/2 1/4 for “The”, output 3/2 and 5/4."""

ALIBI = optional(EXAMPLE, bias="alibi")
"""One head has the slope 1/256."""

TURNED: Problem = {
    "tokens": TOKENS,
    "Q": [["1", "0"], ["1", "0"]],
    "K": [["0", "1"], ["0", "1"]],
    "attention": {"positions": "rope"},
}
"""cos 1 = 0.5403, sin 1 = 0.8415."""

PLACED: Problem = {
    "tokens": TOKENS,
    "X": [["1", "1"], ["1", "1"]],
    "attention": {"positions": "sinusoidal"},
}
LEARNED: Problem = {
    **PLACED,
    "inputs": "rounded",
    "attention": {"positions": [["0.5", "0"], ["0.25", "1"]]},
}

C, F, S, W = (verdict.value for verdict in Verdict)
"""correct, follows, slip, wrong."""


def first(*numbers: str | None) -> list[Any]:
    """Claims on “The” alone."""
    return [list(numbers), None]


def second(*numbers: str | None) -> list[Any]:
    """Claims on “it” alone."""
    return [None, list(numbers)]


@dataclass(frozen=True)
class Case:
    """Claims on a problem, by array, and the verdict on each number in the order of the stages."""

    name: str
    problem: Problem
    claims: Claims
    verdicts: str


CASES = [
    # correct: in the interval of the print, both ends included.
    Case("more digits", EXAMPLE, {"weights": first("0.7", "0.3333333333")}, f"{C} {C}"),
    Case("two digits and percent", EXAMPLE, {"weights": first("0.67", "33%")}, f"{C} {C}"),
    Case("percent with decimals", EXAMPLE, {"weights": first("66.67%", "33.3%")}, f"{C} {C}"),
    Case("a percent off by two", EXAMPLE, {"weights": first("69%", "31%")}, f"{W} {W}"),
    Case("1 is 0.5 to 1.5", EXAMPLE, {"scaled_scores": second("1", None)}, C),
    Case("1. is 0.5 to 1.5", EXAMPLE, {"scaled_scores": second("1.", None)}, C),
    Case("0 is -0.5 to 0.5", EXAMPLE, {"scaled_scores": second("0", "-0")}, f"{C} {C}"),
    Case("1.0 is 0.95 to 1.05", EXAMPLE, {"scaled_scores": second("1.0", "0.0")}, f"{W} {C}"),
    Case("48% is 0.475 to 0.485", GIVEN, {"weights": first("48%", "53%")}, f"{C} {C}"),
    Case("47% is 0.465 to 0.475", GIVEN, {"weights": first("47%", "52%")}, f"{C} {C}"),
    Case("48.0% is narrower", GIVEN, {"weights": first("48.0%", "47.5%")}, f"{W} {W}"),
    Case("0.60 is 0.595 to 0.605", GIVEN, {"weights": second("0.60", "0.60")}, f"{C} {C}"),
    Case("0.600 is narrower", GIVEN, {"weights": second("0.600", "0.600")}, f"{W} {W}"),
    Case("both ends", GIVEN, {"weights": second("0.59", "0.61")}, f"{C} {C}"),
    Case(
        "an input", EXAMPLE, {"Q": [["2.0"], ["1.00"]], "V": second("0", "2.9")}, f"{C} {C} {C} {W}"
    ),
    Case(
        "sums and powers",
        EXAMPLE,
        {"exponentials": second("1.41", "1.0"), "sums": ["3", "2.4"]},
        f"{C} {C} {C} {C}",
    ),
    Case(
        "terms",
        EXAMPLE,
        {"weighted_values": [[["2.0", "0.67"], ["0", "1"]], None]},
        f"{C} {C} {C} {C}",
    ),
    Case(
        "an output projection",
        PROJECTED,
        {"head_outputs": first("2", "1.67"), "output": [["6.17"], None]},
        f"{C} {C} {C}",
    ),
    # slip: off by less than one unit.
    Case("truncated", EXAMPLE, {"weights": first("0.66", None)}, S),
    Case("truncated to one decimal", EXAMPLE, {"weights": first("0.6", None)}, S),
    Case("truncated percent", EXAMPLE, {"weights": first("66%", "33%")}, f"{S} {C}"),
    Case("rounded up", EXAMPLE, {"weights": first(None, "0.34")}, S),
    Case(
        "rounded twice",
        {**EXAMPLE, "V": [["3.4449", "1"], ["0", "3"]]},
        {"V": first("3.45", None)},
        S,
    ),
    Case("off by just one unit", EXAMPLE, {"scaled_scores": second("0.4", "0.1")}, f"{W} {W}"),
    Case("off by almost one unit", EXAMPLE, {"weights": second("0.595", "0.5948")}, f"{W} {W}"),
    # follows: reached from earlier prints, right or wrong.
    Case(
        "rounding on the way",
        EXAMPLE,
        {"weights": first("0.67", None), "output": first("2.01", None)},
        f"{C} {F}",
    ),
    Case(
        "up to the end",
        EXAMPLE,
        {"weights": first("0.67", None), "output": first("2.03", None)},
        f"{C} {F}",
    ),
    Case(
        "but not beyond",
        EXAMPLE,
        {"weights": first("0.67", None), "output": first("2.04", None)},
        f"{C} {W}",
    ),
    Case(
        "an error carried forward",
        EXAMPLE,
        {"weights": first("0.9", "0.1"), "output": first("2.7", "1.2")},
        f"{W} {W} {F} {F}",
    ),
    Case(
        "an error, and another",
        EXAMPLE,
        {"weights": first("0.9", "0.1"), "output": first("2.7", "1.9")},
        f"{W} {W} {F} {W}",
    ),
    Case(
        "carried through all stages",
        EXAMPLE,
        {
            "scores": first("4", "0"),
            "scaled_scores": first("2.0", "0.0"),
            "weights": first("0.80", "0.20"),
            "output": first("2.40", "1.40"),
        },
        f"{W} {C} {F} {C} {F} {F} {F} {F}",
    ),
    Case(
        "carried over stages not printed",
        EXAMPLE,
        {"scores": first("4.0", "0.0"), "output": first("2.40", "1.40")},
        f"{W} {C} {F} {F}",
    ),
    Case(
        "the nearest printed stage counts",
        EXAMPLE,
        {
            "scores": first("4.0", "0.0"),
            "weights": first("0.50", "0.50"),
            "output": first("2.40", "2.00"),
        },
        f"{W} {C} {W} {W} {W} {F}",
    ),
    Case(
        "from a sum",
        EXAMPLE,
        {"sums": ["4.00", None], "weights": first("0.50", "0.25")},
        f"{W} {F} {F}",
    ),
    Case(
        "from powers",
        EXAMPLE,
        {"exponentials": first("3.00", "1"), "weights": first("0.75", "0.25")},
        f"{W} {C} {F} {F}",
    ),
    Case(
        "from powers and a sum",
        EXAMPLE,
        {
            "exponentials": first("3.00", "1"),
            "sums": ["5.00", None],
            "weights": first("0.60", "0.20"),
        },
        f"{W} {C} {W} {F} {F}",
    ),
    Case(
        "from terms",
        EXAMPLE,
        {"weighted_values": [[["2.5", None], ["0", None]], None], "output": first("2.5", None)},
        f"{W} {C} {F}",
    ),
    Case(
        "through a projection",
        PROJECTED,
        {"head_outputs": first("3.0", "2.0"), "output": [["8.5"], None]},
        f"{W} {W} {F}",
    ),
    Case("its own print is no excuse", EXAMPLE, {"weights": first("0.9", "0.1")}, f"{W} {W}"),
    Case(
        "later prints are no excuse",
        EXAMPLE,
        {"weights": first("0.9", None), "output": first("2.7", "1.2")},
        f"{W} {F} {W}",
    ),
    # A true print was not rounded.
    Case(
        "a true 1 excuses nothing",
        EXAMPLE,
        {"scaled_scores": first("1", "0"), "weights": first("0.75", "0.25")},
        f"{C} {C} {W} {W}",
    ),
    Case(
        "nor does 1.0 or 0.50",
        EXAMPLE,
        {
            "scaled_scores": [["1.0", "0.0"], ["0.50", "0.00"]],
            "weights": [["0.68", None], ["0.60", None]],
        },
        f"{C} {C} {C} {C} {W} {W}",
    ),
    Case(
        "a rounded 1 does",
        EXAMPLE,
        {"scaled_scores": second("1", "0"), "weights": second("0.67", "0.33")},
        f"{C} {C} {F} {F}",
    ),
    Case(
        "nine digits were rounded",
        EXAMPLE,
        {"exponentials": second("1.41421356", "1"), "weights": second("0.5857864372", None)},
        f"{C} {C} {F}",
    ),
    Case(
        "twelve digits were not",
        EXAMPLE,
        {
            "exponentials": second("1.414213562373", "1"),
            "weights": second("0.585786437626950", None),
        },
        f"{C} {C} {W}",
    ),
    Case(
        "but may be gone on from",
        EXAMPLE,
        {
            "exponentials": second("1.414213562373", "1"),
            "weights": second("0.585786437626889", None),
        },
        f"{C} {C} {F}",
    ),
    # What a printed stage does not claim is the computed value.
    Case(
        "a gap in a printed stage",
        EXAMPLE,
        {"weights": first("0.7", None), "output": first(None, "1.70")},
        f"{C} {F}",
    ),
    Case(
        "a gap is not filled from 1",
        EXAMPLE,
        {"weights": first("0.7", None), "output": first(None, "1.77")},
        f"{C} {W}",
    ),
    Case(
        "another row says nothing",
        EXAMPLE,
        {"weights": first("0.9", "0.1"), "output": second("2.7", "1.83")},
        f"{W} {W} {W} {C}",
    ),
    # Masked scores.
    Case("-inf where masked", CAUSAL, {"masked_scores": first("1", "-inf")}, f"{C} {C}"),
    Case(
        "-inf where not masked",
        CAUSAL,
        {"masked_scores": [["-inf", "-inf"], ["0.5", "-inf"]]},
        f"{W} {C} {C} {W}",
    ),
    Case("a number where masked", CAUSAL, {"masked_scores": first("1", "0")}, f"{C} {W}"),
    Case(
        "a number where masked, carried forward",
        CAUSAL,
        {
            "masked_scores": first("1", "0.0"),
            "weights": first("0.67", "0.33"),
            "output": first("2.0", "1.7"),
        },
        f"{C} {W} {F} {F} {F} {F}",
    ),
    Case(
        "-inf where not masked, carried forward",
        CAUSAL,
        {
            "masked_scores": second("0.5", "-inf"),
            "weights": second("1", "0.00"),
            "output": second("3.0", "1.0"),
        },
        f"{C} {W} {F} {F} {F} {F}",
    ),
    Case(
        "a masked weight is 0",
        CAUSAL,
        {"exponentials": first("2", "0"), "weights": first("1.00", "0.00")},
        f"{C} {C} {C} {C}",
    ),
    Case("a masked weight is not more", CAUSAL, {"weights": first("0.67", "0.33")}, f"{W} {W}"),
    Case(
        "a row without keys",
        BLIND,
        {"weights": first("0", "0.0"), "output": first("0", "0.00")},
        f"{C} {C} {C} {C}",
    ),
    Case(
        "a row without keys has no weights",
        BLIND,
        {"exponentials": first("0", "0"), "weights": first("0.90", "0.10")},
        f"{C} {C} {W} {W}",
    ),
    Case(
        "nor by a sum of 0",
        BLIND,
        {"sums": ["0", None], "weights": first("0.90", "0.10")},
        f"{C} {W} {W}",
    ),
    # Powers are positive, whatever their prints reach.
    Case(
        "a power printed as 0.00",
        SMALL_POWERS,
        {"exponentials": first("4.00", "0.00"), "weights": first("0.999", "0.001")},
        f"{C} {C} {C} {C}",
    ),
    Case(
        "a power printed as 0.00, on the way",
        SMALL_POWERS,
        {"exponentials": first("4.00", "0.00"), "weights": first("1.0000", "0.0000")},
        f"{C} {C} {F} {F}",
    ),
    Case(
        "a power printed as 0.00 is no excuse",
        SMALL_POWERS,
        {"exponentials": first("4.00", "0.00"), "weights": first("0.70", "0.30")},
        f"{C} {C} {W} {W}",
    ),
    # The first verdict that holds.
    Case(
        "correct before follows",
        EXAMPLE,
        {"weights": first("0.67", None), "output": first("2.00", None)},
        f"{C} {C}",
    ),
    Case(
        "follows before slip",
        EXAMPLE,
        {"weights": second("0.6", None), "output": second("1.7", None)},
        f"{C} {F}",
    ),
    Case("slip without", EXAMPLE, {"weights": second("0.585", None)}, S),
    # Heads.
    Case(
        "heads side by side",
        HEADS,
        {
            "head_outputs": [[["2.0"], ["1.76"]], [["2.17"], ["2.000"]]],
            "concatenated": [["2.0", "2.1716"], ["1.757", "2.0"]],
            "output": [["2", "2.17"], ["1.8", "2.1"]],
        },
        f"{C} {C} {C} {C} {C} {C} {C} {C} {C} {C} {C} {W}",
    ),
    Case("heads in another order", HEADS, {"concatenated": first("2.17", "2.00")}, f"{W} {W}"),
    Case(
        "a head has its own scores",
        HEADS,
        {"scores": [first("2", "0"), first("1.0", "0.0")]},
        f"{C} {C} {C} {W}",
    ),
    Case(
        "an error in a head, carried forward",
        HEADS,
        {
            "weights": [first("0.9", "0.1"), None],
            "head_outputs": [[["2.7"], None], [["2.17"], None]],
            "concatenated": first("2.7", "2.17"),
            "output": first("2.7", "2.2"),
        },
        f"{W} {W} {F} {C} {F} {C} {F} {C}",
    ),
    Case(
        "another head says nothing",
        HEADS,
        {"weights": [first("0.9", "0.1"), None], "head_outputs": [None, [["1.2"], None]]},
        f"{W} {W} {W}",
    ),
    Case(
        "a printed row of another head says nothing",
        HEADS,
        {"sums": [["4.0", None], None], "weights": [None, first("0.35", "0.50")]},
        f"{W} {W} {W}",
    ),
    Case(
        "heads through a projection",
        JOINED,
        {
            "head_outputs": [None, [["3.00"], None]],
            "concatenated": [None, ["1.76", "1.0"]],
            "output": [["8.00"], ["3.76"]],
        },
        f"{W} {C} {W} {F} {F}",
    ),
    Case(
        "a shared key-value head",
        GROUPED,
        {
            "K": [[["1"], ["1"]]],
            "scores": [None, first("1.0", "0.0")],
            "weights": [None, first("0.586", "0.500")],
        },
        f"{C} {W} {C} {C} {C} {W}",
    ),
    Case(
        "a shared key-value head, carried forward",
        GROUPED,
        {"K": [[["2.0"], ["0"]]], "scores": [first("4.0", "0"), first("2.0", "0.1")]},
        f"{W} {C} {F} {C} {F} {W}",
    ),
    # A cache.
    Case(
        "a cache stands first",
        CACHED,
        {
            "K": [["2"], ["1.0"], ["0.1"]],
            "scores": first("4", "2", "0.0"),
            "weights": second("0.45", None, None),
            "output": first("4.29", "0.71"),
        },
        f"{C} {C} {W} {C} {C} {C} {C} {C} {C}",
    ),
    Case(
        "a causal mask after a cache",
        optional(CACHED, mask="causal"),
        {"masked_scores": [["2.0", "1.0", "-inf"], ["1.0", "0.5", "-inf"]]},
        f"{C} {C} {C} {C} {C} {W}",
    ),
    Case(
        "a window after a cache",
        optional(CACHED, mask={"window": "2"}),
        {"masked_scores": [["2.0", "1.0", "-inf"], ["-inf", "0.5", "0.1"]]},
        f"{C} {C} {C} {C} {C} {W}",
    ),
    # Caps, biases and sinks.
    Case(
        "a score at the cap is gone on from as it is printed",
        optional(EXAMPLE, scale="10", softcap="1", base="2.25"),
        {"capped_scores": first("1.0", None), "exponentials": first("2.3", None)},
        f"{C} {F}",
    ),
    Case(
        "a cap",
        CAPPED,
        {"capped_scores": [["0.7616", "0.0"], ["0.46", "0.1"]]},
        f"{C} {C} {C} {W}",
    ),
    Case(
        "a cap, carried forward",
        CAPPED,
        {
            "scaled_scores": first("2.00", "0"),
            "capped_scores": first("0.96", "0.00"),
            "weights": first("0.66", "0.34"),
        },
        f"{W} {C} {F} {C} {F} {F}",
    ),
    Case("a slope", ALIBI, {"masked_scores": second("0.49609375", "0.1")}, f"{C} {W}"),
    Case("a slope the wrong way", ALIBI, {"masked_scores": second("0.50390625", None)}, W),
    Case(
        "a slope for each head",
        optional(HEADS, bias="alibi"),
        {"masked_scores": [first("1.0", "-0.0625"), first("0.5", "0.99609375")]},
        f"{C} {C} {C} {C}",
    ),
    Case(
        "a bias for each head",
        optional(HEADS, bias=[[["1", "-inf"], ["0", "0"]], [["0", "2"], ["0", "0"]]]),
        {"masked_scores": [first("2.0", "-inf"), first("0.5", "3.1")]},
        f"{C} {C} {C} {W}",
    ),
    Case(
        "a mask for each head",
        optional(HEADS, mask=[[["1", "0"], ["1", "1"]], [["0", "1"], ["1", "1"]]]),
        {"masked_scores": [first("1.0", "-inf"), first("0.5", "1.0")]},
        f"{C} {C} {W} {C}",
    ),
    Case(
        "a sink",
        SUNK,
        {
            "exponentials": first("2.0", "1.0"),
            "sums": ["3.0", None],
            "weights": first("0.500", "0.250"),
            "output": first("1.500", "1.25"),
        },
        f"{C} {C} {C} {C} {C} {C} {C}",
    ),
    Case("a sink left out", SUNK, {"weights": first("0.667", "0.333")}, f"{W} {W}"),
    Case("a sink is in no sum", SUNK, {"sums": ["4.0", None]}, W),
    Case(
        "a sink next to a printed sum",
        SUNK,
        {"sums": ["4.00", None], "weights": first("0.400", "0.200")},
        f"{W} {F} {F}",
    ),
    Case(
        "a sink next to printed powers",
        SUNK,
        {"exponentials": first("3.00", "1.0"), "weights": first("0.600", "0.200")},
        f"{W} {C} {F} {F}",
    ),
    Case(
        "a sink takes part in what is not printed",
        SUNK,
        {"scaled_scores": first("2.00", "0.0"), "output": first("2.00", "1.17")},
        f"{W} {C} {F} {F}",
    ),
    Case(
        "a sink for each head",
        optional(HEADS, sink=["0", "1"]),
        {"weights": [first("0.500", "0.250"), first("0.261", "0.369")]},
        f"{C} {C} {C} {C}",
    ),
    Case(
        "a sink gives no weight to a masked row",
        optional(BLIND, sink="0"),
        {"weights": first("0.00", "0.1"), "output": first("0.0", "0.00")},
        f"{C} {W} {C} {C}",
    ),
    # Positions.
    Case(
        "turned",
        TURNED,
        {"Q_rotated": [["1", "0"], ["0.5403", "0.8415"]], "K_rotated": second("-0.84", "0.84")},
        f"{C} {C} {C} {C} {C} {W}",
    ),
    Case(
        "turned, carried forward",
        TURNED,
        {
            "Q": second("2.00", "0"),
            "Q_rotated": second("1.08", "1.68"),
            "scores": second("1.68", "0.0"),
        },
        f"{W} {C} {F} {F} {F} {C}",
    ),
    Case(
        "turned in part, by halves",
        {
            "Q": [["1", "2", "3"], ["1", "2", "3"]],
            "K": [["1", "0", "0"], ["1", "0", "0"]],
            "tokens": TOKENS,
            "attention": {"positions": {"rope": {"dims": "2", "pairing": "half"}}},
        },
        {"Q_rotated": second("-1.1426", "1.922", "3.0")},
        f"{C} {C} {C}",
    ),
    Case(
        "the second half",
        {
            "Q": [["1", "2", "3", "4"], ["1", "2", "3", "4"]],
            "K": [["1", "0", "0", "0"], ["1", "0", "0", "0"]],
            "tokens": TOKENS,
            "attention": {"positions": {"rope": {"base": "4", "pairing": "half"}}},
        },
        {"Q_rotated": second("-1.984", "-0.163", "2.462", "4.46")},
        f"{C} {C} {C} {S}",
    ),
    Case(
        "cached keys are not turned again",
        optional(TURNED, past={"tokens": ["so"], "K": [["0", "1"]]}),
        {"K_rotated": [["0.0", "1.0"], ["-0.84", "0.54"], ["-0.91", "-0.41"]]},
        f"{C} {C} {C} {C} {C} {S}",
    ),
    Case(
        "sinusoids",
        PLACED,
        {"positions": [["0", "1"], ["0.84", "0.5403"]], "X_positioned": second("1.84", "1.56")},
        f"{C} {C} {C} {C} {C} {W}",
    ),
    Case(
        "sinusoids, carried forward",
        PLACED,
        {
            "positions": second("0.50", "0.54"),
            "X_positioned": second("1.50", "1.54"),
            "Q": second("1.50", "1.7"),
        },
        f"{W} {C} {F} {C} {F} {W}",
    ),
    Case(
        "learned positions, rounded",
        LEARNED,
        {"positions": [["0.45", "0"], ["0.23", "1"]], "X_positioned": second("1.254", "2.1")},
        f"{C} {C} {W} {C} {C} {W}",
    ),
    # Rounded inputs.
    Case("typed with a point", PRINTED, {"scores": first("1.86", "0")}, f"{C} {C}"),
    Case("to the end", PRINTED, {"scores": first("2.1525", None)}, C),
    Case("beyond the end", PRINTED, {"scores": first("2.156", None)}, W),
    Case(
        "typed without a point",
        PRINTED,
        {"Q": second("1.1"), "K": [["1.04"], ["0.1"]]},
        f"{W} {C} {W}",
    ),
    Case("a scale stays exact", PRINTED, {"scaled_scores": first("0.95", "0.00")}, f"{C} {C}"),
    Case("a scale stays exact, beyond", PRINTED, {"scaled_scores": first("1.10", None)}, W),
    # Tolerance.
    Case("within the tolerance", EXAMPLE, {"weights": first("0.60", None), "tolerance": "0.07"}, C),
    Case("beyond the tolerance", EXAMPLE, {"weights": first("0.60", None), "tolerance": "0.06"}, W),
    Case(
        "a tolerance on the way",
        EXAMPLE,
        {"weights": first("0.67", None), "output": first("2.04", None), "tolerance": "0.003"},
        f"{C} {F}",
    ),
]


def by_token(problem: Problem, name: str, rows: Any) -> Any:
    """A stage's claims as query token → key token → number; with heads, one such entry each."""
    if "heads" in problem["attention"] and rows and name in OF_HEADS:
        alone = {**problem, "attention": {**problem["attention"]}}
        del alone["attention"]["heads"]
        return [part if part is None else by_token(alone, name, part) for part in rows]
    past = problem["attention"].get("past", {}).get("tokens", [])
    keys = [*past, *TOKENS]
    addresses = zip(keys if name in OF_KEYS else TOKENS, rows, strict=True)
    return {
        query: dict(zip(keys, row, strict=True)) if name in OF_PAIRS else row
        for query, row in addresses
        if row is not None
    }


def all_by_token(case: Case) -> Claims:
    """The same claims, every stage by token."""
    problem = {"attention": {}, **case.problem}
    return {
        name: part if name == "tolerance" else by_token(problem, name, part)
        for name, part in case.claims.items()
    }


def written(path: Path, content: Mapping[str, Any]) -> Path:
    """A file with this content; JSON is YAML."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def ways(case: Case, folder: Path) -> Iterator[tuple[str, Loaded]]:
    """The problem with its claims given in every way there is."""
    other_claims = {"weights": [["0.123", "0.123"], ["0.123", "0.123"]]}
    for how, claims in (("array", case.claims), ("token", all_by_token(case))):
        whole = {**case.problem, "claims": claims}
        yield f"{how}, in a mapping", attncalc.load(whole)
        yield f"{how}, in the file", attncalc.load(written(folder / "whole.yaml", whole))
        alone = written(folder / "alone.json", {**case.problem, "claims": other_claims})
        for form, content in (("under claims", {"claims": claims}), ("bare", claims)):
            file = written(folder / "claims.yaml", content)
            (problem,) = readers.load_all(alone, claims=str(file))
            yield f"{how}, {form} in a file of their own", problem


def verdicts(report: Report) -> str:
    """All verdicts in words."""
    return " ".join(finding.verdict.value for finding in report.findings)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_verdicts_worked_by_hand(case: Case, tmp_path: Path) -> None:
    """Each number has the verdict that the contract gives it, in whatever way it is claimed.

    So it has in every way, for what is loaded is the same, but for where it stands in a file.
    """
    (_, first), *others = ways(case, tmp_path)
    assert verdicts(check(attncalc.explain(first))) == case.verdicts
    for way, problem in others:
        assert unplaced(problem) == unplaced(first), way


def unplaced(problem: Loaded) -> str:
    """All of a problem but the places in its file."""
    numbers = tuple(replace(claim, path=()) for claim in problem.claims.numbers)
    return repr(replace(problem, claims=replace(problem.claims, numbers=numbers)))


def test_a_finding_says_what_it_is_about() -> None:
    """The claim as typed, its place and the value computed for it; the first wrong is marked."""
    claims = {"weights": second("0.9", "41%"), "output": second("2.7", "2")}
    report = check(attncalc.explain(attncalc.load({**EXAMPLE, "claims": claims})))
    wrong, right, follows, _ = report.findings
    assert (wrong.claim.stage, wrong.claim.index, wrong.claim.text) == ("weights", (1, 0), "0.9")
    assert (right.claim.index, right.claim.text, right.verdict) == ((1, 1), "41%", Verdict.CORRECT)
    assert float(wrong.computed) == pytest.approx(0.585786437626905)
    assert follows.verdict is Verdict.FOLLOWS
    assert report.first_wrong is wrong
    assert report.summary == {
        Verdict.CORRECT: 2,
        Verdict.FOLLOWS: 1,
        Verdict.SLIP: 0,
        Verdict.WRONG: 1,
    }


def test_without_claims_there_is_nothing_to_judge() -> None:
    """A problem that claims nothing has no findings, and nothing wrong."""
    report = check(attncalc.explain(attncalc.load(EXAMPLE)))
    assert report.findings == ()
    assert report.first_wrong is None
    assert report.diagnoses == ()
    assert set(report.summary.values()) == {0}


@pytest.mark.parametrize(
    ("stage", "claimed"),
    [
        ("masked_scores", [["1", "0"], None]),
        ("capped_scores", [["1", "0"], None]),
        ("wieghts", [["1", "0"], None]),
        ("weights", [["1", "-inf"], None]),
    ],
)
def test_a_claim_on_what_is_not_there_is_refused(stage: str, claimed: Any) -> None:
    """A stage that does not occur, and -inf for what is no masked score, are input errors."""
    with pytest.raises(InputErrors, match=stage):
        attncalc.load({**EXAMPLE, "claims": {stage: claimed}})


def test_quotient_of_coarse_prints() -> None:
    """1.0/0.1 is known to tens: each of its prints may be off by half of its last place."""
    assert unit_of(parse_number("1.0/0.1")) == 100
    assert unit_of(parse_number("2.718/3.718")) == Decimal("0.001")


def test_stand_in_added_to_a_rounded_score() -> None:
    """A score of 0.0145 that was rounded to 0.01 before -1e4 was added to it, or to 0.02."""
    for bias in ("0", "-0.03"):  # which may be added to what is seen alone
        problem = attncalc.load(
            {
                "scores": [["1", "0.0145"], ["1", "2"]],
                "attention": {"mask": "causal", "bias": [["0", bias], ["0", "0"]]},
                "claims": {"masked_scores": [["1", "-9999.98"], ["1", "2"]]},
            }
        )
        assert [finding.verdict for finding in attncalc.check(problem).findings] == (
            [Verdict.CORRECT] * 4
        )


@pytest.mark.parametrize(("cached", "verdict"), [("2", "correct"), ("1", "wrong")])
def test_cached_keys_are_taken_as_they_are(cached: str, verdict: str) -> None:
    """Who normalizes a key of the cache once more is wrong."""
    past = {"tokens": ["a"], "K": [["0", "2"]], "V": [["1", "1"]]}
    given = {"tokens": ["b"], "Q": [["3", "4"]], "K": [["3", "4"]], "V": [["1", "1"]]}
    options = {"qk_norm": "l2", "past": past}
    claims = {"K_normalized": [["0", cached], ["0.6", "0.8"]]}
    report = check(
        attncalc.explain(attncalc.load({**given, "attention": options, "claims": claims}))
    )
    found = [finding.verdict.value for finding in report.findings]
    assert found == ["correct", verdict, "correct", "correct"]
