"""Gradients beside difference quotients: whether a derivation is right, without another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from attncalc.document.document import (
    Align,
    Block,
    Code,
    Column,
    Equation,
    Heading,
    Inlines,
    OfQuery,
    Paragraph,
    Row,
    Section,
    Table,
)
from attncalc.document.expressions import (
    Apply,
    Difference,
    Fraction,
    Number,
    Omitted,
    Product,
    Relation,
    Sign,
    Sum,
    Symbol,
)
from attncalc.document.numerals import shown
from attncalc.document.wording import counted_words, sentences, words
from attncalc.numbers.arithmetic import TRANSCENDENTAL_DIGITS, is_exact_kind
from attncalc.steps.quotients import (
    FEW,
    Agreement,
    Given,
    Quotient,
    Quotients,
    given_of_query,
    learned,
)
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.backward.telling import back, gradient
from attncalc.walkthrough.sections.interface import Explanation, Place
from attncalc.walkthrough.tables import omitted_row, result_cell

_MOST = 64
"""Numbers that are checked; of more, those of the query alone."""


def gradient_check(page: Page, number: int) -> Section | None:
    """Each gradient of the query's numbers, and of the matrices, beside its quotient."""
    if not page.selection.gradient_check:
        return None
    problem = page.trace.problem
    quotients = Quotients(page.trace)
    parameters, own = learned(problem), given_of_query(problem, page.queries[0])
    content: list[Block | OfQuery] = [*_how(page, quotients)]
    content += page.of_each_query(
        lambda query: _checked(
            page, quotients, given_of_query(problem, query), page.query_caption(query)
        )
    )
    count = sum(map(len, parameters.values()))
    if count + sum(map(len, own.values())) > _MOST and not page.full:
        left_out = counted_words(
            "The one number that was learned is not checked here; for that: {option}.",
            "The {count} numbers that were learned are not checked here; for that: {option}.",
            count,
            option=Code("--full"),
        )
        content += [Paragraph(left_out)] if count else []
    elif parameters:
        content += _checked(page, quotients, parameters, words("What was learned"))
    heading = Heading(number, words("The gradients, checked without their formulas"))
    stages = tuple(f"d_{name}" for name in (*own, *parameters))
    return Section(heading, tuple(content), stages)


def _how(page: Page, quotients: Quotients) -> Iterator[Block]:
    """What a difference quotient is, and how far it can be trusted."""
    x, h, two = Symbol("x"), Symbol("h"), Number("2")
    yield Paragraph(
        words(
            "Change one number {x} by a little, up and down, and work the whole way there again: "
            "what the loss changes by, divided by the change, is the gradient, come by without "
            "any of the formulas above.",
            x=x,
        )
    )
    change = Difference(Apply("L", (Sum((x, h)),)), Apply("L", (Difference(x, h),)))
    quotient = Fraction(change, Product((two, h)))
    letter = "∂L/∂x" if page.selection.gradients == "paper" else "dx"
    yield Equation(Relation((Symbol(letter), quotient), (Sign.ROUNDED,)))
    said = sentences(
        words(
            "Here the loss is the sum of all outputs, each times its gradient, which is given, and "
            "{h} = {step}; all is worked out in decimals, to {digits} digits.",
            h=h,
            step=Number(f"1e{quotients.h.adjusted()}"),
            digits=TRANSCENDENTAL_DIGITS,
        ),
        words(
            "The quotient is itself off, by about {h} times {h}, and by the rounding of the loss "
            "divided by {h}: some {digits} digits can agree.",
            h=h,
            digits=quotients.expected,
        )
        if is_exact_kind(page.trace["d_output"])
        else words("The gradients are doubles here, and some 15 digits can agree."),
    )
    yield Paragraph(said)


def _checked(
    page: Page, quotients: Quotients, places: Mapping[str, list[Given]], caption: Inlines
) -> Iterator[Block]:
    """A row a number, and what comes of it."""
    rows: list[Row] = []
    found: list[Quotient] = []
    for own in places.values():
        for at in page.kept_entries(len(own)):
            if isinstance(at, Omitted):
                rows.append(omitted_row(at))
                continue
            found.append(quotients.of(own[at]))
            rows.append(_row(page, found[-1]))
    columns = (
        Column(words("gradient")),
        Column(words("worked out"), Align.RIGHT),
        Column(words("quotient"), Align.RIGHT),
        Column(words("digits that agree"), Align.RIGHT),
    )
    yield Table(columns, tuple(rows), caption)
    yield Paragraph(sentences(*_outcome(found)))


def _row(page: Page, found: Quotient) -> Row:
    stage, index = found.given.stage, found.given.index
    worked_out = page.entry(stage, index)
    same = found.quotient == found.gradient and bool(page.trace.stages[stage].exact[index])
    (quotient,) = shown([found.quotient], [same], page.style)
    return Row(
        (
            (gradient(page, stage, *page.index_names(stage, index)),),
            result_cell(worked_out.sign, worked_out.number),
            result_cell(quotient.sign, quotient.number),
            _agreeing(found),
        )
    )


def _agreeing(found: Quotient) -> Inlines:
    match found.agreement:
        case Agreement.DIGITS:
            return (Number(str(found.digits)),)
        case Agreement.ALL:
            return words("all")
        case Agreement.NOTHING:
            return words("both are 0")
        case Agreement.BELOW:
            return words("as far as it goes")
        case Agreement.UNSETTLED:
            return words("no quotient")
        case _:
            assert_never(found.agreement)


def _outcome(found: Sequence[Quotient]) -> Iterator[Inlines]:
    """How many digits agree, and what those are about that have no number of them."""
    digits = [each.digits for each in found if each.agreement is Agreement.DIGITS]
    if digits:
        yield counted_words(
            "Of the worst, {count} digit agrees.",
            "Of the worst, {count} digits agree.",
            min(digits),
        )
    if any(each < FEW for each in digits):
        yield words("So few are no rounding: one of the two is wrong.")
    if any(each.agreement is Agreement.BELOW for each in found):
        yield words(
            "As far as it goes: the two are no further apart than rounding and {h} can make them.",
            h=Symbol("h"),
        )
    if any(each.agreement is Agreement.UNSETTLED for each in found):
        yield words(
            "No quotient: it goes on changing with {h}, so there is no derivative, as of the "
            "direction of a vector of length 0, for which 0 is taken.",
            h=Symbol("h"),
        )


EXPLANATION = Explanation(parts=(back(Place.BACK_FROM_HEADS, gradient_check),))
