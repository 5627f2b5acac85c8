"""An empty table of answers: a column for the student's name, then one for each blank."""

from __future__ import annotations

import csv
import io

from attncalc.sheet import Sheet

STUDENT = "student"


def answer_table(sheet: Sheet) -> str:
    """A table without rows, to be filled in by a form, a spreadsheet or a hand."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([STUDENT, *(blank.id for blank in sheet.blanks)])
    return text.getvalue()
