"""Columns of a table that is too wide, in runs that stand one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def runs(widths: Sequence[float], room: float) -> Iterator[range]:
    """Runs of columns that fit side by side; at least one each."""
    start, used = 0, 0.0
    for at, each in enumerate(widths):
        if used + each > room and at > start:
            yield range(start, at)
            start, used = at, 0.0
        used += each
    yield range(start, len(widths))
