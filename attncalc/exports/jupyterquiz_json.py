"""Sheets as a list of questions for jupyterquiz, which shows them in a notebook or a book.

https://github.com/jmshea/jupyterquiz

A number is right from the lower end of a range up to, but without, its upper end.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from attncalc.exports.platform_html import inert_html, known_html, question_html, tasks_html
from attncalc.exports.quiz import NOT_RIGHT, Quiz, asked, quiz_of, remark
from attncalc.exports.trace_json import escaped
from attncalc.language import own, text
from attncalc.sheet import Blank, Range, Sheet


def jupyterquiz_json(sheets: Sequence[Sheet]) -> str:
    """One list of numeric questions, a question a blank."""
    questions = [question for sheet in sheets for question in _questions(sheet)]
    return escaped(json.dumps(questions, ensure_ascii=False, allow_nan=False)) + "\n"


def _questions(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Each says all that it takes, for they may be shuffled; of the first, it is seen at once."""
    quiz = quiz_of(sheet)
    known = _sheet_html(quiz)
    opened = " open"
    for task in quiz.tasks:
        for blank in [blank for grid in task.grids for blank in grid.blanks]:
            page = f"<details{opened}>{known}</details>\n"
            page += question_html(task, asked(sheet, blank))
            yield {"question": page, "type": "numeric", "answers": [*_answers(blank)]}
            opened = ""


def _sheet_html(quiz: Quiz) -> str:
    named = f"{inert_html(quiz.title)} · {quiz.code}"
    tasks = tasks_html(quiz.tasks, lambda blank: f"<i>{blank.id}</i>")
    return f"<summary>{named}</summary>\n{known_html(quiz)}\n{tasks}"


def _answers(blank: Blank) -> Iterator[dict[str, Any]]:
    """The first that an answer fits decides; each needs something to be said."""
    yield _answer(blank.range, True, text("Right."))
    for mistake in blank.mistakes:
        yield _answer(mistake.range, mistake.credit == 1, remark(mistake))
    yield {"type": "default", "feedback": inert_html(own(NOT_RIGHT))}


def _answer(accepted: Range, correct: bool, said: str) -> dict[str, Any]:
    beyond = math.nextafter(float(accepted.upper), math.inf)
    ends = [float(accepted.lower), beyond]
    return {"range": ends, "correct": correct, "feedback": inert_html(said)}
