"""Rules of mistakes from the softmax on: what the weights or the output are then."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from attncalc import attention
from attncalc.arithmetic import Array
from attncalc.checking.misconceptions import Numbers, Rule, softmax
from attncalc.checking.mistakes_in_scores import scored, unmasked


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
    totals = attention.sums(S)[:, None]
    return None if (totals == 0).any() else S / totals


def without_division(numbers: Numbers) -> Array | None:
    powers = numbers.trace.stages.get("exponentials")
    return None if powers is None else powers.values


def to_base_e(numbers: Numbers) -> Array | None:
    S = scored(numbers)
    if S is None or numbers.base is None:
        return None
    return numbers.softmax_to(None, S)


def shortened(decimals: int, rounding: str) -> Rule:
    def rule(numbers: Numbers) -> Array | None:
        if numbers.trace.problem.weights is not None:
            return None
        A, step = numbers["weights"], Decimal(1).scaleb(-decimals)
        flat = [Decimal(weight).quantize(step, rounding) for weight in A.ravel().tolist()]
        return np.array([attention.like(A, weight) for weight in flat], A.dtype).reshape(A.shape)

    return rule


def of_keys(numbers: Numbers) -> Array | None:
    return attention.output(numbers["weights"], numbers["K"]) if _same_width(numbers, "K") else None


def of_embeddings(numbers: Numbers) -> Array | None:
    name = "X_key" if "X_key" in numbers else "X"
    return (
        attention.output(numbers["weights"], numbers[name]) if _same_width(numbers, name) else None
    )


def _same_width(numbers: Numbers, name: str) -> bool:
    return name in numbers and "V" in numbers and numbers[name].shape == numbers["V"].shape


def values_transposed(numbers: Numbers) -> Array | None:
    if "V" not in numbers or numbers["V"].shape[0] != numbers["V"].shape[1]:
        return None
    return attention.output(numbers["weights"], numbers["V"].T)


def weights_transposed(numbers: Numbers) -> Array | None:
    A = numbers["weights"]
    if "V" not in numbers or A.shape[0] != A.shape[1]:
        return None
    return attention.output(A.T, numbers["V"])


def joined_without_transposing(numbers: Numbers) -> Array | None:
    if "concatenated" not in numbers:
        return None
    return numbers["head_outputs"].reshape(numbers["concatenated"].shape)


def unprojected(numbers: Numbers) -> Array | None:
    if numbers.trace.problem.W_O is None:
        return None
    return numbers[numbers.trace.stages["output"].made_of[0]]
