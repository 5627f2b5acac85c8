"""Gradients without a formula of theirs: a number a little changed both ways, and the loss of each.

    (L(x + h) - L(x - h)) / 2h,  L = Σ dO ∘ O

The way there is worked through twice for each number, by the engine and in decimals; nothing of the
way back takes part.
"""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import (
    TRANSCENDENTAL_DIGITS,
    Array,
    decimals,
    exact_context,
    is_exact_kind,
    transcendental_context,
)
from attncalc.problem.claims import Claims
from attncalc.problem.heads import split
from attncalc.problem.problem import Problem
from attncalc.records import dataclass
from attncalc.steps.enclosing import Index
from attncalc.steps.engine import explain
from attncalc.steps.trace import Trace

_STEP = 19
"""Decimals of h: its square, by which a quotient is off, has twice as many. L has some 58, which
are divided by h.
"""

_LOST = 2
"""Digits of L that the sums and products on the way to it may cost."""

FEW = 8
"""With fewer digits that agree, the quotient is asked how far it can be trusted."""

_SHARE_OF_SETTLED = Decimal("0.01")

_DOUBLE = Decimal(2) ** -46
"""By how much of the largest of its stage a gradient in float64 may be off: 2^-53, and room."""

_ROWS = ("X", "Q", "K", "V", "scores", "weights")
_OF_KEYS = ("K", "V")
_PARAMETERS = tuple(f"{kind}_{letter}" for kind in "Wb" for letter in "QKVGO")


class Agreement(Enum):
    """What can be said of a gradient and its quotient: how many digits agree, or why none can."""

    DIGITS = "digits"
    ALL = "all digits that there are"
    NOTHING = "both are 0"
    BELOW = "no further apart than the quotient is off"
    UNSETTLED = "the quotient goes on changing with h"


@dataclass(frozen=True)
class Given:
    """A given number that has a gradient.

    name, at: its array in the problem, and its place there, counted through. stage, index: where
    its gradient stands.
    """

    name: str
    at: int
    stage: str
    index: Index


@dataclass(frozen=True)
class Quotient:
    """A gradient beside the difference quotient of its number. digits: how many of them agree."""

    given: Given
    gradient: Decimal
    quotient: Decimal
    agreement: Agreement
    digits: int = 0


def given_of_query(problem: Problem, query: int) -> dict[str, list[Given]]:
    """The given numbers of a query's token, by what they are of: its rows."""
    found: dict[str, list[Given]] = {}
    for name in _ROWS:
        given = getattr(problem, name)
        if given is None or (name in _OF_KEYS and not problem.self_attention):
            continue
        at = np.arange(given.size).reshape(given.shape)
        heads = problem.kv_heads if name in _OF_KEYS else problem.heads
        if heads is not None and at.ndim == 2 and name in ("Q", *_OF_KEYS):
            at = split(at, heads)
        row = query + (problem.past_length if name in _OF_KEYS else 0)
        own = at[..., query, :]
        found[name] = [
            Given(name, int(own[index]), f"d_{name}", (*index[:-1], row, index[-1]))
            for index in np.ndindex(own.shape)
        ]
    return found


def learned(problem: Problem) -> dict[str, list[Given]]:
    """The numbers of the matrices, and of what is added, by their names."""
    arrays = {name: getattr(problem, name) for name in _PARAMETERS}
    return {
        name: [
            Given(name, at, f"d_{name}", index) for at, index in enumerate(np.ndindex(given.shape))
        ]
        for name, given in arrays.items()
        if given is not None
    }


class Quotients:
    """Difference quotients of a problem with d_output. trace: with its gradients."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        apart = replace(trace.problem, d_output=None, claims=Claims(), remarks=())
        self._problem: Problem = _in_decimals(apart)
        self._d_output: Array = _in_decimals(trace.problem.d_output)

    @cached_property
    def h(self) -> Decimal:
        """By how much numbers are changed: the less, the larger the largest of them is."""
        largest = max(_largest(array) for array in self._problem.arrays().values())
        return Decimal(1).scaleb(-_STEP - max(0, largest.adjusted()))

    @property
    def expected(self) -> int:
        """How many digits may agree: the fewer of those of h² and of those of L, divided by h."""
        decimals_of_step = -self.h.adjusted()
        return min(2 * decimals_of_step, TRANSCENDENTAL_DIGITS - _LOST - decimals_of_step)

    def of(self, given: Given) -> Quotient:
        """The quotient of a number, beside its gradient."""
        stage = self.trace[given.stage]
        found = stage[given.index]
        gradient = found if isinstance(found, Decimal) else Decimal(float(found))
        quotient = self._quotient(given, self.h)
        with decimal.localcontext(transcendental_context(TRANSCENDENTAL_DIGITS)):
            apart = abs(gradient - quotient)
            largest = max(abs(gradient), abs(quotient))
            if not largest:
                return Quotient(given, gradient, quotient, Agreement.NOTHING)
            digits = max(0, (largest / apart).adjusted()) if apart else TRANSCENDENTAL_DIGITS
            agreement = Agreement.DIGITS
            if digits >= TRANSCENDENTAL_DIGITS:
                agreement = Agreement.ALL
            elif digits < FEW:
                agreement = self._doubted(given, quotient, apart, _off(stage))
        return Quotient(given, gradient, quotient, agreement, digits)

    def _doubted(self, given: Given, quotient: Decimal, apart: Decimal, off: Decimal) -> Agreement:
        """What becomes of few digits, as a quotient with another h tells. off: of the gradient."""
        changed = abs(self._quotient(given, 10 * self.h) - quotient)
        if apart <= changed / 9 + self._rounding + off:  # an error of h² is 99 times the first
            return Agreement.BELOW
        if changed > _SHARE_OF_SETTLED * abs(quotient):
            return Agreement.UNSETTLED
        return Agreement.DIGITS

    def _quotient(self, given: Given, h: Decimal) -> Decimal:
        above, below = self._output(given, h), self._output(given, -h)
        with decimal.localcontext(exact_context([above, below, self._d_output])):
            change: Decimal = ((above - below) * self._d_output).sum()
            return change / (2 * h)

    def _output(self, given: Given, change: Decimal) -> Array:
        array = getattr(self._problem, given.name)
        numbers = list(array.flat)
        with decimal.localcontext(exact_context([array, decimals([change], (1,))])):
            numbers[given.at] = Decimal(numbers[given.at]) + change
        altered: dict[str, Any] = {given.name: decimals(numbers, array.shape)}
        return explain(replace(self._problem, **altered))["output"]

    @cached_property
    def _rounding(self) -> Decimal:
        """By how much a quotient may be off because L is rounded."""
        there = explain(self._problem)
        names = ("scores", "scaled_scores", "V", "head_outputs", "output")
        sizes = [_largest(there[name]) for name in names if name in there]
        size: Decimal = max([Decimal(1), *sizes]) ** 2 * sum(map(abs, self._d_output.flat))
        return size.scaleb(_LOST - TRANSCENDENTAL_DIGITS) / self.h


def _off(stage: Array) -> Decimal:
    """By how much a gradient of a stage may be off by itself."""
    if is_exact_kind(stage):
        return Decimal(0)
    return _DOUBLE * _largest(_in_decimals(stage))


def _largest(numbers: Array) -> Decimal:
    """The size of the largest finite one."""
    return max((abs(number) for number in numbers.flat if number.is_finite()), default=Decimal(0))


def _in_decimals(value: Any) -> Any:
    """The same with every double as the decimal that is equal to it."""
    if isinstance(value, np.ndarray):
        doubles = value.dtype == np.float64
        return decimals(map(Decimal, value.ravel().tolist()), value.shape) if doubles else value
    if isinstance(value, Mapping):
        return {name: _in_decimals(each) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        made = {each.name: _in_decimals(getattr(value, each.name)) for each in fields(value)}
        return replace(value, **made)
    return value
