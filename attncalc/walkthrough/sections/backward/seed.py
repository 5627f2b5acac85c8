"""The gradient of the output, which is given: where the way back begins."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, Paragraph, Section
from attncalc.document.expressions import Symbol
from attncalc.document.wording import sentences, words
from attncalc.steps.backward import seed
from attncalc.walkthrough.page import Page, lesson
from attncalc.walkthrough.sections.backward.telling import back, gradient, whole
from attncalc.walkthrough.sections.interface import Explanation, Meant, Place, Told, given
from attncalc.walkthrough.vectors import vector_table


def beginning(page: Page, number: int) -> Section:
    """What backward means, and the gradients that are given."""
    said = sentences(
        words(
            "From here on everything is worked backward: for each number, its gradient says how "
            "much the loss {loss} would change with it.",
            loss=Symbol("L"),
        ),
        words("The gradients of the output are given; they come from what follows attention."),
    )
    chain = lesson(
        words(
            "The chain rule does all of it: what a number was made of gets the number's own "
            "gradient, times how much the number changes with it; and a number that goes into "
            "several others gets the sum of what comes from each."
        )
    )
    name = gradient(page, "d_output")
    table = vector_table(page, {"d_output": name}, "query", caption=words("All queries"))
    content: tuple[Block, ...] = (Paragraph(said), chain, table)
    heading = Heading(number, words("Gradient of the output"), whole(page, "d_output"))
    return Section(heading, content, ("d_output",))


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(
        Symbol("L"), words("the loss: how far what a model says is from what it should say")
    )


EXPLANATION = Explanation(
    seed,
    symbols=_symbols,
    parts=(back(Place.BACK_TO_HEADS, beginning),),
    told={"d_output": Told(given, None)},
)
