"""Walkthroughs woven into Markdown and Quarto documents, in place, as often as one likes."""

from __future__ import annotations

import os
from pathlib import Path

from attncalc.errors import InputError, InputErrors
from attncalc.records import dataclass
from attncalc.weaving.content import Content, Judged, Shelf, content
from attncalc.weaving.passages import BEGIN, END, Passage, find
from attncalc.weaving.pieces import lines_of

__all__ = ["Judged", "Woven", "weave"]


@dataclass(frozen=True)
class Woven:
    """A document with everything woven in, and the claims of its own problems, judged."""

    text: str
    judged: tuple[Judged, ...]


def weave(
    text: str,
    file: str = "the document",
    folder: str | os.PathLike[str] = "",
    *,
    allow_outside: bool = False,
) -> Woven:
    """Fill every attncalc block and comment of a Markdown document; the rest stays as it is.

    file: the document's name, in errors. folder: what the files it names are beside; by default,
    where the program runs. allow_outside: whether it may name files that are not below it.
    Raises InputErrors with everything that is wrong, with its line and column.
    """
    found = find(text, file)
    shelf = Shelf(Path(folder), allow_outside)
    errors = list(found.errors)
    woven: list[tuple[Passage, Content]] = []
    for passage in found.passages:
        try:
            woven.append((passage, content(passage, file, shelf)))
        except InputErrors as wrong:
            errors += wrong.errors
    if errors:
        raise InputErrors(tuple(sorted(errors, key=_order)))
    lines = lines_of(text)
    for passage, filling in reversed(woven):
        lines[passage.replaced.start : passage.replaced.stop] = _lines(passage, filling, lines)
    judged = (claim for _, filling in woven for claim in filling.judged)
    return Woven("".join(lines), tuple(judged))


def _order(error: InputError) -> tuple[int, int]:
    return error.line or 0, error.column or 0


def _lines(passage: Passage, filling: Content, lines: list[str]) -> list[str]:
    """What replaces a passage's lines, with the document's own line ends."""
    replaced = lines[passage.replaced.start : passage.replaced.stop]
    asking = lines[passage.replaced.start - 1]
    newline = _end(asking) or next(filter(None, map(_end, lines)), "\n")
    new = [*filling.text.split("\n"), "", END]
    if not passage.visible:
        new = ["", *new]
    elif replaced:
        new = [BEGIN, "", *new]
    else:
        new = ["", BEGIN, "", *new]
    last = _end((replaced or [asking])[-1])
    opening = "" if _end(asking) else newline
    return [opening, *(line + newline for line in new[:-1]), new[-1] + last]


def _end(line: str) -> str:
    """What ends a line; nothing at the end of some documents."""
    return line[len(line.rstrip("\r\n")) :]
