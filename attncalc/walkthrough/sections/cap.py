"""Scores, bent so that none goes beyond a cap."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, Inlines, OfQuery, Paragraph, Section
from attncalc.document.expressions import (
    Apply,
    Expression,
    Fraction,
    Number,
    Product,
    Relation,
    Sign,
    Symbol,
)
from attncalc.document.wording import Slot, counted_words, sentences, words
from attncalc.language import text
from attncalc.steps import cap
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


def capped_scores(page: Page, number: int) -> Section | None:
    """c · tanh(s / c), which leaves no score beyond ±c."""
    trace, cap = page.trace, page.trace.problem.attention.softcap
    source = source_of(trace, "capped_scores")
    c = page.number(cap).number

    def step(query: int) -> Iterator[Block]:
        before = page.stage(source, [query])[0]
        after = page.stage("capped_scores", [query])[0]

        def cells(key: int) -> Step:
            if after[key].number == HIDDEN:
                return hidden_still()
            done = Product((c, Apply("tanh", (Fraction(before[key].number, c),))))
            return done, sign_of(before[key], result=after[key]), after[key].number

        operation = Product((c, Apply("tanh", (Fraction(Symbol("score"), c),))))
        yield key_table(page, query, (operation,), words("capped score"), cells)

    intro = sentences(_why(c), _place(trace, source))
    content: tuple[Block | OfQuery, ...] = (Paragraph(intro), *page.of_each_query(step))
    formula = _in_symbols(source)
    heading = Heading(number, words("Capped scores"), formula)
    return Section(heading, content, ("capped_scores",))


def _in_symbols(source: str) -> Relation:
    bent = Product((Symbol("c"), Apply("tanh", (Fraction(pair_symbol(source), Symbol("c")),))))
    return Relation((pair_symbol("capped_scores"), bent), (Sign.EXACT,))


def _task(page: Page, asked: Asked) -> Task:
    source, c = (
        source_of(page.trace, asked.stage),
        page.number(page.trace.problem.attention.softcap),
    )
    said = counted_words(
        "Cap the score of {of}, with {cap}.",
        "Cap each score of {of}, with {cap}.",
        len(asked.places),
        of=whom(page, asked),
        cap=Relation((Symbol("c"), c.number), (Sign.EXACT,)),
    )
    return Task(said, _in_symbols(source), same_places(asked, source), 2)


def _why(c: Number) -> Inlines:
    return words(
        "The soft-cap keeps every score between {low} and {high}: it hardly changes small scores, "
        "and it bends large ones, so that no key can win by a huge score.",
        low=Number(f"-{c.digits}"),
        high=c,
    )


def _place(trace: Trace, source: str) -> Inlines:
    """What it comes after and before; nothing of it where another step is in between."""
    scored = source_of(trace, source) if source == "scaled_scores" else source
    return words("It comes after scaling, before bias and mask.") if scored == "scores" else ()


def _derived(page: Page, stage: str, index: Index) -> Derived:
    source = source_of(page.trace, stage)
    score = page.entry(source, index)
    if score.number == HIDDEN:
        return handed_on(page, source, index)
    c = page.number(page.trace.problem.attention.softcap)
    bent = Product((c.number, Apply("tanh", (Fraction(score.number, c.number),))))
    return computed(page, stage, index, bent, [score, c])


def _formula(page: Page, before: Expression) -> Expression:
    c = page.number(page.trace.problem.attention.softcap).number
    return Product((c, Apply("tanh", (Fraction(before, c),))))


def _mentioned(page: Page) -> Iterator[Slot]:
    problem = page.trace.problem
    if problem.weights is None and problem.attention.softcap is not None:
        yield words("capped at {cap}", cap=page.number(problem.attention.softcap).number)


def _capping(trace: Trace, _start: str) -> str:
    c = in_digits(trace.problem.attention.softcap)
    return text("{cap} tanh(score / {cap})", cap=c)


def _asked(trace: Trace, start: str) -> str:
    return text("Cap, {formula}", formula=_capping(trace, start))


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("t", ("i", "j")), words("the capped score of query i and key j"))
    yield Meant(Symbol("c"), words("the cap, which no score passes"))


def _reading(page: Page, number: int) -> Iterator[Inlines]:
    yield words(
        "“tanh” keeps each score from passing the cap {cap} (section {number}).",
        cap=page.number(page.trace.problem.attention.softcap).number,
        number=number,
    )


EXPLANATION = Explanation(
    cap,
    parts=(Part(Place.OF_EACH_HEAD, capped_scores),),
    symbols=_symbols,
    told={"capped_scores": Told(_derived, Drawn(always("Softcap"), _capping, _asked), _task)},
    mentioned=_mentioned,
    formula=_formula,
    reading=_reading,
)
