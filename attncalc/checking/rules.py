"""The rules of the steps, for one entry at a time and in intervals.

Where a row's own operands may be anywhere in their intervals, each stage's bounds are exact; from
stage to stage they are safe, and may be wider than need be, because an operand that stands in two
places is taken to vary in each on its own. An index has its head in front where there are heads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias, assert_never

import numpy as np

from attncalc.numbers import intervals, transcendental
from attncalc.numbers.arithmetic import Typed
from attncalc.numbers.intervals import HIDDEN, ONE, ZERO, Interval
from attncalc.numbers.rounding import moved, rounded
from attncalc.problem import heads
from attncalc.problem.claims import has_point, unit_of
from attncalc.problem.options import Rotary, Sinusoidal, Window
from attncalc.problem.problem import Problem
from attncalc.steps.bias import alibi_exponents
from attncalc.steps.conventions import BITS, Blind, Reading, Shift
from attncalc.steps.rows import RoundedRow, Row, below_the_largest, largest, less, rounded_shares
from attncalc.steps.trace import Trace

Index: TypeAlias = tuple[int, ...]

_HALF_AN_ULP = Decimal(2) ** -53


@dataclass(frozen=True, eq=False)
class Operands:
    """Where a rule takes its operands from.

    of: what an entry of a stage may be. printed: whether anything is printed of a row of a stage,
    so that it is taken from there. reading: how a row is read. decimals: those that numbers are
    rounded to on the way, or more of them; None where they are not. rows, rounded_rows: those of
    scores that were taken already; shifted: those less what is subtracted from them; vectors: of
    queries and keys.
    """

    of: Callable[[str, Index], Interval]
    printed: Callable[[str, Index], bool]
    reading: Callable[[Index], Reading]
    decimals: int | None = None
    rows: dict[Index, Row] = field(default_factory=dict)
    rounded_rows: dict[Index, RoundedRow] = field(default_factory=dict)
    shifted: dict[Index, list[Interval]] = field(default_factory=dict)
    vectors: dict[tuple[str, Index], list[Interval]] = field(default_factory=dict)

    def vector(self, stage: str, row: Index, width: int) -> list[Interval]:
        """A row of a stage before the scores; it is taken once."""
        vector = self.vectors.get((stage, row))
        if vector is None:
            vector = [self.of(stage, (*row, place)) for place in range(width)]
            self.vectors[stage, row] = vector
        return vector

    def on_the_way(self, value: Interval) -> Interval:
        """A number that is worked on with, and is no entry of a stage."""
        return value if self.decimals is None else rounded(value, self.decimals)

    def forget(self, row: Index) -> None:
        """A row is read in another way."""
        self.rows.pop(row, None)
        self.rounded_rows.pop(row, None)
        self.shifted.pop(row, None)


class Rules:
    """What an entry of a stage may be, given what its operands may be.

    inputs: rounded lets every number typed with a point be anywhere in its printed interval.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.problem = trace.problem
        self._rounded = trace.problem.inputs == "rounded"
        self._past = trace.problem.past_length
        self._keys = range(len(trace.problem.key_tokens))
        base = trace.problem.attention.base
        self._base = None if base == "e" else base
        vectors = {name: trace.problem.by_head(name) for name in ("Q", "K", "V")}
        projections = {
            name: (trace.problem.by_head(f"W_{name}"), trace.problem.by_head(f"b_{name}"))
            for name in vectors
        }
        self._vectors, self._projections = vectors, projections
        self._cached = {name: trace.problem.past_by_head(name) for name in ("K", "V")}
        self._rules: dict[str, Callable[[str, Index, Operands], Interval]] = {
            "X": self._given,
            "X_key": self._given,
            "positions": self._position,
            "X_positioned": self._positioned,
            "Q": self._vector,
            "K": self._vector,
            "V": self._vector,
            "Q_rotated": self._rotated,
            "K_rotated": self._rotated,
            "scores": self._score,
            "scaled_scores": self._scaled,
            "capped_scores": self._capped,
            "masked_scores": self._masked,
            "exponentials": self._power,
            "sums": self._sum,
            "weights": self._weight,
            "weighted_values": self._term,
            "head_outputs": self._weighted_sum,
            "concatenated": self._concatenated,
            "output": self._output if trace.attended == "head_outputs" else self._weighted_sum,
        }

    def enclosure(self, stage: str, index: Index, operands: Operands) -> Interval:
        """The values that an entry may have with these operands."""
        return self._rules[stage](stage, index, operands)

    def works_out(self, stage: str) -> bool:
        """Whether a stage is worked out, rather than given or the same numbers as before."""
        if stage == "positions":
            return not isinstance(self.problem.attention.positions, np.ndarray)
        if stage in self._vectors:
            return self._projections[stage][0] is not None
        given = {"X", "X_key", "scores", "weights"} & self.problem.arrays().keys()
        return stage not in given

    def is_worked_with(self, stage: str) -> bool:
        """Whether anything on the way to a stage is worked out itself."""
        if stage in ("Q", "K", "V"):
            return self.works_out(stage)
        if stage != "scores" or self.problem.scores is not None:
            return self.works_out(stage)
        turned = self.trace.asking != "Q"
        return turned or self.works_out("Q") or self.works_out("K")

    # What is given.

    def _input(self, number: Any) -> Interval:
        """A number of the problem, anywhere in its printed interval if inputs are rounded."""
        if self._rounded and has_point(number):
            return intervals.around(number, unit_of(number) / 2)
        return _typed(number)

    def _given(self, stage: str, index: Index, _: Operands) -> Interval:
        return self._input(getattr(self.problem, stage)[index])

    def _position(self, _stage: str, index: Index, _: Operands) -> Interval:
        where: Any = self.problem.attention.positions
        if not isinstance(where, Sinusoidal):
            return self._input(where[index])
        (i, c), d_model = index, self.trace["positions"].shape[-1]
        cosine, sine = transcendental.turn(self._past + i, where.base, 2 * (c // 2), d_model)
        return cosine if c % 2 else sine

    def _positioned(self, _: str, index: Index, operands: Operands) -> Interval:
        return intervals.add((operands.of("X", index), operands.of("positions", index)))

    # Vectors.

    def _vector(self, stage: str, index: Index, operands: Operands) -> Interval:
        *head, j, c = index
        if stage != "Q":
            cached = self._cached[stage]
            if cached is not None and j < self._past:
                return self._input(cached[index])
            j -= self._past
        given = self._vectors[stage]
        if given is not None:
            return self._input(given[*head, j, c])
        side = "X_positioned" if self.problem.adds_positions else "X"
        side = "X_key" if self.problem.X_key is not None and stage != "Q" else side
        W, b = self._projections[stage]
        if W is None:
            width = self.trace[stage].shape[-1]
            return operands.of(side, (j, (head[0] if head else 0) * width + c))
        W = W[tuple(head)]
        product = intervals.dot(
            (operands.of(side, (j, d)), self._input(W[d, c])) for d in range(len(W))
        )
        return product if b is None else intervals.add((product, self._input(b[*head, c])))

    def _rotated(self, stage: str, index: Index, operands: Operands) -> Interval:
        """One entry of a pair: a cos θ - b sin θ, or a sin θ + b cos θ."""
        rotary, name = self.problem.attention.positions, stage[0]
        assert isinstance(rotary, Rotary)
        *head, i, c = index
        dims = rotary.dims or self.trace[name].shape[-1]
        own = operands.of(name, index)
        if c >= dims or (name == "K" and i < self._past):
            return own
        interleaved = rotary.pairing == "interleaved"
        pair, second = (c // 2, c % 2) if interleaved else (c % (dims // 2), c // (dims // 2))
        apart = 1 if interleaved else dims // 2
        other = operands.of(name, (*head, i, c - apart if second else c + apart))
        position = i if name == "K" else self._past + i
        turn = transcendental.turn(position, rotary.base, 2 * pair, dims)
        cosine, sine = map(operands.on_the_way, turn)
        sine = sine if second else sine.negated()
        return intervals.dot(((own, cosine), (other, sine)))

    # Scores.

    def _score(self, _: str, index: Index, operands: Operands) -> Interval:
        if self.problem.scores is not None:
            return self._input(self.problem.scores[index])
        *head, i, j = index
        asking, answering, group = (
            self.trace.asking,
            self.trace.answering,
            group_of(self.problem, head),
        )
        width = self.trace["Q"].shape[-1]
        query = operands.vector(asking, (*head, i), width)
        key = operands.vector(answering, (*group, j), width)
        return intervals.dot(zip(query, key, strict=True))

    def _before(self, stage: str, index: Index, operands: Operands) -> Interval:
        """The entry of the stage of the scores that this one is made of."""
        return operands.of(self.trace.stages[stage].made_of[0], index)

    def _scaled(self, stage: str, index: Index, operands: Operands) -> Interval:
        score = self._before(stage, index, operands)
        scale, d_k = self.problem.attention.scale, self.problem.d_k
        if isinstance(scale, Decimal):
            factor = _typed(scale)
            if operands.decimals is None or not (isinstance(scale, Typed) and scale.quotient):
                return intervals.multiply(score, factor)
            divisor = intervals.divide(ONE, factor)
        else:
            assert d_k is not None
            divisor = intervals.root(d_k)
            if operands.decimals is None:
                return intervals.divide(score, divisor)
        # Divided by the root, or multiplied by its inverse; each may have been rounded.
        inverse = intervals.divide(ONE, operands.on_the_way(divisor))
        return intervals.multiply(score, operands.on_the_way(inverse))

    def _capped(self, stage: str, index: Index, operands: Operands) -> Interval:
        cap = self.problem.attention.softcap
        assert cap is not None
        score = self._before(stage, index, operands)
        if operands.decimals is None:
            return transcendental.capped(score, cap)
        limit = intervals.typed(cap)
        part = operands.on_the_way(intervals.divide(score, limit))
        share = transcendental.capped(part, Decimal(1))
        return intervals.multiply(limit, operands.on_the_way(share))

    def _masked(self, stage: str, index: Index, operands: Operands) -> Interval:
        bias = self._bias(index, operands)
        if bias.hidden or not self.sees(index):
            return HIDDEN
        return intervals.add((self._before(stage, index, operands), bias))

    def unmasked(self, index: Index, operands: Operands) -> Interval:
        """A masked score as it would be if nothing hid it."""
        bias = self._bias(index, operands)
        score = self._before("masked_scores", index, operands)
        return score if bias.hidden else intervals.add((score, bias))

    def sees(self, index: Index) -> bool:
        """Whether the query may attend to the key."""
        mask = self.problem.attention.mask
        if isinstance(mask, np.ndarray):
            return bool(mask[index[-mask.ndim :]])
        back = self._past + index[-2] - index[-1]
        if isinstance(mask, Window):
            return 0 <= back < mask.width
        return mask == "none" or back >= 0

    def _bias(self, index: Index, operands: Operands) -> Interval:
        """What is added to a score; hidden for -inf."""
        bias = self.problem.attention.bias
        if bias is None:
            return ZERO
        if isinstance(bias, np.ndarray):
            added = bias[index[-bias.ndim :]]
            return HIDDEN if added == -intervals.INFINITY else _typed(added)
        *head, i, j = index
        slope = operands.on_the_way(self._slopes[head[0] if head else 0])
        return intervals.multiply(slope, intervals.point(Decimal(-abs(self._past + i - j))))

    @cached_property
    def _slopes(self) -> list[Interval]:
        exponents = alibi_exponents(self.problem.heads or 1)
        return [transcendental.slope(*exponent) for exponent in exponents]

    # The softmax.

    def _scored(self, index: Index, operands: Operands) -> Interval:
        """A score that goes into the softmax, as its row is read."""
        blind = operands.reading(index[:-1]).blind
        if blind is Blind.EQUAL:
            return ZERO
        if blind is Blind.UNMASKED:
            return self.unmasked(index, operands)
        score = operands.of(self.trace.scored, index)
        return score if blind is Blind.COMPUTED else intervals.in_bits(score, BITS[blind])

    def _shifted(self, row: Index, operands: Operands) -> list[Interval]:
        """The scores of a row, and the sink, less what the row's reading subtracts first."""
        if row not in operands.shifted:
            operands.shifted[row] = self._less_the_largest(row, operands)
        return operands.shifted[row]

    def _less_the_largest(self, row: Index, operands: Operands) -> list[Interval]:
        scores, m = self._row(row, operands).scores, len(self._keys)
        match operands.reading(row).shift:
            case Shift.NOTHING:
                return scores
            case Shift.ROW:
                # The sink takes no part, and may be above the largest score.
                sink = [less(score, largest(scores[:m])) for score in scores[m:]]
                return [*below_the_largest(scores[:m]), *sink]
            case Shift.SINK:
                return below_the_largest(scores)
            case Shift.MATRIX:
                rows = range(len(self.problem.tokens))
                tops = [largest(self._row((*row[:-1], i), operands).scores[:m]) for i in rows]
                return [less(score, largest(tops)) for score in scores]
            case other:
                assert_never(other)

    def _power(self, _: str, index: Index, operands: Operands) -> Interval:
        *place, j = index
        row = tuple(place)
        if operands.reading(row).shift is Shift.NOTHING:
            return intervals.power(self._base, self._scored(index, operands))
        return intervals.power(self._base, self._shifted(row, operands)[j])

    def _sum(self, _: str, index: Index, operands: Operands) -> Interval:
        return intervals.add(operands.of("exponentials", (*index, j)) for j in self._keys)

    def _weight(self, _: str, index: Index, operands: Operands) -> Interval:
        if self.problem.weights is not None:
            return self._input(self.problem.weights[index])
        *place, j = index
        row = tuple(place)
        if operands.printed("sums", row):
            whole = operands.of("sums", row).not_negative()
            if sink := self._power_of_sink(row, operands):
                whole = operands.on_the_way(intervals.add((whole, *sink)))
            return intervals.ratio(operands.of("exponentials", index), whole)
        if operands.printed("exponentials", row):
            powers = [operands.of("exponentials", (*row, each)) for each in self._keys]
            powers += self._power_of_sink(row, operands)
            if operands.decimals is not None:
                powers = [power.not_negative() for power in powers]
                return rounded_shares(powers, len(self._keys), operands.decimals)[j]
            return intervals.share(powers, j)
        if operands.decimals is not None:
            return self._rounded_row(row, operands.decimals, operands).shares[j]
        scored = self._row(row, operands)
        if scored.tight:
            return scored.shares[j]
        return intervals.softmax(self._base, scored.scores, j)

    def _power_of_sink(self, row: Index, operands: Operands) -> list[Interval]:
        """What a sink adds to the sum of powers, where there is one."""
        if self.problem.attention.sink is None:
            return []
        scores = self._shifted(row, operands)[len(self._keys) :]
        return [operands.on_the_way(intervals.power(self._base, score)) for score in scores]

    def _sink(self, row: Index) -> list[Interval]:
        """The logit that has no value, where there is one."""
        sink = self.problem.attention.sink
        if sink is None:
            return []
        return [_typed(sink[row[0]] if sink.ndim else sink[()])]

    def _row(self, row: Index, operands: Operands) -> Row:
        """The scores of a row, and the sink, taken once."""
        if row not in operands.rows:
            scores = [self._scored((*row, j), operands) for j in self._keys]
            operands.rows[row] = Row(self._base, [*scores, *self._sink(row)])
        return operands.rows[row]

    def _rounded_row(self, row: Index, decimals: int, operands: Operands) -> RoundedRow:
        """The same with numbers that were rounded on the way."""
        if row not in operands.rounded_rows:
            scores = self._row(row, operands).scores
            operands.rounded_rows[row] = RoundedRow(self._base, scores, len(self._keys), decimals)
        return operands.rounded_rows[row]

    # The output.

    def _term(self, _: str, index: Index, operands: Operands) -> Interval:
        *head, i, j, c = index
        value = operands.of("V", (*group_of(self.problem, head), j, c))
        return intervals.multiply(operands.of("weights", (*head, i, j)), value)

    def _weighted_sum(self, _: str, index: Index, operands: Operands) -> Interval:
        """Σ α v; a sink takes part in the mean, with a value of 0."""
        *head, i, c = index
        row = (*head, i)
        if operands.printed("weighted_values", row):
            return intervals.add(operands.of("weighted_values", (*row, j, c)) for j in self._keys)
        group = group_of(self.problem, head)
        values = [operands.of("V", (*group, j, c)) for j in self._keys]
        between = any(operands.printed(name, row) for name in ("exponentials", "sums", "weights"))
        if self.problem.weights is not None or between or operands.decimals is not None:
            return self._sum_of_terms(row, c, values, operands, straight=not between)
        powers = self._row(row, operands).powers
        return intervals.mean(powers, [*values, *([ZERO] if len(powers) > len(values) else ())])

    def _sum_of_terms(
        self, row: Index, c: int, values: list[Interval], operands: Operands, *, straight: bool
    ) -> Interval:
        """Σ α v, each weight and each product on its own.

        straight: whether nothing is printed from the scores on. Weights that were rounded on the
        way still nearly add up to 1 then, so that the sum is near a mean of the values.
        """
        decimals = operands.decimals
        if decimals is None:
            return intervals.dot((operands.of("weights", (*row, j)), values[j]) for j in self._keys)
        terms = [self._term("", (*row, j, c), operands) for j in self._keys]
        apart = intervals.add(rounded(term, decimals) for term in terms)
        if self.problem.weights is not None or not straight:
            return apart
        scored = self._rounded_row(row, decimals, operands)
        sink = [ZERO] * (len(scored.shares) - len(values))
        together = [scored.mean([*values, *sink])]
        for share, value, term in zip(scored.shares, values, terms, strict=False):
            together.append(intervals.multiply(moved(share, decimals), value))
            together.append(moved(term, decimals))
        return apart.common(intervals.add(together))

    def _concatenated(self, _: str, index: Index, operands: Operands) -> Interval:
        i, c = index
        head, place = divmod(c, self.trace["head_outputs"].shape[-1])
        return operands.of("head_outputs", (head, i, place))

    def _output(self, _: str, index: Index, operands: Operands) -> Interval:
        """The output projection of what stands before it, or that itself."""
        (i, c), before = index, self.trace.stages["output"].made_of[0]
        W, b = self.problem.W_O, self.problem.b_O
        if W is None:
            return operands.of(before, index)
        product = intervals.dot(
            (operands.of(before, (i, d)), self._input(W[d, c])) for d in range(len(W))
        )
        return product if b is None else intervals.add((product, self._input(b[c])))


def group_of(problem: Problem, head: list[int]) -> list[int]:
    """The key-value head of a query head, from and to the front of an index; none without heads."""
    if problem.heads is None or problem.kv_heads is None:
        return head
    return [heads.group_of(head[0], problem.heads, problem.kv_heads)]


def _typed(number: Any) -> Interval:
    """What was typed, or what a double is nearest to, half a unit of its last place."""
    if isinstance(number, Decimal):
        return intervals.typed(number)
    double = Decimal(float(number))
    return intervals.around(double, abs(double) * _HALF_AN_ULP)
