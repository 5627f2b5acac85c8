"""The last line of a page: how its numbers are rounded, and how to see what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Code, Inline, Note, NoteKind, Words
from attncalc.walkthrough.page import Page


def remark(page: Page, *, exception: str = "", view: str = "") -> Note:
    """How numbers are shown. exception: what is rounded otherwise. view: another one there is."""
    decimals = page.style.precision
    way = "" if page.style.rounding == "half-up" else ", halves to even"
    rounding = (
        f"Rounded only where shown, to {decimals} decimal{'s' if decimals != 1 else ''}{way}"
        f"{exception}; = is exact, ≈ is rounded."
    )
    return Note(NoteKind.REMARK, (Words(rounding),), tuple(_options(page, view)))


def _options(page: Page, view: str) -> Iterator[Inline]:
    """What else can be seen, and how to ask for it."""
    if view:
        yield from _option(" The same numbers otherwise: ", f"--view {view}")
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
