"""Tables of vectors: one row a token, one column a matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attncalc.arithmetic import Array
from attncalc.document import Column, Inlines, Row, Table, Token
from attncalc.expressions import Expression, Omitted, Symbol
from attncalc.numerals import Shown
from attncalc.problem import address_of
from attncalc.stages import OF_KEYS
from attncalc.walkthrough.page import Page, omitted_row, words


def vector_table(
    page: Page,
    letters: Mapping[str, Expression | str],
    heading: str,
    *,
    queries: bool = True,
    caption: Inlines = (),
) -> Table:
    """One row a token, one column a stage: its row of it.

    letters: the stages and what heads each. queries: whether the rows are the query side's tokens
    or the key side's; a query's key stands behind the past.
    """
    places = page.kept_queries() if queries else page.kept_keys()
    rows = [place for place in places if isinstance(place, int)]
    columns: list[tuple[Expression | str, dict[int, list[Shown]]]] = []
    for name, letter in letters.items():
        behind = page.offset if queries and name in OF_KEYS else 0
        numbers = page.stage(name, [behind + place for place in rows])
        columns.append((letter, dict(zip(rows, numbers, strict=True))))
    if queries:
        return _table(page, columns, places, heading, caption, _query_token(page), page.queries)
    return _table(page, columns, places, heading, caption, page.key_token, ())


def given_table(
    page: Page, arrays: Mapping[str, Array], heading: str, tokens: Sequence[str], caption: Inlines
) -> Table:
    """One row a token, one column a matrix that is given, by its letter. tokens: of the rows."""
    own = len(tokens) == len(page.trace.problem.tokens) and heading != "past token"
    focused = page.queries if own else ()
    places = page.kept_tokens(len(tokens), focused)
    rows = [place for place in places if isinstance(place, int)]
    columns: list[tuple[Expression | str, dict[int, list[Shown]]]] = [
        (letter, dict(zip(rows, page.given(array[rows]), strict=True)))
        for letter, array in arrays.items()
    ]

    def token(place: int) -> Token:
        return Token(address_of(place, tokens), place in focused)

    return _table(page, columns, places, heading, caption, token, focused)


def _query_token(page: Page) -> Callable[[int], Token]:
    return lambda place: page.query_token(place, focused=place in page.queries)


def _table(
    page: Page,
    columns: Sequence[tuple[Expression | str, Mapping[int, list[Shown]]]],
    places: Sequence[int | Omitted],
    heading: str,
    caption: Inlines,
    token: Callable[[int], Token],
    focused: Sequence[int],
) -> Table:
    rows: list[Row] = []
    for place in places:
        if isinstance(place, Omitted):
            rows.append(omitted_row(place))
            continue
        vectors = [(page.vector(numbers[place]),) for _, numbers in columns]
        rows.append(Row(((token(place),), *vectors), focused=place in focused))
    headings = [
        Column((Symbol(letter) if isinstance(letter, str) else letter,)) for letter, _ in columns
    ]
    return Table((Column(words(heading)), *headings), tuple(rows), caption)
