"""Reports for machines that run courses: GitHub's annotations and JUnit's XML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from attncalc.renderers.inert import inert
from attncalc.report import Finding, Report
from attncalc.trace_json import nearest_double


@dataclass(frozen=True)
class Checked:
    """A report and the file it is about; lines of its claims, by their place in the report."""

    file: str
    report: Report
    lines: dict[int, int]


def github(checked: Sequence[Checked], *, strict: bool) -> str:
    """A line a number that is wrong, or under strict a slip, as GitHub's workflow commands.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """
    lines: list[str] = []
    for each in checked:
        for place, finding in enumerate(each.report.findings):
            if not finding.fails(strict=strict):
                continue
            where = f"file={_property(each.file)}"
            if place in each.lines:
                where += f",line={each.lines[place]}"
            message = _data(sentence(each.report, finding))
            lines.append(f"::error {where},title=attncalc check::{message}\n")
    return "".join(lines)


def junit(checked: Sequence[Checked], *, strict: bool) -> str:
    """A test suite a problem, a test case a claimed number."""
    suites = ElementTree.Element("testsuites", name="attncalc check")
    for each in checked:
        findings = each.report.findings
        failing = [finding for finding in findings if finding.fails(strict=strict)]
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=inert(each.report.trace.problem.title or each.file),
            tests=str(len(findings)),
            failures=str(len(failing)),
        )
        for finding in findings:
            claim = finding.claim
            index = ",".join(map(str, claim.index))
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=inert(each.file),
                name=f"{claim.stage}[{index}] = {claim.text}",
            )
            if finding.fails(strict=strict):
                message = inert(sentence(each.report, finding))
                kind = finding.verdict.value
                ElementTree.SubElement(case, "failure", type=kind, message=message)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def sentence(report: Report, finding: Finding) -> str:
    """weights of “it” for “The”: 0.05 is claimed, 0.0984 is computed; the reason, if known."""
    claim = finding.claim
    query, key = report.trace.tokens_at(claim.stage, claim.index)
    of = f" of “{query}”" if query is not None else ""
    to = f" for “{key}”" if key is not None else ""
    head, _ = report.trace.within_head(claim.stage, claim.index)
    to += f" in head {head + 1}" if head is not None else ""
    computed = nearest_double(finding.computed)
    value = "a masked score" if computed is None else f"{computed:.6g}"
    diagnosis = report.diagnosis_of(finding)
    because = f"; it follows if {diagnosis.what}" if diagnosis else ""
    return f"{claim.stage}{of}{to}: {claim.text} is claimed, {value} is computed{because}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
