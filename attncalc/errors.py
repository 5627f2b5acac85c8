"""What can go wrong, said so that the reader of the message can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TypeAlias

from attncalc.records import dataclass

FieldPath: TypeAlias = tuple[str | int, ...]
"""Where in a problem something stands: ("Q", 2, 0) is the first number of the third row of Q."""


class AttncalcError(Exception):
    """Anything attncalc raises on purpose; its text is meant for people."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a problem, before it has a place in a file.

    problem: what was found and what was expected. hint: what to try.
    """

    where: FieldPath
    problem: str
    hint: str | None = None


class ProblemError(AttncalcError):
    """A Problem that cannot be computed; carries every fault found, not the first one."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(fault.problem for fault in faults))


class InputError(AttncalcError):
    """One thing that is wrong with an input, with its place: file, line and column from 1."""

    def __init__(
        self,
        file: str,
        problem: str,
        *,
        line: int | None = None,
        column: int | None = None,
        field: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.field = field
        self.problem = problem
        self.hint = hint
        super().__init__("\n".join(self.lines()))

    def __reduce__(self) -> tuple[partial[InputError], tuple[str, str]]:
        named = {"line": self.line, "column": self.column, "field": self.field, "hint": self.hint}
        return partial(InputError, **named), (self.file, self.problem)  # type: ignore[arg-type]

    @property
    def message(self) -> str:
        """What is wrong, and with which field, without its place."""
        return f"{self.field}: {self.problem}" if self.field else self.problem

    def lines(self) -> list[str]:
        """The message at its place, and the hint below it. Text of others in it is as it was."""
        parts = (self.file, self.line, self.column)
        place = ":".join(str(part) for part in parts if part is not None)
        message = f"{place}: {self.message}"
        return [message, f"  hint: {self.hint}"] if self.hint else [message]


MOST_LISTED = 20
"""More errors than this are counted: nobody mends more at a time."""


def listed(errors: Sequence[InputError]) -> list[str]:
    """The lines of the first errors, and how many more there are."""
    lines = [line for error in errors[:MOST_LISTED] for line in error.lines()]
    more = len(errors) - MOST_LISTED
    return [*lines, f"and {more} more"] if more > 0 else lines


class InputErrors(AttncalcError):
    """Everything that is wrong with one input, in the order of the file. Its text lists twenty."""

    def __init__(self, errors: tuple[InputError, ...]) -> None:
        self.errors = errors
        super().__init__("\n".join(listed(errors)))


def installing(package: str) -> str:
    """How a package that something needs is installed beside attncalc."""
    beside = "where attncalc is installed; with pipx: pipx inject attncalc"
    return f"pip install {package}, {beside} {package}"


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The nearest of the known words, as a question."""
    from difflib import get_close_matches  # not at start-up: only misspelt words need it

    by_case = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_case, 1)
    return f"did you mean {by_case[near[0]]}?" if near else None
