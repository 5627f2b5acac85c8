"""Canvas's way with a package of QTI 1.2, written after its own source.

Classic quizzes: gems/plugins/qti_exporter/lib/qti/numeric_interaction.rb reads a question,
app/models/quizzes/quiz_question/numerical_question.rb marks it, and the page rounds what is typed.
New quizzes: https://github.com/instructure/qti, lib/qti/v1/models/numerics.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_NAMES = {
    "p": "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1",
    "q": "http://www.imsglobal.org/xsd/ims_qtiasiv1p2",
}


@dataclass
class Question:
    """exact: numbers with their margins, as classic quizzes keep them. margins: as new ones do."""

    title: str
    kind: str
    points: float
    text: str
    exact: list[tuple[Decimal, Decimal]]
    margins: list[tuple[Decimal, Decimal]]
    if_wrong: str

    def classic(self, response: str) -> bool:
        """Whether it is right in a classic quiz, of what is left of it there."""
        return _within(Decimal(typed(response)), self.exact)

    def new(self, response: str) -> bool:
        """Whether it is right in a new quiz."""
        return _within(Decimal(response), self.margins)


def _within(number: Decimal, known: list[tuple[Decimal, Decimal]]) -> bool:
    return any(value - margin <= number <= value + margin for value, margin in known)


def typed(response: str) -> str:
    """parseFloat and toFixed(4)."""
    return f"{float(response):.4f}"


@dataclass
class Imported:
    title: str
    questions: list[Question]


def imported(package: bytes) -> list[Imported]:
    """The quizzes of a package. Raises AssertionError where Canvas would leave something out."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        manifest = ElementTree.fromstring(archive.read("imsmanifest.xml"))
        resources = manifest.findall("p:resources/p:resource", _NAMES)
        identifiers = [resource.get("identifier") for resource in resources]
        assert len({*identifiers}) == len(identifiers)
        quizzes = []
        told = {"imsmanifest.xml"}
        for resource in resources:
            files = [file.get("href") for file in resource.findall("p:file", _NAMES)]
            assert all(file in names for file in files)
            told |= {file for file in files if file}
            if resource.get("type") == "imsqti_xmlv1p2":
                (dependency,) = resource.findall("p:dependency", _NAMES)
                assert dependency.get("identifierref") in identifiers
                (file,) = files
                assert file is not None
                quizzes.append(_quiz(ElementTree.fromstring(archive.read(file))))
        assert told == {*names}
        return quizzes


def _quiz(root: Element) -> Imported:
    (assessment,) = root.findall("q:assessment", _NAMES)
    items = assessment.findall("q:section/q:item", _NAMES)
    identifiers = [item.get("ident") for item in items]
    assert len({*identifiers}) == len(identifiers)
    return Imported(assessment.get("title") or "", [_question(item) for item in items])


def _question(item: Element) -> Question:
    fields = {
        field.findtext("q:fieldlabel", None, _NAMES): field.findtext("q:fieldentry", "", _NAMES)
        for field in item.iterfind("q:itemmetadata/q:qtimetadata/q:qtimetadatafield", _NAMES)
    }
    kind, title = fields["question_type"], item.get("title") or ""
    assert len(title) <= 255
    question = Question(
        title,
        kind,
        float(fields["points_possible"]),
        item.findtext("q:presentation/q:material/q:mattext", "", _NAMES),
        [],
        [],
        item.findtext("q:itemfeedback/q:flow_mat/q:material/q:mattext", "", _NAMES),
    )
    if kind == "numerical_question":
        box = item.find("q:presentation/q:response_str/q:render_fib", _NAMES)
        assert box is not None
        assert box.get("fibtype") == "Decimal"
        for condition in item.iterfind("q:resprocessing/q:respcondition", _NAMES):
            _read(question, condition)
        assert question.exact
    return question


def _read(question: Question, condition: Element) -> None:
    """An answer; only those conditions that set a score are any, in new quizzes."""
    either = condition.find("q:conditionvar/q:or", _NAMES)
    score = condition.findtext("q:setvar", None, _NAMES)
    if either is None:
        assert condition.find("q:conditionvar/q:other", _NAMES) is not None
        assert score is None
        return
    assert score == "100"  # a classic quiz gives all points for any answer there is
    equal = either.findtext("q:varequal", "", _NAMES)
    lower = either.findtext("q:and/q:vargte", "", _NAMES)
    upper = either.findtext("q:and/q:varlte", "", _NAMES)
    margin = float(Decimal(upper) - Decimal(equal))
    question.exact.append((Decimal(repr(float(equal))), Decimal(repr(margin))))
    if equal in (lower, upper):  # an exact match
        question.margins.append((Decimal(repr(float(equal))), Decimal(0)))
    else:
        margin = float(equal) - float(lower)
        question.margins.append((Decimal(repr(float(equal))), Decimal(repr(margin))))
