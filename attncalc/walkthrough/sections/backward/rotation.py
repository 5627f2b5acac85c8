"""Back through the rotation: turned the other way."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, OfQuery, Paragraph, Section
from attncalc.document.expressions import Product, Symbol, Transpose
from attncalc.document.wording import words
from attncalc.problem.options import Rotary
from attncalc.steps.backward import rotation
from attncalc.walkthrough.angles import angles_of
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.backward.telling import (
    back,
    derived_table,
    entries_of,
    equal,
    gradient,
    of_vectors,
)
from attncalc.walkthrough.sections.interface import (
    Derived,
    Explanation,
    Index,
    Place,
    computed,
    handed_on,
)
from attncalc.walkthrough.sections.rotate import turned_back
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.vectors import both_sides


def to_unturned(page: Page, number: int) -> Section:
    """The gradients of queries and keys before they were turned."""
    queries, keys = rotation.shapes(page.trace.problem)
    turned = Product((Transpose(Symbol("R", ("pos",))), gradient(page, "d_Q_rotated")))
    content: list[Block | OfQuery] = [
        Paragraph(
            words(
                "Gradients are rotated back by the same angles: the sines have the other sign, as "
                "in the transposed matrix."
            )
        )
    ]

    def written(query: int) -> Iterator[Block]:
        indices = entries_of(page, page.trace[queries].shape[-1], query)
        yield derived_table(page, queries, indices, derived, words_of(page))

    def words_of(page: Page) -> Symbol:
        return gradient(page, "d_Q_rotated")

    content += page.of_each_query(written)
    content += both_sides(page, {queries: gradient(page, queries)}, {keys: gradient(page, keys)})
    if page.offset:
        content.append(
            Paragraph(words("Cached keys were rotated before; their gradients stay as they are."))
        )
    heading = Heading(
        number, words("Back through the rotation"), equal(gradient(page, queries), turned)
    )
    return Section(heading, tuple(content), (queries, keys))


def derived(page: Page, stage: str, index: Index) -> Derived:
    """a cos θ + b sin θ, or b cos θ - a sin θ; a cached key's as it is."""
    trace, rotary = page.trace, page.trace.problem.attention.positions
    source, queries = source_of(trace, stage), stage.startswith("d_Q")
    row = index[0] - (0 if queries else page.offset)
    if row < 0:
        return handed_on(page, source, index)
    angles = angles_of(trace) if queries else angles_of(trace, "key_")
    assert angles is not None
    assert isinstance(rotary, Rotary)
    d = page.stage(source, [index[0]])[0]
    return computed(page, stage, index, *turned_back(page, d, angles, rotary, row, index[1]))


EXPLANATION = Explanation(
    rotation,
    parts=(back(Place.BACK_IN_EACH_HEAD, to_unturned),),
    told=of_vectors(derived, "_normalized", ""),
)
