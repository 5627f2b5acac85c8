"""A report as JSON, for pipes."""

from __future__ import annotations

import json
from typing import Any

from attncalc.errors import InputError
from attncalc.exports.trace_json import escaped, nearest_double
from attncalc.outcomes import Checked, Outcome
from attncalc.report import Finding, Report

SCHEMA = "attncalc.check/1"


def outcome_json(outcome: Outcome) -> str:
    """One JSON object on one line: a report, or what is wrong with a file that has none."""
    named = {"schema": SCHEMA, "file": outcome.file}
    if isinstance(outcome, Checked):
        exported = named | _report(outcome.report)
    else:
        exported = named | {"errors": [_error(error) for error in outcome.errors]}
    return escaped(json.dumps(exported, ensure_ascii=False, allow_nan=False))


def _report(report: Report) -> dict[str, Any]:
    first = report.first_wrong
    return {
        "title": report.trace.problem.title,
        "summary": {verdict.value: count for verdict, count in report.summary.items()},
        "unanswered": report.unanswered,
        "first_wrong": None if first is None else _finding(report, first),
        "claims": [_finding(report, finding) for finding in report.findings],
        "warnings": list(report.warnings),
    }


def _error(error: InputError) -> dict[str, Any]:
    return {
        "file": error.file,
        "line": error.line,
        "column": error.column,
        "field": error.field,
        "message": error.problem,
        "hint": error.hint,
    }


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    """computed: the nearest double, null for a masked score."""
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
