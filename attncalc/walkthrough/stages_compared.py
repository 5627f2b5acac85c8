"""The stages of two walkthroughs: which are the same, and where they differ most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attncalc.comparison import Comparison, StageComparison
from attncalc.document.document import (
    Block,
    Cell,
    Column,
    Inlines,
    Paragraph,
    Row,
    Table,
    Words,
)
from attncalc.document.numerals import Shown, shown_fine
from attncalc.document.wording import listing, sentences, term_in_full, words
from attncalc.steps.trace import Trace
from attncalc.walkthrough.entries import place_called
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.side_by_side import Names, power_of_ten, side_columns, signed


def stages_compared(page: Page, comparison: Comparison, names: Names) -> tuple[Block, ...]:
    """A row a stage; what only one side has, in words. page: of the left side."""
    numbers = _largest(page, comparison)
    rows = [
        Row(
            (
                (Words(term_in_full(name)),),
                (Words(_shape(comparison.left, name)),),
                (Words(_shape(comparison.right, name)),),
                _verdict(stage, numbers.get(name)),
                *((_where(page, name, stage),) if numbers else ()),
            ),
            focused=name == comparison.first_difference,
        )
        for name, stage in comparison.stages.items()
    ]
    columns = side_columns(words("stage"), names, words("differs by"))
    if numbers:
        columns = (*columns, Column(words("at"), wraps=True))
    return (*_alone(comparison, names), Table(columns, tuple(rows)))


def parting(comparison: Comparison, names: Names) -> Inlines:
    """Up to where all is the same, and which stage differs first."""
    first = comparison.first_difference
    if first is None:
        bound = _below(comparison, comparison.stages)
        if bound is None:
            return words("Every stage is the same on both sides.")
        return words("No stage differs by as much as {bound}.", bound=power_of_ten(bound))
    order = list(comparison.stages)
    before = order[: order.index(first)]
    only = comparison.stages[first].only
    slots = {"stage": term_in_full(first)}
    if only:
        own = names[0] if only == "left" else names[1]
        parted = words(
            "The first stage that differs is {stage}, which only one side has ({side}).",
            side=own,
            **slots,
        )
    else:
        parted = words("The first stage that differs is {stage}.", **slots)
    if not before:
        return parted
    last, bound = term_in_full(before[-1]), _below(comparison, before)
    if bound is None:
        return sentences(words("The same up to {stage}.", stage=last), parted)
    agreed = words(
        "Up to {stage} the two differ by less than {bound}.", stage=last, bound=power_of_ten(bound)
    )
    return sentences(agreed, parted)


def _below(comparison: Comparison, names: Iterable[str]) -> int | None:
    """The power of 10 that these stages differ by less than; None if by nothing."""
    found = (comparison.stages[name].difference for name in names)
    powers = [each.below for each in found if each is not None and each.below is not None]
    return max(powers, default=None)


def _alone(comparison: Comparison, names: Names) -> Iterator[Block]:
    """The other stages that only one side has."""
    for side, name in zip(("left", "right"), names, strict=True):
        alone = [
            (Words(term_in_full(stage)),)
            for stage, found in comparison.stages.items()
            if found.only == side and stage != comparison.first_difference
        ]
        if alone:
            yield Paragraph(
                words("On one side only ({side}): {stages}.", side=name, stages=listing(alone))
            )


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
    return "×".join(map(str, trace.stages[name].shape)) if name in trace else "–"


def _verdict(stage: StageComparison, number: Shown | None) -> Cell:
    if number is not None:
        hidden = number.number.digits == "inf"
        return words("one side masked") if hidden else signed(number)
    if stage.difference is not None and stage.same:
        below = stage.difference.below
        if below is None:
            return words("same")
        return words("less than {bound}", bound=power_of_ten(below))
    return words("–") if stage.only else words("another shape")


def _where(page: Page, name: str, stage: StageComparison) -> Inlines:
    """Where the largest difference of a stage is."""
    if stage.difference is None or stage.same:
        return ()
    return place_called(page.trace, name, stage.difference.where)
