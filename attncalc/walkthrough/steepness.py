"""How spread out two rows of weights are, and how much gradient each lets through its softmax."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from attncalc.document.document import Block, Inline, Paragraph, Row, Table, Words
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
from attncalc.document.wording import words
from attncalc.numbers.arithmetic import TRANSCENDENTAL_DIGITS, transcendental_context
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import glued
from attncalc.walkthrough.side_by_side import Pair, side_columns, signed

_MEASURES = {
    "entropy": "entropy in bits",
    "effective_number": "effective number of keys",
    "largest_weight": "largest weight",
    "largest_derivative": "largest derivative",
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
    rows = [Row((glued(label), *_cells(pair, name))) for name, label in _MEASURES.items()]
    table = Table(side_columns("measure", pair.names), tuple(rows), pair.caption)
    sentence = tuple(_gradients(pair))
    return [table, *([Paragraph(sentence)] if sentence else [])]


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
    return plain and short and bool(trace.stages["weights"].exact[query].all())


def _gradients(pair: Pair) -> Iterator[Inline]:
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
    yield Words("The softmax of ")
    yield from pair.owner
    if one == other:
        yield Words(" has a largest derivative of ")
        yield one
        yield Words(" on both sides.")
        return
    left, right = _conditions(pair)
    yield Words(" has a largest derivative of ")
    yield one
    yield Words(f" {left}, and of ")
    yield other
    yield Words(f" {right}{_ratio(_decimal(values[0]), _decimal(values[1]), pair.left.style)}.")


def _conditions(pair: Pair) -> tuple[str, str]:
    """What sets the two apart: their scaling if it differs, or else their names."""
    left, right = _scaling(pair.left.trace), _scaling(pair.right.trace)
    if left is not None and right is not None and left != right:
        return left, right
    return f"({pair.names[0]})", f"({pair.names[1]})"


def _scaling(trace: Trace) -> str | None:
    """How scores are scaled; None where there are none."""
    if "scores" not in trace:
        return None
    if trace.number("divisor") is not None:
        return f"with scores divided by √{trace.problem.d_k}"
    if trace.number("factor") is not None:
        factor = getattr(trace.problem.attention.scale, "text", trace.number("factor"))
        return f"with scores multiplied by {factor}"
    return "without scaling"


def _ratio(left: Decimal, right: Decimal, style: NumberStyle) -> str:
    smaller, larger = sorted((left, right))
    if smaller == 0:
        return ": 0 lets no gradient through"
    ratio = transcendental_context().divide(larger, smaller)
    if ratio < _HARDLY_ANY:
        return ""
    digits = NumberStyle(0 if 10 <= ratio < _UNREADABLE else 1, style.rounding)
    word = "smaller" if right < left else "larger"
    return f": {rounded(ratio, digits).number.digits} times {word}"


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(float(value))
