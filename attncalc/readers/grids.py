"""Tables of text as grids of cells, whatever separates them, and where each cell begins.

CSV with commas, semicolons or tabs, Markdown's pipes, and columns apart by blanks, as numpy.savetxt
writes them. A first line `sep=;`, as spreadsheets want it, and lines of comment before the header
are no rows; nor are rows without any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from functools import cached_property

from attncalc.errors import InputError
from attncalc.readers.cells import cell_starts, records
from attncalc.readers.interface import Place
from attncalc.records import dataclass

PIPES, BLANKS = "|", " "
"""What separates the cells of a Markdown table, and of columns that are apart by blanks."""

_SEPARATORS = ("\t", ";", ",")
_TOLD = re.compile(r'"?sep=([,;:|\t ])"?', re.IGNORECASE)
_WORD = re.compile(r"\S+")
_CLOSING = {'"': '"', "[": "]", "(": ")"}
_WITH_COMMA = re.compile(r"[+-]?[0-9]+(?:[,/][0-9]+)?(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Grid:
    """A table's rows of cells, without blanks around them.

    separator: a comma, a semicolon, a tab, what a line sep= says, PIPES or BLANKS. comments: the
    lines before the header that begin with #, without it. body: the text with all that is no row of
    it blanked, so that lines keep their numbers. records: which record of the body, or line, each
    row is.
    """

    rows: list[list[str]]
    separator: str
    comments: list[str]
    body: str = field(repr=False)
    records: list[int] = field(repr=False)

    def place(self, row: int, cell: int) -> Place:
        """Where a cell begins; the nearest one before it, if there is none."""
        record = self.records[min(row, len(self.records) - 1)]
        while (record, cell) not in self._places and cell > 0:
            cell -= 1
        return self._places[record, cell]

    def error(self, file: str, row: int, cell: int, problem: str, hint: str | None) -> InputError:
        """What is wrong with a cell, with its place in the file."""
        line, column = self.place(row, cell)
        return InputError(file, problem, line=line, column=column, hint=hint)

    @cached_property
    def _places(self) -> dict[tuple[int, int], Place]:
        """Where each cell begins. The text is walked again for this: wanted for errors only."""
        if self.separator not in (PIPES, BLANKS):
            return dict(cell_starts(self.body, self.separator))
        spans = _piped if self.separator == PIPES else _apart
        return {
            (number, cell): (number + 1, begin + 1)
            for number, line in enumerate(self.body.split("\n"))
            for cell, (begin, _) in enumerate(spans(line))
        }


def header_line(text: str) -> str:
    """The first line that is neither empty, nor a comment, nor says what separates the cells."""
    return next((line for _, line in _rows(text.split("\n"))), "")


def first_rows(text: str) -> str:
    """A text as far as the line below the header."""
    begin = text.find(header_line(text))
    end = text.find("\n", begin + len(header_line(text)) + 1)
    return text if end < 0 else text[:end]


def grid(text: str) -> Grid | None:
    """The table in a text; None where no row has any text."""
    lines = text.split("\n")
    first = next((number for number, _ in _rows(lines)), None)
    if first is None:
        return None
    told = [mark[1] for line in lines[:first] if (mark := _TOLD.fullmatch(line))]
    comments = [line[1:].strip() for line in lines[:first] if line.startswith("#")]
    lines[:first] = [""] * first
    separator = told[0] if told else separator_of(lines[first], lines[first + 1 : first + 2])
    if separator == PIPES and is_rule("".join(lines[first + 1 : first + 2])):
        lines[first + 1] = ""
    if separator == BLANKS:  # savetxt writes comments below a table too
        lines = ["" if line.startswith("#") else line for line in lines]
    body = "\n".join(lines)
    found = _cells(body, lines, separator)
    stripped = ((number, [cell.strip() for cell in row]) for number, row in enumerate(found))
    kept = [(number, row) for number, row in stripped if any(row)]
    if not kept:
        return None
    width = max(cell for _, row in kept for cell, text in enumerate(row) if text) + 1
    kept = [(number, row[:width]) for number, row in kept]  # spreadsheets end with empty columns
    return Grid([row for _, row in kept], separator, comments, body, [n for n, _ in kept])


def _cells(body: str, lines: list[str], separator: str) -> Iterable[list[str]]:
    """The cells of each record, or of each line where a record is one."""
    if separator not in (PIPES, BLANKS):
        return records(body, separator)
    spans = _piped if separator == PIPES else _apart
    return ([_unquoted(line[begin:end]) for begin, end in spans(line)] for line in lines)


def separator_of(header: str, after: list[str]) -> str:
    """What separates the cells of a table with this header, and with this line after it."""
    if "|" in header and (header.lstrip().startswith("|") or any(map(is_rule, after))):
        return PIPES
    words = header.split()
    if len(words) > 1 and all(map(_WITH_COMMA.fullmatch, words)) and "\t" not in header:
        return BLANKS  # decimal commas
    return next((mark for mark in _SEPARATORS if mark in header), BLANKS)


def _rows(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines from the header on, with their numbers."""
    for number, line in enumerate(lines):
        if line.strip() and not line.startswith("#") and not _TOLD.fullmatch(line):
            yield number, line


def is_rule(line: str) -> bool:
    """Whether a line is the one below the header of a Markdown table."""
    return "-" in line and not line.strip(" |+:=-")


def _piped(line: str) -> Iterator[tuple[int, int]]:
    """Where each cell between pipes begins and ends; a pipe behind a backslash separates none."""
    begin = line.find("|") + 1 if line.lstrip().startswith("|") else 0
    end = len(line.rstrip())
    if end > begin and line[end - 1] == "|" and line[end - 2 : end - 1] != "\\":
        end -= 1
    while begin <= end and line.strip():
        stop = line.find("|", begin, end)
        while stop > 0 and line[stop - 1] == "\\":
            stop = line.find("|", stop + 1, end)
        stop = end if stop < 0 else stop
        cell = line[begin:stop]
        yield begin + len(cell) - len(cell.lstrip()), stop
        begin = stop + 1


def _apart(line: str) -> Iterator[tuple[int, int]]:
    """Where each word begins and ends; quotes and brackets hold words together."""
    closed = {mark: line.rfind(closing) for mark, closing in _CLOSING.items()}
    begin = 0
    for word in _WORD.finditer(line):
        if word.start() < begin:
            continue
        begin, mark = word.end(), line[word.start()]
        if closed.get(mark, -1) > word.start():
            begin = line.find(_CLOSING[mark], word.start() + 1) + 1
        yield word.start(), begin


def _unquoted(cell: str) -> str:
    text = cell.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return text.replace("\\|", "|")
