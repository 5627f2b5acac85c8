"""Numbers as spreadsheets of any country write them: 0,5 and 1.234,5 and 48 % and 1 234.5.

A single `1,234` may be either 1.234 or 1234, so a whole table is looked at: what its other numbers
are written with, and what separates its cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from attncalc.numbers.arithmetic import NumberError, parse_bias
from attncalc.records import dataclass

Mark: TypeAlias = Literal[".", ","]
"""What stands before the decimals of a number."""

_PLAIN = frozenset("0123456789.+-eE")
_WITH_COMMAS = frozenset("0123456789,+-eE")
"""All that a million numbers of a spreadsheet are quickly seen to be written with."""

_BLANKS = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_NUMBER = re.compile(
    rf"([+\-\N{{MINUS SIGN}}]?)([0-9.,'’{_BLANKS}]*)((?:[eE][+\-\N{{MINUS SIGN}}]?[0-9]+)?%?)"
)


@dataclass(frozen=True)
class Doubtful:
    """A number that has two readings, or is written otherwise than another one.

    place: its place among the cells. problem, hint: what was found and expected, what to try.
    """

    place: int
    problem: str
    hint: str


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, written in any of these ways."""
    text = cell.strip()
    found = _NUMBER.fullmatch(text)
    if found is not None and any(map(str.isdigit, found[2])):
        return True
    try:
        parse_bias(text)
    except NumberError:
        return text.lower().lstrip("+-") in ("nan", "inf")
    return True


def plain(cells: list[str], separator: str) -> list[str] | Doubtful:
    """The cells of a table, each number with a decimal point and without blanks.

    What is no number stays as it is. separator: what stands between the table's cells.
    """
    characters = set("".join(cells))
    if _PLAIN.issuperset(characters):
        return cells
    quickly = separator == ";" and _WITH_COMMAS.issuperset(characters)
    if quickly and all(cell.count(",") < 2 for cell in cells):
        return [cell.replace(",", ".") for cell in cells]
    first: dict[Mark | None, int] = {}
    for place, cell in enumerate(cells):
        for shown in _evidence(cell):
            first.setdefault(shown, place)
    point, comma, doubtful = (first.get(shown) for shown in (".", ",", None))
    if point is not None and comma is not None:
        return Doubtful(
            comma,
            f"“{cells[comma]}” has a decimal comma and “{cells[point]}” a decimal point; expected "
            "one of them in the whole table",
            "replace the commas of its numbers with points",
        )
    if doubtful is not None and comma is None and (separator != ";" or point is not None):
        found = cells[doubtful]
        return Doubtful(
            doubtful,
            f"“{found}” may be {found.replace(',', '.')} or {found.replace(',', '')}; expected a "
            "decimal point, and no sign between thousands",
            f"write {found.replace(',', '.')} or {found.replace(',', '')}",
        )
    mark: Mark = "." if comma is None and doubtful is None else ","
    return [_written(cell, mark) for cell in cells]


def _evidence(cell: str) -> Iterable[Mark | None]:
    """What a number shows of its table's decimal mark: None for a comma that may be either."""
    found = _NUMBER.fullmatch(cell.strip())
    if found is None:
        return ()
    digits = _without_blanks(found[2])
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return (".",) if digits.rfind(".") > digits.rfind(",") else (",",)
    if points > 1 or commas > 1:
        return (",",) if points else (".",)
    if commas and re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", digits):
        return (None,)
    return (".",) if points else (",",) if commas else ()


def _written(cell: str, mark: Mark) -> str:
    """A number without blanks and signs between thousands, its decimals behind a point."""
    found = _NUMBER.fullmatch(cell.strip())
    if found is None or not found[2].strip(_BLANKS):
        return cell
    digits = _without_blanks(found[2])
    whole, point, decimals = digits.partition(mark)
    between = "," if mark == "." else "."
    if between in whole:
        if not _in_thousands(whole, between):
            return cell
        whole = whole.replace(between, "")
    return f"{found[1]}{whole}{'.' if point else ''}{decimals}{found[3]}"


def _without_blanks(digits: str) -> str:
    """The digits without blanks and apostrophes, if these stand between thousands or at the end."""
    together = digits.strip(_BLANKS)
    whole = re.split("[.,]", together, maxsplit=1)[0]
    for mark in (*_BLANKS, "'", "’"):
        if mark in whole and _in_thousands(whole, mark):
            return whole.replace(mark, "") + together[len(whole) :]
    return together


def _in_thousands(whole: str, mark: str) -> bool:
    """Whether a mark stands between every three digits, and nowhere else."""
    first, *others = whole.split(mark)
    return 0 < len(first) < 4 and all(len(group) == 3 for group in others)
