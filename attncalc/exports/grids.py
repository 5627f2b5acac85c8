"""Tables of numbers and blanks, as a learning platform shows them: a stage's, along its axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import TypeAlias

from attncalc.language import text
from attncalc.names import NAMES, Axis
from attncalc.problem.dimensions import entry_names
from attncalc.problem.problem import addresses_of
from attncalc.records import dataclass
from attncalc.renderers.inert import inert_token
from attncalc.sheet import Blank, Index, Sheet
from attncalc.steps.stages import OF_SCORES, tokens_along
from attncalc.worksheet.asking import answer_of, decimals_of

Cell: TypeAlias = str | Blank
"""A number, or nothing where it must not be shown, or what is asked for."""

HIDDEN = "−∞"
"""A score that a mask hides."""


@dataclass(frozen=True)
class Line:
    """A row of a grid, and what it is of."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """Numbers under what their columns are of."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Line, ...]

    @property
    def blanks(self) -> list[Blank]:
        """What is asked for in it, in order."""
        return [cell for row in self.rows for cell in row.cells if isinstance(cell, Blank)]


def grids_of(sheet: Sheet, stage: str, *, asked: bool) -> Iterator[Grid]:
    """A stage: its blanks, and what may be shown beside them."""
    trace = sheet.trace
    called, symbol = text(NAMES[stage].called), NAMES[stage].symbol
    heading = called[0].upper() + called[1:] + (f" {symbol}" if symbol else "")
    layout = _Layout(sheet, stage, trace.axes(stage), trace[stage].shape)
    grids = layout.grids(heading, partial(_cell, sheet, stage))
    if asked:
        yield from (_turned(_with_blanks(grid)) for grid in grids if grid.blanks)
    else:
        yield from (grid for grid in grids if any(cell for row in grid.rows for cell in row.cells))


def _with_blanks(grid: Grid) -> Grid:
    """Without the rows in which nothing is asked for."""
    rows = [row for row in grid.rows if any(isinstance(cell, Blank) for cell in row.cells)]
    return replace(grid, rows=tuple(rows))


def _cell(sheet: Sheet, stage: str, index: Index) -> Cell:
    blank = sheet.by_entry.get((stage, index))
    if blank is not None:
        return blank
    value = sheet.trace[stage][index]
    if stage in OF_SCORES and not value.is_finite():
        return HIDDEN
    if sheet.gives_away(stage, index):
        return ""
    (decimals,) = decimals_of([value], sheet.decimals)
    return answer_of(value, decimals)


def _turned(grid: Grid) -> Grid:
    """A single row stands upright, without what must not be shown: there is room to write."""
    if len(grid.rows) > 1 or len(grid.columns) < 2:
        return grid
    ((label, cells),) = ((row.label, row.cells) for row in grid.rows)
    upright = zip(grid.columns, cells, strict=True)
    rows = tuple(Line(own, (cell,)) for own, cell in upright if cell)
    return Grid(grid.caption, (label,), rows)


@dataclass(frozen=True)
class _Layout:
    """Entries along axes as grids: the last axis across, the one before it down, a grid for each
    place along those before. Of queries and heads, only those that are asked about.
    """

    sheet: Sheet
    stage: str
    axes: tuple[Axis, ...]
    shape: tuple[int, ...]

    def grids(self, caption: str, cell: Callable[[Index], Cell]) -> Iterator[Grid]:
        """cell: what is written at an entry's place."""
        places = [
            self._places(axis, size) for axis, size in zip(self.axes, self.shape, strict=True)
        ]
        if len(places) == 1:
            rows = [Line(self._label(0, at), (cell((at,)),)) for at in places[0]]
            yield Grid(caption, (), tuple(rows))
            return
        *before, down, across = places
        last = len(places) - 1
        columns = tuple(self._label(last, at) for at in across)
        for first in product(*before):
            named = [self._label(axis, at) for axis, at in enumerate(first)]
            rows = [
                Line(self._label(last - 1, row), tuple(cell((*first, row, at)) for at in across))
                for row in down
            ]
            yield Grid(", ".join([caption, *named]), columns, tuple(rows))

    def _label(self, axis: int, place: int) -> str:
        return label_of(self.sheet, self.stage, self.axes[axis], place)

    def _places(self, axis: Axis, size: int) -> Sequence[int]:
        if axis not in (Axis.QUERY, Axis.HEAD):
            return range(size)
        trace = self.sheet.trace
        found = {
            blank.index[trace.axes(blank.stage).index(axis)]
            for blank in self.sheet.blanks
            if axis in trace.axes(blank.stage)
        }
        return sorted(found) or range(size)


def label_of(sheet: Sheet, stage: str, axis: Axis, place: int) -> str:
    """What a place along an axis is called: a token, an entry's name, or its number from 1."""
    tokens = tokens_along(axis, sheet.trace.problem)
    if tokens is not None:
        return addressed(tokens, [place])[0]
    if axis is Axis.ENTRY:
        names = entry_names(sheet.trace.problem, stage)
        return inert_token(names[place]) if names else str(place + 1)
    if axis is Axis.KV_HEAD:
        return text("key-value head {head}", head=place + 1)
    return text("head {head}", head=place + 1)


def addressed(tokens: Sequence[str], places: Sequence[int]) -> list[str]:
    """The tokens at some places, told apart where they are alike."""
    addresses = addresses_of(tokens)
    return [inert_token(addresses[place]) for place in places]
