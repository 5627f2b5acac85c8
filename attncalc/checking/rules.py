"""The rules of attention.py and positions.py, for one entry at a time and in intervals.

Where a row's own operands may be anywhere in their intervals, each stage's bounds are exact; from
stage to stage they are safe, and may be wider than need be, because an operand that stands in two
places is taken to vary in each on its own. An index has its head in front where there are heads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from attncalc import heads, positions
from attncalc.checking import intervals, transcendental
from attncalc.checking.intervals import HIDDEN, ZERO, Interval
from attncalc.claims import has_point, unit_of
from attncalc.options import Rotary, Sinusoidal, Window
from attncalc.problem import Problem
from attncalc.trace import Trace

Index: TypeAlias = tuple[int, ...]

_HALF_AN_ULP = Decimal(2) ** -53
_TIGHT = Decimal("1e-12")
"""How far a score may be from known exactly, for a row's powers to be taken once for all of it."""


class Row:
    """A row of scores, the sink after them if there is one, and their powers.

    Powers are relative to the largest of them.
    """

    def __init__(self, base: Decimal | None, scores: list[Interval]) -> None:
        self.scores = scores
        self.powers = intervals.relative_powers(base, scores)
        self.tight = all(score.hidden or score.high - score.low <= _TIGHT for score in scores)
        self.shares = intervals.shares(self.powers) if self.tight else []


@dataclass(frozen=True, eq=False)
class Operands:
    """Where a rule takes its operands from.

    of: what an entry of a stage may be. printed: whether anything is printed of a row of a stage,
    so that it is taken from there. rows: those of scores that were taken already.
    """

    of: Callable[[str, Index], Interval]
    printed: Callable[[str, Index], bool]
    rows: dict[Index, Row] = field(default_factory=dict)


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
        product = _dot((operands.of(side, (j, d)), self._input(W[d, c])) for d in range(len(W)))
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
        cosine, sine = transcendental.turn(position, rotary.base, 2 * pair, dims)
        sine = sine if second else sine.negated()
        return _dot(((own, cosine), (other, sine)))

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
        return _dot(
            (operands.of(asking, (*head, i, d)), operands.of(answering, (*group, j, d)))
            for d in range(self.trace["Q"].shape[-1])
        )

    def _before(self, stage: str, index: Index, operands: Operands) -> Interval:
        """The entry of the stage of the scores that this one is made of."""
        return operands.of(self.trace.stages[stage].made_of[0], index)

    def _scaled(self, stage: str, index: Index, operands: Operands) -> Interval:
        score = self._before(stage, index, operands)
        scale, d_k = self.problem.attention.scale, self.problem.d_k
        if isinstance(scale, Decimal):
            return intervals.multiply(score, _typed(scale))
        assert d_k is not None
        return intervals.divide(score, intervals.root(d_k))

    def _capped(self, stage: str, index: Index, operands: Operands) -> Interval:
        cap = self.problem.attention.softcap
        assert cap is not None
        return transcendental.capped(self._before(stage, index, operands), cap)

    def _masked(self, stage: str, index: Index, operands: Operands) -> Interval:
        bias = self._bias(index)
        if bias.hidden or not self._sees(index):
            return HIDDEN
        return intervals.add((self._before(stage, index, operands), bias))

    def _sees(self, index: Index) -> bool:
        """Whether the query may attend to the key."""
        mask = self.problem.attention.mask
        if isinstance(mask, np.ndarray):
            return bool(mask[index[-mask.ndim :]])
        back = self._past + index[-2] - index[-1]
        if isinstance(mask, Window):
            return 0 <= back < mask.width
        return mask == "none" or back >= 0

    def _bias(self, index: Index) -> Interval:
        """What is added to a score; hidden for -inf."""
        bias = self.problem.attention.bias
        if bias is None:
            return ZERO
        if isinstance(bias, np.ndarray):
            added = bias[index[-bias.ndim :]]
            return HIDDEN if added == -intervals.INFINITY else _typed(added)
        *head, i, j = index
        slope = self._slopes[head[0] if head else 0]
        return intervals.multiply(slope, intervals.point(Decimal(-abs(self._past + i - j))))

    @cached_property
    def _slopes(self) -> list[Interval]:
        exponents = positions.alibi_exponents(self.problem.heads or 1)
        return [transcendental.slope(*exponent) for exponent in exponents]

    # The softmax.

    def _power(self, _: str, index: Index, operands: Operands) -> Interval:
        return intervals.power(self._base, operands.of(self.trace.scored, index))

    def _sum(self, _: str, index: Index, operands: Operands) -> Interval:
        return intervals.add(operands.of("exponentials", (*index, j)) for j in self._keys)

    def _weight(self, _: str, index: Index, operands: Operands) -> Interval:
        if self.problem.weights is not None:
            return self._input(self.problem.weights[index])
        *place, j = index
        row = tuple(place)
        sink = [intervals.power(self._base, score) for score in self._sink(row)]
        if operands.printed("sums", row):
            whole = intervals.add((operands.of("sums", row).not_negative(), *sink))
            return intervals.ratio(operands.of("exponentials", index), whole)
        if operands.printed("exponentials", row):
            powers = [operands.of("exponentials", (*row, each)) for each in self._keys]
            return intervals.share([*powers, *sink], j)
        scored = self._row(row, operands)
        if scored.tight:
            return scored.shares[j]
        return intervals.softmax(self._base, scored.scores, j)

    def _sink(self, row: Index) -> list[Interval]:
        """The logit that has no value, where there is one."""
        sink = self.problem.attention.sink
        if sink is None:
            return []
        return [_typed(sink[row[0]] if sink.ndim else sink[()])]

    def _row(self, row: Index, operands: Operands) -> Row:
        """The scores of a row, and the sink, taken once."""
        if row not in operands.rows:
            scores = [operands.of(self.trace.scored, (*row, j)) for j in self._keys]
            operands.rows[row] = Row(self._base, [*scores, *self._sink(row)])
        return operands.rows[row]

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
        if self.problem.weights is not None or between:
            return _dot((operands.of("weights", (*row, j)), values[j]) for j in self._keys)
        powers = self._row(row, operands).powers
        return intervals.mean(powers, [*values, *([ZERO] if len(powers) > len(values) else ())])

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
        product = _dot((operands.of(before, (i, d)), self._input(W[d, c])) for d in range(len(W)))
        return product if b is None else intervals.add((product, self._input(b[c])))


def group_of(problem: Problem, head: list[int]) -> list[int]:
    """The key-value head of a query head, from and to the front of an index; none without heads."""
    if problem.heads is None or problem.kv_heads is None:
        return head
    return [heads.group_of(head[0], problem.heads, problem.kv_heads)]


def _dot(pairs: Iterable[tuple[Interval, Interval]]) -> Interval:
    """Σ left × right."""
    return intervals.add(intervals.multiply(left, right) for left, right in pairs)


def _typed(number: Any) -> Interval:
    """What was typed, or what a double is nearest to, half a unit of its last place."""
    if isinstance(number, Decimal):
        return intervals.typed(number)
    double = Decimal(float(number))
    return intervals.around(double, abs(double) * _HALF_AN_ULP)
