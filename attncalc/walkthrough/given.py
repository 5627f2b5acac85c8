"""What is given: the title, the tokens with their vectors, the options."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document import (
    Block,
    Heading,
    Inline,
    Paragraph,
    Section,
    Table,
    Words,
)
from attncalc.walkthrough.page import Page, matrix_table, provenance, words
from attncalc.walkthrough.projections import given_projection
from attncalc.walkthrough.vectors import vector_table


def title(page: Page) -> Section:
    """Heading, dimensions and options in a line, source and notes."""
    problem = page.trace.problem
    default = "Attention, step by step"
    parts: list[Inline] = list(words(" · ".join(_dimensions(page)) + " · written out for "))
    parts += _listed_queries(page)
    blocks: list[Block] = [Paragraph(tuple(parts))]
    blocks += provenance(problem, page.trace.warnings)
    return Section(Heading(None, words(problem.title or default)), tuple(blocks))


def _dimensions(page: Page) -> Iterator[str]:
    trace, problem = page.trace, page.trace.problem
    n, m = len(problem.tokens), len(problem.key_tokens)
    if problem.self_attention:
        yield f"{n} token{'s' if n != 1 else ''}"
    else:
        yield f"{n} quer{'ies' if n != 1 else 'y'}, {m} key{'s' if m != 1 else ''}"
    for name, size in (("d_model", problem.d_model), ("d_k", problem.d_k), ("d_v", problem.d_v)):
        if size is not None:
            yield f"{name} = {size}"
    if problem.weights is not None:
        yield "attention weights given"
        return
    if problem.scores is not None:
        yield "scores given"
    if trace.divisor is not None:
        yield f"scaled by 1/√{problem.d_k}"
    elif trace.factor is not None:
        yield f"scaled by {page.number(problem.attention.scale).number.digits}"
    else:
        yield "unscaled"
    mask = problem.attention.mask
    yield (
        "own mask" if not isinstance(mask, str) else "no mask" if mask == "none" else "causal mask"
    )
    if problem.attention.bias is not None:
        yield "with a bias"
    if problem.attention.base != "e":
        yield f"softmax to base {page.number(problem.attention.base).number.digits}"


def _listed_queries(page: Page) -> Iterator[Inline]:
    if len(page.queries) == len(page.trace.problem.tokens) > 1:
        yield Words("every query")
        return
    yield Words("the quer" + ("ies " if len(page.queries) > 1 else "y "))
    for number, query in enumerate(page.queries):
        if number:
            yield Words(" and " if number == len(page.queries) - 1 else ", ")
        yield page.query_token(query, focused=True)


_QUERY_SIDE = {"X": "x", "Q": "q"}
_KEY_SIDE = {"X_key": "x", "K": "k", "V": "v"}


def given(page: Page, number: int) -> Section:
    """The tokens and their vectors, or the scores or weights the page starts from."""
    trace, problem = page.trace, page.trace.problem
    blocks: list[Block] = []
    queries = {name: letter for name, letter in _QUERY_SIDE.items() if _is_given(page, name)}
    keys = {name: letter for name, letter in _KEY_SIDE.items() if _is_given(page, name)}
    if problem.scores is not None:
        blocks.append(_given_scores(page))
    if problem.self_attention and (queries or keys):
        blocks.append(vector_table(page, queries | keys, "token"))
    elif queries:
        blocks.append(vector_table(page, queries, "query token"))
    if keys and not problem.self_attention:
        blocks.append(vector_table(page, keys, "key token", queries=False))
    for letter in ("Q", "K", "V"):
        blocks += given_projection(page, letter)
    blocks += [Paragraph(words(line)) for line in _remarks(page)]
    made = tuple(name for name in trace.stages if getattr(problem, name, None) is not None)
    return Section(Heading(number, words("What is given")), tuple(blocks), made)


def _remarks(page: Page) -> Iterator[str]:
    trace, problem = page.trace, page.trace.problem
    if problem.weights is not None:
        yield "The attention weights are given; what they come from is not."
    if "V" not in trace:
        yield "No values are given, so the walkthrough ends at the attention weights."
    if problem.scores is not None and trace.divisor is None and trace.factor is None:
        yield "The scores are taken as they are given; a scale option would multiply them."
    if trace.context is None:
        yield (
            "The problem is too large to be worked by hand: numbers are computed in float64 and "
            "shown rounded."
        )


def _is_given(page: Page, name: str) -> bool:
    return getattr(page.trace.problem, name) is not None


def _given_scores(page: Page) -> Table:
    rows = page.kept_queries()
    caption = words("The scores: the query in the row, the key in the column")
    return matrix_table(page, page.vectors("scores"), rows, page.kept_keys(), caption)
