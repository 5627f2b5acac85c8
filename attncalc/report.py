"""What a check found: a verdict on each claimed number, and what else can be said of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Any

from attncalc.claims import Claim
from attncalc.trace import Trace


class Verdict(Enum):
    """The first of these that holds of a claim, in this order."""

    CORRECT = "correct"
    FOLLOWS = "follows"
    SLIP = "slip"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """A claim, the value computed for it, and the verdict.

    reason: why the verdict is not the plain formula's, where something is to be said: the
    convention under which the claim is right, or how it is read.
    """

    claim: Claim
    computed: Any
    verdict: Verdict
    reason: str | None = None

    def fails(self, *, strict: bool) -> bool:
        """Whether a check fails for it; under strict for a slip too."""
        return self.verdict is Verdict.WRONG or (strict and self.verdict is Verdict.SLIP)


@dataclass(frozen=True, eq=False)
class Report:
    """What a check of one problem found.

    diagnoses: for a stage that goes wrong, the rule that would give all of its claims.
    warnings: what can be seen without the inputs, after the trace's own.
    """

    trace: Trace
    findings: tuple[Finding, ...]
    diagnoses: dict[str, str]
    warnings: tuple[str, ...]

    @property
    def summary(self) -> dict[Verdict, int]:
        """How many claims have each verdict."""
        counted = Counter(finding.verdict for finding in self.findings)
        return {verdict: counted[verdict] for verdict in Verdict}

    @property
    def first_wrong(self) -> Finding | None:
        """The first number that is wrong, in the order of the stages."""
        wrong = (finding for finding in self.findings if finding.verdict is Verdict.WRONG)
        return next(wrong, None)
