"""Claims as a table: tokens in the header row and in the first column, a number in each cell."""

from __future__ import annotations

from attncalc.errors import FieldPath, InputError, InputErrors
from attncalc.readers.cells import cell_starts, delimiter_of, header_line, records
from attncalc.readers.interface import Node, Place, RawProblem
from attncalc.stages import OF_PAIRS


def read(text: str, file: str, stage: str) -> RawProblem:
    """The claims of a table on one stage; an empty cell claims nothing.

    Stages with a vector a token have any headings over its entries. Raises InputErrors for a table
    that is empty, and for rows that are no rows of it.
    """
    delimiter = delimiter_of(header_line(text))
    table = records(text, delimiter)
    lines = [number for number, row in enumerate(table) if any(map(str.strip, row))]
    if not lines:
        message = "the file is empty; expected a header, and a row for each token"
        raise InputErrors((InputError(file, message),))
    places = dict(cell_starts(text, delimiter))
    errors: list[InputError] = []
    header = _addresses([cell.strip() for cell in table[lines[0]][1:]])
    rows: dict[str, Node] = {}
    at: dict[str, int] = {}
    tokens = _addresses([table[number][0].strip() for number in lines[1:]])
    for number, token in zip(lines[1:], tokens, strict=True):
        cells = [cell.strip() for cell in table[number][1:]]
        if len(cells) != len(header):
            line, column = places[number, 0]
            found = "1 number" if len(cells) == 1 else f"{len(cells)} numbers"
            message = f"{found}; expected {len(header)}, as in the header"
            errors.append(InputError(file, message, line=line, column=column))
            continue
        numbers: list[Node] = [cell or None for cell in cells]
        rows[token] = dict(zip(header, numbers, strict=True)) if stage in OF_PAIRS else numbers
        at[token] = number
    if errors:
        raise InputErrors(tuple(errors))

    def locate(path: FieldPath, _of_key: bool) -> Place:
        token = str(path[1]) if len(path) > 1 else ""
        record = at.get(token, lines[0])
        step = path[2] if len(path) > 2 else -1
        cell = header.index(step) if step in header else step if isinstance(step, int) else -1
        return places.get((record, cell + 1), places[lines[0], 0])

    return RawProblem(file, {stage: rows}, locate)


def _addresses(tokens: list[str]) -> list[str]:
    """Tokens as they are addressed: the second `the` is the#2."""
    return [
        token if tokens[:place].count(token) == 0 else f"{token}#{tokens[:place].count(token) + 1}"
        for place, token in enumerate(tokens)
    ]
