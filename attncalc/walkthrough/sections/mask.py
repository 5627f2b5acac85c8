"""What is added to scores before the softmax: a bias, distances, and a mask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf

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
    Token,
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
from attncalc.document.wording import words
from attncalc.numbers.known import Known
from attncalc.problem.options import Bias, Bucketed, Mask, Reach, Slopes
from attncalc.steps import mask as step
from attncalc.steps.bias import alibi_exponents
from attncalc.steps.trace import Trace
from attncalc.walkthrough.buckets import bucket_table, what_buckets_are
from attncalc.walkthrough.page import Page, glued, pair_symbol, sign_of, sum_of
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
    source = source_of(trace, "masked_scores")
    masks, biased = trace.mask is not None, trace.bias is not None
    terms: list[Expression] = [pair_symbol(source)]
    content: list[Block | OfQuery] = []
    if biased:
        terms.append(Symbol("b", ("i", "j")))
        content += _distances(page)
        content += what_buckets_are(page)
    if masks:
        terms.append(Symbol("M", ("i", "j")))
        content.append(Paragraph(_what_the_mask_does(page)))
        content += _mask_matrix(page)
    content += page.of_each_query(
        lambda query: [*bucket_table(page, query), _masked_table(page, query, source)]
    )
    content += all_queries(page, "masked_scores")
    title = "Bias and mask" if masks and biased else "Mask" if masks else "Bias"
    formula = Relation((pair_symbol("masked_scores"), Sum(tuple(terms))), (Sign.EXACT,))
    heading = Heading(number, glued(title), formula)
    return Section(heading, tuple(content), ("masked_scores",))


def _distances(page: Page) -> Iterator[Block]:
    """ALiBi: what is taken off a score for every token between query and key."""
    slopes = page.trace.by_products.get("slopes")
    if slopes is None:
        return
    head = page.trace.head or 0
    falls = slopes.values[head] > 0
    by_ids = page.trace.problem.has_position_ids
    apart, along = (
        ("how far their positions are apart", "how far the positions of query and key are apart")
        if by_ids
        else (
            "the number of tokens from one to the other",
            "the number of tokens from the query to the key",
        )
    )
    text = (
        "The further a key is from the query, the more is taken off its score: a slope times "
        f"{apart}. The slope is "
        if falls
        else f"What is taken off a score is a slope times {along}. The slope is "
    )
    yield Paragraph(glued(text, _slope(page, slopes, head), "."))


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
        cells: list[Cell] = [glued(str(head + 1))]
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
    return (
        *_who_may(page),
        *glued(
            element,
            " is 0 where it may, and ",
            Number("-inf"),
            " where it may not: then the power in the softmax is 0.",
        ),
    )


def _who_may(page: Page) -> Inlines:
    reach = step.reach_of(page.trace.problem.attention.mask)
    if reach is None:
        return words("The mask says which keys a query may attend to. ")
    placed = "" if reach.is_unlimited else _places(page, reach)
    seen = glued(f"A query may attend to {_seen(reach)}")
    return (*seen, *_but_padding(page, reach), *glued(f".{placed} "))


def _seen(reach: Reach) -> str:
    """What a query reaches, as an end of a sentence."""
    if reach.is_unlimited:
        return "every key"
    if reach.is_causal:
        return _seen_before(reach)
    before, after = (_how_many(keys) for keys in (reach.back, reach.ahead))
    if not reach.back:
        return f"itself and to {after} after it, not to what stands before it"
    ends = {(False, True): " forward", (True, False): " back"}
    further = ends.get((reach.back < inf, reach.ahead < inf), "")
    return f"itself, to {before} before it and to {after} after it, no further{further}"


def _seen_before(reach: Reach) -> str:
    """The same where nothing after the query is reached."""
    if reach.back == inf:
        return "itself and to what stands before it, not to what comes after"
    before = f"{_how_many(reach.back)} before it"
    if not reach.first:
        return f"itself and to {before}, no further"
    first = "the first key" if reach.first == 1 else f"the first {reach.first} keys"
    near = f"itself, to {before}" if reach.back else "itself"
    return f"{near} and to {first}, however far back; not to what comes after"


def _how_many(keys: float) -> str:
    """So many tokens on one side."""
    if keys == inf:
        return "every token"
    return "no token" if keys == 0 else "the token" if keys == 1 else f"the {keys} tokens"


def _places(page: Page, reach: Reach) -> str:
    """Which key a query goes with, where that is not plain; and which go with none they reach."""
    problem = page.trace.problem
    n, m = len(problem.tokens), len(problem.key_tokens)
    if reach.from_end:
        together = " The last query goes with the last key."
    elif page.offset:
        together = f" Its own position comes after the {page.offset} in the cache."
    else:
        together = " The first query goes with the first key." if n != m else ""
    near = step.reached(replace(reach, padding=None), n, m, page.offset)
    seen = [bool(row.any()) for row in near]
    blind = seen.count(False)
    if not blind:
        return together
    end = "last" if seen[0] else "first"
    queries = f"{end} query has" if blind == 1 else f"{end} {blind} queries have"
    return f"{together} So the {queries} no key to attend to."


def _but_padding(page: Page, reach: Reach) -> Inlines:
    """Which keys no query may attend to, whatever else it reaches."""
    if reach.padding is None:
        return ()
    hidden = [key for key, kept in enumerate(reach.padding) if not kept]
    but = " but padding" if reach.is_unlimited else ", and never to padding"
    if not hidden:
        return glued(f"{but}, of which there is none here")
    if len(hidden) > _NAMED:
        return glued(f"{but}, here {len(hidden)} of the {len(reach.padding)} keys")
    parts: list[str | Token] = [f"{but}, here "]
    for number, key in enumerate(hidden):
        if number:
            parts.append(" and " if number == len(hidden) - 1 else ", ")
        parts.append(page.key_token(key))
    return glued(*parts)


_NAMED = 4
"""Keys that are named one by one where they are padding."""


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
    return key_table(page, query, glued(heading), glued(result), cells)


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
    yield from _mask_mentioned(options.mask)
    if options.later_bias is not None:
        yield _biased(options.later_bias)


def _biased(bias: Bias) -> str:
    if isinstance(bias, Slopes):
        return "ALiBi with given slopes"
    if isinstance(bias, Bucketed):
        return f"biases in {bias.buckets.count} buckets"
    return "ALiBi" if isinstance(bias, str) else "with a bias"


def _mask_mentioned(mask: Mask) -> Iterator[str]:
    reach = step.reach_of(mask)
    if reach is None:
        yield "no mask" if isinstance(mask, str) else "own mask"
        return
    if not reach.is_unlimited:
        yield _reach_mentioned(reach)
    elif reach.padding is None:
        yield "a window without limits"
    if reach.from_end:
        yield "the last query with the last key"
    if reach.padding is not None:
        yield "padding hidden"


def _reach_mentioned(reach: Reach) -> str:
    if not reach.is_causal:
        back = "the first key" if reach.back == inf else f"{reach.back} back"
        ahead = "the last" if reach.ahead == inf else f"{reach.ahead} ahead"
        return f"a window from {back} to {ahead}"
    if reach.back == inf:
        return "causal mask"
    first = {0: "", 1: " and the first key"}.get(reach.first, f" and the first {reach.first} keys")
    return f"a window of {reach.width}{first}"


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
