"""Dot products term by term, and what is made of them: vectors times a given matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from attncalc.document.document import Align, Block, Column, Equation, Row, Table
from attncalc.document.expressions import (
    Apply,
    Expression,
    Juxtaposed,
    Matrix,
    Omitted,
    Product,
    Relation,
    Sign,
    Sum,
    Symbol,
)
from attncalc.document.numerals import Shown, size_of_product
from attncalc.names import NAMES
from attncalc.numbers.arithmetic import Array
from attncalc.walkthrough.page import Page, joining, sign_of, sum_of
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.tables import omitted_row, result_cell


def product_terms(
    page: Page, left: Sequence[Shown], right: Sequence[Shown]
) -> tuple[Expression, ...]:
    """The terms of a dot product; of a long one the largest, and how many more there are."""
    return tuple(
        place if isinstance(place, Omitted) else Product((left[place].number, right[place].number))
        for place in page.kept_terms(product_sizes(left, right))
    )


def product_sizes(left: Sequence[Shown], right: Sequence[Shown]) -> list[Decimal]:
    """How large each term of a dot product is."""
    return [size_of_product(*each) for each in zip(left, right, strict=True)]


def whole(page: Page, stage: str) -> Expression:
    """All of Q, K or V in a formula, as it is made: RoPE(Q); of any one head, if there are any."""
    named = NAMES[stage]
    if named.function is not None:
        return Apply(named.function, (whole(page, source_of(page.trace, stage)),))
    letter = named.symbol or named.letter
    return Symbol(letter, ("h",) if page.trace.problem.heads is not None else ())


def projection_formula(result: Symbol, source: Symbol, letter: str, bias: Array | None) -> Relation:
    product = Juxtaposed((source, Symbol("W", (letter,))))
    right: Expression = product if bias is None else Sum((product, Symbol("b", (letter,))))
    return Relation((result, right), (Sign.EXACT,))


def projected(
    page: Page, source: str, letter: str, row: int, column: int
) -> tuple[Expression, Sequence[Shown]]:
    """One number of x W + b, and the numbers in it. row: of x, a row of the source."""
    x = page.stage(source, [row])[0]
    W, b = page.projection(letter)
    assert W is not None
    w = [each[column] for each in page.given(W)]
    terms, operands = product_terms(page, x, w), [*x, *w]
    if b is not None:
        bias = page.given(b)[0][column]
        terms, operands = (*terms, bias.number), [*operands, bias]
    return sum_of(terms), operands


def written_out(page: Page, query: int, before: str, after: str, stage: str, letter: str) -> Table:
    """One query's vector times a matrix, component by component.

    before, after: what the vectors are called. stage: what comes out. letter: names W and b.
    """
    name = page.query_name(query)
    source = source_of(page.trace, stage)
    x, y = page.stage(source, [query])[0], page.stage(stage, [query])[0]
    matrix, b = page.projection(letter)
    assert matrix is not None
    W = page.given(matrix)
    bias = page.given(b)[0] if b is not None else None
    rows: list[Row] = []
    for place in page.kept_entries(len(y)):
        if isinstance(place, Omitted):
            rows.append(omitted_row(place))
            continue
        w = [row[place] for row in W]
        terms, operands = product_terms(page, x, w), [*x, *w]
        if bias is not None:
            terms, operands = (*terms, bias[place].number), [*operands, bias[place]]
        sign = sign_of(*operands, result=y[place])
        component = Symbol(after, (name, page.entry_name(stage, place)))
        rows.append(Row(((component,), (sum_of(terms),), result_cell(sign, y[place].number))))
    symbol = Symbol(before, (name,))
    product = Juxtaposed((symbol, Symbol("W", (letter,))))
    heading = Sum((product, Symbol("b", (letter,)))) if bias is not None else product
    columns = (
        Column(()),
        Column((heading,)),
        Column((Symbol(after, (name,)),), Align.RIGHT, result=True),
    )
    return Table(columns, tuple(rows), (page.named(symbol, x),))


def given_projection(page: Page, letter: str) -> Iterator[Block]:
    """The matrix and the bias of a projection, as they are given."""
    W = getattr(page.trace.problem, f"W_{letter}")
    b = getattr(page.trace.problem, f"b_{letter}")
    stacked = W is not None and W.ndim == 3
    groups = letter in "KV"
    for head, matrix in enumerate(W if stacked else [] if W is None else [W]):
        if stacked and not page.tells_of(head, groups=groups):
            continue
        indices = (letter, str(head + 1)) if stacked else (letter,)
        yield matrix_equation(page, Symbol("W", indices), page.given(matrix))
    stacked = b is not None and b.ndim == 2
    for head, row in enumerate(b if stacked else [] if b is None else [b]):
        if stacked and not page.tells_of(head, groups=groups):
            continue
        numbers = page.given(row)[0]
        symbol = Symbol("b", (letter, str(head + 1)) if stacked else (letter,))
        yield Equation(page.named(symbol, numbers))


def own_projection(page: Page, letter: str) -> Iterator[Block]:
    """The matrix and the bias of a projection, on the page of a head its own columns of them."""
    W, b = page.projection(letter)
    assert W is not None
    head = page.trace.head if letter in "QKV" else None
    if head is not None and letter in "KV":
        head = page.trace.group
    indices = (letter,) if head is None else (letter, str(head + 1))
    yield matrix_equation(page, Symbol("W", indices), page.given(W))
    if b is not None:
        yield Equation(page.named(Symbol("b", indices), page.given(b)[0]))


def matrix_equation(page: Page, symbol: Symbol, numbers: list[Sequence[Shown]]) -> Equation:
    """A matrix's name and its numbers; the middle of a large one is left out."""
    rows: list[tuple[Expression, ...]] = []
    for place in page.kept_entries(len(numbers)):
        if isinstance(place, Omitted):
            rows.append((place,))
        else:
            rows.append(page.vector(numbers[place]).entries)
    sign = joining([entry for row in numbers for entry in row])
    return Equation(Relation((symbol, Matrix(tuple(rows))), (sign,)))
