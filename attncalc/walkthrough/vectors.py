"""Tables of vectors: one row a token, one column a matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias, assert_never

from attncalc.document.document import (
    Align,
    Cell,
    Column,
    Inlines,
    Quantity,
    Row,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Expression, Name, Number, Omitted, Symbol
from attncalc.document.numerals import Shown
from attncalc.document.wording import words
from attncalc.names import NAMES, Axis
from attncalc.numbers.arithmetic import Array
from attncalc.problem.dimensions import entry_names
from attncalc.problem.problem import address_of
from attncalc.records import dataclass
from attncalc.steps.stages import OF_GROUPS, OF_KEYS
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.quantities import row_of, row_of_head
from attncalc.walkthrough.tables import omitted_row

Rows: TypeAlias = Literal["token", "query", "query token", "key token", "past token"]
"""What the rows of a table are of: past tokens are those in the cache."""


@dataclass(frozen=True)
class _Column:
    """numbers, quantities: of each row, by its place. names: of a vector's entries, if any."""

    letter: Expression | str
    numbers: Mapping[int, Sequence[Shown]]
    quantities: Mapping[int, Quantity]
    names: tuple[str, ...] = ()


def vector_table(
    page: Page,
    letters: Mapping[str, Expression | str],
    heading: Rows,
    *,
    queries: bool = True,
    caption: Inlines = (),
) -> Table:
    """One row a token, one column a stage: its row of it.

    letters: the stages and what heads each. queries: whether the rows are the query side's tokens
    or the key side's; a query's key stands behind the past.
    """
    keys = range(len(page.trace.problem.key_tokens))
    first = page.offset if any(Axis.NEW_KEY in NAMES[name].axes for name in letters) else 0
    if not queries:
        places = page.kept_rows(keys[first:])
    elif heading == "token" and page.trace.problem.self_attention:  # a query's, and a key's
        places = page.kept_rows(keys[page.offset :], page.queries)
    else:
        places = page.kept_queries()
    rows = [place for place in places if isinstance(place, int)]
    columns: list[_Column] = []
    for name, letter in letters.items():
        behind = page.offset if queries and name in OF_KEYS else 0
        numbers = page.stage(name, [behind + place for place in rows])
        columns.append(
            _Column(
                letter,
                dict(zip(rows, numbers, strict=True)),
                {place: row_of(page.trace, name, behind + place) for place in rows},
                entry_names(page.trace.problem, name),
            )
        )
    if queries:
        token = _query_token(page)
        return _table(page, columns, places, heading, caption, token, page.queries, queries=True)

    def key_token(place: int) -> Token:
        return page.key_token(first + place)

    return _table(page, columns, places, heading, caption, key_token, ())


def both_sides(
    page: Page, queries: Mapping[str, Expression | str], keys: Mapping[str, Expression | str]
) -> Iterator[Table]:
    """All queries and all keys: in one table where the same tokens are both."""
    if page.trace.problem.self_attention:
        yield vector_table(page, {**queries, **keys}, "token", caption=words("All tokens"))
        return
    yield vector_table(page, queries, "query token", caption=words("All queries"))
    yield vector_table(page, keys, "key token", queries=False, caption=words("All keys"))


def given_table(
    page: Page,
    arrays: Mapping[str, Array],
    heading: Rows,
    tokens: Sequence[str],
    caption: Inlines,
    head: int | None = None,
) -> Table:
    """One row a token, one column a matrix that is given, by its stage. tokens: of the rows.

    head: the one that the matrices are of, where there is one for each.
    """
    own = heading in ("token", "query token")
    focused = page.queries if own else ()
    if heading == "query token":
        places = page.kept_queries()
    else:
        first = 0 if heading == "past token" else page.offset
        places = page.kept_rows(range(first, first + len(tokens)), focused)
    rows = [place for place in places if isinstance(place, int)]
    columns: list[_Column] = []
    for name, array in arrays.items():
        behind = page.offset if name in OF_GROUPS and heading != "past token" else 0
        names = entry_names(page.trace.problem, name)
        columns.append(
            _Column(
                NAMES[name].letter,
                dict(zip(rows, page.given(array[rows]), strict=True)),
                {place: row_of_head(name, head, behind + place) for place in rows},
                names if len(names) == array.shape[-1] else (),
            )
        )

    def token(place: int) -> Token:
        return Token(address_of(place, tokens), place in focused)

    return _table(page, columns, places, heading, caption, token, focused, queries=own)


def _query_token(page: Page) -> Callable[[int], Token]:
    return lambda place: page.query_token(place, focused=place in page.queries)


def _table(
    page: Page,
    columns: Sequence[_Column],
    places: Sequence[int | Omitted],
    heading: Rows,
    caption: Inlines,
    token: Callable[[int], Token],
    focused: Sequence[int],
    *,
    queries: bool = False,
) -> Table:
    rows: list[Row] = []
    for place in places:
        if isinstance(place, Omitted):
            rows.append(omitted_row(place))
            continue
        cells = [_cells(page, column, place) for column in columns]
        own = [
            column.quantities[place]
            for column, parts in zip(columns, cells, strict=True)
            for _ in parts
        ]
        rows.append(
            Row(
                ((token(place),), *(cell for parts in cells for cell in parts)),
                focused=place in focused,
                query=place if queries else None,
                quantities=(None, *own),
            )
        )
    headings = [each for column in columns for each in _headings(page, column, len(columns) > 1)]
    return Table((Column(_named(heading)), *headings), tuple(rows), caption)


def _cells(page: Page, column: _Column, place: int) -> list[Cell]:
    """A vector in one cell; or each of its entries in its own, where they have names."""
    numbers = column.numbers[place]
    if not column.names:
        return [(page.vector(numbers),)]
    return [
        (numbers[entry].number,) if isinstance(entry, int) else words("…")
        for entry in page.kept_entries(len(numbers))
    ]


def _headings(page: Page, column: _Column, several: bool) -> Iterator[Column]:
    """The letter of a matrix; or the names of its entries, with the letter beside others."""
    letter = Symbol(column.letter) if isinstance(column.letter, str) else column.letter
    if not column.names:
        yield Column((letter,))
        return
    for entry in page.kept_entries(len(column.names)):
        if isinstance(entry, Omitted):
            yield Column(words("…"), Align.RIGHT)
            continue
        name = Words(column.names[entry])
        both = words("{vector}: {entry}", vector=letter, entry=name)
        yield Column(both if several else (name,), Align.RIGHT)


def entry_heading(page: Page, stage: str, entry: int | Omitted) -> Inlines:
    """What heads the column of an entry of a stage's vectors: its name, or its number."""
    if isinstance(entry, Omitted):
        return ()
    name = page.entry_name(stage, entry)
    return (Words(name.text),) if isinstance(name, Name) else (Number(name),)


def _named(rows: Rows) -> Inlines:
    """What stands above the tokens of the rows."""
    match rows:
        case "token":
            return words("token")
        case "query":
            return words("query")
        case "query token":
            return words("query token")
        case "key token":
            return words("key token")
        case "past token":
            return words("past token")
        case _:
            assert_never(rows)
