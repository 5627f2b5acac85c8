"""Scores, divided by √d_k, or multiplied by a given number."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from attncalc.document.document import Block, Heading, Inlines, OfQuery, Paragraph, Section
from attncalc.document.expressions import (
    Expression,
    Fraction,
    Number,
    Product,
    Relation,
    Root,
    Sign,
    Symbol,
)
from attncalc.document.numerals import percentage_of_row, shown
from attncalc.document.wording import Slot, counted_words, words
from attncalc.language import text
from attncalc.numbers.arithmetic import Array
from attncalc.problem.options import AttentionOptions
from attncalc.problem.problem import Problem
from attncalc.steps import scale
from attncalc.steps.engine import explain
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, in_digits, pair_symbol, sign_of
from attncalc.walkthrough.sections.interface import (
    Derived,
    Drawn,
    Explanation,
    Index,
    Meant,
    Part,
    Place,
    Told,
    always,
    computed,
    handed_on,
)
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.tables import HIDDEN, Step, hidden_still, key_table
from attncalc.walkthrough.tasks import Asked, Task, same_places, whom


def scaled_scores(page: Page, number: int) -> Section | None:
    """The scores divided by √d_k, or multiplied by the given number."""
    trace = page.trace
    source = source_of(trace, "scaled_scores")
    score, symbol = Symbol("score"), pair_symbol(source)
    root_of_d_k = trace.number("divisor")
    if root_of_d_k is not None:
        root_of_width = Root(Symbol("d", ("k",)))
        root = shown([root_of_d_k], [root_of_d_k == root_of_d_k // 1], page.style)[0]
        under_root = Root(Number(str(trace.problem.d_k)))
        relation = Relation((root_of_width, under_root, root.number), (Sign.EXACT, root.sign))
        intro = _why(relation, trace.problem.d_k)
        divisor = root.number if root.exact else under_root
        formula: Expression = Fraction(symbol, root_of_width)
        operation: Expression = Fraction(score, root_of_width)
    else:
        divisor = None
        factor = page.number(trace.problem.attention.scale).number
        intro = _why_times(page)
        formula, operation = Product((symbol, factor)), Product((score, factor))

    def step(query: int) -> Iterator[Block]:
        before = page.stage(source, [query])[0]
        after = page.stage("scaled_scores", [query])[0]

        def cells(key: int) -> Step:
            start, result = before[key].number, after[key]
            if result.number == HIDDEN:
                return hidden_still()
            done = Fraction(start, divisor) if divisor is not None else Product((start, factor))
            return done, sign_of(before[key], result=result), result.number

        yield key_table(page, query, (operation,), words("scaled score"), cells)
        yield from _without(page, query)

    content: tuple[Block | OfQuery, ...] = (Paragraph(intro), *page.of_each_query(step))
    relation = Relation((pair_symbol("scaled_scores"), formula), (Sign.EXACT,))
    heading = Heading(number, words("Scaled scores"), relation)
    return Section(heading, content, ("scaled_scores",))


def _why(root: Relation, d_k: int | None) -> Inlines:
    if d_k == 1:
        return words("Each score is divided by {root}, which changes nothing.", root=root)
    return words(
        "The more entries a vector has, the larger its dot products get; dividing by {root} makes "
        "up for that, so that the softmax does not give nearly everything to one key.",
        root=root,
    )


def _why_times(page: Page) -> Inlines:
    scale = page.trace.problem.attention.scale
    assert isinstance(scale, Decimal)
    factor = page.number(scale).number
    if 0 < scale < 1:
        return words(
            "Each score is multiplied by {factor}: smaller scores make the weights more alike.",
            factor=factor,
        )
    if scale > 1:
        return words(
            "Each score is multiplied by {factor}: larger scores make the largest weight larger.",
            factor=factor,
        )
    return words("Each score is multiplied by {factor}.", factor=factor)


def _without(page: Page, query: int) -> Iterator[Paragraph]:
    """What scaling does to the largest weight of a query; nothing where that cannot be seen.

    Of scores that are capped as well, it would be what the cap does.
    """
    if "capped_scores" in page.trace:
        return
    scaled, unscaled = page.trace.row("weights", query), unscaled_weights(page.trace, query)
    if unscaled is None:
        return
    with_it, without = (percentage_of_row(max(row), list(row)) for row in (scaled, unscaled))
    if with_it != without:
        yield Paragraph(
            words(
                "With this, the largest weight of {query} is {scaled}; without it, it would be "
                "{unscaled}.",
                query=page.query_token(query, focused=True),
                scaled=with_it,
                unscaled=without,
            )
        )


def unscaled_weights(trace: Trace, query: int) -> Array | None:
    """The weights that a query would have without scaling; None where keys are hidden before. (m,)

    Worked out as a problem of this one query that begins with its scores.
    """
    if source_of(trace, "scaled_scores") != "scores":
        return None
    options, head = trace.problem.attention, trace.head or 0
    mask, bias = trace.by_products.get("mask"), trace.bias
    sink = options.sink if options.sink is None or options.sink.ndim == 0 else options.sink[head]
    alone = AttentionOptions(
        scale="none",
        mask="none" if mask is None else mask[query].values[None],
        bias=None if bias is None else bias[query].values[None],
        softcap=options.softcap,
        sink=None if sink is None else np.array(sink),
        base=options.base,
    )
    problem = Problem(
        tokens=("query",),
        key_tokens=trace.problem.key_tokens,
        scores=trace.row("scores", query)[None],
        attention=alone,
        self_attention=False,
    )
    weights: Array = explain(problem)["weights"][0]
    return weights


def _formula(page: Page, before: Expression) -> Expression:
    if page.trace.number("divisor") is not None:
        return Fraction(before, Root(Symbol("d", ("k",))))
    return Product((before, page.number(page.trace.problem.attention.scale).number))


def _task(page: Page, asked: Asked) -> Task:
    source, of = source_of(page.trace, asked.stage), whom(page, asked)
    symbol, scaled = pair_symbol(source), pair_symbol(asked.stage)
    taken = same_places(asked, source)
    if page.trace.number("divisor") is not None:
        root = Root(Symbol("d", ("k",)))
        said = counted_words(
            "Divide the score of {of} by {root}.",
            "Divide each score of {of} by {root}.",
            len(asked.places),
            of=of,
            root=Relation((root, Root(Number(str(page.trace.problem.d_k)))), (Sign.EXACT,)),
        )
        return Task(said, Relation((scaled, Fraction(symbol, root)), (Sign.EXACT,)), taken)
    factor = page.number(page.trace.problem.attention.scale).number
    said = counted_words(
        "Multiply the score of {of} by {factor}.",
        "Multiply each score of {of} by {factor}.",
        len(asked.places),
        of=of,
        factor=factor,
    )
    return Task(said, Relation((scaled, Product((symbol, factor))), (Sign.EXACT,)), taken)


def _derived(page: Page, stage: str, index: Index) -> Derived:
    trace, source = page.trace, source_of(page.trace, stage)
    score = page.entry(source, index)
    if score.number == HIDDEN:
        return handed_on(page, source, index)
    if trace.number("divisor") is not None:
        root = Root(Number(str(trace.problem.d_k)))
        return computed(page, stage, index, Fraction(score.number, root), [score])
    factor = page.number(trace.problem.attention.scale)
    product = Product((score.number, factor.number))
    return computed(page, stage, index, product, [score, factor])


def _mentioned(page: Page) -> Iterator[Slot]:
    trace = page.trace
    if trace.number("divisor") is not None:
        yield words("scaled by {factor}", factor=Number(f"1/√{trace.problem.d_k}"))
    elif trace.number("factor") is not None:
        yield words("scaled by {factor}", factor=page.number(trace.problem.attention.scale).number)
    elif trace.problem.weights is None:
        yield words("unscaled")


def _scaling(trace: Trace, _start: str) -> str:
    return f"÷ √{trace.problem.d_k}" if trace.number("factor") is None else f"× {_factor(trace)}"


def _asked(trace: Trace, _start: str) -> str:
    by = f"1/√{trace.problem.d_k}" if trace.number("factor") is None else _factor(trace)
    return text("Scale by {factor}", factor=by)


def _factor(trace: Trace) -> str:
    return in_digits(trace.problem.attention.scale)


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("z", ("i", "j")), words("the scaled score of query i and key j"))


def _reading(page: Page, number: int) -> Iterator[Inlines]:
    if page.trace.number("divisor") is not None:
        yield words(
            "Each score is divided by {root}, where {width} is how many numbers a key has (section "
            "{number}).",
            root=Root(Symbol("d", ("k",))),
            width=Symbol("d", ("k",)),
            number=number,
        )
    else:
        yield words(
            "Each score is multiplied by {factor} (section {number}).",
            factor=page.number(page.trace.problem.attention.scale).number,
            number=number,
        )


def _taught(page: Page) -> Iterator[Inlines]:
    """Why scores are scaled elsewhere, where these are not."""
    if page.trace.problem.weights is None and "scaled_scores" not in page.trace:
        yield words(
            "“Unscaled” means that the scores are not divided by {root}. Most often they are. "
            "{width} says how many numbers a key has: the more there are, the further apart dot "
            "products get, and with scores far apart the softmax gives nearly everything to one "
            "key.",
            root=Root(Symbol("d", ("k",))),
            width=Symbol("d", ("k",)),
        )


EXPLANATION = Explanation(
    scale,
    parts=(Part(Place.OF_EACH_HEAD, scaled_scores),),
    symbols=_symbols,
    told={"scaled_scores": Told(_derived, Drawn(always("Scale"), _scaling, _asked), _task)},
    mentioned=_mentioned,
    formula=_formula,
    reading=_reading,
    taught=_taught,
)
