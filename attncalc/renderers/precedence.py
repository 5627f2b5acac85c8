"""How tightly the parts of a formula hold together, whatever notation it is written in."""

from __future__ import annotations

from attncalc.document.expressions import (
    Difference,
    Dot,
    Expression,
    Fraction,
    Juxtaposed,
    Number,
    Power,
    Product,
    Relation,
    Root,
    Sum,
    SumOver,
    Transpose,
    is_formula,
    spelled_out,
)

BINDING: dict[type, int] = {
    Relation: 0,
    Sum: 1,
    Difference: 1,
    SumOver: 2,
    Dot: 3,
    Product: 3,
    Fraction: 3,
    Juxtaposed: 4,
    Power: 5,
    Root: 6,
    Transpose: 6,
}
"""What is not listed is an atom."""

ATOM = 7


def held(expression: Expression) -> Expression:
    """What a formula holds together like: a number that is a fraction, like one."""
    if isinstance(expression, Number) and is_formula(expression.digits):
        return spelled_out(expression.digits)[1]
    return expression
