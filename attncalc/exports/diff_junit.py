"""A difference as JUnit's XML: a test case a stage."""

from __future__ import annotations

from xml.etree import ElementTree

from attncalc.difference import Difference, StageDifference, Status
from attncalc.renderers.inert import inert


def diff_junit(difference: Difference) -> str:
    """One test suite; a stage that differs fails, one that a side does not have is skipped."""
    stages = difference.stages
    suites = ElementTree.Element("testsuites", name="attncalc diff")
    suite = ElementTree.SubElement(
        suites,
        "testsuite",
        name=inert(f"{difference.a.file} against {difference.b.file}"),
        tests=str(len(stages)),
        failures=str(sum(stage.fails for stage in stages)),
        errors="0",
        skipped=str(sum(stage.status is Status.MISSING for stage in stages)),
    )
    told = False
    for stage in stages:
        case = ElementTree.SubElement(
            suite, "testcase", classname=inert(difference.b.file), name=stage.name
        )
        if stage.fails:
            message = _message(stage) if told else str(difference.sentence)
            told = True
            failure = ElementTree.SubElement(
                case, "failure", type=stage.status.value, message=inert(message)
            )
            failure.text = inert(_message(stage))
        elif stage.status is Status.MISSING:
            ElementTree.SubElement(case, "skipped", message=f"only in {stage.only}")
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _message(stage: StageDifference) -> str:
    if stage.status is Status.SHAPE:
        ours, theirs = ("×".join(map(str, shape or ())) for shape in stage.shapes)
        return f"{stage.name}: {ours} against {theirs}"
    largest = "infinity" if stage.largest is None else f"{stage.largest:.3g}"
    return f"{stage.name}: {stage.differing} of {stage.of} numbers differ, by up to {largest}"
