"""Two walkthroughs of the same tokens, compared: where they part, and how sharply each attends."""

from __future__ import annotations

import decimal
from collections.abc import Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np

from attncalc.errors import AttncalcError
from attncalc.names import STAGES
from attncalc.numbers import exactness, measures
from attncalc.numbers.arithmetic import (
    MOST_DIGITS,
    Array,
    Exact,
    decimals,
    is_exact_kind,
    like,
    transcendental_context,
)
from attncalc.numbers.known import Known
from attncalc.problem.problem import Problem
from attncalc.records import dataclass
from attncalc.steps.stages import ON_REQUEST
from attncalc.steps.trace import Stage, Trace

FLOAT_AGREEMENT = 1e-12
"""Numbers that agree to this share of their stage's largest are the same, if either is float64."""

DECIMAL_AGREEMENT = Decimal("1e-34")
"""The same of decimals that are not exact: so many digits of them are promised."""

_SUM_TOLERANCE = 1e-6
"""By how much given float64 weights may miss 1 and still be shares."""

_MOST_MORE_DIGITS = 2 * MOST_DIGITS
"""Digits of a difference: of any two typed numbers whose exponents are near each other."""

Side: TypeAlias = Literal["left", "right"]


class ComparisonError(AttncalcError):
    """Two problems of which no number has a counterpart; says what both have."""


@dataclass(frozen=True)
class Origin:
    """Where a side is from.

    number: which of the file's two problems, from 1; None where it has one. varied: the texts of
    the options that replaced the file's.
    """

    file: str
    number: int | None = None
    varied: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Difference:
    """right - left, entry by entry. exact: where it is exact, same shape.

    tolerance: differences up to this one may be the arithmetic's own.
    """

    values: Array
    exact: Exact
    tolerance: Any

    @cached_property
    def where(self) -> tuple[int, ...]:
        """The place of the largest difference."""
        place = np.unravel_index(int(np.argmax(_magnitudes(self.values))), self.values.shape)
        return tuple(map(int, place))

    @property
    def settled(self) -> Array:
        """The differences, without those that may be the arithmetic's own."""
        own = (_magnitudes(self.values) <= self.tolerance).astype(bool) & ~self.exact
        return np.where(own, like(self.values, 0), self.values)

    @property
    def largest(self) -> Any:
        """The size of the largest difference; infinite where one side hides what the other sees."""
        return _magnitudes(self.values)[self.where]

    @property
    def same(self) -> bool:
        """Whether the two sides agree everywhere."""
        return bool(self.largest <= self.tolerance)

    @property
    def below(self) -> int | None:
        """The power of 10 that two sides that agree differ by less than; None if by nothing."""
        if self.largest == 0:
            return None
        bound = transcendental_context().create_decimal(self.tolerance)
        return transcendental_context().multiply(bound, 2).adjusted() + 1


@dataclass(frozen=True, eq=False)
class StageComparison:
    """What became of one stage. only: the one side that has it.

    difference: None where only one side has it, or where its shapes differ.
    """

    only: Side | None
    difference: Difference | None

    @property
    def same(self) -> bool:
        """Whether both sides have it with the same numbers."""
        return self.difference is not None and self.difference.same


@dataclass(frozen=True)
class RowMeasures:
    """A row of attention weights in single numbers; see attncalc.numbers.measures.

    None where there is no such number: for given weights that are no shares of 1, and for the
    entropy of a row in which every key is masked.
    """

    entropy: Any | None
    effective_number: Any | None
    largest_weight: Any
    largest_derivative: Any | None


@dataclass(frozen=True, eq=False)
class QueryComparison:
    """One query of one head, from 0 (None: without heads).

    distance: of the two weighted sums Σ α v; None without values, or if their widths differ.
    """

    head: int | None
    query: int
    left: RowMeasures
    right: RowMeasures
    distance: Any | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """stages: those of either side, by name, in the order in which they are computed."""

    left: Trace
    right: Trace
    stages: dict[str, StageComparison]
    queries: tuple[QueryComparison, ...]

    @property
    def first_difference(self) -> str | None:
        """The first stage that is not the same on both sides; None if all are."""
        return next((name for name, stage in self.stages.items() if not stage.same), None)


def compare(
    left: Trace, right: Trace, queries: Sequence[int] = (), heads: Sequence[int] = ()
) -> Comparison:
    """Compare two traces of the same tokens.

    queries: the positions to be measured; those of the two problems if empty, or the first.
    heads: from 0; all of them if empty.
    Raises ComparisonError where tokens, their numbers or the numbers of heads differ.
    """
    _refuse_others(left.problem, right.problem)
    present = [name for name in STAGES if name in left or name in right]
    stages = {
        name: _stage(left.stages.get(name), right.stages.get(name))
        for name in present
        if name not in ON_REQUEST
    }
    chosen = queries or tuple(dict.fromkeys((*left.problem.queries, *right.problem.queries)))
    count = left.problem.heads
    of_heads: Sequence[int | None] = [None] if count is None else heads or range(count)
    measured = tuple(
        _query(view_of(left, head), view_of(right, head), query)
        for query in chosen or (0,)
        for head in of_heads
    )
    return Comparison(left, right, stages, measured)


def view_of(trace: Trace, head: int | None) -> Trace:
    """What a head sees; the trace itself where there are none."""
    return trace if head is None else trace.of_head(head)


def difference(left: Known, right: Known) -> Difference | None:
    """right - left, exact where both are; None if their shapes differ."""
    if left.values.shape != right.values.shape:
        return None
    exact = left.exact & right.exact
    if is_exact_kind(left.values) and is_exact_kind(right.values):
        values, whole = _subtracted(left.values, right.values)
        agreement = Decimal(0) if exact.all() else DECIMAL_AGREEMENT
        size = _size(left.values, right.values)
        exact = exact & whole | (_magnitudes(values) == Decimal("Infinity"))
        return Difference(values, exact, transcendental_context().multiply(agreement, size))
    a, b = left.values.astype(np.float64), right.values.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        values = np.where(a == b, 0.0, b - a)
    return Difference(values, exact, FLOAT_AGREEMENT * _size(a, b))


def _subtracted(left: Array, right: Array) -> tuple[Array, Exact]:
    """right - left, and where no digit of it was lost; never 0 unless they are equal.

    Not every digit there is: of 1 - e^-100000 there are 43,430.
    """
    room = transcendental_context(_MOST_MORE_DIGITS)
    values: list[Decimal] = []
    whole: list[bool] = []
    for a, b in zip(left.flat, right.flat, strict=True):
        room.clear_flags()
        values.append(Decimal(0) if a == b else room.subtract(b, a))
        whole.append(not room.flags[decimal.Inexact])
    return decimals(values, left.shape), np.array(whole, dtype=bool).reshape(left.shape)


def _refuse_others(left: Problem, right: Problem) -> None:
    """Problems whose numbers have no counterparts."""
    for name, of_left, of_right in (
        ("n", len(left.tokens), len(right.tokens)),
        ("m", len(left.key_tokens), len(right.key_tokens)),
        ("heads", left.heads or "none", right.heads or "none"),
    ):
        if of_left != of_right:
            raise ComparisonError(f"{name}={of_left} against {name}={of_right}")
    for kind, ours, theirs in (
        ("token", left.tokens, right.tokens),
        ("key token", left.key_tokens, right.key_tokens),
    ):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True), 1):
            if one != other:
                raise ComparisonError(f"{kind} #{number}: “{one}” against “{other}”")


def _stage(left: Stage | None, right: Stage | None) -> StageComparison:
    if left is None:
        return StageComparison("right", None)
    if right is None:
        return StageComparison("left", None)
    return StageComparison(None, difference(left, right))


def _query(left: Trace, right: Trace, query: int) -> QueryComparison:
    distance = None
    if left.attended in left and right.attended in right:
        a, b = left[left.attended][query], right[right.attended][query]
        if a.shape == b.shape:
            if not (is_exact_kind(a) and is_exact_kind(b)):
                a, b = a.astype(np.float64), b.astype(np.float64)
            with left.arithmetic():
                distance = measures.distance(a, b)
    return QueryComparison(
        left.head, query, _measured(left, query), _measured(right, query), distance
    )


def _measured(trace: Trace, query: int) -> RowMeasures:
    weights, options = trace.row("weights", query), trace.problem.attention
    with trace.arithmetic():
        largest, total = weights.max(), weights.sum()
        if trace.problem.weights is not None and not _are_shares(weights, total):
            return RowMeasures(None, None, largest, None)
        sunk = total * 0 if options.sink is None else 1 - total
        steepest = measures.largest_derivative(
            weights, sunk, None if options.base == "e" else options.base
        )
        if total == 0:
            return RowMeasures(None, None, largest, steepest)
        bits = measures.entropy(weights, sunk)
        return RowMeasures(bits, measures.effective_number(bits), largest, steepest)


def _are_shares(weights: Array, total: Any) -> bool:
    if is_exact_kind(weights):
        whole = exactness.adds_up_to_one(weights)
    else:
        whole = bool(abs(total - 1) <= _SUM_TOLERANCE)
    return whole and all(weight >= 0 for weight in weights)


def _magnitudes(values: Array) -> Array:
    """The size of each number, in full: abs would round a decimal."""
    if not is_exact_kind(values):
        return np.abs(values)
    return decimals((value.copy_abs() for value in values.flat), values.shape)


def _size(left: Array, right: Array) -> Any:
    """The largest finite number of both, without its sign."""
    both = np.concatenate([_magnitudes(left).ravel(), _magnitudes(right).ravel()])
    return both[both < like(both, "Infinity")].max(initial=like(both, 0))
