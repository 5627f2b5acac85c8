"""Packages of QTI 1.2, read and graded as Canvas does (canvas.py)."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

from attncalc.exports.canvas_qti import canvas_qti, canvas_warnings
from attncalc.sheet import Mistaken, Range, Sheet
from tests.conftest import SAMPLES, Attncalc
from tests.worksheet.canvas import Question, imported
from tests.worksheet.hostile_sheet import LABELS, hostile_sheet, shown_in
from tests.worksheet.students import sheet


def questions_of(made: Sheet) -> list[Question]:
    """The numerical questions of the sheet's one quiz."""
    (quiz,) = imported(canvas_qti([made]))
    return quiz.questions[1:]


def test_a_text_then_a_question_a_blank() -> None:
    """In the order of the blanks, each beginning with its blank's name."""
    made = sheet("causal.yaml")
    (quiz,) = imported(canvas_qti([made]))
    text, *questions = quiz.questions
    assert quiz.title == f"I like cats · {made.code}"
    assert (text.kind, text.points) == ("text_only_question", 0)
    assert [each.title.partition(": ")[0] for each in questions] == [b.id for b in made.blanks]
    assert {each.kind for each in questions} == {"numerical_question"}
    assert [each.points for each in questions] == [blank.points for blank in made.blanks]
    shown = shown_in(text.text)
    assert all(blank.id in shown for blank in made.blanks)
    assert shown_in(questions[3].text) == (
        "Divide each score of “like” by √d_k = √2. (4 decimals)\n"
        r"\(z_{ij} = \frac{s_{ij}}{\sqrt{d_{k}}}\)" + "\n"
        "scaled scores, like, I: 4 decimals"
    )


def test_the_answer_is_in_the_question_alone() -> None:
    """What is shown of the sheet beside it does not have it."""
    made = sheet("gate.yaml", 1, 7)
    (quiz,) = imported(canvas_qti([made]))
    shown = shown_in(quiz.questions[0].text)
    for blank in made.blanks:
        if blank.decimals == made.decimals:
            assert blank.answer not in shown


def test_ends_of_a_range() -> None:
    """They are right even where the difference of doubles is less than what it should be."""
    for sample in ("causal.yaml", "animal.yaml", "sink.yaml"):
        made = sheet(sample)
        for blank, question in zip(made.blanks, questions_of(made), strict=True):
            last = Decimal(1).scaleb(-made.decimals - 2)
            lower, upper = blank.range.lower, blank.range.upper
            ends = [question.new(f"{end:f}") for end in (lower - last, lower, upper, upper + last)]
            assert ends == [False, True, True, False]


def test_halves_that_canvas_rounds_down() -> None:
    """1.01005 is right, and as a double it is less: Canvas makes 1.0100 of it."""
    made = sheet("animal.yaml")
    (blank, *_), (question, *_) = made.blanks, questions_of(made)
    for lower, upper in (("1.010050", "1.0101"), ("-1.0101", "-1.010050")):
        halved = replace(blank, range=Range(Decimal(lower), Decimal(upper)))
        (question,) = questions_of(replace(made, blanks=(halved,)))
        for number in (lower, upper):
            assert question.classic(number)
            assert question.new(number)
        assert not question.new(lower + "2" if lower[0] == "-" else "1.01003")


def test_a_zero_follows_no_convention() -> None:
    """By a convention a number may be so small that 0 is left of it: that is not right."""
    made = sheet("causal.yaml")
    power = next(blank for blank in made.blanks if blank.stage == "exponentials")
    tiny = Range(Decimal("0.000044"), Decimal("0.000046"))
    mistake = Mistaken("the largest is subtracted", "0.000045", tiny, Decimal(1))
    blank = replace(power, mistakes=(mistake,))
    (question,) = questions_of(replace(made, blanks=(blank,)))
    assert question.new("0.000045")
    assert not question.new("0")
    (question,) = questions_of(replace(made, blanks=(replace(power, range=tiny, mistakes=()),)))
    assert question.classic("0.000045")


def test_more_decimals_than_canvas_keeps() -> None:
    """What it leaves of a right number is right, and it is said."""
    made = sheet("causal.yaml", precision=6)
    for blank, question in zip(made.blanks, questions_of(made), strict=True):
        assert question.classic(blank.answer)
        assert question.new(blank.answer)
    (warning,) = canvas_warnings([made])
    assert warning == (
        "Canvas rounds what is typed to 4 decimals: where more are asked for, what is left of the "
        "right number is right there too"
    )
    assert canvas_warnings([sheet("causal.yaml")]) == []


def test_hostile_text_is_text() -> None:
    made = hostile_sheet()
    (quiz,) = imported(canvas_qti([made]))
    assert len(quiz.questions) == len(made.blanks) + 1
    shown = shown_in(quiz.questions[0].text)
    for label in LABELS:
        assert label in shown
    for question in quiz.questions:
        shown_in(question.text)
        assert not set("<>\\\\${}[]") & set(question.title)


def test_several_sheets_are_several_quizzes(attncalc: Attncalc, tmp_path: Path) -> None:
    file, again = tmp_path / "quiz.zip", tmp_path / "again.zip"
    made = ["worksheet", SAMPLES / "causal.yaml", "--seed", "7", "--variants", "2", "--level", "1"]
    done = attncalc(*made, "-o", file)
    assert (done.code, done.out, done.err) == (0, "", "")
    quizzes = imported(file.read_bytes())
    codes = [json.loads(line)["code"] for line in attncalc(*made, "--json").out.splitlines()]
    assert [quiz.title.rpartition(" · ")[2] for quiz in quizzes] == codes
    attncalc(*made, "-o", again)
    assert again.read_bytes() == file.read_bytes()


def test_it_is_said_that_canvas_rounds(attncalc: Attncalc, tmp_path: Path) -> None:
    source = SAMPLES / "causal.yaml"
    done = attncalc("worksheet", source, "--precision", "5", "-o", tmp_path / "quiz.zip")
    assert done.code == 0
    assert "warning: Canvas rounds what is typed to 4 decimals" in done.err


def test_settings_are_of_the_quiz() -> None:
    made = sheet("causal.yaml")
    with zipfile.ZipFile(io.BytesIO(canvas_qti([made]))) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith("assessment_meta.xml")]
        settings = ElementTree.fromstring(archive.read(name))
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(1980, 1, 1)}
    told = {node.tag.partition("}")[2]: node.text for node in settings}
    assert told["title"] == f"I like cats · {made.code}"
    assert told["points_possible"] == f"{made.points}.0"
    assert (told["shuffle_answers"], told["available"]) == ("false", "false")
