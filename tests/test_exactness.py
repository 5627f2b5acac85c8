"""An entry is called exact where the decimals are the number itself, and nowhere else."""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.comparison import compare
from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import (
    TRANSCENDENTAL_DIGITS,
    Array,
    exact_context,
    parse_number,
)
from attncalc.numbers.known import Known
from attncalc.steps.trace import arithmetic_of

WHOLE = st.integers(0, 12)


def decimals(*rows: list[Any]) -> Array:
    """A matrix of decimals."""
    return np.array([[Decimal(number) for number in row] for row in rows], dtype=object)


def answers(*rows: list[bool]) -> Array:
    """Which entries of a matrix."""
    return np.array(rows, dtype=bool)


@pytest.fixture(autouse=True)
def working_context() -> Iterator[None]:
    """Room for sums and products of short numbers, as where a problem is computed."""
    with decimal.localcontext(exact_context([decimals([1])])):
        yield


def rounded(number: Fraction) -> Decimal:
    """The decimal of as many digits as powers have."""
    context = decimal.Context(prec=TRANSCENDENTAL_DIGITS)
    return context.divide(Decimal(number.numerator), Decimal(number.denominator))


@settings(max_examples=200, deadline=None)
@given(st.lists(WHOLE, min_size=1, max_size=5), st.data())
def test_a_weight_is_exact_where_undoing_it_gives_its_power(
    powers: list[int], data: st.DataObject
) -> None:
    """power / sum is a decimal that ends, or it is not exact; a hidden key's 0 always is."""
    seen = data.draw(st.lists(st.booleans(), min_size=len(powers), max_size=len(powers)))
    shown = [power * see for power, see in zip(powers, seen, strict=True)]
    total = sum(shown)
    shares = [Fraction(power, total or 1) for power in shown]
    weights = decimals([rounded(share) for share in shares])
    found = exactness.of_weights(
        answers(seen),
        np.array([False]),
        decimals(shown),
        np.array([Decimal(total)], dtype=object),
        np.array([True]),
        weights,
    )
    pairs = zip(weights[0], shares, strict=True)
    right = [Fraction(weight) == share for weight, share in pairs]
    if total:
        assert found.tolist() == [right]
    unknown = exactness.of_weights(
        answers(seen),
        np.array([False]),
        decimals(shown),
        np.array([Decimal(total)], dtype=object),
        np.array([False]),
        weights,
    )
    assert unknown.tolist() == [[not see for see in seen]]


@pytest.mark.parametrize(("count", "exact"), [(1, True), (2, True), (3, False), (5, True)])
@pytest.mark.parametrize("hidden", [0, 1, 2])
def test_equal_scores_share_equally(count: int, exact: bool, hidden: int) -> None:
    """1/k among k visible keys, whatever their powers are, and however many keys are hidden."""
    power, sunk = rounded(Fraction(20, 7)), Decimal(0)
    visible = [True] * count + [False] * hidden
    weights = decimals([*[rounded(Fraction(1, count))] * count, *[0] * hidden])
    found = exactness.of_weights(
        answers(visible),
        np.array([True]),
        decimals([*[power] * count, *[sunk] * hidden]),
        np.array([count * power], dtype=object),
        np.array([False]),
        weights,
    )
    assert found.tolist() == [[exact] * count + [True] * hidden]


def test_a_weight_is_known_row_by_row() -> None:
    """1/3 and 0.5, 3/4 and 1/4; no weight of more digits than are kept is called exact."""
    long, kept = Decimal(2) ** -90, Decimal(2) ** -85  # 63 and 60 digits
    with decimal.localcontext(decimal.Context(prec=400)):
        powers = decimals(
            [1, 2, 0], [3, 1, 0], [1, 1 / long - 1, 0], [1, 1 / kept - 1, 0], [4, 4, 9]
        )
        sums = np.array([3, 4, 1 / long, 1 / kept, 17], dtype=object) * Decimal(1)
        weights = decimals(
            [rounded(Fraction(1, 3)), rounded(Fraction(2, 3)), 0],
            ["0.75", "0.25", 0],
            [long, 1 - long, 0],
            [kept, 1 - kept, 0],
            ["0.5", "0.5", 0],
        )
    found = exactness.of_weights(
        answers(*[[True, True, False]] * 5),
        np.array([False, False, False, False, True]),
        powers,
        sums,
        np.array([True, True, True, True, False]),
        weights,
    )
    assert found.tolist() == [
        [False, False, True],
        [True, True, True],
        [False, False, True],
        [True, False, True],
        [True, True, True],
    ]


def test_doubles_are_never_exact() -> None:
    """0.5 in float64 is 0.5, and is not called so."""
    doubles, yes = np.array([[0.5, 0.5]]), answers([True, True])
    row = np.array([True])
    assert not exactness.everywhere(doubles).any()
    assert not exactness.of_given(doubles).any()
    assert not exactness.of_quotient(doubles, yes, 2.0, doubles).any()
    assert not exactness.of_powers(doubles, yes, None, doubles).any()
    assert not exactness.of_sums(doubles, yes, np.array([1.0])).any()
    assert not exactness.equal_rows(yes, doubles, yes).any()
    assert not exactness.of_weights(yes, row, doubles, np.array([1.0]), row, doubles).any()
    assert not exactness.of_terms(doubles, yes, doubles, yes).any()
    assert not exactness.of_matrix_product(doubles, yes, doubles.T, yes.T).any()
    assert not exactness.of_inverse_powers(Decimal(2), [(1, 1), (2, 1)], doubles).any()


@settings(max_examples=100, deadline=None)
@given(st.integers(-50, 50), st.integers(1, 30))
def test_a_quotient_is_exact_where_it_ends(above: int, below: int) -> None:
    """A whole number by another, and by a root that is none."""
    quotient, numerator = decimals([rounded(Fraction(above, below))]), decimals([above])
    for known in (True, False):
        found = exactness.of_quotient(numerator, answers([known]), Decimal(below), quotient)
        right = Fraction(quotient[0, 0]) == Fraction(above, below)
        assert found.tolist() == [[known and right]]


def test_a_quotient_by_a_root_is_exact_for_0_alone() -> None:
    """√2 · (3/√2) may be 3 to the last digit, and 3/√2 is no decimal."""
    context = decimal.Context(prec=TRANSCENDENTAL_DIGITS)
    root = context.sqrt(Decimal(2))
    numerators = decimals([0, 3, root * 2])
    with decimal.localcontext(context):
        quotients = decimals([0, 3 / root, 2])
    found = exactness.of_quotient(numerators, answers([True] * 3), root, quotients)
    assert found.tolist() == [[True, False, False]]


@pytest.mark.parametrize(
    ("score", "base", "power", "exact"),
    [
        ("0", None, "1", True),
        ("-Infinity", None, "0", True),
        ("1", None, "2.718281828", False),
        ("3", "2", "8", True),
        ("3", "2", "9", False),
        ("-3", "2", "0.125", True),
        ("-1", "3", "0.333333333", False),
        ("0.5", "4", "2", False),
        ("400", "1", "1", True),
        ("401", "1", "1", False),
        ("-400", "1", "1", True),
        ("-401", "1", "1", False),
        ("2", "1.5", "2.25", True),
    ],
)
def test_a_power_is_exact_where_it_is_worked_by_hand(
    score: str, base: str | None, power: str, exact: bool
) -> None:
    """Whole powers of a typed base to some hundreds, of scores that are known."""
    typed = None if base is None else Decimal(base)
    for known in (True, False):
        found = exactness.of_powers(decimals([score]), answers([known]), typed, decimals([power]))
        assert found.tolist() == [[known and exact]]


def test_a_power_of_more_digits_than_are_kept_is_not_exact() -> None:
    """2^199 has 60 digits, 2^200 has 61; 5^-199 is the inverse of one with 140."""
    kept = decimal.Context(prec=TRANSCENDENTAL_DIGITS)
    scores = decimals([199, 200, -85, -90])
    powers = decimals([kept.power(Decimal(2), int(score)) for score in scores[0]])
    found = exactness.of_powers(scores, answers([True] * 4), Decimal(2), powers)
    right = [
        Fraction(p) == Fraction(2) ** int(s) for p, s in zip(powers[0], scores[0], strict=True)
    ]
    assert right == [True, False, True, False]
    assert found.tolist() == [right]


@pytest.mark.parametrize(
    ("powers", "known", "total", "exact"),
    [
        (["1", "2"], [True, True], "3", True),
        (["1", "2"], [True, False], "3", False),
        (["1", "2"], [True, True], "4", False),
        (["1e400", "1"], [True, True], "1e400", False),
        (["Infinity", "1"], [True, True], "Infinity", False),
    ],
)
def test_a_sum_is_exact_where_no_digit_is_lost(
    powers: list[str], known: list[bool], total: str, exact: bool
) -> None:
    """Of exact powers, whose digits all are there."""
    totals = np.array([Decimal(total)], dtype=object)
    assert exactness.of_sums(decimals(powers), answers(known), totals).tolist() == [exact]


@pytest.mark.parametrize(
    ("scores", "known", "equal"),
    [
        (["2", "2", "7"], [True, True, True], True),
        (["2", "3", "2"], [True, True, True], False),
        (["2", "2", "2"], [True, False, True], False),
        (["2", "2", "2"], [True, True, False], True),
        (["1/3", "2/6", "2"], [False, False, False], True),
        (["1/3", "1/3", "2"], [False, False, False], True),
        (["sqrt(2)", "sqrt(2)", "2"], [False, False, False], True),
        (["sqrt(2)", "2/sqrt(2)", "2"], [False, False, False], False),
    ],
)
def test_rows_of_equal_scores(scores: list[str], known: list[bool], equal: bool) -> None:
    """The first two are visible: known and the same, or typed as the same number."""
    read = [
        parse_number(score) if "/" in score or "(" in score else Decimal(score) for score in scores
    ]
    row = np.array([read], dtype=object)
    found = exactness.equal_rows(answers([True, True, False]), row, answers(known))
    assert found.tolist() == [equal]


def _read(score: str) -> Decimal:
    """A number that was computed, or a fraction or root as it was typed."""
    return Decimal(score) if score.isdecimal() else parse_number(score)


_REST_OF_A_ROOT = "0.2928932188134524755991556378951509607151640623115259634116601310046337607"
"""1 − 1/√2."""


@pytest.mark.parametrize(
    ("numbers", "whole"),
    [
        (["0.5", "0.5"], True),
        (["0.5", "0.4999"], False),
        (["1/3", "2/3"], True),
        (["1/3", "1/3", "1/3"], True),
        (["1/3", "1/3", "0.3333"], False),
        (["1/sqrt(4)", "0.5"], True),
        (["1/sqrt(2)", _REST_OF_A_ROOT], True),
        (["1/sqrt(2)", "0.29289321881345247559915563789515096071516"], False),
    ],
)  # fmt: skip
def test_numbers_that_add_up_to_one(numbers: list[str], whole: bool) -> None:
    """Fractions exactly, roots to their last digit."""
    row = np.array([parse_number(number) for number in numbers], dtype=object)
    assert exactness.adds_up_to_one(row) == whole


def test_what_a_factor_of_0_makes_exact() -> None:
    """0 times anything; a product of known factors; no other."""
    left, right = decimals([0, 0, 2, 2]), decimals([3, 3, 3, 0])
    left_known = answers([True, False, True, False])
    right_known = answers([False, True, True, True])
    found = exactness.of_terms(left, left_known, right, right_known)
    assert found.tolist() == [[True, False, True, True]]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_matrix_product_is_exact_where_every_term_is(data: st.DataObject) -> None:
    """The same as term by term."""
    n, d, m = (data.draw(st.integers(1, 3)) for _ in range(3))

    def matrix(rows: int, columns: int) -> tuple[Array, Array]:
        cells = st.lists(st.integers(0, 1), min_size=columns, max_size=columns)
        known = st.lists(st.booleans(), min_size=columns, max_size=columns)
        drawn = [(data.draw(cells), data.draw(known)) for _ in range(rows)]
        return decimals(*(row for row, _ in drawn)), answers(*(row for _, row in drawn))

    left, left_known = matrix(n, d)
    right, right_known = matrix(d, m)
    terms = exactness.of_terms(
        left[:, :, None], left_known[:, :, None], right[None], right_known[None]
    )
    found = exactness.of_matrix_product(left, left_known, right, right_known)
    assert found.tolist() == terms.all(axis=1).tolist()


@pytest.mark.parametrize(
    ("base", "exponents", "value", "exact"),
    [
        (2, (3, 1), "0.125", True),
        (2, (3, 1), "0.126", False),
        (4, (1, 2), "0.5", True),
        (2, (1, 2), "0.7071", False),
        (10, (2, 1), "0.01", True),
        (2, (0, 1), "1", True),
        (2, (86, 1), str(Decimal(2) ** -60), False),
    ],
)
def test_inverse_powers(base: int, exponents: tuple[int, int], value: str, exact: bool) -> None:
    """base^(-above/below), by raising to below."""
    found = exactness.of_inverse_powers(Decimal(base), [exponents], decimals([value]))
    assert found.tolist() == [[exact]]


@pytest.mark.parametrize(
    ("weights", "warned", "measured"),
    [
        ([["0.5", "0.5000005"]], False, True),
        ([["0.5", "0.4999995"]], False, True),
        ([["0.5", "0.500002"]], True, False),
        ([["0.5", "0.499998"]], True, False),
        ([["0.5", "0.25"]], True, False),
        ([["1.5", "-0.5"]], False, False),
    ],
)
def test_doubles_add_up_to_one_within_a_millionth(
    weights: list[list[str]], warned: bool, measured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums of given weights in float64, in the warning and in what is measured of the row."""
    monkeypatch.setattr("attncalc.readers.fields.hand_sized", lambda *_: False)
    trace = attncalc.explain(attncalc.load({"weights": weights, "V": [["1"], ["2"]]}))
    assert any("add up to" in warning for warning in trace.warnings) == warned
    query = compare(trace, trace).queries[0]
    assert (query.left.entropy is not None) == measured


def test_sigmoid_of_doubles() -> None:
    """Of numbers of either kind it is the same, to what a double holds."""
    typed = np.array([Decimal("-2.5"), Decimal(0), Decimal(1)], dtype=object)
    with_digits = Known.given(typed)
    with arithmetic_of(exact_context([typed])):
        right = with_digits.logistic().values.astype(float)
    assert Known.given(typed.astype(float)).logistic().values == pytest.approx(right, abs=1e-15)
