"""From attention weights and values to outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from attncalc.document.document import (
    Align,
    Block,
    Cell,
    Column,
    Heading,
    Inlines,
    OfQuery,
    Paragraph,
    Row,
    RowKind,
    Section,
    Table,
    Words,
    about,
)
from attncalc.document.expressions import (
    Expression,
    Juxtaposed,
    Omitted,
    Product,
    Relation,
    Sign,
    SumOver,
    Symbol,
)
from attncalc.document.numerals import Shown, shown
from attncalc.document.wording import words
from attncalc.language import text
from attncalc.names import NAMES
from attncalc.numbers.arithmetic import Exact
from attncalc.steps import mix
from attncalc.steps.stages import OF_GROUPS
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, joining, sum_of
from attncalc.walkthrough.products import product_terms, whole
from attncalc.walkthrough.quantities import weight_of
from attncalc.walkthrough.sections.interface import (
    Derived,
    Drawn,
    Explanation,
    Index,
    Meant,
    Part,
    Place,
    Told,
    computed,
    size_of,
    size_of_row,
)
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.tasks import Asked, Task, whole_rows, whom
from attncalc.walkthrough.vectors import entry_heading, vector_table


def weighted_sum(page: Page, number: int) -> Section | None:
    """o_i = Σ α_ij v_j: each value times its weight, and the columns added up."""
    trace = page.trace
    formula = Relation((Symbol("o", ("i",)), SumOver("j", _share(trace))), (Sign.EXACT,))
    content: list[Block | OfQuery] = [
        Paragraph(
            words(
                "Each value is multiplied by its weight, and all of them are added up: a value "
                "with a large weight counts much in the result."
            ),
            topic="aside",
        )
    ]
    content += page.of_each_query(lambda query: [_weighted_table(page, query)])
    if len(trace.problem.tokens) > 1:
        caption = words("All queries")
        table = vector_table(page, {trace.attended: "o"}, "query", caption=caption)
        content += about("all-queries", [table])
    heading = Heading(number, words("Weighted sum"), formula)
    return Section(heading, tuple(content), ("weighted_values", trace.attended))


def _share(trace: Trace) -> Product:
    """What a key gives: its value times its weight."""
    weights, values = (NAMES[name].letter for name in sources(trace, trace.attended))
    return Product((Symbol(weights, ("i", "j")), Symbol(values, ("j",))))


def _task_of_shares(page: Page, asked: Asked) -> Task:
    weights, values = sources(page.trace, asked.stage)
    said = words("Multiply by its weight the value of {of}.", of=whom(page, asked))
    formula = Relation((Symbol("αv", ("i", "j")), _share(page.trace)), (Sign.EXACT,))
    taken = [(weights, index[:2]) for index in asked.places]
    taken += [(values, index[1:]) for index in asked.places]
    return Task(said, formula, tuple(taken), 1)


def _task_of_sum(page: Page, asked: Asked) -> Task:
    weights, values = sources(page.trace, asked.stage)
    said = words(
        "Compute the output of {of}: each value times its weight, added up.", of=whom(page, asked)
    )
    formula = Relation((Symbol("o", ("i",)), SumOver("j", _share(page.trace))), (Sign.EXACT,))
    rows = [(key,) for key in range(page.trace.stages[values].shape[0])]
    taken = (*whole_rows(page, weights, asked.rows), *whole_rows(page, values, rows))
    return Task(said, formula, taken, len(rows))


def _weighted_table(page: Page, query: int) -> Table:
    trace = page.trace
    terms = trace.weighted_values_of(query)  # (m, d_v)
    shares, values = sources(trace, trace.attended)
    weights, known_values = page.shares(query, shares), trace.stages[values].exact
    weights_exact = trace.stages[shares][query].exact
    keys = page.kept_keys(query)
    shown_keys = [key for key in keys if isinstance(key, int)]
    v = dict(zip(shown_keys, page.stage(values, shown_keys), strict=True))
    entries = page.kept_entries(terms.shape[-1])
    shown_entries = [entry for entry in entries if isinstance(entry, int)]
    totals = trace.stages[trace.attended][query]
    summed = [terms[key][entry] for entry in shown_entries for key in shown_keys]
    summed += [totals.values[entry] for entry in shown_entries]
    nothing = known_values & (trace[values] == 0)  # times whatever, it is 0
    known_terms = weights_exact[:, None] | nothing
    exact = [bool(known_terms[key][entry]) for entry in shown_entries for key in shown_keys]
    exact += [bool(totals.exact[entry]) for entry in shown_entries]
    rest = np.delete(np.arange(len(terms)), shown_keys)
    if len(rest):
        with trace.arithmetic():
            left_out = terms[rest].sum(axis=0)
        products_known = weights_exact[rest, None] & known_values[rest]
        known: Exact = np.logical_and.reduce(products_known, axis=0)
        summed += [left_out[entry] for entry in shown_entries]
        exact += [bool(known[entry]) for entry in shown_entries]
    numbers = shown(summed, exact, page.style)
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
        cells.append(_sign(exact_row))
        cells += [
            (columns[entry][at].number,) if isinstance(entry, int) else words("…")
            for entry in entries
        ]
        rows.append(Row(tuple(cells), focused=own, quantity=weight_of(trace, query, key)))
        at += 1
    exact_sum = all(number.exact for column in columns.values() for number in column)
    name = words("output") if page.trace.attended == "output" else words("sum")  # more follows
    total: list[Cell] = [name, (), _sign(exact_sum)]
    total += [
        (columns[entry][-1].number,) if isinstance(entry, int) else words("…") for entry in entries
    ]
    rows.append(Row(tuple(total), RowKind.TOTAL))
    headings = [
        Column(words("key")),
        Column((Product((Symbol(NAMES[shares].letter), Symbol(NAMES[values].letter))),)),
        Column(()),
        *(Column(entry_heading(page, values, entry), Align.RIGHT) for entry in entries),
    ]
    return Table(tuple(headings), tuple(rows), page.query_caption(query))


def _sign(exact: bool) -> Inlines:
    """What joins a vector to the cells of its entries."""
    return (Words((Sign.EXACT if exact else Sign.ROUNDED).value),)


def _rest_row(gap: Omitted, numbers: Mapping[int, Shown], entries: Sequence[int | Omitted]) -> Row:
    """The keys that are left out: how many, and what their values add to the output."""
    cells: list[Cell] = [words("… {count} more, together", count=gap.count), ()]
    cells.append(_sign(joining(numbers.values()) is Sign.EXACT))
    cells += [
        (numbers[entry].number,) if isinstance(entry, int) else words("…") for entry in entries
    ]
    return Row(tuple(cells))


def _product(page: Page, stage: str, index: Index) -> Derived:
    """α_ij v_j"""
    shares, values = sources(page.trace, stage)
    weight, value = page.entry(shares, index[:2]), page.entry(values, index[1:])
    product = Product((weight.number, value.number))
    return computed(page, stage, index, product, [weight, value])


def _sum(page: Page, stage: str, index: Index) -> Derived:
    """Σ α_ij v_j"""
    shares, values = sources(page.trace, stage)
    weights = page.stage(shares, [index[0]])[0]
    column = [page.stage(values, [key])[0][index[1]] for key in range(len(weights))]
    total = sum_of(product_terms(page, weights, column))
    return computed(page, stage, index, total, [*weights, *column])


def sharing(trace: Trace, start: str) -> str:
    """By how many heads each key-value head is used, where there are fewer of these."""
    heads, groups = trace.problem.heads, trace.problem.kv_heads
    if start not in OF_GROUPS or heads is None or groups is None or heads == groups:
        return ""
    return text("each for {count} heads", count=heads // groups)


def _formula(page: Page, before: Expression) -> Expression:
    _, values = sources(page.trace, page.trace.attended)
    return Juxtaposed((before, whole(page, values)))


def _summing(trace: Trace, start: str) -> str:
    first = sources(trace, trace.attended)[0]
    return text("Weighted Sum of V") if start == first else _shared(trace, start)


def _shared(trace: Trace, start: str) -> str:
    shared = sharing(trace, start)
    return shared[:1].upper() + shared[1:]


def _symbols(page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(
        Symbol("O"), words("all outputs, a row a query"), size_of(page, page.trace.attended)
    )
    yield Meant(
        Symbol("o", ("i",)),
        words("the weighted sum of the values for query i"),
        size_of_row(page, page.trace.attended),
    )


def _reading(page: Page, number: int) -> Iterator[Inlines]:
    yield words(
        "Times {values}: each query gets the sum of all values, each multiplied by its weight "
        "(section {number}).",
        values=whole(page, sources(page.trace, page.trace.attended)[1]),
        number=number,
    )


EXPLANATION = Explanation(
    mix,
    formula=_formula,
    reading=_reading,
    parts=(Part(Place.OF_EACH_HEAD, weighted_sum),),
    symbols=_symbols,
    told={
        "weighted_values": Told(_product, None, _task_of_shares),
        "head_outputs": Told(
            _sum,
            Drawn(
                lambda _: text("Weighted Sum"),
                sharing,
                _summing,
                box=lambda _: text("weighted sum of V"),
            ),
            _task_of_sum,
        ),
        "output": Told(
            _sum,
            Drawn(
                lambda _: text("Attention Output"),
                sharing,
                _summing,
                box=lambda _: text("output: weighted sum of V"),
            ),
            _task_of_sum,
        ),
    },
)
