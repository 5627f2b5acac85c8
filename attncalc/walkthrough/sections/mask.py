"""What is added to scores before the softmax: a bias, distances, and a mask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from attncalc.document.wording import counted_words, listing, sentences, words
from attncalc.language import counted, text
from attncalc.names import NAMES
from attncalc.numbers.known import Known
from attncalc.problem.options import Bias, Bucketed, Mask, Reach, Slopes
from attncalc.steps import mask as step
from attncalc.steps.bias import alibi_exponents
from attncalc.steps.trace import Trace
from attncalc.walkthrough.buckets import bucket_table, what_buckets_are
from attncalc.walkthrough.page import Page, lesson, pair_symbol, sign_of, sum_of
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
)
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.tables import (
    HIDDEN,
    Step,
    all_queries,
    key_table,
    omitted_row,
    result_cell,
)
from attncalc.walkthrough.tasks import Asked, Task, numbers_of_pairs, same_places, whom


def masked_scores(page: Page, number: int) -> Section | None:
    """The bias added, and -inf where a query may not attend."""
    trace = page.trace
    source = source_of(trace, "masked_scores")
    masks, biased = trace.is_masked, trace.bias is not None
    terms: list[Expression] = [pair_symbol(source)]
    content: list[Block | OfQuery] = []
    if biased:
        terms.append(Symbol("b", ("i", "j")))
        content += _distances(page)
        content += what_buckets_are(page)
    if masks:
        terms.append(Symbol("M", ("i", "j")))
        content.append(Paragraph(_what_the_mask_does(page)))
        content += _why_a_mask(page)
        content += _mask_matrix(page)
    content += page.of_each_query(
        lambda query: [*bucket_table(page, query), _masked_table(page, query, source)]
    )
    content += all_queries(page, "masked_scores")
    title = words("Bias and mask")
    if not (masks and biased):
        title = words("Mask") if masks else words("Bias")
    formula = Relation((pair_symbol("masked_scores"), Sum(tuple(terms))), (Sign.EXACT,))
    heading = Heading(number, title, formula)
    return Section(heading, tuple(content), ("masked_scores",))


def _distances(page: Page) -> Iterator[Block]:
    """ALiBi: what is taken off a score for every token between query and key."""
    slopes = page.trace.by_products.get("slopes")
    if slopes is None:
        return
    head = page.trace.head or 0
    falls = slopes.values[head] > 0
    slope = _slope(page, slopes, head)
    if page.trace.problem.has_position_ids:
        said = (
            words(
                "The further a key is from the query, the more is taken off its score: a slope "
                "times how far their positions are apart. The slope is {slope}.",
                slope=slope,
            )
            if falls
            else words(
                "What is taken off a score is a slope times how far the positions of query and "
                "key are apart. The slope is {slope}.",
                slope=slope,
            )
        )
    elif falls:
        said = words(
            "The further a key is from the query, the more is taken off its score: a slope times "
            "the number of tokens from one to the other. The slope is {slope}.",
            slope=slope,
        )
    else:
        said = words(
            "What is taken off a score is a slope times the number of tokens from the query to "
            "the key. The slope is {slope}.",
            slope=slope,
        )
    yield Paragraph(said)


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
        cells: list[Cell] = [(Number(f"{head + 1}"),)]
        cells += [] if own else [(_power_of_two(count, head),)]
        cells.append((number.number,) if own else result_cell(number.sign, number.number))
        rows.append(Row(tuple(cells)))
    heading = words("slope")
    columns = [Column(words("head")), Column(heading, Align.RIGHT, result=own)]
    columns += [] if own else [Column((), Align.RIGHT, result=True)]
    yield Table(tuple(columns), tuple(rows), words("How steeply each head discounts what is far"))


def _are_given(page: Page) -> bool:
    return isinstance(page.trace.problem.attention.bias, Slopes)


def _worked_out(page: Page, slopes: Known) -> Sequence[Shown]:
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
    return sentences(
        _who_sees_what(page),
        words(
            "{element} is 0 where query i sees key j, and {hidden} where not. A key with the score "
            "{hidden} gets the weight 0, and all weights still add up to 1; they would not if a "
            "weight were set to 0 after the softmax.",
            element=Symbol("M", ("i", "j")),
            hidden=HIDDEN,
        )
        if page.trace.by_products.get("sink_powers") is None
        else words(
            "{element} is 0 where query i sees key j, and {hidden} where not. A key with the score "
            "{hidden} gets the weight 0, and the others share what it would have had.",
            element=Symbol("M", ("i", "j")),
            hidden=HIDDEN,
        ),
    )


def _who_sees_what(page: Page) -> Inlines:
    reach = step.reach_of(page.trace.problem.attention.mask)
    if reach is None:
        return words("The mask says which keys each query sees.")
    placed = () if reach.is_unlimited else tuple(_places(page, reach))
    return sentences(_seen(page, reach), _hidden_padding(page, reach), *placed)


def _seen(page: Page, reach: Reach) -> Inlines:
    """Which keys a query reaches; nothing where padding alone says it."""
    if reach.is_unlimited:
        return words("Each query sees every key.") if reach.padding is None else ()
    own = page.trace.problem.self_attention
    if reach.is_causal and reach.back == inf:
        return (
            words("Each token sees itself and the tokens before it, not those after it.")
            if own
            else words(
                "Each query sees the key that it goes with and the keys before that one, not those "
                "after it."
            )
        )
    seen = listing(list(_nearby(reach, own=own)))
    if own:
        return words("Each token sees only {seen}.", seen=seen)
    return words("Each query sees only {seen}.", seen=seen)


def _nearby(reach: Reach, *, own: bool) -> Iterator[Inlines]:
    """What is seen, one after another. own: whether a query goes with itself."""
    yield words("itself") if own else words("the key that it goes with")
    if reach.back == inf:
        yield words("every token before it")
    elif reach.back:
        yield counted_words("the token before it", "the {count} tokens before it", int(reach.back))
    if reach.ahead == inf:
        yield words("every token after it")
    elif reach.ahead:
        yield counted_words("the token after it", "the {count} tokens after it", int(reach.ahead))
    if reach.first:
        yield counted_words(
            "the first token, however far back",
            "the first {count} tokens, however far back",
            reach.first,
        )


def _places(page: Page, reach: Reach) -> Iterator[Inlines]:
    """Which key a query goes with, where that is not plain; and which go with none they reach."""
    problem = page.trace.problem
    n, m = len(problem.tokens), len(problem.key_tokens)
    if reach.from_end:
        yield words("The last query goes with the last key.")
    elif page.offset:
        yield counted_words(
            "The token in the cache stands before all of them.",
            "The {count} tokens in the cache stand before all of them.",
            page.offset,
        )
    elif n != m:
        yield words("The first query goes with the first key.")
    near = step.reached(replace(reach, padding=None), n, m, page.offset)
    seen = [bool(row.any()) for row in near]
    blind = seen.count(False)
    if blind and seen[0]:
        yield counted_words(
            "So the last query has no key to see.",
            "So the last {count} queries have no key to see.",
            blind,
        )
    elif blind:
        yield counted_words(
            "So the first query has no key to see.",
            "So the first {count} queries have no key to see.",
            blind,
        )


def _hidden_padding(page: Page, reach: Reach) -> Inlines:
    """Which keys no query sees, whatever else it reaches."""
    if reach.padding is None:
        return ()
    hidden = [key for key, kept in enumerate(reach.padding) if not kept]
    if not hidden:
        return words("Padding is hidden from every query; there is none here.")
    if len(hidden) > _NAMED:
        return words(
            "Padding is hidden from every query, here {count} of the {every} keys.",
            count=len(hidden),
            every=len(reach.padding),
        )
    named = listing([(page.key_token(key),) for key in hidden])
    return words("Padding is hidden from every query, here {keys}.", keys=named)


def _why_a_mask(page: Page) -> Iterator[Paragraph]:
    """Why tokens may not look ahead: for the lesson."""
    reach = step.reach_of(page.trace.problem.attention.mask)
    if reach is not None and reach.is_causal:
        yield lesson(
            words(
                "Why not look ahead? A decoder writes one token after another and learns by "
                "guessing each from those before it; if it saw the answer, it would learn nothing."
            )
        )
    if reach is not None and reach.padding is not None:
        yield lesson(
            words(
                "Why hide padding? Sentences of one batch are filled up to the same length; what "
                "fills them has no meaning, so nothing is taken from it."
            )
        )


_NAMED = 4
"""Keys that are named one by one where they are padding."""


def _mask_matrix(page: Page) -> Iterator[Table]:
    """M as a matrix of 0 and -inf, where it is small enough to be seen."""
    mask, problem = page.trace.by_products.get("mask"), page.trace.problem
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
        seen = mask[query].values
        cells: list[Cell] = [(page.query_token(query, focused=query in page.queries),)]
        cells += [
            (Number("0" if seen[key] else "-inf"),) if isinstance(key, int) else words("…")
            for key in columns
        ]
        body.append(Row(tuple(cells), focused=query in page.queries, query=query))
    yield Table(tuple(headings), tuple(body))


def _masked_table(page: Page, query: int, source: str) -> Table:
    trace = page.trace
    bias, mask = trace.bias, trace.by_products.get("mask")
    seen = None if mask is None else mask[query].values
    before = page.stage(source, [query])[0]
    after = page.stage("masked_scores", [query])[0]
    biases = page.bias_row(query) if bias is not None else None

    def cells(key: int) -> Step:
        terms: list[Expression] = [before[key].number]
        operands = [before[key]]
        if biases is not None:
            terms.append(biases[key].number)
            operands.append(biases[key])
        if seen is not None:
            terms.append(Number("0" if seen[key] else "-inf"))
        hidden = after[key].number == HIDDEN  # whatever was rounded before
        sign = Sign.EXACT if hidden else sign_of(*operands, result=after[key])
        return Sum(tuple(terms)), sign, after[key].number

    added: list[Expression] = [Symbol(NAMES[source].letter)]
    added += [Symbol("b")] if bias is not None else []
    added += [Symbol("M")] if mask is not None else []
    result = words("masked score") if mask is not None else words("biased score")
    return key_table(page, query, (Sum(tuple(added)),), result, cells)


def _derived(page: Page, stage: str, index: Index) -> Derived:
    """The sum; where -inf is added it is that, exactly, whatever was rounded before."""
    trace = page.trace
    score = page.entry(source_of(trace, stage), index)
    terms, operands = [score.number], [score]
    if trace.bias is not None:
        operands = [score, page.bias_row(index[0])[index[1]]]
        terms.append(operands[-1].number)
    if trace.is_masked:
        terms.append(Number("0" if trace.by_products["mask"][index].values else "-inf"))
    hidden = page.entry(stage, index).number == HIDDEN
    if hidden and HIDDEN in terms[1:]:
        return Derived((sum_of(tuple(terms)), HIDDEN), (Sign.EXACT, Sign.EXACT))
    return computed(page, stage, index, sum_of(tuple(terms)), operands)


def _task(page: Page, asked: Asked) -> Task:
    """Of a bias; a mask alone asks for nothing that is worked out."""
    source = source_of(page.trace, asked.stage)
    said = counted_words(
        "Add the bias to the score of {of}.",
        "Add the bias to each score of {of}.",
        len(asked.places),
        of=whom(page, asked),
    )
    total = Sum((pair_symbol(source), Symbol("b", ("i", "j"))))
    formula = Relation((pair_symbol(asked.stage), total), (Sign.EXACT,))
    biases = numbers_of_pairs(page, asked, words("The bias"), page.bias_row)
    return Task(said, formula, same_places(asked, source), 2, (biases,))


def _formula(page: Page, before: Expression) -> Expression:
    """+ B + M, as there are."""
    added = {"B": page.trace.bias is not None, "M": page.trace.is_masked}
    return Sum((before, *(Symbol(name) for name, is_added in added.items() if is_added)))


def _mentioned(page: Page) -> Iterator[str]:
    problem, options = page.trace.problem, page.trace.problem.attention
    if problem.weights is not None:
        return
    yield from _mask_mentioned(options.mask)
    if options.later_bias is not None:
        yield _biased(options.later_bias)


def _biased(bias: Bias) -> str:
    if isinstance(bias, Slopes):
        return text("ALiBi with given slopes")
    if isinstance(bias, Bucketed):
        return text("biases in {count} buckets", count=bias.buckets.count)
    return text("ALiBi") if isinstance(bias, str) else text("with a bias")


def _mask_mentioned(mask: Mask) -> Iterator[str]:
    reach = step.reach_of(mask)
    if reach is None:
        yield text("no mask") if isinstance(mask, str) else text("mask given")
        return
    if not reach.is_unlimited:
        yield _reach_mentioned(reach)
    elif reach.padding is None:
        yield text("a window without limits")
    if reach.from_end:
        yield text("the last query with the last key")
    if reach.padding is not None:
        yield text("padding hidden")


def _reach_mentioned(reach: Reach) -> str:
    if not reach.is_causal and reach.back == inf:
        return text("a window from the first key to {ahead} ahead", ahead=int(reach.ahead))
    if not reach.is_causal and reach.ahead == inf:
        return text("a window from {back} back to the last key", back=int(reach.back))
    if not reach.is_causal:
        return text(
            "a window from {back} back to {ahead} ahead",
            back=int(reach.back),
            ahead=int(reach.ahead),
        )
    if reach.back == inf:
        return text("causal mask")
    if not reach.first:
        return text("a window of {width}", width=int(reach.width))
    return counted(
        "a window of {width} and the first key",
        "a window of {width} and the first {count} keys",
        reach.first,
        width=int(reach.width),
    )


def _participant(trace: Trace) -> str:
    if trace.bias is None:
        return text("Mask")
    return text("Bias") if not trace.is_masked else text("Bias and Mask")


def _masking(trace: Trace, _start: str) -> str:
    if trace.bias is None:
        return text("+ mask")
    return text("+ bias") if not trace.is_masked else text("+ bias + mask")


def _asked(trace: Trace, _start: str) -> str:
    if trace.bias is None:
        return text("Apply mask")
    return text("Add bias") if not trace.is_masked else text("Add bias, apply mask")


def _called(trace: Trace) -> str:
    return text("biased scores") if not trace.is_masked else text("masked scores")


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(
        Symbol("m", ("i", "j")), words("the score of query i and key j as it goes into the softmax")
    )
    yield Meant(Symbol("B"), words("all biases, a row a query"))
    yield Meant(
        Symbol("b", ("i", "j")),
        words("the bias of query i and key j, which is added to their score"),
    )
    yield Meant(Symbol("M"), words("the mask: 0 where a query sees a key, −∞ where it does not"))


def _reading(page: Page, number: int) -> Iterator[Inlines]:
    if page.trace.bias is not None:
        yield words(
            "{bias} adds a number of its own to each score (section {number}).",
            bias=Symbol("B"),
            number=number,
        )
    if page.trace.is_masked:
        yield words(
            "{mask} is the mask: it takes away the keys that a query must not see (section "
            "{number}).",
            mask=Symbol("M"),
            number=number,
        )


def _taught(page: Page) -> Iterator[Inlines]:
    mask = page.trace.problem.attention.mask
    if page.trace.problem.weights is None and isinstance(mask, str) and mask == "none":
        yield words("A mask would hide some keys from some queries; there is none here.")


EXPLANATION = Explanation(
    step,
    parts=(Part(Place.OF_EACH_HEAD, masked_scores),),
    symbols=_symbols,
    told={
        "masked_scores": Told(
            _derived, Drawn(_participant, _masking, _asked, called=_called), _task
        )
    },
    mentioned=_mentioned,
    formula=_formula,
    reading=_reading,
    taught=_taught,
)
