"""Where tokens stand: added to embeddings, turned into queries and keys, or taken off scores.

Every function takes positions from 0 and returns float64 or decimals, whichever is asked for by
an array of that kind. Sines and cosines of decimals are mpmath's, to 60 digits.

    PE(pos, 2t) = sin(pos / base^(2t/d)), PE(pos, 2t+1) = cos(the same)     Vaswani et al., 2017
    (a, b) → (a cos θ - b sin θ, a sin θ + b cos θ), θ = pos · base^(-2t/d)  Su et al., 2021
    s_ij - slope · |i - j|                                                   Press et al., 2022
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import (
    TRANSCENDENTAL_DIGITS,
    Array,
    Exact,
    decimals,
    is_exact_kind,
    transcendental_context,
)
from attncalc.problem.options import Pairing


def frequencies(base: Decimal, dims: int, kind: Array) -> Array:
    """base^(-2t/dims), the angle from one position to the next, a pair each. (⌈dims/2⌉,)"""
    pairs = -(-dims // 2)
    if not is_exact_kind(kind):
        slower: Array = float(base) ** (-2.0 * np.arange(pairs) / dims)
        return slower
    return decimals((_inverse_power(base, 2 * pair, dims) for pair in range(pairs)), (pairs,))


def _inverse_power(base: Decimal, above: int, below: int) -> Decimal:
    """base^(-above/below); without an error where that is a root that is a whole number."""
    context = transcendental_context()
    power = context.power(base, context.divide(Decimal(above), Decimal(below)))
    whole = power.to_integral_value()
    if context.power(whole, below) == context.power(base, above):
        power = whole
    return context.divide(Decimal(1), power)


@dataclass(frozen=True, eq=False)
class Angles:
    """pos · base^(-2t/dims) of some positions, their cosines and sines: each (n, pairs).

    exact: where an angle is exact. A cosine or sine is only where the angle is 0.
    """

    places: range
    angle: Array
    exact: Exact
    cosine: Array
    sine: Array

    @property
    def zero(self) -> Exact:
        """Where nothing is turned."""
        return np.asarray(self.angle == 0, dtype=bool)

    @property
    def still(self) -> Exact:
        """Where cosine and sine are exact: only those of 0."""
        return self.zero & is_exact_kind(self.angle)

    @property
    def turned(self) -> int:
        """How many entries are turned."""
        return 2 * int(self.angle.shape[-1])


def angles_at(places: range, base: Decimal, dims: int, kind: Array) -> Angles:
    """The angles of these positions, for vectors of which dims entries are paired."""
    frequency = frequencies(base, dims, kind)
    pairs = len(frequency)
    exponents = [(2 * pair, dims) for pair in range(pairs)]
    known = exactness.of_inverse_powers(base, exponents, frequency)
    one = Decimal(1) if is_exact_kind(kind) else 1.0
    column = np.array([place * one for place in places], frequency.dtype).reshape(-1, 1)
    angle = column * frequency
    exact = known | np.asarray((angle == 0) & is_exact_kind(kind), dtype=bool)
    if not is_exact_kind(kind):
        return Angles(places, angle, exact, np.cos(angle), np.sin(angle))
    return Angles(places, angle, exact, _of_each("cos", angle), _of_each("sin", angle))


def _of_each(function: str, angle: Array) -> Array:
    import mpmath  # only where there are positions: importing it takes as long as yaml

    digits = TRANSCENDENTAL_DIGITS + max(max((x.adjusted() for x in angle.flat), default=0), 0)
    with mpmath.workdps(digits + 10):
        results = [
            Decimal(mpmath.nstr(getattr(mpmath, function)(mpmath.mpf(str(x))), digits))
            for x in angle.flat
        ]
    return decimals(results, angle.shape)


def sinusoidal(angles: Angles, d_model: int) -> Array:
    """The table that is added to embeddings: sines in even columns, cosines in odd. (n, d_model)"""
    beside = np.stack([angles.sine, angles.cosine], axis=-1)  # (n, pairs, 2)
    return beside.reshape(len(beside), -1)[:, :d_model]


def turned_pairs(dims: int, pairing: Pairing) -> tuple[Any, Any]:
    """Which entries are turned together: the first and the second of each pair."""
    if pairing == "interleaved":
        return slice(0, dims, 2), slice(1, dims, 2)
    return slice(0, dims // 2), slice(dims // 2, dims)


def rotated(vectors: Array, angles: Angles, pairing: Pairing) -> Array:
    """Each pair of entries turned by its position's angle; further entries as they are.

    vectors: (…, n, d).
    """
    first, second = turned_pairs(angles.turned, pairing)
    a, b = vectors[..., first], vectors[..., second]
    turned = vectors.copy()
    turned[..., first] = a * angles.cosine - b * angles.sine
    turned[..., second] = a * angles.sine + b * angles.cosine
    return turned


def rotated_exact(vectors: Array, known: Exact, angles: Angles, pairing: Pairing) -> Exact:
    """Which entries of rotated vectors are exact. known: which were before."""
    first, second = turned_pairs(angles.turned, pairing)
    pairs = [(vectors[..., at], known[..., at]) for at in (first, second)]
    cosine, sine = (angles.cosine, angles.still), (angles.sine, angles.still)
    exact = known.copy()
    terms = exactness.of_terms
    exact[..., first] = terms(*pairs[0], *cosine) & terms(*pairs[1], *sine)
    exact[..., second] = terms(*pairs[0], *sine) & terms(*pairs[1], *cosine)
    return exact


def alibi_exponents(heads: int) -> list[tuple[int, int]]:
    """For each head the fraction e of its slope 2^(-e), as numerator and denominator.

    8k/h for h a power of two; otherwise those of the next smaller power of two, and between them
    every second one of the next larger, as Press et al. do.
    """
    nearest = 1 << (heads.bit_length() - 1)
    exponents = [(8 * k, nearest) for k in range(1, nearest + 1)]
    return exponents + [(8 * k, 2 * nearest) for k in range(1, 2 * nearest, 2)][: heads - nearest]


def alibi_slopes(heads: int, kind: Array) -> Array:
    """The slope of each head, 2^(-8/h), 2^(-16/h), … (h,)"""
    exponents = alibi_exponents(heads)
    if not is_exact_kind(kind):
        return np.array([2.0 ** (-above / below) for above, below in exponents])
    return decimals((_inverse_power(Decimal(2), *each) for each in exponents), (heads,))


def distances(n: int, m: int, past: int) -> Array:
    """|i - j|, the number of tokens between query and key, with queries after the past. (n, m)"""
    apart: Array = np.abs(np.arange(past, past + n)[:, None] - np.arange(m))
    return apart


def alibi_bias(slopes: Array, distance: Array) -> Array:
    """-slope · |i - j|. (h,) and (n, m) -> (h, n, m)"""
    if is_exact_kind(slopes):
        distance = decimals(map(Decimal, distance.ravel().tolist()), distance.shape)
    bias: Array = -slopes[:, None, None] * distance
    return bias
