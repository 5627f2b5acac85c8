"""What is told of heads that are not written out: their attention weights."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, Paragraph, Section
from attncalc.document.wording import counted_words, words
from attncalc.walkthrough.heatmaps import weights_heatmap
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.interface import Explanation, Part, Place


def other_heads(page: Page, number: int) -> Section | None:
    """The attention weights of the heads that are not written out."""
    others = [head for head in page.every_head if head is not None and head not in page.heads]
    if not others or page.only:
        return None
    blocks = [weights_heatmap(page.of_head(head)) for head in _some(page, others)]
    left = len(others) - len(blocks)
    more: list[Block] = []
    if left:
        more.append(Paragraph(counted_words("… 1 more head", "… {count} more heads", left)))
    title = (
        words("Attention weights of the other heads")
        if len(others) > 1
        else words("Attention weights of the other head")
    )
    return Section(Heading(number, title), (*blocks, *more), ("weights",))


def _some(page: Page, heads: list[int]) -> Iterator[int]:
    yield from (heads if page.full else heads[:8])


EXPLANATION = Explanation(parts=(Part(Place.AFTER_HEADS, other_heads),))
