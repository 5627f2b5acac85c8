"""Each claim judged, by the contract's four verdicts."""

from __future__ import annotations

from dataclasses import replace

from attncalc.checking.enclosures import Enclosures
from attncalc.checking.readings import settle, undefined, worked
from attncalc.checking.reasons import UNDEFINED
from attncalc.language import Digits, Sentence
from attncalc.problem.claims import Claim
from attncalc.report import Finding, Verdict

ON_THE_WAY = Sentence("rounded on the way")
"""The reason of what can be reached with rounding only."""


def judge(enclosures: Enclosures) -> tuple[Finding, ...]:
    """A finding for each claim on the trace's problem, in the order of the stages."""
    reasons = settle(enclosures, verdict_on)
    findings: list[Finding] = []
    for claim in enclosures.problem.claims.numbers:
        verdict, reason = judged(claim, enclosures)
        convention = reasons.get((claim.stage, claim.index))
        if convention is not None and verdict in (Verdict.CORRECT, Verdict.FOLLOWS):
            reason = convention
        if verdict in (Verdict.SLIP, Verdict.WRONG) and _read_finer(claim, enclosures):
            reason = Sentence(
                "{number} is read as {longer}, like the numbers beside it",
                number=Digits(claim.text),
                longer=Digits(claim.printed),
            )
        findings.append(Finding(claim, worked(enclosures, claim), verdict, reason))
    return tuple(findings)


def _read_finer(claim: Claim, enclosures: Enclosures) -> bool:
    """Whether a claim would be right if it were not read with the decimals of those beside it."""
    computed = enclosures.computed(claim.stage, claim.index)
    return claim.beside is not None and enclosures.claimed(replace(claim, beside=None)).meets(
        computed
    )


def verdict_on(claim: Claim, enclosures: Enclosures) -> Verdict:
    """The first verdict that holds."""
    return judged(claim, enclosures)[0]


def judged(claim: Claim, enclosures: Enclosures) -> tuple[Verdict, str | None]:
    """The first verdict that holds, and the reason where there is one."""
    if claim.undefined:
        verdict = undefined(enclosures, claim)
        return verdict, UNDEFINED if verdict is Verdict.CORRECT else None
    if (claim.stage, claim.index) in enclosures.stand_ins:
        return Verdict.CORRECT, None
    claimed = enclosures.claimed(claim)
    computed = enclosures.computed(claim.stage, claim.index)
    if claimed.meets(computed):
        return Verdict.CORRECT, None
    reachable = enclosures.reachable(claim.stage, claim.index)
    if claimed.meets(reachable):
        return Verdict.FOLLOWS, None
    if enclosures.is_reached(claim, claimed):
        return Verdict.FOLLOWS, ON_THE_WAY
    # Digits may be cut off of what was computed, or of what was worked on from cut-off numbers.
    if min(computed.distance(claim.value), reachable.distance(claim.value)) < claim.unit:
        return Verdict.SLIP, None
    return Verdict.WRONG, None
