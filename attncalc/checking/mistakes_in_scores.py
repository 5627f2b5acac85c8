"""Rules of mistakes in scores: what a stage up to the masked scores is then, for one head."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from attncalc.checking.misconceptions import Numbers, Rule
from attncalc.numbers.arithmetic import Array
from attncalc.problem.problem import Problem
from attncalc.steps.mask import masked_scores
from attncalc.steps.scale import divided_scores, multiplied_scores, root
from attncalc.steps.score import scores
from attncalc.steps.softmax import sums

Size: TypeAlias = Callable[[Problem], int | None]


def divided_by(size: Size) -> Rule:
    """The scores divided by something's size."""
    return _made(divided_scores, _plain, size)


def divided_by_root(size: Size) -> Rule:
    """The scores divided by the root of something's size."""
    return _made(divided_scores, _root, size)


def _plain(numbers: Numbers, whole: int) -> Any:
    return numbers.like(whole)


def _root(numbers: Numbers, whole: int) -> Any:
    return root(whole, numbers["weights"])


def _made(
    step: Callable[[Array, Any], Array], number: Callable[[Numbers, int], Any], size: Size
) -> Rule:
    def rule(numbers: Numbers) -> Array | None:
        whole = size(numbers.trace.problem)
        if "scores" not in numbers or whole is None:
            return None
        return step(numbers.before_scaling, number(numbers, whole))

    return rule


def divided_by_number(text: str) -> Rule:
    """The scores divided by a number that is typed."""

    return lambda numbers: divided_scores(numbers.before_scaling, numbers.like(text))


def multiplied_by(size: Size) -> Rule:
    """The scores multiplied by something's size."""
    return _made(multiplied_scores, _plain, size)


def multiplied_by_root(size: Size) -> Rule:
    """The scores multiplied by the root of something's size."""
    return _made(multiplied_scores, _root, size)


def d_k(problem: Problem) -> int | None:
    return problem.d_k


def d_v(problem: Problem) -> int | None:
    return problem.d_v


def d_model(problem: Problem) -> int | None:
    return problem.d_model


def all_heads(problem: Problem) -> int | None:
    """h·d_k, the width of queries and keys before they are cut into heads."""
    return None if problem.d_k is None or problem.heads is None else problem.heads * problem.d_k


def keys(problem: Problem) -> int:
    return len(problem.key_tokens)


def unscaled(numbers: Numbers) -> Array | None:
    return numbers.before_scaling if "scaled_scores" in numbers else None


def scaled_twice(numbers: Numbers) -> Array | None:
    if "scaled_scores" not in numbers:
        return None
    return numbers.scaled(numbers["scaled_scores"])


def _asking_and_answering(numbers: Numbers) -> tuple[Any, Any]:
    """Queries and keys as they meet each other; None where scores are given."""
    if "Q" not in numbers:
        return None, None
    return numbers[numbers.trace.asking], numbers[numbers.trace.answering]


def swapped(numbers: Numbers) -> Array | None:
    Q, K = _asking_and_answering(numbers)
    return scores(K, Q) if Q is not None and Q.shape == K.shape else None


def of_queries(numbers: Numbers) -> Array | None:
    """q · q, where there are as many queries as keys."""
    Q, K = _asking_and_answering(numbers)
    return scores(Q, Q) if Q is not None and len(Q) == len(K) else None


def of_keys(numbers: Numbers) -> Array | None:
    """k · k, where there are as many queries as keys."""
    Q, K = _asking_and_answering(numbers)
    return scores(K, K) if Q is not None and len(Q) == len(K) else None


def of_values(numbers: Numbers) -> Array | None:
    """q · v."""
    Q, K = _asking_and_answering(numbers)
    if Q is None or "V" not in numbers or numbers["V"].shape != K.shape:
        return None
    S: Array = scores(Q, numbers["V"])
    return S


def entry_by_entry(numbers: Numbers) -> Array | None:
    """Entries multiplied with entries in the same place, where that gives a matrix of scores."""
    Q, K = _asking_and_answering(numbers)
    if Q is None or not Q.shape == K.shape == numbers["scores"].shape:
        return None
    terms: Array = Q * K
    return terms


def cosines(numbers: Numbers) -> Array | None:
    """q · k / (|q| |k|)."""
    Q, K = _asking_and_answering(numbers)
    if Q is None:
        return None
    lengths = [np.sqrt(sums(part * part)) for part in (Q, K)]
    shares: Array = numbers["scores"] / (lengths[0][:, None] * lengths[1])
    return shares


def not_transposed(numbers: Numbers) -> Array | None:
    Q, K = _asking_and_answering(numbers)
    if Q is None or Q.shape[1] != K.shape[0]:
        return None
    product: Array = Q @ K
    return product if product.shape == numbers["scores"].shape else None


def diagonal(numbers: Numbers) -> Array | None:
    if "scores" not in numbers or numbers["scores"].shape[0] != numbers["scores"].shape[1]:
        return None
    return np.broadcast_to(np.diagonal(numbers["scores"]), numbers["scores"].shape)


def scored(numbers: Numbers) -> Array | None:
    return numbers[numbers.trace.scored] if "scores" in numbers else None


def before_mask(numbers: Numbers) -> Array | None:
    """The scores before bias and mask; None where there are neither."""
    if "masked_scores" not in numbers:
        return None
    return numbers[numbers.trace.stages["masked_scores"].made_of[0]]


def unmasked(numbers: Numbers) -> Array | None:
    S = before_mask(numbers)
    if S is None or numbers.trace.mask is None:
        return None
    return masked_scores(S, numbers.bias, None)


def masked_with_zero(numbers: Numbers) -> Array | None:
    S, mask = unmasked(numbers), numbers.trace.mask
    return None if S is None or mask is None else np.where(mask, S, numbers.like(0))


def masked_on_the_wrong_side(numbers: Numbers) -> Array | None:
    S, mask = unmasked(numbers), numbers.trace.mask
    if S is None or mask is None or mask.shape[0] != mask.shape[1]:
        return None
    return np.where(mask.T, S, numbers.like("-Infinity"))


def masked_otherwise(mask: Callable[[Numbers, int, int], Array | None]) -> Rule:
    """The scores with another mask, of n queries and m keys, where there is one."""

    def rule(numbers: Numbers) -> Array | None:
        S = scored(numbers)
        other = None if S is None else mask(numbers, *S.shape)
        if S is None or other is None:
            return None
        before = before_mask(numbers)
        return masked_scores(S if before is None else before, numbers.bias, other)

    return rule


def without_past(numbers: Numbers, n: int, m: int) -> Array | None:
    past, mask = numbers.trace.problem.past_length, numbers.trace.mask
    now = np.arange(m) >= past
    if not past:
        return None
    return np.broadcast_to(now, (n, m)) if mask is None else mask & now


def biased_otherwise(bias: Callable[[Numbers, Array], Array | None]) -> Rule:
    """The scores with another bias, made from the right one."""

    def rule(numbers: Numbers) -> Array | None:
        S, added = before_mask(numbers), numbers.bias
        other = None if added is None else bias(numbers, added)
        if S is None or other is None:
            return None
        return masked_scores(S, other, numbers.trace.mask)

    return rule


def unbiased(numbers: Numbers, bias: Array) -> Array:
    """0, and -inf where it hides a key."""
    nothing = numbers.like("-Infinity")
    none: Array = np.where(bias == nothing, nothing, numbers.like(0))
    return none


def negated(numbers: Numbers, bias: Array) -> Array:
    """The bias taken off instead of added; -inf hides a key still."""
    nothing = numbers.like("-Infinity")
    opposite: Array = np.where(bias == nothing, nothing, -bias)
    return opposite


def biased_early(bias: Callable[[Numbers, Array], Array]) -> Rule:
    """The scores with another bias before they are scaled, made from the right one."""

    def rule(numbers: Numbers) -> Array | None:
        added = numbers.early_bias
        if added is None:
            return None
        made: Array = numbers["scores"] + bias(numbers, added)
        return made

    return rule


def biased_after_scaling(numbers: Numbers) -> Array | None:
    """s / √d_k + b, and the rest as it should be."""
    if numbers.early_bias is None or "scaled_scores" not in numbers:
        return None
    made: Array = numbers.scaled(numbers["scores"]) + numbers.early_bias
    return made


def uncapped(numbers: Numbers) -> Array | None:
    if "capped_scores" not in numbers:
        return None
    return numbers[numbers.trace.stages["capped_scores"].made_of[0]]


def capped_to_one(numbers: Numbers) -> Array | None:
    """tanh(s / c), without c before it."""
    cap = numbers.trace.problem.attention.softcap
    if cap is None or "capped_scores" not in numbers:  # given weights have no scores to cap
        return None
    tangents: Array = numbers["capped_scores"] / numbers.like(cap)
    return tangents


def capped_before_scaling(numbers: Numbers) -> Array | None:
    if "capped_scores" not in numbers or "scaled_scores" not in numbers:
        return None
    return numbers.scaled(numbers.capped(numbers.before_scaling))


def capped_after_mask(numbers: Numbers) -> Array | None:
    S = uncapped(numbers)
    if S is None or "masked_scores" not in numbers:
        return None
    return numbers.capped(numbers.masked(S))
