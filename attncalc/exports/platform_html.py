r"""A quiz as HTML that a learning platform takes: plain tables, and formulas as \(…\).

Text of others stays text, whatever a platform looks for in a page: entities are decoded by its
editor, formulas are set by MathJax wherever their marks stand in one piece of text, and braces
hold the blanks of a cloze question. So each of their marks stands in an element of its own.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence

from attncalc.document.expressions import Expression
from attncalc.exports.grids import Grid, Line
from attncalc.exports.quiz import Quiz, Task, with_decimals
from attncalc.language import text
from attncalc.renderers.inert import inert
from attncalc.renderers.latex.math import LatexMath
from attncalc.renderers.linear import linear
from attncalc.sheet import Blank

_MARKS = frozenset("\\$`{}[]~#@")
"""What formulas, blanks, filters and files are marked with, on one platform or another."""

_TABLE = (
    'style="border-collapse: collapse; display: inline-table; margin: 0 1.5em 1em 0; '
    'vertical-align: top;"'
)
_CAPTION = 'style="caption-side: top; text-align: left; white-space: nowrap;"'
_CELL = 'style="border: 1px solid #888; padding: 2px 8px; text-align: right;"'
"""On each element: platforms keep no style sheet, and have their own for tables."""

_LONGEST_NAME = 200
"""Characters: question banks keep 255."""

_LOOK_ALIKES = str.maketrans(
    {
        "\\": "\N{REVERSE SOLIDUS OPERATOR}",
        "$": "\N{FULLWIDTH DOLLAR SIGN}",
        "<": "‹",
        ">": "›",
        "{": "❴",
        "}": "❵",
        "[": "❲",
        "]": "❳",
    }
)
"""In a name there are no elements: what would be taken for a mark gets another form."""

Fill = Callable[[Blank], str]
"""What stands in the place of a blank."""


def inert_html(words: str) -> str:
    """Text of others as text."""
    return "".join(map(_character, inert(words)))


def _character(character: str) -> str:
    if character in _MARKS:
        return f"<span>&#{ord(character)};</span>"
    return html.escape(character)


def plain_name(quiz: Quiz) -> str:
    """What a question bank calls a sheet: the title and the code."""
    return f"{plain(quiz.title)} · {quiz.code}"


def plain(words: str) -> str:
    """Text of others for a name, without marks, and not too long."""
    name = inert(words).translate(_LOOK_ALIKES)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def known_html(quiz: Quiz) -> str:
    """What is given, and what is worked out already."""
    return "\n".join(_known(quiz))


def _known(quiz: Quiz) -> Iterator[str]:
    yield from map(formula_html, quiz.formulas)
    if quiz.options:
        options = "; ".join(map(inert_html, quiz.options))
        yield f"<p>{inert_html(text('Options'))}: {options}</p>"
    yield f"<h4>{inert_html(text('What is given'))}</h4>"
    yield from (grid_html(grid) for grid in quiz.given)
    if quiz.shown:
        yield f"<h4>{inert_html(text('What is worked out already'))}</h4>"
        yield from (grid_html(grid) for grid in quiz.shown)


def tasks_html(tasks: Sequence[Task], fill: Fill) -> str:
    """The tasks with their blanks, numbered."""
    lines = []
    for number, task in enumerate(tasks, 1):
        lines.append(f"<h4>{number}. {inert_html(task.words)}</h4>")
        lines += map(formula_html, task.formulas)
        lines += [f"<p>{inert_html(note)}</p>" for note in task.notes]
        lines += map(grid_html, task.beside)
        lines += [grid_html(grid, _filled(task, fill)) for grid in task.grids]
    return "\n".join(lines)


def question_html(task: Task, called: str) -> str:
    """A number that is asked for by itself. called: which of the task's."""
    said = [f"<p>{inert_html(task.words)}</p>", *map(formula_html, task.formulas)]
    return "\n".join([*said, f"<p><b>{inert_html(called)}</b></p>"])


def formula_html(formula: Expression) -> str:
    """A formula for MathJax; as plain text where words of others are in it."""
    foreign: list[str] = []

    def spell(words: str) -> str:
        foreign.append(words)
        return ""

    written = LatexMath(spell, stacked=True).write(formula)
    return f"<p>{inert_html(linear(formula))}</p>" if foreign else rf"<p>\({written}\)</p>"


def _filled(task: Task, fill: Fill) -> Fill:
    """The same, and how many decimals it takes where it takes more than the others."""

    def filled(blank: Blank) -> str:
        if blank.decimals == task.decimals:
            return fill(blank)
        return f"{fill(blank)} ({inert_html(with_decimals(blank.decimals))})"

    return filled


def grid_html(grid: Grid, fill: Fill = lambda blank: f"<i>{blank.id}</i>") -> str:
    """A table with headers that say what they head."""
    lines = [f"<table {_TABLE}>", f"<caption {_CAPTION}>{inert_html(grid.caption)}</caption>"]
    if grid.columns:
        heads = "".join(
            f'<th scope="col" {_CELL}>{inert_html(column)}</th>' for column in grid.columns
        )
        lines.append(f"<thead><tr><td></td>{heads}</tr></thead>")
    lines.append("<tbody>")
    lines += [_line(row, fill) for row in grid.rows]
    lines.append("</tbody></table>")
    return "\n".join(lines)


def _line(row: Line, fill: Fill) -> str:
    cells = "".join(
        f"<td {_CELL}>{fill(cell) if isinstance(cell, Blank) else inert_html(cell)}</td>"
        for cell in row.cells
    )
    return f'<tr><th scope="row" {_CELL}>{inert_html(row.label)}</th>{cells}</tr>'
