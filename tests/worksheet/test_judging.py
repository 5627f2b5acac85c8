"""Verdicts on answers, of a problem whose numbers can be worked by hand (sheets.py)."""

from __future__ import annotations

import numpy as np
import pytest

from attncalc.numbers.arithmetic import Array
from attncalc.worksheet.judging import Credit, Judge, Judged
from attncalc.worksheet.making import Wanted
from tests.worksheet.sheets import TWO, judged, key_of, points, sheet_of, verdict

SHEET = sheet_of(TWO)
EVERYTHING = sheet_of({**TWO, "W_O": [["1", "2"], ["3", "1"]]}, Wanted(level=3))


@pytest.mark.parametrize(
    ("blank", "answer", "word"),
    [
        ("weights_2_1", "0.6225", "right"),
        ("weights_2_1", "0.62246", "right"),
        ("weights_2_1", "0.6224", "slip"),  # 0.62246, cut off
        ("weights_2_1", "0.622", "slip"),
        ("weights_2_1", "0.62", "slip"),
        ("weights_2_1", "0.63", "wrong"),
        ("weights_2_1", "0.6", "slip"),
        ("weights_2_1", "1", "slip"),  # the nearest whole number
        ("weights_2_1", "0.7", "wrong"),  # neither the nearest, nor cut off
        ("weights_2_1", "0", "wrong"),  # as it would be of any weight
        ("weights_2_2", "0", "wrong"),  # the nearest whole number
        ("weights_2_1", "0.6226", "wrong"),
        ("weights_2_1", "-0.6225", "wrong"),
        ("weights_2_1", "inf", "wrong"),
        ("weights_2_1", None, "none"),
        ("scores_2_1", "3.00", "right"),
        ("scores_2_1", "2", "wrong"),
        ("scores_2_1", "4", "wrong"),
        ("scaled_scores_2_1", "0.8", "slip"),
        ("scaled_scores_2_1", "0.74", "wrong"),
        ("exponentials_2_1", "2.1169", "slip"),
        ("exponentials_2_1", "2.1171", "slip"),
        ("exponentials_2_1", "2.12", "slip"),
        ("exponentials_2_2", "0.6065", "right"),  # the largest score subtracted first
        ("exponentials_2_2", "0.6066", "slip"),  # 0.60653
    ],
)
def test_verdicts_on_one_answer_among_right_ones(blank: str, answer: str | None, word: str) -> None:
    assert verdict(SHEET, judged(SHEET, {blank: answer}), blank)[0] == word


def test_a_mistake_that_gives_an_answer_is_known() -> None:
    found = judged(SHEET, {"weights_2_1": "0.8808", "weights_2_2": "0.1192"})
    expected = ("wrong", "the scores are not scaled")
    assert verdict(SHEET, found, "weights_2_1") == expected
    assert verdict(SHEET, found, "weights_2_2") == expected
    assert verdict(SHEET, found, "output_2_1") == ("right", None)


def test_numbers_that_are_carried_on_follow() -> None:
    """With powers 2.2 and 1.3: their sum is 3.5, the weights 0.6286 and 0.3714."""
    answers = {
        "exponentials_2_1": "2.2000",
        "exponentials_2_2": "1.3000",
        "sums_2": "3.5000",
        "weights_2_1": "0.6286",
        "weights_2_2": "0.3714",
        "output_2_1": "2.2572",  # 3 · 0.6286 + 0.3714
        "output_2_2": "2.1142",
    }
    found = judged(SHEET, answers)
    words = [verdict(SHEET, found, name)[0] for name in answers]
    assert words == ["wrong", "wrong", *["follows"] * 5]
    earned = points(SHEET, found)
    assert [earned[name] for name in answers] == [0, 0, 1, 1, 1, 1, 1]
    assert points(SHEET, found, Credit(follows=Credit().slip))["sums_2"] == 0.5


def test_what_follows_may_be_cut_off_too() -> None:
    answers = {"exponentials_2_1": "2.2000", "exponentials_2_2": "1.3000", "sums_2": "3.5000"}
    cut_off = judged(SHEET, {**answers, "weights_2_1": "0.628"})
    assert verdict(SHEET, cut_off, "weights_2_1")[0] == "slip"
    wrong = judged(SHEET, {**answers, "weights_2_1": "0.6289"})
    assert verdict(SHEET, wrong, "weights_2_1")[0] == "wrong"


def test_a_missing_answer_is_what_follows_from_those_before_it() -> None:
    answers = {"exponentials_2_1": "2.2000", "exponentials_2_2": "1.3000", "sums_2": None}
    found = judged(SHEET, {**answers, "weights_2_1": "0.6286"})
    assert verdict(SHEET, found, "sums_2")[0] == "none"
    assert verdict(SHEET, found, "weights_2_1")[0] == "follows"
    # All that it is made of was given, if not what it is made of at last.
    assert points(SHEET, found)["weights_2_1"] == 0


def test_a_first_answer_that_is_missing_is_taken_to_be_right() -> None:
    missing = {"scores_2_1": None, "scaled_scores_2_1": "1.75", "exponentials_2_1": "5.7546"}
    found = judged(SHEET, missing)
    assert verdict(SHEET, found, "scaled_scores_2_1")[0] == "wrong"
    assert verdict(SHEET, found, "exponentials_2_1")[0] == "follows"


def test_whole_numbers_are_gone_on_from_as_they_are() -> None:
    """A wrong score of 5 gives 1.25 when it is scaled, and not what 4.5 gives."""
    found = judged(SHEET, {"scores_2_1": "5", "scaled_scores_2_1": "1.25"})
    assert verdict(SHEET, found, "scaled_scores_2_1")[0] == "follows"
    found = judged(SHEET, {"scores_2_1": "5", "scaled_scores_2_1": "1.13"})
    assert verdict(SHEET, found, "scaled_scores_2_1")[0] == "wrong"


def test_with_as_many_decimals_as_are_asked_for_a_number_follows() -> None:
    """A score of 2.9 gives 0.725: 0.73, with the two decimals that 0.75 has."""
    found = judged(SHEET, {"scores_2_1": "2.9000", "scaled_scores_2_1": "0.73"})
    assert verdict(SHEET, found, "scaled_scores_2_1")[0] == "follows"
    found = judged(SHEET, {"scores_2_1": "2.9000", "scaled_scores_2_1": "0.7"})
    assert verdict(SHEET, found, "scaled_scores_2_1")[0] == "slip"


@pytest.mark.parametrize("answer", ["0", "1", "0.00", "1.0000", "-1"])
def test_nothing_is_earned_by_following_from_the_same_number_everywhere(answer: str) -> None:
    for sheet in (SHEET, EVERYTHING):
        values, units = key_of(sheet)
        found = Judge(sheet).judge(np.full(values.shape, float(answer)), np.full(units.shape, 1.0))
        follows = found.verdicts == Judged.FOLLOWS
        assert follows.any() or answer != "0"
        assert not Judge(sheet).earned(found, Credit())[follows].any()


def test_nothing_is_earned_by_following_from_alike_scores() -> None:
    """Scores of 7 and 7 make the weights 0.5, whatever the formula."""
    answers = {
        "scores_2_1": "7",
        "scores_2_2": "7",
        "scaled_scores_2_1": "1.75",
        "scaled_scores_2_2": "1.75",
        "exponentials_2_1": "5.7546",
        "exponentials_2_2": "5.7546",
        "sums_2": "11.5092",
        "weights_2_1": "0.5000",
        "weights_2_2": "0.5000",
        "output_2_1": "2.0000",
        "output_2_2": "2.5000",
    }
    found = judged(SHEET, answers)
    assert [verdict(SHEET, found, name)[0] for name in answers][2:] == ["follows"] * 9
    assert not any(points(SHEET, found).values())


def test_nothing_is_earned_by_following_from_a_single_0() -> None:
    found = judged(SHEET, {"scores_2_1": "0", "scaled_scores_2_1": "0.00"})
    assert verdict(SHEET, found, "scaled_scores_2_1")[0] == "follows"
    assert points(SHEET, found)["scaled_scores_2_1"] == 0


def test_from_a_sum_of_0_nothing_follows() -> None:
    """Whatever is divided by it would."""
    found = judged(SHEET, {"sums_2": "0.00", "weights_2_1": "0.9"})
    assert verdict(SHEET, found, "weights_2_1")[0] == "wrong"


def test_numbers_beyond_all_bounds_make_nothing_follow() -> None:
    huge = judged(SHEET, {"scores_2_1": "1" + "0" * 400, "weights_2_1": "0.9", "sums_2": "9"})
    assert verdict(SHEET, huge, "weights_2_1")[0] == "wrong"
    assert verdict(SHEET, huge, "sums_2")[0] == "wrong"


def test_credit_of_slips_and_mistakes() -> None:
    found = judged(SHEET, {"weights_2_1": "0.6224", "weights_2_2": "0.1192", "output_2_1": "9"})
    told = [points(SHEET, found)[name] for name in ("weights_2_1", "weights_2_2", "output_2_1")]
    assert told == [0.5, 0, 0]
    kind = points(SHEET, found, Credit(slip=Credit().follows, mistake=Credit().slip))
    assert [kind[name] for name in ("weights_2_1", "weights_2_2")] == [1, 0.5]


def test_people_do_not_meddle_with_each_other() -> None:
    """Many at once, in any order, are judged as each by themselves."""
    values, units = key_of(EVERYTHING)
    draw = np.random.default_rng(5)
    many: Array = np.repeat(values, 60, axis=0)
    many[draw.random(many.shape) < 0.2] += 0.25
    many[draw.random(many.shape) < 0.1] = np.nan
    finest = np.repeat(units, 60, axis=0)
    judge = Judge(EVERYTHING)
    together = judge.judge(many, finest)
    for person in range(60):
        alone = judge.judge(many[person : person + 1], finest[person : person + 1])
        assert (alone.verdicts[0] == together.verdicts[person]).all()
        assert (alone.mistakes[0] == together.mistakes[person]).all()
        assert (alone.founded[0] == together.founded[person]).all()
    assert {*together.verdicts.flat} == {*Judged}
