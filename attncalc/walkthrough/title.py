"""What stands above a page: its title, the problem's dimensions and options, where it is from."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, Inline, OfQuery, Paragraph, Section, Words
from attncalc.document.expressions import Expression, Number, Relation, Sign, Symbol
from attncalc.walkthrough.page import Page, glued, provenance
from attncalc.walkthrough.sections.order import EXPLANATIONS


def title(page: Page) -> Section:
    """Heading, dimensions and options in a line, source and notes."""
    problem = page.trace.problem
    default = "Attention, step by step"
    parts: list[Inline] = []
    for part in _dimensions(page):
        parts += glued(part, " · ")
    parts.append(Words("written out for "))

    def about(query: int) -> Iterator[Block]:
        yield Paragraph((*parts, Words("the query "), page.query_token(query, focused=True)))

    content: list[Block | OfQuery] = []
    if len(page.queries) == 1:
        content += page.of_each_query(about)
    else:
        content.append(Paragraph((*parts, *_listed_queries(page))))
    content += provenance(problem, page.trace.warnings)
    return Section(Heading(None, glued(problem.title or default)), tuple(content))


def _dimensions(page: Page) -> Iterator[str | Expression]:
    problem = page.trace.problem
    n, m = len(problem.tokens), len(problem.key_tokens) - problem.past_length
    if problem.self_attention:
        yield f"{n} token{'s' if n != 1 else ''}"
    else:
        yield f"{n} quer{'ies' if n != 1 else 'y'}, {m} key{'s' if m != 1 else ''}"
    if problem.past_length:
        yield f"{problem.past_length} more in the cache"
    if problem.heads is not None and problem.kv_heads is not None:
        yield f"{problem.heads} head{'s' if problem.heads != 1 else ''}"
        if problem.kv_heads != problem.heads:
            yield f"{problem.kv_heads} for keys and values"
    for width, size in (("model", problem.d_model), ("k", problem.d_k), ("v", problem.d_v)):
        if size is not None:
            yield Relation((Symbol("d", (width,)), Number(str(size))), (Sign.EXACT,))
    for explanation in EXPLANATIONS:
        yield from explanation.mentioned(page)


def _listed_queries(page: Page) -> Iterator[Inline]:
    if len(page.queries) == len(page.trace.problem.tokens):
        yield Words("every query")
        return
    yield Words("the queries ")
    for number, query in enumerate(page.queries):
        if number:
            yield Words(" and " if number == len(page.queries) - 1 else ", ")
        yield page.query_token(query, focused=True)
