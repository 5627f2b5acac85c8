"""Sheets with new numbers: always the same for a seed, and fair."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.checking.enclosures import Enclosures
from attncalc.checking.misconceptions import Alteration
from attncalc.checking.screening import in_floats
from attncalc.errors import InputError
from attncalc.numbers.arithmetic import decimals, parse_number
from attncalc.problem.problem import Problem
from attncalc.steps.trace import Trace
from attncalc.worksheet import codes, drawing, making, tolerances
from attncalc.worksheet.chance import Chance
from attncalc.worksheet.mistakes import Consequences, Mistake
from tests.worksheet.examples import TEA, maker, of_sample


def test_a_seed_says_it_all() -> None:
    """On every machine, in every version of Python: these very numbers."""
    sheet = maker(TEA).made(7)
    assert sheet.given["Q"] == SEVEN["Q"]
    assert sheet.given["V"] == SEVEN["V"]
    assert maker(TEA).made(7).given == sheet.given
    assert maker(TEA).made(8).given != sheet.given
    assert maker(TEA).made(7, 2).given != sheet.given


SEVEN = {"Q": [["0", "2"], ["0", "1"], ["2", "1"]], "V": [["0", "3"], ["1", "0"], ["1", "0"]]}


def test_own_numbers() -> None:
    """Without a seed, the file's; notes, source and claims are nobody's business."""
    fields = {**TEA, "notes": "the weights are 0.5", "source": "a book", "inputs": "rounded"}
    sheet = maker({**fields, "dimensions": {"V": ["hot", "wet"]}}).made(None)
    assert {name: sheet.given[name] for name in "QKV"} == {name: TEA[name] for name in "QKV"}
    assert sheet.given["dimensions"] == {"V": ["hot", "wet"]}
    assert sheet.given["inputs"] == "rounded"
    assert not {"notes", "source", "claims"} & sheet.given.keys()
    assert sheet.seed is None


def test_a_problem_by_itself() -> None:
    """What a sheet gives is a problem file, with its query, its keys and its options."""
    sheet = of_sample("cross-attention", seed=1)
    problem = attncalc.load(dict(sheet.given))
    assert problem.key_tokens == sheet.trace.problem.key_tokens
    assert problem.queries == (sheet.query,)
    trace = attncalc.explain(problem)
    assert [trace[b.stage][b.index] for b in sheet.blanks] == [b.value for b in sheet.blanks]


@pytest.mark.parametrize("seed", range(6))
def test_fair(seed: int) -> None:
    """No tie for the largest weight, none that takes all, no mistake that looks right."""
    sheet = of_sample("animal", seed=seed)
    row = [float(weight) for weight in sheet.trace["weights"][sheet.query]]
    assert max(row) < 0.95
    assert row.count(max(row)) == 1
    assert not sheet.warnings
    for blank in sheet.blanks:
        assert all(not blank.range.meets(mistake.range) for mistake in blank.mistakes)
    what = {mistake.what for blank in sheet.blanks for mistake in blank.mistakes}
    assert {"query and key are swapped", "the softmax goes down the columns"} <= what


def test_what_is_in_the_way() -> None:
    """With one entry a vector, √d_k is 1, whatever the numbers."""
    fields = {
        "tokens": ["a", "b"],
        "Q": [["1"], ["2"]],
        "K": [["1"], ["3"]],
        "V": [["1"], ["2"]],
    }
    with pytest.raises(InputError) as refused:
        maker(fields).made(1)
    assert (refused.value.file, refused.value.problem) == (
        "--seed",
        "no numbers are fair: with d_k = 1, “the scores are not scaled” gives the right numbers",
    )
    assert refused.value.hint == (
        "other tokens or wider vectors in the file, another --level, or no --seed"
    )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, None),
        ({"Q": [["1", "0"]] * 3, "K": [["0.01", "1"]] * 3}, "the weights are nearly all equal"),
        (
            {"K": [["1", "1"], ["0", "1"], ["1", "1"]]},
            "two weights are the largest",
        ),
        ({"K": [["7", "1"], ["0", "1"], ["1", "1"]]}, "one weight takes nearly all"),
        (
            {"K": [["12", "12"], ["12.3", "12"], ["11.5", "12"]]},
            "powers are too large to be written by hand",
        ),
        (
            {"K": [["1", "-1"], ["0", "1"], ["2", "0"]]},
            "some numbers that are asked for are 0",
        ),
        (
            {"V": [["0.0001", "1"], ["0.0001", "1"], ["0.0001", "2"]]},
            "some numbers that are asked for are too small",
        ),
    ],
)
def test_why_not(fields: dict[str, Any], why: str | None) -> None:
    """What is trivial, or too much for a hand, is not fair; these numbers are as they are given."""
    made = maker({**TEA, **fields})
    trace = attncalc.explain(attncalc.load({**TEA, **fields}), ["cost"])
    assert making.Draft(trace, made.wanted, {}).unfair() == why


@pytest.mark.parametrize(
    ("K", "stage"),
    [([["99", "1"]] * 3, "exponentials"), ([["1", "1"], ["1", "1"], ["-50", "1"]], "exponentials")],
)
def test_too_long_to_be_written(K: list[list[str]], stage: str) -> None:
    """Powers of many digits, or of many zeros, are no work by hand."""
    with pytest.raises(InputError) as refused:
        maker({**TEA, "K": K}).made(None)
    assert refused.value.problem == f"{stage} reach beyond 10^±12, too far to be written by hand"
    assert refused.value.hint == "smaller numbers, or --seed for others"


def test_anything_after_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where rounding on the way leads anywhere, there is nothing to be marked."""
    monkeypatch.setattr(tolerances, "_FARTHEST", Decimal(2))
    with pytest.raises(InputError) as refused:
        maker(TEA).made(None)
    assert refused.value.problem == "scores may be anything after rounding on the way"
    assert refused.value.hint == "more --precision, or smaller numbers"
    weights = maker(TEA, blank="weights").made(None)
    assert all(mistake.range.upper < 2 for b in weights.blanks for mistake in b.mistakes)


def test_one_key() -> None:
    """Where a query sees one key alone, its weight is 1, and that is no fault of the numbers."""
    given = {"K": [["1", "1"]] * 3, "V": [["1", "2"]] * 3}
    fields = {**TEA, **given, "query": ["I"], "attention": {"mask": "causal"}}
    trace = attncalc.explain(attncalc.load(fields), ["cost"])
    assert making.Draft(trace, making.Wanted(), {}).unfair() is None


def test_slight_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake that changes hardly anything is not one that a sheet can tell."""
    monkeypatch.setattr(making, "_SLIGHT", 1e9)
    trace = attncalc.explain(attncalc.load(TEA), ["cost"])
    draft = making.Draft(trace, making.Wanted(), {})
    assert draft.mistakes == []
    assert draft.unfair() == "“the scores are not scaled” gives the right numbers"


def test_of_many_reasons_the_most_frequent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws that fail for several reasons: all are made, and one of the reasons is told."""
    monkeypatch.setattr(making, "_LARGEST_POWER", 0.5)
    monkeypatch.setattr(making, "MOST_DRAWS", 9)
    with pytest.raises(InputError, match="no fair numbers were found in 9 draws: "):
        maker(TEA).made(1)


def test_near_mistakes_are_left_out() -> None:
    """With the file's own numbers a mistake may look right: it is not told, and that is said."""
    sheet = of_sample("animal")
    (warning,) = sheet.warnings
    assert warning.startswith("not in every blank can these mistakes be told from rounding: “query")
    assert warning.endswith("; with --seed, numbers are drawn for which they can")
    swapped = "query and key are swapped"
    without = [b.id for b in sheet.blanks if swapped not in {m.what for m in b.mistakes}]
    assert "scores_6_6" in without  # where it gives the same number


def test_by_hand() -> None:
    """What nobody works by hand is no sheet."""
    n = 80
    fields = {"Q": np.ones((n, 4)), "K": np.ones((n, 4)), "V": np.ones((n, 4))}
    with pytest.raises(InputError) as refused:
        maker({"tokens": [f"t{i}" for i in range(n)], **fields}).made(None)
    assert (refused.value.file, refused.value.problem) == (
        "worksheet",
        "n=80, m=80 is too much to be worked by hand",
    )
    assert refused.value.hint == "fewer tokens, or narrower vectors"


@pytest.mark.parametrize(
    ("name", "numbers", "kind"),
    [
        ("Q", ["0.5", "-1.25"], drawing.Kind(2, -125, 125, 0)),
        ("Q", ["1", "0"], drawing.Kind(0, 0, 2, 40)),
        ("Q", ["1", "4", "2"], drawing.Kind(0, 0, 4, 0)),
        ("weights", ["0.25", "0.75"], drawing.Kind(2, 0, 75, 0, shares=True)),
        ("Q", ["1/3", "2"], None),
        ("Q", ["48%", "2"], None),
        ("Q", ["1e1", "2"], None),
    ],
)
def test_kinds(name: str, numbers: list[str], kind: drawing.Kind | None) -> None:
    """As many decimals, as large, as often 0 as what was typed."""
    array = decimals(map(parse_number, numbers), (len(numbers),))
    assert drawing.kind_of(name, array) == kind


def test_drawn_kinds() -> None:
    """Fractions change places; shares add up to 1; whole numbers stay whole, and in their range."""
    fields = {
        "tokens": ["a", "b"],
        "weights": [["0.25", "0.75"], ["0.50", "0.50"]],
        "V": [["1/3", "2"], ["1/7", "5"]],
    }
    problem = attncalc.load(fields)
    for number in range(20):
        drawn = drawing.drawn(problem, Chance(str(number)))
        assert sorted(text for row in drawn["V"] for text in row) == ["1/3", "1/7", "2", "5"]
        assert all(sum(map(Decimal, row)) == 1 for row in drawn["weights"])
    tea = attncalc.load(TEA)
    drawn = drawing.drawn(tea, Chance("tea"))
    assert all(text in ("0", "1", "2") for row in drawn["Q"] for text in row)
    assert all(any(text != "0" for text in row) for row in drawn["Q"])


def test_floats_are_drawn_too() -> None:
    """Arrays that were never typed have the decimals that they have."""
    fields = {"Q": np.array([[0.5, 1.25]]), "K": np.array([[1.0, 2.0]]), "V": np.array([[1.0]])}
    problem = attncalc.load(fields)
    assert drawing.as_given(problem)["K"] == [["1", "2"]]
    assert all(len(text) == 4 for text in drawing.drawn(problem, Chance("x"))["Q"][0])


def test_chance() -> None:
    """Every number is as likely, and a shuffle loses nothing."""
    chance = Chance("x")
    drawn = [chance.below(6) for _ in range(6000)]
    assert all(850 < drawn.count(side) < 1150 for side in range(6))
    assert sorted(chance.shuffled([1, 2, 3, 4])) == [1, 2, 3, 4]


def test_codes() -> None:
    """A code says its seed, variant and level; and of which file, and what was asked, it is."""
    code = maker(TEA).code(7, 3)
    assert str(code).startswith("1-7-3-2-")
    assert codes.read(f" {code} ".upper()) == code
    own = maker(TEA, level=1).code(None, 1)
    assert str(own).startswith("1-f-1-1-")
    assert codes.read(str(own)) == own
    others = [
        maker(TEA, decimals=3),
        maker({**TEA, "attention": {"scale": "none"}}),
        maker({**TEA, "Q": [["1", "0"], ["0", "2"], ["1", "2"]]}),
        maker(TEA, blank="weights"),
    ]
    assert all(other.code(7, 3).mark != code.mark for other in others)
    problem, masks = maker(TEA).problem, (np.eye(3), np.ones((3, 3)))
    arrays = [making.Maker(problem, {"mask": mask}, making.Wanted()) for mask in masks]
    assert arrays[0].code(7, 3).mark != arrays[1].code(7, 3).mark


def test_a_mistake_that_has_no_digits() -> None:
    """One that works in doubles only, and not in all digits, gives no range."""

    def altered(trace: Trace) -> Problem:
        if trace.context is not None:
            raise ArithmeticError("no such number")
        return replace(trace.problem, Q=trace["Q"] * 2)

    trace = attncalc.explain(attncalc.load(TEA), ["cost"])
    known = Alteration("it is twice as much", altered)
    floats = in_floats(trace)
    mistake = Mistake(known.what, {"weights": floats["weights"] / 2}, known)
    consequences = Consequences(Enclosures(trace), floats, [mistake])
    assert consequences.reached(mistake, ("weights", (2, 0)), 4) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tea", "“tea” is no code of a sheet; expected one like 1-7-3-2-k4f9"),
        ("1-x-3-2-k4f9", "“1-x-3-2-k4f9” is no code of a sheet; expected one like 1-7-3-2-k4f9"),
        ("9-7-3-2-k4f9", "“9-7-3-2-k4f9” is of version 9; expected one of version 1"),
        ("a-7-3-2-k4f9", "“a-7-3-2-k4f9” is no code of a sheet; expected one like 1-7-3-2-k4f9"),
    ],
)
def test_no_codes(text: str, message: str) -> None:
    """It is said what is expected."""
    with pytest.raises(InputError) as refused:
        codes.read(text)
    assert (refused.value.file, refused.value.problem) == ("--code", message)
