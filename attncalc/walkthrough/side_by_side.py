"""Tables with the same numbers of two walkthroughs beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TypeAlias

from attncalc.comparison import Difference, Origin, QueryComparison, difference
from attncalc.document.document import Align, Cell, Column, Inlines, Row, Table, Token
from attncalc.document.expressions import Omitted
from attncalc.document.numerals import Shown, shown, shown_array
from attncalc.names import ONE_A_PAIR
from attncalc.records import dataclass
from attncalc.steps.trace import Stage
from attncalc.walkthrough.page import Page, glued
from attncalc.walkthrough.tables import omitted_row, result_cell

_LONGEST_NAME = 14

Names: TypeAlias = tuple[str, str]
"""What the left and the right side are called."""


def side_names(left: Origin, right: Origin) -> Names:
    """What heads their columns: what was varied, or their files, if that is short."""
    if right.varied:
        varied = varied_text(right)
        return "as it is", varied if len(varied) <= _LONGEST_NAME else "varied"
    if left.number is not None:
        return "first", "second"
    one, other = _file(left), _file(right)
    short = max(len(one), len(other)) <= _LONGEST_NAME
    return (one, other) if short and one != other else ("left", "right")


def told(left: Origin, right: Origin) -> str:
    """What is compared, in a line: as it is against scale=none."""
    one, other = side_names(left, right)
    if right.varied:
        text = varied_text(right)
        return f"{one} against {other}" + ("" if other == text else f": {text}")
    if left.number is not None:
        return f"the {one} problem of {_file(left)} against the {other}"
    if one == "left":
        return f"left: {_file(left)} · right: {_file(right)}"
    return f"{one} against {other}"


def _file(origin: Origin) -> str:
    return "standard input" if origin.file == "-" else PurePath(origin.file).name


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
        return glued(
            self.token, *(() if self.of.head is None else (f" (head {self.of.head + 1})",))
        )

    def difference(self, left: str, right: str) -> Difference | None:
        """Of the query's rows of two stages: right - left."""
        return difference(self._row(self.left, left), self._row(self.right, right))

    @property
    def caption(self) -> Inlines:
        """Whose numbers these are, where there are several."""
        return self.owner if self.several else ()

    def table(self, left: str, right: str, found: Difference, caption: Inlines) -> Table:
        """The query's rows of two stages: left, right, right - left. A row a key, or an entry."""
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
            else (lambda entry: glued(str(entry + 1)))
        )
        own = (lambda key: page.is_own(self.of.query, key)) if by_key else (lambda _: False)
        return Table(
            side_columns("key" if by_key else "entry", self.names, "difference"),
            tuple(_rows(places, columns, label, own)),
            caption,
        )

    def _keys(self) -> list[int | Omitted]:
        """The keys that either side attends to most, and the query's own."""
        ours, theirs = (page.trace["weights"][self.of.query] for page in (self.left, self.right))
        own = [key for key in range(len(ours)) if self.left.is_own(self.of.query, key)]
        return self.left.greatest_tokens(
            [max(pair) for pair in zip(ours, theirs, strict=True)], own
        )

    def _row(self, page: Page, name: str) -> Stage:
        stage, row = page.trace.stages[name], slice(self.of.query, self.of.query + 1)
        return replace(stage, values=stage.values[row], exact=stage.exact[row])

    def _shown(self, page: Page, name: str) -> list[Shown]:
        row = self._row(page, name)
        return shown_array(row.values, row.exact, page.style)[0]


def side_columns(heading: str, names: Names, result: str | None = None) -> tuple[Column, ...]:
    """What it is, left, right, and what comes of the two."""
    columns = [Column(glued(heading)), *(Column(glued(name), Align.RIGHT) for name in names)]
    if result is not None:
        columns.append(Column(glued(result), Align.RIGHT, result=True))
    return tuple(columns)


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
