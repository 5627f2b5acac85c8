"""From files of answers to marks as they are written, block by block."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional

from attncalc.cli.app import say
from attncalc.cli.together import together
from attncalc.errors import InputError, InputErrors
from attncalc.records import dataclass
from attncalc.worksheet.answers import Row, Tables
from attncalc.worksheet.claimed import Claimed
from attncalc.worksheet.marking import Marker, Marks, Tally

BLOCK = 4096
"""Students whose answers are judged at once."""

_OF_A_SHEET = 50
"""Of several sheets, so many students of each in a block, if all are answered alike."""

_WORTH_IT = 20_000
"""Students from which on several processes are faster than one."""


class Done(NamedTuple):
    """Marks of a block, as they are written. marks: where they are wanted for more than that."""

    csv: str
    json: str
    tally: Tally
    marks: Optional[Marks]


@dataclass(frozen=True, eq=False)
class Work:
    """What is made of a block of answers. csv, json: whether it is written as that.

    keep: whether the marks themselves are wanted.
    """

    marker: Marker
    csv: bool
    json: bool
    keep: bool

    def of_rows(self, rows: Sequence[Row]) -> Done:
        """What becomes of the answers of some students."""
        return self.of_marks(self.marker.mark(rows))

    def of_marks(self, marks: Marks) -> Done:
        """The same of answers that are judged."""
        from attncalc.exports.marks_csv import marks_rows
        from attncalc.exports.marks_json import marks_json

        ids = self.marker.ids
        tally = self.marker.tally()
        tally.add(marks)
        return Done(
            marks_rows(marks, ids) if self.csv else "",
            marks_json(marks, ids) if self.json else "",
            tally,
            marks if self.keep else None,
        )


def done(
    tables: Sequence[str], claims: Sequence[str], work: Work, jobs: Optional[int]
) -> Iterator[Done]:
    """What becomes of all answers; those in tables first.

    Whatever is wrong with any file is raised before the first of them, as InputErrors.
    """
    marker = work.marker
    codes = dict.fromkeys(sheet.code.lower() for sheet in marker.sheets if sheet.code)
    claimed = Claimed(claims, marker)
    with Tables(tables, marker.ids, codes, several=len(marker.sheets) > 1) as rows:
        errors: list[InputError] = []
        for check in [*([rows.check] if tables else []), *([claimed.check] if claims else [])]:
            try:
                check()
            except InputErrors as found:
                errors += found.errors
        if errors:
            raise InputErrors(tuple(errors))
        _warn(rows if tables else None, claimed)
        size = max(BLOCK, _OF_A_SHEET * len(marker.sheets))
        if jobs is None:
            jobs = (os.cpu_count() or 1) if rows.students >= _WORTH_IT else 1
        yield from together(rows.blocks(size), work.of_rows, jobs)
        yield from map(work.of_marks, claimed.marks())


def _warn(rows: Optional[Tables], claimed: Claimed) -> None:
    """Say what does not count."""
    told = claimed.twice()
    if rows is not None:
        twice, more = rows.twice()
        told += twice + ([f"{more} more rows do not count either"] if more else [])
        missing = rows.missing()
        if missing:
            first = ", ".join(missing[:3]) + (
                f" and {len(missing) - 3} more" if missing[3:] else ""
            )
            told.append(f"no column for {first}: nobody has answered there")
    for line in told:
        say(f"warning: {line}")
