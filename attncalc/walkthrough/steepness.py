"""How spread out two rows of weights are, and how much gradient each lets through its softmax."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from attncalc.document.document import Block, Inlines, Paragraph, Row, Table
from attncalc.document.expressions import (
    Apply,
    Difference,
    Expression,
    Fraction,
    Number,
    Product,
    Relation,
    Sign,
    Symbol,
)
from attncalc.document.numerals import rounded, shown_fine
from attncalc.document.style import NumberStyle
from attncalc.document.wording import sentences, words
from attncalc.language import numeral, text
from attncalc.numbers.arithmetic import TRANSCENDENTAL_DIGITS, transcendental_context
from attncalc.steps.trace import Trace
from attncalc.walkthrough.side_by_side import Pair, side_columns, signed


def _measures() -> dict[str, Inlines]:
    """What is measured of a row of weights, and how it is called."""
    return {
        "entropy": words("entropy in bits"),
        "effective_number": words("effective number of keys"),
        "largest_weight": words("largest weight"),
        "largest_derivative": words("largest derivative"),
    }


_UNREADABLE = Decimal("1e15")
"""From here on a ratio is written with an exponent."""

_HARDLY_ANY = Decimal("1.05")
"""A smaller ratio than this is not worth a word."""


def derivative(pair: Pair) -> Relation:
    """∂α_ij/∂s_ij = α_ij (1 - α_ij), times ln b where a side has another base than e."""
    alpha = Symbol("α", ("i", "j"))
    factors: tuple[Expression, ...] = (alpha, Difference(Number("1"), alpha))
    bases = [page.trace.problem.attention.base for page in (pair.left, pair.right)]
    if bases != ["e", "e"]:
        factors = (*factors, Apply("ln", (Symbol("b"),)))
    quotient = Fraction(Symbol("∂α", ("i", "j")), Symbol("∂s", ("i", "j")))
    return Relation((quotient, Product(factors)), (Sign.EXACT,))


def steepness(pair: Pair) -> list[Block]:
    """The measures of both rows, and the gradients in a sentence; nothing where they agree."""
    if pair.of.left == pair.of.right:
        return []
    rows = [Row((label, *_cells(pair, name))) for name, label in _measures().items()]
    table = Table(side_columns(words("measure"), pair.names), tuple(rows), pair.caption)
    said = sentences(*_gradients(pair))
    return [table, *([Paragraph(said)] if said else [])]


def _cells(pair: Pair, name: str) -> Iterator[Any]:
    """One measure of both sides with as many decimals; a dash where there is no such number."""
    values = [getattr(side, name) for side in (pair.of.left, pair.of.right)]
    exact = [
        _is_exact(page.trace, pair.of.query, name, value)
        for page, value in zip((pair.left, pair.right), values, strict=True)
        if value is not None
    ]
    known = [value for value in values if value is not None]
    numbers = iter(shown_fine(known, exact, pair.left.style))
    for value in values:
        yield words("–") if value is None else signed(next(numbers))


def _is_exact(trace: Trace, query: int, name: str, value: Any) -> bool:
    """Whether a measure of a row is all there is of it: only products of exact weights are."""
    plain = name == "largest_weight" or (
        name == "largest_derivative" and trace.problem.attention.base == "e"
    )
    short = isinstance(value, Decimal) and len(value.as_tuple().digits) < TRANSCENDENTAL_DIGITS
    return plain and short and bool(trace.stages["weights"][query].exact.all())


def _gradients(pair: Pair) -> Iterator[Inlines]:
    """The largest derivatives of both sides, and how many times smaller the other's is."""
    values = [side.largest_derivative for side in (pair.of.left, pair.of.right)]
    if None in values:
        return
    one, other = (
        number.number if value else Number("0")
        for number, value in zip(
            shown_fine(values, [False, False], pair.left.style), values, strict=True
        )
    )
    if values[0] == values[1]:
        yield words(
            "The largest derivative of the softmax of {query} is {number} on both sides.",
            query=pair.owner,
            number=one,
        )
        return
    if one == other:
        yield words(
            "The largest derivative of the softmax of {query} rounds to {number} on both sides.",
            query=pair.owner,
            number=one,
        )
        return
    left, right = _conditions(pair)
    yield words(
        "The largest derivative of the softmax of {query} is {number} ({side}), and {other_number} "
        "({other_side}).",
        query=pair.owner,
        number=one,
        side=left,
        other_number=other,
        other_side=right,
    )
    yield _ratio(_decimal(values[0]), _decimal(values[1]), pair.left.style)


def flatness(pair: Pair) -> Inlines:
    """How many times flatter the softmax is on one side; nothing where it is hardly so."""
    values = [side.largest_derivative for side in (pair.of.left, pair.of.right)]
    if None in values:
        return ()
    left, right = map(_decimal, values)
    smaller, larger = sorted((left, right))
    flatter = pair.names[1] if right < left else pair.names[0]
    if larger == 0:
        return ()
    if smaller == 0:
        return words(
            "The softmax is flat there ({side}): a small change of a score changes no weight.",
            side=flatter,
        )
    ratio = transcendental_context().divide(larger, smaller)
    if ratio < _HARDLY_ANY:
        return ()
    return words(
        "The softmax is {ratio} times flatter there ({side}): a small change of a score changes "
        "the weights that much less.",
        ratio=_written(ratio, pair.left.style),
        side=flatter,
    )


def _conditions(pair: Pair) -> tuple[str, str]:
    """What sets the two apart: their scaling if it differs, or else their names."""
    left, right = _scaling(pair.left.trace), _scaling(pair.right.trace)
    if left is not None and right is not None and left != right:
        return left, right
    return pair.names


def _scaling(trace: Trace) -> str | None:
    """How scores are scaled; None where there are none."""
    if "scores" not in trace:
        return None
    if trace.number("divisor") is not None:
        return text("scores divided by √{d_k}", d_k=trace.problem.d_k or 0)
    if trace.number("factor") is not None:
        factor = getattr(trace.problem.attention.scale, "text", trace.number("factor"))
        return text("scores multiplied by {factor}", factor=numeral(f"{factor}"))
    return text("unscaled")


def _ratio(left: Decimal, right: Decimal, style: NumberStyle) -> Inlines:
    """How many times smaller the other is; nothing where they hardly differ."""
    smaller, larger = sorted((left, right))
    if smaller == 0:
        return words("Where it is 0, a change of the scores changes no weight.")
    ratio = transcendental_context().divide(larger, smaller)
    if ratio < _HARDLY_ANY:
        return ()
    number = _written(ratio, style)
    if right < left:
        return words("The second is {ratio} times smaller.", ratio=number)
    return words("The second is {ratio} times larger.", ratio=number)


def _written(ratio: Decimal, style: NumberStyle) -> Number:
    digits = NumberStyle(0 if 10 <= ratio < _UNREADABLE else 1, style.rounding)
    return rounded(ratio, digits).number


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(float(value))
