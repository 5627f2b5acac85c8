"""The angles that positions are turned by, and their cosines and sines.

Every function takes positions from 0 and returns float64 or decimals, whichever is asked for by
an array of that kind.

    θ = pos · base^(-2t/d)        Vaswani et al., 2017, section 3.5
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np

from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import Array, Exact, decimals, is_exact_kind
from attncalc.numbers.functions import inverse_power, of_each
from attncalc.numbers.known import Known
from attncalc.numbers.operations import Operations
from attncalc.records import dataclass
from attncalc.steps.roundoff import OF_A_FUNCTION, Roundoff
from attncalc.steps.trace import Stage


def frequencies(base: Decimal, dims: int, kind: Array) -> Array:
    """base^(-2t/dims), the angle from one position to the next, a pair each. (⌈dims/2⌉,)"""
    pairs = -(-dims // 2)
    if not is_exact_kind(kind):
        slower: Array = float(base) ** (-2.0 * np.arange(pairs) / dims)
        return slower
    return decimals((inverse_power(base, 2 * pair, dims) for pair in range(pairs)), (pairs,))


@dataclass(frozen=True, eq=False)
class Angles:
    """pos · base^(-2t/dims) of some positions, their cosines and sines: each (n, pairs).

    exact: where an angle is exact. A cosine or sine is only where the angle is 0.
    """

    places: Sequence[int]
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


def angles_at(places: Sequence[int], base: Decimal, dims: int, kind: Array) -> Angles:
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
    return Angles(places, angle, exact, of_each("cos", angle), of_each("sin", angle))


def turning(angles: Angles, side: str = "") -> Iterator[Stage]:
    """Angles, their cosines and their sines, of the queries or of another side."""
    yield Stage.of(f"{side}angles", Known(angles.angle, angles.exact))
    yield Stage.of(f"{side}cosines", Known(angles.cosine, angles.still))
    yield Stage.of(f"{side}sines", Known(angles.sine, angles.still))


def count_angles(places: int, dims: int) -> Operations:
    """pos · base^(-2t/dims), its sine and its cosine, for each position and pair."""
    pairs = -(-dims // 2)
    return Operations(
        multiplications=places * pairs, powers=pairs, sines_and_cosines=2 * places * pairs
    )


def floor_of_turns(roundoff: Roundoff, size: Array) -> Array:
    """Of cosines and sines of angles up to each row's position, times these sizes."""
    problem, rows = roundoff.problem, size.shape[-2]
    place = np.arange(rows)[:, None] + problem.past_length
    if problem.has_position_ids:
        place = np.full((rows, 1), max((*problem.query_places, *problem.key_places)))
    roundings = OF_A_FUNCTION * (roundoff.unit + roundoff.unit_of_sums * (1 + place))
    return roundings * np.maximum(size, 1) + roundoff.smallest
