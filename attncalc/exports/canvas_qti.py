"""Sheets for Canvas: a zip file of QTI 1.2, a quiz a sheet, a numerical question a blank.

https://www.imsglobal.org/question/qtiv1p2/imsqti_asi_bindv1p2.html
https://canvas.instructure.com/doc/api/file.quiz_imports.html

Canvas has no share of a question's points, and no feedback on a number that is wrong: whatever a
question names is right there. So what mistakes give is told in the feedback to any wrong answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, localcontext
from xml.etree.ElementTree import Element, SubElement

from attncalc.exports.archive import zipped
from attncalc.exports.platform_html import (
    inert_html,
    known_html,
    plain,
    plain_name,
    question_html,
    tasks_html,
)
from attncalc.exports.quiz import Quiz, Task, asked, digits, middle_of, quiz_of
from attncalc.exports.xml_text import xml_text
from attncalc.language import Sentence, retold, text
from attncalc.sheet import Blank, Range, Sheet

TYPED_DECIMALS = 4
"""Decimals to which Canvas rounds what is typed into a numerical question of a classic quiz."""

_QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"
_KIND, _META = "imsqti_xmlv1p2", "associatedcontent/imscc_xmlv1p1/learning-application-resource"

_RESPONSE = "response1"
_WRONG = "general_incorrect_fb"
_DIGITS = 12
"""In the digit after so many is a range widened where doubles would make it narrower."""


def canvas_qti(sheets: Sequence[Sheet]) -> bytes:
    """A package that Canvas imports: one quiz for each sheet, unpublished."""
    files: dict[str, str] = {}
    names = [_identifier(sheet.code) for sheet in sheets]
    files["imsmanifest.xml"] = _manifest(names)
    for name, sheet in zip(names, sheets, strict=True):
        quiz = quiz_of(sheet)
        files[f"{name}/{name}.xml"] = _assessment(name, sheet, quiz)
        files[f"{name}/assessment_meta.xml"] = _settings(name, sheet, quiz)
    return zipped(files)


def canvas_warnings(sheets: Sequence[Sheet]) -> list[str]:
    """What Canvas cannot do."""
    finer = {
        blank.id
        for sheet in sheets
        for blank in sheet.blanks
        if blank.decimals > TYPED_DECIMALS or sheet.decimals > TYPED_DECIMALS
    }
    if not finer:
        return []
    told = Sentence(
        "Canvas rounds what is typed to {count} decimals: where more are asked for, what is left "
        "of the right number is right there too",
        count=TYPED_DECIMALS,
    )
    return [told]


def _identifier(code: str) -> str:
    return f"attncalc_{code.replace('-', '_')}"


def _manifest(names: Sequence[str]) -> str:
    manifest = Element("manifest", identifier=f"{names[0]}_manifest", xmlns=_PACKAGE)
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = "IMS Content"
    SubElement(metadata, "schemaversion").text = "1.1.3"
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    for name in names:
        settings = f"{name}_meta"
        resource = SubElement(resources, "resource", identifier=name, type=_KIND)
        SubElement(resource, "file", href=f"{name}/{name}.xml")
        SubElement(resource, "dependency", identifierref=settings)
        file = f"{name}/assessment_meta.xml"
        resource = SubElement(resources, "resource", identifier=settings, type=_META, href=file)
        SubElement(resource, "file", href=file)
    return xml_text(manifest)


def _settings(name: str, sheet: Sheet, quiz: Quiz) -> str:
    """How Canvas holds the quiz: its questions in this order, for points, not yet published."""
    settings = Element("quiz", identifier=name, xmlns=_CANVAS)
    for key, value in {
        "title": plain_name(quiz),
        "description": "",
        "shuffle_answers": "false",
        "scoring_policy": "keep_highest",
        "hide_results": "",
        "quiz_type": "assignment",
        "points_possible": f"{sheet.points}.0",
        "show_correct_answers": "true",
        "allowed_attempts": "1",
        "one_question_at_a_time": "false",
        "cant_go_back": "false",
        "available": "false",
    }.items():
        SubElement(settings, key).text = value
    return xml_text(settings)


def _assessment(name: str, sheet: Sheet, quiz: Quiz) -> str:
    root = Element("questestinterop", xmlns=_QTI)
    assessment = SubElement(root, "assessment", ident=name, title=plain_name(quiz))
    _fields(assessment, {"cc_maxattempts": "1"})
    section = SubElement(assessment, "section", ident="root_section")
    _sheet_item(section, name, quiz)
    for task in quiz.tasks:
        for blank in [blank for grid in task.grids for blank in grid.blanks]:
            _question(section, name, sheet, blank, task)
    return xml_text(root)


def _fields(parent: Element, fields: dict[str, str]) -> None:
    metadata = SubElement(parent, "qtimetadata")
    for label, entry in fields.items():
        field = SubElement(metadata, "qtimetadatafield")
        SubElement(field, "fieldlabel").text = label
        SubElement(field, "fieldentry").text = entry


def _item(section: Element, ident: str, title: str, kind: str, points: int, page: str) -> Element:
    item = SubElement(section, "item", ident=ident, title=title)
    fields = {
        "question_type": kind,
        "points_possible": str(points),
        "original_answer_ids": "",
        "assessment_question_identifierref": f"{ident}_question",
    }
    _fields(SubElement(item, "itemmetadata"), fields)
    presentation = SubElement(item, "presentation")
    _material(presentation, page)
    return item


def _material(parent: Element, page: str) -> None:
    SubElement(SubElement(parent, "material"), "mattext", texttype="text/html").text = page


def _sheet_item(section: Element, name: str, quiz: Quiz) -> None:
    """What is given, and the tasks with the names of the questions in the place of blanks."""
    page = "\n".join([known_html(quiz), tasks_html(quiz.tasks, lambda blank: f"<i>{blank.id}</i>")])
    _item(section, f"{name}_sheet", plain_name(quiz), "text_only_question", 0, page)


def _question(section: Element, name: str, sheet: Sheet, blank: Blank, task: Task) -> None:
    called = asked(sheet, blank)
    title = f"{blank.id}: {plain(called)}"
    ident = f"{name}_{blank.id}"
    item = _item(
        section, ident, title, "numerical_question", blank.points, question_html(task, called)
    )
    presentation = item[-1]
    response = SubElement(presentation, "response_str", ident=_RESPONSE, rcardinality="Single")
    box = SubElement(response, "render_fib", fibtype="Decimal")
    SubElement(box, "response_label", ident="answer1")
    processing = SubElement(item, "resprocessing")
    outcome = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    SubElement(SubElement(processing, "outcomes"), "decvar", outcome)
    for accepted in _accepted(blank):
        _right(processing, accepted)
    mistakes = [mistake for mistake in blank.mistakes if mistake.credit < 1]
    if mistakes:
        _told_if_wrong(item, processing, "".join(_mistakes(blank)))


def _accepted(blank: Blank) -> Iterator[Range]:
    """What is right, by conventions too, and what becomes of it where Canvas rounds it."""
    conventions = [mistake.range for mistake in blank.mistakes if mistake.credit == 1]
    for accepted in (blank.range, *conventions):
        yield accepted
        for number in sorted(_as_typed(accepted)):
            of_work = number or accepted is blank.range  # whoever types 0 has no convention in mind
            if of_work and number not in accepted:
                yield Range(number, number)


def _as_typed(accepted: Range) -> set[Decimal]:
    """What Canvas may round the ends of a range to; of two that are as near, either.

    It rounds doubles: 1.01005 is a little less, and becomes 1.0100.
    """
    unit = Decimal(1).scaleb(-TYPED_DECIMALS)
    with localcontext() as context:
        context.prec = 400
        return {
            end.quantize(unit, rounding)
            for end in (accepted.lower, accepted.upper)
            for rounding in (ROUND_HALF_UP, ROUND_HALF_DOWN)
        }


def _right(processing: Element, accepted: Range) -> None:
    """Full points for the range; for Canvas, its middle and how far its ends are from it."""
    middle, lower, upper = _as_doubles(accepted)
    condition = SubElement(processing, "respcondition", {"continue": "No"})
    either = SubElement(SubElement(condition, "conditionvar"), "or")
    SubElement(either, "varequal", respident=_RESPONSE).text = digits(middle)
    between = SubElement(either, "and")
    SubElement(between, "vargte", respident=_RESPONSE).text = digits(lower)
    SubElement(between, "varlte", respident=_RESPONSE).text = digits(upper)
    SubElement(condition, "setvar", action="Set", varname="SCORE").text = "100"


def _as_doubles(accepted: Range) -> tuple[Decimal, Decimal, Decimal]:
    """The middle and the ends: a hair further out where the difference of doubles is too small."""
    middle, half = middle_of(accepted)
    lower, upper = accepted.lower, accepted.upper
    room = Decimal(1).scaleb(max(0, middle.adjusted()) - _DIGITS)
    if Decimal(repr(float(middle) - float(lower))) < half:
        lower -= room
    if Decimal(repr(float(upper) - float(middle))) < half:
        upper += room
    return middle, lower, upper


def _told_if_wrong(item: Element, processing: Element, page: str) -> None:
    condition = SubElement(processing, "respcondition", {"continue": "Yes"})
    SubElement(SubElement(condition, "conditionvar"), "other")
    SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=_WRONG)
    feedback = SubElement(item, "itemfeedback", ident=_WRONG)
    _material(SubElement(feedback, "flow_mat"), page)


def _mistakes(blank: Blank) -> Iterator[str]:
    yield f"<p>{inert_html(text('What known mistakes give:'))}</p><ul>"
    for mistake in blank.mistakes:
        if mistake.credit < 1:
            yield f"<li>{mistake.answer}: {inert_html(retold(mistake.what))}</li>"
    yield "</ul>"
