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
from attncalc.document.expressions import Number, Product, Relation, Sign, Symbol
from attncalc.document.wording import (
    Slot,
    counted_words,
    listing,
    sentences,
    term,
    words,
)
from attncalc.steps.order import stage_shapes
from attncalc.walkthrough.formula import formulas
from attncalc.walkthrough.kinds import kind
from attncalc.walkthrough.page import Page, provenance
from attncalc.walkthrough.sections.order import EXPLANATIONS

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


def title(page: Page) -> Section:
    """Heading, dimensions and options in a line, name and formula, roles, source and notes."""
    problem = page.trace.problem
    line = _listed(_dimensions(page))

    def chosen(query: int) -> Iterator[Block]:
        token = page.query_token(query, focused=True)
        yield Paragraph(
            words("{sizes} · written out for the query {query}", sizes=line, query=token)
        )

    content: list[Block | OfQuery] = []
    if len(page.queries) == 1:
        content += page.of_each_query(chosen)
    else:
        content.append(Paragraph(_several(page, line)))
    content.append(Paragraph(sentences(*kind(problem))))
    content += map(Equation, formulas(page))
    content += about("roles", (*_shapes(page), *_roles(page)))
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


def _shapes(page: Page) -> Iterator[Paragraph]:
    """Q 8×3, K 8×3 → scores 8×8 → …: rows and columns of what is made on the way."""
    problem, trace = page.trace.problem, page.trace
    shapes = stage_shapes(problem)
    told = [
        listing(
            [_shape(name, shapes[name]) for name in group if name in trace],
            between="{first}, {then}",
            last="{first}, {last}",
        )
        for group in _IN_AND_OUT
        if any(name in trace for name in group)
    ]
    line = listing(told, between="{first} → {then}", last="{first} → {last}")
    if problem.heads is not None and problem.heads > 1:
        yield Paragraph(words("Sizes in each head, rows × columns: {sizes}", sizes=line))
    else:
        yield Paragraph(words("Sizes, rows × columns: {sizes}", sizes=line))


def _shape(name: str, shape: tuple[int, ...]) -> Inlines:
    rows, columns = (Number(str(size)) for size in shape[-2:])
    return words("{matrix} {size}", matrix=term(name), size=Product((rows, columns)))


def _roles(page: Page) -> Iterator[Paragraph]:
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
    yield Paragraph(sentences(*told))
