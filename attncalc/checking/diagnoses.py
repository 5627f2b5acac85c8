"""Why a stage goes wrong: the known mistake that would give all that is claimed of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from attncalc.arithmetic import Array
from attncalc.attention import like
from attncalc.checking.catalogue import CATALOGUE, Misconception, Numbers
from attncalc.checking.enclosures import Enclosures
from attncalc.claims import Claim
from attncalc.report import Finding, Verdict
from attncalc.trace import Trace

_FEWEST_CLAIMS = 2
"""One number alone is matched by too many rules to say which was followed."""


def diagnose(enclosures: Enclosures, findings: Sequence[Finding]) -> dict[str, str]:
    """For the first stage with a wrong number, the mistake that reproduces all its claims."""
    wrong = [finding.claim.stage for finding in findings if finding.verdict is Verdict.WRONG]
    if not wrong:
        return {}
    stage = wrong[0]
    claims = [finding.claim for finding in findings if finding.claim.stage == stage]
    if len(claims) < _FEWEST_CLAIMS:
        return {}
    trace = enclosures.trace
    with trace.arithmetic():
        for numbers in (_computed(trace), _printed(trace, stage)):
            for misconception in CATALOGUE:
                if _reproduces(misconception, numbers, stage, claims, enclosures):
                    return {stage: misconception.what}
    return {}


def _reproduces(
    misconception: Misconception,
    numbers: Numbers,
    stage: str,
    claims: Sequence[Claim],
    enclosures: Enclosures,
) -> bool:
    values = misconception.rule(numbers)
    if values is not None:
        values = numbers.after(misconception.stage, values, stage)
    if values is None:
        return False
    return all(_decimal(values[claim.index]) in enclosures.claimed(claim) for claim in claims)


def _decimal(number: object) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(float(number))  # type: ignore[arg-type]


def _computed(trace: Trace) -> Numbers:
    return Numbers(trace, {name: stage.values for name, stage in trace.stages.items()})


def _printed(trace: Trace, before: str) -> Numbers:
    """The stages before one as they are printed, where they are."""
    stages: dict[str, Array] = {}
    for name, stage in trace.stages.items():
        values = stage.values.copy()
        for claim in trace.problem.claims.numbers:
            if claim.stage == name and name != before:
                values[claim.index] = like(values, claim.value)
        stages[name] = values
    return Numbers(trace, stages)
