"""The stages of two walkthroughs: which are the same, and where they differ most."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.comparison import Comparison, StageComparison
from attncalc.document.document import (
    Block,
    Cell,
    Column,
    Inline,
    Paragraph,
    Row,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Name
from attncalc.document.numerals import Shown, shown_fine
from attncalc.document.wording import words
from attncalc.names import NAMES
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, glued
from attncalc.walkthrough.side_by_side import Names, side_columns, signed


def stages_compared(page: Page, comparison: Comparison, names: Names) -> tuple[Block, ...]:
    """Where the two part, in words; then a row a stage. page: of the left side."""
    numbers = _largest(page, comparison)
    rows = [
        Row(
            (
                glued(NAMES[name].in_words),
                glued(_shape(comparison.left, name)),
                glued(_shape(comparison.right, name)),
                _verdict(stage, numbers.get(name)),
                *((tuple(_where(page, name, stage)),) if numbers else ()),
            ),
            focused=name == comparison.first_difference,
        )
        for name, stage in comparison.stages.items()
    ]
    columns = side_columns("stage", names, "differs most by")
    if numbers:
        columns = (*columns, Column(words("at"), wraps=True))
    return Paragraph(glued(_parting(comparison, names))), Table(columns, tuple(rows))


def _parting(comparison: Comparison, names: Names) -> str:
    """Up to where all is the same, and what then differs; what only one side has."""
    first = comparison.first_difference
    if first is None:
        return "Every stage is the same on both sides."
    order = list(comparison.stages)
    before = order[: order.index(first)]
    start = f"The same up to {NAMES[before[-1]].in_words}. " if before else ""
    of = {"left": names[0], "right": names[1]}
    only = comparison.stages[first].only
    end = f", which only one side has ({of[only]})" if only else ""
    sentences = [f"{start}The first stage that differs is {NAMES[first].in_words}{end}."]
    for side in of:
        alone = [
            NAMES[name].in_words
            for name, stage in comparison.stages.items()
            if stage.only == side and name != first
        ]
        if alone:
            sentences.append(f"On one side only ({of[side]}): {_listed(alone)}.")
    return " ".join(sentences)


def _listed(items: list[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def _largest(page: Page, comparison: Comparison) -> dict[str, Shown]:
    """The largest difference of each stage that has one, all written in one column."""
    found = {
        name: stage.difference
        for name, stage in comparison.stages.items()
        if stage.difference is not None and not stage.difference.same
    }
    exact = [bool(each.exact[each.where]) for each in found.values()]
    numbers = shown_fine([each.largest for each in found.values()], exact, page.style)
    return dict(zip(found, numbers, strict=True))


def _shape(trace: Trace, name: str) -> str:
    return "×".join(map(str, trace[name].shape)) if name in trace else "–"


def _verdict(stage: StageComparison, number: Shown | None) -> Cell:
    if number is not None:
        hidden = number.number.digits == "inf"
        return words("one side masked") if hidden else signed(number)
    if stage.same:
        return words("same")
    return glued("–" if stage.only else "another shape")


def _where(page: Page, name: str, stage: StageComparison) -> Iterator[Inline]:
    """The tokens, or the token and the entry, of the largest difference."""
    if stage.difference is None or stage.same:
        return
    for place, index in enumerate(page.index_names(name, stage.difference.where)):
        if place:
            yield Words(", ")
        yield Token(index.text) if isinstance(index, Name) else Words(index)
