"""Traces as data: JSON Lines for any number of them, CSV and NumPy arrays for one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attncalc.errors import InputError

if TYPE_CHECKING:
    from attncalc.trace import Trace

FORMATS = ("json", "csv", "npz")


def exported(format: str, traces: "Sequence[Trace]", stages: Sequence[str]) -> str | bytes:
    """The stages of the traces in one of the formats."""
    if format == "json":
        from attncalc.trace_json import trace_json

        return "".join(trace_json(trace, stages) + "\n" for trace in traces)
    if len(traces) != 1:
        message = f"{len(traces)} problems; expected 1 for {format}"
        raise InputError("--format", message, hint="json writes a line for each")
    if format == "csv":
        from attncalc.trace_csv import trace_csv

        return trace_csv(traces[0], stages)
    from attncalc.trace_npz import trace_npz

    return trace_npz(traces[0], stages)
