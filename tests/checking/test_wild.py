"""Worked examples as people publish them: the verdict on every number.

wild/NAME.yaml holds a source's figures, wild/NAME.json what is right of each of them: a verdict,
or why the plain formula alone would accuse it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import attncalc
from attncalc.checking import check
from attncalc.report import Verdict

WILD = Path(__file__).parent / "wild"
VERDICTS = {verdict.value for verdict in Verdict}


@pytest.mark.parametrize("name", sorted(file.stem for file in WILD.glob("*.yaml")))
def test_every_number_has_its_verdict(name: str) -> None:
    """None that a convention gives is accused without naming it."""
    report = check(attncalc.explain(attncalc.load(WILD / f"{name}.yaml")))
    wanted = json.loads((WILD / f"{name}.json").read_text(encoding="utf-8"))
    for finding in report.findings:
        claim = finding.claim
        [verdict] = [why for index, why in wanted[claim.stage] if tuple(index) == claim.index]
        if verdict in VERDICTS:
            assert finding.verdict.value == verdict, claim
        elif verdict == "correct (max subtracted)":
            assert finding.verdict is Verdict.CORRECT, claim
            assert finding.reason == "stable softmax: the row's maximum is subtracted first"
        else:
            assert verdict == "another convention"
            diagnosis = report.diagnosis_of(finding)
            assert diagnosis is not None, claim
            assert diagnosis.convention
    assert len(report.findings) == sum(map(len, wanted.values()))
