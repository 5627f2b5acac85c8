"""The last line of a page: how its numbers are rounded, and how to see what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document import Code, Inline, Note, NoteKind, Words
from attncalc.walkthrough.page import Page


def remark(page: Page, *, exception: str = "") -> Note:
    """How numbers are shown. exception: what is rounded otherwise."""
    return Note(NoteKind.REMARK, tuple(_remark(page, exception)))


def _remark(page: Page, exception: str) -> Iterator[Inline]:
    decimals = page.style.precision
    way = "" if page.style.rounding == "half-up" else ", halves to even"
    yield Words(
        f"Rounded only where shown, to {decimals} decimal{'s' if decimals != 1 else ''}{way}"
        f"{exception}; = is exact, ≈ is rounded."
    )
    if page.leaves_out:
        yield from _option(" To leave nothing out: ", "--full")
    if len(page.queries) < len(page.trace.problem.tokens):
        yield from _option(" Another query: ", "--query TOKEN")
    if len(page.heads) < len(page.every_head):
        yield from _option(" Another head: ", "--head N")


def _option(what: str, option: str) -> Iterator[Inline]:
    yield Words(what)
    yield Code(option)
    yield Words(".")
