"""From attention weights and values to outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from attncalc.document.document import (
    Align,
    Block,
    Cell,
    Column,
    Heading,
    OfQuery,
    Paragraph,
    Row,
    RowKind,
    Section,
    Table,
)
from attncalc.document.expressions import Omitted, Product, Relation, Sign, SumOver, Symbol
from attncalc.document.numerals import Shown, shown
from attncalc.walkthrough.page import Page, joining, words
from attncalc.walkthrough.quantities import weight_of
from attncalc.walkthrough.vectors import vector_table


def weighted_sum(page: Page, number: int) -> Section | None:
    """o_i = Σ α_ij v_j: each value times its weight, and the columns added up."""
    trace = page.trace
    if "V" not in trace:
        return None
    formula = Relation(
        (
            Symbol("o", ("i",)),
            SumOver("j", Product((Symbol("α", ("i", "j")), Symbol("v", ("j",))))),
        ),
        (Sign.EXACT,),
    )
    content: list[Block | OfQuery] = [
        Paragraph(words("Each value is multiplied by its weight, and all of them are added up."))
    ]
    content += page.of_each_query(lambda query: [_weighted_table(page, query)])
    if len(trace.problem.tokens) > 1:
        caption = words("All queries")
        content.append(vector_table(page, {trace.attended: "o"}, "query", caption=caption))
    heading = Heading(number, words("Weighted sum"), formula)
    return Section(heading, tuple(content), ("weighted_values", trace.attended))


def _weighted_table(page: Page, query: int) -> Table:
    trace = page.trace
    terms = trace.weighted_values_of(query)  # (m, d_v)
    weights = page.stage("weights", [query])[0]
    weights_exact = trace.stages["weights"].exact[query]
    keys = page.kept_keys(query)
    shown_keys = [key for key in keys if isinstance(key, int)]
    v = dict(zip(shown_keys, page.stage("V", shown_keys), strict=True))
    entries = page.kept_entries(terms.shape[-1])
    shown_entries = [entry for entry in entries if isinstance(entry, int)]
    totals = trace.stages[trace.attended]
    values = [terms[key][entry] for entry in shown_entries for key in shown_keys]
    values += [totals.values[query][entry] for entry in shown_entries]
    exact = [bool(weights_exact[key]) for _ in shown_entries for key in shown_keys]
    exact += [bool(totals.exact[query][entry]) for entry in shown_entries]
    rest = np.delete(np.arange(len(terms)), shown_keys)
    if len(rest):
        with trace.arithmetic():
            left_out = terms[rest].sum(axis=0)
        known = (weights_exact[rest, None] & trace.stages["V"].exact[rest]).all(axis=0)
        values += [left_out[entry] for entry in shown_entries]
        exact += [bool(known[entry]) for entry in shown_entries]
    numbers = shown(values, exact, page.style)
    height = len(shown_keys)
    ending = numbers[len(shown_entries) * (height + 1) :]
    columns = {
        entry: [
            *numbers[at * height : (at + 1) * height],
            numbers[len(shown_entries) * height + at],
        ]
        for at, entry in enumerate(shown_entries)
    }
    rows: list[Row] = []
    at = 0
    for key in keys:
        if isinstance(key, Omitted):
            rows.append(_rest_row(key, dict(zip(shown_entries, ending, strict=True)), entries))
            continue
        own = page.is_own(query, key)
        cells: list[Cell] = [(page.key_token(key, focused=own),)]
        cells.append((Product((weights[key].number, page.vector(v[key]))),))
        exact_row = weights[key].exact and all(
            number.exact for number in (*v[key], *(column[at] for column in columns.values()))
        )
        cells.append(words("=" if exact_row else "≈"))
        cells += [
            (columns[entry][at].number,) if isinstance(entry, int) else words("…")
            for entry in entries
        ]
        rows.append(Row(tuple(cells), focused=own, quantity=weight_of(trace, query, key)))
        at += 1
    exact_sum = all(number.exact for column in columns.values() for number in column)
    total: list[Cell] = [words("output"), (), words("=" if exact_sum else "≈")]
    total += [
        (columns[entry][-1].number,) if isinstance(entry, int) else words("…") for entry in entries
    ]
    rows.append(Row(tuple(total), RowKind.TOTAL))
    headings = [
        Column(words("key")),
        Column((Product((Symbol("α"), Symbol("v"))),)),
        Column(()),
        *(
            Column(words(str(entry + 1) if isinstance(entry, int) else ""), Align.RIGHT)
            for entry in entries
        ),
    ]
    return Table(tuple(headings), tuple(rows), page.query_caption(query))


def _rest_row(gap: Omitted, numbers: Mapping[int, Shown], entries: Sequence[int | Omitted]) -> Row:
    """The keys that are left out: how many, and what their values add to the output."""
    cells: list[Cell] = [words(f"… {gap.count} more, together"), ()]
    cells.append(words(joining(numbers.values()).value))
    cells += [
        (numbers[entry].number,) if isinstance(entry, int) else words("…") for entry in entries
    ]
    return Row(tuple(cells))
