"""Back to queries and keys from another score than the dot product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from attncalc.document.document import Block, Heading, OfQuery, Paragraph, Section
from attncalc.document.expressions import Fraction, Product, SumOver, Symbol
from attncalc.document.numerals import Shown, shown
from attncalc.document.wording import words
from attncalc.numbers.arithmetic import like
from attncalc.numbers.formulas import length
from attncalc.numbers.known import Known
from attncalc.steps.backward import comparison
from attncalc.steps.compare import form_of, given_numbers, of_head
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.backward.telling import (
    back,
    derived_table,
    dotted,
    entries_of,
    gradient,
    of_vectors,
    shown_column,
)
from attncalc.walkthrough.sections.interface import (
    Derived,
    Explanation,
    Index,
    Place,
    computed,
)
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.vectors import both_sides

_S = "d_scores"


def to_vectors(page: Page, number: int) -> Section:
    """Each gradient of a score times how much the score changes with an entry."""
    queries, keys = comparison.shapes(page.trace.problem)
    content: list[Block | OfQuery] = [
        Paragraph(
            words(
                "A query gets the gradients of its scores, each times how much the score changes "
                "with the query; a key likewise, down a column."
            )
        )
    ]
    content += page.of_each_query(lambda query: _written_out(page, query, queries, keys))
    content += both_sides(page, {queries: gradient(page, queries)}, {keys: gradient(page, keys)})
    heading = Heading(number, words("Back to queries and keys"))
    return Section(heading, tuple(content), (queries, keys))


def _written_out(page: Page, query: int, queries: str, keys: str) -> Iterator[Block]:
    name, key = page.query_name(query), page.key_of(query)
    slope = Fraction(Symbol("∂s", (name, "j")), Symbol("∂q", (name,)))
    indices = entries_of(page, page.trace[queries].shape[-1], query)
    heading = SumOver("j", Product((gradient(page, _S, name, "j"), slope)))
    yield derived_table(page, queries, indices, derived, heading)
    other = page.key_name(key)
    slope = Fraction(Symbol("∂s", ("i", other)), Symbol("∂k", (other,)))
    indices = entries_of(page, page.trace[keys].shape[-1], key)
    heading = SumOver("i", Product((gradient(page, _S, "i", other), slope)))
    yield derived_table(page, keys, indices, derived, heading)


def derived(page: Page, stage: str, index: Index) -> Derived:
    """Σ ds ∂s/∂q over the keys, or Σ ds ∂s/∂k over the queries of every head that uses the key."""
    queries = stage.startswith("d_Q")
    if queries:
        d = page.stage(_S, [index[0]])[0]
        return computed(page, stage, index, *dotted(page, d, _slopes(page, stage, *index)))
    gradients: list[Shown] = []
    slopes: list[Shown] = []
    for head in page.sharing_heads:
        gradients += shown_column(head, _S, index[0])
        slopes += _slopes(head, stage, *index)
    return computed(page, stage, index, *dotted(page, gradients, slopes))


def _slopes(page: Page, stage: str, row: int, column: int) -> list[Shown]:
    """How much each score of a query, or of a key, changes with an entry of it."""
    trace = page.trace
    form, own = form_of(trace.problem), trace.head
    given = {
        name: Known.given(of_head(array, name, own))
        for name, array in given_numbers(trace.problem).items()
    }
    _, queries, keys = sources(trace, stage)
    Q, K = trace.stages[queries].plain, trace.stages[keys].plain
    of_query = stage.startswith("d_Q")
    count = len((K if of_query else Q).values)
    one = np.where(np.eye(count, dtype=bool), like(Q.values, 1), like(Q.values, 0))
    unit = Known(one, np.full(one.shape, True) & K.exact.any())
    x: Any
    with trace.arithmetic():
        if of_query:
            x = Q[row : row + 1]
            made = comparison.of_queries(form, unit[:, None, :], x, K, given)
        else:
            x = K[row : row + 1]
            made = comparison.of_keys(form, unit[:, :, None], Q, x, given)
        nowhere = form == "cosine" and length(x).values[0, 0] == 0
    if nowhere:  # a vector of length 0 has no direction to change
        return shown([like(Q.values, 0)] * count, [True] * count, page.style)
    return shown(list(made.values[:, 0, column]), made.exact[:, 0, column].tolist(), page.style)


EXPLANATION = Explanation(
    comparison,
    parts=(back(Place.BACK_IN_EACH_HEAD, to_vectors),),
    told=of_vectors(derived, "_rotated", "_normalized", ""),
)
