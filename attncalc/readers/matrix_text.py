"""One matrix as a table of text: numbers alone, or under headings and beside names."""

from __future__ import annotations

from attncalc.errors import InputError, InputErrors
from attncalc.readers import notation
from attncalc.readers.grids import Grid, grid
from attncalc.readers.interface import Node, Place
from attncalc.records import dataclass

_HEADINGS_HINT = "if they are headings, name the columns, or write none; if not, write 0.0, 1.0, …"


@dataclass(frozen=True)
class Matrix:
    """A matrix of numbers as text; names: of its rows, if it has any."""

    rows: list[Node]
    names: list[str]
    grid: Grid
    first_row: int
    first_cell: int

    def place(self, row: int, cell: int) -> Place:
        """Where a number stands; the beginning of the matrix, if there is none."""
        row = row + self.first_row if row + self.first_row < len(self.grid.rows) else 0
        return self.grid.place(row, cell + self.first_cell)


def read(text: str, file: str) -> Matrix:
    """The matrix in a text. Raises InputErrors where there is none, or its numbers are doubtful."""
    table = grid(text)
    if table is None:
        raise InputErrors((InputError(file, "the file is empty; expected rows of numbers"),))
    first_row = 0 if all(map(notation.is_number, table.rows[0])) else 1
    rows = table.rows[first_row:]
    names = [row[0] for row in rows]
    named = any(not notation.is_number(name) for name in names)
    if first_row and table.rows[0][0] == "" and all(map(str.isdecimal, names)):
        names, first_cell = [], 1  # the index of a data frame
    else:
        names, first_cell = (names, 1) if named else ([], 0)
    if first_row == 0 and _are_headings(rows):
        message = "a row 0, 1, … above numbers with decimals; expected the matrix alone"
        raise InputErrors((table.error(file, 0, 0, message, _HEADINGS_HINT),))
    cells = [row[first_cell:] for row in rows]
    plain = notation.plain([cell for row in cells for cell in row], table.separator)
    if isinstance(plain, notation.Doubtful):
        places = [(n, c) for n, row in enumerate(cells) for c in range(len(row))]
        row, cell = places[plain.place]
        problem, hint = plain.problem, plain.hint
        error = table.error(file, row + first_row, cell + first_cell, problem, hint)
        raise InputErrors((error,))
    numbers = iter(plain)
    matrix: list[Node] = [[next(numbers) for _ in row] for row in cells]
    if not matrix:
        message = "a header without rows; expected rows of numbers"
        raise InputErrors((table.error(file, 0, 0, message, None),))
    return Matrix(matrix, names, table, first_row, first_cell)


def _are_headings(rows: list[list[str]]) -> bool:
    """Whether the first row only numbers the columns, as that of a data frame without names."""
    counted = len(rows[0]) > 1 and rows[0] == [str(number) for number in range(len(rows[0]))]
    others = rows[1:]
    return counted and bool(others) and all("." in "".join(row) for row in others)
