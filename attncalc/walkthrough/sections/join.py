"""The heads' results, put side by side."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import (
    Block,
    Column,
    Equation,
    Heading,
    Inlines,
    OfQuery,
    Paragraph,
    Row,
    Section,
    Table,
    about,
)
from attncalc.document.expressions import Number, Omitted, Symbol
from attncalc.document.wording import sentences, words
from attncalc.language import text
from attncalc.names import NAMES
from attncalc.steps import join
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.fold import all_heads, multi_head
from attncalc.walkthrough.sections.interface import (
    Derived,
    Drawn,
    Explanation,
    Index,
    Meant,
    Part,
    Place,
    Told,
    handed_on,
    size_of_row,
    untold,
)
from attncalc.walkthrough.sources import source_of, sources
from attncalc.walkthrough.tables import omitted_row
from attncalc.walkthrough.vectors import vector_table


def concatenation(page: Page, number: int) -> Section | None:
    """The heads' results side by side, for the focused queries and for all."""
    trace, problem = page.trace, page.trace.problem
    n, h, d_v = len(problem.tokens), problem.heads, problem.d_v
    width = trace.stages["concatenated"].shape[-1]
    said = words(
        "Each head has found something of its own; side by side, none of it is lost. The result of "
        "a head is {n} × {width}, all of them together {n} × {whole}.",
        n=n,
        width=d_v or 0,
        whole=width,
    )
    if h == 1:
        said = words("The only head's result is {n} × {width}.", n=n, width=width)
    follows = sources(trace, "output") == ("concatenated",)
    if problem.W_O is not None and follows:
        rows, columns = problem.W_O.shape
        made = words(
            "{matrix}, {rows} × {columns}, makes it {n} × {columns}.",
            matrix=Symbol("W", ("O",)),
            rows=rows,
            columns=columns,
            n=n,
        )
        said = sentences(said, made)
    content: list[Block | OfQuery] = [Paragraph(said)]
    content += page.of_each_query(lambda query: _side_by_side(page, query))
    if n > 1:
        caption = words("All queries")
        table = vector_table(page, {"concatenated": "c"}, "query", caption=caption)
        content += about("all-queries", [table])
    title = words("Heads together") if h != 1 else words("The head's result")
    heading = Heading(number, title, multi_head(page))
    stages = (
        *sources(trace, "concatenated"),
        "concatenated",
        *(("output",) if problem.W_O is None and follows else ()),
    )
    return Section(heading, tuple(content), stages)


def _side_by_side(page: Page, query: int) -> Iterator[Block]:
    source = source_of(page.trace, "concatenated")
    rows: list[Row] = []
    for head in page.kept_heads(page.trace.problem.heads or 0):
        if isinstance(head, Omitted):
            rows.append(omitted_row(head))
            continue
        numbers = page.of_head(head).stage(source, [query])[0]
        rows.append(Row(((Number(f"{head + 1}"),), (page.vector(numbers),))))
    caption = words("What each head gives {query}", query=page.query_token(query, focused=True))
    yield Table(
        (Column(words("head")), Column((Symbol(NAMES[source].letter),))), tuple(rows), caption
    )
    together = page.stage("concatenated", [query])[0]
    symbol = Symbol("c", (page.query_name(query),))
    yield Equation(page.named(symbol, together))


def _derived(page: Page, stage: str, index: Index) -> Derived:
    """Whatever that head has there."""
    source = source_of(page.trace, stage)
    head, place = divmod(index[1], page.trace.stages[source].shape[-1])
    return handed_on(page, source, (head, index[0], place))


def _symbols(page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(
        Symbol("c", ("i",)),
        words("the results of all heads for query i, side by side"),
        size_of_row(page, "concatenated"),
    )


def _reading(page: Page, number: int) -> Iterator[Inlines]:
    if page.trace.problem.heads != 1:
        yield words(
            "“Concat” puts the results of all heads side by side (section {number}).", number=number
        )


EXPLANATION = Explanation(
    join,
    formula=lambda page, _before: all_heads(page),
    reading=_reading,
    parts=(Part(Place.AFTER_HEADS, concatenation),),
    symbols=_symbols,
    told={
        "concatenated": Told(
            _derived,
            Drawn(
                lambda _: text("Concatenate Heads"),
                untold,
                lambda _trace, _start: text("Concatenate"),
            ),
        )
    },
)
