"""No-break blanks: rich would break a line at one as at any other, so that it never sees them."""

from __future__ import annotations

_BLANK = "\N{NO-BREAK SPACE}"
_HOLD = "\ufdd0"
"""Stands for one until lines are set; no text has it, as it is no character."""


def held(text: str) -> str:
    """The text with what no line is broken at."""
    return text.replace(_BLANK, _HOLD)


def let_go(lines: str) -> str:
    """Lines that are set, with their blanks again."""
    return lines.replace(_HOLD, _BLANK)
