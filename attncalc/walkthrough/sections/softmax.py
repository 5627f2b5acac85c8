"""From scores to attention weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain
from math import inf

import numpy as np

from attncalc.document.document import (
    Align,
    Block,
    Cell,
    Column,
    Equation,
    Heading,
    Inlines,
    OfQuery,
    Paragraph,
    Row,
    RowKind,
    Section,
    Table,
    Token,
)
from attncalc.document.expressions import (
    Apply,
    Expression,
    Fraction,
    Nothing,
    Number,
    Omitted,
    Power,
    Product,
    Relation,
    Sign,
    Sum,
    SumOver,
    Symbol,
)
from attncalc.document.numerals import Shown, rounded, shown, shown_row
from attncalc.document.wording import counted_words, sentences, words
from attncalc.language import numeral, text
from attncalc.names import NAMES
from attncalc.numbers.arithmetic import like, transcendental_context
from attncalc.numbers.known import joined
from attncalc.steps import softmax as step
from attncalc.steps.trace import Trace
from attncalc.walkthrough.graph import graphs
from attncalc.walkthrough.heatmaps import weights_heatmap
from attncalc.walkthrough.page import (
    NOTHING,
    Page,
    in_digits,
    joining,
    lesson,
    pair_symbol,
    sign_of,
    sum_of,
)
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
)
from attncalc.walkthrough.sources import source_of, sources
from attncalc.walkthrough.tables import HIDDEN, bar, result_cell, together
from attncalc.walkthrough.tasks import Asked, Task, same_places, whole_rows, whom


def softmax(page: Page, number: int) -> Section:
    """Powers, their sum, the quotients of the focused queries; all weights as a heatmap."""
    trace = page.trace
    content: tuple[Block | OfQuery, ...]
    if trace.problem.weights is not None:
        heading = Heading(number, words("Attention weights"))
        content = (*_how_to_read_all(page), weights_heatmap(page), *graphs(page))
        return Section(heading, content, ("weights",))
    base, formula = _base(page), _in_symbols(page, source_of(trace, "exponentials"))
    written_out = page.of_each_query(lambda query: _softmax_blocks(page, query, base))
    heading = Heading(number, words("Attention weights (softmax)"), formula)
    content = (
        *_how_to_read(page, base),
        *written_out,
        *_why_powers(page, base),
        *_how_to_read_all(page),
        weights_heatmap(page),
        *graphs(page),
    )
    return Section(heading, content, ("exponentials", "sums", "weights"))


def _in_symbols(page: Page, source: str) -> Relation:
    """From the scores to a weight."""
    symbol, base = pair_symbol(source), _base(page)
    total: Expression = SumOver("l", Power(base, Symbol(symbol.letter, ("i", "l"))))
    if page.trace.by_products.get("sink_powers") is not None:
        total = Sum((Power(base, Symbol("sink")), total))
    return Relation((Symbol("α", ("i", "j")), Fraction(Power(base, symbol), total)), (Sign.EXACT,))


def _base(page: Page) -> Expression:
    """The base of the powers: e, or a number."""
    base = page.trace.problem.attention.base
    return Symbol("e") if base == "e" else page.number(base).number


def _softmax_blocks(page: Page, query: int, base: Expression) -> list[Block]:
    trace = page.trace
    token = page.query_token(query, focused=True)
    if trace.row("sums", query) == 0:
        said = words("Every key of {query} is masked: all its weights are 0.", query=token)
        return [Paragraph(said)]
    scores = page.stage(source_of(trace, "exponentials"), [query])[0]
    powers, sink, total = _powers(page, query)
    weights, hidden = page.shares(query), page.hidden_keys(query)
    row = trace.row("weights", query)
    most = max(range(len(row)), key=lambda place: row[place])
    rows: list[Row] = []
    kept = page.kept_keys(query)
    for key in kept:
        if isinstance(key, Omitted):
            rows.append(_rest_row(page, query, kept))
            continue
        own = page.is_own(query, key)
        power = Power(base, scores[key].number)
        if key in hidden:
            masked: tuple[Cell, ...] = (
                (page.key_token(key, focused=own),),
                (Relation((power, NOTHING.number), (Sign.EXACT,)),),
                words("masked") if trace.is_masked else words("hidden"),
                result_cell(Sign.EXACT, weights[key].number),
            )
            rows.append(Row(masked, focused=own, quantity=weight_of(trace, query, key)))
            continue
        power_sign = sign_of(scores[key], result=powers[key])
        quotient: Expression = Fraction(powers[key].number, total.number)
        nothing = powers[key].exact and row[key] == 0  # divided by whatever
        sign = Sign.EXACT if nothing else sign_of(powers[key], total, result=weights[key])
        equal = _equal_share(page, query, key)
        if equal is not None:
            sign = joining([weights[key]])
            share_sign = _divides_into(page, powers[key], total, weights[key])
            quotient = Relation((quotient, *equal), (share_sign,)) if equal else quotient
        cells: tuple[Cell, ...] = (
            (page.key_token(key, focused=own),),
            (Relation((power, powers[key].number), (power_sign,)),),
            (quotient,),
            result_cell(sign, weights[key].number),
            bar(row[key], row[most]),
        )
        rows.append(Row(cells, focused=own, quantity=weight_of(trace, query, key)))
    sunk = [] if sink is None else [sink]
    rows += [_sink_row(page, base, power, total) for power in sunk]
    sum_sign = joining(chain((total, *sunk), powers))
    share: Cell = (Number("1"),)
    if sink is not None:
        sign, number = _share_of_keys(page, query)
        share = result_cell(sign, number)
    rows.append(
        Row((words("sum"), result_cell(sum_sign, total.number), (), share, ()), RowKind.TOTAL)
    )
    letter = Symbol(NAMES[source_of(trace, "exponentials")].letter)
    columns = (
        Column(words("key")),
        Column((Power(base, letter),), Align.RIGHT),
        Column(words("÷ sum"), Align.RIGHT),
        Column(words("weight"), Align.RIGHT, result=True),
        Column((), optional=True),
    )
    return [
        Paragraph(_what_softmax_does(token, sink=sink is not None, hidden=bool(hidden))),
        *_temperature(page),
        Table(columns, tuple(rows)),
        Equation(_of_greatest(page, query, most), topic="aside"),
    ]


def _what_softmax_does(query: Token, *, sink: bool, hidden: bool) -> Inlines:
    """What weights are. sink: whether there is one. hidden: whether a key is."""
    if sink:
        said = words(
            "The softmax turns the scores of {query} into weights: positive shares. Each weight "
            "says how much of that key's value {query} takes. The sink takes a share too and has "
            "no value, so the weights add up to less than 1.",
            query=query,
        )
    else:
        said = words(
            "The softmax turns the scores of {query} into weights: positive shares that add up to "
            "1. Each weight says how much of that key's value {query} takes.",
            query=query,
        )
    return sentences(said, _what_is_hidden() if hidden else ())


def _what_is_hidden() -> Inlines:
    return words("A key with the score {hidden} gets the weight 0.", hidden=HIDDEN)


def _written(page: Page) -> list[int]:
    """The queries that have a table: those that see a key."""
    return [query for query in page.queries if page.trace.row("sums", query) != 0]


def _how_to_read(page: Page, base: Expression) -> Iterator[Block]:
    """For the lesson: what is done, column by column, and what l is."""
    if not _written(page):
        return
    index, letter = Symbol("l"), pair_symbol(source_of(page.trace, "exponentials")).letter
    yield lesson(
        words(
            "The softmax has three steps: take {power}, which is {base} to the power of the score "
            "(first column of numbers); add up these powers (last row); divide each power by their "
            "sum (next columns).",
            power=Power(base, Symbol(letter)),
            base=base,
        ),
        words(
            "In the formula, {l} runs over all keys, and {sum} is the sum of all their powers.",
            l=index,
            sum=SumOver("l", Power(base, Symbol(letter, ("i", "l")))),
        ),
        words("Where there are bars, the longest stands for the largest weight."),
    )


def _why_powers(page: Page, base: Expression) -> Iterator[Block]:
    """For the lesson: why powers of all functions."""
    queries = _written(page)
    if not queries:
        return
    source = source_of(page.trace, "exponentials")
    times: Expression = base
    if page.trace.problem.attention.base == "e":
        e = rounded(transcendental_context().exp(Decimal(1)), page.style)
        times = Relation((base, e.number), (e.sign,))
    negative = any(-inf < score < 0 for query in queries for score in page.trace.row(source, query))
    positive = (
        words("Shares must not be negative, and powers never are, even those of negative scores.")
        if negative
        else words("Shares must not be negative, and powers never are.")
    )
    yield lesson(
        words("Why powers?"),
        positive,
        words(
            "Of two keys, the one whose score is larger by 1 gets {times} times the weight.",
            times=times,
        ),
    )


def _how_to_read_all(page: Page) -> Iterator[Block]:
    """For the lesson: what stands where in a table of all weights."""
    if len(page.trace.problem.tokens) > 1:
        yield lesson(
            words(
                "How to read the table of all weights: a row is a query, a column a key, and the "
                "number where they meet says how much of this key's value this query takes. Where "
                "cells are shaded, a stronger shade means a larger weight."
            )
        )


def _equal_share(page: Page, query: int, key: int) -> tuple[Expression, ...] | None:
    """1 / k, where a weight is exactly that of k equal scores, whose powers are not exact.

    Nothing for a single one, which is divided by itself; None where a weight is no such share.
    """
    stages = page.trace.stages
    weight = stages["weights"][query]
    exact = bool(weight.exact[key]) and weight.values[key] != 0
    if not exact or stages["exponentials"][query].exact[key]:
        return None
    with page.trace.arithmetic():
        count = int(1 / weight.values[key])
    return (Fraction(Number("1"), Number(str(count))),) if count > 1 else ()


def _divides_into(page: Page, power: Shown, total: Shown, weight: Shown) -> Sign:
    """Between the quotient of the digits shown and 1 / k: = where their sum is shown as k of them.

    2.0281 / 4.0562 is a half, and 2.0138 / 4.0275 is not quite one.
    """
    with page.trace.arithmetic():
        count = (1 / weight.value).to_integral_value()
        same = count * Decimal(power.number.digits) == Decimal(total.number.digits)
    return Sign.EXACT if same else Sign.ROUNDED


def _rest_row(page: Page, query: int, kept: Sequence[int | Omitted]) -> Row:
    """The keys that are left out: how many, and their weights added up."""
    left = [key for key in range(page.trace.stages["weights"].shape[-1]) if key not in kept]
    name = words("… {count} more, together", count=len(left))
    cells: tuple[Cell, ...] = (name, (), (), together(page, query, left), ())
    return Row(cells)


def _temperature(page: Page) -> list[Block]:
    """What another base than e amounts to."""
    base = page.trace.problem.attention.base
    if base == "e":
        return []
    number = page.number(base).number
    context = transcendental_context()  # the trace's may have digits by the thousand
    temperature = rounded(context.divide(Decimal(1), context.ln(base)), page.style)
    logarithm = Apply("ln", (number,))
    power = Relation(
        (Power(number, Symbol("s")), Power(Symbol("e"), Product((Symbol("s"), logarithm)))),
        (Sign.EXACT,),
    )
    relation = Relation((Fraction(Number("1"), logarithm), temperature.number), (temperature.sign,))
    said = words(
        "{power}: the same as powers of e at the temperature {temperature}.",
        power=power,
        temperature=relation,
    )
    return [Paragraph(said)]


def _powers(page: Page, query: int) -> tuple[Sequence[Shown], Shown | None, Shown]:
    """The powers of a row, the sink's, and their sum, all with the same number of decimals."""
    trace = page.trace
    powers, total_of = trace.stages["exponentials"][query], trace.by_products["denominators"][query]
    sink = trace.by_products.get("sink_powers")
    parts = [powers, *([] if sink is None else [sink.moved(np.atleast_1d)])]
    beside = joined([*parts, total_of.moved(np.atleast_1d)], axis=0)
    numbers, m = shown_row(beside.values, beside.exact, page.style), len(powers.values)
    return numbers[:m], None if sink is None else numbers[m], numbers[-1]


def sink_of(page: Page) -> Shown:
    """The sink's logit, of the page's head."""
    sink = page.trace.problem.attention.sink
    assert sink is not None
    return page.number(sink[()] if sink.ndim == 0 else sink[page.trace.head or 0])


def _sink_row(page: Page, base: Expression, power: Shown, total: Shown) -> Row:
    """The share that goes to nobody."""
    exponent = sink_of(page)
    cells: tuple[Cell, ...] = (
        words("sink"),
        (Relation((Power(base, exponent.number), power.number), (power.sign,)),),
        (Fraction(power.number, total.number),),
        (Nothing(),),
        (),
    )
    return Row(cells)


def _share_of_keys(page: Page, query: int) -> tuple[Sign, Expression]:
    """What all keys together take of 1."""
    trace = page.trace
    weights = trace.stages["weights"][query]
    with trace.arithmetic():
        whole = weights.values.sum()
    number = shown([whole], [bool(weights.exact.all())], page.style)[0]
    return number.sign, number.number


def _written_out(page: Page, query: int, key: int) -> Derived:
    """One weight from its scores to its value: α = e^s / (e^s + …) ≈ …"""
    trace = page.trace
    base = _base(page)
    source = source_of(trace, "exponentials")
    scores = page.stage(source, [query])[0]
    powers, sink, total = _powers(page, query)
    weight = page.stage("weights", [query])[0][key]
    row = trace.row(source, query)
    used = np.flatnonzero(row != like(row, "-Infinity")).tolist()
    always = [used.index(key)] if key in used else []
    terms = tuple(
        place if isinstance(place, Omitted) else Power(base, scores[used[place]].number)
        for place in page.kept_terms(trace.row("exponentials", query)[used], always)
    )
    if not terms:
        return Derived((weight.number,), (Sign.EXACT,))
    if sink is not None:
        terms = (Power(base, sink_of(page).number), *terms)
    first = Fraction(Power(base, scores[key].number), sum_of(terms))
    second = Fraction(powers[key].number, total.number)
    if key not in used and weight.exact:  # 0 over any sum is 0, however that sum is rounded
        return Derived((first, second, weight.number), (Sign.EXACT,) * 3)
    before = (joining(scores), joining(chain((powers[key], total), scores)))
    equal = _equal_share(page, query, key)
    if equal is not None:
        if equal and set(terms) == {first.numerator}:  # 1 / k, however the power is rounded
            return Derived((first, *equal, weight.number), (Sign.EXACT,) * 3)
        share_sign = _divides_into(page, powers[key], total, weight)
        signs = (*before, *(share_sign for _ in equal), joining([weight]))
        return Derived((first, second, *equal, weight.number), signs)
    last = sign_of(powers[key], total, result=weight)
    return Derived((first, second, weight.number), (*before, last))


def _of_greatest(page: Page, query: int, key: int) -> Relation:
    """The same of a weight, named."""
    symbol = Symbol("α", (page.query_name(query), page.key_name(key)))
    derived = _written_out(page, query, key)
    return Relation((symbol, *derived.sides), derived.signs)


def _power(page: Page, stage: str, index: Index) -> Derived:
    score = page.entry(source_of(page.trace, stage), index)
    return computed(page, stage, index, Power(_base(page), score.number), [score])


def _row_sum(page: Page, stage: str, index: Index) -> Derived:
    powers = page.stage(source_of(page.trace, stage), [index[0]])[0]
    terms = tuple(
        place if isinstance(place, Omitted) else powers[place].number
        for place in page.kept_terms([power.value for power in powers])
    )
    return computed(page, stage, index, sum_of(terms), powers)


def _weight(page: Page, _stage: str, index: Index) -> Derived | None:
    return _written_out(page, *index) if page.trace.problem.weights is None else None


def _worked_out(trace: Trace) -> str:
    """The scores that go into the softmax, before a mask hides some of them."""
    source = source_of(trace, "exponentials")
    masked = source == "masked_scores" and trace.bias is None
    return source_of(trace, source) if masked else source


def _task_of_powers(page: Page, asked: Asked) -> Task:
    source, base = _worked_out(page.trace), _base(page)
    said = counted_words(
        "Raise {base} to the score of {of}.",
        "Raise {base} to each score of {of}.",
        len(asked.places),
        of=whom(page, asked),
        base=base,
    )
    formula = Relation(
        (pair_symbol("exponentials"), Power(base, pair_symbol(source))), (Sign.EXACT,)
    )
    return Task(said, formula, same_places(asked, source))


def _task_of_sums(page: Page, asked: Asked) -> Task:
    powers = whole_rows(page, "exponentials", asked.places)
    said = words("Add up the powers of {of}.", of=whom(page, asked))
    formula = Relation(
        (Symbol("Σ", ("i",)), SumOver("j", pair_symbol("exponentials"))), (Sign.EXACT,)
    )
    return Task(said, formula, powers, len(powers) // len(asked.places))


def _task_of_weights(page: Page, asked: Asked) -> Task:
    """From powers and sums that were asked for too, or the whole way from the scores."""
    of, sunk = whom(page, asked), tuple(_sunk(page))
    if {"exponentials", "sums"} <= {*asked.stages}:
        whole: Expression = Symbol("Σ", ("i",))
        if sunk:
            whole = Sum((Power(_base(page), Symbol("sink")), whole))
            said = counted_words(
                "Divide the power of {of} by the sum of all, to which the sink's is added.",
                "Divide each power of {of} by the sum of all, to which the sink's is added.",
                len(asked.places),
                of=of,
            )
        else:
            said = counted_words(
                "Divide the power of {of} by the sum of all.",
                "Divide each power of {of} by the sum of all.",
                len(asked.places),
                of=of,
            )
        share = Fraction(pair_symbol("exponentials"), whole)
        formula = Relation((pair_symbol("weights"), share), (Sign.EXACT,))
        sums = [("sums", row) for row in asked.rows]
        return Task(said, formula, (*same_places(asked, "exponentials"), *sums), 1, sunk)
    said = words("Compute the attention weights of {of}: the softmax of its scores.", of=of)
    source = _worked_out(page.trace)
    return Task(said, _in_symbols(page, source), whole_rows(page, source, asked.rows), 2, sunk)


def _sunk(page: Page) -> Iterator[Block]:
    if page.trace.by_products.get("sink_powers") is not None:
        sink = sink_of(page)
        yield Equation(Relation((Symbol("sink"), sink.number), (sink.sign,)))


def _formula(page: Page, before: Expression) -> Expression:
    """softmax of the scores, with the sink and the base where they are not as always."""
    if page.trace.problem.weights is not None:
        return Symbol("A")
    options = page.trace.problem.attention
    arguments: list[Expression] = [before]
    if options.sink is not None:
        arguments.append(Symbol("sink"))
    if options.base != "e":
        base = page.number(options.base).number
        arguments.append(Relation((Symbol("base"), base), (Sign.EXACT,)))
    return Apply("softmax", tuple(arguments))


def _mentioned(page: Page) -> Iterator[str]:
    problem, options = page.trace.problem, page.trace.problem.attention
    if problem.weights is not None:
        yield text("attention weights given")
        return
    if options.sink is not None:
        yield text("with a sink")
    if options.base != "e":
        digits = page.number(options.base).number.digits
        yield text("softmax to base {base}", base=numeral(digits))


def _participant(trace: Trace) -> str:
    return text("Softmax") if sources(trace, "weights") else text("Attention Weights")


def _softmax(trace: Trace, _start: str) -> str:
    base, sink = trace.problem.attention.base, trace.problem.attention.sink
    if base == "e":
        return text("softmax by row") if sink is None else text("softmax by row, with a sink")
    digits = numeral(in_digits(base))
    if sink is None:
        return text("softmax by row, base {base}", base=digits)
    return text("softmax by row, base {base}, with a sink", base=digits)


def _symbols(page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(
        Symbol("A"), words("all attention weights, a row a query"), size_of(page, "weights")
    )
    yield Meant(
        Symbol("α", ("i", "j")),
        words("the attention weight: how much of the value of key j query i takes"),
    )
    yield Meant(Symbol("l"), words("the place of a key in a sum over all keys"))
    is_base = page.trace.problem.attention.base == "e"
    yield Meant(
        Symbol("e"),
        words("Euler's number, the base of the powers") if is_base else words("Euler's number"),
    )


def _reading(page: Page, number: int) -> Iterator[Inlines]:
    if page.trace.problem.weights is not None:
        yield words(
            "{weights} is the table of all attention weights: a row for each query, a column for "
            "each key (section {number}).",
            weights=Symbol("A"),
            number=number,
        )
        return
    yield words(
        "“softmax” turns each row of scores into a row of attention weights, the shares that a "
        "query gives to the keys (section {number}).",
        number=number,
    )
    options = page.trace.problem.attention
    if options.sink is not None:
        yield words("“sink” is one more number in each row: it takes a share and has no value.")
    if options.base != "e":
        base = page.number(options.base).number
        yield words("“base” says what is raised to a power: {base} instead of e.", base=base)


EXPLANATION = Explanation(
    step,
    parts=(Part(Place.OF_EACH_HEAD, softmax),),
    symbols=_symbols,
    told={
        "exponentials": Told(_power, None, _task_of_powers),
        "sums": Told(_row_sum, None, _task_of_sums),
        "weights": Told(_weight, Drawn(_participant, _softmax), _task_of_weights),
    },
    mentioned=_mentioned,
    formula=_formula,
    reading=_reading,
)
