"""Questions for jupyterquiz, read and graded as it does (jupyterquiz.py)."""

from __future__ import annotations

import json
from decimal import Decimal

from attncalc.exports.jupyterquiz_json import jupyterquiz_json
from tests.conftest import SAMPLES, Attncalc
from tests.worksheet.hostile_sheet import LABELS, hostile_sheet, shown_in
from tests.worksheet.jupyterquiz import imported
from tests.worksheet.students import sheet


def test_ends_of_a_range() -> None:
    """Its upper end is one of them, though jupyterquiz leaves it out."""
    made = sheet("causal.yaml")
    for blank, question in zip(made.blanks, imported(jupyterquiz_json([made])), strict=True):
        last = Decimal(1).scaleb(-made.decimals - 2)
        lower, upper = blank.range.lower, blank.range.upper
        ends = [f"{end:f}" for end in (lower - last, lower, upper, upper + last)]
        assert [question.check(end)[0] for end in ends] == [False, True, True, False]


def test_each_question_stands_alone() -> None:
    """What is given is in every one, and open in the first."""
    made = sheet("causal.yaml")
    first, *others = imported(jupyterquiz_json([made]))
    assert first.text.startswith("<details open><summary>I like cats")
    assert all(each.text.startswith("<details><summary>I like cats") for each in others)
    for question, blank in zip([first, *others], made.blanks, strict=True):
        assert "What is given" in shown_in(question.text)
        assert blank.id in shown_in(question.text)


def test_hostile_text_is_text() -> None:
    made = hostile_sheet()
    questions = imported(jupyterquiz_json([made]))
    assert len(questions) == len(made.blanks)
    shown = shown_in(questions[0].text)
    for label in LABELS:
        assert label in shown


def test_several_sheets_are_one_list(attncalc: Attncalc) -> None:
    made = ["worksheet", SAMPLES / "causal.yaml", "--seed", "7", "--variants", "2", "--level", "1"]
    done = attncalc(*made, "--format", "jupyterquiz")
    assert (done.code, done.err) == (0, "")
    sheets = [json.loads(line) for line in attncalc(*made, "--json").out.splitlines()]
    assert len(imported(done.out)) == sum(len(each["blanks"]) for each in sheets)
