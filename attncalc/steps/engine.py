"""The engine: a problem worked through, step by step, in the order of the paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from attncalc.errors import AttncalcError, suggestion
from attncalc.names import COST, STAGES
from attncalc.numbers.arithmetic import Array, Typed, exact_context, is_exact_kind
from attncalc.problem.problem import Problem
from attncalc.steps.bias import alibi_slopes
from attncalc.steps.order import OF_TOKENS, STEPS
from attncalc.steps.remarks import remarks
from attncalc.steps.rows import Rows, rows_at_once
from attncalc.steps.trace import Trace, arithmetic_of


class StageError(AttncalcError):
    """A stage was asked for that there is not."""

    def __init__(self, name: str, present: tuple[str, ...]) -> None:
        self.hint = None if name in STAGES else suggestion(name, (*STAGES, COST))
        here = ", ".join([*(stage for stage in STAGES if stage in present), COST])
        kind = "this problem has no stage" if name in STAGES else "there is no stage"
        super().__init__(f"{kind} “{name}”; expected one of {here}")


def explain(problem: Problem, stages: Sequence[str] = ()) -> Trace:
    """Work a problem through.

    stages: names of stages to be kept in a large problem too, where they would be left out; "cost"
    may be among them.
    Raises StageError for a stage that does not exist, or that this problem does not have.
    """
    given, asked = [*problem.arrays().values()], (*stages, *problem.claims.stages)
    exact = is_exact_kind(given[0])
    context = None
    if exact:
        backward = problem.d_output is not None
        context = exact_context([*given, *_of_options(problem)], backward=backward)
    trace = Trace(problem, {}, context)
    with arithmetic_of(context):
        # Gradients are sums over all queries.
        apart = not exact and problem.d_output is None
        by_rows = apart and rows_at_once(problem) < len(problem.tokens)
        for step in OF_TOKENS if by_rows else STEPS:
            for made in step.work(trace, asked) if step.shapes(problem) else ():
                trace.take(made)
        if by_rows:
            trace = Rows(trace).trace(asked)
        trace = replace(trace, warnings=(*problem.remarks, *remarks(trace)))
    refuse_unknown(stages, trace)
    return trace


def refuse_unknown(stages: Sequence[str], trace: Trace) -> None:
    """Raise StageError for the first of these stages that a trace does not have."""
    for name in stages:
        if name not in trace and name != COST:
            raise StageError(name, tuple(trace.stages))


def _of_options(problem: Problem) -> Iterator[Array]:
    """The numbers of the options, which exact sums and products are made of too."""
    options = problem.attention
    yield from options.arrays().values()
    for chosen in options.further.values():
        for number in chosen.settings.values():
            if isinstance(number, Decimal):
                yield np.array([number], dtype=object)
    for number in (options.scale, options.softcap):
        if isinstance(number, Decimal):
            yield np.array([number], dtype=object)
        if isinstance(number, Typed) and number.ratio is not None:
            yield np.array([Decimal(part) for part in number.ratio.as_integer_ratio()])
    if isinstance(options.bias, str):
        yield alibi_slopes(problem.heads or 1, np.array([], dtype=object))
