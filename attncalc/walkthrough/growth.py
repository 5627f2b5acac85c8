"""How the cost of a problem grows: its formulas, evaluated here and with more of everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attncalc.document.document import (
    Align,
    Block,
    Column,
    Inline,
    Inlines,
    Paragraph,
    Row,
    Table,
    Words,
)
from attncalc.document.expressions import Expression, Fraction, Number, Product, Symbol
from attncalc.document.wording import words
from attncalc.names import NAMES
from attncalc.walkthrough.page import glued

if TYPE_CHECKING:
    from attncalc.costs.counts import Cost
    from attncalc.costs.growth import Doubling, Growth, Quantity

PARTS = {"weighted_sum": "weighted sum", "output_projection": "output projection"}
"""Parts of the computation that are called by their own name, as a stage may be one of two."""


def step_called(name: str) -> str:
    """What a stage or such a part is called."""
    return PARTS.get(name) or NAMES[name].called


def with_more_tokens(growth: Growth, counted: Cost) -> Iterator[Block]:
    """The formulas of the largest counts, evaluated here and with twice as many tokens."""
    if not growth.multiplications:
        return
    rows = [
        Row(
            (
                glued(step_called(quantity.what)),
                (_formula(quantity),),
                *map(count, _evaluated(growth, quantity)),
            )
        )
        for quantity in growth.multiplications
    ]
    yield Table(
        (Column(words("multiplications for")), Column(words("formula")), *_with_more(growth)),
        tuple(rows),
    )
    names = [symbol(name) for doubling in growth.tokens for name in doubling.doubled]
    either = [part for name in names for part in (" or ", name)][1:]
    squared = Product((names[0], names[-1]))
    past = ", in the cache too" if counted.sizes.past else ""
    yield Paragraph(
        glued(
            f"With twice as many tokens{past}, all {counted.total.all} operations become "
            f"{counted.with_twice_the_tokens.all}: what grows with ",
            *either,
            " doubles, what grows with ",
            squared,
            " becomes four times as much.",
        )
    )


def _with_more(growth: Growth) -> Iterator[Column]:
    """The headings of a count here, and with twice as many of each kind of token."""
    yield Column(words("here"), Align.RIGHT)
    for doubling in growth.tokens:
        yield Column(_doubling(doubling), Align.RIGHT)


def _evaluated(growth: Growth, quantity: Quantity) -> Iterator[int]:
    """A formula's numbers under those headings."""
    yield quantity.of(growth.sizes)
    for doubling in growth.tokens:
        yield quantity.of(growth.after(doubling))


def kept(growth: Growth) -> Iterator[Block]:
    """The numbers in memory, the bytes they take, and how they grow."""
    names = {"scores": "scores", "K": "keys", "V": "values"}
    rows: list[Row] = []
    for quantity in growth.kept:
        here, *more = _evaluated(growth, quantity)
        counts = map(count, (here, *more, 2 * here, 4 * here))
        rows.append(Row((glued(names[quantity.what]), (_formula(quantity),), *counts)))
    columns = (
        Column(words("numbers kept")),
        Column(words("formula")),
        *_with_more(growth),
        Column(words("float16"), Align.RIGHT),
        Column(words("float32"), Align.RIGHT),
    )
    if {"scores", "K"} <= {quantity.what for quantity in growth.kept}:
        text = (
            "Scores are needed one layer at a time, and a kernel may take them in blocks; the keys "
            "and values of every layer stay, as a cache, for as long as text is generated."
        )
        yield Paragraph(glued(text))
    caption = "The numbers that are kept, and how many bytes they take as float16 and as float32"
    yield Table(columns, tuple(rows), glued(caption))


def with_larger_model(growth: Growth) -> Iterator[Block]:
    """A row for each way a model may grow: what becomes of scores and weighted sum."""
    if not growth.of_model:
        return
    chosen = [
        (quantity, glued(name))
        for quantities, names in (
            (growth.multiplications, {"scores": "for scores", "weighted_sum": "for weighted sum"}),
            (growth.kept, {"scores": "scores kept"}),
        )
        for quantity in quantities
        if (name := names.get(quantity.what))
    ]
    cases: list[tuple[Inlines, dict[str, int]]] = [(words("as it is"), growth.sizes)]
    cases += [(_doubling(each), growth.after(each)) for each in growth.of_model]
    rows = [
        Row((case, *(count(quantity.of(sizes)) for quantity, _ in chosen))) for case, sizes in cases
    ]
    columns = [Column(heading, Align.RIGHT) for _, heading in chosen]
    yield Table((Column(words("width and heads")), *columns), tuple(rows))
    if growth.of_model[-1].halved:
        yield Paragraph(
            words(
                "More heads that are narrower, so that all of them together are as wide as before, "
                "take as many multiplications, but more scores."
            )
        )


def _doubling(doubling: Doubling) -> Inlines:
    """2×h, d_k / 2"""
    changes: list[Expression] = [Product((Number("2"), symbol(name))) for name in doubling.doubled]
    changes += [Fraction(symbol(name), Number("2")) for name in doubling.halved]
    return listed(changes)


def _formula(quantity: Quantity) -> Expression:
    return Product(tuple(symbol(name) for name in quantity.factors))


def symbol(name: str) -> Symbol:
    """d_k as a letter with its index."""
    letter, _, index = name.partition("_")
    return Symbol(letter, (index,) if index else ())


def listed(expressions: Sequence[Expression]) -> Inlines:
    """Formulas with commas between them."""
    content: list[Inline] = []
    for place, expression in enumerate(expressions):
        if place:
            content.append(Words(", "))
        content.append(expression)
    return tuple(content)


def count(number: int) -> Inlines:
    """A number that is counted, in a cell of its own."""
    return (Number(str(number)),)
