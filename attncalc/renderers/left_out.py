"""What stands where a heatmap leaves rows out."""

from __future__ import annotations

from attncalc.language import counted


def queries_left_out(count: int) -> str:
    """How many queries, in the language in force."""
    return counted("… {count} query left out …", "… {count} queries left out …", count)
