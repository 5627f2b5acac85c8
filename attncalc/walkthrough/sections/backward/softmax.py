"""Back through the softmax: by its Jacobian, and by the short way."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from attncalc.document.document import (
    Block,
    Equation,
    Heading,
    Inlines,
    OfQuery,
    Paragraph,
    Section,
)
from attncalc.document.expressions import (
    Apply,
    Difference,
    Dot,
    Expression,
    Juxtaposed,
    Number,
    Omitted,
    Product,
    Relation,
    Sign,
    SumOver,
    Symbol,
    Transpose,
)
from attncalc.document.numerals import Shown, shown
from attncalc.document.wording import sentences, words
from attncalc.numbers.known import Known
from attncalc.steps.backward import softmax
from attncalc.walkthrough.page import MOST_ENTRIES, NOTHING, Page, lesson, sign_of
from attncalc.walkthrough.sections.backward.telling import (
    back,
    derived_table,
    dotted,
    equal,
    gradient,
    matrix,
)
from attncalc.walkthrough.sections.interface import (
    Derived,
    Explanation,
    Index,
    Meant,
    Place,
    Told,
    computed,
)
from attncalc.walkthrough.tables import all_queries


def to_scores(page: Page, number: int) -> Section:
    """dS = α ∘ (dα - D) for the focused queries, and the Jacobian that it is short for."""
    last = _last(page)
    content: list[Block | OfQuery] = [Paragraph(_how(page)), *_jacobi()]
    content += page.of_each_query(lambda query: _written_out(page, query, last))
    content += all_queries(page, last)
    own = Symbol("α", ("i", "j")), gradient(page, "d_weights", "i", "j")
    product = Product((own[0], Difference(own[1], Symbol("D", ("i",)))))
    if _base(page) is not None:
        product = Product((*product.factors, Apply("ln", (Symbol("b"),))))
    formula = equal(gradient(page, last, "i", "j"), product)
    heading = Heading(number, words("Back through the softmax"), formula)
    return Section(heading, tuple(content), ("weight_dots", last))


def _last(page: Page) -> str:
    """The gradients of the scores that the softmax is of."""
    return f"d_{page.trace.scored}"


def _base(page: Page) -> Decimal | None:
    base = page.trace.problem.attention.base
    return None if isinstance(base, str) else base


def _how(page: Page) -> Inlines:
    d = Symbol("D", ("i",))
    parts = [
        words(
            "A larger score makes its own weight larger and all others smaller. So a score gets "
            "its weight, times how far the gradient of that weight is above their mean in the row, "
            "{mean}, each counted by its weight.",
            mean=d,
        )
    ]
    if page.trace.hides(page.trace.scored):
        parts.append(words("A hidden key has a weight of 0, and so its score has a gradient of 0."))
    if page.trace.problem.attention.sink is not None:
        parts.append(
            words("The sink has a weight and no value, so {mean} has no term of it.", mean=d)
        )
    base = _base(page)
    if base is not None:
        parts.append(
            words(
                "Powers of {base} grow by their logarithm: each gradient is multiplied by {log}.",
                base=page.number(base).number,
                log=Apply("ln", (page.number(base).number,)),
            )
        )
    return sentences(*parts)


def _jacobi() -> Iterator[Block]:
    a = Symbol("α")
    yield lesson(
        words(
            "{diagonal} is the Jacobian of a row: how much each weight changes with each score. "
            "On its diagonal stands α (1 − α), elsewhere −α α of two different keys. Whoever takes "
            "the diagonal alone leaves out that the weights of a row add up to 1.",
            diagonal=Difference(Apply("diag", (a,)), Juxtaposed((Transpose(a), a))),
        )
    )


def _written_out(page: Page, query: int, last: str) -> Iterator[Block]:
    name = page.query_name(query)
    D = Symbol("D", (name,))
    derived = _derived_dots(page, "weight_dots", (query,))
    term = Product((Symbol("α", (name, "j")), gradient(page, "d_weights", name, "j")))
    sides = (D, SumOver("j", term), *derived.sides)
    yield Equation(Relation(sides, (Sign.EXACT, *derived.signs)))
    yield Equation(_by_output(page, query))
    own, d = Symbol("α", (name, "j")), gradient(page, "d_weights", name, "j")
    heading: Expression = Product((own, Difference(d, D)))
    keys = [key if isinstance(key, Omitted) else (query, key) for key in page.kept_keys(query)]
    yield derived_table(page, last, keys, _derived, heading, page.query_caption(query))
    if page.trace["weights"].shape[-1] <= MOST_ENTRIES:
        yield from _by_jacobian(page, query, last)


def _by_output(page: Page, query: int) -> Relation:
    """D once more, as dO · o."""
    attended = page.trace.attended
    name = page.query_name(query)
    d, o = page.stage(f"d_{attended}", [query])[0], page.stage(attended, [query])[0]
    terms, operands = dotted(page, d, o)
    value = page.entry("weight_dots", (query,))
    first = Sign.EXACT if all(each.exact for each in operands) else Sign.ROUNDED
    symbols = Dot(gradient(page, f"d_{attended}", name), Symbol("o", (name,)))
    sides = (Symbol("D", (name,)), symbols, terms, value.number)
    return Relation(sides, (Sign.EXACT, first, sign_of(*operands, result=value)))


def _by_jacobian(page: Page, query: int, last: str) -> Iterator[Block]:
    """The matrix itself, and that it gives the same."""
    name, a = page.query_name(query), Symbol("α")
    rows = _jacobian(page, query)
    J = Difference(Apply("diag", (a,)), Juxtaposed((Transpose(a), a)))
    yield Paragraph(
        words(
            "The same by the whole Jacobian of the row of {query}, its keys in order:",
            query=page.query_token(query, focused=True),
        )
    )
    yield matrix(page, J, rows)
    d = page.stage("d_weights", [query])[0]
    keys = [(query, key) for key in range(len(rows))]

    def derive(page: Page, stage: str, index: Index) -> Derived:
        expression, operands = dotted(page, rows[index[1]], d)
        if _base(page) is not None:
            expression = Product((expression, _log(page).number))
            operands = [*operands, _log(page)]
        return computed(page, stage, index, expression, operands)

    term = Product((Symbol("J", ("j", "k")), gradient(page, "d_weights", name, "k")))
    heading = SumOver("k", term)
    yield derived_table(page, last, keys, derive, heading)


def _jacobian(page: Page, query: int) -> list[list[Shown]]:
    """diag(α) - α αᵀ of a row of weights, in numbers."""
    stage = page.trace.stages["weights"].plain[query]
    column, row = stage[:, None], stage[None, :]
    count = len(stage.values)
    with page.trace.arithmetic():
        diagonal = Known(
            np.where(np.eye(count, dtype=bool), stage.values[:, None], stage.values[:1] * 0),
            np.where(np.eye(count, dtype=bool), stage.exact[:, None], True),
        )
        J = diagonal - column * row
    return [
        shown(list(values), exact.tolist(), page.style)
        for values, exact in zip(J.values, J.exact, strict=True)
    ]


def _log(page: Page) -> Shown:
    base = _base(page)
    assert base is not None
    return shown([softmax.logarithm(base).middle], [False], page.style)[0]


def _derived_dots(page: Page, stage: str, index: Index) -> Derived:
    """Σ α dα along a row."""
    weights, d = page.shares(index[0]), page.stage("d_weights", [index[0]])[0]
    return computed(page, stage, index, *dotted(page, weights, d))


def _derived(page: Page, stage: str, index: Index) -> Derived:
    """α (dα - D)"""
    query, key = index
    weight, d = page.shares(query)[key], page.entry("d_weights", index)
    if weight == NOTHING:
        return Derived((Number("0"), Number("0")), (Sign.EXACT, Sign.EXACT))
    mean = page.entry("weight_dots", (query,))
    factors: tuple[Expression, ...] = (weight.number, Difference(d.number, mean.number))
    operands = [weight, d, mean]
    if _base(page) is not None:
        factors, operands = (*factors, _log(page).number), [*operands, _log(page)]
    return computed(page, stage, index, Product(factors), operands)


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("D", ("i",)), words("the mean of the gradients of the weights of query i"))
    meaning = words("how much the weight of key j changes with the score of key k")
    yield Meant(Symbol("J", ("j", "k")), meaning)


_SCORES = ("d_masked_scores", "d_capped_scores", "d_scaled_scores", "d_scores")

EXPLANATION = Explanation(
    softmax,
    symbols=_symbols,
    parts=(back(Place.BACK_IN_EACH_HEAD, to_scores),),
    told={
        "weight_dots": Told(_derived_dots, None),
        **{name: Told(_derived, None) for name in _SCORES},
    },
)
