"""An empty table of answers: a column for the student's name, then one for each blank.

Of several sheets it has one more, for the code of the sheet that each row answers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from attncalc.sheet import Sheet

CODE = "code"
STUDENT = "student"


def answer_table(sheets: Sequence[Sheet]) -> str:
    """A table without rows, to be filled in by a form, a spreadsheet or a hand."""
    ids = dict.fromkeys(blank.id for sheet in sheets for blank in sheet.blanks)
    first = [CODE, STUDENT] if len(sheets) > 1 else [STUDENT]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([*first, *ids])
    return text.getvalue()
