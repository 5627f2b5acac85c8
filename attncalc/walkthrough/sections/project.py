"""Vectors multiplied by a matrix: queries, keys and values from embeddings, and the last step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from attncalc.document.document import (
    Align,
    Block,
    Column,
    Equation,
    Heading,
    OfQuery,
    Paragraph,
    Row,
    Section,
    Table,
)
from attncalc.document.expressions import (
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
from attncalc.numbers.arithmetic import Array
from attncalc.walkthrough.page import (
    Page,
    joining,
    omitted_row,
    result_cell,
    sign_of,
    sum_of,
    words,
)
from attncalc.walkthrough.vectors import vector_table


def projections(page: Page, number: int) -> Section | None:
    """Q, K and V from the embeddings: the focused queries written out, all results."""
    trace, problem = page.trace, page.trace.problem
    made = [name for name in ("Q", "K", "V") if name in trace and getattr(problem, name) is None]
    if not made or problem.unprojected:
        return None
    formulas = [_formula(page, name) for name in made]
    purpose = (
        "Each embedding is multiplied by a matrix: one for queries, one for keys, one for values."
    )
    content: list[Block | OfQuery] = [Paragraph(words(purpose))]
    if len(formulas) > 1:
        content.append(Paragraph(words("In the same way ", *_and(formulas[1:]), ".")))
    if "Q" in made:
        source = ("x", trace.embedded)
        content += page.of_each_query(
            lambda query: [_written_out(page, query, source, ("q", "Q"), "Q")]
        )
    letters: dict[str, Expression | str] = {name: name.lower() for name in made}
    if problem.self_attention:
        content.append(vector_table(page, letters, "token", caption=words("All tokens")))
    else:
        keys = {name: letter for name, letter in letters.items() if name != "Q"}
        if "Q" in made:
            caption = words("All queries")
            content.append(vector_table(page, {"Q": "q"}, "query token", caption=caption))
        caption = words("All keys")
        content.append(vector_table(page, keys, "key token", queries=False, caption=caption))
    return Section(Heading(number, words("Projections"), formulas[0]), tuple(content), tuple(made))


def unprojected(page: Page, number: int) -> Section | None:
    """Embeddings that are used as they are."""
    trace, problem = page.trace, page.trace.problem
    made = [name for name in ("Q", "K", "V") if name in trace]
    if not made or not problem.unprojected:
        return None
    formulas = [Relation((Symbol(name), _side(page, name)), (Sign.EXACT,)) for name in made]
    text = words("No matrices are given, so the embeddings are used as they are: ", *_and(formulas))
    blocks = (Paragraph((*text, *words("."))),)
    return Section(Heading(number, words("Queries, keys and values")), blocks, tuple(made))


def output_projection(page: Page, number: int) -> Section | None:
    """y_i = o_i W_O + b_O for the focused queries, and the results of all."""
    if page.trace.problem.W_O is None:
        return None
    source = ("c", "concatenated") if "concatenated" in page.trace else ("o", "head_outputs")
    formula = _affine(Symbol("y", ("i",)), Symbol(source[0], ("i",)), "O", page.trace.problem.b_O)
    content: list[Block | OfQuery] = [*given_projection(page, "O")]
    content += page.of_each_query(
        lambda query: [_written_out(page, query, source, ("y", "output"), "O")]
    )
    if len(page.trace.problem.tokens) > 1:
        caption = words("All queries")
        content.append(vector_table(page, {"output": "y"}, "query", caption=caption))
    heading = Heading(number, words("Output projection"), formula)
    return Section(heading, tuple(content), ("output",))


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
        yield _matrix_equation(page, Symbol("W", indices), page.given(matrix))
    stacked = b is not None and b.ndim == 2
    for head, row in enumerate(b if stacked else [] if b is None else [b]):
        if stacked and not page.tells_of(head, groups=groups):
            continue
        numbers = page.given(row)[0]
        symbol = Symbol("b", (letter, str(head + 1)) if stacked else (letter,))
        yield Equation(Relation((symbol, page.vector(numbers)), (joining(numbers),)))


def _written_out(
    page: Page, query: int, source: tuple[str, str], result: tuple[str, str], letter: str
) -> Table:
    """One query's vector times a matrix, component by component.

    source, result: the letter and the stage of what goes in and of what comes out.
    letter: names W and b.
    """
    name = page.query_name(query)
    x = page.stage(source[1], [query])[0]
    y = page.stage(result[1], [query])[0]
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
        component = Symbol(result[0], (name, str(place + 1)))
        rows.append(Row(((component,), (sum_of(terms),), result_cell(sign, y[place].number))))
    symbol = Symbol(source[0], (name,))
    product = Juxtaposed((symbol, Symbol("W", (letter,))))
    heading = Sum((product, Symbol("b", (letter,)))) if bias is not None else product
    columns = (
        Column(()),
        Column((heading,)),
        Column((Symbol(result[0], (name,)),), Align.RIGHT, result=True),
    )
    return Table(columns, tuple(rows), (Relation((symbol, page.vector(x)), (joining(x),)),))


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


def _and(formulas: Sequence[Expression]) -> Iterator[str | Expression]:
    for place, formula in enumerate(formulas):
        if place:
            yield " and " if place == len(formulas) - 1 else ", "
        yield formula


def _formula(page: Page, name: str) -> Relation:
    bias = getattr(page.trace.problem, f"b_{name}")
    return _affine(Symbol(name), _side(page, name), name, bias)


def _side(page: Page, name: str) -> Symbol:
    """The embeddings that Q, K or V is made of."""
    if page.trace.problem.X_key is not None and name != "Q":
        return Symbol("X", ("key",))
    return Symbol("X", ("positioned",) if "X_positioned" in page.trace else ())


def _affine(result: Symbol, source: Symbol, letter: str, bias: Array | None) -> Relation:
    product = Juxtaposed((source, Symbol("W", (letter,))))
    right: Expression = product if bias is None else Sum((product, Symbol("b", (letter,))))
    return Relation((result, right), (Sign.EXACT,))


def _matrix_equation(page: Page, symbol: Symbol, numbers: list[list[Shown]]) -> Equation:
    """A matrix's name and its numbers; the middle of a large one is left out."""
    rows: list[tuple[Expression, ...]] = []
    for place in page.kept_entries(len(numbers)):
        if isinstance(place, Omitted):
            rows.append((place,))
        else:
            rows.append(page.vector(numbers[place]).entries)
    sign = joining([entry for row in numbers for entry in row])
    return Equation(Relation((symbol, Matrix(tuple(rows))), (sign,)))
