"""What is said of a file that is plainly no problem, which may hold anybody's secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attncalc.errors import InputError
from attncalc.names import STAGES
from attncalc.problem.problem import MATRICES, VECTORS
from attncalc.readers.interface import Node

_LONGEST_WORD = 12
_QUOTED = re.compile(r"“([^”]*)”|\(([&*!])([^)]*)\)")
"""What errors quote of a file: “a word”, an anchor, an alias, a tag."""


def discreet(fields: Mapping[str, Node], errors: Sequence[InputError]) -> list[InputError]:
    """The errors of a file; if it is no problem, without what would show more of it than a word."""
    if _is_meant(fields):
        return [*errors]
    told: list[InputError] = []
    quoted = False
    for error in errors:
        quotes = _QUOTED.search(error.message) is not None
        if not quotes:
            told.append(error)
        elif not quoted:
            told.append(_shortened(error))
        quoted = quoted or quotes
    return told


def _is_meant(fields: Mapping[str, Node]) -> bool:
    """Whether fields are those of a problem or of claims, right or wrong: numbers, or their names.

    Every other key may stand in other files, too: query, inputs, title.
    """
    claims = fields.get("claims")
    names = {*fields, *(claims if isinstance(claims, dict) else ())}
    if not names.isdisjoint((*MATRICES, *VECTORS, *STAGES)):
        return True
    return isinstance(fields.get("tokens"), list) or any(map(_has_rows, fields.values()))


def _has_rows(node: Node) -> bool:
    """Whether rows stand there, whatever they are of."""
    if isinstance(node, dict):
        return any(map(_has_rows, node.values()))
    return node is not None and not isinstance(node, str) and any(map(_is_row, node))


def _is_row(node: object) -> bool:
    return not isinstance(node, str | dict) and node is not None


def _shortened(error: InputError) -> InputError:
    return InputError(
        error.file,
        _QUOTED.sub(_a_word, error.problem),
        line=error.line,
        column=error.column,
        field=".".join(map(_word, error.field.split("."))) if error.field else None,
        hint=error.hint,
    )


def _a_word(found: re.Match[str]) -> str:
    word, sign, name = found.groups()
    return f"“{_word(word)}”" if sign is None else f"({sign}{_word(name)})"


def _word(text: str) -> str:
    """The first word of a text, or the beginning of it."""
    first = (text.split() or [""])[0]
    return text if first == text and len(text) <= _LONGEST_WORD else f"{first[:_LONGEST_WORD]}…"
