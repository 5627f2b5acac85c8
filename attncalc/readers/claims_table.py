"""Claims as a table: tokens in the header row and in the first column, a number in each cell."""

from __future__ import annotations

from attncalc.errors import FieldPath, InputError, InputErrors
from attncalc.problem.problem import addresses_of
from attncalc.readers import notation
from attncalc.readers.grids import BLANKS, Grid, grid
from attncalc.readers.interface import Node, Place, RawProblem
from attncalc.steps.stages import OF_PAIRS


def read(text: str, file: str, stage: str) -> RawProblem:
    """The claims of a table on one stage; an empty cell claims nothing.

    Stages with a vector a token have any headings over its entries. A table of nothing but
    numbers, as numpy.savetxt writes it, has rows in the order of the tokens. Raises InputErrors
    for a table that is empty, for rows that are no rows of it, and for numbers of two readings.
    """
    table = grid(text)
    if table is None:
        message = "the file is empty; expected a header, and a row for each token"
        raise InputErrors((InputError(file, message),))
    claims = _Claims(table, file)
    return RawProblem(file, {stage: claims.node(stage)}, claims.locate)


class _Claims:
    """A table of claims; remembers which row and cell each number came from."""

    def __init__(self, table: Grid, file: str) -> None:
        self.grid = table
        self.file = file
        self.headed = not all(map(notation.is_number, table.rows[0]))
        self.rows = table.rows[1:] if self.headed else table.rows
        self.columns = addresses_of(self._header()) if self.headed else []
        self.tokens = addresses_of([row[0] for row in self.rows]) if self.headed else []
        self.numbers = self._numbers([row[1:] for row in self.rows] if self.headed else self.rows)

    def node(self, stage: str) -> Node:
        """What is claimed of the stage: by token where the table names them, or by place."""
        rows: list[list[Node]] = [[cell or None for cell in row] for row in self.numbers]
        if not self.headed or (_counts(self.tokens) and _counts(self.columns)):
            return [*rows]
        if stage not in OF_PAIRS:
            return {token: [*row] for token, row in zip(self.tokens, rows, strict=True)}
        return {
            token: dict(zip(self.columns, row, strict=True))
            for token, row in zip(self.tokens, rows, strict=True)
        }

    def locate(self, path: FieldPath, _of_key: bool) -> Place:
        """The place of the cell that a claim stands in; the first one if there is none."""
        row, cell = (
            names.index(step) if step in names else step if isinstance(step, int) else -1
            for step, names in zip((*path[1:], -1, -1), (self.tokens, self.columns), strict=False)
        )
        shift = 1 if self.headed else 0
        return self.grid.place(row + shift, cell + shift) if row >= 0 else self.grid.place(0, 0)

    def _header(self) -> list[str]:
        """The headings over numbers."""
        header = self.grid.rows[0]
        apart = self.grid.separator == BLANKS
        if apart and all(len(row) == len(header) + 1 for row in self.rows):
            return header  # R and prints of pandas have none over the names of rows
        return header[1:]

    def _numbers(self, rows: list[list[str]]) -> list[list[str]]:
        """The cells of every row, with decimal points. Raises InputErrors."""
        width = len(self.columns) if self.headed else len(rows[0])
        errors: list[InputError] = []
        kept: list[list[str]] = []
        for number, row in enumerate(rows):
            if len(row) != width:
                found = "1 number" if len(row) == 1 else f"{len(row)} numbers"
                where = "header" if self.headed else "first row"
                halved = self.grid.separator == "," and len(row) == 2 * width
                hint = "for decimal commas, save the table with semicolons or tabs"
                errors.append(
                    self.grid.error(
                        self.file,
                        number + self.headed,
                        0,
                        f"{found}; expected {width}, as in the {where}",
                        hint if halved else None,
                    )
                )
            kept.append(row)
        if errors:
            raise InputErrors(tuple(errors))
        plain = notation.plain([cell for row in kept for cell in row], self.grid.separator)
        if isinstance(plain, notation.Doubtful):
            row_number, cell = divmod(plain.place, width)
            at = (row_number + self.headed, cell + self.headed)
            raise InputErrors((self.grid.error(self.file, *at, plain.problem, plain.hint),))
        cells = iter(plain)
        return [[next(cells) for _ in row] for row in kept]


def _counts(names: list[str]) -> bool:
    """Whether the names only number the rows or columns of a data frame."""
    return names == [str(number) for number in range(len(names))]
