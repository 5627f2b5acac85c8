"""From queries and keys to the numbers that go into the softmax."""

from __future__ import annotations

from attncalc.document import Align, Block, Column, Heading, Inlines, Paragraph, Row, Section, Table
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
    Step,
    key_table,
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
    blocks += _all_queries(page, "scores")
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


def _all_queries(page: Page, name: str) -> list[Block]:
    """A stage for all queries, a row each; nothing new where there is only one."""
    if len(page.trace.problem.tokens) == 1:
        return []
    caption = words("All queries: the query in the row, the key in the column")
    rows, columns = page.kept_queries(), page.kept_keys()
    return [matrix_table(page, page.vectors(name), rows, columns, caption)]


def scaled_scores(page: Page, number: int) -> Section | None:
    """The scores divided by √d_k, or multiplied by the given number."""
    trace = page.trace
    if "scaled_scores" not in trace:
        return None
    score = Symbol("score")
    if trace.divisor is not None:
        root_of_width = Root(Symbol("d", ("k",)))
        root = shown([trace.divisor], [trace.divisor == trace.divisor // 1], page.style)[0]
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

    def step(query: int) -> Table:
        before = page.stage("scores", [query])[0]
        after = page.stage("scaled_scores", [query])[0]

        def cells(key: int) -> Step:
            start, result = before[key].number, after[key]
            done = Fraction(start, divisor) if divisor is not None else Product((start, factor))
            return done, sign_of(before[key], result=result), result.number

        return key_table(page, query, (operation,), words("scaled score"), cells)

    blocks: list[Block] = [Paragraph(intro), *(step(query) for query in page.queries)]
    heading = Heading(number, words("Scaled scores"), Relation((SCALED_IJ, formula), (Sign.EXACT,)))
    return Section(heading, tuple(blocks), ("scaled_scores",))


def masked_scores(page: Page, number: int) -> Section | None:
    """The bias added, and -inf where a query may not attend."""
    trace, options = page.trace, page.trace.problem.attention
    if "masked_scores" not in trace:
        return None
    before_name = trace.stages["masked_scores"].made_of[0]
    masks = trace.mask is not None
    terms: list[Expression] = [SCALED_IJ if before_name == "scaled_scores" else S_IJ]
    blocks: list[Block] = []
    if trace.bias is not None:
        terms.append(Symbol("b", ("i", "j")))
    if masks:
        terms.append(Symbol("M", ("i", "j")))
        blocks.append(Paragraph(_what_the_mask_does(causal=isinstance(options.mask, str))))
    blocks += [_masked_table(page, query, before_name) for query in page.queries]
    blocks += _all_queries(page, "masked_scores")
    title = "Bias and mask" if masks and trace.bias is not None else "Mask" if masks else "Bias"
    formula = Relation((MASKED_IJ, Sum(tuple(terms))), (Sign.EXACT,))
    heading = Heading(number, words(title), formula)
    return Section(heading, tuple(blocks), ("masked_scores",))


def _what_the_mask_does(*, causal: bool) -> Inlines:
    who = (
        "A query may attend to itself and to what stands before it, not to what comes after. "
        if causal
        else "The mask says which keys a query may attend to. "
    )
    element = Symbol("M", ("i", "j"))
    return words(
        who,
        element,
        " is 0 where it may, and ",
        Number("-inf"),
        " where it may not: then the power in the softmax is 0.",
    )


def _masked_table(page: Page, query: int, before_name: str) -> Table:
    trace = page.trace
    bias, mask = trace.bias, trace.mask
    before = page.stage(before_name, [query])[0]
    after = page.stage("masked_scores", [query])[0]
    biases = page.bias_row(query) if bias is not None else None

    def cells(key: int) -> Step:
        terms: list[Expression] = [before[key].number]
        if biases is not None:
            terms.append(biases[key].number)
        if mask is not None:
            terms.append(Number("0" if mask[query][key] else "-inf"))
        hidden = after[key].number == Number("-inf")  # whatever was rounded before
        sign = Sign.EXACT if hidden else sign_of(before[key], result=after[key])
        return Sum(tuple(terms)), sign, after[key].number

    heading = " + ".join(
        ["score", *(["bias"] if bias is not None else []), *(["mask"] if mask is not None else [])]
    )
    return key_table(page, query, words(heading), words("masked score"), cells)
