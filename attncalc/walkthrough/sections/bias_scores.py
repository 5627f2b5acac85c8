"""What is added to scores before they are scaled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attncalc.document.document import Block, Heading, Inlines, OfQuery, Paragraph, Section
from attncalc.document.expressions import Expression, Relation, Sign, Sum, Symbol
from attncalc.document.numerals import Shown, shown_array
from attncalc.document.wording import Slot, counted_words, sentences, words
from attncalc.language import text
from attncalc.numbers.arithmetic import like
from attncalc.steps import bias_scores
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, pair_symbol, sign_of
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
)
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.tables import HIDDEN, Step, all_queries, key_table
from attncalc.walkthrough.tasks import Asked, Task, numbers_of_pairs, same_places, whom


def biased_scores(page: Page, number: int) -> Section | None:
    """The bias added, of the focused queries key by key, the matrix for all."""
    trace = page.trace
    source = source_of(trace, "biased_scores")

    def step(query: int) -> Iterator[Block]:
        before = page.stage(source, [query])[0]
        after = page.stage("biased_scores", [query])[0]
        added = _bias_row(page, query)

        def cells(key: int) -> Step:
            result = after[key]
            operands = [] if result.number == HIDDEN else [before[key], added[key]]
            done = Sum((before[key].number, added[key].number))
            return done, sign_of(*operands, result=result), result.number

        yield key_table(page, query, words("score + bias"), words("biased score"), cells)

    content: list[Block | OfQuery] = [Paragraph(_purpose(trace))]
    content += page.of_each_query(step)
    content += all_queries(page, "biased_scores")
    formula = _in_symbols(source)
    heading = Heading(number, words("Bias before scaling"), formula)
    return Section(heading, tuple(content), ("biased_scores",))


def _in_symbols(source: str) -> Relation:
    total = Sum((pair_symbol(source), Symbol("b", ("i", "j"))))
    return Relation((pair_symbol("biased_scores"), total), (Sign.EXACT,))


def _task(page: Page, asked: Asked) -> Task:
    source = source_of(page.trace, asked.stage)
    said = counted_words(
        "Add the bias to the score of {of}.",
        "Add the bias to each score of {of}.",
        len(asked.places),
        of=whom(page, asked),
    )
    biases = numbers_of_pairs(page, asked, words("The bias"), lambda query: _bias_row(page, query))
    return Task(said, _in_symbols(source), same_places(asked, source), 2, (biases,))


def _purpose(trace: Trace) -> Inlines:
    bias = trace.by_products["early_bias"].values
    hides = bool((like(bias, "-Infinity") == bias).any())
    return sentences(
        words("A number is added to each score, so that this key counts more or less."),
        words("It is added before scaling, so it is scaled too.")
        if "scaled_scores" in trace
        else (),
        words("Adding -∞ hides a key: its weight will be 0.") if hides else (),
    )


def _formula(_page: Page, before: Expression) -> Expression:
    return Sum((before, Symbol("B")))


def _bias_row(page: Page, query: int) -> Sequence[Shown]:
    """What is added to the scores of a query."""
    bias = page.trace.by_products["early_bias"][query]
    return shown_array(bias.values[None], bias.exact[None], page.style)[0]


def _derived(page: Page, stage: str, index: Index) -> Derived:
    """The sum; where -inf is added it is that, exactly, whatever was rounded before."""
    score = page.entry(source_of(page.trace, stage), index)
    added = _bias_row(page, index[0])[index[1]]
    hidden = page.entry(stage, index).number == HIDDEN
    operation = Sum((score.number, added.number))
    return computed(page, stage, index, operation, [] if hidden else [score, added])


def _mentioned(page: Page) -> Iterator[Slot]:
    problem = page.trace.problem
    if problem.weights is None and problem.attention.early_bias is not None:
        yield words("with a bias before scaling")


def _adding(_trace: Trace, _start: str) -> str:
    return text("+ bias")


def _asked(_trace: Trace, _start: str) -> str:
    return text("Add bias")


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("u", ("i", "j")), words("the score with its bias"))
    yield Meant(Symbol("B"), words("all biases, a row a query"))
    yield Meant(
        Symbol("b", ("i", "j")),
        words("the bias of query i and key j, which is added to their score"),
    )


def _reading(_page: Page, number: int) -> Iterator[Inlines]:
    yield words(
        "{bias} adds a number of its own to each score (section {number}).",
        bias=Symbol("B"),
        number=number,
    )


EXPLANATION = Explanation(
    bias_scores,
    parts=(Part(Place.OF_EACH_HEAD, biased_scores),),
    symbols=_symbols,
    told={"biased_scores": Told(_derived, Drawn(always("Bias"), _adding, _asked), _task)},
    mentioned=_mentioned,
    formula=_formula,
    reading=_reading,
)
