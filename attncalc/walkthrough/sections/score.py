"""From queries and keys to the numbers that go into the softmax."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import (
    Align,
    Block,
    Column,
    Heading,
    OfQuery,
    Paragraph,
    Row,
    Section,
    Table,
)
from attncalc.document.expressions import (
    Apply,
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
from attncalc.document.numerals import Shown, shown
from attncalc.walkthrough.page import (
    Page,
    Step,
    key_table,
    matrix_table,
    omitted_row,
    result_cell,
    sign_of,
    words,
)
from attncalc.walkthrough.quantities import row_of, weight_of
from attncalc.walkthrough.sections.project import product_sizes, product_terms

S_IJ = Symbol("s", ("i", "j"))
SCALED_IJ = Symbol("z", ("i", "j"))
MASKED_IJ = Symbol("m", ("i", "j"))
SCORE_SYMBOLS = {
    "scores": S_IJ,
    "scaled_scores": SCALED_IJ,
    "capped_scores": Symbol("t", ("i", "j")),
    "masked_scores": MASKED_IJ,
}
"""What an entry of a stage of the scores is called."""


def scores(page: Page, number: int) -> Section | None:
    """s_ij = q_i · k_j, every product of the focused queries, the matrix for all."""
    if page.trace.problem.scores is not None or "scores" not in page.trace:
        return None
    content = (
        *page.of_each_query(lambda query: _score_blocks(page, query)),
        *all_queries(page, "scores"),
    )
    formula = Relation((S_IJ, Dot(Symbol("q", ("i",)), Symbol("k", ("j",)))), (Sign.EXACT,))
    return Section(Heading(number, words("Scores"), formula), content, ("scores",))


def _score_blocks(page: Page, query: int) -> list[Block]:
    trace = page.trace
    name = page.query_name(query)
    q = page.stage(trace.asking, [query])[0]
    keys = page.kept_keys(query)
    shown_keys = [key for key in keys if isinstance(key, int)]
    k = dict(zip(shown_keys, page.stage(trace.answering, shown_keys), strict=True))
    terms = trace.score_terms(query)[shown_keys]
    terms_exact = trace.score_terms_exact(query)[shown_keys]
    totals = trace.stages["scores"]
    together = shown(
        [*terms.flat, *totals.values[query][shown_keys]],
        [*map(bool, terms_exact.flat), *map(bool, totals.exact[query][shown_keys])],
        page.style,
    )
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
        for place in page.kept_terms(product_sizes(q, k))
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
        quantity=weight_of(page.trace, query, key),
        quantities=(None, row_of(page.trace, page.trace.answering, key)),
    )


def all_queries(page: Page, name: str) -> list[Block]:
    """A stage for all queries, a row each; nothing new where there is only one."""
    if len(page.trace.problem.tokens) == 1:
        return []
    caption = words("All queries: the query in the row, the key in the column")
    rows, columns = page.kept_queries(), page.kept_columns()
    return [matrix_table(page, page.vectors(name), rows, columns, caption)]


def scaled_scores(page: Page, number: int) -> Section | None:
    """The scores divided by √d_k, or multiplied by the given number."""
    trace = page.trace
    if "scaled_scores" not in trace:
        return None
    score = Symbol("score")
    root_of_d_k = trace.number("divisor")
    if root_of_d_k is not None:
        root_of_width = Root(Symbol("d", ("k",)))
        root = shown([root_of_d_k], [root_of_d_k == root_of_d_k // 1], page.style)[0]
        under_root = Root(Number(str(trace.problem.d_k)))
        relation = Relation((root_of_width, under_root, root.number), (Sign.EXACT, root.sign))
        intro = words(
            "Dividing by ", relation, " keeps wide vectors from driving the softmax to extremes."
        )
        divisor = root.number if root.exact else under_root
        formula: Expression = Fraction(S_IJ, root_of_width)
        operation: Expression = Fraction(score, root_of_width)
    else:
        divisor = None
        factor = page.number(trace.problem.attention.scale).number
        intro = words("Each score is multiplied by ", factor, ".")
        formula, operation = Product((S_IJ, factor)), Product((score, factor))

    def step(query: int) -> Iterator[Block]:
        before = page.stage("scores", [query])[0]
        after = page.stage("scaled_scores", [query])[0]

        def cells(key: int) -> Step:
            start, result = before[key].number, after[key]
            done = Fraction(start, divisor) if divisor is not None else Product((start, factor))
            return done, sign_of(before[key], result=result), result.number

        yield key_table(page, query, (operation,), words("scaled score"), cells)

    content: tuple[Block | OfQuery, ...] = (Paragraph(intro), *page.of_each_query(step))
    heading = Heading(number, words("Scaled scores"), Relation((SCALED_IJ, formula), (Sign.EXACT,)))
    return Section(heading, content, ("scaled_scores",))


def capped_scores(page: Page, number: int) -> Section | None:
    """c · tanh(s / c), which leaves no score beyond ±c."""
    trace, cap = page.trace, page.trace.problem.attention.softcap
    if "capped_scores" not in trace:
        return None
    before_name = trace.stages["capped_scores"].made_of[0]
    c = page.number(cap).number

    def step(query: int) -> Iterator[Block]:
        before = page.stage(before_name, [query])[0]
        after = page.stage("capped_scores", [query])[0]

        def cells(key: int) -> Step:
            done = Product((c, Apply("tanh", (Fraction(before[key].number, c),))))
            return done, sign_of(before[key], result=after[key]), after[key].number

        operation = Product((c, Apply("tanh", (Fraction(Symbol("score"), c),))))
        yield key_table(page, query, (operation,), words("capped score"), cells)

    symbol = SCORE_SYMBOLS[before_name]
    intro = words(
        "Scores are bent so that none goes beyond ",
        c,
        " or its negative. It is done after scaling, and before bias and mask.",
    )
    content: tuple[Block | OfQuery, ...] = (Paragraph(intro), *page.of_each_query(step))
    bent = Product((Symbol("c"), Apply("tanh", (Fraction(symbol, Symbol("c")),))))
    formula = Relation((SCORE_SYMBOLS["capped_scores"], bent), (Sign.EXACT,))
    heading = Heading(number, words("Capped scores"), formula)
    return Section(heading, content, ("capped_scores",))
