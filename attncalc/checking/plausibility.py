"""What can be said of claims without the inputs: shares that are none, and values out of reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.checking.enclosures import Enclosures
from attncalc.language import Digits, Sentence, template
from attncalc.numbers import intervals
from attncalc.numbers.intervals import ZERO, Interval
from attncalc.problem.claims import Claim
from attncalc.problem.problem import address_of
from attncalc.report import Finding, Verdict
from attncalc.steps.conventions import Blind
from attncalc.steps.enclosing import Index, group_of
from attncalc.steps.stages import OF_SCORES
from attncalc.steps.trace import Trace

_MOST = 3
"""More sentences of one kind are folded."""

_OUTSIDE = {
    "head_outputs": template(
        "component {place} of the claimed head outputs of {query}, {number}, lies outside the "
        "values"
    ),
    "concatenated": template(
        "component {place} of the claimed concatenated heads of {query}, {number}, lies outside "
        "the values"
    ),
    "output": template(
        "component {place} of the claimed output of {query}, {number}, lies outside the values"
    ),
}
"""What is claimed of a weighted sum that no shares of the values give."""

DIGITS_OF_32_BITS = 7
BITS_OF_A_FLOAT = 24
ROUNDING_OF_32_BITS = Decimal(2) ** -BITS_OF_A_FLOAT


def implausible(enclosures: Enclosures) -> Iterator[str]:
    """A sentence for each thing about the claims that cannot be, whatever the inputs are.

    What is given is not judged: weights that are typed need not be shares. Many sentences of one
    kind are told by the first of them.
    """
    trace = enclosures.trace
    if not enclosures.has_powers:
        return
    claims = {
        index: claim for (stage, index), claim in enclosures.claims.items() if stage == "weights"
    }
    claimed = {index: enclosures.claimed(claim) for index, claim in claims.items()}
    rows = list(np.ndindex(trace["weights"].shape[:-1])) if claims else []
    yield from _folded(each for row in rows for each in _sum(trace, row, claims, claimed))
    yield from _folded(each for row in rows for each in _unequal(enclosures, row, claimed))
    yield from _folded(_masked(enclosures, claimed))
    yield from _folded(_outside(enclosures))


def of_32_bits(enclosures: Enclosures, findings: Iterable[Finding]) -> Iterator[str]:
    """Long prints that are off by no more than the arithmetic of programs."""
    count = 0
    for finding in findings:
        claim, digits = finding.claim, finding.claim.value.as_tuple().digits
        if finding.verdict not in (Verdict.SLIP, Verdict.WRONG) or claim.bits is not None:
            continue
        if len(digits) >= DIGITS_OF_32_BITS and not claim.undefined and not claim.hidden:
            if enclosures.floor(claim, BITS_OF_A_FLOAT).is_infinite():
                continue
            lenient = enclosures.claimed(replace(claim, bits=BITS_OF_A_FLOAT))
            count += lenient.meets(enclosures.computed(claim.stage, claim.index))
    if count:
        yield Sentence(
            template(
                "1 number is off by no more than 32-bit arithmetic leaves: printed from 32-bit "
                "numbers? Then check with --tolerance 1e-6"
            )
            if count == 1
            else template(
                "{count} numbers are off by no more than 32-bit arithmetic leaves: printed from "
                "32-bit numbers? Then check with --tolerance 1e-6"
            ),
            count=count,
        )


def _folded(sentences: Iterable[str]) -> Iterator[str]:
    """A few sentences of one kind, or the first of many and how many more there are."""
    found = list(sentences)
    if len(found) <= _MOST:
        yield from found
    else:
        yield Sentence("{first} (and {count} more like this)", first=found[0], count=len(found) - 1)


def _sum(
    trace: Trace, row: Index, claims: dict[Index, Claim], claimed: dict[Index, Interval]
) -> Iterator[str]:
    """The weights of a row add up to 1, or to less if a sink takes its share."""
    places = [(*row, key) for key in range(trace["weights"].shape[-1])]
    if any(place not in claims for place in places) or not trace["weights"][row].any():
        return
    reached = intervals.add(claimed[place] for place in places)
    if all(claims[place].decimals >= DIGITS_OF_32_BITS for place in places):
        # A program's own numbers, whose sum is off by its rounding.
        noise = intervals.UP.multiply(ROUNDING_OF_32_BITS, Decimal(len(places)))
        reached = intervals.add((reached, intervals.within(noise)))
    sink = trace.problem.attention.sink is not None
    if reached.low > 1 if sink else Decimal(1) not in reached:
        total = sum(claims[place].written for place in places)
        yield Sentence(
            template(
                "the claimed weights of {query} add up to {total}; next to a sink they stay below "
                "1, and rounding does not explain it"
            )
            if sink
            else template(
                "the claimed weights of {query} add up to {total}, which rounding does not explain"
            ),
            query=_query(trace, row),
            total=Digits(total),
        )


def _unequal(enclosures: Enclosures, row: Index, claimed: dict[Index, Interval]) -> Iterator[str]:
    """Keys with equal scores weigh the same: with the source's own scores, where it prints them."""
    trace = enclosures.trace
    first: dict[Any, int] = {}
    for key, score in enumerate(trace[trace.scored][row]):
        place = (*row, key)
        if place not in claimed or enclosures.computed(trace.scored, place).hidden:
            continue
        other = first.setdefault((score, *_own_scores(enclosures, place)), key)
        if not claimed[place].meets(claimed[*row, other]):
            tokens = trace.problem.key_tokens
            yield Sentence(
                "“{one}” and “{other}” have equal scores for {query}, and their claimed weights "
                "differ",
                one=address_of(other, tokens),
                other=address_of(key, tokens),
                query=_query(trace, row),
            )


def _own_scores(enclosures: Enclosures, place: Index) -> Iterator[Decimal | None]:
    """What is claimed of the scores of a pair, stage by stage."""
    for stage in (*OF_SCORES, "exponentials"):
        claim = enclosures.claims.get((stage, place))
        yield None if claim is None else claim.value


def _masked(enclosures: Enclosures, claimed: dict[Index, Interval]) -> Iterator[str]:
    """A key that a mask or a bias of -inf hides has no weight."""
    trace = enclosures.trace
    if not trace.hides(trace.scored):
        return
    for index, interval in claimed.items():
        if enclosures.reading(index[:-1]).blind is not Blind.COMPUTED:
            continue
        if Decimal(0) not in interval and enclosures.computed(trace.scored, index).hidden:
            *row, key = index
            token = address_of(key, trace.problem.key_tokens)
            who = _query(trace, tuple(row))
            yield Sentence(
                "“{key}” is masked for {query}, and its claimed weight is not 0",
                key=token,
                query=who,
            )


def _outside(enclosures: Enclosures) -> Iterator[str]:
    """A weighted sum lies between the smallest and the largest of the values, in each component.

    Where a sink takes its share, between these and 0.
    """
    trace = enclosures.trace
    for claim in enclosures.claims.values():
        place = _weighted_sum(trace, claim)
        if place is None or not trace["weights"][place[:-1]].any():
            continue
        *row, column = place
        head = row[: len(row) - 1]
        group, keys = group_of(trace.problem, head), range(len(trace.problem.key_tokens))
        values = [enclosures.computed("V", (*group, key, column)) for key in keys]
        if trace.problem.attention.sink is not None:
            values.append(ZERO)
        hull = Interval(min(v.low for v in values), max(v.high for v in values))
        if not hull.meets(enclosures.claimed(claim)):
            yield Sentence(
                _OUTSIDE[claim.stage],
                place=claim.index[-1] + 1,
                query=_query(trace, tuple(row)),
                number=Digits(claim.text),
            )


def _weighted_sum(trace: Trace, claim: Claim) -> Index | None:
    """The place among the weighted sums of values of what is claimed; None if it is none."""
    if claim.stage == trace.attended:
        return claim.index
    joined = claim.stage == "concatenated" or (claim.stage == "output" and trace.has_heads)
    changed = trace.problem.W_O is not None or trace.problem.is_gated
    if not joined or (claim.stage == "output" and changed):
        return None
    row, column = claim.index
    head, place = divmod(column, trace["head_outputs"].shape[-1])
    return head, row, place


def _query(trace: Trace, row: Index) -> str:
    """The query of a row, and its head where there are heads."""
    *head, query = row
    token = address_of(query, trace.problem.tokens)
    if head:
        return Sentence("“{query}” in head {head}", query=token, head=head[0] + 1)
    return Sentence("“{query}”", query=token)
