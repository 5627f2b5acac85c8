"""Reports for machines that run courses: GitHub's annotations and JUnit's XML.

Text of others is inert in both: control characters would otherwise act on whoever reads the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from attncalc.errors import InputError
from attncalc.exports.trace_json import nearest_double
from attncalc.outcomes import Checked, Outcome, Unreadable
from attncalc.renderers.inert import inert
from attncalc.report import Finding, Report


def github(outcomes: Sequence[Outcome], *, strict: bool) -> str:
    """A line for what is wrong: a number, or under strict a slip, or a file, as a command.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """
    lines: list[str] = []
    for outcome in outcomes:
        if isinstance(outcome, Checked):
            lines += _annotations(outcome, strict=strict)
        else:
            lines += [_annotation_of(error) for error in outcome.errors]
    return "".join(lines)


def _annotations(checked: Checked, *, strict: bool) -> Iterator[str]:
    for place, finding in enumerate(checked.report.findings):
        if finding.fails(strict=strict):
            message = sentence(checked.report, finding)
            yield _command(checked.file, checked.lines.get(place), None, message)


def _annotation_of(error: InputError) -> str:
    return _command(error.file, error.line, error.column, error.message)


def _command(file: str, line: int | None, column: int | None, message: str) -> str:
    places = {"file": file, "line": line, "col": column, "title": "attncalc check"}
    told = (f"{name}={_property(str(at))}" for name, at in places.items() if at is not None)
    return f"::error {','.join(told)}::{_data(message)}\n"


def junit(outcomes: Sequence[Outcome], *, strict: bool) -> str:
    """A test suite a problem, a test case a claimed number; one with an error a broken file."""
    suites = ElementTree.Element("testsuites", name="attncalc check")
    for outcome in outcomes:
        if isinstance(outcome, Checked):
            _suite(suites, outcome, strict=strict)
        else:
            _broken(suites, outcome)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(suites: ElementTree.Element, checked: Checked, *, strict: bool) -> None:
    findings = checked.report.findings
    failing = [finding for finding in findings if finding.fails(strict=strict)]
    title = checked.report.trace.problem.title
    suite = ElementTree.SubElement(
        suites,
        "testsuite",
        name=inert(f"{checked.name}: {title}" if title else checked.name),
        tests=str(len(findings)),
        failures=str(len(failing)),
        errors="0",
    )
    for finding in findings:
        claim = finding.claim
        index = ",".join(map(str, claim.index))
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=inert(checked.file),
            name=inert(f"{claim.stage}[{index}] = {claim.text}"),
        )
        if finding.fails(strict=strict):
            message = inert(sentence(checked.report, finding))
            kind = finding.verdict.value
            ElementTree.SubElement(case, "failure", type=kind, message=message)
        elif finding.reason:
            ElementTree.SubElement(case, "system-out").text = inert(finding.reason)


def _broken(suites: ElementTree.Element, unreadable: Unreadable) -> None:
    name = inert(unreadable.name)
    suite = ElementTree.SubElement(
        suites, "testsuite", name=name, tests="1", failures="0", errors="1"
    )
    classname = inert(unreadable.file)
    case = ElementTree.SubElement(suite, "testcase", classname=classname, name="can be checked")
    lines = [inert(line) for error in unreadable.errors for line in error.lines()]
    error = ElementTree.SubElement(case, "error", type="unreadable", message=lines[0])
    error.text = "\n".join(lines)


def sentence(report: Report, finding: Finding) -> str:
    """weights of “it” for “The”: 0.05 is claimed, 0.0984 is computed; why, if that is known."""
    claim = finding.claim
    query, key = report.trace.tokens_at(claim.stage, claim.index)
    of = f" of “{query}”" if query is not None else ""
    to = f" for “{key}”" if key is not None else ""
    head, _ = report.trace.within_head(claim.stage, claim.index)
    to += f" in head {head + 1}" if head is not None else ""
    computed = nearest_double(finding.computed)
    value = "a masked score" if computed is None else f"{computed:.6g}"
    diagnosis = report.diagnosis_of(finding)
    because = f"; {finding.reason}" if finding.reason else ""
    because += f"; it follows if {diagnosis.what}" if diagnosis else ""
    return f"{claim.stage}{of}{to}: {claim.text} is claimed, {value} is computed{because}"


def _data(text: str) -> str:
    return inert(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
