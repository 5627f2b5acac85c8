"""What platforms are handed of a sheet: all that it takes, in order, and no answer."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from attncalc.exports.grids import Grid
from attncalc.exports.platform_html import formula_html, known_html, tasks_html
from attncalc.exports.quiz import Quiz, Task, quiz_of
from attncalc.sheet import Sheet
from attncalc.walkthrough.worksheet import tasks_of
from tests.worksheet.hostile_sheet import shown_in
from tests.worksheet.students import sheet


def numbers_of(grids: tuple[Grid, ...]) -> dict[str, list[list[str]]]:
    """Tables as nested lists, by their captions."""
    return {
        grid.caption: [[cell for cell in row.cells if isinstance(cell, str)] for row in grid.rows]
        for grid in grids
    }


def made(sample: str, level: int) -> tuple[Sheet, Quiz]:
    own = sheet(sample, level)
    return own, quiz_of(own)


def replace_decimals(task: Task, decimals: int) -> Task:
    """The same task, as if most of its numbers were asked for otherwise."""
    return replace(task, decimals=decimals)


@pytest.mark.parametrize(
    ("sample", "level"),
    [("causal.yaml", 3), ("llama-step.yaml", 1), ("padding.yaml", 2), ("additive-score.yaml", 3)],
)
def test_blanks_are_in_order(sample: str, level: int) -> None:
    own, quiz = made(sample, level)
    found = [blank for task in quiz.tasks for grid in task.grids for blank in grid.blanks]
    assert found == [*own.blanks]


def test_what_is_given_stands_under_its_tokens() -> None:
    """With the cache, a table for each head of it, and options that are no matrix in words."""
    _, quiz = made("llama-step.yaml", 1)
    given = {grid.caption: grid for grid in quiz.given}
    assert [row.label for row in given["past, K, head 2"].rows] == ["The", "cat"]
    assert [row.label for row in given["X"].rows] == ["sat"]
    assert given["W_K"].columns == ("1", "2", "3", "4")
    assert quiz.options == (
        "heads: 4",
        "kv_heads: 2",
        "positions, rope, base: 10000",
        "positions, rope, pairing: half",
        "mask: causal",
    )


def test_what_is_worked_out_already() -> None:
    """What the first task is made of; of other numbers, only those that tell no blank."""
    _, quiz = made("causal.yaml", 2)
    assert numbers_of(quiz.shown) == {
        "Queries Q": [["0", "1"]],
        "Keys K": [["1", "1"], ["0", "1"], ["1", "2"]],
        "Values V": [["1", "0"], ["1", "1"], ["2", "1"]],
        "Masked scores": [["", "", "−∞"]],
    }


def test_level_1_shows_the_other_numbers() -> None:
    """One number a step is asked for, and those beside it are there unless they give it away."""
    _, quiz = made("sink.yaml", 1)
    tasks = {task.stage: task for task in quiz.tasks}
    (scores,) = tasks["scores"].grids
    assert sum(isinstance(cell, str) for row in scores.rows for cell in row.cells) == 2
    (weights,) = tasks["weights"].grids
    assert len(weights.rows) == 1  # the others are made of the sum that is asked for


def test_what_a_task_takes_beside() -> None:
    """A bias in a table of its own, for it is no stage."""
    _, quiz = made("relative-positions.yaml", 2)
    (task,) = [task for task in quiz.tasks if task.stage == "masked_scores"]
    assert numbers_of(task.beside) == {"The bias, head 1": [["1", "1", "2", "1.5", "1.5"]]}
    _, quiz = made("rms-norm.yaml", 3)
    (task,) = [task for task in quiz.tasks if task.stage == "Q_rotated"]
    assert task.notes == ("Neighbouring entries are rotated together.",)
    assert [grid.caption for grid in task.beside] == [
        "The angle θ of each pair of entries, in radians"
    ]


def test_decimals_that_differ_are_told() -> None:
    """With the task those of most, with a number its own."""
    own, quiz = made("animal.yaml", 1)
    (first, *others) = quiz.tasks
    (grid,) = first.grids
    blank = grid.blanks[0]
    page = tasks_html([replace_decimals(first, blank.decimals - 1)], lambda each: each.id)
    assert f"{blank.id} ({blank.decimals} decimals)" in shown_in(page)
    assert own.blanks[0] is blank
    assert others


def test_formulas_with_words_are_text() -> None:
    """MathJax has no way to set them as they are; the others are for MathJax."""
    (task,) = [task for stage, _, task in tasks_of(sheet("sink.yaml", 1)) if stage == "sums"]
    assert formula_html(task.formula) == r"<p>\(\Sigma_{i} = \sum_{j} e_{ij}\)</p>"
    (task,) = [
        task for stage, _, task in tasks_of(sheet("sink.yaml", 1)) if stage == "weighted_values"
    ]
    assert formula_html(task.formula) == "<p>αvᵢⱼ = αᵢⱼ×vⱼ</p>"


def test_no_answer_is_shown_with_what_is_known() -> None:
    own = sheet("gate.yaml", 1, 7)
    quiz = quiz_of(own)
    shown = shown_in(known_html(quiz) + tasks_html(quiz.tasks, lambda blank: blank.id))
    told = re.findall(r"-?\d+\.\d+", shown)
    assert not {blank.answer for blank in own.blanks if "." in blank.answer} & {*told}
