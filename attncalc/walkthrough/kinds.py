"""What an attention is called: by whom it asks, whom it may see, and how many heads there are."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from attncalc.document.document import Inlines
from attncalc.document.wording import counted_words, words
from attncalc.numbers.arithmetic import like
from attncalc.problem.options import Reach
from attncalc.problem.problem import Problem
from attncalc.steps.mask import reach_of


def kind(problem: Problem) -> Iterator[Inlines]:
    """Its name and what that means, a sentence each."""
    if not problem.self_attention:
        yield _between_two(problem)
    elif problem.weights is not None:
        yield words("Self-attention: the tokens attend to each other. Its weights are given.")
    else:
        yield _among_themselves(problem)
    if problem.heads is not None and problem.heads > 1:
        yield _heads(problem.heads, problem.kv_heads)


def kind_explained(problem: Problem) -> Iterator[Inlines]:
    """What the words of its name mean, for a lesson."""
    if problem.self_attention:
        yield words("“Self” means that tokens attend to tokens of their own sequence.")
    if _is_as_in_a_coder(problem):
        yield words(
            "An encoder reads a text that is there as a whole; a decoder writes one, token after "
            "token."
        )


def _is_as_in_a_coder(problem: Problem) -> bool:
    """Whether its name says that an encoder or a decoder does so."""
    if not problem.self_attention or problem.weights is not None or _bias_hides(problem):
        return False
    reach = reach_of(problem.attention.mask)
    if reach is None:
        return not _is_masked(problem)
    return reach.is_unlimited or (reach.is_causal and reach.back == inf)


def _between_two(problem: Problem) -> Inlines:
    if not _are_two(problem):
        return counted_words(
            "Attention: one query attends to the keys that are given with it.",
            "Attention: {count} queries attend to the keys that are given with them.",
            len(problem.tokens),
        )
    if problem.weights is None and (_is_masked(problem) or _bias_hides(problem)):
        return words(
            "Masked cross-attention: the queries come from one sequence, the keys and values from "
            "another, and some keys are hidden."
        )
    return words(
        "Cross-attention: the queries come from one sequence, the keys and values from another."
    )


def _are_two(problem: Problem) -> bool:
    """Whether queries and keys are to be told to be of two sequences; a few queries may be chosen
    of the one that the keys are of.
    """
    if problem.X_key is not None:
        return True
    return len(problem.tokens) > 1 and not {*problem.tokens} <= {*problem.key_tokens}


def _among_themselves(problem: Problem) -> Inlines:
    reach = reach_of(problem.attention.mask)
    if _bias_hides(problem):
        return words("Masked self-attention: where -∞ is added, a token does not attend to a key.")
    if reach is None:
        return _without_reach(problem)
    if reach.is_unlimited:
        if reach.padding is None:
            return _every_token()
        return words(
            "Bidirectional self-attention: each token attends to the tokens before and after it, "
            "as in an encoder, but never to padding."
        )
    if not reach.is_causal:
        return words(
            "Self-attention with a sliding window: each token attends only to tokens near it."
        )
    return _causal(reach)


def _causal(reach: Reach) -> Inlines:
    if reach.back == inf:
        if reach.padding is None:
            return words(
                "Masked (causal) self-attention: each token attends to itself and to the tokens "
                "before it, as in a decoder."
            )
        return words(
            "Masked (causal) self-attention: each token attends to itself and to the tokens before "
            "it, as in a decoder, but never to padding."
        )
    if reach.first:
        return words(
            "Masked (causal) self-attention with a sliding window: each token attends to itself, "
            "to the nearest tokens before it and to the first of all."
        )
    return words(
        "Masked (causal) self-attention with a sliding window: each token attends to itself and to "
        "the nearest tokens before it."
    )


def _without_reach(problem: Problem) -> Inlines:
    if _is_masked(problem):
        return words("Masked self-attention: a mask says which token may attend to which.")
    return _every_token()


def _every_token() -> Inlines:
    return words(
        "Bidirectional self-attention: each token attends to all tokens, before and after it, as "
        "in an encoder."
    )


def _is_masked(problem: Problem) -> bool:
    mask = problem.attention.mask
    return not isinstance(mask, str) or mask != "none"


def _bias_hides(problem: Problem) -> bool:
    bias = problem.attention.bias_rows
    return bias is not None and bool((bias == like(bias, "-Infinity")).any())


def _heads(heads: int, kv_heads: int | None) -> Inlines:
    if kv_heads is None or kv_heads == heads:
        return words(
            "Multi-head attention: {heads} heads do this side by side, each with its own queries, "
            "keys and values.",
            heads=heads,
        )
    if kv_heads == 1:
        return words(
            "Multi-query attention: {heads} heads do this side by side, each with its own queries; "
            "all of them use the same keys and values.",
            heads=heads,
        )
    return words(
        "Grouped-query attention: {heads} heads do this side by side, each with its own queries; "
        "{share} heads at a time use the same keys and values.",
        heads=heads,
        share=heads // kv_heads,
    )
