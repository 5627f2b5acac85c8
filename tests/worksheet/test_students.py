"""Students in every platform: honest ones get everything, a mistake is told, chance earns little.

And the JSON of their sheets is valid by its schema.
"""

from __future__ import annotations

import json

import pytest

from attncalc.exports.canvas_qti import canvas_qti
from attncalc.exports.jupyterquiz_json import jupyterquiz_json
from attncalc.exports.moodle_xml import moodle_xml
from attncalc.exports.worksheet_json import worksheet_json
from attncalc.sheet import Sheet
from tests import schemas
from tests.worksheet import canvas, jupyterquiz, moodle
from tests.worksheet.hostile_sheet import shown_in
from tests.worksheet.students import TRIED, careless, honest, mistaken, share_due, sheet
from tests.worksheet.test_json import PROBLEM, SHEET


@pytest.mark.no_cover
@pytest.mark.own
@pytest.mark.parametrize(("sample", "level", "seed"), TRIED)
def test_students(sample: str, level: int, seed: int | None) -> None:
    """A sheet is made once, and tried in each of them."""
    made = sheet(sample, level, seed)
    try_moodle(made)
    try_canvas(made)
    try_jupyterquiz(made)
    loaded = json.loads(worksheet_json(made))
    schemas.validate(loaded, SHEET)
    schemas.validate(loaded["problem"], PROBLEM)


def try_moodle(made: Sheet) -> None:
    (question,) = moodle.imported(moodle_xml([made]))
    assert [blank.weight for blank in question.blanks] == [blank.points for blank in made.blanks]
    for answers in honest(made):
        assert question.grade([answers[blank.id] for blank in made.blanks]) == pytest.approx(1)
    for what, answers in mistaken(made):
        assert question.grade([answers.get(each.id, each.answer) for each in made.blanks]) < 1
        for blank, subquestion in zip(made.blanks, question.blanks, strict=True):
            if blank.id in answers:
                found = subquestion.match(answers[blank.id])
                assert found is not None
                assert what in shown_in(found.feedback)
                assert found.fraction == share_due(blank, answers[blank.id]) < 1
    for number in range(20):
        answers = careless(made, number)
        for blank, subquestion in zip(made.blanks, question.blanks, strict=True):
            found = subquestion.match(answers[blank.id])
            assert found is not None
            assert found.fraction == share_due(blank, answers[blank.id])


def try_canvas(made: Sheet) -> None:
    """In classic quizzes, where what is typed is rounded to four decimals, and in new ones."""
    (quiz,) = canvas.imported(canvas_qti([made]))
    asked = dict(zip((blank.id for blank in made.blanks), quiz.questions[1:], strict=True))
    for answers in honest(made):
        for name, answer in answers.items():
            assert asked[name].classic(answer)
            assert asked[name].new(answer)
    finer = {blank.id for blank in made.blanks if blank.decimals > 4}
    for what, answers in mistaken(made):
        for name, answer in answers.items():
            assert name in finer or not (asked[name].new(answer) or asked[name].classic(answer))
            assert f"{answer}: {what}" in shown_in(asked[name].if_wrong)
    for number in range(20):
        answers = careless(made, number)
        for blank in made.blanks:
            right = share_due(blank, answers[blank.id]) == 1
            assert blank.id in finer or asked[blank.id].new(answers[blank.id]) == right
            assert asked[blank.id].classic(answers[blank.id]) or not right


def try_jupyterquiz(made: Sheet) -> None:
    questions = jupyterquiz.imported(jupyterquiz_json([made]))
    asked = dict(zip((blank.id for blank in made.blanks), questions, strict=True))
    for answers in honest(made):
        for name, answer in answers.items():
            assert asked[name].check(answer) == (True, "Right.")
    for what, answers in mistaken(made):
        for name, answer in answers.items():
            right, said = asked[name].check(answer)
            assert not right
            assert what in shown_in(said)
    for number in range(20):
        answers = careless(made, number)
        for blank in made.blanks:
            right = share_due(blank, answers[blank.id]) == 1
            assert asked[blank.id].check(answers[blank.id])[0] == right
