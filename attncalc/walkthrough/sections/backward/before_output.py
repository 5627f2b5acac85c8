"""Back through the output projection and the gate, to what each head gave."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, Inlines, OfQuery, Paragraph, Section
from attncalc.document.expressions import Apply, Expression, Juxtaposed, Product, Symbol, Transpose
from attncalc.document.wording import words
from attncalc.steps.backward import before_output
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.backward.telling import (
    added,
    back,
    derived_table,
    dotted,
    entries_of,
    entries_of_matrix,
    equal,
    gradient,
    shown_column,
    whole,
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
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.vectors import vector_table

_W_O = Symbol("W", ("O",))


def to_heads(page: Page, number: int) -> Section | None:
    """The gradients of what the heads gave, and of W_O and b_O."""
    stages = list(before_output.shapes(page.trace.problem))
    rows = [name for name in stages if name not in ("d_W_O", "d_b_O", "d_head_outputs")]
    if not page.trace.has_heads and "d_head_outputs" in stages:
        rows.append("d_head_outputs")
    content: list[Block | OfQuery] = [Paragraph(_how(page))]
    content += page.of_each_query(lambda query: _written_out(page, query, rows))
    if "d_W_O" in stages:
        content += _of_parameters(page)
    if page.trace.has_heads:
        content.append(
            Paragraph(words("Each head gets its own columns of the gradient, as it gave them."))
        )
    if len(page.trace.problem.tokens) > 1:
        letters = {name: gradient(page, name) for name in rows}
        content.append(vector_table(page, letters, "query", caption=words("All queries")))
    formula = None
    if page.trace.problem.W_O is not None:
        product = Juxtaposed((whole(page, "d_output"), Transpose(_W_O)))
        formula = equal(whole(page, rows[0]), product)
    title = words("Back through the output projection")
    if page.trace.problem.W_O is None:
        title = words("Back to the heads")
    return Section(Heading(number, title, formula), tuple(content), tuple(stages))


def _how(page: Page) -> Inlines:
    if page.trace.problem.W_O is None:
        return words("What the output was made of gets its gradient.")
    return words(
        "The output was made by {matrix}: its gradients go back through the same numbers, row by "
        "row instead of column by column, that is, through {matrix} transposed.",
        matrix=_W_O,
    )


def _written_out(page: Page, query: int, stages: list[str]) -> Iterator[Block]:
    for stage in stages:
        if sources(page.trace, stage) == ("d_output",) and page.trace.problem.W_O is None:
            continue  # the same numbers
        d = gradient(page, "d_output", page.query_name(query))
        heading: Expression = Juxtaposed((d, Transpose(_W_O)))
        if sources(page.trace, stage) == ("d_gated",):
            opened = Apply("σ", (Symbol("g", (page.query_name(query),)),))
            heading = Product((opened, gradient(page, "d_gated", page.query_name(query))))
        indices = entries_of(page, page.trace[stage].shape[-1], query)
        yield derived_table(page, stage, indices, _derived, heading, page.query_caption(query))


def _of_parameters(page: Page) -> Iterator[Block]:
    source = sources(page.trace, "d_W_O")[0]
    yield Paragraph(
        words(
            "Each number of {matrix} was multiplied by one entry of every query, so it gets the "
            "sum over the queries.",
            matrix=_W_O,
        )
    )
    name = Symbol(page.symbol_of(source).letter.upper())
    heading = Juxtaposed((Transpose(name), whole(page, "d_output")))
    indices = entries_of_matrix(page, *page.trace["d_W_O"].shape)
    yield derived_table(page, "d_W_O", indices, _derived, heading)
    if "d_b_O" in page.trace:
        indices = entries_of(page, len(page.trace["d_b_O"]))
        yield derived_table(page, "d_b_O", indices, _derived, whole(page, "d_output"))


def _derived(page: Page, stage: str, index: Index) -> Derived:
    problem = page.trace.problem
    if stage == "d_W_O":
        source = sources(page.trace, stage)[0]
        x = shown_column(page, source, index[0])
        d = shown_column(page, "d_output", index[1])
        return computed(page, stage, index, *dotted(page, x, d))
    if stage == "d_b_O":
        return computed(page, stage, index, *added(page, shown_column(page, "d_output", *index)))
    source = sources(page.trace, stage)[0]
    if source == "d_concatenated":
        head, width = page.trace.head or 0, page.trace[stage].shape[-1]
        return handed_on(page, source, (index[0], head * width + index[1]))
    if source == "d_gated":
        gate = page.known(page.trace.by_products["gates"][index[0]])[index[1]]
        d = [page.entry(source, index)]
        product = Product((gate.number, d[0].number))
        return computed(page, stage, index, product, [gate, *d])
    if problem.W_O is None:
        return handed_on(page, source, index)
    row = page.stage("d_output", [index[0]])[0]
    return computed(page, stage, index, *dotted(page, row, page.given(problem.W_O)[index[1]]))


EXPLANATION = Explanation(
    before_output,
    parts=(back(Place.BACK_TO_HEADS, to_heads),),
    told={
        name: Told(_derived, None)
        for name in ("d_gated", "d_concatenated", "d_W_O", "d_b_O", "d_head_outputs")
    },
)
