"""What values a number of a stage may have, given what its operands may be.

The rules are those of attention.py, for one entry at a time and in intervals. Where a row's own
operands may be anywhere in their intervals, each stage's bounds are exact; from stage to stage
they are safe, and may be wider than need be, because an operand that stands in two places is taken
to vary in each on its own.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from attncalc.checking import intervals
from attncalc.checking.intervals import HIDDEN, Interval
from attncalc.claims import Claim, has_point, unit_of
from attncalc.trace import Trace

Entry: TypeAlias = tuple[str, tuple[int, ...]]
"""A stage and an index in it."""

Operand: TypeAlias = Callable[[str, tuple[int, ...]], Interval]
Printed: TypeAlias = Callable[[str, int], bool]
"""Whether a row of a stage is printed."""

_HALF_AN_ULP = Decimal(2) ** -53
_TIGHT = Decimal("1e-12")
"""How far a score may be from known exactly, for a row's powers to be taken once for all of it."""

_SAME_DIGITS = Decimal("1e-12")


class _Row:
    """A row of scores, and their powers relative to the largest of them."""

    def __init__(self, base: Decimal | None, scores: list[Interval]) -> None:
        self.scores = scores
        self.powers = intervals.relative_powers(base, scores)
        self.tight = all(score.hidden or score.high - score.low <= _TIGHT for score in scores)
        self.shares = intervals.shares(self.powers) if self.tight else []


class Enclosures:
    """The values that entries of a trace's stages may have.

    inputs: rounded lets every number typed with a point be anywhere in its printed interval.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.problem = trace.problem
        self.rounded = trace.problem.inputs == "rounded"
        self.tolerance = trace.problem.claims.tolerance
        self.claims = {(claim.stage, claim.index): claim for claim in trace.problem.claims.numbers}
        self.claimed_stages = frozenset(trace.problem.claims.stages)
        self._printed_rows = {(claim.stage, claim.index[0]) for claim in self.claims.values()}
        self._computed: dict[Entry, Interval] = {}
        self._printed: dict[Entry, Interval] = {}
        self._rows: dict[tuple[bool, int], _Row] = {}

    def computed(self, stage: str, index: tuple[int, ...]) -> Interval:
        """What follows from the problem's inputs."""
        entry = (stage, index)
        if entry not in self._computed:
            self._computed[entry] = self._apply(stage, index, self.computed, _nothing_printed)
        return self._computed[entry]

    def reachable(self, stage: str, index: tuple[int, ...]) -> Interval:
        """What can be reached from the numbers that are printed of earlier stages."""
        return self._apply(stage, index, self._operand, self._has_row)

    def claimed(self, claim: Claim) -> Interval:
        """The values that a claim may be the print of, rounded in either way."""
        if claim.hidden:
            return HIDDEN
        return intervals.around(claim.value, intervals.total(claim.unit / 2, self.tolerance))

    def _has_row(self, stage: str, row: int) -> bool:
        """Whether anything is printed of a row of a stage."""
        return (stage, row) in self._printed_rows

    def _operand(self, stage: str, index: tuple[int, ...]) -> Interval:
        """What an operand may be that is taken from the source's own numbers.

        A printed one is anywhere in its interval. Where its stage is printed, but not this entry,
        it may be the computed value or what the numbers before it give: sources that write out
        one row have worked the others out one way or the other.
        """
        entry = (stage, index)
        if entry not in self._printed:
            if entry in self.claims and not self._printed_in_full(self.claims[entry]):
                value = self.claimed(self.claims[entry])
            elif entry in self.claims:
                value = self.computed(stage, index)
            else:
                value = self._apply(stage, index, self._operand, self._has_row)
                if stage in self.claimed_stages:
                    value = value.hull(self.computed(stage, index))
            self._printed[entry] = value
        return self._printed[entry]

    def _printed_in_full(self, claim: Claim) -> bool:
        """Whether a print is the computed value itself, to 12 digits, and so was not rounded."""
        if claim.hidden:
            return False
        value = self.computed(claim.stage, claim.index)
        if value.hidden or (self.rounded and value.low != value.high):
            return False
        return value.distance(claim.value) <= abs(claim.value) * _SAME_DIGITS

    def _apply(self, stage: str, index: tuple[int, ...], of: Operand, printed: Printed) -> Interval:
        """The stage's rule for one entry. printed: which rows its operands may be taken from."""
        given = getattr(self.problem, stage, None)
        if given is not None:
            return self._input(given[index])
        match stage:
            case "Q" | "K" | "V":
                return self._projected(stage, index, of)
            case "scores":
                (i, j), d_k = index, self.trace["Q"].shape[-1]
                return _dot((of("Q", (i, d)), of("K", (j, d))) for d in range(d_k))
            case "scaled_scores":
                return self._scaled(of("scores", index))
            case "masked_scores":
                return self._masked(index, of)
            case "exponentials":
                return intervals.power(self._base, of(self.trace.scored, index))
            case "sums":
                keys = range(self.trace["weights"].shape[-1])
                return intervals.add(of("exponentials", (*index, j)) for j in keys)
            case "weights":
                return self._weight(index, of, printed)
            case "weighted_values":
                i, j, c = index
                return intervals.multiply(of("weights", (i, j)), of("V", (j, c)))
            case "output" if "head_outputs" in self.trace:
                return self._output_projection(index, of)
            case _:
                return self._weighted_sum(index, of, printed)

    @property
    def _base(self) -> Decimal | None:
        base = self.problem.attention.base
        return None if base == "e" else base

    def _input(self, number: Any) -> Interval:
        """A number of the problem, anywhere in its printed interval if inputs are rounded."""
        if self.rounded and has_point(number):
            return intervals.around(number, unit_of(number) / 2)
        return _typed(number)

    def _projected(self, stage: str, index: tuple[int, ...], of: Operand) -> Interval:
        i, c = index
        side = "X_key" if self.problem.X_key is not None and stage != "Q" else "X"
        W, b = getattr(self.problem, f"W_{stage}"), getattr(self.problem, f"b_{stage}")
        if W is None:
            return of(side, index)
        product = _dot((of(side, (i, d)), self._input(W[d][c])) for d in range(W.shape[0]))
        return product if b is None else intervals.add((product, self._input(b[c])))

    def _scaled(self, score: Interval) -> Interval:
        scale, d_k = self.problem.attention.scale, self.problem.d_k
        if isinstance(scale, Decimal):
            return intervals.multiply(score, intervals.point(scale))
        assert d_k is not None
        return intervals.divide(score, intervals.root(d_k))

    def _masked(self, index: tuple[int, ...], of: Operand) -> Interval:
        if self.trace["masked_scores"][index] == Decimal("-Infinity"):
            return HIDDEN
        before = of(self.trace.stages["masked_scores"].made_of[0], index)
        bias = self.trace.bias
        if bias is None:
            return before
        return intervals.add((before, _typed(bias.values[index])))

    def _weight(self, index: tuple[int, ...], of: Operand, printed: Printed) -> Interval:
        i, j = index
        keys = range(self.trace["weights"].shape[-1])
        if printed("sums", i):
            return intervals.ratio(of("exponentials", index), of("sums", (i,)))
        if printed("exponentials", i):
            return intervals.share([of("exponentials", (i, each)) for each in keys], j)
        row = self._row(i, of)
        if row.tight:
            return row.shares[j]
        return intervals.softmax(self._base, row.scores, j)

    def _weighted_sum(self, index: tuple[int, ...], of: Operand, printed: Printed) -> Interval:
        i, c = index
        keys = range(self.trace["weights"].shape[-1])
        if printed("weighted_values", i):
            return intervals.add(of("weighted_values", (i, j, c)) for j in keys)
        values = [of("V", (j, c)) for j in keys]
        between = any(printed(stage, i) for stage in ("exponentials", "sums", "weights"))
        if self.problem.weights is not None or between:
            return _dot((of("weights", (i, j)), values[j]) for j in keys)
        return intervals.mean(self._row(i, of).powers, values)

    def _row(self, i: int, of: Operand) -> _Row:
        """The scores of a row, taken once."""
        known = (of == self.computed, i)
        if known not in self._rows:
            keys = range(self.trace["weights"].shape[-1])
            scores = [of(self.trace.scored, (i, j)) for j in keys]
            self._rows[known] = _Row(self._base, scores)
        return self._rows[known]

    def _output_projection(self, index: tuple[int, ...], of: Operand) -> Interval:
        i, c = index
        W, b = self.problem.W_O, self.problem.b_O
        assert W is not None
        product = _dot((of("head_outputs", (i, d)), self._input(W[d][c])) for d in range(len(W)))
        return product if b is None else intervals.add((product, self._input(b[c])))


def _dot(pairs: Any) -> Interval:
    """Σ left × right."""
    return intervals.add(intervals.multiply(left, right) for left, right in pairs)


def _typed(number: Any) -> Interval:
    """What was typed: a decimal, or what a double is nearest to, half a unit of its last place."""
    if isinstance(number, Decimal):
        return intervals.point(number)
    double = Decimal(float(number))
    return intervals.around(double, abs(double) * _HALF_AN_ULP)


def _nothing_printed(_stage: str, _row: int) -> bool:
    return False
