"""What attention is about: the first section of a lesson, before any number of the problem.

Who is who, what the words of the title mean, how the formula is read, what = and ≈ promise. What a
step adds to it is said by the step (Explanation.reading, Explanation.taught).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attncalc.document.document import Block, Equation, Heading, Inlines, Paragraph, Section
from attncalc.document.expressions import Number, Product, Relation, Sign, Symbol
from attncalc.document.wording import listing, sentences, term, words
from attncalc.steps.order import stage_shapes
from attncalc.walkthrough.formula import formulas
from attncalc.walkthrough.kinds import kind_explained
from attncalc.walkthrough.page import Page, lesson
from attncalc.walkthrough.sections.order import EXPLANATIONS, explanations_of

_IN_AND_OUT = (
    ("X", "X_key"),
    ("Q", "K", "V"),
    ("scores",),
    ("weights",),
    ("head_outputs",),
    ("concatenated",),
    ("output",),
)
"""The stages whose shapes are told, those together that stand side by side."""


def idea(page: Page, sections: Sequence[Section], number: int) -> Section:
    """Roles before the formula. sections: those that follow, to which the formula points."""
    blocks: tuple[Block, ...] = (
        roles(page),
        lesson(*_places(page)),
        *_terms(page),
        *map(Equation, formulas(page)),
        *_reading(page, sections),
        shapes(page),
        _digits(),
    )
    return Section(Heading(number, words("The idea")), blocks, topic="lesson")


def purpose() -> Paragraph:
    """What it is all for, under the title of a lesson."""
    return lesson(
        words(
            "What is attention for? What a word means depends on the words around it. So "
            "attention gives each token a new vector, mixed from vectors of tokens, most from "
            "those that matter most to it."
        ),
        words(
            "A token is a piece of the input, such as a word or a part of one; a vector is a list "
            "of numbers."
        ),
    )


def shapes(page: Page) -> Paragraph:
    """Q 8×3, K 8×3 → scores 8×8 → …: rows and columns of what is made on the way."""
    problem, trace = page.trace.problem, page.trace
    every = stage_shapes(problem)
    told = [
        listing(
            [_shape(name, every[name]) for name in group if name in trace],
            between="{first}, {then}",
            last="{first}, {last}",
        )
        for group in _IN_AND_OUT
        if any(name in trace for name in group)
    ]
    line = listing(told, between="{first} → {then}", last="{first} → {last}")
    if problem.heads is not None and problem.heads > 1:
        return Paragraph(words("Sizes in each head, rows × columns: {sizes}", sizes=line))
    return Paragraph(words("Sizes, rows × columns: {sizes}", sizes=line))


def _shape(name: str, shape: tuple[int, ...]) -> Inlines:
    rows, columns = (Number(str(size)) for size in shape[-2:])
    return words("{matrix} {size}", matrix=term(name), size=Product((rows, columns)))


def roles(page: Page) -> Paragraph:
    """What queries, keys and values are for, and which is which in formulas."""
    q, k, v = (Symbol(letter) for letter in "qkv")
    told: list[Inlines] = []
    if "Q" in page.trace:
        told.append(words("A query {q} asks: it says what a token looks for.", q=q))
        told.append(words("A key {k} answers: it says what a token has to offer.", k=k))
    if "V" in page.trace:
        told.append(
            words("A value {v} gives: it is what a token hands on to those who attend to it.", v=v)
        )
    told.append(
        words(
            "In formulas, {i} is the place of the query and {j} the place of the key.",
            i=Symbol("i"),
            j=Symbol("j"),
        )
    )
    return Paragraph(sentences(*told))


def _places(page: Page) -> Iterator[Inlines]:
    """i and j by an example: a query, and the last key; or the first, if the last is its own."""
    query, key = page.queries[0], len(page.trace.problem.key_tokens) - 1
    if page.is_own(query, key):
        key = 0
    i, j = (
        Relation((Symbol(letter), Number(str(place + 1))), (Sign.EXACT,))
        for letter, place in (("i", query), ("j", key))
    )
    yield words(
        "For example, {i} means the query of {query}, and {j} the key of {key}: places are counted "
        "from 1.",
        i=i,
        query=page.query_token(query, focused=True),
        j=j,
        key=page.key_token(key),
    )


def _terms(page: Page) -> Iterator[Paragraph]:
    """What the words under the title mean."""
    told = [*kind_explained(page.trace.problem)]
    for explanation in EXPLANATIONS:
        told += explanation.taught(page)
    if told:
        yield lesson(*told)


def _reading(page: Page, sections: Sequence[Section]) -> Iterator[Paragraph]:
    """The parts of the formula in the order of the steps, and where each of them is worked out.

    Nothing on a page of a few stages, which does not work out all of it.
    """
    if page.selection.stages:
        return
    told: list[Inlines] = []
    given_last = sorted(sections, key=lambda section: section.topic == "given")
    for explanation in explanations_of(page.trace.problem):
        made = {*explanation.step.shapes(page.trace.problem)} if explanation.step else set()
        number = next(
            (each.heading.number for each in given_last if made.intersection(each.stages)), None
        )
        if number is not None:
            told += explanation.reading(page, number)
    yield lesson(words("How to read the formula:"), *told)


def _digits() -> Paragraph:
    """What = and ≈ promise, and what they do not."""
    return lesson(
        words(
            "About the numbers: = stands before a number that is exact, and ≈ before one that is "
            "rounded. In sentences and in tables of all queries, numbers may be rounded without a "
            "sign."
        ),
        words(
            "Everything is computed with unrounded numbers. Whoever goes on with the printed ones "
            "may find slightly different digits at the end."
        ),
    )
