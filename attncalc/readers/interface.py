"""What every reader hands on: a problem as text, and where each piece of it stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TypeAlias

from attncalc.errors import FieldPath, InputError
from attncalc.numbers.arithmetic import Array
from attncalc.readers.arrangement import AS_IT_IS, Arrangement
from attncalc.records import dataclass

Node: TypeAlias = "str | list[Node] | dict[str, Node] | Array | None"
"""A scalar's own text, an absent value, a sequence, a mapping, or an array from a binary file."""

Place: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""

LARGEST_TEXT = 64 * 1024 * 1024
DEEPEST = 32
"""Levels of nesting; a problem file needs five."""


Locate: TypeAlias = Callable[[FieldPath, bool], Place | None]


def nowhere(_path: FieldPath, _of_key: bool) -> None:
    """The place of everything in a file without lines."""


@dataclass(frozen=True)
class RawProblem:
    """One problem as read.

    locate: the place of a value, or of the key of a mapping's entry if key is True; the nearest
    place known where the path leads nowhere; None in a file without lines. errors: what the
    reader itself found wrong. files: where a field was read, if not in this file. arranged: how its
    arrays lie. remarks: what was taken for granted, a sentence each.
    """

    file: str
    fields: Mapping[str, Node]
    locate: Locate
    errors: list[InputError] = field(default_factory=list)
    files: Mapping[str, str] = field(default_factory=dict)
    arranged: Arrangement = AS_IT_IS
    remarks: tuple[str, ...] = ()

    def file_of(self, path: FieldPath) -> str:
        """The file that a piece of the problem was read from."""
        name = path[1] if path[:1] == ("attention",) and len(path) > 1 else (*path, "")[0]
        return self.files.get(str(name), self.file)
