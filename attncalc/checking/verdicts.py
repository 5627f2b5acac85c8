"""Each claim judged, by the contract's four verdicts."""

from __future__ import annotations

from attncalc.checking.enclosures import Enclosures
from attncalc.claims import Claim
from attncalc.report import Finding, Verdict

ON_THE_WAY = "rounded on the way"
"""The reason of what can be reached with rounding only."""


def judge(enclosures: Enclosures) -> tuple[Finding, ...]:
    """A finding for each claim on the trace's problem, in the order of the stages."""
    trace = enclosures.trace
    findings: list[Finding] = []
    for claim in trace.problem.claims.numbers:
        verdict, reason = judged(claim, enclosures)
        findings.append(Finding(claim, trace[claim.stage][claim.index], verdict, reason))
    return tuple(findings)


def verdict_on(claim: Claim, enclosures: Enclosures) -> Verdict:
    """The first verdict that holds."""
    return judged(claim, enclosures)[0]


def judged(claim: Claim, enclosures: Enclosures) -> tuple[Verdict, str | None]:
    """The first verdict that holds, and the reason where there is one."""
    claimed = enclosures.claimed(claim)
    computed = enclosures.computed(claim.stage, claim.index)
    if claimed.meets(computed):
        return Verdict.CORRECT, None
    reachable = enclosures.reachable(claim.stage, claim.index)
    if claimed.meets(reachable):
        return Verdict.FOLLOWS, None
    if claimed.meets(enclosures.reach(claim.stage, claim.index, claim.places)):
        return Verdict.FOLLOWS, ON_THE_WAY
    # Digits may be cut off of what was computed, or of what was worked on from cut-off numbers.
    if min(computed.distance(claim.value), reachable.distance(claim.value)) < claim.unit:
        return Verdict.SLIP, None
    return Verdict.WRONG, None
