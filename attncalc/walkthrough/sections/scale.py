"""Scores, divided by √d_k, or multiplied by a given number."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, OfQuery, Paragraph, Section
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
from attncalc.document.numerals import shown
from attncalc.document.wording import words
from attncalc.steps import scale
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, glued, in_digits, pair_symbol, sign_of
from attncalc.walkthrough.sections.interface import (
    Derived,
    Drawn,
    Explanation,
    Index,
    Part,
    Place,
    Told,
    always,
    computed,
    handed_on,
)
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.tables import HIDDEN, Step, hidden_still, key_table


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
        intro = glued(
            "Dividing by ", relation, " keeps wide vectors from driving the softmax to extremes."
        )
        divisor = root.number if root.exact else under_root
        formula: Expression = Fraction(symbol, root_of_width)
        operation: Expression = Fraction(score, root_of_width)
    else:
        divisor = None
        factor = page.number(trace.problem.attention.scale).number
        intro = glued("Each score is multiplied by ", factor, ".")
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

    content: tuple[Block | OfQuery, ...] = (Paragraph(intro), *page.of_each_query(step))
    relation = Relation((pair_symbol("scaled_scores"), formula), (Sign.EXACT,))
    heading = Heading(number, words("Scaled scores"), relation)
    return Section(heading, content, ("scaled_scores",))


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


def _mentioned(page: Page) -> Iterator[str]:
    trace = page.trace
    if trace.number("divisor") is not None:
        yield f"scaled by 1/√{trace.problem.d_k}"
    elif trace.number("factor") is not None:
        yield f"scaled by {page.number(trace.problem.attention.scale).number.digits}"
    elif trace.problem.weights is None:
        yield "unscaled"


def _scaling(trace: Trace, _start: str) -> str:
    return f"÷ √{trace.problem.d_k}" if trace.number("factor") is None else f"× {_factor(trace)}"


def _asked(trace: Trace, _start: str) -> str:
    by = f"1/√{trace.problem.d_k}" if trace.number("factor") is None else _factor(trace)
    return f"Scale by {by}"


def _factor(trace: Trace) -> str:
    return in_digits(trace.problem.attention.scale)


EXPLANATION = Explanation(
    scale,
    parts=(Part(Place.OF_EACH_HEAD, scaled_scores),),
    told={"scaled_scores": Told(_derived, Drawn(always("Scale"), _scaling, _asked))},
    mentioned=_mentioned,
)
