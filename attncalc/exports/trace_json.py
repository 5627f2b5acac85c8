"""A trace as JSON, for pipes. The shape is described by schemas/output.schema.json."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
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
    """The same in one piece."""
    return "".join(json_pieces(trace, selection))


def json_pieces(trace: Trace, selection: Selection | None = None) -> Iterator[str]:
    """One JSON object on one line, piece by piece: of a large problem no stage is there as a whole.

    Without chosen stages it has all that JSON usually has, and claimed ones; "cost" among them adds
    that. A number is the nearest double; null stands for a masked score, and for a number that no
    double holds, which a warning then says.
    """
    asked = selection or Selection()
    stages, heads = asked.stages, asked.heads
    problem = trace.problem
    before: dict[str, Any] = {
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
    }
    yield f'{_dumped(before)[:-1]}, "stages": {{'
    too_large: list[str] = []
    for place, name in enumerate(trace.exported(stages, heads)):
        yield f'{", " if place else ""}"{name}": '
        rows = _Rows(trace.hides(name))
        yield from rows.texts(*trace.of_heads(name, heads))
        too_large += [name] if rows.too_large else []
    after: dict[str, Any] = {
        "warnings": [
            *trace.warnings,
            *(f"{name} has numbers beyond the range of a double: null" for name in too_large),
        ],
    }
    if heads:
        after["heads"] = [head + 1 for head in heads]
    if COST in stages:
        after[COST] = exported_cost(cost_of(problem))
    yield f"}}, {_dumped(after)[1:]}"


def _dumped(told: Any) -> str:
    return escaped(json.dumps(told, ensure_ascii=False, allow_nan=False))


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


class _Rows:
    """The text of a stage, row by row: null for numbers that are too large, or hidden.

    hides: whether the stage hides some. too_large: whether there were any, as far as it is written.
    """

    def __init__(self, hides: bool) -> None:
        self.hides = hides
        self.too_large = False

    def texts(self, shape: tuple[int, ...], pieces: Iterator[Array]) -> Iterator[str]:
        """A list of lists, of numbers in pieces of whole rows."""
        count, width = math.prod(shape[:-1]), shape[-1]
        # After so many rows, one matrix of them ends, or the matrices of all heads.
        sizes = [math.prod(shape[axis:-1]) for axis in range(len(shape) - 1)]
        done = 0
        for piece in pieces:
            for row in piece.reshape(-1, width):
                opened = sum(done % size == 0 for size in sizes)
                done += 1
                closed = sum(done % size == 0 for size in sizes)
                after = ", " if done < count else ""
                yield f"{'[' * opened}{self._text(row)}{']' * closed}{after}"

    def _text(self, row: Array) -> str:
        if not is_exact_kind(row) and np.isfinite(row).all():
            return json.dumps((row + 0.0).tolist())
        return json.dumps([self._number(value) for value in row.tolist()])

    def _number(self, value: Any) -> float | None:
        double = nearest_double(value)
        masked = self.hides and value == Decimal("-Infinity")
        self.too_large |= double is None and not masked
        return double
