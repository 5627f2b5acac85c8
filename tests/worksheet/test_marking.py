"""Marks of several students, of several sheets, and of the class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attncalc.handouts import Layout, rendered
from attncalc.sheet import Sheet
from attncalc.worksheet.answers import Row
from attncalc.worksheet.class_page import write_class
from attncalc.worksheet.feedback import write_feedback
from attncalc.worksheet.judging import Credit, Judged
from attncalc.worksheet.making import Wanted
from attncalc.worksheet.marking import PARTS, Marker, Tally
from tests.worksheet.sheets import TWO, sheet_of

SHEET = sheet_of(TWO)
OTHER = sheet_of({**TWO, "Q": [["1"], ["2"]]}, Wanted(level=1))
IDS = [blank.id for blank in SHEET.blanks]


def row(student: str, sheet: Sheet, ids: Sequence[str], code: str = "", **answers: str) -> Row:
    right = {blank.id: blank.answer for blank in sheet.blanks}
    return Row(student, code, [answers.get(name, right.get(name, "")) for name in ids])


def unscaled(student: str) -> Row:
    """Who forgets to scale, and goes on from there."""
    answers = {
        "scaled_scores_2_1": "3",
        "scaled_scores_2_2": "1",
        "exponentials_2_1": "20.0855",
        "exponentials_2_2": "2.7183",
        "sums_2": "22.8038",
        "weights_2_1": "0.8808",
        "weights_2_2": "0.1192",
        "output_2_1": "2.7616",
        "output_2_2": "1.3576",
    }
    return row(student, SHEET, IDS, **answers)


def test_the_mistake_behind_a_stage_is_named_once() -> None:
    marker = Marker([SHEET], Credit())
    marks = marker.mark(
        [unscaled("Ann"), row("Bob", SHEET, IDS), row("Cy", SHEET, IDS, sums_2="9")]
    )
    assert marks.students == ["Ann", "Bob", "Cy"]
    assert [marks.diagnosed(number) for number in range(3)] == [
        "the scores are not scaled",
        None,
        None,
    ]
    assert [IDS[at] if at >= 0 else None for at in marks.first_wrong] == [
        "scaled_scores_2_1",
        None,
        "sums_2",
    ]
    # The points of two numbers are lost by it; the others follow.
    assert marks.points.tolist() == [9, 11, 10]
    assert marks.out_of.tolist() == [11, 11, 11]


def test_the_mistake_that_explains_most_is_told_first() -> None:
    answers = {
        "weights_2_1": "0.5622",  # query and key swapped
        "weights_2_2": "0.1192",  # not scaled
        "output_2_1": "2.7616",
        "output_2_2": "1.3576",
    }
    marker = Marker([SHEET], Credit())
    marks = marker.mark([row("Ann", SHEET, IDS, **answers)])
    assert marks.diagnosed(0) == "the scores are not scaled"
    found = [marks.names[name] for name in marks.diagnoses[0]]
    assert found == ["the scores are not scaled", "query and key are swapped"]


def test_a_mistake_that_would_change_right_answers_is_none() -> None:
    """Powers of 2 instead of e: the sum and the weights follow, and are what that gives."""
    answers = {
        "exponentials_2_1": "1.6818",
        "exponentials_2_2": "1.1892",
        "sums_2": "2.8710",
        "weights_2_1": "0.5858",
        "weights_2_2": "0.4142",
        "output_2_1": "2.1716",
        "output_2_2": "2.2426",
    }
    marker = Marker([SHEET], Credit())
    marks = marker.mark([row("Ann", SHEET, IDS, **answers)])
    assert marks.diagnosed(0) == "the softmax is to base 2"
    # A single number may be what some mistake gives; that it follows says nothing.
    assert [marks.verdicts[0, IDS.index(name)] for name in ("sums_2", "weights_2_1")] == [3, 3]
    some = {name: answers[name] for name in [*answers][:4]}
    weights = {"weights_2_2": "0.3775", "output_2_1": "2.2449", "output_2_2": "2.1326"}
    marks = marker.mark([row("Ann", SHEET, IDS, **some, **weights)])
    assert marks.diagnosed(0) is None


def test_what_right_answers_contradict_is_told_last() -> None:
    """With query and key swapped, a score would be another one; it is right."""
    answers = dict.fromkeys(IDS[4:], "") | {
        "scaled_scores_2_1": "0.50",  # query and key swapped
        "scaled_scores_2_2": "1.00",  # not scaled
    }
    marker = Marker([SHEET], Credit())
    marks = marker.mark([row("Ann", SHEET, IDS, **answers)])
    assert marks.diagnosed(0) == "the scores are not scaled"


def test_a_single_0_is_no_mistake_of_a_known_kind() -> None:
    marker = Marker([SHEET], Credit())
    marks = marker.mark([row("Ann", SHEET, IDS, weights_2_2="0")])
    assert marks.diagnosed(0) is None
    every = {"weights_2_1": "1", "weights_2_2": "0", "output_2_1": "3", "output_2_2": "1"}
    marks = marker.mark([row("Ann", SHEET, IDS, **every)])
    assert marks.diagnosed(0) == "the largest score takes all"


def test_each_is_judged_by_the_sheet_whose_code_they_give() -> None:
    sheets = [SHEET, OTHER]
    marker = Marker(sheets, Credit())
    ids = marker.ids
    assert ids == [*IDS[:9], "weighted_values_2_1_1", *IDS[9:]]
    rows = [
        row("Ann", OTHER, ids, OTHER.code),
        row("Bob", SHEET, ids, SHEET.code),
        row("Cy", SHEET, ids, OTHER.code),
    ]
    marks = marker.mark(rows)
    assert marks.points[:2].tolist() == [OTHER.points, SHEET.points]
    assert marks.out_of.tolist() == [OTHER.points, SHEET.points, OTHER.points]
    assert marks.points[2] < OTHER.points
    asked = {blank.id for blank in OTHER.blanks}
    assert [name in asked for name in ids] == (marks.verdicts[0] >= 0).tolist()
    assert marker.sheet_of(SHEET.code) is SHEET


def test_a_class_is_counted_in_any_number_of_pieces() -> None:
    marker = Marker([SHEET], Credit())
    nothing = Row("Di", "", [""] * len(IDS))
    rows = [unscaled("Ann"), row("Bob", SHEET, IDS), row("Cy", SHEET, IDS, sums_2="9"), nothing]
    whole, pieces = marker.tally(), marker.tally()
    whole.add(marker.mark(rows))
    for each in rows:
        alone = marker.tally()
        alone.add(marker.mark([each]))
        pieces.join(alone)
    for tally in (whole, pieces):
        assert (tally.students, tally.mean, tally.out_of) == (4, 7.5, 11)
        assert tally.spread.tolist() == [1, *[0] * (PARTS - 3), 1, 2]
        assert tally.shares(IDS.index("sums_2")) == {
            Judged.RIGHT: 0.25,
            Judged.FOLLOWS: 0.25,
            Judged.SLIP: 0,
            Judged.WRONG: 0.25,
            Judged.NONE: 0.25,
        }
        assert [*tally.often()] == [("the scores are not scaled", 1)]


def test_a_class_of_nobody() -> None:
    tally = Tally(IDS, [blank.stage for blank in SHEET.blanks])
    assert (tally.mean, tally.shares(0)[Judged.RIGHT]) == (0, 0)


def test_of_no_rows_there_are_no_marks() -> None:
    marks = Marker([SHEET], Credit()).mark([])
    assert len(marks) == 0
    assert marks.points.shape == marks.first_wrong.shape == (0,)
    assert isinstance(marks.verdicts, np.ndarray)


def test_of_many_mistakes_only_the_most_frequent_are_told() -> None:
    tally = Marker([SHEET], Credit()).tally()
    tally.add(Marker([SHEET], Credit()).mark([row("Ann", SHEET, IDS)] * 30))
    tally.mistakes.update({f"mistake {number}": number + 1 for number in range(22)})
    page = str(rendered("text", [write_class(tally, SHEET)], Layout()).content)
    assert "mistake 21 " in page
    assert "mistake 1 " not in page
    assert "2 more mistakes are left out." in page


def test_of_many_answers_that_are_not_right_only_the_first_are_told() -> None:
    wide = sheet_of(TWO, Wanted(level=3))
    marker = Marker([wide], Credit())
    marks = marker.mark([Row("Ann", "", ["-7"] * len(wide.blanks))])
    page = str(rendered("text", [write_feedback(marks, 0, marker)], Layout()).content)
    left = len(wide.blanks) - 12
    assert f"… {left} more" in page
    assert page.count("-7") == 13  # in a row each, and in the sentence on the first


def test_feedback_says_what_its_words_mean() -> None:
    marker = Marker([SHEET], Credit())
    marks = marker.mark([row("Cy", SHEET, IDS, weights_2_1="0.6224"), unscaled("Ann")])
    slipped, carried = (
        str(rendered("text", [write_feedback(marks, number, marker)], Layout()).content)
        for number in range(2)
    )
    assert "“Slip”: right but for its last digits; round to 4 decimals." in slipped
    assert f"Sheet {SHEET.code}." in slipped
    assert "“Follows”: worked out rightly from a number before it." in carried
    assert "Slip" not in carried
