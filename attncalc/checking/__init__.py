"""Claims judged: is a printed number right, does it follow from earlier ones, or is it wrong?"""

from __future__ import annotations

from attncalc.checking.diagnoses import diagnose
from attncalc.checking.enclosures import Enclosures
from attncalc.checking.plausibility import implausible, of_32_bits
from attncalc.checking.verdicts import judge
from attncalc.report import Report
from attncalc.steps.trace import Trace


def check(trace: Trace) -> Report:
    """A verdict on every claim on the trace's problem, and what went wrong first."""
    enclosures = Enclosures(trace)
    findings = judge(enclosures)
    noise = of_32_bits(enclosures, findings)
    warnings = (*trace.warnings, *implausible(enclosures), *noise)
    return Report(trace, findings, diagnose(enclosures, findings), warnings)
