"""A trace as JSON, for pipes. The shape is described by schemas/output.schema.json."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.costs.counts import cost_of
from attncalc.exports.cost_json import exported_cost
from attncalc.names import COST
from attncalc.numbers.arithmetic import Array, is_exact_kind
from attncalc.selection import Selection
from attncalc.steps.trace import Trace

SCHEMA = "attncalc/1"

# What JSON allows in strings but a terminal may act on, or the log of a build: ##[command].
_UNSAFE = re.compile(
    r"#(?=#\w*\[)|"
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def trace_json(trace: Trace, selection: Selection | None = None) -> str:
    """One JSON object on one line.

    Without chosen stages it has all that JSON usually has, and claimed ones; "cost" among them adds
    that. A number is the nearest double; null stands for a masked score, and for a number that no
    double holds, which a warning then says.
    """
    asked = selection or Selection()
    stages, heads = asked.stages, asked.heads
    problem = trace.problem
    too_large: list[str] = []
    arrays = {
        name: _stage(name, trace.of_heads(name, heads), trace.hides(name), too_large)
        for name in trace.exported(stages, heads)
    }
    exported: dict[str, Any] = {
        "schema": SCHEMA,
        "title": problem.title,
        "tokens": problem.tokens,
        "key_tokens": problem.key_tokens,
        "dims": {
            "n": len(problem.tokens),
            "m": len(problem.key_tokens),
            "d_model": problem.d_model,
            "d_k": problem.d_k,
            "d_v": problem.d_v,
            "heads": problem.heads,
            "kv_heads": problem.kv_heads,
        },
        "scale": _scale(trace),
        "stages": arrays,
        "warnings": [
            *trace.warnings,
            *(f"{name} has numbers beyond the range of a double: null" for name in too_large),
        ],
    }
    if heads:
        exported["heads"] = [head + 1 for head in heads]
    if COST in stages:
        exported[COST] = exported_cost(cost_of(problem))
    return escaped(json.dumps(exported, ensure_ascii=False, allow_nan=False))


def escaped(text: str) -> str:
    """JSON text without what a terminal or the log of a build may act on."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def nearest_double(number: Any) -> float | None:
    """The nearest double, without a sign on 0; None beyond a double's range."""
    double = float(number)
    return double + 0.0 if math.isfinite(double) else None


def _scale(trace: Trace) -> float | None:
    """What scores are multiplied by; null where there are none."""
    if "scores" not in trace:
        return None
    factor, divisor = trace.number("factor"), trace.number("divisor")
    if divisor is not None:
        return float(1 / divisor)
    return 1.0 if factor is None else nearest_double(factor)


def _stage(name: str, values: Array, hides: bool, too_large: list[str]) -> Any:
    """Its numbers, null for those that are too large, or hidden where a stage hides some."""

    def number(value: Any) -> float | None:
        double = nearest_double(value)
        masked = hides and value == Decimal("-Infinity")
        if double is None and not masked and name not in too_large:
            too_large.append(name)
        return double

    def nested(array: Any) -> Any:
        return [nested(row) for row in array] if isinstance(array, list) else number(array)

    if not is_exact_kind(values) and np.isfinite(values).all():
        return (values + 0.0).tolist()
    return nested(values.tolist())
