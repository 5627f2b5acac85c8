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
from attncalc.stages import OF_KEYS, OF_PAIRS
from attncalc.trace import Trace

COLUMNS = ("stage", "head", "query", "key", "component", "value")

_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes a cell for a formula by."""


def trace_csv(trace: Trace, stages: Sequence[str] = ()) -> str:
    """The stages' numbers, each the nearest double; -inf for a masked score.

    A single stage without heads is a matrix under its tokens; several are a row a number, with
    the stage, head, query, key and component that it is of.
    """
    chosen = trace.exported(stages)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    if len(chosen) == 1 and trace[chosen[0]].ndim == 2:
        writer.writerows(_matrix(trace, chosen[0]))
    else:
        writer.writerow(COLUMNS)
        for name in chosen:
            writer.writerows(_numbers(trace, name))
    return out.getvalue()


def _matrix(trace: Trace, name: str) -> Iterator[list[str]]:
    """The stage under its key tokens, or its components, beside the tokens of its rows."""
    problem, values = trace.problem, trace[name]
    rows = problem.key_tokens if name in OF_KEYS else problem.tokens
    width = values.shape[-1]
    if name in OF_PAIRS:
        yield ["", *(_token(key, problem.key_tokens) for key in range(width))]
    else:
        yield ["", *(str(place + 1) for place in range(width))]
    for row, numbers in enumerate(values):
        yield [_token(row, rows), *map(_number, numbers)]


def _numbers(trace: Trace, name: str) -> Iterator[list[str]]:
    problem, values = trace.problem, trace[name]
    for index in np.ndindex(values.shape):
        head, place = trace.within_head(name, index)
        of_keys, paired = name in OF_KEYS, name in OF_PAIRS
        query = "" if of_keys else _token(place[0], problem.tokens)
        key = _token(place[1 if paired else 0], problem.key_tokens) if of_keys or paired else ""
        within = place[2:] if paired else place[1:]
        component = str(within[0] + 1) if within else ""
        number = "" if head is None else str(head + 1)
        yield [name, number, query, key, component, _number(values[index])]


def _token(place: int, tokens: Sequence[str]) -> str:
    """A token as it is addressed; one that a spreadsheet would compute stands behind a quote.

    What a terminal would act on is made visible: CSV has no way to write it otherwise.
    """
    name = inert(address_of(place, tokens))
    return f"'{name}" if name.startswith(_FORMULA) else name


def _number(value: Any) -> str:
    double = float(value)
    return repr(double + 0.0) if math.isfinite(double) else str(double)
