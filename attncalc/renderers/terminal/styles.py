"""The few styles of the terminal page, readable on dark and on light."""

from __future__ import annotations

from attncalc.document.document import Standing

TITLE = "bold"
HEADING = "bold"
BADGE = "bold reverse"
FORMULA = "cyan"
PROSE = ""
DIM = "dim"
TOKEN = ""
FOCUS = "bold yellow"
CODE = "bold"
NUMBERS = ""
RESULT = "bold"
BAR = "cyan"
RULE = "dim"
WARNING = "bold yellow"
STANDINGS = {
    Standing.RIGHT: "not dim rgb(50,120,205)",
    Standing.CARRIED: "not dim",
    Standing.NEAR: "not dim",
    Standing.WRONG: "not dim bold rgb(200,88,10)",
}
"""Of what is judged: blue and orange that are read on dark ground and on light."""

FILLED = "not dim bold rgb(50,120,205)"
"""Of what is filled in, in the blue of what is right."""

SHADES = " ░▒▓█"
"""Where there is no colour, a mark behind each number shows how large it is."""
