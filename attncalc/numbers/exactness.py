"""Which entries of a stage are exact, so that `=` is only ever written where it is true.

Sums and products of exact decimals are exact, because the context they are taken in is wide
enough (arithmetic.exact_context). A quotient or a power is exact if undoing it gives back, to the
last digit, what it was made from; that is checked here and not assumed.
"""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import (
    TRANSCENDENTAL_DIGITS,
    Array,
    Exact,
    Typed,
    doubt_of,
    is_exact_kind,
    wider,
)

_LARGEST_CHECKED_POWER = 400


def everywhere(values: Array, exact: bool = True) -> Exact:
    """The same answer for every entry; float64 is never exact."""
    if not is_exact_kind(values):
        return np.broadcast_to(np.False_, values.shape)  # takes no memory
    return np.full(values.shape, exact)


def of_given(values: Array) -> Exact:
    """Where a given number is what was typed: no decimal is 1/3. float64 is never exact."""
    if not is_exact_kind(values):
        return everywhere(values)
    answers = [not doubt_of(value) for value in values.flat]
    return np.array(answers, dtype=bool).reshape(values.shape)


def of_quotient(numerators: Array, known: Exact, divisor: Any, quotients: Array) -> Exact:
    """Where numerator / divisor needed no rounding. divisor: √d_k, exact if rational.

    known: where the numerators are exact.
    """
    if not is_exact_kind(quotients):
        return everywhere(quotients)
    with decimal.localcontext(wider(decimal.getcontext())):
        same: Exact = np.asarray(quotients * divisor == numerators, dtype=bool)
        rational = divisor * divisor == (divisor * divisor).to_integral_value()
    zero: Exact = np.asarray(numerators == 0, dtype=bool)
    return known & ((same if rational else np.zeros_like(same)) | zero)


def of_powers(scores: Array, scores_exact: Exact, base: Any | None, powers: Array) -> Exact:
    """Where a power is exact: a masked score's 0, a zero's 1, and whole powers of a typed base."""
    if not is_exact_kind(powers):
        return everywhere(powers)
    base = None if doubt_of(base) else base
    answers = [
        exact and _power_is_exact(score, base, power)
        for score, exact, power in zip(scores.flat, scores_exact.flat, powers.flat, strict=True)
    ]
    return np.array(answers, dtype=bool).reshape(powers.shape)


def _power_is_exact(score: Decimal, base: Decimal | None, power: Decimal) -> bool:
    if score == 0 or score.is_infinite():
        return True
    if base is None or abs(score) > _LARGEST_CHECKED_POWER or score != score.to_integral_value():
        return False
    room = _noticing(3 * TRANSCENDENTAL_DIGITS)
    raised = room.power(base, abs(int(score)))
    undone = power == raised if score > 0 else room.multiply(power, raised) == 1
    return undone and not room.flags[decimal.Inexact]


def _noticing(digits: int) -> decimal.Context:
    """A context of so many digits, whose flag tells whether they were enough.

    A power of 60 digits is the inverse of one with 140 at most, which is 5^199.
    """
    return decimal.Context(
        prec=digits, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[decimal.InvalidOperation]
    )


def of_sums(powers: Array, powers_exact: Exact, sums: Array) -> Exact:
    """Where a row's sum is exact: 10^86 + 1 has more digits than are kept. (…, m) -> (…)"""
    if not is_exact_kind(sums):
        return everywhere(sums)
    answers: Exact = np.zeros(sums.shape, dtype=bool)
    for row in np.ndindex(sums.shape):
        total: Any = sums[row]
        answers[row] = (
            bool(powers_exact[row].all()) and total.is_finite() and _add_up_to(powers[row], total)
        )
    return answers


def _add_up_to(numbers: Array, total: Decimal) -> bool:
    """Whether a sum lost no digit; 10^3996 + 1 is not written out to find that it did."""
    room = _noticing(wider(decimal.getcontext()).prec)
    added = Decimal(0)
    for number in numbers:
        added = room.add(added, number)
    return added == total and not room.flags[decimal.Inexact]


def equal_rows(visible: Exact, scores: Array, known: Exact) -> Exact:
    """Rows whose visible scores are all exact and all the same. (…, n, m) -> (…, n)"""
    answers: Exact = np.zeros(scores.shape[:-1], dtype=bool)
    if not is_exact_kind(scores):
        return answers
    for row in np.ndindex(answers.shape):
        seen = scores[row][visible[row]]
        all_known = bool(known[row][visible[row]].all())
        answers[row] = len(set(seen)) == 1 and (all_known or _typed_alike(seen))
    return answers


def _typed_alike(numbers: Array) -> bool:
    """Whether equal decimals stand for equal numbers, though none of them is one: 1/3 and 2/6."""
    first = numbers[0]
    return isinstance(first, Typed) and all(
        isinstance(each, Typed)
        and (each.text == first.text if first.ratio is None else each.ratio == first.ratio)
        for each in numbers
    )


def adds_up_to_one(numbers: Array) -> bool:
    """Whether the sum of given decimals is 1; as far as can be told, where some are roots."""
    total, doubt = Fraction(0), Fraction(0)
    for number in numbers:
        ratio = number.ratio if isinstance(number, Typed) else None
        total += Fraction(number) if ratio is None else ratio
        doubt += 0 if ratio is not None else Fraction(doubt_of(number))
    return abs(total - 1) <= doubt


def of_weights(
    visible: Exact, equal: Exact, powers: Array, sums: Array, sums_exact: Exact, weights: Array
) -> Exact:
    """Where a weight is exact: from exact powers, or 1/k in a row of k equal scores.

    visible: which keys are not masked. equal: rows whose visible scores are known to be equal.
    A weight with more digits than powers have is not called exact: the context has room for the
    products of such numbers, not of longer ones.
    """
    if not is_exact_kind(weights):
        return everywhere(weights)
    answers: Exact = ~visible
    room = wider(decimal.getcontext())
    for row in np.ndindex(weights.shape[:-1]):
        if not (equal[row] or sums_exact[row]):
            continue
        shared: Any = sums[row] if sums_exact[row] else Decimal(int(visible[row].sum()))
        for key, weight in enumerate(weights[row]):
            if answers[row][key] or len(weight.as_tuple().digits) > TRANSCENDENTAL_DIGITS:
                continue
            given = powers[row][key] if sums_exact[row] else 1
            answers[row][key] = room.multiply(weight, shared) == given
    return answers


def of_capped(scores: Array, scores_exact: Exact) -> Exact:
    """Where c · tanh(s / c) is exact: only where it is 0."""
    return everywhere(scores) & scores_exact & np.equal(scores, 0)


def of_inverse_powers(base: Decimal, exponents: Sequence[tuple[int, int]], values: Array) -> Exact:
    """Where a value is base^(-above/below), and no rounding of it.

    One with as many digits as are kept is not called exact: to undo a root of a high degree would
    take millions of digits.
    """
    if not is_exact_kind(values):
        return everywhere(values)
    answers = [
        len(value.as_tuple().digits) < TRANSCENDENTAL_DIGITS
        and Fraction(value) ** below * Fraction(base) ** above == 1
        for value, (above, below) in zip(values.flat, exponents, strict=True)
    ]
    return np.array(answers, dtype=bool).reshape(values.shape)


def of_terms(left: Array, left_exact: Exact, right: Array, right_exact: Exact) -> Exact:
    """Where a product is exact: where both factors are, or either is 0."""
    if not is_exact_kind(left):
        return np.broadcast_to(np.False_, np.broadcast_shapes(left.shape, right.shape))
    nothing = (left_exact & np.equal(left, 0)) | (right_exact & np.equal(right, 0))
    terms: Exact = (left_exact & right_exact) | nothing
    return terms


def of_matrix_product(left: Array, left_exact: Exact, right: Array, right_exact: Exact) -> Exact:
    """Where Σ_d left_id · right_dj is exact: where every term is. (…, n, d), (…, d, m) -> (…, n, m)

    A term is not if one factor is rounded and the other is not 0, so two products count them.
    """
    if not is_exact_kind(left):
        rows, columns = left.shape[:-1], right.shape[-1]
        leading = np.broadcast_shapes(rows[:-1], right.shape[:-2])
        return np.broadcast_to(np.False_, (*leading, rows[-1], columns))
    left_zero, right_zero = left_exact & np.equal(left, 0), right_exact & np.equal(right, 0)
    rounded = _count(~left_exact) @ _count(~right_zero) + _count(~left_zero) @ _count(~right_exact)
    exact: Exact = rounded == 0
    return exact


def of_zeros(values: Array, known: Exact) -> Exact:
    """Where a value is exactly 0. known: where it is exact."""
    if not is_exact_kind(values):
        return everywhere(values)
    zeros: Exact = known & np.equal(values, 0)
    return zeros


def of_short_quotients(above: Array, known: Exact, below: Array, quotients: Array) -> Exact:
    """Where above / below needed no rounding, and has few digits. known: where both are exact.

    The context of a problem has room for products of short numbers that it was not made for.
    """
    if not is_exact_kind(quotients):
        return everywhere(quotients)
    room = wider(decimal.getcontext())
    answers = [
        exact
        and quotient.is_finite()
        and _is_short(quotient)
        and room.multiply(quotient, divisor) == number
        for number, exact, divisor, quotient in zip(
            above.flat, known.flat, below.flat, quotients.flat, strict=True
        )
    ]
    return np.array(answers, dtype=bool).reshape(quotients.shape)


def of_roots(squares: Array, known: Exact, roots: Array) -> Exact:
    """Where a root needed no rounding. known: where the squares are exact."""
    room = wider(decimal.getcontext())
    answers = [
        exact and room.multiply(root, root) == square
        for square, exact, root in zip(squares.flat, known.flat, roots.flat, strict=True)
    ]
    return np.array(answers, dtype=bool).reshape(roots.shape)


_FEW_DIGITS = TRANSCENDENTAL_DIGITS // 2
"""Two such numbers have a product that any problem's context has room for."""


def _is_short(number: Decimal) -> bool:
    """Whether a number has few digits, before its point and behind it together."""
    _, digits, exponent = number.normalize().as_tuple()
    assert isinstance(exponent, int)  # it is finite
    return max(0, -exponent) + max(0, len(digits) + exponent) <= _FEW_DIGITS


def _count(answers: Exact) -> Array:
    return answers.astype(np.int64)
