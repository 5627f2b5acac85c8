"""Several heads: how vectors are cut apart among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
from attncalc.document.wording import counted_words, sentences, words
from attncalc.problem.heads import group_of
from attncalc.walkthrough.folds import fold
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.interface import (
    Explanation,
    Meant,
    Part,
    Place,
)
from attncalc.walkthrough.sections.mask import slopes_of_heads
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.tables import omitted_row

_MOST_NAMED = 3


def folding(page: Page, number: int) -> Section | None:
    """Which columns each head takes, and which keys and values it uses."""
    problem = page.trace.problem
    if problem.heads is None or problem.kv_heads is None:
        return None
    blocks: list[Block] = [Paragraph(sentences(*_purpose(page)))]
    if problem.kv_heads != problem.heads:
        blocks.append(Paragraph(_sharing(problem.heads, problem.kv_heads)))
    if problem.kv_heads != problem.heads or any(_folded(page, name) for name in "QKV"):
        blocks.append(_map(page))
    if folded := [name for name in "QKV" if _folded(page, name)]:
        blocks.append(fold(page, folded))
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
    concatenated: Expression = all_heads(page)
    if page.trace.problem.W_O is not None:
        concatenated = Juxtaposed((concatenated, Symbol("W", ("O",))))
    whole = Apply("MultiHead", (Symbol("Q"), Symbol("K"), Symbol("V")))
    return Relation((whole, concatenated), (Sign.EXACT,))


def all_heads(page: Page) -> Expression:
    """Concat(head_1, …, head_h): the heads' results side by side."""
    count = page.trace.problem.heads or 0
    named: list[Expression] = [Symbol("head", (str(head + 1),)) for head in range(count)]
    few = named if count <= _MOST_NAMED else [named[0], Omitted(count - 2), named[-1]]
    return Apply("Concat", tuple(few))


def _purpose(page: Page) -> Iterator[Inlines]:
    """Why there are heads, and what each of them takes."""
    heads, width = page.trace.problem.heads or 1, page.trace.problem.d_k or 0
    if heads == 1:
        yield words("There is only one head, which takes all entries.")
        return
    yield words(
        "Each head has attention weights of its own, so that a token can look for several things "
        "at once."
    )
    match _folded(page, "Q"):
        case "Q":
            yield counted_words(
                "Each query is cut into {heads} parts of {count} entry, one part for each head.",
                "Each query is cut into {heads} parts of {count} entries, one part for each head.",
                width,
                heads=heads,
            )
        case "X":
            yield counted_words(
                "Each embedding is cut into {heads} parts of {count} entry, one part for each "
                "head.",
                "Each embedding is cut into {heads} parts of {count} entries, one part for each "
                "head.",
                width,
                heads=heads,
            )
        case "W_Q":
            yield counted_words(
                "The columns of {matrix} are cut into {heads} parts of {count} column, one part "
                "for each head.",
                "The columns of {matrix} are cut into {heads} parts of {count} columns, one part "
                "for each head.",
                width,
                matrix=Symbol("W", ("Q",)),
                heads=heads,
            )
        case _:
            yield words(
                "Each of the {heads} heads has numbers of its own, as they are given.", heads=heads
            )


def _sharing(heads: int, kv_heads: int) -> Inlines:
    if kv_heads == 1:
        return words("All heads use the same keys and values (multi-query attention).")
    return words(
        "There are only {kv_heads} heads of keys and values, and each of them is used by {share} "
        "heads (grouped-query attention).",
        kv_heads=kv_heads,
        share=heads // kv_heads,
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
        (words("head"), lambda head: (Words(str(head + 1)),))
    ]
    if _folded(page, "Q"):
        what = words("columns of Q") if _folded(page, "Q") == "W_Q" else words("entries of q")
        columns.append((what, lambda head: _places(head, problem.d_k)))
    if kv_heads != heads:
        columns.append(
            (
                words("key-value head"),
                lambda head: (Words(str(group_of(head, heads, kv_heads) + 1)),),
            )
        )
    for name, width in (("K", problem.d_k), ("V", problem.d_v)):
        if _folded(page, name):
            heading = words("of {vector}", vector=Symbol(name.lower()))
            columns.append((heading, _of_group(heads, kv_heads, width)))
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
    return lambda head: _places(group_of(head, heads, kv_heads), width)


def _own_part(page: Page, query: int) -> tuple[Inlines, Callable[[int], Cell]]:
    """What each head has of a query."""
    heading = (Symbol("q", (page.query_name(query),)),)

    def part(head: int) -> Cell:
        own = page.of_head(head)
        return (own.vector(own.stage("Q", [query])[0]),)

    return heading, part


def _places(head: int, width: int | None) -> Inlines:
    """Which columns of a folded matrix are a head's, counted from 1."""
    assert width is not None  # there is a matrix, so it has a width
    first = head * width + 1
    if width == 1:
        return (Words(str(first)),)
    return words("{first} to {last}", first=first, last=first + width - 1)


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("h"), words("the number of a head"))
    yield Meant(Symbol("head", ("h",)), words("the result of head h for all tokens"))


def _taught(page: Page) -> Iterator[Inlines]:
    if page.trace.problem.heads is not None and "V" in page.trace:
        yield words(
            "In formulas, {h} is the number of a head, and {head} what comes out of it.",
            h=Symbol("h"),
            head=Symbol("head", ("h",)),
        )


EXPLANATION = Explanation(
    parts=(Part(Place.BEFORE_HEADS, folding),), symbols=_symbols, taught=_taught
)
