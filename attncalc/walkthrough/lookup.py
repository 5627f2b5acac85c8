"""The same numbers, told as looking something up: attention as a soft hash table.

A hash table returns the value of the one key that equals the query. Attention returns a little of
every value: as much as its key matches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from attncalc.document.document import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Equation,
    Heading,
    Inlines,
    Paragraph,
    Row,
    RowKind,
    Section,
    Table,
)
from attncalc.document.expressions import Number, Omitted, Product, Relation, Symbol
from attncalc.document.numerals import (
    Shown,
    percentage_of_row,
    rounded,
    shown_array,
    sunk_percentage,
)
from attncalc.document.wording import counted_words, listing_of_first, sentences, words
from attncalc.numbers import measures
from attncalc.numbers.arithmetic import Exact
from attncalc.selection import Selection
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, joining
from attncalc.walkthrough.remark import remark
from attncalc.walkthrough.sources import met, source_of, sources
from attncalc.walkthrough.tables import bar, together
from attncalc.walkthrough.title import title

_MOST_NAMED = 3


def write_lookup(trace: Trace, selection: Selection | None = None) -> Document:
    """What each of the chosen queries looks up, by match, and what it is given.

    It tells of no other query, so that there is none for its reader to turn to; and there is one
    detail of it.
    """
    page = Page.of(trace, replace(selection or Selection(), turns=False, detail="standard"))
    sections: list[Section] = []
    for head in page.heads:
        own = page.of_head(head)
        for query in page.queries:
            sections.append(_ranking(own, query, len(sections) + 1))
            if trace.attended in trace:
                sections.append(_retrieved(own, query, len(sections) + 1))
    last = remark(page, view="steps")
    sections[-1] = replace(sections[-1], content=(*sections[-1].content, last))
    return Document(title(page), tuple(sections))


def _ranked(page: Page, query: int) -> list[int]:
    """The keys that may be seen, the best match first."""
    weights, hidden = page.trace.row("weights", query), page.hidden_keys(query)
    seen = [key for key in range(len(weights)) if key not in hidden]
    return sorted(seen, key=lambda key: weights[key], reverse=True)


def _ranking(page: Page, query: int, number: int) -> Section:
    """The query, and the keys by how well they match it."""
    trace = page.trace
    ranked = _ranked(page, query)
    token = page.query_token(query, focused=True)
    said = words(
        "A hash table would look for the one key that equals the query. Here every key matches, "
        "some more and some less, and what {query} is given is shared out by the match.",
        query=token,
    )
    blocks: list[Block] = [Paragraph(said)]
    for asking in met(trace)[:1]:
        q = page.stage(asking, [query])[0]
        symbol = Symbol("q", (page.query_name(query),))
        blocks.append(Equation(page.named(symbol, q)))
    blocks.append(_ranking_table(page, query, ranked))
    hidden = trace.stages["weights"].shape[-1] - len(ranked)
    if hidden:
        masked = counted_words(
            "1 key is masked, as if not in the table.",
            "{count} keys are masked, as if not in the table.",
            hidden,
        )
        blocks.append(Paragraph(masked))
    heading = Heading(number, _named(page, words("Keys by match")))
    return Section(heading, tuple(blocks), ("scores", "weights"))


def _ranking_table(page: Page, query: int, ranked: list[int]) -> Table:
    trace = page.trace
    weights = page.stage("weights", [query])[0]
    row = trace.row("weights", query)
    matches = _matches(page, query)
    answering = met(trace)[1:]
    columns = [Column(words("key")), Column(words("rank"), Align.RIGHT)]
    if answering:
        columns.append(Column((Symbol("k"),), optional=True))
    if matches is not None:
        columns.append(Column(words("match"), Align.RIGHT))
    columns += [Column(words("share"), Align.RIGHT, result=True), Column((), optional=True)]
    rows: list[Row] = []
    for place in page.greatest_tokens(row[ranked]):
        if isinstance(place, Omitted):
            left = ranked[-place.count :]
            between: list[Cell] = [()] * (len(columns) - 4)
            told = words("… {count} more, together", count=place.count)
            rows.append(Row((told, (), *between, together(page, query, left), ())))
            continue
        key = ranked[place]
        own = page.is_own(query, key)
        cells: list[Cell] = [(page.key_token(key, focused=own),), (Number(f"{place + 1}"),)]
        cells += [(page.vector(page.stage(stage, [key])[0]),) for stage in answering]
        if matches is not None:
            cells.append((matches[key].number,))
        cells.append((weights[key].number,))
        cells.append(bar(row[key], row[ranked[0]]))
        rows.append(Row(tuple(cells), focused=own))
    return Table(tuple(columns), tuple(rows))


def _matches(page: Page, query: int) -> Sequence[Shown] | None:
    """What goes into the softmax; None where weights are given."""
    trace = page.trace
    if trace.problem.weights is not None:
        return None
    return page.stage(source_of(trace, "exponentials"), [query])[0]


def _retrieved(page: Page, query: int, number: int) -> Section:
    """The share of each value, their sum, and what a hash table would have returned."""
    trace = page.trace
    ranked = _ranked(page, query)
    shares, values = sources(trace, trace.attended)
    weights = page.stage(shares, [query])[0]
    rows: list[Row] = []
    for place in page.greatest_tokens(trace.row("weights", query)[ranked]):
        if isinstance(place, Omitted):
            rows.append(_rest_row(page, query, ranked[-place.count :]))
            continue
        key = ranked[place]
        own = page.is_own(query, key)
        value = page.stage(values, [key])[0]
        cells: tuple[Cell, ...] = (
            (page.key_token(key, focused=own),),
            (Product((weights[key].number, page.vector(value))),),
        )
        rows.append(Row(cells, focused=own))
    soft = page.stage(trace.attended, [query])[0]
    total: Cell = (Relation((page.vector(soft),), (joining(soft),)),)
    rows.append(Row((words("together"), total), RowKind.TOTAL))
    columns = (Column(words("key")), Column(words("share × value"), Align.RIGHT, result=True))
    blocks: tuple[Block, ...] = (
        Table(columns, tuple(rows)),
        Paragraph(sentences(*_against_hard(page, query, ranked))),
    )
    heading = Heading(number, _named(page, words("What is retrieved")))
    return Section(heading, blocks, ("weighted_values", trace.attended))


def _rest_row(page: Page, query: int, left: list[int]) -> Row:
    """The keys that are left out: how many, and what their values add to the result."""
    trace = page.trace
    with trace.arithmetic():
        total = trace.weighted_values_of(query)[left].sum(axis=0)
    shares, values = (trace.stages[name] for name in sources(trace, trace.attended))
    products_known = shares[query].exact[left, None] & values.exact[left]
    known: Exact = np.logical_and.reduce(products_known, axis=0)
    numbers = shown_array(total[None], known[None], page.style)[0]
    result = Relation((page.vector(numbers),), (joining(numbers),))
    return Row((words("… {count} more", count=len(left)), (result,)))


def _against_hard(page: Page, query: int, ranked: list[int]) -> Iterator[Inlines]:
    """What the best match alone would have given."""
    trace = page.trace
    row = trace.row("weights", query)
    if not ranked:
        yield words("No key may be seen, so nothing is retrieved.")
        return
    best = [key for key in ranked if row[key] == row[ranked[0]]]
    if len(best) > 1:
        named = listing_of_first([(page.key_token(key),) for key in best], _MOST_NAMED)
        yield words("A hash table could not tell: {keys} match equally well.", keys=named)
        return
    _, values = sources(trace, trace.attended)
    value = page.stage(values, [best[0]])[0]
    name = Symbol("v", (page.key_name(best[0]),))
    returned = page.named(name, value)
    with trace.arithmetic():
        apart = measures.distance(trace.row(trace.attended, query), trace[values][best[0]])
    key = page.key_token(best[0])
    if apart == 0 and all(entry.exact for entry in page.stage(trace.attended, [query])[0]):
        yield words(
            "A hash table would return the value of the best match alone, of {key}: {value}, which "
            "is what is retrieved here too.",
            key=key,
            value=returned,
        )
        return
    yield words(
        "A hash table would return the value of the best match alone, of {key}: {value}.",
        key=key,
        value=returned,
    )
    if trace.by_products.get("sink_powers") is not None:
        with trace.arithmetic():
            sunk = sunk_percentage(row.sum())
        yield words("The sink has a share of {share}, and returns nothing.", share=sunk)
    if apart == 0:
        yield words(
            "Here {key} has a share of {share}; what is retrieved is its value in every digit that "
            "is certain.",
            key=key,
            share=percentage_of_row(row[best[0]], row),
        )
        return
    yield words(
        "Here {key} has a share of {share}; what is retrieved lies {distance} away from its value.",
        key=key,
        share=percentage_of_row(row[best[0]], row),
        distance=rounded(apart, page.style).number,
    )


def _named(page: Page, heading: Inlines) -> Inlines:
    if page.trace.head is None:
        return heading
    return words("{section}, head {head}", section=heading, head=page.trace.head + 1)
