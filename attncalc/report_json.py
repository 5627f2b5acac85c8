"""A report as JSON, for pipes."""

from __future__ import annotations

import json
from typing import Any

from attncalc.report import Finding, Report
from attncalc.trace_json import escaped, nearest_double

SCHEMA = "attncalc.check/1"


def report_json(report: Report) -> str:
    """One JSON object on one line. computed: the nearest double, null for a masked score."""
    first = report.first_wrong
    exported = {
        "schema": SCHEMA,
        "title": report.trace.problem.title,
        "summary": {verdict.value: count for verdict, count in report.summary.items()},
        "first_wrong": None if first is None else _finding(report, first),
        "claims": [_finding(report, finding) for finding in report.findings],
        "warnings": list(report.warnings),
    }
    return escaped(json.dumps(exported, ensure_ascii=False, allow_nan=False))


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    claim = finding.claim
    query, key = report.trace.tokens_at(claim.stage, claim.index)
    diagnosis = report.diagnosis_of(finding)
    return {
        "stage": claim.stage,
        "index": list(claim.index),
        "query": query,
        "key": key,
        "claimed": claim.text,
        "computed": nearest_double(finding.computed),
        "verdict": finding.verdict.value,
        "reason": finding.reason,
        "diagnosis": diagnosis.sentence if diagnosis else None,
    }
