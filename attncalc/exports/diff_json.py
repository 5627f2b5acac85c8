"""A difference as JSON, for pipes. The shape is described by schemas/diff.schema.json."""

from __future__ import annotations

import json
import math
from typing import Any

from attncalc.difference import TYPES, Difference, Side, StageDifference
from attncalc.exports.trace_json import escaped, nearest_double

SCHEMA = "attncalc.diff/1"


def diff_json(difference: Difference) -> str:
    """One JSON object on one line. null for NaN and infinities; indices count from 0."""
    exported = {
        "schema": SCHEMA,
        "a": _side(difference.a),
        "b": _side(difference.b),
        "sentence": str(difference.sentence),
        "stages": [_stage(difference, stage) for stage in difference.stages],
        "first_difference": _first(difference),
        "follows": None
        if difference.first is None
        else {"a": difference.follows(difference.a), "b": difference.follows(difference.b)},
        "cause": None if difference.cause is None else str(difference.cause),
        "causes": [
            {
                "side": cause.side.lower(),
                "stage": cause.stage,
                "cause": str(cause.said),
                "convention": cause.convention,
            }
            for cause in difference.causes
        ],
        "given": list(difference.given),
        "options": {option: {"a": a, "b": b} for option, a, b in difference.options},
        "warnings": [str(note) for note in difference.notes],
    }
    return escaped(json.dumps(exported, ensure_ascii=False, allow_nan=False))


def _side(side: Side) -> dict[str, Any]:
    return {"file": side.file, "computed": side.computed, "dtype": TYPES[side.bits]}


def _stage(difference: Difference, stage: StageDifference) -> dict[str, Any]:
    shapes = [None if shape is None else list(shape) for shape in stage.shapes]
    return {
        "name": stage.name,
        "status": stage.status.value,
        "max_abs": stage.largest,
        "max_rel": stage.relative,
        "differing": stage.differing,
        "of": stage.of,
        "inherited": None if stage.inherited is None else nearest_double(stage.inherited),
        "added": None if stage.added is None else nearest_double(stage.added),
        "shape": {"a": shapes[0], "b": shapes[1]},
        "follows": {
            side.name.lower(): side.follows(stage.name) if stage.name in side.stages else None
            for side in difference.sides
        },
    }


def _first(difference: Difference) -> dict[str, Any] | None:
    first = difference.first
    if first is None:
        return None
    number = first.numbers[0]
    return {
        "stage": first.name,
        "index": list(number.index),
        "a": nearest_double(number.a),
        "b": nearest_double(number.b),
        "ulps": None if number.ulps is None or math.isinf(number.ulps) else number.ulps,
    }
