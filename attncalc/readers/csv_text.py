"""Tables of tokens: a header, then one row a token, whatever separates the cells.

Columns are `token,q1,q2,…,k1,…,v1,…` (or x1,…), or one bracketed vector a cell under `Query (Q)`,
`Key (K)`, `Value (V)`, as such tables are published. A row without q is a key only, a row without
k and v a query only. Lines before the header that begin with # are comments; `# title: …`,
`# source: …` and `# notes: …` among them say what the table is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from attncalc.errors import FieldPath, InputError, InputErrors
from attncalc.problem.problem import TEXTS
from attncalc.readers import headings, notation
from attncalc.readers.grids import BLANKS, PIPES, Grid, first_rows, grid, header_line
from attncalc.readers.headings import COLUMNS_HINT, Heading
from attncalc.readers.interface import Node, Place, RawProblem

_KEY_OF_YAML = re.compile(r"[\w\"'-]+\s*:")


def looks_like_table(text: str) -> bool:
    """Whether a text without a telling suffix begins as a table: with headings, or with numbers."""
    header = header_line(text).strip()
    is_yaml = _KEY_OF_YAML.match(header) is not None and not header.startswith("Unnamed:")
    table = None if is_yaml or header.startswith("{") else grid(first_rows(text))
    if table is None:
        return False
    first = table.rows[0]
    told = headings.is_header(first) or _commented(table)
    separated = table.separator != BLANKS and _has_numbers_below(table)
    return told or table.separator == PIPES or is_numbers(first) or separated


def _has_numbers_below(table: Grid) -> bool:
    """Whether all that stands below the first row and beside the first column is numbers."""
    below = table.rows[1:]
    return bool(below) and all(len(row) > 1 and is_numbers(row[1:]) for row in below)


def is_numbers(row: Sequence[str]) -> bool:
    """Whether a row has nothing but numbers."""
    return all(map(notation.is_number, row))


def read(text: str, file: str) -> list[RawProblem]:
    """The problem in a table. Raises InputErrors where its header or its form cannot be read."""
    found = grid(text)
    if found is None:
        message = "the file is empty; expected a header, and a row for each token"
        raise InputErrors((InputError(file, message),))
    table = _Table(_uncommented(text, found), file)
    if not table.sound:
        raise InputErrors(tuple(table.errors))
    return [RawProblem(file, table.fields(), table.locate, table.errors)]


class _Table:
    """A table of tokens; remembers which row and cell each number came from."""

    def __init__(self, table: Grid, file: str) -> None:
        self.grid = table
        self.file = file
        self.errors: list[InputError] = []
        self.header = _header_of(table)
        self.unheaded = len(self.header) - len(table.rows[0])
        self.token_column: int | None = None
        self.vectors: dict[str, list[int]] = {}
        self.whole: set[str] = set()
        self._read_header()
        self.rows = [
            (number, row)
            for number, record in enumerate(table.rows[1:], 1)
            if (row := self._row(number, record))
        ]
        if not self.rows and not self.errors:
            self._fault(0, 0, "a header without rows; expected one for each token")
        elif self.rows and self.vectors and not self._has_numbers():
            self.errors = []  # it is a table of something else, and not to be shown
            self._fault(0, 0, "no numbers below the headings; expected those of vectors")
            self.rows = []
        self.rows_of: dict[str, list[int]] = {}

    @property
    def sound(self) -> bool:
        """Whether there is anything to be read."""
        return bool(self.vectors and self.rows)

    def fields(self) -> dict[str, Node]:
        """The table as the fields of a problem: tokens, key_tokens if they differ, Q, K, V or X."""
        fields: dict[str, Node] = {**_texts(self.grid.comments)}
        vectors = self._vectors()
        for name, rows in vectors.items():
            self.rows_of[name] = [number for number, vector in rows if vector]
            if self.rows_of[name]:
                fields[name] = [[*vector] for _, vector in rows if vector]
        everyone = [number for number, _ in self.rows]
        queries = self.rows_of.get("Q") or self.rows_of.get("X") or everyone
        keys = self.rows_of.get("K") or queries
        self._check_values(keys)
        if "X" in fields:
            self._check_all_filled("X", everyone)
        self.rows_of["tokens"], self.rows_of["key_tokens"] = queries, keys
        names = self._names()
        if names:
            fields["tokens"] = [names[number] for number in queries]
        if names and keys != queries:
            fields["key_tokens"] = [names[number] for number in keys]
        if not names and keys != queries:
            message = "some rows are only a query or only a key; expected a column of tokens too"
            self._fault(0, 0, message, COLUMNS_HINT)
        for number in everyone:
            if number not in queries and number not in keys:
                who = f"“{names[number]}”" if names else "this row"
                found = f"{who} has neither a query nor a key; expected q or k cells"
                self._fault(number, self.token_column or 0, found)
        return fields

    def locate(self, path: FieldPath, _of_key: bool) -> Place:
        """The place of the cell a field's value came from."""
        name, steps = (str(path[0]), path[1:]) if path else ("", ())
        rows = self.rows_of.get(name, [])
        if not steps or not isinstance(steps[0], int) or steps[0] >= len(rows):
            return self._place(0, self.vectors.get(name, [0])[0])
        cells = self.vectors.get(name, [self.token_column or 0])
        within = steps[1] if len(steps) > 1 and isinstance(steps[1], int) else 0
        return self.grid.place(rows[steps[0]], cells[min(within, len(cells) - 1)])

    def _read_header(self) -> None:
        columns = [headings.read(heading) for heading in self.header]
        if not headings.is_header(self.header):
            self._no_header()
            return
        self.token_column = self._tokens(columns)
        entries: dict[str, dict[int, int]] = {}
        wholes: dict[str, list[int]] = {}
        before: Heading | None = None
        for cell, column in enumerate(columns):
            if cell == self.token_column or (cell == 0 and self._is_index(column)):
                continue
            if column.kind == "none" and before and before.kind == "vector" and self._filled(cell):
                column = before  # a heading that spans several columns of a spreadsheet
            if column.kind == "entry" and column.number not in entries.get(column.letter, {}):
                entries.setdefault(column.letter, {})[column.number] = cell
            elif column.kind == "vector":
                wholes.setdefault(column.letter, []).append(cell)
            elif column.kind != "none" or self._filled(cell):
                self._unknown(cell, column)
            before = column
        for name in dict.fromkeys(column.letter for column in columns if column.letter):
            self.vectors[name] = self._cells_of(name, entries.get(name, {}), wholes.get(name, []))

    def _cells_of(self, name: str, entries: dict[int, int], wholes: list[int]) -> list[int]:
        """The columns of a vector in the order of its entries."""
        if not entries:
            if len(wholes) == 1:
                self.whole.add(name)
            return wholes
        mangled = all(headings.read(self.header[cell]).mangled for cell in entries.values())
        if len(wholes) == 1 and mangled and 0 not in entries:
            entries = {0: wholes[0], **entries}  # pandas numbers further columns of one name
        else:
            for cell in wholes:
                self._unknown(cell, Heading("vector", name))
        numbers = sorted(entries)
        first = 0 if 0 in entries else 1
        if numbers != list(range(first, first + len(numbers))):
            letter = name.lower()
            found = ", ".join(f"{letter}{number}" for number in numbers)
            message = f"columns {found}; expected {letter}1 to {letter}{len(numbers)}"
            self._fault(0, min(entries.values()), message)
        return [entries[number] for number in numbers]

    def _tokens(self, columns: list[Heading]) -> int | None:
        """The column of the tokens: the one that says so, or a first one of names."""
        said = next((cell for cell, column in enumerate(columns) if column.kind == "token"), None)
        if said is not None:
            return said
        names = [row[0] for row in self.grid.rows[1:]]
        match columns[0].kind:
            case "none" | "index":
                return None if _counts(names) else 0
            case "unknown":
                return None if all(map(notation.is_number, names)) else 0
            case _:
                return None

    def _is_index(self, column: Heading) -> bool:
        """Whether the first column only numbers the rows."""
        numbers = (row[0] for row in self.grid.rows[1:])
        return column.kind in ("none", "index") and all(map(str.isdecimal, numbers))

    def _filled(self, cell: int) -> bool:
        """Whether anything stands in a column."""
        return any(cell < len(row) and row[cell] for row in self.grid.rows[1:])

    def _has_numbers(self) -> bool:
        """Whether there is any number in the columns of vectors."""
        return any(
            any(map(notation.is_number, self._vector(name, row)))
            for name in self.vectors
            for _, row in self.rows
        )

    def _unknown(self, cell: int, column: Heading) -> None:
        heading = self.header[cell]
        if column.kind in ("token", "entry", "vector"):
            message = f"the column “{heading}” stands here twice; expected it once"
        elif column.kind == "none":
            message = "a column without a heading; expected one, or none of its numbers"
        else:
            message = f"an unknown column “{heading}”"
        self._fault(0, cell, message, COLUMNS_HINT)

    def _no_header(self) -> None:
        """Say what the first row is, where it has no headings."""
        if all(map(is_numbers, self.grid.rows)):
            rows, width = len(self.grid.rows), len(self.header)
            found = f"{rows} × {width} numbers without headings"
            expected = "expected a header first, or a name for the matrix on the command line"
            hint = f"attncalc explain Q={self.file} K=… V=…"
            self._fault(0, 0, f"{found}; {expected}", hint)
        else:
            message = "no column for a query, key, value or embedding; expected a header first"
            self._fault(0, 0, message, self._way_out())

    def _way_out(self) -> str:
        """What to try with a table that has no vectors: it may be a matrix with tokens around."""
        if not _has_numbers_below(self.grid):
            return COLUMNS_HINT
        if self.header[1:] != [row[0] for row in self.grid.rows[1:]]:
            return f"{COLUMNS_HINT}; a matrix needs a name: attncalc explain scores={self.file}"
        return (
            f"a matrix of queries by keys needs a name: attncalc explain scores={self.file}; "
            f"to check what it claims: attncalc check PROBLEM --claims {self.file} --stage weights"
        )

    def _row(self, number: int, record: list[str]) -> list[str] | None:
        width = len(self.header)
        row = _joined(record, self.grid.separator, width)
        if len(row) == width:
            return row
        found = f"{len(row)} cell{'s' if len(row) != 1 else ''}"
        names = 0 if self.token_column is None else 1
        halved = self.grid.separator == "," and len(row) - names == 2 * (width - names)
        hint = "for decimal commas, save the table with semicolons or tabs" if halved else None
        self._fault(number, 0, f"{found}; expected {width}, as in the header", hint)
        return None

    def _vectors(self) -> dict[str, list[tuple[int, list[str]]]]:
        """Each matrix as the row that each vector stands in, and its numbers with a point."""
        vectors = {
            name: [(number, self._vector(name, row)) for number, row in self.rows]
            for name in self.vectors
        }
        flat = [cell for rows in vectors.values() for _, vector in rows for cell in vector]
        plain = notation.plain(flat, self.grid.separator)
        if isinstance(plain, notation.Doubtful):
            self._doubt(plain, vectors)
            plain = [cell.replace(",", ".") for cell in flat]  # each is told of once
        numbers = iter(plain)
        return {
            name: [(number, [next(numbers) for _ in vector]) for number, vector in rows]
            for name, rows in vectors.items()
        }

    def _doubt(
        self, found: notation.Doubtful, vectors: dict[str, list[tuple[int, list[str]]]]
    ) -> None:
        cells = (
            (number, self.vectors[name][min(place, len(self.vectors[name]) - 1)])
            for name, rows in vectors.items()
            for number, vector in rows
            for place in range(len(vector))
        )
        number, cell = next(each for place, each in enumerate(cells) if place == found.place)
        self._fault(number, cell, found.problem, found.hint)

    def _vector(self, name: str, row: list[str]) -> list[str]:
        """One token's vector, empty if its cells are."""
        cells = [row[cell] for cell in self.vectors[name]]
        if not any(cells):
            return []
        return _entries(cells[0], self.grid.separator) if name in self.whole else cells

    def _names(self) -> dict[int, str]:
        """The token of each row; none where there is no column of them."""
        column = self.token_column
        return {} if column is None else {number: row[column] for number, row in self.rows}

    def _check_values(self, keys: list[int]) -> None:
        """Every key has a value, if any has, and no other row has one."""
        values = self.rows_of.get("V")
        if not values:
            return
        for number in sorted(set(keys) ^ set(values)):
            lacking = number in keys
            found, expected = ("no value", "v") if lacking else ("a value but no key", "k")
            column = (
                self.vectors["V" if lacking else "K"][0] if lacking or "K" in self.vectors else 0
            )
            self._fault(number, column, f"{found} in this row; expected {expected} cells here too")

    def _check_all_filled(self, name: str, everyone: list[int]) -> None:
        for number in everyone:
            if number not in self.rows_of[name]:
                message = f"no embedding in this row; expected {name.lower()} cells in every row"
                self._fault(number, self.vectors[name][0], message)

    def _place(self, row: int, cell: int) -> Place:
        return self.grid.place(row, max(cell - self.unheaded, 0) if row == 0 else cell)

    def _fault(self, row: int, cell: int, problem: str, hint: str | None = None) -> None:
        line, column = self._place(row, cell)
        self.errors.append(InputError(self.file, problem, line=line, column=column, hint=hint))


def _header_of(table: Grid) -> list[str]:
    """The headings; where R or a print of pandas leaves out that of the row names, an empty one."""
    header, rows = table.rows[0], table.rows[1:]
    unnamed = headings.read(header[0]).letter != ""
    if rows and unnamed and all(len(row) == len(header) + 1 and row[-1] for row in rows):
        return ["", *header]
    return header


def _commented(table: Grid) -> bool:
    """Whether the header stands in the last comment, where numpy.savetxt writes it."""
    last = grid(table.comments[-1]) if table.comments else None
    return (
        last is not None
        and headings.is_header(last.rows[0])
        and not headings.is_header(table.rows[0])
    )


def _uncommented(text: str, table: Grid) -> Grid:
    """The table with a header that stands in a comment."""
    if not _commented(table):
        return table
    lines = text.split("\n")
    number = max(n for n in range(table.place(0, 0)[0] - 1) if lines[n].startswith("#"))
    lines[number] = " " + lines[number][1:]
    return grid("\n".join(lines)) or table


def _texts(comments: list[str]) -> dict[str, str]:
    """What comments say of the table: `title: …`, `source: …`, `notes: …`."""
    found: dict[str, str] = {}
    for comment in comments:
        name, colon, text = comment.partition(":")
        if colon and name in TEXTS:
            found[name] = text.strip()
    return found


def _counts(names: list[str]) -> bool:
    """Whether the names are 0, 1, 2, … or 1, 2, 3, …: a number for each row, and no name."""
    first = 0 if names[:1] == ["0"] else 1
    return names == [str(number) for number in range(first, first + len(names))]


def _entries(cell: str, separator: str) -> list[str]:
    """The numbers of a vector in a cell: [0.1, 0.2], (0,1; 0,2), 0.1 0.2."""
    inside = cell.strip("[()] ")
    if inside == cell:
        return cell.split()  # a comma without brackets may be a decimal one
    if ";" in inside:
        return [part.strip() for part in inside.split(";")]
    words = [word.strip(",") for word in inside.split()]
    if separator != "," and len(words) > 1 and all(word.count(",") == 1 for word in words):
        return words  # decimal commas
    return [part.strip() for part in ", ".join(words).split(",")]


def _joined(record: list[str], separator: str, width: int) -> list[str]:
    """A record whose unquoted [0.1, 0.2] was split at its commas, put together again."""
    if len(record) <= width or separator == "\t":
        return record
    cells: list[str] = []
    for cell in record:
        if cells and cells[-1].startswith("[") and not cells[-1].endswith("]"):
            cells[-1] += separator + cell
        else:
            cells.append(cell)
    return cells
