"""Moodle's way with a cloze question, written after its own source: parsing, checks, grades.

question/type/multianswer/questiontype.php, question/type/numerical/question.php and
questiontype.php, question/format/xml/format.php.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

_NUMBER = r"-?(([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]+)?)"
_NUMERICAL = re.compile(rf"^({_NUMBER})(:{_NUMBER})?$", re.DOTALL)
_FRACTION = r"=|%(-?[0-9]+(?:[.,][0-9]*)?)%"
_ANSWER = r".+?(?:(?<!\\)(?<!&)(?<!&amp;))(?=[~#}]|$)"
_FEEDBACK = r".*?(?<!\\)(?=[~}]|$)"
_ALTERNATIVE = rf"({_FRACTION})?({_ANSWER})(#({_FEEDBACK}))?"
_TYPES = (
    "NUMERICAL|NM|MULTICHOICE|MC|MULTICHOICE_V|MCV|MULTICHOICE_H|MCH|SHORTANSWER|SA|MW|"
    "SHORTANSWER_C|SAC|MWC|MULTICHOICE_S|MCS|MULTIRESPONSE|MR"
)
_BLANK = re.compile(rf"\{{([0-9]*):({_TYPES}):({_ALTERNATIVE}(~{_ALTERNATIVE})*)\}}", re.DOTALL)
_EPSILON = 1e-14
"""PHP's precision, as Moodle sets it."""

_TYPED = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?")


@dataclass
class Alternative:
    """answer: None for *, which any number fits."""

    answer: float | None
    tolerance: float
    fraction: float
    feedback: str

    def fits(self, value: float) -> bool:
        """within_tolerance, of the nominal kind, which is the one of cloze questions."""
        if self.answer is None:
            return True
        widened = self.tolerance + _EPSILON * max(self.tolerance, abs(self.answer), _EPSILON)
        return self.answer - widened <= value <= self.answer + widened


@dataclass
class Subquestion:
    weight: int
    kind: str
    source: str
    alternatives: list[Alternative] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def width(self) -> int:
        """How wide its box is drawn, before chance is added."""
        return max(map(len, self.texts))

    def match(self, response: str) -> Alternative | None:
        """The first alternative that fits; None for what is no number."""
        value = typed(response)
        if value is None:
            return None
        return next((each for each in self.alternatives if each.fits(value)), None)


@dataclass
class Cloze:
    """text: with {#1} in the place of a blank, as the database has it."""

    name: str
    text: str
    feedback: str
    blanks: list[Subquestion]

    def grade(self, responses: list[str]) -> float:
        """The share of the points, from 0 to 1."""
        earned = 0.0
        for blank, response in zip(self.blanks, responses, strict=True):
            found = blank.match(response)
            earned += blank.weight * (found.fraction if found else 0)
        return earned / sum(blank.weight for blank in self.blanks)


def typed(response: str) -> float | None:
    """apply_units, with a decimal point and a comma between thousands, as in English."""
    response = response.replace(" ", "")
    response = re.sub(r"(?:e|E|(?:x|\*|×)10(?:\^|\*\*))([+-]?\d+)", r"e\1", response)
    if "." in response or response.count(",") > 1:
        response = response.replace(",", "")
    else:
        response = response.replace(",", "")  # the thousands' mark goes first
    found = _TYPED.match(response)
    return None if found is None else float(found[0])


def imported(xml: str) -> list[Cloze]:
    """What Moodle makes of a file. Raises AssertionError where it would refuse it, or warn."""
    root = ElementTree.fromstring(xml)
    assert root.tag == "quiz"
    questions = []
    for node in root:
        assert node.tag == "question"
        assert node.get("type") == "cloze"
        name, text, feedback = (
            node.findtext(f"{part}/text") or ""
            for part in ("name", "questiontext", "generalfeedback")
        )
        part = node.find("questiontext")
        assert part is not None
        assert part.get("format") == "html"
        assert name.strip()
        assert len(name) <= 255
        questions.append(_extracted(name, text, feedback))
    return questions


def _extracted(name: str, text: str, feedback: str) -> Cloze:
    """qtype_multianswer_extract_question and qtype_multianswer_validate_question."""
    blanks: list[Subquestion] = []
    while found := _BLANK.search(text):
        weight, kind, alternatives = found[1], found[2], found[3]
        blank = Subquestion(int(weight or 1), kind, found[0])
        _read(blank, alternatives)
        assert any(each.fraction == 1 for each in blank.alternatives), "no answer is right"
        blanks.append(blank)
        before, after = text.split(found[0], 1)
        text = f"{before}{{#{len(blanks)}}}{after}"
    assert blanks, "no blanks"
    return Cloze(name, text, feedback, blanks)


def _read(blank: Subquestion, remaining: str) -> None:
    while found := re.search("~?" + _ALTERNATIVE, remaining, re.DOTALL):
        share, percent, answer, feedback = found[1], found[2], found[3], found[5]
        fraction = 1.0 if share == "=" else 0.01 * float(percent) if percent else 0.0
        said = html.unescape(feedback or "").replace(r"\}", "}").replace(r"\#", "#")
        if answer == "*":
            blank.alternatives.append(Alternative(None, 0, fraction, said))
        else:
            number = _NUMERICAL.match(answer)
            assert number is not None, f"“{answer}” is no number"
            value, off = number[1], number[6]
            tolerance = abs(float(off.replace(",", "."))) if off else 0.0
            stored = _php(value)
            blank.alternatives.append(Alternative(float(stored), tolerance, fraction, said))
            blank.texts.append(stored)
        remaining = remaining.split(found[0], 1)[1]


def _php(number: str) -> str:
    """A number as PHP writes it into the database: whole, or with 14 digits."""
    if re.fullmatch(r"-?\d{1,18}", number):
        return str(int(number))
    return f"{float(number.replace(',', '.')):.14G}"
