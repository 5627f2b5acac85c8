"""What stands above a page: its title, what it is called, its formula, its sizes and options."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import (
    Block,
    Equation,
    Heading,
    Inlines,
    OfQuery,
    Paragraph,
    Section,
    Words,
    about,
)
from attncalc.document.expressions import Number, Relation, Sign, Symbol
from attncalc.document.wording import (
    Slot,
    counted_words,
    listing,
    sentences,
    words,
)
from attncalc.walkthrough.formula import formulas
from attncalc.walkthrough.kinds import kind
from attncalc.walkthrough.page import Page, provenance
from attncalc.walkthrough.sections.idea import purpose, roles, shapes
from attncalc.walkthrough.sections.order import EXPLANATIONS


def title(page: Page) -> Section:
    """Heading, dimensions and options in a line, name and formula, roles, source and notes.

    In a lesson what it is for; there, formula and roles have a section of their own.
    """
    problem = page.trace.problem
    line = _listed(_dimensions(page))

    def chosen(query: int) -> Iterator[Block]:
        token = page.query_token(query, focused=True)
        yield Paragraph(
            words("{sizes} · written out for the query {query}", sizes=line, query=token)
        )

    content: list[Block | OfQuery] = [purpose()] if page.teaches else []
    if len(page.queries) == 1:
        content += page.of_each_query(chosen)
    else:
        content.append(Paragraph(_several(page, line)))
    content.append(Paragraph(sentences(*kind(problem))))
    if not page.teaches:
        content += map(Equation, formulas(page))
        content += about("roles", (shapes(page), roles(page)))
    content += provenance(problem, page.trace.warnings)
    default = words("Attention, step by step")
    heading = (Words(problem.title),) if problem.title else default
    return Section(Heading(None, heading), tuple(content))


def _listed(parts: Iterator[Slot]) -> Inlines:
    told = [words("{part}", part=part) for part in parts]
    return listing(told, between="{first} · {then}", last="{first} · {last}")


def _several(page: Page, line: Inlines) -> Inlines:
    if len(page.queries) == len(page.trace.problem.tokens):
        return words("{sizes} · written out for every query", sizes=line)
    queries = listing([(page.query_token(query, focused=True),) for query in page.queries])
    return words("{sizes} · written out for the queries {queries}", sizes=line, queries=queries)


def _dimensions(page: Page) -> Iterator[Slot]:
    problem = page.trace.problem
    n, m = len(problem.tokens), len(problem.key_tokens) - problem.past_length
    if problem.self_attention:
        yield counted_words("{count} token", "{count} tokens", n)
    else:
        yield counted_words("{count} query", "{count} queries", n)
        yield counted_words("{count} key", "{count} keys", m)
    if problem.past_length:
        yield words("{count} more in the cache", count=problem.past_length)
    if problem.heads is not None and problem.kv_heads is not None:
        yield counted_words("{count} head", "{count} heads", problem.heads)
        if problem.kv_heads != problem.heads:
            yield words("{count} for keys and values", count=problem.kv_heads)
    for width, size in (("model", problem.d_model), ("k", problem.d_k), ("v", problem.d_v)):
        if size is not None:
            yield Relation((Symbol("d", (width,)), Number(str(size))), (Sign.EXACT,))
    for explanation in EXPLANATIONS:
        yield from explanation.mentioned(page)
