"""CSV and TSV: a header, then one row a token.

Columns are `token,q1,q2,…,k1,…,v1,…` (or x1,…), or one bracketed vector a cell under `Query (Q)`,
`Key (K)`, `Value (V)`, as such tables are published. A row without q is a key only, a row without
k and v a query only. Lines before the header that begin with # are comments; `# title: …`,
`# source: …` and `# notes: …` among them say what the table is.
"""

from __future__ import annotations

import re
from functools import cached_property

from attncalc.errors import FieldPath, InputError, InputErrors
from attncalc.readers.cells import cell_starts, delimiter_of, header_line, records
from attncalc.readers.interface import Node, Place, RawProblem

_TOKEN_HEADINGS = ("token", "tokens", "word", "words")
_VECTOR_HEADINGS = {
    "Q": ("q", "query", "queries"),
    "K": ("k", "key", "keys"),
    "V": ("v", "value", "values"),
    "X": ("x", "embedding", "embeddings"),
}
_NUMBERED = re.compile(r"([qkvx])[ _]?\[?([0-9]{1,6})\]?")
_TEXT = re.compile(r"#\s*(title|source|notes):\s*(.*?)\s*")
_COLUMNS_HINT = "columns are token, q1, q2, …, k1, …, v1, …, or x1, …; or Word, Query (Q), Key (K)"


def looks_like_table(text: str) -> bool:
    """Whether a text without a telling suffix begins with a header of ours."""
    header = header_line(text)
    delimiter = delimiter_of(header)
    return delimiter in header and _plain(header.split(delimiter)[0]) in _TOKEN_HEADINGS


def read(text: str, file: str) -> list[RawProblem]:
    """The problem in a table. Raises InputErrors where its header or its form cannot be read."""
    if not header_line(text):
        message = "the file is empty; expected a header, and a row for each token"
        raise InputErrors((InputError(file, message),))
    table = _Table(text, file)
    if table.token_column is None or not table.rows:
        raise InputErrors(tuple(table.errors))
    return [RawProblem(file, table.fields(), table.locate, table.errors)]


class _Table:
    """A table of tokens; remembers which record and cell each number came from."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.errors: list[InputError] = []
        self.delimiter = delimiter_of(header_line(text))
        self.texts: dict[str, Node] = {}
        self.body = self._without_comments()
        filled = (
            (number, record)
            for number, record in enumerate(records(self.body, self.delimiter))
            if any(map(str.strip, record))
        )
        self.header_record, self.header = next(filled)
        self.token_column: int | None = None
        self.vectors: dict[str, list[int]] = {}
        self.whole: set[str] = set()
        self._read_header()
        self.rows = [
            (number, row) for number, record in filled if (row := self._row(number, record))
        ]
        if not self.rows and not self.errors:
            self._fault(self.header_record, 0, "a header without rows; expected one for each token")
        self.rows_of: dict[str, list[int]] = {}

    def fields(self) -> dict[str, Node]:
        """The table as the fields of a problem: tokens, key_tokens if they differ, Q, K, V or X."""
        fields: dict[str, Node] = {**self.texts}
        for name in self.vectors:
            vectors = [(number, self._vector(name, row)) for number, row in self.rows]
            self.rows_of[name] = [number for number, vector in vectors if vector]
            if not self.rows_of[name]:
                continue
            fields[name] = [vector for _, vector in vectors if vector]
        everyone = [number for number, _ in self.rows]
        queries = self.rows_of.get("Q") or self.rows_of.get("X") or everyone
        keys = self.rows_of.get("K") or queries
        self._check_values(keys)
        if "X" in fields:
            self._check_all_filled("X", everyone)
        self.rows_of["tokens"], self.rows_of["key_tokens"] = queries, keys
        assert self.token_column is not None
        names = {number: row[self.token_column] for number, row in self.rows}
        fields["tokens"] = [names[number] for number in queries]
        if keys != queries:
            fields["key_tokens"] = [names[number] for number in keys]
        for number in everyone:
            if number not in queries and number not in keys:
                found = f"“{names[number]}” has neither a query nor a key"
                self._fault(number, self.token_column, f"{found}; expected q or k cells")
        return fields

    def locate(self, path: FieldPath, _of_key: bool) -> Place:
        """The place of the cell a field's value came from."""
        name, steps = (str(path[0]), path[1:]) if path else ("", ())
        rows = self.rows_of.get(name, [])
        if not steps or not isinstance(steps[0], int) or steps[0] >= len(rows):
            heading = self.vectors.get(name, [0])[0]
            return self._place(self.header_record, heading)
        cells = self.vectors.get(name, [self.token_column or 0])
        within = steps[1] if len(steps) > 1 and isinstance(steps[1], int) else 0
        return self._place(rows[steps[0]], cells[min(within, len(cells) - 1)])

    def _without_comments(self) -> str:
        """The text with its leading comments blanked, so that lines keep their numbers."""
        lines = self.text.split("\n")
        header = lines.index(header_line(self.text))
        for line in lines[:header]:
            if found := _TEXT.fullmatch(line):
                self.texts[found[1]] = found[2]
        lines[:header] = [""] * header
        return "\n".join(lines)

    def _read_header(self) -> None:
        numbered: dict[str, dict[int, int]] = {}
        for cell, heading in enumerate(self.header):
            name = _plain(heading)
            found = _NUMBERED.fullmatch(name)
            whole = next((v for v, names in _VECTOR_HEADINGS.items() if name in names), None)
            if name in _TOKEN_HEADINGS and self.token_column is None:
                self.token_column = cell
            elif whole is not None and whole not in self.vectors and whole not in numbered:
                self.vectors[whole] = [cell]
                self.whole.add(whole)
            elif found and int(found[2]) not in numbered.setdefault(found[1].upper(), {}):
                numbered[found[1].upper()][int(found[2])] = cell
            else:
                twice = name in _TOKEN_HEADINGS or whole is not None or found is not None
                problem = (
                    f"the column “{heading}” stands here twice; expected it once"
                    if twice
                    else (f"an unknown column “{heading}”")
                )
                self._fault(self.header_record, cell, problem, _COLUMNS_HINT)
        for name, cells in numbered.items():
            wanted = list(range(1, len(cells) + 1))
            if sorted(cells) != wanted:
                letter = name.lower()
                found_columns = ", ".join(f"{letter}{number}" for number in sorted(cells))
                message = f"columns {found_columns}; expected {letter}1 to {letter}{len(cells)}"
                self._fault(self.header_record, min(cells.values()), message)
            self.vectors[name] = [cells[number] for number in sorted(cells)]
        if self.token_column is None:
            message = "no column for the tokens; expected one headed token or Word"
            self._fault(self.header_record, 0, message, _COLUMNS_HINT)

    def _row(self, number: int, record: list[str]) -> list[str] | None:
        row = _joined(record, self.delimiter, len(self.header))
        if len(row) == len(self.header):
            return row
        found = f"{len(row)} cell{'s' if len(row) != 1 else ''}"
        self._fault(number, 0, f"{found}; expected {len(self.header)}, as in the header")
        return None

    def _vector(self, name: str, row: list[str]) -> list[Node]:
        """One token's vector, empty if its cells are."""
        cells = [row[cell].strip() for cell in self.vectors[name]]
        if not any(cells):
            return []
        if name not in self.whole:
            return [*cells]
        if inside := re.fullmatch(r"[\[(](.*)[\])]", cells[0]):
            return [*re.split(r"\s*[,;]\s*|\s+", inside[1].strip())]
        return [*cells[0].split()]  # a comma without brackets may be a decimal one

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

    def _fault(self, record: int, cell: int, problem: str, hint: str | None = None) -> None:
        line, column = self._place(record, cell)
        self.errors.append(InputError(self.file, problem, line=line, column=column, hint=hint))

    def _place(self, record: int, cell: int) -> Place:
        """Where a cell begins; the header's first one if there is no such cell."""
        return self._places.get((record, cell), self._places[self.header_record, 0])

    @cached_property
    def _places(self) -> dict[tuple[int, int], Place]:
        """Where each cell begins. The text is walked again for this: wanted for errors only."""
        return dict(cell_starts(self.body, self.delimiter))


def _plain(heading: str) -> str:
    """A heading without case, quotes, or the letter in brackets behind it: `Query (Q)` is query."""
    name = heading.strip(" \"'\t").lower()
    return re.sub(r"\s*(\([^)]*\)|vectors?)\s*", "", name)


def _joined(record: list[str], delimiter: str, width: int) -> list[str]:
    """A record whose unquoted [0.1, 0.2] was split at its commas, put together again."""
    if len(record) <= width or delimiter == "\t":
        return record
    cells: list[str] = []
    for cell in record:
        if cells and cells[-1].lstrip().startswith("[") and not cells[-1].rstrip().endswith("]"):
            cells[-1] += delimiter + cell
        else:
            cells.append(cell)
    return cells
