"""What is added to scores before the softmax: a bias, distances, and a mask."""

from __future__ import annotations

from collections.abc import Iterator

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
    Section,
    Table,
)
from attncalc.document.expressions import (
    Expression,
    Fraction,
    Number,
    Omitted,
    Power,
    Relation,
    Sign,
    Sum,
    Symbol,
)
from attncalc.document.numerals import Shown, shown
from attncalc.numbers.known import Known
from attncalc.problem.options import Bias, Slopes, Window
from attncalc.steps import mask as step
from attncalc.steps.bias import alibi_exponents
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, pair_symbol, sign_of, sum_of, words
from attncalc.walkthrough.sections.interface import (
    Derived,
    Drawn,
    Explanation,
    Index,
    Part,
    Place,
    Told,
    computed,
)
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.tables import Step, all_queries, key_table, omitted_row, result_cell


def masked_scores(page: Page, number: int) -> Section | None:
    """The bias added, and -inf where a query may not attend."""
    trace = page.trace
    if "masked_scores" not in trace:
        return None
    source = source_of(trace, "masked_scores")
    masks, biased = trace.mask is not None, trace.bias is not None
    terms: list[Expression] = [pair_symbol(source)]
    content: list[Block | OfQuery] = []
    if biased:
        terms.append(Symbol("b", ("i", "j")))
        content += _distances(page)
    if masks:
        terms.append(Symbol("M", ("i", "j")))
        content.append(Paragraph(_what_the_mask_does(page)))
        content += _mask_matrix(page)
    content += page.of_each_query(lambda query: [_masked_table(page, query, source)])
    content += all_queries(page, "masked_scores")
    title = "Bias and mask" if masks and biased else "Mask" if masks else "Bias"
    formula = Relation((pair_symbol("masked_scores"), Sum(tuple(terms))), (Sign.EXACT,))
    heading = Heading(number, words(title), formula)
    return Section(heading, tuple(content), ("masked_scores",))


def _distances(page: Page) -> Iterator[Block]:
    """ALiBi: what is taken off a score for every token between query and key."""
    slopes = page.trace.by_products.get("slopes")
    if slopes is None:
        return
    head = page.trace.head or 0
    falls = slopes.values[head] > 0
    text = (
        "The further a key is from the query, the more is taken off its score: a slope times the "
        "number of tokens from one to the other. The slope is "
        if falls
        else "What is taken off a score is a slope times the number of tokens from the query to "
        "the key. The slope is "
    )
    yield Paragraph(words(text, _slope(page, slopes, head), "."))


def slopes_of_heads(page: Page) -> Iterator[Block]:
    """ALiBi's slope of each head."""
    slopes = page.trace.by_products.get("slopes")
    if slopes is None:
        return
    count, own = len(slopes.values), _are_given(page)
    numbers = page.given(slopes.values)[0] if own else _worked_out(page, slopes)
    rows: list[Row] = []
    for head in page.kept_heads(count):
        if isinstance(head, Omitted):
            rows.append(omitted_row(head))
            continue
        number = numbers[head]
        cells: list[Cell] = [words(str(head + 1))]
        cells += [] if own else [(_power_of_two(count, head),)]
        cells.append((number.number,) if own else result_cell(number.sign, number.number))
        rows.append(Row(tuple(cells)))
    heading = words("slope")
    columns = [Column(words("head")), Column(heading, Align.RIGHT, result=own)]
    columns += [] if own else [Column((), Align.RIGHT, result=True)]
    yield Table(tuple(columns), tuple(rows), words("How steeply each head discounts what is far"))


def _are_given(page: Page) -> bool:
    return isinstance(page.trace.problem.attention.bias, Slopes)


def _worked_out(page: Page, slopes: Known) -> list[Shown]:
    return shown(list(slopes.values), slopes.exact.tolist(), page.style)


def _slope(page: Page, slopes: Known, head: int) -> Expression:
    """A head's slope: as it is given, or as it is worked out."""
    if _are_given(page):
        return page.number(slopes.values[head]).number
    number = _worked_out(page, slopes[head : head + 1])[0]
    return Relation((_power_of_two(len(slopes.values), head), number.number), (number.sign,))


def _power_of_two(heads: int, head: int) -> Expression:
    """2 to the minus 8k/h."""
    above, below = alibi_exponents(heads)[head]
    if above % below == 0:
        return Power(Number("2"), Number(f"-{above // below}"))
    return Power(Number("2"), Fraction(Number(f"-{above}"), Number(str(below))))


def _what_the_mask_does(page: Page) -> Inlines:
    element = Symbol("M", ("i", "j"))
    return words(
        _who_may(page),
        element,
        " is 0 where it may, and ",
        Number("-inf"),
        " where it may not: then the power in the softmax is 0.",
    )


def _who_may(page: Page) -> str:
    problem = page.trace.problem
    mask = problem.attention.mask
    past = f" Its own position comes after the {page.offset} in the cache." if page.offset else ""
    n, m = len(problem.tokens), len(problem.key_tokens)
    corner = " The first query goes with the first key." if n != m and not page.offset else ""
    if isinstance(mask, Window):
        before = mask.width - 1
        tokens = (
            "no token" if before == 0 else "the token" if before == 1 else f"the {before} tokens"
        )
        return f"A query may attend to itself and to {tokens} before it, no further.{past}{corner} "
    if isinstance(mask, str):
        return (
            "A query may attend to itself and to what stands before it, not to what comes after."
            f"{past}{corner} "
        )
    return "The mask says which keys a query may attend to. "


def _mask_matrix(page: Page) -> Iterator[Table]:
    """M as a matrix of 0 and -inf, where it is small enough to be seen."""
    mask, problem = page.trace.mask, page.trace.problem
    columns = page.kept_columns()
    rows = [query for query in page.kept_queries() if isinstance(query, int)]
    if mask is None or len(problem.tokens) == 1 or len(rows) < len(problem.tokens):
        return
    headings = [Column((Symbol("M"),))] + [
        Column((page.key_token(key),) if isinstance(key, int) else words("…"), Align.RIGHT)
        for key in columns
    ]
    body: list[Row] = []
    for query in rows:
        cells: list[Cell] = [(page.query_token(query, focused=query in page.queries),)]
        cells += [
            (Number("0" if mask[query][key] else "-inf"),) if isinstance(key, int) else words("…")
            for key in columns
        ]
        body.append(Row(tuple(cells), focused=query in page.queries, query=query))
    yield Table(tuple(headings), tuple(body))


def _masked_table(page: Page, query: int, source: str) -> Table:
    trace = page.trace
    bias, mask = trace.bias, trace.mask
    before = page.stage(source, [query])[0]
    after = page.stage("masked_scores", [query])[0]
    biases = page.bias_row(query) if bias is not None else None

    def cells(key: int) -> Step:
        terms: list[Expression] = [before[key].number]
        operands = [before[key]]
        if biases is not None:
            terms.append(biases[key].number)
            operands.append(biases[key])
        if mask is not None:
            terms.append(Number("0" if mask[query][key] else "-inf"))
        hidden = after[key].number == Number("-inf")  # whatever was rounded before
        sign = Sign.EXACT if hidden else sign_of(*operands, result=after[key])
        return Sum(tuple(terms)), sign, after[key].number

    heading = " + ".join(
        ["score", *(["bias"] if bias is not None else []), *(["mask"] if mask is not None else [])]
    )
    result = "masked score" if mask is not None else "biased score"
    return key_table(page, query, words(heading), words(result), cells)


def _derived(page: Page, stage: str, index: Index) -> Derived:
    """The sum; where -inf is added it is that, exactly, whatever was rounded before."""
    trace = page.trace
    score = page.entry(source_of(trace, stage), index)
    terms, operands = [score.number], [score]
    if trace.bias is not None:
        operands = [score, page.bias_row(index[0])[index[1]]]
        terms.append(operands[-1].number)
    if trace.mask is not None:
        terms.append(Number("0" if trace.mask[index] else "-inf"))
    hidden = page.entry(stage, index).number == Number("-inf")
    return computed(page, stage, index, sum_of(tuple(terms)), [] if hidden else operands)


def _mentioned(page: Page) -> Iterator[str]:
    problem, options = page.trace.problem, page.trace.problem.attention
    if problem.weights is not None:
        return
    if isinstance(options.mask, Window):
        yield f"a window of {options.mask.width}"
    elif isinstance(options.mask, str):
        yield "no mask" if options.mask == "none" else "causal mask"
    else:
        yield "own mask"
    if options.bias is not None:
        yield _biased(options.bias)


def _biased(bias: Bias) -> str:
    if isinstance(bias, Slopes):
        return "ALiBi with given slopes"
    return "ALiBi" if isinstance(bias, str) else "with a bias"


def _participant(trace: Trace) -> str:
    return "Mask" if trace.bias is None else "Bias" if trace.mask is None else "Bias and Mask"


def _masking(trace: Trace, _start: str) -> str:
    return " ".join(["+ bias"] * (trace.bias is not None) + ["+ mask"] * (trace.mask is not None))


def _asked(trace: Trace, _start: str) -> str:
    added = {"add bias": trace.bias, "apply mask": trace.mask}
    return ", ".join(name for name in added if added[name] is not None).capitalize()


def _called(trace: Trace) -> str:
    return "biased scores" if trace.mask is None else "masked scores"


EXPLANATION = Explanation(
    step,
    parts=(Part(Place.OF_EACH_HEAD, masked_scores),),
    told={"masked_scores": Told(_derived, Drawn(_participant, _masking, _asked, called=_called))},
    mentioned=_mentioned,
)
