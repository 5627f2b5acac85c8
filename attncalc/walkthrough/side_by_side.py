"""Tables with the same numbers of two walkthroughs beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TypeAlias

from attncalc.comparison import Difference, Origin, QueryComparison, difference
from attncalc.document.document import (
    Align,
    Cell,
    Column,
    Inlines,
    Row,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Number, Omitted
from attncalc.document.numerals import Shown, shown, shown_array
from attncalc.document.wording import words
from attncalc.language import text
from attncalc.names import ONE_A_PAIR
from attncalc.numbers.known import Known
from attncalc.records import dataclass
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.tables import bar, omitted_row, result_cell

_LONGEST_NAME = 14

Names: TypeAlias = tuple[str, str]
"""What the left and the right side are called."""


def side_names(left: Origin, right: Origin) -> Names:
    """What heads their columns: what was varied, or their files, if that is short."""
    if right.varied:
        varied = varied_text(right)
        return text("as it is"), varied if len(varied) <= _LONGEST_NAME else text("varied")
    if left.number is not None:
        return text("first"), text("second")
    one, other = _file(left), _file(right)
    short = max(len(one), len(other)) <= _LONGEST_NAME
    return (one, other) if short and one != other else (text("left"), text("right"))


def told(left: Origin, right: Origin) -> str:
    """What is compared, in a line: as it is against scale=none."""
    one, other = side_names(left, right)
    if right.varied and other != varied_text(right):
        return text(
            "{one} against {other}: {varied}", one=one, other=other, varied=varied_text(right)
        )
    if left.number is not None:
        return text("the first problem of {file} against the second", file=_file(left))
    if not right.varied and one != _file(left):
        return text("left: {left} · right: {right}", left=_file(left), right=_file(right))
    return text("{one} against {other}", one=one, other=other)


def _file(origin: Origin) -> str:
    return text("standard input") if origin.file == "-" else PurePath(origin.file).name


def varied_text(origin: Origin) -> str:
    """scale=none, mask=causal"""
    return ", ".join(f"{name}={text}" for name, text in origin.varied.items())


@dataclass(frozen=True)
class Pair:
    """The two pages of one query of one head.

    names: of the left and the right side. several: whether there are more such pairs.
    """

    left: Page
    right: Page
    names: Names
    of: QueryComparison
    several: bool

    @property
    def token(self) -> Token:
        """The query."""
        return self.left.query_token(self.of.query, focused=True)

    @property
    def owner(self) -> Inlines:
        """“it”, or “it” (head 2)."""
        if self.of.head is None:
            return (self.token,)
        return words("{query} (head {head})", query=self.token, head=self.of.head + 1)

    def largest(self, page: Page) -> tuple[int | None, Shown]:
        """The largest weight of a side, and its key; None where several have it."""
        weights = list(page.trace.row("weights", self.of.query))
        key = weights.index(max(weights))
        alone = weights.count(weights[key]) == 1
        return key if alone else None, self._shown(page, "weights")[key]

    def difference(self, left: str, right: str) -> Difference | None:
        """Of the query's rows of two stages: right - left."""
        return difference(self._row(self.left, left), self._row(self.right, right))

    @property
    def caption(self) -> Inlines:
        """Whose numbers these are, where there are several."""
        return self.owner if self.several else ()

    def table(
        self, left: str, right: str, found: Difference, caption: Inlines, *, drawn: bool = False
    ) -> Table:
        """The query's rows of two stages: left, right, right - left. A row a key, or an entry.

        drawn: with bars, as long on either side as the numbers are large.
        """
        by_key = left in ONE_A_PAIR
        page = self.left
        places = self._keys() if by_key else page.kept_entries(found.values.shape[-1])
        columns = (
            self._shown(self.left, left),
            self._shown(self.right, right),
            shown(found.settled[0].tolist(), found.exact[0].tolist(), page.style),
        )
        label: Callable[[int], Inlines] = (
            (lambda key: (page.key_token(key),))
            if by_key
            else (lambda entry: (Words(str(entry + 1)),))
        )
        own = (lambda key: page.is_own(self.of.query, key)) if by_key else (lambda _: False)
        heading = words("key") if by_key else words("entry")
        table = Table(
            side_columns(heading, self.names, words("difference")),
            tuple(_rows(places, columns, label, own)),
            caption,
        )
        if not drawn:
            return table
        rows = [
            self._with_bars(row, place) if isinstance(place, int) else row
            for row, place in zip(table.rows, places, strict=True)
        ]
        what, one, other, result = table.columns
        lengths = Column((), optional=True)
        return replace(
            table, columns=(what, one, lengths, other, lengths, result), rows=tuple(rows)
        )

    def _with_bars(self, row: Row, key: int) -> Row:
        """A row with the weights of a key as lengths, to the same scale on both sides."""
        ours, theirs = (
            page.trace.row("weights", self.of.query).astype(float)
            for page in (self.left, self.right)
        )
        largest = max(ours.max(), theirs.max())
        what, one, other, result = row.cells
        lengths = [bar(side[key], largest) for side in (ours, theirs)]
        return replace(row, cells=(what, one, lengths[0], other, lengths[1], result))

    def _keys(self) -> list[int | Omitted]:
        """The keys that either side attends to most, and the query's own."""
        ours, theirs = (
            page.trace.row("weights", self.of.query) for page in (self.left, self.right)
        )
        own = [key for key in range(len(ours)) if self.left.is_own(self.of.query, key)]
        return self.left.greatest_tokens(
            [max(pair) for pair in zip(ours, theirs, strict=True)], own
        )

    def _row(self, page: Page, name: str) -> Known:
        stage, row = page.trace.stages[name], slice(self.of.query, self.of.query + 1)
        return stage[row]

    def _shown(self, page: Page, name: str) -> Sequence[Shown]:
        row = self._row(page, name)
        return shown_array(row.values, row.exact, page.style)[0]


def side_columns(heading: Inlines, names: Names, result: Inlines = ()) -> tuple[Column, ...]:
    """What it is, left, right, and what comes of the two."""
    columns = [Column(heading), *(Column((Words(name),), Align.RIGHT) for name in names)]
    if result:
        columns.append(Column(result, Align.RIGHT, result=True))
    return tuple(columns)


def power_of_ten(exponent: int) -> Number:
    """1e-33: what two sides that agree differ by less than."""
    return Number(f"1e{exponent}")


def signed(number: Shown) -> Cell:
    """= 0.25"""
    return result_cell(number.sign, number.number)


def _rows(
    places: Sequence[int | Omitted],
    columns: Sequence[Sequence[Shown]],
    label: Callable[[int], Inlines],
    own: Callable[[int], bool],
) -> list[Row]:
    rows: list[Row] = []
    for place in places:
        if isinstance(place, Omitted):
            rows.append(omitted_row(place))
            continue
        cells = (label(place), *(signed(column[place]) for column in columns))
        rows.append(Row(cells, focused=own(place)))
    return rows
