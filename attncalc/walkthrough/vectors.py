"""Tables of vectors: one row a token, one column a matrix."""

from __future__ import annotations

from collections.abc import Mapping

from attncalc.document import Column, Inlines, Row, Table
from attncalc.expressions import Omitted, Symbol
from attncalc.walkthrough.page import Page, omitted_row, words


def vector_table(
    page: Page,
    letters: Mapping[str, str],
    heading: str,
    *,
    queries: bool = True,
    caption: Inlines = (),
) -> Table:
    """One row a token, one column a stage: its row of it.

    letters: the stages and the letter that heads each. queries: whether the rows are the query
    side's tokens or the key side's.
    """
    places = page.kept_queries() if queries else page.kept_keys()
    shown_places = [place for place in places if isinstance(place, int)]
    columns = [
        dict(zip(shown_places, page.stage(name, shown_places), strict=True)) for name in letters
    ]
    rows: list[Row] = []
    for place in places:
        if isinstance(place, Omitted):
            rows.append(omitted_row(place))
            continue
        focused = queries and place in page.queries
        token = page.query_token(place, focused=focused) if queries else page.key_token(place)
        vectors = [(page.vector(column[place]),) for column in columns]
        rows.append(Row(((token,), *vectors), focused=focused))
    headings = [Column((Symbol(letter),)) for letter in letters.values()]
    return Table((Column(words(heading)), *headings), tuple(rows), caption)
