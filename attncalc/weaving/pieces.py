"""Pieces of a document's text that know where they stand, and the words they are made of."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from attncalc.errors import InputError
from attncalc.records import dataclass

_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+(?:["'\\].*)?|["'\\].*""")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True)
class Piece:
    """Text on one line of a document; line and column, both from 1, are where it begins."""

    text: str
    line: int
    column: int

    def error(
        self, file: str, problem: str, *, field: str | None = None, hint: str | None = None
    ) -> InputError:
        """What is wrong with it."""
        return InputError(file, problem, line=self.line, column=self.column, field=field, hint=hint)

    def part(self, start: int, stop: int | None = None) -> Piece:
        """The piece between two places of it, from 0."""
        return Piece(self.text[start:stop], self.line, self.column + start)


def lines_of(text: str) -> list[str]:
    """The lines of a document, each with its own end, as Markdown counts them."""
    return _LINE.findall(text)


def words_of(piece: Piece) -> Iterator[Piece]:
    """The words of a piece, quoted as in a shell, in their quotes.

    A word with a quote that is not closed goes on to the end, and unquoted refuses it.
    """
    for found in _WORD.finditer(piece.text):
        yield piece.part(found.start(), found.end())


def unquoted(word: str) -> str:
    """What a shell makes of a word. Raises ValueError for a quote that is not closed."""
    return "".join(shlex.split(word))
