"""Rules of mistakes from the softmax on: what the weights or the output are then."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from attncalc.checking.misconceptions import Numbers, Rule, softmax
from attncalc.checking.mistakes_in_scores import scored, unmasked
from attncalc.numbers.arithmetic import Array, is_exact_kind, like, transcendental_context
from attncalc.numbers.arithmetic import decimals as to_array
from attncalc.problem import heads
from attncalc.steps.mix import output
from attncalc.steps.project import projected
from attncalc.steps.softmax import sums

_FEWEST_KEYS = 2

_TIE = 1e-9
"""What is so little below a half is one, in float64."""


def without_sink(numbers: Numbers) -> Array | None:
    S = scored(numbers)
    return None if S is None or numbers.sink is None else softmax(numbers.base, S)


def masked_after_softmax(numbers: Numbers) -> Array | None:
    S, mask = unmasked(numbers), numbers.trace.mask
    if S is None or mask is None:
        return None
    return np.where(mask, numbers.softmax(S), numbers.like(0))


def down_the_columns(numbers: Numbers) -> Array | None:
    S = scored(numbers)
    return None if S is None else numbers.softmax(S.T).T


def over_everything(numbers: Numbers) -> Array | None:
    S = scored(numbers)
    return None if S is None else numbers.softmax(S.reshape(1, -1)).reshape(S.shape)


def to_base(base: int) -> Rule:
    def rule(numbers: Numbers) -> Array | None:
        S = scored(numbers)
        return None if S is None else numbers.softmax_to(numbers.like(base), S)

    return rule


def divided_by_the_sum(numbers: Numbers) -> Array | None:
    S = scored(numbers)
    if S is None:
        return None
    S = np.where(numbers.like("-Infinity") == S, numbers.like(0), S)
    return _shares(S, sums(S))


def _shares(S: Array, totals: Array) -> Array:
    """Each number divided by its row's total; 0 in a row of zeros."""
    zero = totals == 0
    shares: Array = S / np.where(zero, like(S, 1), totals)[:, None]
    beyond: Array = np.where(zero[:, None] & (S != 0), like(S, "Infinity"), shares)
    return beyond


def without_division(numbers: Numbers) -> Array | None:
    powers = numbers.trace.stages.get("exponentials")
    return None if powers is None else powers.values


def without_division_of_stable_powers(numbers: Numbers) -> Array | None:
    S = scored(numbers)
    return None if S is None else numbers.powers_below_the_largest(S)


def without_the_last_key(numbers: Numbers) -> Array | None:
    """Each power divided by the sum of all but the last."""
    powers = numbers.trace.stages.get("exponentials")
    if powers is None or powers.values.shape[-1] < _FEWEST_KEYS:
        return None
    return _shares(powers.values, sums(powers.values[:, :-1]))


def divided_by_magnitudes(numbers: Numbers) -> Array | None:
    S = scored(numbers)
    if S is None:
        return None
    S = np.where(numbers.like("-Infinity") == S, numbers.like(0), S)
    return _shares(S, sums(np.abs(S)))


def scaled_afterwards(numbers: Numbers) -> Array | None:
    """The softmax of what is not scaled, which is scaled then."""
    if "scaled_scores" not in numbers:
        return None
    return numbers.scaled(numbers.softmax(numbers.masked(numbers.capped(numbers.before_scaling))))


def softmax_twice(numbers: Numbers) -> Array | None:
    S = scored(numbers)
    return None if S is None else numbers.softmax(numbers.softmax(S))


def sigmoid(numbers: Numbers) -> Array | None:
    powers = numbers.trace.stages.get("exponentials")
    return None if powers is None else powers.values / (numbers.like(1) + powers.values)


def largest_takes_all(numbers: Numbers) -> Array | None:
    S = scored(numbers)
    if S is None:
        return None
    largest = (S.max(axis=-1, keepdims=True) == S) & (numbers.like("-Infinity") != S)
    weights: Array = np.where(largest, numbers.like(1), numbers.like(0))
    return weights


def logarithms(numbers: Numbers) -> Array | None:
    if numbers.trace.problem.weights is not None:
        return None
    A = numbers["weights"]
    if not is_exact_kind(A):
        logs: Array = np.log(A)
        return logs
    context = transcendental_context()
    return to_array((context.ln(weight) for weight in A.flat), A.shape)


def to_base_e(numbers: Numbers) -> Array | None:
    S = scored(numbers)
    if S is None or numbers.base is None:
        return None
    return numbers.softmax_to(None, S)


def shortened(decimals: int, rounding: str) -> Rule:
    def rule(numbers: Numbers) -> Array | None:
        if numbers.trace.problem.weights is not None:
            return None
        A = numbers["weights"]
        if not is_exact_kind(A):
            units = A * 10**decimals + (0.5 if rounding == ROUND_HALF_UP else 0)
            whole: Array = np.floor(units + _TIE) / 10**decimals
            return whole
        step = Decimal(1).scaleb(-decimals)
        return to_array([weight.quantize(step, rounding) for weight in A.flat], A.shape)

    return rule


def of_keys(numbers: Numbers) -> Array | None:
    return output(numbers["weights"], numbers["K"]) if _same_width(numbers, "K") else None


def of_embeddings(numbers: Numbers) -> Array | None:
    name = "X_key" if "X_key" in numbers else "X"
    return output(numbers["weights"], numbers[name]) if _same_width(numbers, name) else None


def _same_width(numbers: Numbers, name: str) -> bool:
    return name in numbers and "V" in numbers and numbers[name].shape == numbers["V"].shape


def of_queries(numbers: Numbers) -> Array | None:
    return output(numbers["weights"], numbers["Q"]) if _same_width(numbers, "Q") else None


def added_up(numbers: Numbers) -> Array:
    """The sum of the values that have a weight at all."""
    return output(_ones_where_seen(numbers), numbers["V"])


def averaged(numbers: Numbers) -> Array:
    """The mean of the values that have a weight at all."""
    ones = _ones_where_seen(numbers)
    return output(_shares(ones, sums(ones)), numbers["V"])


def _ones_where_seen(numbers: Numbers) -> Array:
    A = numbers["weights"]
    ones: Array = np.where(numbers.like(0) == A, numbers.like(0), numbers.like(1))
    return ones


def values_transposed(numbers: Numbers) -> Array | None:
    if "V" not in numbers or numbers["V"].shape[0] != numbers["V"].shape[1]:
        return None
    return output(numbers["weights"], numbers["V"].T)


def weights_transposed(numbers: Numbers) -> Array | None:
    A = numbers["weights"]
    if "V" not in numbers or A.shape[0] != A.shape[1]:
        return None
    return output(A.T, numbers["V"])


def joined_without_transposing(numbers: Numbers) -> Array | None:
    if "concatenated" not in numbers:
        return None
    return numbers["head_outputs"].reshape(numbers["concatenated"].shape)


def joined_column_by_column(numbers: Numbers) -> Array | None:
    """The first column of every head, then the second, …"""
    if "concatenated" not in numbers:
        return None
    beside = np.moveaxis(numbers["head_outputs"], 0, -1)
    return beside.reshape(numbers["concatenated"].shape)


def joined_backwards(numbers: Numbers) -> Array | None:
    """The last head first."""
    return heads.concatenated(numbers["head_outputs"][::-1]) if "concatenated" in numbers else None


def projected_transposed(numbers: Numbers) -> Array | None:
    W = numbers.trace.problem.W_O
    if W is None or W.shape[0] != W.shape[1]:
        return None
    return projected(_before_projection(numbers), W.T, numbers.trace.problem.b_O)


def projected_without_bias(numbers: Numbers) -> Array | None:
    W, b = numbers.trace.problem.W_O, numbers.trace.problem.b_O
    return None if W is None or b is None else _before_projection(numbers) @ W


def _before_projection(numbers: Numbers) -> Array:
    return numbers[numbers.trace.stages["output"].made_of[0]]


def with_residual(numbers: Numbers) -> Array | None:
    """The embeddings that queries are made from added to the output."""
    if "X" not in numbers:
        return None
    X = numbers[numbers.trace.embedded]
    return X + numbers["output"] if X.shape == numbers["output"].shape else None


def unprojected(numbers: Numbers) -> Array | None:
    if numbers.trace.problem.W_O is None:
        return None
    return numbers[numbers.trace.stages["output"].made_of[0]]
