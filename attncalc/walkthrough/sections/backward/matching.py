"""Back to the queries and the keys as they have met."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, OfQuery, Paragraph, Section
from attncalc.document.expressions import Product, SumOver, Symbol
from attncalc.document.wording import counted_words, words
from attncalc.steps.backward import matching
from attncalc.steps.backward.forward import Forward
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.backward.telling import (
    back,
    derived_table,
    dotted,
    down_columns,
    entries_of,
    equal,
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
    """dQ = dS K and dK = dSᵀ Q, written out for the focused queries and their keys."""
    queries, keys = matching.shapes(page.trace.problem)
    content: list[Block | OfQuery] = [
        Paragraph(
            words(
                "A score is the dot product of a query and a key: the query gets the keys, each "
                "times the gradient of its score, and the key gets the queries, likewise, down a "
                "column."
            )
        )
    ]
    shared = len(page.sharing_heads)
    if shared > 1:
        content.append(
            Paragraph(
                counted_words(
                    "{count} head uses these keys, which get the sum.",
                    "{count} heads use these keys, which get the sum over all of them.",
                    shared,
                )
            )
        )
    content += page.of_each_query(lambda query: _written_out(page, query, queries, keys))
    content += both_sides(page, {queries: gradient(page, queries)}, {keys: gradient(page, keys)})
    terms = Product((gradient(page, _S, "i", "j"), Symbol("k", ("j",))))
    formula = equal(gradient(page, queries, "i"), SumOver("j", terms))
    heading = Heading(number, words("Back to queries and keys"), formula)
    return Section(heading, tuple(content), (queries, keys))


def _written_out(page: Page, query: int, queries: str, keys: str) -> Iterator[Block]:
    name, key = page.query_name(query), page.key_of(query)
    width = page.trace[queries].shape[-1]
    term = Product((gradient(page, _S, name, "j"), Symbol("k", ("j",))))
    indices = entries_of(page, width, query)
    yield derived_table(page, queries, indices, _derived_query, SumOver("j", term))
    term = Product((gradient(page, _S, "i", page.key_name(key)), Symbol("q", ("i",))))
    indices = entries_of(page, width, key)
    yield derived_table(page, keys, indices, down_columns, SumOver("i", term))


def _derived_query(page: Page, stage: str, index: Index) -> Derived:
    """Σ ds k over the keys."""
    d, keys = page.stage(_S, [index[0]])[0], sources(page.trace, stage)[1]
    return computed(page, stage, index, *dotted(page, d, shown_column(page, keys, index[1])))


def derived(page: Page, stage: str, index: Index) -> Derived:
    """Of a query, or of a key."""
    queries = stage == f"d_{Forward(page.trace.problem).queries[0]}"
    return (_derived_query if queries else down_columns)(page, stage, index)


EXPLANATION = Explanation(
    matching,
    parts=(back(Place.BACK_IN_EACH_HEAD, to_vectors),),
    told=of_vectors(derived, "_rotated", "_normalized", ""),
)
