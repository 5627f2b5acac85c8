"""Records of text: the cells between separators, and where each begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from attncalc.readers.interface import Place


def records(text: str, delimiter: str) -> list[list[str]]:
    """The cells of each record, however long they are."""
    limit = csv.field_size_limit(max(len(text), 1))
    try:
        lines = io.StringIO(text, newline="")
        return list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    finally:
        csv.field_size_limit(limit)  # it is of the whole process


def cell_starts(text: str, delimiter: str) -> Iterator[tuple[tuple[int, int], Place]]:
    """Record and cell, and line and column, by the rules the csv module reads with.

    A comma inside brackets begins no cell here, as _joined puts such cells together.
    """
    record = cell = 0
    line = column = 1
    quoted = bracketed = False
    fresh = True  # nothing but blanks since the cell began: a quotation mark would open it
    closed = False  # by the character before: another quotation mark would open it again
    yield (record, cell), (line, column)
    for character in text:
        column += 1
        closed, mark = False, character == '"' and (fresh or quoted or closed)
        if mark:
            quoted, closed = not quoted, quoted
        elif character == "\n":
            line, column = line + 1, 1
        elif character in "[]" and not quoted:
            bracketed = character == "["
        ends_record = character == "\n" and not quoted
        ends_cell = character == delimiter and not quoted and not bracketed
        fresh = ends_record or ends_cell or (fresh and character == " ")
        if ends_record:
            record, cell, bracketed = record + 1, 0, False
        elif ends_cell:
            cell += 1
        if ends_record or ends_cell:
            yield (record, cell), (line, column)
