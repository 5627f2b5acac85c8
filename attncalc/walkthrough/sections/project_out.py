"""The last step of several heads: what they gave, times a matrix."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, Inlines, OfQuery, Paragraph, Section, about
from attncalc.document.expressions import Expression, Juxtaposed, Relation, Sum, Symbol
from attncalc.document.wording import words
from attncalc.language import text
from attncalc.names import NAMES
from attncalc.steps import project_out
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.products import (
    given_projection,
    own_projection,
    projected,
    projection_formula,
    written_out,
)
from attncalc.walkthrough.sections.interface import (
    Derived,
    Drawn,
    Explanation,
    Index,
    Meant,
    Part,
    Place,
    Told,
    computed,
    handed_on,
    size_of,
    size_of_row,
)
from attncalc.walkthrough.sections.project import bias_too
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.tasks import Asked, Task, whole_rows, whom
from attncalc.walkthrough.vectors import vector_table


def output_projection(page: Page, number: int) -> Section | None:
    """y_i = o_i W_O + b_O for the focused queries, and the results of all."""
    if page.trace.problem.W_O is None:
        return None
    source = source_of(page.trace, "output")
    letter, formula = NAMES[source].letter, _in_symbols(page, source)
    content: list[Block | OfQuery] = [Paragraph(_why(page)), *given_projection(page, "O")]
    content += page.of_each_query(
        lambda query: [written_out(page, query, letter, "y", "output", "O")]
    )
    if len(page.trace.problem.tokens) > 1:
        caption = words("All queries")
        table = vector_table(page, {"output": "y"}, "query", caption=caption)
        content += about("all-queries", [table])
    heading = Heading(number, words("Output projection"), formula)
    return Section(heading, tuple(content), ("output",))


def _in_symbols(page: Page, source: str) -> Relation:
    vectors = Symbol("y", ("i",)), Symbol(NAMES[source].letter, ("i",))
    return projection_formula(*vectors, "O", page.trace.problem.b_O)


def _task(page: Page, asked: Asked) -> Task:
    source = source_of(page.trace, asked.stage)
    said = words(
        "Compute the output of {of}: the result times {matrix}.",
        of=whom(page, asked),
        matrix=Symbol("W", ("O",)),
    )
    taken = whole_rows(page, source, asked.rows)
    terms = page.trace.stages[source].shape[-1]
    return Task(said, _in_symbols(page, source), taken, terms, tuple(own_projection(page, "O")))


def _why(page: Page) -> Inlines:
    matrix = Symbol("W", ("O",))
    if page.trace.has_heads and page.trace.problem.heads != 1:
        return words("{matrix} mixes what the heads have found into one vector.", matrix=matrix)
    return words("{matrix} turns the result into the vector that is handed on.", matrix=matrix)


def _derived(page: Page, stage: str, index: Index) -> Derived:
    source = source_of(page.trace, stage)
    if page.trace.problem.W_O is not None:
        return computed(page, stage, index, *projected(page, source, "O", *index))
    return handed_on(page, source, index)


def _formula(page: Page, before: Expression) -> Expression:
    """Times W_O and plus b_O, as there are."""
    problem = page.trace.problem
    if problem.W_O is None:
        return before
    product = Juxtaposed((before, Symbol("W", ("O",))))
    return product if problem.b_O is None else Sum((product, Symbol("b", ("O",))))


def _projecting(trace: Trace, _start: str) -> str:
    return bias_too(trace, "O") if trace.problem.W_O is not None else text("as it is")


def _asked(trace: Trace, start: str) -> str:
    if trace.problem.W_O is None:
        return ""
    return text("Project, {matrix}", matrix=_projecting(trace, start))


def _symbols(page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(
        Symbol("W", ("O",)), words("the matrix that makes outputs of the results before it")
    )
    yield Meant(Symbol("b", ("O",)), words("what is added to each output"))
    yield Meant(Symbol("y", ("i",)), words("the output for query i"), size_of_row(page, "output"))
    yield Meant(Symbol("Output"), words("all outputs, a row a query"), size_of(page, "output"))


def _reading(page: Page, number: int) -> Iterator[Inlines]:
    if page.trace.problem.W_O is not None:
        yield words(
            "Times {matrix}: this matrix makes the output of what stands before it (section "
            "{number}).",
            matrix=Symbol("W", ("O",)),
            number=number,
        )


EXPLANATION = Explanation(
    project_out,
    formula=_formula,
    reading=_reading,
    parts=(Part(Place.AFTER_HEADS, output_projection),),
    symbols=_symbols,
    told={
        "output": Told(
            _derived, Drawn(lambda _: text("Attention Output"), _projecting, _asked), _task
        )
    },
)
