"""How well each key matches what each query asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    Token,
)
from attncalc.document.expressions import (
    Dot,
    Expression,
    Juxtaposed,
    Omitted,
    Relation,
    Sign,
    Sum,
    Symbol,
    Transpose,
)
from attncalc.document.numerals import Shown, shown
from attncalc.document.wording import Slot, words
from attncalc.language import text
from attncalc.names import Axis
from attncalc.numbers.known import Known, joined
from attncalc.steps import score
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, lesson, pair_symbol, sign_of, sum_of
from attncalc.walkthrough.products import product_sizes, product_terms, whole
from attncalc.walkthrough.quantities import row_of, weight_of
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
)
from attncalc.walkthrough.sections.mix import sharing
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.tables import all_queries, omitted_row, result_cell
from attncalc.walkthrough.tasks import Asked, Entry, Task, whole_rows, whom


def scores(page: Page, number: int) -> Section | None:
    """s_ij = q_i · k_j, every product of the focused queries, the matrix for all."""
    if page.trace.problem.scores is not None or "scores" not in page.trace:
        return None
    content = (
        Paragraph(_why(), topic="aside"),
        lesson(*_how_to_multiply(page)),
        *page.of_each_query(lambda query: _score_blocks(page, query)),
        *all_queries(page, "scores"),
    )
    return Section(Heading(number, words("Scores"), _SCORE), content, ("scores",))


_SCORE = Relation(
    (pair_symbol("scores"), Dot(Symbol("q", ("i",)), Symbol("k", ("j",)))), (Sign.EXACT,)
)


def _why() -> Inlines:
    return words(
        "A score is the dot product of a query and a key: it is large where the two point the same "
        "way, and negative where they point in opposite ways."
    )


def _how_to_multiply(page: Page) -> Iterator[Inlines]:
    """What a dot product is, and what makes it large besides the direction."""
    yield words(
        "Dot product: multiply the first entry of the query by the first of the key, the second by "
        "the second and so on, and add up the products."
    )
    if "Q_normalized" not in page.trace:
        yield words(
            "Not only the direction counts, but also the length: a key of the same direction and "
            "twice the length gets twice the score."
        )


def match(query: Token, vector: Relation) -> Paragraph:
    """What is asked of every key, with the vector that asks."""
    return Paragraph(
        words("How well does each key match what {query} asks for?  {q}", query=query, q=vector)
    )


def _score_blocks(page: Page, query: int) -> list[Block]:
    trace = page.trace
    name = page.query_name(query)
    asking, answering = sources(trace, "scores")
    q = page.stage(asking, [query])[0]
    keys = page.kept_keys(query)
    shown_keys = [key for key in keys if isinstance(key, int)]
    k = dict(zip(shown_keys, page.stage(answering, shown_keys), strict=True))
    with trace.arithmetic():
        terms = trace.stages[asking].plain[query] * trace.stages[answering].plain[shown_keys]
    totals = trace.stages["scores"][query][shown_keys]
    together = shown(
        [*terms.values.flat, *totals.values],
        [*map(bool, terms.exact.flat), *map(bool, totals.exact)],
        page.style,
    )
    width = terms.shape[-1]
    rows: list[Row] = []
    at = 0
    for key in keys:
        if isinstance(key, Omitted):
            rows.append(omitted_row(key))
            continue
        products, total = together[at * width : (at + 1) * width], together[terms.values.size + at]
        rows.append(_score_row(page, query, key, q, k[key], products, total))
        at += 1
    asked = page.named(Symbol("q", (name,)), q)
    intro = match(page.query_token(query, focused=True), asked)
    columns = (
        Column(words("key")),
        Column((Symbol("k"),), optional=True),
        Column((Dot(Symbol("q", (name,)), Symbol("k")),)),
        Column(words("score"), Align.RIGHT, result=True),
    )
    best = max(shown_keys, key=trace.row("weights", query).__getitem__)
    at = shown_keys.index(best)
    left_out = _left_out(
        page, best, page.kept_terms(product_sizes(q, k[best])), terms[at], totals[at]
    )
    return [intro, Table(columns, tuple(rows)), *left_out]


def _left_out(
    page: Page, key: int, kept: Sequence[int | Omitted], terms: Known, total: Known
) -> Iterator[Paragraph]:
    """What the terms of a score that are left out come to, beside those that are shown."""
    shown_terms = [place for place in kept if isinstance(place, int)]
    rest = sorted({*range(len(terms.values))} - {*shown_terms})
    if not rest:
        return
    with page.trace.arithmetic():
        parts = [terms[places].total() for places in (shown_terms, rest)]
    largest, others, whole_sum = page.known(joined([*parts, total.moved(np.atleast_1d)], axis=0))
    sign = sign_of(largest, others, result=whole_sum)
    yield Paragraph(
        words(
            "Of the {terms} terms of the score of {key}, the {shown} shown add up to the first "
            "number, and the other {count} to the second: {sum}",
            count=len(rest),
            key=page.key_token(key),
            terms=len(terms.values),
            shown=len(shown_terms),
            sum=Relation((Sum((largest.number, others.number)), whole_sum.number), (sign,)),
        )
    )


def _score_row(
    page: Page,
    query: int,
    key: int,
    q: Sequence[Shown],
    k: Sequence[Shown],
    products: Sequence[Shown],
    total: Shown,
) -> Row:
    factors = product_terms(page, q, k)
    summands = tuple(
        place if isinstance(place, Omitted) else products[place].number
        for place in page.kept_terms(product_sizes(q, k))
    )
    _, answering = sources(page.trace, "scores")
    token = page.key_token(key, focused=page.is_own(query, key))
    if len(products) == 1:
        chain: Expression = factors[0]
        sign = sign_of(*q, *k, result=total)
    else:
        middle = Sign.EXACT if all(e.exact for e in (*q, *k, *products)) else Sign.ROUNDED
        chain = Relation((Sum(factors), Sum(summands)), (middle,))
        sign = sign_of(*products, result=total)
    return Row(
        ((token,), (page.vector(k),), (chain,), result_cell(sign, total.number)),
        focused=page.is_own(query, key),
        quantity=weight_of(page.trace, query, key),
        quantities=(None, row_of(page.trace, answering, key)),
    )


def _derived(page: Page, stage: str, index: Index) -> Derived | None:
    """Every product; None where scores are given."""
    made_of = sources(page.trace, stage)
    if not made_of:
        return None
    asking, answering = made_of
    q, k = page.stage(asking, [index[0]])[0], page.stage(answering, [index[1]])[0]
    return computed(page, stage, index, sum_of(product_terms(page, q, k)), [*q, *k])


def _task(page: Page, asked: Asked) -> Task:
    taken = meeting(page, asked)
    said = words("Compute the scores of {of}: the query times each key.", of=whom(page, asked))
    if len(asked.places) == 1:
        said = words("Compute the score of {of}: the query times the key.", of=whom(page, asked))
    return Task(said, _SCORE, taken, page.trace.problem.d_k or 1)


def meeting(page: Page, asked: Asked) -> tuple[Entry, ...]:
    """The queries and the keys that meet in some scores."""
    asking, answering = sources(page.trace, "scores")
    queries = [(place,) for place in asked.along(page, Axis.QUERY)]
    keys = [(place,) for place in asked.along(page, Axis.KEY)]
    return (*whole_rows(page, asking, queries), *whole_rows(page, answering, keys))


def _formula(page: Page, _before: Expression) -> Expression:
    made_of = sources(page.trace, "scores")
    if not made_of:
        return Symbol("S")
    Q, K = (whole(page, stage) for stage in made_of)
    return Juxtaposed((Q, Transpose(K)))


def _mentioned(page: Page) -> Iterator[Slot]:
    if page.trace.problem.scores is not None:
        yield words("scores given")


def _participant(trace: Trace) -> str:
    return text("Dot Product") if sources(trace, "scores") else text("Scores")


def _box(trace: Trace) -> str:
    return text("scores Q Kᵀ") if sources(trace, "scores") else text("scores")


def _asked(trace: Trace, start: str) -> str:
    asking = sources(trace, "scores")[0]
    return text("Dot Product of Q and K") if start == asking else sharing(trace, start).capitalize()


def _symbols(page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("S"), words("all scores, a row a query"), size_of(page, "scores"))
    yield Meant(
        Symbol("s", ("i", "j")), words("the score of query i and key j: how well they match")
    )


def _reading(page: Page, number: int) -> Iterator[Inlines]:
    made = _formula(page, Symbol("S"))
    yield reading_of_scores(made, number)
    if isinstance(made, Juxtaposed):
        yield words(
            "The raised T in {transposed} turns the rows of a matrix into columns, so that each "
            "row of {queries} meets each key.",
            transposed=made.factors[1],
            queries=made.factors[0],
        )


def reading_of_scores(scores: Expression, number: int) -> Inlines:
    """What the whole matrix of them is."""
    return words(
        "{scores} is the table of all scores: a row for each query, a column for each key (section "
        "{number}).",
        scores=scores,
        number=number,
    )


EXPLANATION = Explanation(
    score,
    parts=(Part(Place.OF_EACH_HEAD, scores),),
    symbols=_symbols,
    told={"scores": Told(_derived, Drawn(_participant, sharing, _asked, box=_box), _task)},
    mentioned=_mentioned,
    formula=_formula,
    reading=_reading,
)
