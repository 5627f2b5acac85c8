"""A formula that stands once, worked in numbers of four kinds, against mpmath and plain loops."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attncalc.numbers.arithmetic import Array, decimals, exact_context
from attncalc.numbers.counted import Counted, Tally
from attncalc.numbers.enclosed import Enclosed
from attncalc.numbers.floating import Floating
from attncalc.numbers.formulas import Worked
from attncalc.numbers.intervals import Interval
from attncalc.numbers.known import Known
from attncalc.numbers.operations import Operations
from attncalc.steps.trace import arithmetic_of

Formula: TypeAlias = Callable[..., Any]


def unit(x: Any) -> Any:
    """x / √(Σ x²)"""
    return x / (x * x).total().root()


def root_mean_square(x: Any) -> Any:
    """x / √(Σ x² / d + 10⁻⁶)"""
    return x / ((x * x).mean() + x.number(Decimal("1e-6"))).root()


def gated(x: Any) -> Any:
    """σ(x) x"""
    return x.logistic() * x


def bent(x: Any) -> Any:
    """tanh of each entry, with the next one's half"""
    return (x + x[..., ::-1] / x.number(2)).tanh()


def looped(name: str, x: list[Any]) -> list[Any]:
    """The same in mpmath, one entry at a time; 0 / 0 is 0."""
    match name:
        case "unit":
            length = mpmath.sqrt(sum(each * each for each in x))
            return [each / length if length else mpmath.mpf(0) for each in x]
        case "root_mean_square":
            small = mpmath.mpf("1e-6")
            size = mpmath.sqrt(sum(each * each for each in x) / len(x) + small)
            return [each / size for each in x]
        case "gated":
            return [each / (1 + mpmath.exp(-each)) for each in x]
        case _:
            return [mpmath.tanh(a + b / 2) for a, b in zip(x, x[::-1], strict=True)]


FORMULAS: dict[str, Formula] = {
    each.__name__: each for each in (unit, root_mean_square, gated, bent)
}
NUMBERS = st.decimals(-50, 50, places=2) | st.integers(-6, 6).map(Decimal)
VECTORS = st.lists(NUMBERS, min_size=1, max_size=5)


def known(x: list[Decimal]) -> Known:
    return Known.given(decimals(x, (1, len(x))))


@pytest.mark.no_cover
@pytest.mark.parametrize("name", FORMULAS)
@settings(max_examples=60, deadline=None)
@given(x=VECTORS)
def test_values(name: str, x: list[Decimal]) -> None:
    """Right to 55 digits; what is called exact is a fraction that undoes the formula."""
    numbers = known(x)
    with arithmetic_of(exact_context([numbers.values])):
        made = FORMULAS[name](numbers)
    with mpmath.workdps(90):
        right = looped(name, [mpmath.mpf(str(each)) for each in x])
        for value, exact, true in zip(made.values.flat, made.exact.flat, right, strict=True):
            off = abs(mpmath.mpf(str(value)) - true)
            assert off <= abs(true) * mpmath.mpf(10) ** -55
            if exact:
                assert off <= abs(true) * mpmath.mpf(10) ** -75
    if name == "unit":
        length = sum(Fraction(each) ** 2 for each in x)
        for value, exact, typed in zip(made.values.flat, made.exact.flat, x, strict=True):
            squared = Fraction(typed) ** 2 / length if length else Fraction(0)
            rational = Fraction(value) ** 2 == squared
            assert rational == exact or (rational and len(value.as_tuple().digits) > 25)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", FORMULAS)
@settings(max_examples=60, deadline=None)
@given(x=VECTORS, radius=st.sampled_from(["0", "0.005", "0.5"]), data=st.data())
def test_every_value_is_enclosed(name: str, x: list[Decimal], radius: str, data: Any) -> None:
    """Wherever the operands are in their intervals."""
    wide = Decimal(radius)
    cells = [Interval(each - wide, each + wide) for each in x]
    found = FORMULAS[name](Enclosed.of(cells))
    parts = [data.draw(st.integers(-4, 4)) for _ in x]
    chosen = [each + wide * part / 4 for each, part in zip(x, parts, strict=True)]
    with mpmath.workdps(90):
        right = looped(name, [mpmath.mpf(str(each)) for each in chosen])
        for cell, true in zip(found.cells.flat, right, strict=True):
            low, high = (mpmath.mpf(str(end).replace("inity", "")) for end in (cell.low, cell.high))
            assert low <= true <= high
            if not wide:
                assert cell.high - cell.low <= abs(cell.high) * Decimal("1e-40")


@pytest.mark.no_cover
@settings(max_examples=60, deadline=None)
@given(x=VECTORS)
def test_rounded_on_the_way(x: list[Decimal]) -> None:
    """Who rounds the length to three decimals, and divides by that, stays inside."""
    found = unit(Enclosed.of([Interval(each, each) for each in x], 3))
    with mpmath.workdps(60):
        squared = sum(mpmath.mpf(str(each)) ** 2 for each in x)
        length = round(Decimal(mpmath.nstr(mpmath.sqrt(squared), 50)), 3)
    for cell, typed in zip(found.cells.flat, x, strict=True):
        if length:
            own = Fraction(typed) / Fraction(length)
            assert Fraction(cell.low) <= own <= Fraction(cell.high)


def test_nothing_rounded_twice() -> None:
    """What is given is not rounded, and what comes out is not."""
    third = Interval(Decimal("0.33333"), Decimal("0.33333"))
    doubled = Enclosed.of([third], 2) + Enclosed.of([third], 2)
    assert doubled.cells[0, 0] == Interval(Decimal("0.66666"), Decimal("0.66666"))
    again = doubled * doubled.number(1)
    assert Decimal("0.67") in again.cells[0, 0]


COSTS = {
    "unit": Operations(multiplications=12, additions=9, divisions=12, powers=3),
    "root_mean_square": Operations(multiplications=12, additions=12, divisions=15, powers=3),
    "gated": Operations(multiplications=12, additions=12, divisions=12, powers=12),
    "bent": Operations(additions=12, divisions=12, tanh=12),
}
"""Of three vectors with four entries, counted by hand."""


@pytest.mark.parametrize("name", FORMULAS)
def test_operations(name: str) -> None:
    """As many as a person counts."""
    tally = Tally()
    FORMULAS[name](Counted((3, 4), tally))
    assert tally.done == COSTS[name]


def test_operations_of_a_product() -> None:
    """n·m dot products of d terms."""
    tally = Tally()
    left, right = Counted((2, 3, 4), tally), Counted((5, 4), tally)
    assert (left @ right.swapaxes(-1, -2)).shape == (2, 3, 5)
    assert tally.done == Operations(multiplications=120, additions=90)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", FORMULAS)
@settings(max_examples=60, deadline=None)
@given(x=VECTORS)
def test_what_float32_makes_of_it(name: str, x: list[Decimal]) -> None:
    """A program's numbers are no further off than is told."""
    stored = np.array([[float(each) for each in x]], dtype=np.float32)
    double = np.array([[float(each) for each in x]])
    found = FORMULAS[name](Floating(double, 2.0**-24 * np.abs(double), 2.0**-24))
    single = FORMULAS[name](Known(stored, np.zeros(stored.shape, dtype=bool)))
    with np.errstate(all="ignore"):
        assert (np.abs(single.values - found.values) <= 4 * found.off + 1e-30).all()


def _is_worked(numbers: Worked) -> Array:
    return np.zeros(numbers.shape)


def test_each_is_one() -> None:
    """For the type checker: the four kinds offer what a formula needs."""
    row = np.ones((1, 2))
    assert _is_worked(Known.given(row)).shape == (1, 2)
    assert _is_worked(Enclosed.of([Interval(Decimal(1), Decimal(1))])).shape == (1, 1)
    assert _is_worked(Counted((1, 2), Tally())).shape == (1, 2)
    assert _is_worked(Floating(row, row, 0.5)).shape == (1, 2)


@pytest.mark.parametrize("kind", ["known", "enclosed", "floating"])
def test_products_of_matrices(kind: str) -> None:
    """Rows by columns, as numpy multiplies them."""
    left, right = np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([[3.0, 0.0, 1.0], [4.0, 1.0, -2.0]])
    if kind == "known":
        made = (Known.given(left) @ Known.given(right.T.copy()).swapaxes(-1, -2)).values
    elif kind == "floating":
        zeros = np.zeros(right.T.shape)
        other = Floating(right.T.copy(), zeros, 2.0**-53).swapaxes(-1, -2)
        made = (Floating(left, np.zeros(left.shape), 2.0**-53) @ other).values
    else:
        cells = [
            np.array([Interval(Decimal(x), Decimal(x)) for x in each.flat], dtype=object)
            for each in (left, right.T)
        ]
        product = Enclosed(cells[0].reshape(2, 2)) @ Enclosed(cells[1].reshape(3, 2)).swapaxes(
            -1, -2
        )
        made = np.array([[float(cell.low) for cell in row] for row in product.cells])
    assert made.tolist() == (left @ right).tolist()
