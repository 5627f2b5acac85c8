"""A comparison as JSON, for pipes. The shape is described by schemas/compare.schema.json."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from attncalc.comparison import Comparison, Origin, QueryComparison, RowMeasures, StageComparison
from attncalc.exports.trace_json import escaped, nearest_double
from attncalc.problem.problem import address_of
from attncalc.steps.trace import Trace

SCHEMA = "attncalc.compare/1"


def comparison_json(comparison: Comparison, left: Origin, right: Origin) -> str:
    """One JSON object on one line. A number is the nearest double; heads count from 1."""
    exported = {
        "schema": SCHEMA,
        "left": _side(comparison.left, left),
        "right": _side(comparison.right, right),
        "first_difference": comparison.first_difference,
        "stages": {name: _stage(stage) for name, stage in comparison.stages.items()},
        "queries": [_query(comparison, each) for each in comparison.queries],
    }
    return escaped(json.dumps(exported, ensure_ascii=False, allow_nan=False))


def _side(trace: Trace, origin: Origin) -> dict[str, Any]:
    return {
        "title": trace.problem.title,
        "varied": dict(origin.varied),
        "warnings": list(trace.warnings),
    }


def _stage(stage: StageComparison) -> dict[str, Any]:
    found = stage.difference
    return {
        "same": stage.same,
        "only": stage.only,
        "largest_difference": None if found is None else nearest_double(found.largest),
        "index": None if found is None or found.same else list(found.where),
    }


def _query(comparison: Comparison, of: QueryComparison) -> dict[str, Any]:
    return {
        "head": None if of.head is None else of.head + 1,
        "query": address_of(of.query, comparison.left.problem.tokens),
        "left": _measures(of.left),
        "right": _measures(of.right),
        "distance": _number(of.distance),
    }


def _measures(measured: RowMeasures) -> dict[str, float | None]:
    return {each.name: _number(getattr(measured, each.name)) for each in fields(measured)}


def _number(value: Any | None) -> float | None:
    return None if value is None else nearest_double(value)
