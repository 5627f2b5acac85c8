"""Traces as data: JSON Lines for any number of them, CSV and NumPy arrays for one."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, assert_never

from attncalc.errors import InputError
from attncalc.formats import DataFormat

if TYPE_CHECKING:
    from attncalc.selection import Selection
    from attncalc.steps.trace import Trace


def exported(
    format: DataFormat, traces: "Sequence[Trace]", selection: "Selection"
) -> "Iterator[str] | Iterator[bytes]":
    """The chosen stages and heads of the traces in one of the formats; all of them if none are.

    In pieces, which are made as they are written: there may be more than the memory holds.
    """
    if format == "json":
        from attncalc.exports.trace_json import json_pieces

        lines = ((json_pieces(trace, selection), ("\n",)) for trace in traces)
        return chain.from_iterable(part for line in lines for part in line)
    if len(traces) != 1:
        message = f"{len(traces)} problems; expected 1 for {format}"
        raise InputError("--format", message, hint="json writes a line for each")
    (trace,) = traces
    match format:
        case "csv":
            from attncalc.exports.trace_csv import trace_csv

            return trace_csv(trace, selection)
        case "npz":
            from attncalc.exports.trace_npz import trace_npz

            return trace_npz(trace, selection)
        case _:
            assert_never(format)
