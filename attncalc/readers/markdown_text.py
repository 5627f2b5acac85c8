"""The table in a Markdown document: the only one, or the only one with headings of vectors."""

from __future__ import annotations

from attncalc.errors import InputError, InputErrors
from attncalc.readers import headings
from attncalc.readers.grids import PIPES, grid, is_rule, separator_of


def table_of(text: str, file: str) -> str:
    """The document with everything but its table blanked, so that lines keep their numbers.

    Raises InputErrors where there is no such table, or more than one.
    """
    lines = text.split("\n")
    tables: list[tuple[int, int]] = []
    for number, line in enumerate(lines[:-1]):
        if (
            is_rule(lines[number + 1])
            and separator_of(line, lines[number + 1 : number + 2]) == PIPES
        ):
            end = number + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            tables.append((number, end))
    ours = [each for each in tables if _has_vectors("\n".join(lines[slice(*each)]))]
    chosen = ours if len(tables) > 1 else tables
    if len(chosen) == 1:
        begin, end = chosen[0]
        return "\n".join([*[""] * begin, *lines[begin:end]])
    if not chosen:
        message = "no table with columns such as Token, Q1, K1 in this document; expected one"
        hint = f"attncalc weave {file} puts walkthroughs into a document"
        raise InputErrors((InputError(file, message, hint=hint),))
    message = f"{len(chosen)} tables with vectors in this document; expected 1"
    raise InputErrors((InputError(file, message, line=chosen[1][0] + 1, column=1),))


def _has_vectors(text: str) -> bool:
    table = grid(text)
    return table is not None and headings.is_header(table.rows[0])
