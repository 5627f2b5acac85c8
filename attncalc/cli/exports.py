"""Traces as data: JSON Lines for any number of them, CSV and NumPy arrays for one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

from attncalc.errors import InputError
from attncalc.formats import DataFormat

if TYPE_CHECKING:
    from attncalc.steps.trace import Trace


def exported(
    format: DataFormat,
    traces: "Sequence[Trace]",
    stages: Sequence[str],
    heads: Sequence[Sequence[int]],
) -> str | bytes:
    """The stages of the traces in one of the formats; of each only its heads, if any are named."""
    if format == "json":
        from attncalc.exports.trace_json import trace_json

        lines = (trace_json(trace, stages, own) for trace, own in zip(traces, heads, strict=True))
        return "".join(line + "\n" for line in lines)
    if len(traces) != 1:
        message = f"{len(traces)} problems; expected 1 for {format}"
        raise InputError("--format", message, hint="json writes a line for each")
    (trace,), (own,) = traces, heads
    match format:
        case "csv":
            from attncalc.exports.trace_csv import trace_csv

            return trace_csv(trace, stages, own)
        case "npz":
            from attncalc.exports.trace_npz import trace_npz

            return trace_npz(trace, stages, own)
        case _:
            assert_never(format)
