"""Sheets to be tested with."""

from __future__ import annotations

from functools import cache
from typing import Any

from attncalc.readers.fields import build
from attncalc.readers.interface import RawProblem, nowhere
from attncalc.sheet import Sheet
from attncalc.worksheet.loading import maker_of
from attncalc.worksheet.making import Maker, Wanted
from tests.conftest import SAMPLES

TEA: dict[str, Any] = {
    "title": "I drink tea",
    "tokens": ["I", "drink", "tea"],
    "Q": [["1", "0"], ["0", "2"], ["1", "1"]],
    "K": [["1", "1"], ["0", "1"], ["2", "1"]],
    "V": [["1", "0"], ["3", "1"], ["0", "2"]],
    "query": ["tea"],
}
"""A problem that fits on a hand."""


def maker(fields: dict[str, Any], **wanted: Any) -> Maker:
    """What makes the sheets of these fields."""
    problem = build(RawProblem("tea.yaml", fields, nowhere), {}, None)
    return Maker(problem, fields.get("attention", {}), Wanted(**wanted))


@cache
def of_sample(
    name: str, seed: int | None = None, level: int = 2, blank: str | None = None
) -> Sheet:
    """The sheet of a sample."""
    return maker_of(SAMPLES / f"{name}.yaml", Wanted(level=level, blank=blank)).made(seed)
