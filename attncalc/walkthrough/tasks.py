"""What a sheet says of the numbers that it asks for: what is to be done, and with which numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from attncalc.document.document import Align, Block, Column, Inlines, Row, Table
from attncalc.document.expressions import Expression
from attncalc.document.numerals import Shown
from attncalc.document.wording import listing, words
from attncalc.names import Axis
from attncalc.records import dataclass
from attncalc.walkthrough.entries import place_called
from attncalc.walkthrough.page import Page

Index: TypeAlias = tuple[int, ...]
Entry: TypeAlias = tuple[str, Index]

_MOST_NAMED = 3


@dataclass(frozen=True)
class Asked:
    """Numbers of a stage that are asked for together. places: as the head sees them, if any.

    stages: all that the sheet asks for. alone: whether its points are those of one number each.
    """

    stage: str
    places: tuple[Index, ...]
    stages: tuple[str, ...]

    def along(self, page: Page, *axes: Axis) -> list[int]:
        """The places along one of these axes, whichever the stage has, in order."""
        mine = page.trace.axes(self.stage)
        at = next(place for place, axis in enumerate(mine) if axis in axes)
        return sorted({index[at] for index in self.places})

    @property
    def rows(self) -> list[Index]:
        """Their rows, in order."""
        return list(dict.fromkeys(index[:-1] for index in self.places))


@dataclass(frozen=True)
class Task:
    """said: what is to be done. formula: in symbols. taken: the numbers of other stages in it.

    terms: how many terms a number has, which says how much room its work takes. besides: what else
    is needed, and is no stage.
    """

    said: Inlines
    formula: Expression
    taken: tuple[Entry, ...]
    terms: int = 1
    besides: tuple[Block, ...] = ()


Tasks: TypeAlias = Callable[[Page, Asked], Task]


def whom(page: Page, asked: Asked) -> Inlines:
    """Of what the numbers are: of one place, of a token or a few, or of every one there is."""
    if len(asked.places) == 1:
        return place_called(page.trace, asked.stage, asked.places[0])
    axis = next(each for each in page.trace.axes(asked.stage) if each in _OF_TOKENS)
    places = asked.along(page, axis)
    queries = axis is Axis.QUERY
    count = page.trace.stages[asked.stage].shape[page.trace.axes(asked.stage).index(axis)]
    if len(places) > 1 and (len(places) == count or len(places) > _MOST_NAMED):
        if page.trace.problem.self_attention:
            return words("every token")
        return words("every query") if queries else words("every key")
    name = page.query_token if queries else page.key_token
    return listing([(name(place),) for place in places])


_OF_TOKENS = (Axis.QUERY, Axis.KEY, Axis.NEW_KEY)


def same_places(asked: Asked, *stages: str) -> tuple[Entry, ...]:
    """The numbers of these stages at the places that are asked for."""
    return tuple((stage, index) for stage in stages for index in asked.places)


def whole_rows(page: Page, stage: str, rows: Iterable[Index]) -> tuple[Entry, ...]:
    """Rows of a stage, each with all its numbers."""
    width = page.trace.stages[stage].shape[-1]
    return tuple((stage, (*row, at)) for row in rows for at in range(width))


def numbers_of_pairs(
    page: Page, asked: Asked, caption: Inlines, row: Callable[[int], Sequence[Shown]]
) -> Table:
    """Numbers that are no stage, of the queries and keys that are asked about: a query a row."""
    keys = asked.along(page, Axis.KEY)
    columns = [Column(()), *(Column((page.key_token(key),), Align.RIGHT) for key in keys)]
    rows = tuple(
        Row(((page.query_token(query),), *((numbers[key].number,) for key in keys)))
        for query, numbers in _rows(asked.along(page, Axis.QUERY), row)
    )
    return Table(tuple(columns), rows, caption)


def _rows(
    queries: Iterable[int], row: Callable[[int], Sequence[Shown]]
) -> Iterator[tuple[int, Sequence[Shown]]]:
    return ((query, row(query)) for query in queries)
