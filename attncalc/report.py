"""What a check found: a verdict on each claimed number, and what else can be said of them."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from functools import cached_property
from typing import Any

from attncalc.problem.claims import Claim
from attncalc.records import dataclass
from attncalc.steps.trace import Trace


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


@dataclass(frozen=True)
class Diagnosis:
    """What would give all that is claimed of a part of a stage, to the last printed digit.

    what: a sentence without its full stop, "the scores are not scaled". part: which part of the
    stage, "in head 2" or "for “it”"; empty for all of it. indices: of the claims that it gives.
    convention: whether it is another way that is published too, rather than a mistake.
    """

    stage: str
    what: str
    indices: frozenset[tuple[int, ...]]
    part: str = ""
    convention: bool = False

    @property
    def sentence(self) -> str:
        """In head 2, the scores are not scaled; without its full stop."""
        return f"{self.part}, {self.what}" if self.part else self.what


@dataclass(frozen=True, eq=False)
class Report:
    """What a check of one problem found.

    diagnoses: in the order of the stages, for numbers that are wrong or slip.
    warnings: what can be seen without the inputs, after the trace's own.
    """

    trace: Trace
    findings: tuple[Finding, ...]
    diagnoses: tuple[Diagnosis, ...]
    warnings: tuple[str, ...]

    def diagnosis_of(self, finding: Finding) -> Diagnosis | None:
        """What would give a number that is wrong or slips, if that is known."""
        if finding.verdict not in (Verdict.WRONG, Verdict.SLIP):
            return None
        return self._diagnosed.get((finding.claim.stage, finding.claim.index))

    @cached_property
    def _diagnosed(self) -> dict[tuple[str, tuple[int, ...]], Diagnosis]:
        return {(each.stage, index): each for each in self.diagnoses for index in each.indices}

    @property
    def summary(self) -> dict[Verdict, int]:
        """How many claims have each verdict."""
        counted = Counter(finding.verdict for finding in self.findings)
        return {verdict: counted[verdict] for verdict in Verdict}

    @property
    def unanswered(self) -> int:
        """How many numbers are not claimed of the stages that stand under the claims."""
        named = self.trace.problem.claims.named
        return sum(self.trace[stage].size for stage in named) - len(self.findings)

    @property
    def first_wrong(self) -> Finding | None:
        """The first number that is wrong, in the order of the stages."""
        wrong = (finding for finding in self.findings if finding.verdict is Verdict.WRONG)
        return next(wrong, None)
