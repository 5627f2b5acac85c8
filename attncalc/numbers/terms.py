"""A formula kept as a tree, to be worked out later with numbers that are not there yet.

What somebody went on from is known only when it is handed in. A tree is worked out in intervals
then, of many people at once (`worked_out`), or by the script of a page, which has it as a list
(`written`). Both do the same in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, reduce
from typing import Any, TypeAlias, assert_never

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.intervals import Interval
from attncalc.records import dataclass

Entry: TypeAlias = tuple[str, tuple[int, ...]]
"""A stage and an index in it."""

Bounds: TypeAlias = tuple[Array, Array]
"""The lower and the upper ends of intervals, in float64: one a person."""

SLACK = 1e-12
"""By how much of its size each end is moved outward, for what float64 rounds."""


class Node:
    """What every term has."""

    @property
    def parts(self) -> tuple[Term, ...]:
        """The terms that it is made of."""
        return ()

    @cached_property
    def awaited(self) -> frozenset[Entry]:
        """The numbers that are not there yet."""
        return frozenset[Entry]().union(*(part.awaited for part in self.parts))


@dataclass(frozen=True, eq=False)
class Constant(Node):
    """A number that is known, anywhere from low to high; both -inf for a hidden score."""

    low: float
    high: float

    @classmethod
    def of(cls, value: Interval) -> Constant:
        """The same interval in doubles, with nothing of it left out."""
        low, high = float(value.low), float(value.high)
        if Decimal(low) > value.low:
            low = float(np.nextafter(low, -np.inf))
        if Decimal(high) < value.high:
            high = float(np.nextafter(high, np.inf))
        return Constant(low, high)


@dataclass(frozen=True, eq=False)
class Awaited(Node):
    """A number that is not there yet."""

    entry: Entry

    @cached_property
    def awaited(self) -> frozenset[Entry]:
        return frozenset([self.entry])


@dataclass(frozen=True, eq=False)
class Sum(Node):
    terms: tuple[Term, ...]

    @property
    def parts(self) -> tuple[Term, ...]:
        return self.terms


@dataclass(frozen=True, eq=False)
class Product(Node):
    left: Term
    right: Term

    @property
    def parts(self) -> tuple[Term, ...]:
        return self.left, self.right


@dataclass(frozen=True, eq=False)
class Quotient(Node):
    """0 where both are 0."""

    above: Term
    below: Term

    @property
    def parts(self) -> tuple[Term, ...]:
        return self.above, self.below


@dataclass(frozen=True, eq=False)
class Share(Node):
    """own / (own + others), of what is not negative: own stands in it once."""

    own: Term
    others: Term

    @property
    def parts(self) -> tuple[Term, ...]:
        return self.own, self.others


@dataclass(frozen=True, eq=False)
class Power(Node):
    """base to the exponent; e for None."""

    base: float | None
    exponent: Term

    @property
    def parts(self) -> tuple[Term, ...]:
        return (self.exponent,)


@dataclass(frozen=True, eq=False)
class Root(Node):
    """√ of what of it is not negative."""

    square: Term

    @property
    def parts(self) -> tuple[Term, ...]:
        return (self.square,)


@dataclass(frozen=True, eq=False)
class Tanh(Node):
    of: Term

    @property
    def parts(self) -> tuple[Term, ...]:
        return (self.of,)


@dataclass(frozen=True, eq=False)
class Logistic(Node):
    """σ(x) = 1 / (1 + e^(-x))"""

    of: Term

    @property
    def parts(self) -> tuple[Term, ...]:
        return (self.of,)


@dataclass(frozen=True, eq=False)
class Rounded(Node):
    """A number that may have been rounded on the way, to as many decimals as are asked for."""

    of: Term

    @property
    def parts(self) -> tuple[Term, ...]:
        return (self.of,)


@dataclass(frozen=True, eq=False)
class Largest(Node):
    """The largest of some numbers."""

    of: tuple[Term, ...]

    @property
    def parts(self) -> tuple[Term, ...]:
        return self.of


@dataclass(frozen=True, eq=False)
class Either(Node):
    """A number that can be come by in more than one way."""

    ways: tuple[Term, ...]

    @property
    def parts(self) -> tuple[Term, ...]:
        return self.ways


Operation: TypeAlias = (
    Sum | Product | Quotient | Share | Power | Root | Tanh | Logistic | Largest | Either
)

Term: TypeAlias = Constant | Awaited | Rounded | Operation

ZERO = Constant(0.0, 0.0)
ONE = Constant(1.0, 1.0)
HIDDEN = Constant(float("-inf"), float("-inf"))


def dot(left: Sequence[Term], right: Sequence[Term]) -> Term:
    """Σ left × right."""
    return Sum(tuple(Product(*pair) for pair in zip(left, right, strict=True)))


def negated(term: Term) -> Term:
    """The same with the other sign."""
    return Product(Constant(-1.0, -1.0), term)


def worked_out(term: Term, given: Mapping[Entry, Bounds], half: float) -> Bounds:
    """Every value that a formula may have, with numbers that may be anywhere in their intervals.

    given: the numbers that were awaited. half: a unit of the last place that is asked for, by two.
    """
    return WorkingOut(given, half).bounds(term)


class WorkingOut:
    """Several formulas with the same numbers; what they have in common is worked out once."""

    def __init__(self, given: Mapping[Entry, Bounds], half: float) -> None:
        self._given, self._half = given, half
        self._found: dict[int, tuple[Term, Bounds]] = {}

    def bounds(self, term: Term) -> Bounds:
        """As worked_out."""
        with np.errstate(all="ignore"):
            return self._bounds(term)

    def _bounds(self, term: Term) -> Bounds:
        # The term is kept too, so that no other one gets its id.
        if id(term) not in self._found:
            self._found[id(term)] = term, self._made(term)
        return self._found[id(term)][1]

    def _made(self, term: Term) -> Bounds:
        match term:
            case Constant(low, high):
                return np.asarray(low), np.asarray(high)
            case Awaited(entry):
                return self._given[entry]
            case Rounded(of):
                least, most = self._bounds(of)
                return least - self._half, most + self._half
            case _:
                return _outward(*_combined(term, [self._bounds(part) for part in term.parts]))


def _combined(term: Operation, parts: Sequence[Bounds]) -> Bounds:
    match term:
        case Sum():
            return _total([low for low, _ in parts]), _total([high for _, high in parts])
        case Largest():
            return _extreme(np.maximum, (low for low, _ in parts)), _highest(parts)
        case Either():
            return _extreme(np.minimum, (low for low, _ in parts)), _highest(parts)
        case Product():
            return _product(*parts)
        case Quotient():
            return _quotient(*parts)
        case Share():
            (own_low, own_high), (low, high) = (_not_negative(part) for part in parts)
            return _share(own_low, high), _share(own_high, low)
        case Power(base):
            return _function(lambda x: np.exp(x) if base is None else np.power(base, x), parts)
        case Root():
            return _function(np.sqrt, [_not_negative(part) for part in parts])
        case Tanh():
            return _function(np.tanh, parts)
        case Logistic():
            return _function(lambda x: 1 / (1 + np.exp(-x)), parts)
        case other:
            assert_never(other)


def _total(terms: Sequence[Array]) -> Array:
    """From the first term on, as a script adds them."""
    total: Array = np.asarray(0.0)
    for term in terms:
        total = np.add(total, term)
    return total


def _highest(parts: Sequence[Bounds]) -> Array:
    return _extreme(np.maximum, (high for _, high in parts))


def _extreme(of_two: np.ufunc, ends: Iterable[Array]) -> Array:
    """Of ends of which some are the same for everybody."""
    extreme: Array = reduce(of_two, ends)
    return extreme


def _function(rising: Any, parts: Sequence[Bounds]) -> Bounds:
    ((low, high),) = parts
    return rising(low), rising(high)


def _not_negative(bounds: Bounds) -> Bounds:
    return np.maximum(bounds[0], 0.0), np.maximum(bounds[1], 0.0)


def _product(left: Bounds, right: Bounds) -> Bounds:
    # 0 × ∞ is 0: whatever is hidden has no share in a sum.
    ends = [_times(one, other) for one in left for other in right]
    return _extreme(np.minimum, ends), _extreme(np.maximum, ends)


def _times(one: Array, other: Array) -> Array:
    return np.where((one == 0) | (other == 0), 0.0, one * other)


def _quotient(above: Bounds, below: Bounds) -> Bounds:
    ends = [one / other for one in above for other in below]
    nothing = (above[0] == 0) & (above[1] == 0) & (below[0] == 0) & (below[1] == 0)
    anything = (below[0] <= 0) & (below[1] >= 0)
    low = np.where(anything, -np.inf, _extreme(np.minimum, ends))
    high = np.where(anything, np.inf, _extreme(np.maximum, ends))
    return np.where(nothing, 0.0, low), np.where(nothing, 0.0, high)


def _share(own: Array, others: Array) -> Array:
    whole = own + others
    return np.where(own == 0, 0.0, own / np.where(whole == 0, 1.0, whole))


def _outward(low: Array, high: Array) -> Bounds:
    """A little wider; what is no number says nothing."""
    unclear = np.isnan(low) | np.isnan(high)
    low = np.where(np.isinf(low), low, low - np.abs(low) * SLACK)
    high = np.where(np.isinf(high), high, high + np.abs(high) * SLACK)
    return np.where(unclear, -np.inf, low), np.where(unclear, np.inf, high)


_WRITTEN: dict[type[Node], str] = {
    Sum: "+",
    Product: "*",
    Quotient: "/",
    Share: "share",
    Root: "sqrt",
    Tanh: "tanh",
    Logistic: "sigmoid",
    Rounded: "~",
    Largest: "max",
    Either: "either",
}


def written(term: Term, places: Mapping[Entry, int]) -> Any:
    """A formula as a list, its operation first: ["/", ["#", 0], [1.999, 2.001]].

    A constant is [low, high], a number that is awaited ["#", its place]; ["^", base, exponent] has
    null for e. Infinities are the texts "-inf" and "inf".
    """
    match term:
        case Constant(low, high):
            return [_number(low), _number(high)]
        case Awaited(entry):
            return ["#", places[entry]]
        case Power(base, exponent):
            return ["^", base, written(exponent, places)]
        case _:
            return [_WRITTEN[type(term)], *(written(part, places) for part in term.parts)]


def _number(value: float) -> float | str:
    return value if np.isfinite(value) else f"{value}"
