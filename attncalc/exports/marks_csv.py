"""Marks as a table for a gradebook: a row a student, a verdict a blank."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from attncalc.renderers.inert import inert
from attncalc.worksheet.judging import Judged
from attncalc.worksheet.marking import NOT_ASKED, Marks

HEADER = ("student", "points", "out_of", "first_wrong", "diagnosis")

_WORDS = {**{int(verdict): verdict.word for verdict in Judged}, NOT_ASKED: ""}

_FORMULAS = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""


def marks_header(ids: Sequence[str]) -> str:
    """The first line. ids: of the blanks."""
    return _lines([[*HEADER, *ids]])


def marks_rows(marks: Marks, ids: Sequence[str]) -> str:
    """A line a student."""
    return _lines(marks_records(marks, ids))


def marks_records(marks: Marks, ids: Sequence[str]) -> Iterator[list[str]]:
    """A row a student: the cells that stand below the header, and below the blanks' ids."""
    told = zip(
        marks.students,
        marks.points.tolist(),
        marks.out_of.tolist(),
        marks.first_wrong.tolist(),
        marks.diagnoses[:, 0].tolist(),
        marks.verdicts.tolist(),
        strict=True,
    )
    names, words = (*map(inert_cell, marks.names), ""), _WORDS  # -1 is the last: none
    places = (*ids, "")
    for student, points, out_of, first, diagnosis, verdicts in told:
        yield [
            inert_cell(student),
            points_told(points),
            points_told(out_of),
            places[first],
            names[diagnosis],
            *[words[verdict] for verdict in verdicts],
        ]


def points_told(points: float) -> str:
    """Points with as many decimals as they take, two at most."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def inert_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = inert(text)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _lines(rows: Iterator[list[str]] | Sequence[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
