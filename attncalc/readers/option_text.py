"""Options that are typed outside of a problem file: at the command line, or beside arrays."""

from __future__ import annotations

from attncalc.errors import InputErrors
from attncalc.readers.interface import Node


def option_of(text: str, where: str) -> Node:
    """An option's value: rows and mappings are read as in a file.

    where: what a fault in the text is told of. Raises InputErrors.
    """
    if not text.lstrip().startswith(("[", "{")):
        return text
    from attncalc.readers import events, prints  # not at start-up: most options are words

    try:
        roots, errors = events.documents(text, where)
    except InputErrors:
        if isinstance(rows := prints.spelled_out(text), str):
            raise
        return rows
    if errors:
        raise InputErrors(tuple(errors))
    return roots[0]
