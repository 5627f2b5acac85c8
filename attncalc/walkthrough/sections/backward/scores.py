"""Back through mask, bias, soft-cap and scale, to the scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from attncalc.document.document import Block, Heading, Inlines, OfQuery, Paragraph, Section
from attncalc.document.expressions import (
    Difference,
    Expression,
    Fraction,
    Number,
    Omitted,
    Power,
    Product,
    Root,
    Symbol,
)
from attncalc.document.numerals import rounded
from attncalc.document.wording import words
from attncalc.steps.backward import scores
from attncalc.steps.backward.forward import Forward
from attncalc.steps.engine import explain
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.backward.telling import (
    back,
    derived_table,
    equal,
    gradient,
)
from attncalc.walkthrough.sections.interface import (
    Derived,
    Explanation,
    Index,
    Place,
    Told,
    computed,
    handed_on,
)
from attncalc.walkthrough.tables import HIDDEN, all_queries

_TWO, _ONE = Number("2"), Number("1")


def to_scores(page: Page, number: int) -> Section:
    """What was done to the scores, turned round, one after the other."""
    chain = Forward(page.trace.problem).scores
    content: list[Block | OfQuery] = []
    for later, earlier in pairwise(chain):
        content.append(Paragraph(_how(page, later)))
        if later != "masked_scores":
            content += page.of_each_query(
                lambda query, later=later, earlier=earlier: _written_out(  # type: ignore[misc]
                    page, query, later, earlier
                )
            )
    content += all_queries(page, "d_scores")
    content += _scale_matters(page)
    stages = tuple(f"d_{name}" for name in chain[1:])
    heading = Heading(number, words("Back to the scores"), _formula(page, chain))
    return Section(heading, tuple(content), stages)


def _formula(page: Page, chain: tuple[str, ...]) -> Expression | None:
    if "scaled_scores" not in chain:
        return None
    d = gradient(page, "d_scaled_scores", "i", "j")
    scaled: Expression = Fraction(d, Root(Symbol("d", ("k",))))
    if page.trace.number("factor") is not None:
        scaled = Product((d, page.number(page.trace.problem.attention.scale).number))
    return equal(gradient(page, "d_scores", "i", "j"), scaled)


def _how(page: Page, later: str) -> Inlines:
    if later == "masked_scores":
        if page.trace.bias is None:
            return words("The mask leaves the gradients of the keys that are seen as they are.")
        return words(
            "What is added to a score, as a bias, leaves its gradient as it is; a hidden key has "
            "none."
        )
    if later == "capped_scores":
        return words(
            "The soft-cap has a slope of {slope}: near the cap a score can hardly move any more.",
            slope=_slope(Symbol("t"), Symbol("c")),
        )
    return words("The scores were scaled, so their gradients are scaled by the same number.")


def _slope(t: Expression, cap: Expression) -> Expression:
    return Difference(_ONE, Power(Fraction(t, cap), _TWO))


def _written_out(page: Page, query: int, later: str, earlier: str) -> Iterator[Block]:
    name = page.query_name(query)
    heading: Expression = gradient(page, f"d_{later}", name, "j")
    if later == "capped_scores":
        heading = Product((heading, _slope(Symbol("t", (name, "j")), Symbol("c"))))
    elif page.trace.number("factor") is not None:
        factor = page.number(page.trace.problem.attention.scale).number
        heading = Product((heading, factor))
    else:
        heading = Fraction(heading, Root(Symbol("d", ("k",))))
    keys = [key if isinstance(key, Omitted) else (query, key) for key in page.kept_keys(query)]
    yield derived_table(page, f"d_{earlier}", keys, _derived, heading, page.query_caption(query))


def _derived(page: Page, stage: str, index: Index) -> Derived:
    trace, chain = page.trace, Forward(page.trace.problem).scores
    later = chain[chain.index(stage.removeprefix("d_")) - 1]
    d = page.entry(f"d_{later}", index)
    if later == "scaled_scores":
        if trace.number("divisor") is not None:
            root = Root(Number(str(trace.problem.d_k)))
            return computed(page, stage, index, Fraction(d.number, root), [d])
        factor = page.number(trace.problem.attention.scale)
        return computed(page, stage, index, Product((d.number, factor.number)), [d, factor])
    if later == "capped_scores":
        capped = page.entry(later, index)
        if capped.number == HIDDEN:
            return handed_on(page, f"d_{later}", index)
        cap = page.number(trace.problem.attention.softcap)
        product = Product((d.number, _slope(capped.number, cap.number)))
        return computed(page, stage, index, product, [d, capped, cap])
    return handed_on(page, f"d_{later}", index)


def _scale_matters(page: Page) -> Iterator[Block]:
    """The largest gradient of a score with the scale, and without it."""
    if "scaled_scores" not in page.trace or page.trace.problem.d_k == 1:
        return
    problem = page.trace.problem
    unscaled = explain(replace(problem, attention=replace(problem.attention, scale="none")))
    if page.trace.head is not None:
        unscaled = unscaled.of_head(page.trace.head)
    most, without = (abs(each["d_scores"]).max() for each in (page.trace, unscaled))
    numbers = {
        "most": rounded(most, page.style).number,
        "without": rounded(without, page.style).number,
    }
    if without < most:
        said = words(
            "Why training needs the scale: with it, the largest gradient of a score is {most}; "
            "without any, it would be {without}. The larger the scores, the closer weights are to "
            "0 or to 1, where they hardly move, and queries and keys hardly learn.",
            **numbers,
        )
    else:
        said = words(
            "With the scale, the largest gradient of a score is {most}; without any, it would be "
            "{without}: these scores are too small for it to matter. The larger they are, the "
            "closer weights are to 0 or to 1, where they hardly move; that is why training needs "
            "the scale.",
            **numbers,
        )
    yield Paragraph(said)


EXPLANATION = Explanation(
    scores,
    parts=(back(Place.BACK_IN_EACH_HEAD, to_scores),),
    told={
        name: Told(_derived, None) for name in ("d_capped_scores", "d_scaled_scores", "d_scores")
    },
)
