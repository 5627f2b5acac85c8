"""A key-value cache: what of it is used again, what is new, and how large it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from attncalc.document.document import (
    Align,
    Block,
    Column,
    Heading,
    Inlines,
    Paragraph,
    Row,
    Section,
    Table,
)
from attncalc.document.expressions import Number, Product, Sign, Sum, Symbol
from attncalc.document.numerals import significant
from attncalc.document.wording import counted_words, sentences, words
from attncalc.language import numeral
from attncalc.problem.problem import Problem
from attncalc.steps.engine import explain
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page
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
    said = sentences(*_reused(past, new, values="V" in page.trace))
    blocks: list[Block] = [Paragraph(said), _size(page)]
    blocks += map(Paragraph, _recomputed(problem, page))
    return Section(Heading(number, words("The cache")), tuple(blocks), ("K", "V"))


def _reused(past: int, new: int, *, values: bool) -> Iterator[Inlines]:
    """Why there is a cache, what is taken from it, and what is new."""
    yield words(
        "A cache keeps what was computed for earlier tokens, so that only the new ones have to be "
        "computed."
    )
    if values:
        yield counted_words(
            "Taken from the cache: {count} key with its value.",
            "Taken from the cache: {count} keys with their values.",
            past,
        )
        yield counted_words(
            "New in this step, and put behind: {count} key with its value.",
            "New in this step, and put behind: {count} keys with their values.",
            new,
        )
        return
    yield counted_words(
        "Taken from the cache: {count} key.", "Taken from the cache: {count} keys.", past
    )
    yield counted_words(
        "New in this step, and put behind: {count} key.",
        "New in this step, and put behind: {count} keys.",
        new,
    )


def _size(page: Page) -> Table:
    """Numbers and bytes, before this step and after it."""
    problem = page.trace.problem
    widths = [problem.d_k or 0, problem.d_v or 0]
    heads, past, m = problem.kv_heads or 1, problem.past_length, len(problem.key_tokens)
    rows: list[Row] = []
    for when, tokens in ((words("before this step"), past), (words("after it"), m)):
        total = heads * tokens * sum(widths)
        product = Product(tuple(Number(str(size)) for size in (heads, tokens, sum(widths))))
        cells = [
            when,
            (product,),
            result_cell(Sign.EXACT, Number(str(total))),
            *((Number(str(total * size)),) for size in _BYTES),
        ]
        rows.append(Row(tuple(cells)))
    columns = (
        Column(()),
        Column(words("product"), Align.RIGHT),
        Column(words("numbers"), Align.RIGHT, result=True),
        *(Column(words("{count} bytes each", count=size), Align.RIGHT) for size in _BYTES),
    )
    both = Sum((Symbol("d", ("k",)), Symbol("d", ("v",))))
    what = words(
        "Size of the cache: heads × tokens × ({widths}), in numbers and in bytes", widths=both
    )
    return Table(columns, tuple(rows), what)


def _recomputed(problem: Problem, page: Page) -> Iterator[Inlines]:
    """Whether the whole computation, without a cache, gives the same."""
    past = problem.attention.past
    whole = without_cache(problem)
    if whole is None:
        if past is None or past.X is None:
            yield words(
                "The embeddings of the cached tokens are not given (X under past), so the cache is "
                "taken as it is."
            )
        else:
            yield words(
                "Not everything is given for the cached tokens too, so the cache is taken as it is."
            )
        return
    trace = explain(whole)
    with trace.arithmetic():
        apart = [_apart(trace, page.trace, trace.answering)]
        if "V" in trace:
            apart.append(_apart(trace, page.trace, "V"))
        result = "output" if "output" in trace else "weights"
        of_result = _apart(trace, page.trace, result)
    if any(apart):
        yield _rounded(max(apart), of_result, result)
    else:
        yield _the_same(len(problem.key_tokens), result)


def _the_same(keys: int, result: str) -> Inlines:
    if result == "output":
        return words(
            "Without the cache, all {count} keys and values would have to be computed, from all "
            "embeddings: they come out the same, and so does the output.",
            count=keys,
        )
    return words(
        "Without the cache, all {count} keys would have to be computed, from all embeddings: they "
        "come out the same, and so do the weights.",
        count=keys,
    )


def _rounded(apart: Any, of_result: Any, result: str) -> Inlines:
    by = {"apart": numeral(significant(apart)), "of_result": numeral(significant(of_result))}
    if result == "output":
        return words(
            "Computed from all embeddings, the keys and values differ from the cached ones by at "
            "most {apart}, and the output by at most {of_result}: the cache holds rounded numbers.",
            **by,
        )
    return words(
        "Computed from all embeddings, the keys differ from the cached ones by at most {apart}, "
        "and the weights by at most {of_result}: the cache holds rounded numbers.",
        **by,
    )


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
        d_output=None,
        queries=(),
        claims=type(problem.claims)(),
    )


_A_ROW_A_QUERY = ("gate", "position_ids", "key_position_ids")


def _plain(problem: Problem) -> bool:
    """Whether no option has a row for each query of this step alone."""
    options = problem.attention
    of_rows = (options.mask, options.bias_rows, options.positions)
    chosen = (options.chosen(name) for name in _A_ROW_A_QUERY)
    return not any(isinstance(option, np.ndarray) for option in of_rows) and not any(chosen)


def _apart(whole: Trace, cached: Trace, stage: str) -> Any:
    """The largest difference of a stage's last rows; 0 where it may be the arithmetic's own."""
    one, other = whole.stages[stage], cached.stages[stage]
    rows = one.shape[-2]
    last = one[..., range(rows - other.shape[-2], rows), :]
    from attncalc.comparison import difference  # not at start-up: only caches need it

    found = difference(last, other)
    assert found is not None  # the same tokens, in the same widths
    return abs(found.settled).max()


EXPLANATION = Explanation(
    parts=(Part(Place.BEFORE_HEADS, cache),),
    told={
        PAST: Told(
            given, Drawn(always("Cache"), untold, called=always("cache of"), box=always("cache"))
        )
    },
)
