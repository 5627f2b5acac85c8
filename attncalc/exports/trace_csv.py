"""A trace as CSV, for spreadsheets: one stage as a matrix, or every number in a row of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np

from attncalc.names import Axis
from attncalc.numbers.arithmetic import Array
from attncalc.problem.problem import addresses_of
from attncalc.renderers.inert import inert
from attncalc.selection import Selection
from attncalc.steps.stages import tokens_along
from attncalc.steps.trace import Trace

COLUMNS = ("stage", "head", "query", "key", "component", "value")

_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes a cell for a formula by."""


def trace_csv(trace: Trace, selection: Selection | None = None) -> Iterator[str]:
    """The chosen stages' numbers, each the nearest double; -inf for a masked score. Line by line.

    A single stage without heads is a matrix under its tokens; several are a row a number, with
    the stage, head, query, key and component that it is of.
    """
    asked = selection or Selection()
    heads = asked.heads
    chosen = trace.exported(asked.stages, heads)
    axes = trace.axes(chosen[0]) if len(chosen) == 1 else ()
    if len(axes) == 2 and axes[0] is not Axis.HEAD:
        yield from _matrix(trace, chosen[0], axes[0], axes[1])
        return
    yield _line(COLUMNS)
    for name in chosen:
        yield from _numbers(trace, name, heads)


def _matrix(trace: Trace, name: str, down: Axis, across: Axis) -> Iterator[str]:
    """The stage under its key tokens, or its components, beside the tokens of its rows."""
    (rows, columns), pieces = trace.of_heads(name, ())
    names, headings = _names(trace, down, rows, ()), _names(trace, across, columns, ())
    yield _line(["", *headings])
    for row, numbers in zip(names, _rows(pieces), strict=True):
        yield _line([row, *map(repr, numbers)])


def _rows(pieces: Iterator[Array]) -> Iterator[list[float]]:
    """Row by row, as doubles, without a sign on 0."""
    for piece in pieces:
        for row in piece.reshape(-1, piece.shape[-1]):
            yield (row.astype(np.float64) + 0.0).tolist()


_COLUMN_OF = {
    Axis.HEAD: "head",
    Axis.KV_HEAD: "head",
    Axis.QUERY: "query",
    Axis.KEY: "key",
    Axis.NEW_KEY: "key",
    Axis.ENTRY: "component",
}


def _numbers(trace: Trace, name: str, heads: Sequence[int]) -> Iterator[str]:
    """A row a number: the stage, what it is of, and the number. One text for each innermost row.

    There may be millions: only what changes within a row is put together a number at a time.
    """
    shape, pieces = trace.of_heads(name, heads)
    axes = trace.axes(name)
    named = [_names(trace, axis, size, heads) for axis, size in zip(axes, shape, strict=True)]
    at = [COLUMNS.index(_COLUMN_OF[axis]) for axis in axes]
    inner = [_line([label, ""])[:-2] for label in named[-1]]
    for index, numbers in zip(np.ndindex(shape[:-1]), _rows(pieces), strict=True):
        cells = [name] + [""] * (len(COLUMNS) - 1)
        for column, names, place in zip(at[:-1], named[:-1], index, strict=True):
            cells[column] = names[place]
        before = _line([*cells[: at[-1]], ""])[:-1]
        after = "," * (len(COLUMNS) - 1 - at[-1])
        yield "".join(
            [
                f"{before}{label}{after}{number!r}\n"
                for label, number in zip(inner, numbers, strict=True)
            ]
        )


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _names(trace: Trace, axis: Axis, size: int, heads: Sequence[int]) -> list[str]:
    """What the places along an axis are called: its tokens, or numbers from 1."""
    tokens = tokens_along(axis, trace.problem)
    if tokens is None:
        return [str(place + 1) for place in trace.heads_along(axis, heads) or range(size)]
    return [_token(address) for address in addresses_of(tokens[:size])]


def _token(address: str) -> str:
    """A token as it is addressed; one that a spreadsheet would compute stands behind a quote.

    What a terminal would act on is made visible: CSV has no way to write it otherwise.
    """
    name = inert(address)
    return f"'{name}" if name.startswith(_FORMULA) else name
