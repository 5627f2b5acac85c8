"""Tables of answers, as forms, spreadsheets and learning platforms hand them out.

A row a student, a column a blank, named by its id. They are read twice, row by row: once for all
that is wrong with them, and who stands in them twice; then for the answers. So a table is as long
as it likes.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import re
import shutil
import sys
import tempfile
from array import array
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from attncalc.errors import InputError, InputErrors
from attncalc.numbers.arithmetic import Array, NumberError, parse_number
from attncalc.problem.claims import unit_of
from attncalc.readers import foreign, notation
from attncalc.readers.contents import naming, refuse_foreign
from attncalc.worksheet.columns import CODE, Columns, columns_of

_MOST_TOLD = 20
"""Rows that do not count of which each is told; the others are counted."""

_TOLD = re.compile(r'"?sep=([,;:|\t ])"?', re.IGNORECASE)
_BEFORE = "=≈~' \t\N{NO-BREAK SPACE}"
"""What may stand before a number, and says nothing of it."""


def number_of(text: str) -> tuple[float, float] | None:
    """An answer, and the unit of the last place that it was typed with; None for what is none.

    A comma alone is a decimal one. Fractions, roots and percentages are numbers too.
    """
    found = notation.plain([text.lstrip(_BEFORE).rstrip()], ";")
    assert not isinstance(found, notation.Doubtful)  # only several numbers can contradict
    try:
        number = parse_number(found[0])
    except NumberError:
        return None
    return float(number), float(unit_of(number))


class Numbers:
    """Answers as numbers. What was typed once is not read again."""

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._known: dict[str, tuple[float, float]] = {}

    def read(self, cells: Sequence[Sequence[str]], width: int) -> tuple[Array, Array]:
        """The numbers and their units, NaN where there is none. (people, width)"""
        known = self._known
        if len(known) > self._most:
            known.clear()
        pairs = [known.get(cell) or self._number(cell) for row in cells for cell in row]
        both = np.array(pairs, dtype=float).reshape(len(cells), width, 2)
        return both[:, :, 0], both[:, :, 1]

    def _number(self, cell: str) -> tuple[float, float]:
        found = number_of(cell) or (np.nan, np.nan)
        self._known[cell] = found
        return found


class Row(NamedTuple):
    """What one student handed in. cells: an answer a blank."""

    student: str
    code: str
    cells: list[str]


@dataclasses.dataclass
class Tables:
    """Tables of answers to the same blanks.

    ids: of the blanks. codes: of the sheets that there are; empty where it is no matter which one
    it is. several: whether there are several sheets, so that each row must tell its own.
    """

    files: Sequence[str]
    ids: Sequence[str]
    codes: Collection[str] = ()
    several: bool = False
    _columns: dict[str, Columns] = dataclasses.field(default_factory=dict)
    _spooled: dict[str, IO[bytes]] = dataclasses.field(default_factory=dict)
    _counts: Array = dataclasses.field(default_factory=lambda: np.zeros(0, dtype=bool))

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, *_: object) -> None:
        for spooled in self._spooled.values():
            spooled.close()

    def check(self) -> None:
        """Look at every row. Raises InputErrors with everything that is wrong."""
        errors: list[InputError] = []
        who = array("q")
        for file in self.files:
            try:
                errors += self._faults(file, who)
            except InputErrors as found:
                errors += found.errors
        if not errors and not who:
            error = InputError(
                self.files[0], "a header without rows; expected one for each student"
            )
            errors.append(error)
        if errors:
            raise InputErrors(tuple(errors))
        self._counts = _last_of_each(np.frombuffer(who, dtype=np.int64))

    @property
    def students(self) -> int:
        """How many rows count."""
        return int(self._counts.sum())

    def missing(self) -> list[str]:
        """The blanks for which no table has a column."""
        every = [self._columns[file].blanks for file in self.files]
        return [
            name for at, name in enumerate(self.ids) if all(blanks[at] is None for blanks in every)
        ]

    def twice(self) -> tuple[list[str], int]:
        """The first rows that do not count, as their students stand in later ones; how many more.

        Each is told in a sentence.
        """
        left = int((~self._counts).sum())
        superseded = itertools.compress(self._rows(), ~self._counts)
        told = [
            f"{file}:{line}: “{columns.name_in(row)}” stands in a later row too; that one counts"
            for file, line, row, columns in itertools.islice(superseded, min(left, _MOST_TOLD))
        ]
        return told, max(0, left - _MOST_TOLD)

    def blocks(self, size: int) -> Iterator[list[Row]]:
        """The rows that count, so many at a time."""
        block: list[Row] = []
        for number, (_, line, row, columns) in enumerate(self._rows()):
            if not self._counts[number]:
                continue
            name = columns.name_in(row) or f"line {line}"
            block.append(Row(name, columns.code_in(row), columns.answers_in(row)))
            if len(block) == size:
                yield block
                block = []
        if block:
            yield block

    def _rows(self) -> Iterator[tuple[str, int, list[str], Columns]]:
        """Every row with anything in it, of every table, and its line."""
        for file in self.files:
            columns = self._columns[file]
            with self._reading(file) as reader:
                for row in reader:
                    if any(map(str.strip, row)):
                        yield file, reader.line, row, columns

    def _faults(self, file: str, who: array[int]) -> list[InputError]:
        """What is wrong with a table; who stands in each row, as a number, is added to who."""
        with self._reading(file) as reader:
            columns, errors = columns_of(reader.header, self.ids, file, reader.line)
            self._columns[file] = columns
            if self.several and columns.code is None and not errors:
                message = f"no column “{CODE}”; expected one that says which sheet each row answers"
                errors.append(InputError(file, message, line=reader.line))
            for row in reader:
                if not any(map(str.strip, row)):
                    continue
                line = reader.line
                errors += self._faults_of_row(row, columns, reader.separator, file, line)
                name = columns.name_in(row)
                told = (name, columns.code_in(row)) if name else (file, line)
                who.append(hash(told))
        return errors

    def _faults_of_row(
        self, row: list[str], columns: Columns, separator: str, file: str, line: int
    ) -> Iterator[InputError]:
        if len(row) > columns.width and any(map(str.strip, row[columns.width :])):
            message = f"{len(row)} cells; expected {columns.width}, as in the header"
            hint = "for decimal commas, save the table with semicolons or tabs"
            yield InputError(file, message, line=line, hint=hint if separator == "," else None)
            return
        code = columns.code_in(row)
        told = columns.code is not None and (code or self.several)
        if told and self.codes and code not in self.codes:
            found = f"“{code}” is the code of no sheet here" if code else "no code of a sheet"
            one = next(iter(self.codes))
            expected = f"one of {len(self.codes)}, such as {one}" if self.several else one
            yield InputError(file, f"{found}; expected {expected}", line=line)

    @contextmanager
    def _reading(self, file: str) -> Iterator[_Reader]:
        """The rows of a table from its header on. Raises InputErrors where they cannot be read."""
        with self._opened(file) as stream:
            reader = _Reader(stream, file)
            try:
                yield reader
            finally:
                reader.leave()

    @contextmanager
    def _opened(self, file: str) -> Iterator[IO[bytes]]:
        if file == "-" or file in self._spooled:
            yield self._spool(file, sys.stdin.buffer)
            return
        path = Path(file)
        with naming(path):
            stream = path.open("rb")
        with stream:
            if not stream.seekable():
                yield self._spool(file, stream)
                return
            refuse_foreign(stream.read(foreign.HEAD), path)
            stream.seek(0)
            yield stream

    def _spool(self, file: str, stream: IO[bytes]) -> IO[bytes]:
        """What gives its text only once, from its beginning, as often as it is wanted."""
        if file not in self._spooled:
            self._spooled[file] = tempfile.TemporaryFile()  # noqa: SIM115 - it is read again later
            shutil.copyfileobj(stream, self._spooled[file])
        self._spooled[file].seek(0)
        return self._spooled[file]


class _Reader:
    """The rows of a table, the header first; blank lines before it are skipped."""

    def __init__(self, stream: IO[bytes], file: str) -> None:
        self.file = file
        mark = stream.read(2)
        stream.seek(0)
        encoding = "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        self._text = io.TextIOWrapper(stream, encoding, newline="")
        self._skipped = 0
        told: str | None = None
        header = ""
        with self._telling():
            for header in self._text:
                sign = _TOLD.fullmatch(header.strip("\r\n"))
                told = sign[1] if sign else told
                if header.strip() and not sign:
                    break
                self._skipped += 1
        if not header.strip() or _TOLD.fullmatch(header.strip("\r\n")):
            message = "the file is empty; expected a header, and a row for each student"
            raise InputErrors((InputError(file, message),))
        self.separator = told or _separator_of(header)
        lines = itertools.chain([header], self._text)
        self._rows = csv.reader(lines, delimiter=self.separator, skipinitialspace=True)
        self.header = next(iter(self))

    def __iter__(self) -> Iterator[list[str]]:
        with self._telling():
            yield from self._rows

    @property
    def line(self) -> int:
        """The line at which the last row ends."""
        return self._skipped + self._rows.line_num

    def leave(self) -> None:
        """Leave the file open, for who opened it."""
        self._text.detach()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Whatever goes wrong with a text is told with its line."""
        try:
            yield
        except UnicodeDecodeError as error:
            message = "this is not text in UTF-8; expected UTF-8, or UTF-16 with its mark"
            hint = "save the table as UTF-8 (in Excel: CSV UTF-8)"
            raise InputErrors((InputError(self.file, message, hint=hint),)) from error
        except csv.Error as error:
            line = self._skipped + self._rows.line_num
            message = f"a row that cannot be read: {error}"
            hint = "is there a quotation mark that is not closed?"
            raise InputErrors((InputError(self.file, message, line=line, hint=hint),)) from error


def _separator_of(header: str) -> str:
    """What separates the cells of a table with this header."""
    bare = re.sub(r'"[^"]*"', "", header)
    return next((mark for mark in ("\t", ";", ",") if mark in bare), ",")


def _last_of_each(who: Array) -> Array:
    """Which places have no later one with the same number. (n,) -> (n,)"""
    order = np.argsort(who, kind="stable")
    ordered = who[order]
    last = np.ones(len(who), dtype=bool)
    last[order[:-1]] = ordered[1:] != ordered[:-1]
    return last
