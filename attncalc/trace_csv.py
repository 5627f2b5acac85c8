"""A trace as CSV, for spreadsheets: one stage as a matrix, or every number in a row of its own."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from attncalc.problem import address_of
from attncalc.renderers.inert import inert
from attncalc.stages import Axis, tokens_along
from attncalc.trace import Trace

COLUMNS = ("stage", "head", "query", "key", "component", "value")

_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes a cell for a formula by."""


def trace_csv(trace: Trace, stages: Sequence[str] = (), heads: Sequence[int] = ()) -> str:
    """The stages' numbers, each the nearest double; -inf for a masked score.

    A single stage without heads is a matrix under its tokens; several are a row a number, with
    the stage, head, query, key and component that it is of. heads: the only ones to be written,
    from 0; all if empty.
    """
    chosen = trace.exported(stages, heads)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    axes = trace.axes(chosen[0]) if len(chosen) == 1 else ()
    if len(axes) == 2 and axes[0] is not Axis.HEAD:
        writer.writerows(_matrix(trace, chosen[0], axes[0], axes[1]))
    else:
        writer.writerow(COLUMNS)
        for name in chosen:
            writer.writerows(_numbers(trace, name, heads))
    return out.getvalue()


def _matrix(trace: Trace, name: str, down: Axis, across: Axis) -> Iterator[list[str]]:
    """The stage under its key tokens, or its components, beside the tokens of its rows."""
    values = trace[name]
    rows, columns = values.shape
    names, headings = _names(trace, down, rows, ()), _names(trace, across, columns, ())
    yield ["", *headings]
    for row, numbers in zip(names, values, strict=True):
        yield [row, *map(_number, numbers)]


_COLUMN_OF = {
    Axis.HEAD: "head",
    Axis.KV_HEAD: "head",
    Axis.QUERY: "query",
    Axis.KEY: "key",
    Axis.NEW_KEY: "key",
    Axis.ENTRY: "component",
}


def _numbers(trace: Trace, name: str, heads: Sequence[int]) -> Iterator[list[str]]:
    """A row a number: the stage, what it is of, and the number."""
    values = trace.of_heads(name, heads)
    axes = trace.axes(name)
    named = [
        _names(trace, axis, size, heads) for axis, size in zip(axes, values.shape, strict=True)
    ]
    at = [COLUMNS.index(_COLUMN_OF[axis]) for axis in axes]
    row = [name] + [""] * (len(COLUMNS) - 1)
    for index in np.ndindex(values.shape):
        for column, names, place in zip(at, named, index, strict=True):
            row[column] = names[place]
        row[-1] = _number(values[index])
        yield row


def _names(trace: Trace, axis: Axis, size: int, heads: Sequence[int]) -> list[str]:
    """What the places along an axis are called: its tokens, or numbers from 1."""
    tokens = tokens_along(axis, trace.problem)
    if tokens is None:
        return [str(place + 1) for place in trace.heads_along(axis, heads) or range(size)]
    return [_token(place, tokens) for place in range(size)]


def _token(place: int, tokens: Sequence[str]) -> str:
    """A token as it is addressed; one that a spreadsheet would compute stands behind a quote.

    What a terminal would act on is made visible: CSV has no way to write it otherwise.
    """
    name = inert(address_of(place, tokens))
    return f"'{name}" if name.startswith(_FORMULA) else name


def _number(value: Any) -> str:
    double = float(value)
    return repr(double + 0.0) if math.isfinite(double) else str(double)
