"""Sheets for tests, of problems that are written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.readers.fields import build
from attncalc.readers.interface import RawProblem, nowhere
from attncalc.sheet import Sheet
from attncalc.worksheet.judging import NONE_KNOWN, Credit, Judge, Judged, Judgements
from attncalc.worksheet.making import Maker, Wanted

TWO: dict[str, Any] = {
    "tokens": ["The", "it"],
    "Q": [["2"], ["1"]],
    "K": [["3"], ["1"]],
    "V": [["3", "1"], ["1", "4"]],
    "attention": {"scale": "0.25"},
}
"""Of “it”: scores 3, 1; scaled 0.75, 0.25; powers 2.1170, 1.2840, their sum 3.4010; weights 0.6225,
0.3775; output 2.2449, 2.1326."""


LEVEL_2 = Wanted()
CREDIT = Credit()


def sheet_of(fields: Mapping[str, Any], wanted: Wanted = LEVEL_2, seed: int | None = None) -> Sheet:
    """The sheet of a problem's own numbers, or of a seed."""
    problem = build(RawProblem("test", dict(fields), nowhere), {}, None)
    return Maker(problem, fields.get("attention", {}), wanted).made(seed)


def key_of(sheet: Sheet) -> tuple[Array, Array]:
    """The right answers, and their units: (1, blanks)"""
    values = [float(blank.answer) for blank in sheet.blanks]
    units = [10.0**-blank.decimals for blank in sheet.blanks]
    return np.array([values]), np.array([units])


def judged(sheet: Sheet, answers: Mapping[str, str | None]) -> Judgements:
    """One person's answers, by the blanks' names; right ones for those that are not named."""
    values, units = key_of(sheet)
    for at, blank in enumerate(sheet.blanks):
        if blank.id in answers:
            text = answers[blank.id]
            values[0, at] = np.nan if text is None else float(text)
            decimals = len((text or "").partition(".")[2])
            units[0, at] = np.nan if text is None else 10.0**-decimals
    return Judge(sheet).judge(values, units)


def verdict(sheet: Sheet, judgements: Judgements, name: str) -> tuple[str, str | None]:
    """The word for one answer, and the mistake that gives it."""
    at = [blank.id for blank in sheet.blanks].index(name)
    known = judgements.mistakes[0, at]
    mistakes = sheet.blanks[at].mistakes
    what = None if known == NONE_KNOWN else mistakes[known].what
    return Judged(judgements.verdicts[0, at]).word, what


def points(sheet: Sheet, judgements: Judgements, credit: Credit = CREDIT) -> dict[str, float]:
    """What each answer earns."""
    earned = Judge(sheet).earned(judgements, credit)[0]
    return {blank.id: float(each) for blank, each in zip(sheet.blanks, earned, strict=True)}
