"""What the columns of a table of answers are: who, which sheet, and which blank."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attncalc.errors import InputError, suggestion
from attncalc.records import dataclass

STUDENT, CODE = "student", "code"

_NAMES = (
    ("name", "full name", "student name", "vollständiger name", "schüler", "schülerin"),
    ("first name", "vorname"),
    ("last name", "surname", "nachname", "family name"),
    ("id number", "id", "matrikelnummer", "email address", "e-mail-adresse", "email", "e-mail"),
)
"""What columns of names are called: the whole name; its first and last; and what else tells."""

_LIKE_AN_ID = re.compile(r"[A-Za-z]+(?:_[A-Za-z]+)*(?:_[0-9]+)+")


@dataclass(frozen=True)
class Columns:
    """Which cells of a row are what. blanks: of each blank, in the order of the sheet; or None."""

    student: tuple[int, ...]
    code: int | None
    blanks: tuple[int | None, ...]
    width: int

    def name_in(self, row: Sequence[str]) -> str:
        """The student's name; empty where there is none."""
        cells = (row[at].strip() for at in self.student if at < len(row))
        return " ".join(" ".join(filter(None, cells)).split())

    def code_in(self, row: Sequence[str]) -> str:
        """The code of the sheet that was answered, if any is told."""
        if self.code is None or self.code >= len(row):
            return ""
        return row[self.code].strip().lower()

    def answers_in(self, row: Sequence[str]) -> list[str]:
        """The answers, in the order of the sheet's blanks."""
        there = len(row)
        return [row[at].strip() if at is not None and at < there else "" for at in self.blanks]


def columns_of(
    header: list[str], ids: Sequence[str], file: str, line: int
) -> tuple[Columns, list[InputError]]:
    """What the columns of a table are, and what is wrong with them."""
    called = [" ".join(cell.split()) for cell in header]
    lower = [name.casefold() for name in called]
    student = _names_in(lower)
    known = {name.casefold(): at for at, name in enumerate(ids)}
    found = [_blank_of(name, known) for name in called]
    of_others = {*student, *(at for at, name in enumerate(lower) if name in (STUDENT, CODE))}
    strict = lower[0] == STUDENT
    errors = [
        _unknown(name, ids, file, line)
        for at, name in enumerate(called)
        if found[at] is None and at not in of_others and _is_unknown(name, strict=strict)
    ]
    for name in (STUDENT, CODE):
        if lower.count(name) > 1:
            errors.append(InputError(file, _twice(name), line=line))
    for at, name in enumerate(ids):
        if found.count(at) > 1:
            errors.append(InputError(file, _twice(name), line=line))
    if not student:
        message = f"no column of names; expected “{STUDENT}”"
        errors.append(InputError(file, message, line=line))
    if not errors and not any(at is not None for at in found):
        message = f"no column of a blank of this sheet; expected {_some_of(ids)}"
        hint = "attncalc worksheet FILE --answers answers.csv writes an empty table"
        errors.append(InputError(file, message, line=line, hint=hint))
    places = {at: place for place, at in enumerate(found) if at is not None}
    columns = Columns(
        student,
        lower.index(CODE) if CODE in lower else None,
        tuple(places.get(at) for at in range(len(ids))),
        len(header),
    )
    return columns, errors


def _names_in(lower: Sequence[str]) -> tuple[int, ...]:
    """The columns that make up the name of a student."""
    if STUDENT in lower:
        return (lower.index(STUDENT),)
    whole, first, last, other = (
        next((lower.index(name) for name in names if name in lower), None) for names in _NAMES
    )
    if whole is not None:
        return (whole,)
    parts = tuple(at for at in (first, last) if at is not None)
    return parts or (() if other is None else (other,))


def _blank_of(heading: str, known: Mapping[str, int]) -> int | None:
    """The blank that a heading names, alone, or once among other words."""
    exactly = known.get(re.sub(r"[\s.-]+", "_", heading).casefold())
    if exactly is not None:
        return exactly
    named = {known.get(word.casefold()) for word in _LIKE_AN_ID.findall(heading)}
    return named.pop() if len(named) == 1 else None


def _is_unknown(heading: str, *, strict: bool) -> bool:
    """Whether a heading that names no blank should: each in a table of ours, ids in others."""
    return bool(heading) if strict else _LIKE_AN_ID.fullmatch(heading) is not None


def _unknown(heading: str, ids: Sequence[str], file: str, line: int) -> InputError:
    message = f"the column “{heading}” is no blank of this sheet; expected {_some_of(ids)}"
    return InputError(file, message, line=line, hint=suggestion(heading, ids))


def _twice(name: str) -> str:
    return f"the column “{name}” stands twice; expected once"


def _some_of(ids: Sequence[str]) -> str:
    """scores_6_1, scores_6_2 and 26 more"""
    first = ", ".join(ids[:2])
    return first if len(ids) < 3 else f"{first} and {len(ids) - 2} more"
