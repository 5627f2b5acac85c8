"""What came of a file that was to be checked, for whatever tells it: text, JSON, GitHub, JUnit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TypeAlias

from attncalc.errors import InputError
from attncalc.records import dataclass
from attncalc.report import Report


@dataclass(frozen=True)
class Checked:
    """A report and the file its claims are in.

    name: what the report is called among others. lines: of its claims, by their place in it.
    """

    file: str
    name: str
    report: Report
    lines: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Unreadable:
    """A file that could not be checked, what it is called among others, and why."""

    file: str
    name: str
    errors: tuple[InputError, ...]


Outcome: TypeAlias = Checked | Unreadable
