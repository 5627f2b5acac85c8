"""Sheets as Moodle XML: a cloze question each, whose blanks know what is right and what is not.

https://docs.moodle.org/en/Moodle_XML_format
https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from decimal import Decimal
from xml.etree import ElementTree

from attncalc.exports.grids import Grid, Line
from attncalc.exports.platform_html import (
    grid_html,
    inert_html,
    known_html,
    plain_name,
    tasks_html,
)
from attncalc.exports.quiz import NOT_RIGHT, Quiz, digits, middle_of, quiz_of, remark
from attncalc.exports.xml_text import xml_text
from attncalc.language import own, text
from attncalc.sheet import Blank, Range, Sheet

_PENALTY = "0.3333333"
"""What a further try takes off, where a quiz allows it: Moodle's own."""

_ROOM = 2
"""So many digits more than the longest number has the one that a box is measured by."""

_LONGEST_WHOLE = 18
"""Digits of a whole number that PHP keeps as they are."""

_DIGITS = 14
"""Digits that Moodle keeps of any other number."""


def moodle_xml(sheets: Sequence[Sheet]) -> str:
    """A file of as many questions as there are sheets."""
    file = ElementTree.Element("quiz")
    for sheet in sheets:
        _question(file, sheet)
    return xml_text(file)


def _question(file: ElementTree.Element, sheet: Sheet) -> None:
    quiz = quiz_of(sheet)
    width = _width(sheet)
    question = ElementTree.SubElement(file, "question", type="cloze")
    _text(question, "name", plain_name(quiz))
    asked = [known_html(quiz), tasks_html(quiz.tasks, lambda blank: _cloze(blank, width))]
    _text(question, "questiontext", "\n".join(asked), format="html")
    _text(question, "generalfeedback", _key(quiz), format="html")
    ElementTree.SubElement(question, "penalty").text = _PENALTY
    ElementTree.SubElement(question, "hidden").text = "0"


def _text(parent: ElementTree.Element, name: str, content: str, **attributes: str) -> None:
    node = ElementTree.SubElement(parent, name, attributes)
    ElementTree.SubElement(node, "text").text = content


def _key(quiz: Quiz) -> str:
    """What is right, for whoever reads it after the last try."""
    rows = tuple(
        Line(blank.id, (blank.answer, f"{digits(blank.range.lower)} … {digits(blank.range.upper)}"))
        for task in quiz.tasks
        for grid in task.grids
        for blank in grid.blanks
    )
    return grid_html(Grid(text("Key"), (text("answer"), text("accepted")), rows))


def _cloze(blank: Blank, width: int) -> str:
    """A blank with all that it accepts; of these, the first that fits an answer decides."""
    return f"{{{blank.points}:NUMERICAL:{'~'.join(_alternatives(blank, width))}}}"


def _alternatives(blank: Blank, width: int) -> Iterator[str]:
    yield f"={_accepted(blank.range)}"
    for mistake in blank.mistakes:
        share = int(mistake.credit * 100)
        yield f"%{share}%{_accepted(mistake.range)}#{_feedback(remark(mistake))}"
    yield f"%0%{'9' * width}:0"
    yield f"*#{_feedback(own(NOT_RIGHT))}"


def _accepted(accepted: Range) -> str:
    """A number and how far an answer may be from it: exactly the range.

    Of more digits than Moodle keeps, it is a little wider, so that nobody right is left out.
    """
    centre, half = middle_of(accepted)
    if len(centre.normalize().as_tuple().digits) > _DIGITS:
        kept = centre.quantize(Decimal(1).scaleb(centre.adjusted() - _DIGITS + 1))
        half += abs(kept - centre) + abs(kept).scaleb(1 - _DIGITS)
        centre = kept
    return f"{digits(centre)}:{digits(half)}"


def _feedback(words: str) -> str:
    """HTML within a cloze question, where entities are decoded once before it is HTML."""
    return html.escape(inert_html(words))


def _width(sheet: Sheet) -> int:
    """Digits of a number that is longer than all others: a box is as wide as its longest one."""
    ranges = [blank.range for blank in sheet.blanks]
    ranges += [mistake.range for blank in sheet.blanks for mistake in blank.mistakes]
    longest = max(len(_accepted(each).partition(":")[0]) for each in ranges)
    return min(longest + _ROOM, _LONGEST_WHOLE)
