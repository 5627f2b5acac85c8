"""Places to write in, on a terminal's page: a box of one width for a number, a line for work."""

from __future__ import annotations

from rich.text import Text

from attncalc.document.document import Blank
from attncalc.renderers.linear import linear
from attncalc.renderers.terminal import styles

_BOX = 8
"""Columns within a box."""

_LONGEST = 32
"""Columns of a line to write on."""


def blank_text(blank: Blank) -> Text:
    """A box, empty or with its number: [ 0.1284 ]."""
    if blank.answer is None:
        return Text(f"[{'_' * _BOX}]")
    return Text(f"[{linear(blank.answer):^{_BOX}}]", styles.FILLED)


def room_text(width: int) -> Text:
    """A line to write on."""
    return Text("." * min(width, _LONGEST), styles.RULE)
