"""Several heads: how vectors are cut apart among them, and how their results come together."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attncalc.document.document import (
    Block,
    Cell,
    Column,
    Equation,
    Heading,
    Inlines,
    OfQuery,
    Paragraph,
    Row,
    Section,
    Table,
    Words,
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
from attncalc.problem.heads import group_of
from attncalc.walkthrough.heatmaps import weights_heatmap
from attncalc.walkthrough.page import Page, joining, omitted_row, words
from attncalc.walkthrough.sections.mask import slopes_of_heads, told_or_kept
from attncalc.walkthrough.vectors import vector_table

_MOST_NAMED = 3


def folding(page: Page, number: int) -> Section | None:
    """Which columns each head takes, and which keys and values it uses."""
    problem = page.trace.problem
    if problem.heads is None or problem.kv_heads is None:
        return None
    blocks: list[Block] = [Paragraph(_purpose(page))]
    if problem.kv_heads != problem.heads:
        blocks.append(Paragraph(words(_sharing(problem.heads, problem.kv_heads))))
    if problem.kv_heads != problem.heads or any(_folded(page, name) for name in "QKV"):
        blocks.append(_map(page))
    blocks += slopes_of_heads(page)
    heading = Heading(number, words("Heads"), multi_head(page))
    return Section(heading, tuple(blocks), ("Q", "K", "V"))


def multi_head(page: Page) -> Relation:
    """MultiHead(Q, K, V) = Concat(head_1, …, head_h) W_O, for so many heads."""
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
        return words(f"{heads}, each with matrices of its own.")
    folded = {
        "Q": words("entries of the queries"),
        "X": words("entries of the embeddings"),
        "W_Q": words("columns of ", Symbol("W", ("Q",))),
    }
    return (
        *words(f"{heads}: the "),
        *folded[source],
        *words(
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
        (words("head"), lambda head: words(str(head + 1)))
    ]
    if _folded(page, "Q"):
        what = "columns of Q" if _folded(page, "Q") == "W_Q" else "entries of q"
        columns.append((words(what), lambda head: words(_places(head, problem.d_k))))
    if kv_heads != heads:
        columns.append(
            (words("key-value head"), lambda head: words(str(group_of(head, heads, kv_heads) + 1)))
        )
    for name, width in (("K", problem.d_k), ("V", problem.d_v)):
        if _folded(page, name):
            columns.append((words(f"of {name.lower()}"), _of_group(heads, kv_heads, width)))
    if _folded(page, "Q") in ("Q", "X"):
        columns += [_own_part(page, query) for query in page.queries[:2]]
    rows = [
        omitted_row(head)
        if isinstance(head, Omitted)
        else Row(tuple(cell(head) for _, cell in columns))
        for head in told_or_kept(page, heads)
    ]
    return Table(tuple(Column(heading) for heading, _ in columns), tuple(rows))


def _of_group(heads: int, kv_heads: int, width: int | None) -> Callable[[int], Cell]:
    """The columns of a head's group."""
    return lambda head: words(_places(group_of(head, heads, kv_heads), width))


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


def other_heads(page: Page, number: int) -> Section | None:
    """The attention weights of the heads that are not written out."""
    others = [head for head in page.every_head if head is not None and head not in page.heads]
    if not others or page.only:
        return None
    blocks = [weights_heatmap(page.of_head(head)) for head in _some(page, others)]
    left = len(others) - len(blocks)
    more = [Paragraph(words(f"… {left} more heads"))] if left else []
    title = "Attention weights of the other heads" if len(others) > 1 else "The other head"
    return Section(Heading(number, words(title)), (*blocks, *more), ("weights",))


def _some(page: Page, heads: list[int]) -> Iterator[int]:
    yield from (heads if page.full else heads[:8])


def concatenation(page: Page, number: int) -> Section | None:
    """The heads' results side by side, for the focused queries and for all."""
    trace, problem = page.trace, page.trace.problem
    if "concatenated" not in trace:
        return None
    n, h, d_v = len(problem.tokens), problem.heads, problem.d_v
    width = trace["concatenated"].shape[-1]
    shapes = f"Each head's result is {n} × {d_v}; side by side they are {n} × {width}"
    projected = words(".")
    if problem.W_O is not None:
        rows, columns = problem.W_O.shape
        makes = f", {rows} × {columns}, makes them {n} × {columns}."
        projected = words(", and ", Symbol("W", ("O",)), makes)
    content: list[Block | OfQuery] = [Paragraph((*words(shapes), *projected))]
    content += page.of_each_query(lambda query: _side_by_side(page, query))
    if n > 1:
        caption = words("All queries")
        content.append(vector_table(page, {"concatenated": "c"}, "query", caption=caption))
    title = "Heads together" if h != 1 else "The head's result"
    heading = Heading(number, words(title), multi_head(page))
    made = ("head_outputs", "concatenated", *(("output",) if problem.W_O is None else ()))
    return Section(heading, tuple(content), made)


def _side_by_side(page: Page, query: int) -> Iterator[Block]:
    rows: list[Row] = []
    for head in told_or_kept(page, page.trace.problem.heads or 0):
        if isinstance(head, Omitted):
            rows.append(omitted_row(head))
            continue
        numbers = page.of_head(head).stage("head_outputs", [query])[0]
        rows.append(Row((words(str(head + 1)), (page.vector(numbers),))))
    caption = (Words("What each head gives "), page.query_token(query, focused=True))
    yield Table((Column(words("head")), Column((Symbol("o"),))), tuple(rows), caption)
    together = page.stage("concatenated", [query])[0]
    symbol = Symbol("c", (page.query_name(query),))
    yield Equation(Relation((symbol, page.vector(together)), (joining(together),)))
