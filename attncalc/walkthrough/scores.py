"""From queries and keys to the numbers that go into the softmax."""

from __future__ import annotations

import numpy as np

from attncalc.document import Align, Block, Column, Heading, Paragraph, Row, Section, Table
from attncalc.expressions import (
    Dot,
    Expression,
    Fraction,
    Number,
    Omitted,
    Product,
    Relation,
    Root,
    Sign,
    Sum,
    Symbol,
)
from attncalc.numerals import Shown, shown
from attncalc.walkthrough.page import (
    Page,
    matrix_table,
    omitted_row,
    result_cell,
    sign_of,
    words,
)
from attncalc.walkthrough.projections import product_terms

S_IJ = Symbol("s", ("i", "j"))
SCALED_IJ = Symbol("z", ("i", "j"))
MASKED_IJ = Symbol("m", ("i", "j"))


def scores(page: Page, number: int) -> Section | None:
    """s_ij = q_i · k_j, every product of the focused queries, the matrix for all."""
    if page.trace.problem.scores is not None or "scores" not in page.trace:
        return None
    blocks: list[Block] = []
    for query in page.queries:
        blocks += _score_blocks(page, query)
    blocks.append(all_queries(page, "scores"))
    formula = Relation((S_IJ, Dot(Symbol("q", ("i",)), Symbol("k", ("j",)))), (Sign.EXACT,))
    return Section(Heading(number, words("Scores"), formula), tuple(blocks), ("scores",))


def _score_blocks(page: Page, query: int) -> list[Block]:
    trace = page.trace
    name = page.query_name(query)
    q = page.stage("Q", [query])[0]
    keys = page.kept_keys()
    shown_keys = [key for key in keys if isinstance(key, int)]
    k = dict(zip(shown_keys, page.stage("K", shown_keys), strict=True))
    terms = trace.score_terms(query)[shown_keys]
    exact = bool(trace.stages["Q"].exact.all() and trace.stages["K"].exact.all())
    totals = trace["scores"][query][shown_keys]
    together = shown([*terms.flat, *totals], [exact] * (terms.size + totals.size), page.style)
    width = terms.shape[-1]
    rows: list[Row] = []
    at = 0
    for key in keys:
        if isinstance(key, Omitted):
            rows.append(omitted_row(key))
            continue
        products, total = together[at * width : (at + 1) * width], together[terms.size + at]
        rows.append(_score_row(page, query, key, q, k[key], products, total))
        at += 1
    q_sign = Sign.EXACT if all(entry.exact for entry in q) else Sign.ROUNDED
    intro = Paragraph(
        words(
            "How well does each key match what ",
            page.query_token(query, focused=True),
            " asks for?  ",
            Relation((Symbol("q", (name,)), page.vector(q)), (q_sign,)),
        )
    )
    columns = (
        Column(words("key")),
        Column((Symbol("k"),), optional=True),
        Column((Dot(Symbol("q", (name,)), Symbol("k")),)),
        Column(words("score"), Align.RIGHT, result=True),
    )
    return [intro, Table(columns, tuple(rows))]


def _score_row(
    page: Page,
    query: int,
    key: int,
    q: list[Shown],
    k: list[Shown],
    products: list[Shown],
    total: Shown,
) -> Row:
    factors = product_terms(page, q, k)
    summands = tuple(
        place if isinstance(place, Omitted) else products[place].number
        for place in page.kept_terms(len(products))
    )
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
    )


def all_queries(page: Page, name: str) -> Table:
    """A stage for all queries, a row each."""
    rows = page.kept_queries()
    columns = page.kept_keys()
    return matrix_table(
        page,
        page.vectors(name),
        rows,
        columns,
        words("All queries: the query in the row, the key in the column"),
    )


def scaled_scores(page: Page, number: int) -> Section | None:
    """The scores divided by √d_k, or multiplied by the given number."""
    trace = page.trace
    if "scaled_scores" not in trace:
        return None
    d_k = trace.problem.d_k
    if trace.divisor is not None:
        formula: Expression = Fraction(S_IJ, Root(Symbol("d", ("k",))))
        root = shown([trace.divisor], [trace.divisor == trace.divisor // 1], page.style)[0]
        relation = Relation(
            (Root(Symbol("d", ("k",))), Root(Number(str(d_k))), root.number),
            (Sign.EXACT, root.sign),
        )
        intro = words(
            "Dividing by ", relation, " keeps wide vectors from driving the softmax to extremes."
        )
        divisor: Expression = root.number if root.exact else Root(Number(str(d_k)))
    else:
        factor = page.number(trace.problem.attention.scale).number
        formula = Product((S_IJ, factor))
        intro = words("Each score is multiplied by ", factor, ".")
        divisor = factor
    blocks: list[Block] = [Paragraph(intro)]
    for query in page.queries:
        blocks.append(_scaled_table(page, query, divisor))
    heading = Heading(number, words("Scaled scores"), Relation((SCALED_IJ, formula), (Sign.EXACT,)))
    return Section(heading, tuple(blocks), ("scaled_scores",))


def _scaled_table(page: Page, query: int, scale: Expression) -> Table:
    trace = page.trace
    keys = page.kept_keys()
    before = page.stage("scores", [query])[0]
    after = page.stage("scaled_scores", [query])[0]
    rows: list[Row] = []
    for key in keys:
        if isinstance(key, Omitted):
            rows.append(omitted_row(key))
            continue
        own = page.is_own(query, key)
        operation: Expression = (
            Fraction(before[key].number, scale)
            if trace.divisor is not None
            else Product((before[key].number, scale))
        )
        sign = sign_of(before[key], result=after[key])
        rows.append(
            Row(
                (
                    (page.key_token(key, focused=own),),
                    (operation,),
                    result_cell(sign, after[key].number),
                ),
                focused=own,
            )
        )
    columns = (
        Column(words("key")),
        Column(words("score, scaled"), Align.RIGHT),
        Column(words("scaled score"), Align.RIGHT, result=True),
    )
    return Table(columns, tuple(rows), page.query_caption(query))


def masked_scores(page: Page, number: int) -> Section | None:
    """The bias added, and -inf where a query may not attend."""
    trace = page.trace
    if "masked_scores" not in trace:
        return None
    options = trace.problem.attention
    before_name = trace.stages["masked_scores"].made_of[0]
    before_symbol = SCALED_IJ if before_name == "scaled_scores" else S_IJ
    masks = not (isinstance(options.mask, str) and options.mask == "none")
    blocks: list[Block] = []
    if masks:
        reason = (
            "A query may attend to itself and to what stands before it, not to what comes after: "
            if isinstance(options.mask, str)
            else "The mask says which keys a query may attend to: "
        )
        blocks.append(
            Paragraph(words(reason + "a score it may not use becomes -inf, whose power is 0."))
        )
    for query in page.queries:
        blocks.append(_masked_table(page, query, before_name))
    blocks.append(all_queries(page, "masked_scores"))
    title = "Bias and mask" if masks and options.bias is not None else "Mask" if masks else "Bias"
    right: Expression = (
        Sum((before_symbol, Symbol("b", ("i", "j")))) if options.bias is not None else before_symbol
    )
    formula = Relation((MASKED_IJ, right), (Sign.EXACT,))
    heading = Heading(number, words(title), formula)
    return Section(heading, tuple(blocks), ("masked_scores",))


def _masked_table(page: Page, query: int, before_name: str) -> Table:
    trace = page.trace
    bias = trace.problem.attention.bias
    keys = page.kept_keys()
    before = page.stage(before_name, [query])[0]
    after = page.stage("masked_scores", [query])[0]
    biases = page.given(bias[query])[0] if bias is not None else None
    hidden = trace["masked_scores"][query] == -np.inf
    rows: list[Row] = []
    for key in keys:
        if isinstance(key, Omitted):
            rows.append(omitted_row(key))
            continue
        own = page.is_own(query, key)
        start = before[key].number
        operation: Expression = Sum((start, biases[key].number)) if biases is not None else start
        sign = sign_of(before[key], result=after[key])
        if hidden[key]:
            result = words("-inf, may not be used")
        else:
            result = tuple(result_cell(sign, after[key].number))  # type: ignore[arg-type]
        rows.append(Row(((page.key_token(key, focused=own),), (operation,), result), focused=own))
    heading = "score + bias" if biases is not None else "score"
    columns = (
        Column(words("key")),
        Column(words(heading), Align.RIGHT),
        Column(words("masked score"), Align.RIGHT, result=True),
    )
    return Table(columns, tuple(rows), page.query_caption(query))
