"""What a problem costs: operations and numbers kept, what is saved, and how it grows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING

from attncalc.document.document import (
    Align,
    Bar,
    Block,
    Cell,
    Column,
    Heading,
    Inlines,
    Paragraph,
    Row,
    RowKind,
    Section,
    Table,
    Words,
)
from attncalc.document.expressions import Number, Relation, Sign, Symbol
from attncalc.document.numerals import percentage, rounded
from attncalc.document.style import NumberStyle
from attncalc.document.wording import counted_words, listing, sentences, words
from attncalc.language import template, text
from attncalc.names import COST
from attncalc.numbers.operations import Operations
from attncalc.walkthrough.growth import (
    PARTS,
    count,
    kept,
    step_called,
    symbol,
    twice_the_tokens,
    with_larger_model,
    with_more_tokens,
)
from attncalc.walkthrough.page import Page
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
        nothing = words("The attention weights are given, and nothing is computed from them.")
        return Section(heading, (Paragraph(nothing),), (COST,))
    blocks = (
        *_beginning(counted),
        *_there_and_back(counted),
        *twice_the_tokens(growth),
        *_operations(counted, growth),
        *with_more_tokens(growth, counted),
        *kept(growth),
        *with_larger_model(growth),
        *_savings(counted),
    )
    return Section(heading, blocks, (COST,))


_KINDS = {
    "multiplications": template("multiply"),
    "additions": template("add"),
    "divisions": template("divide"),
    "powers": template("power"),
    "tanh": template("tanh"),
    "sines_and_cosines": template("sin, cos"),
}

_PARTS = {
    "positions": template("positions"),
    "projections": template("projections"),
    "normalization": template("normalization"),
    "scores": template("scores"),
    "softmax": template("softmax"),
    "weighted_sum": template("weighted sum"),
    "gate": template("gate"),
    "output_projection": template("output projection"),
    "backward": template("backward pass"),
}


def _beginning(counted: Cost) -> Iterator[Block]:
    """How many operations it all takes, and which part takes the most of them."""
    everything = counted.total.all
    total = words(
        "Counted from the sizes alone, all of this takes {count} operations.", count=everything
    )
    most, *others = sorted(counted.parts.items(), key=lambda part: -part[1].all)
    if not others or most[1].all == others[0][1].all:
        yield Paragraph(total)
        return
    part, operations = most
    largest = words(
        "One part takes the most of them: {part}, {share}.",
        part=text(_PARTS[part]),
        share=percentage(Decimal(operations.all) / everything),
    )
    yield Paragraph(sentences(total, largest))


def _there_and_back(counted: Cost) -> Iterator[Block]:
    """How many of them are the way back, beside the way there."""
    back = counted.parts.get("backward")
    there = counted.total.all - (0 if back is None else back.all)
    if back is None or not there:
        return
    times = rounded(Decimal(back.all) / there, NumberStyle(precision=1)).number
    yield Paragraph(
        words(
            "The way there takes {there} operations and the way back {back}, {times} times as "
            "many: each matrix product there is turned round into two, one for each of its "
            "factors.",
            there=there,
            back=back.all,
            times=times,
        )
    )


def _operations(counted: Cost, growth: Growth) -> Iterator[Block]:
    """Every step with its operations, and each part's share of them."""
    each: list[Inlines] = [
        (Relation((symbol(name), Number(str(size))), (Sign.EXACT,)),)
        for name, size in growth.sizes.items()
    ]
    sizes = listing(each, last="{first}, {last}")
    if counted.problem.heads:
        everything = words("All queries and keys, in all heads: {sizes}.", sizes=sizes)
    else:
        everything = words("All queries and keys: {sizes}.", sizes=sizes)
    rule = words(
        "A dot product of {d} terms takes {d} multiplications and one addition fewer; a difference "
        "counts as an addition.",
        d=Symbol("d"),
    )
    yield Paragraph(sentences(everything, rule))
    yield _by_step(counted)
    if len(counted.parts) > 1:
        yield _by_part(counted.parts)


def _by_step(counted: Cost) -> Table:
    total = counted.total
    kinds = [field.name for field in fields(Operations) if getattr(total, field.name)]
    columns = [Column(words("step"))]
    columns += [Column(words(_KINDS[kind]), Align.RIGHT) for kind in kinds]

    def row(name: str, operations: Operations, kind: RowKind = RowKind.BODY) -> Row:
        return Row(((Words(name),), *(count(getattr(operations, each)) for each in kinds)), kind)

    rows = [
        row(_called(counted, stage), operations) for stage, operations in counted.stages.items()
    ]
    return Table(tuple(columns), (*rows, row(text("all"), total, RowKind.TOTAL)))


def _called(counted: Cost, stage: str) -> str:
    from attncalc.costs.counts import part_of

    part = part_of(counted.problem, stage)
    return step_called(part if part in PARTS else stage)


def _by_part(parts: dict[str, Operations]) -> Table:
    everything = sum(operations.all for operations in parts.values())
    rows: list[Row] = []
    for part, operations in parts.items():
        cells: tuple[Cell, ...] = (
            words(_PARTS[part]),
            count(operations.all),
            Bar(operations.all / max(each.all for each in parts.values())),
        )
        rows.append(Row(cells))
    rows.append(Row((words("all"), count(everything), ()), RowKind.TOTAL))
    columns = (Column(words("part")), Column(words("operations"), Align.RIGHT), Column(()))
    return Table(columns, tuple(rows))


_SAVED = {
    "scores": template("multiplications for scores"),
    "weighted_sum": template("multiplications for the weighted sum"),
    "keys_and_values": template("multiplications for keys and values"),
    "rotated_keys_and_values": template("multiplications for values and rotated keys"),
    "kept": template("numbers in keys and values"),
}


def _savings(counted: Cost) -> Iterator[Block]:
    """What the mask, shared keys and values, and the cache save."""
    from attncalc.costs.savings import savings_of

    savings, sizes = savings_of(counted), counted.sizes
    if not savings:
        return
    by = {
        "mask": words("the mask"),
        "groups": words("{some} of {all} heads", some=sizes.kv_heads, all=sizes.heads),
        "past": words("the cache"),
    }
    rows = [
        Row(
            (
                by[each.by],
                words(_SAVED[each.what]),
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
    yield Paragraph(sentences(*_how_saved(counted, {each.by for each in savings})))
    yield Table(columns, tuple(rows))


def _how_saved(counted: Cost, by: set[str]) -> Iterator[Inlines]:
    sizes = counted.sizes
    if "mask" in by:
        yield words(
            "Of {pairs} pairs of a query and a key, {visible} are not hidden. The steps above take "
            "all pairs; a program that skips the hidden ones needs no more than this share.",
            pairs=sizes.pairs,
            visible=counted.visible,
        )
    if "groups" in by:
        yield words(
            "Groups of {count} query heads share one head of keys and values.",
            count=sizes.heads // sizes.kv_heads,
        )
    if "past" in by:
        yield counted_words(
            "Keys and values of the past token are not computed again.",
            "Keys and values of the {count} past tokens are not computed again.",
            sizes.past,
        )


EXPLANATION = Explanation(parts=(Part(Place.AFTER_HEADS, cost),))
