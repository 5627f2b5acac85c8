"""How the cost of a problem grows: its formulas, evaluated here and with more of everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attncalc.document.document import (
    Align,
    Block,
    Column,
    Inlines,
    Paragraph,
    Row,
    Table,
    Words,
)
from attncalc.document.expressions import Expression, Fraction, Number, Product, Symbol
from attncalc.document.wording import Slot, listing, words
from attncalc.language import template, text
from attncalc.names import NAMES

if TYPE_CHECKING:
    from attncalc.costs.counts import Cost
    from attncalc.costs.growth import Doubling, Growth, Quantity

PARTS = {
    "weighted_sum": template("weighted sum"),
    "output_projection": template("output projection"),
}
"""Parts of the computation that are called by their own name, as a stage may be one of two."""


def step_called(name: str) -> str:
    """What a stage or such a part is called."""
    return text(PARTS.get(name) or NAMES[name].called)


def twice_the_tokens(growth: Growth) -> Iterator[Block]:
    """Scores beside the steps of a recurrent network, as there are more and more tokens."""
    scores = next((each for each in growth.kept if each.what == "scores"), None)
    if scores is None or [each.doubled for each in growth.tokens] != [("n",)]:
        return
    n = symbol("n")
    yield Paragraph(
        words(
            "Twice as many tokens, four times as many scores: every token is compared with every "
            "token, and the cost grows with n², which is written O(n²). A recurrent network takes "
            "one step a token, O(n); but each of its steps has to wait for the one before, while "
            "all scores can be computed at the same time."
        )
    )
    times = (1, 2, 4, 8)
    sizes = [growth.sizes | {"n": growth.sizes["n"] * each} for each in times]
    rows = (
        Row((words("scores"), (_formula(scores),), *(count(scores.of(each)) for each in sizes))),
        Row(
            (words("steps of a recurrent network"), (n,), *(count(each["n"]) for each in sizes)),
        ),
    )
    more = [Column((Product((Number(str(each)), n)),), Align.RIGHT) for each in times[1:]]
    heads = (Column(words("how many")), Column(words("formula")))
    yield Table((*heads, Column(words("here"), Align.RIGHT), *more), rows)


def with_more_tokens(growth: Growth, counted: Cost) -> Iterator[Block]:
    """The formulas of the largest counts, evaluated here and with twice as many tokens."""
    if not growth.multiplications:
        return
    rows = [
        Row(
            (
                (Words(step_called(quantity.what)),),
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
    either: list[Inlines] = [(name,) for name in names]
    slots: dict[str, Slot] = {
        "now": counted.total.all,
        "then": counted.with_twice_the_tokens.all,
        "one": listing(either, last="{first} or {last}"),
        "squared": Product((names[0], names[-1])),
    }
    if counted.sizes.past:
        said = words(
            "With twice as many tokens, in the cache too, all {now} operations become {then}: what "
            "grows with {one} doubles, what grows with {squared} becomes four times as much.",
            **slots,
        )
    else:
        said = words(
            "With twice as many tokens, all {now} operations become {then}: what grows with {one} "
            "doubles, what grows with {squared} becomes four times as much.",
            **slots,
        )
    yield Paragraph(said)


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
    names = {"scores": words("scores"), "K": words("keys"), "V": words("values")}
    rows: list[Row] = []
    for quantity in growth.kept:
        here, *more = _evaluated(growth, quantity)
        counts = map(count, (here, *more, 2 * here, 4 * here))
        rows.append(Row((names[quantity.what], (_formula(quantity),), *counts)))
    columns = (
        Column(words("numbers kept")),
        Column(words("formula")),
        *_with_more(growth),
        Column(words("float16"), Align.RIGHT),
        Column(words("float32"), Align.RIGHT),
    )
    if {"scores", "K"} <= {quantity.what for quantity in growth.kept}:
        yield Paragraph(
            words(
                "Scores are needed one layer at a time, and a program may take them in blocks. The "
                "keys and values of every layer stay, as a cache, while text is generated."
            )
        )
    caption = words(
        "The numbers that are kept, and how many bytes they take as float16 and as float32"
    )
    yield Table(columns, tuple(rows), caption)


def with_larger_model(growth: Growth) -> Iterator[Block]:
    """A row for each way a model may grow: what becomes of scores and weighted sum."""
    if not growth.of_model:
        return
    chosen = [
        (quantity, name)
        for quantities, names in (
            (
                growth.multiplications,
                {"scores": words("for scores"), "weighted_sum": words("for weighted sum")},
            ),
            (growth.kept, {"scores": words("scores kept")}),
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
    told: list[Inlines] = [(change,) for change in changes]
    return listing(told, last="{first}, {last}")


def _formula(quantity: Quantity) -> Expression:
    return Product(tuple(symbol(name) for name in quantity.factors))


def symbol(name: str) -> Symbol:
    """d_k as a letter with its index."""
    letter, _, index = name.partition("_")
    return Symbol(letter, (index,) if index else ())


def count(number: int) -> Inlines:
    """A number that is counted, in a cell of its own."""
    return (Number(str(number)),)
