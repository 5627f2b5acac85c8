"""Why a stage goes wrong: the known mistake that would give all that is claimed of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from attncalc.arithmetic import Array
from attncalc.attention import like
from attncalc.checking.catalogue import CATALOGUE
from attncalc.checking.enclosures import Enclosures
from attncalc.claims import Claim
from attncalc.report import Diagnosis, Finding, Verdict
from attncalc.stages import STAGES
from attncalc.trace import Trace

_FEWEST_CLAIMS = 2
"""One number alone is matched by too many rules to say which was followed."""


def diagnose(enclosures: Enclosures, findings: Sequence[Finding]) -> tuple[Diagnosis, ...]:
    """For the first stage with a wrong number, the mistake that reproduces all its claims.

    Where there are heads and none does, it may have been made in some of them.
    """
    wrong = [finding.claim for finding in findings if finding.verdict is Verdict.WRONG]
    if not wrong:
        return ()
    stage, trace = wrong[0].stage, enclosures.trace
    claims = [finding.claim for finding in findings if finding.claim.stage == stage]
    what = _mistake(enclosures, claims)
    if what is not None:
        return (Diagnosis(stage, what, _indices(claims)),)
    heads = {_head(trace, claim) for claim in wrong if claim.stage == stage}
    of_heads = [claim for claim in claims if _head(trace, claim) in heads]
    if len(of_heads) == len(claims):
        return ()
    what = _mistake(enclosures, of_heads)
    if what is None:
        return ()
    return (Diagnosis(stage, what, _indices(of_heads), f"in {_listed(heads)}"),)


def _indices(claims: Sequence[Claim]) -> frozenset[tuple[int, ...]]:
    return frozenset(claim.index for claim in claims)


def _head(trace: Trace, claim: Claim) -> int:
    """The head of a claim, from 0; 0 where there are none."""
    head, _ = trace.within_head(claim.stage, claim.index)
    return head or 0


def _listed(heads: set[int]) -> str:
    numbers = [str(head + 1) for head in sorted(heads)]
    *others, last = numbers
    return f"heads {', '.join(others)} and {last}" if others else f"head {last}"


def _mistake(enclosures: Enclosures, claims: Sequence[Claim]) -> str | None:
    """The known mistake that reproduces these claims on a stage."""
    if len(claims) < _FEWEST_CLAIMS:
        return None
    stage = claims[0].stage
    with enclosures.trace.arithmetic():
        for trace in _ways(enclosures.trace, stage):
            for known in CATALOGUE:
                values = known.stage_under(trace, stage)
                if values is not None and _gives(values, claims, enclosures):
                    return known.what
    return None


def _gives(values: Array, claims: Sequence[Claim], enclosures: Enclosures) -> bool:
    """Whether a stage of these values would be printed as it is claimed."""
    if values.shape != enclosures.trace[claims[0].stage].shape:
        return False
    return all(_decimal(values[claim.index]) in enclosures.claimed(claim) for claim in claims)


def _decimal(number: object) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(float(number))  # type: ignore[arg-type]


def _ways(trace: Trace, before: str) -> Iterator[Trace]:
    """The stages as they are computed; and those before one as they are printed, if any is."""
    yield trace
    place = STAGES.index(before)
    earlier = [claim for claim in trace.problem.claims.numbers if STAGES.index(claim.stage) < place]
    printed = dict(trace.stages)
    for name in {claim.stage for claim in earlier}:
        values = trace[name].copy()
        for claim in earlier:
            if claim.stage == name:
                values[claim.index] = like(values, claim.value)
        printed[name] = replace(printed[name], values=values)
    if earlier:
        yield replace(trace, stages=printed)
