"""What is said of a problem that was worked through, a sentence each: what may not be meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from attncalc.language import Digits, Sentence, listed, template
from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import Typed, doubt_of, is_exact_kind, like
from attncalc.problem.options import STAND_IN, Rotary, Sinusoidal, Slopes
from attncalc.steps.mask import visible_keys
from attncalc.steps.softmax import sums
from attncalc.steps.trace import Trace

_SUM_TOLERANCE = 1e-6
"""By how much a row of float64 weights may miss 1 without a word."""

_DIGITS_OF_DOUBT = 6
"""How many digits of a sum are told where no decimal is equal to it."""

_LONGEST_SUM = 40
"""A sum with more characters than this is told in fewer digits."""


def remarks(trace: Trace) -> Iterator[Sentence]:
    """Of given weights and idle options; or of biases that are meant for -inf, and blind rows."""
    yield from _of_idle_places(trace)
    if trace.problem.weights is not None:
        yield from _of_sums(trace)
        yield from _of_idle_options(trace)
    else:
        yield from _of_stand_ins(trace)
        yield from _of_blind_rows(trace)


def _of_idle_places(trace: Trace) -> Iterator[Sentence]:
    """Positions that are given, where nothing depends on them."""
    options = trace.problem.attention
    linear = isinstance(options.bias, str | Slopes)
    used = linear or isinstance(options.positions, Rotary | Sinusoidal)
    if trace.problem.has_position_ids and not used:
        yield Sentence(
            "nothing depends on positions, so position ids change nothing; masks go by place"
        )


def _of_stand_ins(trace: Trace) -> Iterator[Sentence]:
    """A large number in the place of -inf, which is added like any other."""
    bias = trace.problem.attention.bias_rows
    if bias is None:
        return
    most, hidden = (like(bias, each) for each in (STAND_IN, "-Infinity"))
    meant = bias[(bias <= most) & (bias != hidden)]
    if meant.size:
        number = meant[0].text if isinstance(meant[0], Typed) else f"{float(meant[0]):g}"
        yield Sentence(
            "a bias of {number} is meant for −∞, and is added as the number it is; to hide a key, "
            "write -inf or use mask",
            number=Digits(number),
        )


def _of_blind_rows(trace: Trace) -> Iterator[Sentence]:
    """Queries of which every key is masked; once where it is so in all heads."""
    if not trace.hides(trace.scored):
        return
    blind = visible_keys(trace.problem) == 0
    for place in np.argwhere(blind).tolist():
        *head, row = place
        if head and blind[:, row].all():
            if head != [0]:
                continue
            head = []
        yield _blind(trace, row, head)


def _blind(trace: Trace, row: int, head: list[int]) -> Sentence:
    """What becomes of a query that sees no key."""
    query = _query(trace, row, head)
    if "V" not in trace:
        return Sentence("every key of query {query} is masked: its weights are 0", query=query)
    if trace.attended == "head_outputs":
        return Sentence(
            "every key of query {query} is masked: its weights are 0 and its weighted sum is 0",
            query=query,
        )
    return Sentence(
        "every key of query {query} is masked: its weights are 0 and its output is 0", query=query
    )


def _of_sums(trace: Trace) -> Iterator[Sentence]:
    """Given weights whose row, as typed, does not add up to exactly 1."""
    weights = trace["weights"]
    totals = sums(weights)
    for place in np.ndindex(totals.shape):
        total: Any = totals[place]
        if is_exact_kind(weights):
            digits = f".{_DIGITS_OF_DOUBT}g" if any(map(doubt_of, weights[place])) else "f"
            right = exactness.adds_up_to_one(weights[place])
            told = None if right else f"{total.normalize():{digits}}"
            if told is not None and len(told) > _LONGEST_SUM:
                told = f"{total:.{_DIGITS_OF_DOUBT}g}"
        else:
            told = f"{total:.6g}" if abs(total - 1) > _SUM_TOLERANCE else None
        if told:
            *head, row = place
            yield Sentence(
                "the given weights of {query} add up to {number}, not to 1",
                query=_query(trace, row, head),
                number=Digits(told),
            )


def _of_idle_options(trace: Trace) -> Iterator[Sentence]:
    """Options of scores, which given weights no longer have."""
    options = trace.problem.attention
    given = {
        "scale": options.scale,
        "mask": options.mask,
        "bias": options.bias,
        "softcap": options.softcap,
        "sink": options.sink,
        "base": options.base,
    }
    idle = [
        name
        for name, value in given.items()
        if isinstance(value, np.ndarray) or value not in (None, "none", "e")
    ]
    if idle:
        several = template("the weights are given, so {options} change nothing")
        one = template("the weights are given, so {options} changes nothing")
        yield Sentence(one if len(idle) == 1 else several, options=listed(idle))


def _query(trace: Trace, row: int, head: Sequence[int]) -> Sentence:
    token = Sentence("“{token}” (#{place})", token=trace.problem.tokens[row], place=row + 1)
    if not head:
        return token
    return Sentence("{query} in head {head}", query=token, head=head[0] + 1)
