"""Marks as JSON: an object a student, and one of the class: attncalc.class/1."""

from __future__ import annotations

import json
from typing import Any

from attncalc.exports.trace_json import escaped
from attncalc.worksheet.judging import NONE_KNOWN, Judged
from attncalc.worksheet.marking import NOT_ASKED, Marks, Tally

SCHEMA = "attncalc.mark/1"
CLASS_SCHEMA = "attncalc.class/1"

_DIGITS = 6
"""Decimals of means and shares."""


def marks_json(marks: Marks, ids: list[str]) -> str:
    """A line a student."""
    return "".join(_line(_student(marks, number, ids)) for number in range(len(marks)))


def class_json(tally: Tally) -> str:
    """The line of the class."""
    return _line(
        {
            "schema": CLASS_SCHEMA,
            "students": tally.students,
            "mean": round(tally.mean, _DIGITS),
            "out_of": _number(tally.out_of),
            "blanks": {name: _shares(tally, at) for at, name in enumerate(tally.ids)},
            "mistakes": [{"diagnosis": name, "students": count} for name, count in tally.often()],
        }
    )


def _shares(tally: Tally, at: int) -> dict[str, float]:
    shares = tally.shares(at)
    return {verdict.word: round(shares[verdict], _DIGITS) for verdict in reversed(Judged)}


def _student(marks: Marks, number: int, ids: list[str]) -> dict[str, Any]:
    first = int(marks.first_wrong[number])
    code = marks.codes[number]
    return {
        "schema": SCHEMA,
        "student": marks.students[number],
        **({"code": code} if code else {}),
        "points": _number(float(marks.points[number])),
        "out_of": _number(float(marks.out_of[number])),
        "first_wrong": None if first < 0 else ids[first],
        "diagnosis": marks.diagnosed(number),
        "blanks": {
            name: _blank(marks, number, at)
            for at, name in enumerate(ids)
            if marks.verdicts[number, at] != NOT_ASKED
        },
    }


def _blank(marks: Marks, number: int, at: int) -> dict[str, Any]:
    mistake = int(marks.mistakes[number, at])
    return {
        "verdict": Judged(marks.verdicts[number, at]).word,
        "answer": marks.cells[number][at],
        "points": _number(float(marks.earned[number, at])),
        "diagnosis": None if mistake == NONE_KNOWN else marks.names[mistake],
    }


def _number(value: float) -> float | int:
    """Whole numbers without a decimal point."""
    return int(value) if value == int(value) else round(value, _DIGITS)


def _line(told: dict[str, Any]) -> str:
    return escaped(json.dumps(told, ensure_ascii=False, allow_nan=False)) + "\n"
