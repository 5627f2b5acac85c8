"""Traces as data: JSON Lines for any number of them, CSV and NumPy arrays for one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attncalc.errors import InputError

if TYPE_CHECKING:
    from attncalc.steps.trace import Trace

FORMATS = ("json", "csv", "npz")


def exported(
    format: str, traces: "Sequence[Trace]", stages: Sequence[str], heads: Sequence[Sequence[int]]
) -> str | bytes:
    """The stages of the traces in one of the formats; of each only its heads, if any are named."""
    if format == "json":
        from attncalc.exports.trace_json import trace_json

        lines = (trace_json(trace, stages, own) for trace, own in zip(traces, heads, strict=True))
        return "".join(line + "\n" for line in lines)
    if len(traces) != 1:
        message = f"{len(traces)} problems; expected 1 for {format}"
        raise InputError("--format", message, hint="json writes a line for each")
    if format == "csv":
        from attncalc.exports.trace_csv import trace_csv

        return trace_csv(traces[0], stages, heads[0])
    from attncalc.exports.trace_npz import trace_npz

    return trace_npz(traces[0], stages, heads[0])
