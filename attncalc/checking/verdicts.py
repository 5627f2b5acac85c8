"""Each claim judged, by the contract's four verdicts."""

from __future__ import annotations

from attncalc.checking.enclosures import Enclosures
from attncalc.claims import Claim
from attncalc.report import Finding, Verdict


def judge(enclosures: Enclosures) -> tuple[Finding, ...]:
    """A finding for each claim on the trace's problem, in the order of the stages."""
    trace = enclosures.trace
    return tuple(
        Finding(claim, trace[claim.stage][claim.index], verdict_on(claim, enclosures))
        for claim in trace.problem.claims.numbers
    )


def verdict_on(claim: Claim, enclosures: Enclosures) -> Verdict:
    """The first verdict that holds."""
    claimed = enclosures.claimed(claim)
    computed = enclosures.computed(claim.stage, claim.index)
    if claimed.meets(computed):
        return Verdict.CORRECT
    reachable = enclosures.reachable(claim.stage, claim.index)
    if claimed.meets(reachable):
        return Verdict.FOLLOWS
    # Digits may be cut off of what was computed, or of what was worked on from cut-off numbers.
    if min(computed.distance(claim.value), reachable.distance(claim.value)) < claim.unit:
        return Verdict.SLIP
    return Verdict.WRONG
