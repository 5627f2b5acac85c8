"""A key-value cache: what of it is used again, what is new, and how large it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from attncalc.document.document import Align, Block, Column, Heading, Paragraph, Row, Section, Table
from attncalc.document.expressions import Number, Product, Sign, Sum, Symbol
from attncalc.document.numerals import significant
from attncalc.document.wording import words
from attncalc.numbers.arithmetic import Array
from attncalc.problem.problem import Problem
from attncalc.steps.engine import explain
from attncalc.walkthrough.page import Page, glued
from attncalc.walkthrough.sections.interface import (
    Drawn,
    Explanation,
    Part,
    Place,
    Told,
    always,
    given,
    untold,
)
from attncalc.walkthrough.sources import PAST
from attncalc.walkthrough.tables import result_cell

_BYTES = (2, 4)
"""Of a number in half and in single precision."""


def cache(page: Page, number: int) -> Section | None:
    """The cache of a step: reused, new, its size, and whether it is what would be computed."""
    problem = page.trace.problem
    if problem.attention.past is None:
        return None
    past, new = problem.past_length, len(problem.key_tokens) - problem.past_length
    values = "V" in page.trace
    cached = _counted(past, "key") + (" with their values" if values and past > 1 else "")
    cached += " with its value" if values and past == 1 else ""
    made = _counted(
        new, "key and value" if values else "key", "keys and values" if values else "keys"
    )
    text = f"Taken from the cache: {cached}. Made anew in this step and put behind them: {made}."
    blocks: list[Block] = [Paragraph(glued(text)), _size(page)]
    blocks += [Paragraph(glued(line)) for line in _recomputed(problem, page)]
    return Section(Heading(number, words("The cache")), tuple(blocks), ("K", "V"))


def _size(page: Page) -> Table:
    """Numbers and bytes, before this step and after it."""
    problem = page.trace.problem
    widths = [problem.d_k or 0, problem.d_v or 0]
    heads, past, m = problem.kv_heads or 1, problem.past_length, len(problem.key_tokens)
    rows: list[Row] = []
    for when, tokens in (("before this step", past), ("after it", m)):
        total = heads * tokens * sum(widths)
        product = Product(tuple(Number(str(size)) for size in (heads, tokens, sum(widths))))
        cells = [
            glued(when),
            (product,),
            result_cell(Sign.EXACT, Number(str(total))),
            *((Number(str(total * size)),) for size in _BYTES),
        ]
        rows.append(Row(tuple(cells)))
    columns = (
        Column(()),
        Column(words("product"), Align.RIGHT),
        Column(words("numbers"), Align.RIGHT, result=True),
        *(Column(glued(f"{size} bytes each"), Align.RIGHT) for size in _BYTES),
    )
    both = Sum((Symbol("d", ("k",)), Symbol("d", ("v",))))
    what = glued("Size of the cache: heads × tokens × (", both, "), in numbers and in bytes")
    return Table(columns, tuple(rows), what)


def _recomputed(problem: Problem, page: Page) -> Iterator[str]:
    """Whether the whole computation, without a cache, gives the same."""
    past = problem.attention.past
    whole = without_cache(problem)
    if whole is None:
        missing = (
            "The past's own embeddings are not given (X under past)"
            if past is None or past.X is None
            else "Not everything is given for the past's rows too"
        )
        yield f"{missing}, so its keys and values are taken as they were cached."
        return
    trace, new = explain(whole), len(problem.tokens)
    last, cached = trace[trace.answering], page.trace[page.trace.answering]
    with trace.arithmetic():
        apart = [_apart(last, cached)]
        if "V" in trace:
            apart.append(_apart(trace["V"], page.trace["V"]))
        result = "output" if "output" in trace else "weights"
        of_result = _apart(trace[result][..., -new:, :], page.trace[result])
    kept = "keys and values" if "V" in trace else "keys"
    if not any(apart):
        yield (
            f"Without the cache, all {len(problem.key_tokens)} {kept} would be computed once more, "
            f"from all embeddings: they come out the same, and so "
            f"{'does the output' if result == 'output' else 'do the weights'}."
        )
        return
    yield (
        f"Computed once more from all embeddings, the {kept} differ from the cached ones by at "
        f"most {significant(max(apart))}, and the {result} by at most {significant(of_result)}: "
        "the cache holds rounded numbers."
    )


def _counted(count: int, one: str, several: str = "") -> str:
    return f"1 {one}" if count == 1 else f"{count} {several or one + 's'}"


def without_cache(problem: Problem) -> Problem | None:
    """The same problem with the past among its tokens; None where its embeddings are not given."""
    past = problem.attention.past
    if past is None or past.X is None or problem.X is None or problem.X_key is not None:
        return None
    if not _plain(problem):
        return None
    options = replace(problem.attention, past=None)
    return replace(
        problem,
        tokens=problem.key_tokens,
        key_tokens=problem.key_tokens,
        X=np.concatenate([past.X, problem.X]),
        attention=options,
        queries=(),
        claims=type(problem.claims)(),
    )


def _plain(problem: Problem) -> bool:
    """Whether no option has a row for each query of this step alone."""
    options = problem.attention
    of_rows = (options.mask, options.bias_rows, options.positions)
    return not any(isinstance(option, np.ndarray) for option in of_rows)


def _apart(left: Array, right: Array) -> Any:
    """The largest difference of two arrays."""
    return abs(left - right).max()


EXPLANATION = Explanation(
    parts=(Part(Place.BEFORE_HEADS, cache),),
    told={
        PAST: Told(
            given, Drawn(always("Cache"), untold, called=always("cache of"), box=always("cache"))
        )
    },
)
