"""What a problem costs: operations and numbers kept, what is saved, and how it grows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from attncalc.document.document import (
    Align,
    Bar,
    Block,
    Cell,
    Column,
    Heading,
    Inline,
    Paragraph,
    Row,
    RowKind,
    Section,
    Table,
    Words,
)
from attncalc.document.expressions import Number, Relation, Sign, Symbol
from attncalc.document.wording import words
from attncalc.names import COST
from attncalc.numbers.operations import Operations
from attncalc.walkthrough.growth import (
    PARTS,
    count,
    kept,
    listed,
    step_called,
    symbol,
    with_larger_model,
    with_more_tokens,
)
from attncalc.walkthrough.page import Page, glued
from attncalc.walkthrough.sections.interface import Explanation, Part, Place

if TYPE_CHECKING:
    from attncalc.costs.counts import Cost
    from attncalc.costs.growth import Growth


def cost(page: Page, number: int) -> Section | None:
    """The cost of the whole problem, if it is asked for, whichever queries the page shows."""
    if COST not in page.selection.stages:
        return None
    from attncalc.costs.counts import cost_of
    from attncalc.costs.growth import growth_of

    counted = cost_of(page.trace.problem)
    growth = growth_of(counted)
    heading = Heading(number, words("What it costs"))
    if not counted.stages:
        nothing = "The attention weights are given, and nothing is computed from them."
        return Section(heading, (Paragraph(glued(nothing)),), (COST,))
    blocks = (
        *_operations(counted, growth),
        *with_more_tokens(growth, counted),
        *kept(growth),
        *with_larger_model(growth),
        *_savings(counted),
    )
    return Section(heading, blocks, (COST,))


_KINDS = {
    "multiplications": "multiply",
    "additions": "add",
    "divisions": "divide",
    "powers": "power",
    "tanh": "tanh",
    "sines_and_cosines": "sin, cos",
}


def _operations(counted: Cost, growth: Growth) -> Iterator[Block]:
    """Every step with its operations, and each part's share of them."""
    everything = "All queries and keys" + (", in all heads: " if counted.problem.heads else ": ")
    sizes = [
        Relation((symbol(name), Number(str(size))), (Sign.EXACT,))
        for name, size in growth.sizes.items()
    ]
    d = Symbol("d")
    yield Paragraph(
        words(
            "How many operations all of this takes, counted from the sizes alone, and how that "
            "grows with more tokens."
        )
    )
    yield Paragraph(
        (
            *glued(everything),
            *listed(sizes),
            *glued(". A dot product of ", d, " terms takes ", d, " multiplications and one "),
            *words("addition fewer; a difference counts as an addition."),
        )
    )
    yield _by_step(counted)
    if len(counted.parts) > 1:
        yield _by_part(counted.parts)


def _by_step(counted: Cost) -> Table:
    total = counted.total
    kinds = [field.name for field in fields(Operations) if getattr(total, field.name)]
    columns = [Column(words("step"))]
    columns += [Column(glued(_KINDS[kind]), Align.RIGHT) for kind in kinds]

    def row(name: str, operations: Operations, kind: RowKind = RowKind.BODY) -> Row:
        return Row((glued(name), *(count(getattr(operations, each)) for each in kinds)), kind)

    rows = [
        row(_called(counted, stage), operations) for stage, operations in counted.stages.items()
    ]
    return Table(tuple(columns), (*rows, row("all", total, RowKind.TOTAL)))


def _called(counted: Cost, stage: str) -> str:
    from attncalc.costs.counts import part_of

    part = part_of(counted.problem, stage)
    return step_called(part if part in PARTS else stage)


def _by_part(parts: dict[str, Operations]) -> Table:
    everything = sum(operations.all for operations in parts.values())
    rows: list[Row] = []
    for part, operations in parts.items():
        cells: tuple[Cell, ...] = (
            glued(part.replace("_", " ")),
            count(operations.all),
            Bar(operations.all / max(each.all for each in parts.values())),
        )
        rows.append(Row(cells))
    rows.append(Row((words("all"), count(everything), ()), RowKind.TOTAL))
    columns = (Column(words("part")), Column(words("operations"), Align.RIGHT), Column(()))
    return Table(columns, tuple(rows))


_SAVED = {
    "scores": "multiplications for scores",
    "weighted_sum": "multiplications for the weighted sum",
    "keys_and_values": "multiplications for keys and values",
    "rotated_keys_and_values": "multiplications for values and rotated keys",
    "kept": "numbers in keys and values",
}


def _savings(counted: Cost) -> Iterator[Block]:
    """What the mask, shared keys and values, and the cache save."""
    from attncalc.costs.savings import savings_of

    savings, sizes = savings_of(counted), counted.sizes
    if not savings:
        return
    by = {
        "mask": "the mask",
        "groups": f"{sizes.kv_heads} of {sizes.heads} heads",
        "past": "the cache",
    }
    rows = [
        Row(
            (
                glued(by[each.by]),
                glued(_SAVED[each.what]),
                *map(count, (each.without, each.needed)),
            )
        )
        for each in savings
    ]
    columns = (
        Column(words("saved by")),
        Column(words("what")),
        Column(words("without"), Align.RIGHT),
        Column(words("with"), Align.RIGHT),
    )
    yield Paragraph(tuple(_how_saved(counted, {each.by for each in savings})))
    yield Table(columns, tuple(rows))


def _how_saved(counted: Cost, by: set[str]) -> Iterator[Inline]:
    sizes = counted.sizes
    if "mask" in by:
        yield Words(
            f"Of {sizes.pairs} pairs of a query and a key, {counted.visible} are not hidden. The "
            "steps above take them all; a kernel that skips hidden ones needs no more than this "
            "share. "
        )
    if "groups" in by:
        yield Words(
            f"Groups of {sizes.heads // sizes.kv_heads} query heads share one head of keys and "
            "values. "
        )
    if "past" in by:
        yield Words(
            f"Keys and values of the {_counted(sizes.past, 'past token')} are not made once more. "
        )


def _counted(count: int, noun: str) -> str:
    return noun if count == 1 else f"{count} {noun}s"


EXPLANATION = Explanation(parts=(Part(Place.AFTER_HEADS, cost),))
