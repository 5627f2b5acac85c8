"""The last line of a page: how its numbers are rounded, and how to see what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Code, Inlines, Note, NoteKind, Words
from attncalc.document.wording import counted_words, sentences, words
from attncalc.walkthrough.page import Page


def remark(page: Page, *, exception: Inlines = (), view: str = "") -> Note:
    """How numbers are shown. exception: what is rounded otherwise. view: another one there is."""
    rounding = counted_words(
        "Rounded only where shown, to 1 decimal; = is exact, ≈ is rounded.",
        "Rounded only where shown, to {count} decimals; = is exact, ≈ is rounded.",
        page.style.precision,
    )
    way = () if page.style.rounding == "half-up" else words("Halves are rounded to even.")
    options = sentences(*_options(page, view))
    prompt = (Words(" "), *options) if options else ()
    return Note(NoteKind.REMARK, sentences(rounding, way, exception), prompt)


def _options(page: Page, view: str) -> Iterator[Inlines]:
    """What else can be seen, and how to ask for it."""
    if view:
        yield words("The same numbers otherwise: {option}.", option=Code(f"--view {view}"))
    if page.teaches:
        yield from _options_in_full(page)
        return
    if page.leaves_out:
        yield words("To leave nothing out: {option}.", option=Code("--full"))
    if len(page.queries) < len(page.trace.problem.tokens):
        yield words("Another query: {option}.", option=Code("--query TOKEN"))
    if len(page.heads) < len(page.every_head):
        yield words("Another head: {option}.", option=Code("--head N"))
    if page.keeps_gradients:
        yield words("The gradients: {option}.", option=Code("--backward"))


def _options_in_full(page: Page) -> Iterator[Inlines]:
    """The same for a lesson, in sentences."""
    if page.leaves_out:
        yield words("To see what is left out, add {option} to the command.", option=Code("--full"))
    if len(page.queries) < len(page.trace.problem.tokens):
        yield words(
            "To see another query, add {option} to the command, with its token.",
            option=Code("--query TOKEN"),
        )
    if len(page.heads) < len(page.every_head):
        yield words(
            "To see another head, add {option} to the command, with its number.",
            option=Code("--head N"),
        )
    if page.keeps_gradients:
        yield words("To see the gradients, add {option} to the command.", option=Code("--backward"))
