"""Back through the normalization: what of a gradient lies across the vector, by its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from attncalc.document.document import Block, Equation, Heading, OfQuery, Paragraph, Section
from attncalc.document.expressions import (
    Difference,
    Expression,
    Fraction,
    Number,
    Product,
    Relation,
    Sign,
    Symbol,
)
from attncalc.document.numerals import Shown, shown
from attncalc.document.wording import words
from attncalc.numbers.known import Known
from attncalc.steps.backward import normalization
from attncalc.steps.normalize import gain_of, norm_of
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.backward.telling import (
    back,
    derived_table,
    dotted,
    entries_of,
    equal,
    gradient,
)
from attncalc.walkthrough.sections.interface import (
    Derived,
    Explanation,
    Index,
    Meant,
    Place,
    Told,
    computed,
    handed_on,
)
from attncalc.walkthrough.vectors import both_sides

_Parts: TypeAlias = tuple[Sequence[Shown], Sequence[Shown], Shown, Shown]


def to_unnormalized(page: Page, number: int) -> Section:
    """dq = (u - n (n · u)) / |q| for the focused queries, with n the normalized query."""
    u, n, r = Symbol("u"), Symbol("n"), Symbol("r")
    formula = equal(gradient(page, "d_Q"), Fraction(Difference(u, Product((n, Symbol("a")))), r))
    gained = gain_of(norm_of(page.trace.problem), "Q") is not None
    means = norm_of(page.trace.problem).word != "l2"
    content: list[Block | OfQuery] = [
        Paragraph(
            words(
                "A normalized vector {n} keeps its size whatever the vector does, so of the "
                "gradient {u} that comes back, the part along {n} is taken off, and the rest is "
                "divided by the size {r}.",
                n=n,
                u=u,
                r=r,
            )
        )
    ]
    if gained:
        content.append(Paragraph(words("{u} is the gradient times the gain, entry by entry.", u=u)))
    content += page.of_each_query(lambda query: _written_out(page, query, means=means))
    content += both_sides(page, {"d_Q": gradient(page, "d_Q")}, {"d_K": gradient(page, "d_K")})
    heading = Heading(number, words("Back through the normalization"), formula)
    return Section(heading, tuple(content), ("d_Q", "d_K"))


def _written_out(page: Page, query: int, *, means: bool) -> Iterator[Block]:
    parts = _parts(page, "Q", query)
    if parts is None:
        yield Paragraph(
            words(
                "The query of {query} has length 0: where there is no direction, there is no "
                "derivative, and 0 is taken for it.",
                query=page.query_token(query, focused=True),
            )
        )
        return
    u, n, _size, along = parts

    def derive(page: Page, stage: str, index: Index) -> Derived:
        return _derived(page, stage, index, parts)

    terms, operands = dotted(page, n, u)
    whole: Expression = Fraction(terms, Number(str(len(n)))) if means else terms
    exact = Sign.EXACT if all(each.exact for each in operands) else Sign.ROUNDED
    last = Sign.EXACT if exact is Sign.EXACT and along.exact else Sign.ROUNDED
    yield Equation(Relation((Symbol("a"), whole, along.number), (exact, last)))
    indices = entries_of(page, len(n), query)
    heading = Fraction(Difference(Symbol("u"), Product((Symbol("n"), Symbol("a")))), Symbol("r"))
    yield derived_table(page, "d_Q", indices, derive, heading)


def _parts(page: Page, name: str, row: int) -> _Parts | None:
    """u, n, their size and n · u, or the mean of n ∘ u; None of a vector of length 0."""
    trace, norm = page.trace, norm_of(page.trace.problem)
    own = row - (0 if name == "Q" else page.offset)
    size = trace.by_products[f"{name}_lengths"][own]
    if size.values[0] == 0:
        return None
    gain = gain_of(norm, name)
    with trace.arithmetic():
        u = trace.stages[f"d_{name}_normalized"].plain[row]
        u = u if gain is None else u * Known.given(gain)
        n = trace.stages[name].plain[row] / size
        product = n * u
        along = product.total() if norm.word == "l2" else product.mean()
    shown_size = shown(list(size.values), size.exact.tolist(), page.style)[0]
    return page.known(u), page.known(n), shown_size, page.known(along)[0]


def derived(page: Page, stage: str, index: Index) -> Derived | None:
    """As a row of the table; a cached key's as it is; None of a vector of length 0."""
    name, row = stage[-1], index[0]
    if name == "K" and row < page.offset:
        return handed_on(page, f"{stage}_normalized", index)
    parts = _parts(page, name, row)
    return None if parts is None else _derived(page, stage, index, parts)


def _derived(page: Page, stage: str, index: Index, parts: _Parts) -> Derived:
    """(u - n c) / r"""
    (u, n, size, along), column = parts, index[-1]
    above = Difference(u[column].number, Product((n[column].number, along.number)))
    operands = [u[column], n[column], along, size]
    return computed(page, stage, index, Fraction(above, size.number), operands)


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("n"), words("a normalized vector"))
    yield Meant(Symbol("u"), words("the gradient of a normalized vector, times its gain"))
    yield Meant(Symbol("a"), words("how far that gradient points along the vector"))


EXPLANATION = Explanation(
    normalization,
    symbols=_symbols,
    parts=(back(Place.BACK_IN_EACH_HEAD, to_unnormalized),),
    told={name: Told(derived, None) for name in ("d_Q", "d_K")},
)
