"""What is given: the title, the tokens with their vectors, the options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from attncalc.document.document import (
    Block,
    Heading,
    Inlines,
    Paragraph,
    Section,
    Table,
    about,
)
from attncalc.document.expressions import Symbol
from attncalc.document.wording import words
from attncalc.names import GRADIENTS
from attncalc.numbers.arithmetic import Array
from attncalc.walkthrough.page import Page, lesson
from attncalc.walkthrough.products import given_projection
from attncalc.walkthrough.sections.interface import (
    Explanation,
    Meant,
    Part,
    Place,
    size_of,
    size_of_row,
)
from attncalc.walkthrough.tables import matrix_table
from attncalc.walkthrough.vectors import given_table

_QUERY_SIDE = ("X", "Q")
_KEY_SIDE = ("X_key", "K", "V")


def given(page: Page, number: int) -> Section:
    """The tokens and their vectors, or the scores or weights the page starts from."""
    trace, problem = page.trace, page.trace.problem
    blocks: list[Block] = []
    if problem.scores is not None:
        blocks += [_given_scores(page.of_head(head)) for head in page.told_heads]
    vectors = tuple(_given_vectors(page))
    again = problem.X is None  # then each of them stands where it is used, too
    blocks += about("aside", vectors) if again else vectors
    blocks += _given_past(page)
    for letter in ("Q", "K", "V"):
        blocks += given_projection(page, letter)
    blocks += map(Paragraph, _remarks(page))
    blocks += _where_from(page)
    there = (name for name in trace.stages if name not in GRADIENTS)
    made = tuple(name for name in there if getattr(problem, name, None) is not None)
    return Section(Heading(number, words("What is given")), tuple(blocks), made, "given")


def _remarks(page: Page) -> Iterator[Inlines]:
    trace, problem = page.trace, page.trace.problem
    if problem.weights is not None:
        yield words("The attention weights are given; what they come from is not.")
    if "V" not in trace:
        yield words("No values are given, so the page ends at the attention weights.")
    if problem.scores is not None and "scaled_scores" not in trace:
        yield words("The given scores are used as they are; a scale option would multiply them.")
    if trace.context is None:
        yield words(
            "The problem is too large to be worked by hand: numbers are computed in float64 and "
            "shown rounded."
        )


def _where_from(page: Page) -> Iterator[Paragraph]:
    """Where such numbers come from in a model."""
    problem = page.trace.problem
    if problem.X is not None:
        yield lesson(
            words(
                "An embedding is the vector that stands for a token before attention. A model "
                "learns it in training; tokens of similar meaning tend to get similar vectors."
            )
        )
    elif problem.Q is not None:
        yield lesson(
            words(
                "A model makes such vectors itself: it multiplies the vector of each token by "
                "matrices that it has learned in training."
            )
        )


def _given_vectors(page: Page) -> Iterator[Table]:
    """What is given of the tokens: in one table, or in one for each head where it is stacked."""
    problem = page.trace.problem
    named = {*_QUERY_SIDE, *_KEY_SIDE}
    arrays = {name: array for name, array in problem.arrays().items() if name in named}
    folded = {name: array for name, array in arrays.items() if array.ndim == 2}
    yield from _by_side(page, folded, ())
    stacked = {name: array for name, array in arrays.items() if array.ndim == 3}
    for group in (("Q",), ("K", "V")) if problem.heads != problem.kv_heads else (("Q", "K", "V"),):
        own = [name for name in group if name in stacked]
        for head in range(len(stacked[own[0]]) if own else 0):
            if not page.tells_of(head, groups="Q" not in group):
                continue
            caption = (
                words("Head {head}", head=head + 1)
                if "Q" in group
                else words("Key-value head {head}", head=head + 1)
            )
            arrays = {name: stacked[name][head] for name in own}
            yield from _by_side(page, arrays, caption, head)


def _by_side(
    page: Page, arrays: Mapping[str, Array], said: Inlines, head: int | None = None
) -> Iterator[Table]:
    problem = page.trace.problem
    queries = {name: arrays[name] for name in _QUERY_SIDE if name in arrays}
    keys = {name: arrays[name] for name in _KEY_SIDE if name in arrays}
    if problem.self_attention and (queries or keys):
        yield given_table(page, queries | keys, "token", problem.tokens, said, head)
        return
    if queries:
        yield given_table(page, queries, "query token", problem.tokens, said, head)
    if keys:
        tokens = problem.key_tokens[problem.past_length :]
        yield given_table(page, keys, "key token", tokens, said, head)


def _given_past(page: Page) -> Iterator[Table]:
    """The cache: keys and values, of each key-value head where there are several."""
    problem, past = page.trace.problem, page.trace.problem.attention.past
    if past is None:
        return
    cached = {"K": problem.past_by_head("K"), "V": problem.past_by_head("V")}
    arrays = {name: array for name, array in cached.items() if array is not None}
    if problem.kv_heads is None:
        yield given_table(page, arrays, "past token", past.tokens, words("In the cache"))
        return
    for head in filter(partial(page.tells_of, groups=True), range(problem.kv_heads)):
        own = {name: array[head] for name, array in arrays.items()}
        caption = words("In the cache, key-value head {head}", head=head + 1)
        yield given_table(page, own, "past token", past.tokens, caption, head)


def _given_scores(page: Page) -> Table:
    rows = page.kept_queries()
    caption = (
        words("The scores: the query in the row, the key in the column")
        if page.trace.head is None
        else words(
            "The scores of head {head}: the query in the row, the key in the column",
            head=page.trace.head + 1,
        )
    )
    return matrix_table(page, page.vectors("scores"), rows, page.kept_columns(), caption)


def _symbols(page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("X"), words("the embeddings of all tokens, a row each"), size_of(page, "X"))
    yield Meant(
        Symbol("x", ("i",)),
        words("the embedding of token i: the numbers that it comes in with"),
        size_of_row(page, "X"),
    )
    yield Meant(Symbol("Q"), words("all queries, a row each"), size_of(page, "Q"))
    yield Meant(
        Symbol("q", ("i",)),
        words("the query of token i: what it looks for"),
        size_of_row(page, "Q"),
    )
    yield Meant(Symbol("K"), words("all keys, a row each"), size_of(page, "K"))
    yield Meant(
        Symbol("k", ("j",)),
        words("the key of token j: what it has to offer"),
        size_of_row(page, "K"),
    )
    yield Meant(Symbol("V"), words("all values, a row each"), size_of(page, "V"))
    yield Meant(
        Symbol("v", ("j",)), words("the value of token j: what it hands on"), size_of_row(page, "V")
    )
    yield Meant(Symbol("i"), words("the place of the query"))
    yield Meant(Symbol("j"), words("the place of the key"))
    yield Meant(Symbol("d", ("model",)), words("how many numbers an embedding has"))
    yield Meant(Symbol("d", ("k",)), words("how many numbers a query or a key has"))
    yield Meant(Symbol("d", ("v",)), words("how many numbers a value has"))


EXPLANATION = Explanation(parts=(Part(Place.BEFORE_HEADS, given),), symbols=_symbols)
