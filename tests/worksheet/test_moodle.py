"""Moodle XML, read and graded by Moodle's own rules (moodle.py)."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from attncalc.exports.moodle_xml import moodle_xml
from attncalc.exports.quiz import remark
from tests.conftest import SAMPLES, Attncalc
from tests.worksheet.hostile_sheet import LABELS, hostile_sheet, shown_in
from tests.worksheet.moodle import imported
from tests.worksheet.students import (
    sheet,
)


def test_ends_of_a_range() -> None:
    """Both are right, and what is a unit of their last place beyond them is not."""
    made = sheet("causal.yaml")
    (question,) = imported(moodle_xml([made]))
    for blank, subquestion in zip(made.blanks, question.blanks, strict=True):
        lower, upper = blank.range.lower, blank.range.upper
        last = Decimal(1).scaleb(-made.decimals - 2)
        shares = []
        for number in (lower - last, lower, upper, upper + last):
            found = subquestion.match(f"{number:f}")
            shares.append(found.fraction if found else None)
        assert shares == [0, 1, 1, 0]


def test_the_first_answer_is_right_and_the_last_one_anything() -> None:
    made = sheet("causal.yaml")
    (question,) = imported(moodle_xml([made]))
    for subquestion in question.blanks:
        first, *_, last = subquestion.alternatives
        assert (first.fraction, first.feedback) == (1, "")
        assert (last.answer, last.fraction) == (None, 0)
        assert last.feedback == "This number is not right, and no known mistake gives it."


def test_a_convention_is_right() -> None:
    """With the largest score subtracted first, a power is another one."""
    made = sheet("animal.yaml")
    (question,) = imported(moodle_xml([made]))
    found = None
    for blank, subquestion in zip(made.blanks, question.blanks, strict=True):
        for mistake in blank.mistakes:
            if mistake.credit == 1:
                found = subquestion.match(mistake.answer)
                assert found is not None
                assert (found.fraction, shown_in(found.feedback)) == (1, remark(mistake))
    assert found is not None


@pytest.mark.parametrize("sample", ["animal.yaml", "causal.yaml", "sink.yaml"])
def test_boxes_are_of_one_width(sample: str) -> None:
    """Moodle makes a box as wide as the longest number that it knows of."""
    (question,) = imported(moodle_xml([sheet(sample)]))
    assert len({subquestion.width() for subquestion in question.blanks}) == 1


def test_nobody_answers_what_makes_a_box_wide() -> None:
    """Not even where numbers are asked for with so many decimals that PHP drops some."""
    made = sheet("causal.yaml", precision=20)
    (question,) = imported(moodle_xml([made]))
    for blank, subquestion in zip(made.blanks, question.blanks, strict=True):
        found = subquestion.match(blank.answer)
        assert found is not None
        assert found.fraction == 1
        (dummy,) = [each for each in subquestion.alternatives if each.answer and each.answer > 1e9]
        assert dummy.fraction == 0


def test_hostile_text_is_text() -> None:
    """Neither XML, nor HTML, nor a blank, nor a formula is made of what somebody typed."""
    made = hostile_sheet()
    (question,) = imported(moodle_xml([made]))
    assert len(question.blanks) == len(made.blanks)
    shown = shown_in(question.text)
    for label in LABELS:
        assert label in shown
    assert "‹b›" in question.name
    assert not set("<>\\${}[]") & set(question.name)


def test_a_long_title_is_cut() -> None:
    """A question bank keeps 255 characters, and the code has to be among them."""
    made = sheet("causal.yaml")
    problem = replace(made.trace.problem, title="long " * 100)
    long = replace(made, trace=replace(made.trace, problem=problem))
    (question,) = imported(moodle_xml([long]))
    assert question.name.endswith(f"… · {made.code}")


def test_the_key_is_told_at_the_end() -> None:
    made = sheet("causal.yaml")
    (question,) = imported(moodle_xml([made]))
    shown = shown_in(question.feedback)
    for blank in made.blanks:
        assert blank.id in shown
        assert blank.answer in shown
    assert shown_in(question.text).count("weights_") == 0


def test_several_sheets_are_several_questions(attncalc: Attncalc, tmp_path: Path) -> None:
    file = tmp_path / "quiz.xml"
    source = SAMPLES / "causal.yaml"
    made = ["worksheet", source, "--seed", "7", "--variants", "2", "--level", "1"]
    done = attncalc(*made, "-o", file)
    assert (done.code, done.out) == (0, "")
    questions = imported(file.read_text(encoding="utf-8"))
    codes = [json.loads(line)["code"] for line in attncalc(*made, "--json").out.splitlines()]
    assert [question.name.rpartition(" · ")[2] for question in questions] == codes
    assert attncalc(*made, "--format", "moodle").out == file.read_text(encoding="utf-8")
