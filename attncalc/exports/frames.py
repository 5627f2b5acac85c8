"""Marks of data frames: a function of a part of a table, for engines that work on many at once."""

from __future__ import annotations

import os
from functools import lru_cache
from numbers import Real
from typing import Any

from attncalc.errors import InputError, InputErrors
from attncalc.exports.marks_csv import HEADER, marks_records
from attncalc.records import dataclass
from attncalc.worksheet.answers import Row
from attncalc.worksheet.columns import Columns, columns_of
from attncalc.worksheet.judging import Credit
from attncalc.worksheet.loading import sheets_in
from attncalc.worksheet.making import Wanted
from attncalc.worksheet.marking import Marker

DEFAULT = Credit()


@dataclass(frozen=True)
class MarksOf:
    """Marks the answers in a data frame: a row a student, a column a blank.

    sheet: the file of a worksheet's JSON, of one sheet or of several, or a problem file. credit: as
    at the command line. What it is called with has a column `student`, texts as they were typed,
    and with several sheets a column `code`; what it returns is of the same kind.

        answers = dask.dataframe.read_csv("answers-*.csv", dtype=str)
        answers.map_partitions(MarksOf("sheet.json")).to_csv("marks-*.csv", index=False)

    Each row is marked, also those of somebody who stands in several. Raises InputErrors for columns
    that are unknown, or there twice.
    """

    sheet: str | os.PathLike[str]
    credit: Credit = DEFAULT

    def __call__(self, frame: Any) -> Any:
        """The marks of a part of the answers, as a data frame."""
        marker = _marker(os.fspath(self.sheet), self.credit)
        columns, errors = columns_of(
            [str(name) for name in frame.columns], marker.ids, "answers", 1
        )
        if errors:
            raise InputErrors(tuple(errors))
        cells = ([_text(cell) for cell in row] for row in frame.itertuples(index=False, name=None))
        rows = [_row(columns, each) for each in cells]
        if unknown := marker.unknown(row.code for row in rows):
            message = f"“{unknown}” is the code of no sheet of {os.fspath(self.sheet)}"
            raise InputErrors((InputError("answers", message),))
        lines = [*marks_records(marker.mark(rows), marker.ids)]
        header = (*HEADER, *marker.ids)
        table: dict[str, Any] = {
            name: [line[at] for line in lines] for at, name in enumerate(header)
        }
        for name in ("points", "out_of"):
            table[name] = [float(number) for number in table[name]]
        return type(frame)(table)


@lru_cache(maxsize=4)
def _marker(sheet: str, credit: Credit) -> Marker:
    """Made once a process."""
    return Marker(sheets_in(sheet, Wanted()), credit)


def _row(columns: Columns, cells: list[str]) -> Row:
    return Row(columns.name_in(cells), columns.code_in(cells), columns.answers_in(cells))


def _text(cell: object) -> str:
    """A cell as it was typed; nothing for what stands for no value."""
    if isinstance(cell, Real):
        return str(cell) if cell == cell else ""
    return cell if isinstance(cell, str) else ""
