"""What can be said of claims without the inputs: shares that are none, and values out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from attncalc.checking import intervals
from attncalc.checking.enclosures import Enclosures
from attncalc.checking.intervals import Interval
from attncalc.claims import Claim
from attncalc.problem import address_of
from attncalc.trace import Trace


def implausible(enclosures: Enclosures) -> Iterator[str]:
    """A sentence for each thing about the claims that cannot be, whatever the inputs are."""
    trace = enclosures.trace
    claims = {
        claim.index: claim for claim in trace.problem.claims.numbers if claim.stage == "weights"
    }
    claimed = {index: enclosures.claimed(claim) for index, claim in claims.items()}
    rows, columns = trace["weights"].shape
    if trace.problem.weights is None:
        for row in range(rows):
            yield from _sum(trace, row, [claims.get((row, key)) for key in range(columns)], claimed)
            yield from _unequal(trace, row, claimed)
        yield from _masked(trace, claimed)
    yield from _outside(trace, enclosures)


def _sum(
    trace: Trace, row: int, claims: list[Claim | None], claimed: dict[tuple[int, ...], Interval]
) -> Iterator[str]:
    whole = [claim for claim in claims if claim is not None]
    if len(whole) < len(claims) or not trace["weights"][row].any():
        return
    if Decimal(1) not in intervals.add(claimed[claim.index] for claim in whole):
        total = sum(claim.value for claim in whole)
        yield (
            f"the claimed weights of “{_query(trace, row)}” add up to {total}, "
            "which rounding does not explain"
        )


def _unequal(trace: Trace, row: int, claimed: dict[tuple[int, ...], Interval]) -> Iterator[str]:
    scores = trace[trace.scored][row]
    first: dict[Decimal, int] = {}
    for key, score in enumerate(scores):
        if (row, key) not in claimed:
            continue
        other = first.setdefault(score, key)
        if not claimed[row, key].meets(claimed[row, other]):
            tokens = trace.problem.key_tokens
            yield (
                f"“{address_of(other, tokens)}” and “{address_of(key, tokens)}” have equal scores "
                f"for “{_query(trace, row)}”, and their claimed weights differ"
            )


def _masked(trace: Trace, claimed: dict[tuple[int, ...], Interval]) -> Iterator[str]:
    if trace.mask is None:
        return
    for (row, key), interval in claimed.items():
        if not trace.mask[row][key] and Decimal(0) not in interval:
            token = address_of(key, trace.problem.key_tokens)
            yield f"“{token}” is masked for “{_query(trace, row)}”, and its claimed weight is not 0"


def _outside(trace: Trace, enclosures: Enclosures) -> Iterator[str]:
    """A weighted sum lies between the smallest and the largest of the values, in each component."""
    if trace.problem.weights is not None:
        return
    for claim in trace.problem.claims.numbers:
        if claim.stage != trace.attended or not trace["weights"][claim.index[0]].any():
            continue
        row, column = claim.index
        values = [enclosures.computed("V", (key, column)) for key in range(trace["V"].shape[0])]
        hull = Interval(min(v.low for v in values), max(v.high for v in values))
        if not hull.meets(enclosures.claimed(claim)):
            yield (
                f"component {column + 1} of the claimed {claim.stage.replace('_', ' ')} of "
                f"“{_query(trace, row)}”, {claim.text}, lies outside the values"
            )


def _query(trace: Trace, row: int) -> str:
    return address_of(row, trace.problem.tokens)
