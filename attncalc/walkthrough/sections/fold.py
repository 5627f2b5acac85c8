"""Several heads: how vectors are cut apart among them."""

from __future__ import annotations

from collections.abc import Callable

from attncalc.document.document import (
    Block,
    Cell,
    Column,
    Heading,
    Inlines,
    Paragraph,
    Row,
    Section,
    Table,
)
from attncalc.document.expressions import (
    Apply,
    Expression,
    Juxtaposed,
    Omitted,
    Relation,
    Sign,
    Symbol,
)
from attncalc.document.wording import words
from attncalc.problem.heads import group_of
from attncalc.walkthrough.page import Page, glued
from attncalc.walkthrough.sections.interface import Explanation, Part, Place
from attncalc.walkthrough.sections.mask import slopes_of_heads
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.tables import omitted_row

_MOST_NAMED = 3


def folding(page: Page, number: int) -> Section | None:
    """Which columns each head takes, and which keys and values it uses."""
    problem = page.trace.problem
    if problem.heads is None or problem.kv_heads is None:
        return None
    blocks: list[Block] = [Paragraph(_purpose(page))]
    if problem.kv_heads != problem.heads:
        blocks.append(Paragraph(glued(_sharing(problem.heads, problem.kv_heads))))
    if problem.kv_heads != problem.heads or any(_folded(page, name) for name in "QKV"):
        blocks.append(_map(page))
    blocks += slopes_of_heads(page)
    heading = Heading(number, words("Heads"), multi_head(page))
    return Section(heading, tuple(blocks), ("Q", "K", "V"))


def multi_head(page: Page) -> Relation | None:
    """MultiHead(Q, K, V) = Concat(head_1, …, head_h) W_O, for so many heads.

    None where more is done to them before they are the output.
    """
    trace = page.trace
    if "output" in trace and sources(trace, "output") != ("concatenated",):
        return None
    count = page.trace.problem.heads or 0
    named: list[Expression] = [Symbol("head", (str(head + 1),)) for head in range(count)]
    few = named if count <= _MOST_NAMED else [named[0], Omitted(count - 2), named[-1]]
    concatenated: Expression = Apply("Concat", tuple(few))
    if page.trace.problem.W_O is not None:
        concatenated = Juxtaposed((concatenated, Symbol("W", ("O",))))
    whole = Apply("MultiHead", (Symbol("Q"), Symbol("K"), Symbol("V")))
    return Relation((whole, concatenated), (Sign.EXACT,))


def _purpose(page: Page) -> Inlines:
    problem = page.trace.problem
    heads = "One head works" if problem.heads == 1 else f"{problem.heads} heads work side by side"
    source = _folded(page, "Q")
    if source is None:
        return glued(f"{heads}, each with matrices of its own.")
    folded = {
        "Q": words("entries of the queries"),
        "X": words("entries of the embeddings"),
        "W_Q": glued("columns of ", Symbol("W", ("Q",))),
    }
    return (
        *glued(f"{heads}: the "),
        *folded[source],
        *glued(
            f" are folded into {problem.heads} times {problem.d_k}, and each head takes its own "
            f"{problem.d_k}."
        ),
    )


def _sharing(heads: int, kv_heads: int) -> str:
    if kv_heads == 1:
        return "All of them share one head of keys and values (multi-query attention)."
    return (
        f"Every {heads // kv_heads} of them share one of {kv_heads} heads of keys and values "
        "(grouped-query attention)."
    )


def _folded(page: Page, name: str) -> str | None:
    """The folded matrix that Q, K or V is taken from; None where each head has its own."""
    problem = page.trace.problem
    if name not in page.trace:
        return None
    embedded = "X_key" if problem.X_key is not None and name != "Q" else "X"
    for source in (name, f"W_{name}", embedded):
        given = getattr(problem, source)
        if given is not None:
            return source if given.ndim == 2 else None
    return None  # pragma: no cover - a stage is made of something


def _map(page: Page) -> Table:
    """A row a head: what it takes of queries, keys and values, and the focused queries' parts."""
    problem = page.trace.problem
    heads, kv_heads = problem.heads or 1, problem.kv_heads or 1
    columns: list[tuple[Inlines, Callable[[int], Cell]]] = [
        (words("head"), lambda head: glued(str(head + 1)))
    ]
    if _folded(page, "Q"):
        what = "columns of Q" if _folded(page, "Q") == "W_Q" else "entries of q"
        columns.append((glued(what), lambda head: glued(_places(head, problem.d_k))))
    if kv_heads != heads:
        columns.append(
            (words("key-value head"), lambda head: glued(str(group_of(head, heads, kv_heads) + 1)))
        )
    for name, width in (("K", problem.d_k), ("V", problem.d_v)):
        if _folded(page, name):
            columns.append((glued(f"of {name.lower()}"), _of_group(heads, kv_heads, width)))
    if _folded(page, "Q") in ("Q", "X"):
        columns += [_own_part(page, query) for query in page.queries[:2]]
    rows = [
        omitted_row(head)
        if isinstance(head, Omitted)
        else Row(tuple(cell(head) for _, cell in columns))
        for head in page.kept_heads(heads)
    ]
    return Table(tuple(Column(heading) for heading, _ in columns), tuple(rows))


def _of_group(heads: int, kv_heads: int, width: int | None) -> Callable[[int], Cell]:
    """The columns of a head's group."""
    return lambda head: glued(_places(group_of(head, heads, kv_heads), width))


def _own_part(page: Page, query: int) -> tuple[Inlines, Callable[[int], Cell]]:
    """What each head has of a query."""
    heading = (Symbol("q", (page.query_name(query),)),)

    def part(head: int) -> Cell:
        own = page.of_head(head)
        return (own.vector(own.stage("Q", [query])[0]),)

    return heading, part


def _places(head: int, width: int | None) -> str:
    """Which columns of a folded matrix are a head's, counted from 1."""
    assert width is not None  # there is a matrix, so it has a width
    first = head * width + 1
    return str(first) if width == 1 else f"{first} to {first + width - 1}"


EXPLANATION = Explanation(parts=(Part(Place.BEFORE_HEADS, folding),))
