"""What Python is given: traces, reports, comparisons that show themselves in a notebook.

The engine's own know nothing of pages. These are the same, with a page of their own, and with a
name that fits on a line.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np

from attncalc import comparison
from attncalc.comparison import Comparison, Origin
from attncalc.difference import Difference
from attncalc.handouts import Handout, handout, several
from attncalc.problem.options import AttentionOptions, Reach
from attncalc.problem.problem import Problem
from attncalc.report import Report
from attncalc.steps import engine
from attncalc.steps.trace import Trace

Given: TypeAlias = "Problem | str | os.PathLike[str] | Mapping[str, object]"
"""A problem, or what load makes one of."""


class Displayed(ABC):
    """Whatever has a page."""

    @abstractmethod
    def handout(self) -> Handout:
        """The page of it."""

    @abstractmethod
    def in_a_line(self) -> str:
        """What it is, in a line."""

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        return self.handout()._repr_mimebundle_(include, exclude)

    def __repr__(self) -> str:
        from attncalc.renderers.inert import inert

        return f"<{inert(self.in_a_line())}>"


class DisplayedTrace(Displayed, Trace):
    """A trace that shows its walkthrough; a view of one head only has a name."""

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        return {} if self.head is not None else super()._repr_mimebundle_(include, exclude)

    def handout(self) -> Handout:
        """The walkthrough of the problem's queries, as attncalc.handout makes it."""
        return handout(self)

    def in_a_line(self) -> str:
        """Which stages it has."""
        of_head = "" if self.head is None else f", head {self.head + 1}"
        return f"Trace{_of(self.problem)}{of_head}: {', '.join(self.stages)}"


class DisplayedReport(Displayed, Report):
    """A report that shows its verdicts."""

    def handout(self) -> Handout:
        """A table a stage, and the first wrong number, derived."""
        from attncalc.walkthrough.checked import write_report

        return Handout(write_report(self))

    def in_a_line(self) -> str:
        """How many numbers have which verdict."""
        from attncalc.walkthrough.checked import summary_line

        return f"Report{_of(self.trace.problem)}: {summary_line(self)}"


class DisplayedComparison(Displayed, Comparison):
    """A comparison that shows where its sides differ."""

    def handout(self) -> Handout:
        """Both sides beside each other."""
        from attncalc.walkthrough.compared import write_comparison

        left, right = origins(self.left.problem, self.right.problem)
        return Handout(write_comparison(self, left, right))

    def in_a_line(self) -> str:
        """Where the sides differ first."""
        first = self.first_difference
        found = "the same on both sides" if first is None else f"first differs in {first}"
        return f"Comparison{_of(self.left.problem)}: {found}"


class DisplayedDifference(Displayed, Difference):
    """A difference that shows where two dumps part."""

    def handout(self) -> Handout:
        """The sentence, the stages, and the first number that differs."""
        from attncalc.walkthrough.differing import write_difference

        return Handout(write_difference(self))

    def in_a_line(self) -> str:
        """The sentence."""
        return f"Difference: {self.sentence}"


def explain(problem: Given, stages: str | Sequence[str] = ()) -> DisplayedTrace:
    """Work a problem through; of a file, or of a mapping, the problem that load finds there.

    stages: names of stages to be kept in a large problem too, where they would be left out.
    Raises StageError for a stage that does not exist, or that this problem does not have.
    """
    return DisplayedTrace(**_parts(engine.explain(_problem(problem), several(stages))))


def check(trace: Trace | Given) -> DisplayedReport:
    """A verdict on every claim on the trace's problem, and what went wrong first.

    trace: or a problem, a file or a mapping, which are worked through for it.
    """
    from attncalc.checking import check as checked

    worked = trace if isinstance(trace, Trace) else engine.explain(_problem(trace))
    return DisplayedReport(**_parts(checked(worked)))


def compare(
    left: Trace, right: Trace, queries: Sequence[int] = (), heads: Sequence[int] = ()
) -> DisplayedComparison:
    """Compare two traces of the same tokens.

    queries: the positions to be measured; those of the two problems if empty, or the first.
    heads: from 0; all of them if empty.
    Raises ComparisonError where tokens, their numbers or the numbers of heads differ.
    """
    return DisplayedComparison(**_parts(comparison.compare(left, right, queries, heads)))


def diff(a: Given | Trace, b: Given | Trace, *, tolerance: float = 0.0) -> DisplayedDifference:
    """Find where two dumps of the same stages part, which of them is wrong, and why.

    a, b: files (.npz, .safetensors, problem files), mappings of arrays, problems or traces.
    tolerance: by how much numbers may differ, whatever rounding explains.
    """
    from attncalc.parting import difference

    return DisplayedDifference(**_parts(difference(a, b, tolerance)))


def origins(left: Problem, right: Problem) -> tuple[Origin, Origin]:
    """What the sides are called: by the options that differ, or just the first and the second."""
    varied = _varied(left, right)
    if varied:
        return Origin("left"), Origin("left", None, varied)
    return Origin("first"), Origin("second")


def _problem(given: Given) -> Problem:
    if isinstance(given, Problem):
        return given
    from attncalc.readers import load

    return load(given)


def _parts(of: Trace | Report | Comparison | Difference) -> dict[str, Any]:
    return {part.name: getattr(of, part.name) for part in fields(of)}


def _of(problem: Problem) -> str:
    return f" of “{problem.title}”" if problem.title else ""


_LONGEST_PADDING = 12
"""Keys beyond which a mask is longer than what is said in a line."""


def _varied(left: Problem, right: Problem) -> dict[str, str]:
    """The right side's options that are others than the left's; none if more than these differ."""
    ours, theirs = left.arrays(), right.arrays()
    if ours.keys() != theirs.keys() or not all(
        np.array_equal(ours[name], theirs[name]) for name in ours
    ):
        return {}
    varied: dict[str, str] = {}
    for option in fields(AttentionOptions):
        one, other = (getattr(side.attention, option.name) for side in (left, right))
        if _same(one, other):
            continue
        text = _told(option.name, right)
        if text is None:
            return {}
        varied[option.name] = text
    return varied


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return type(one) is type(other) and np.array_equal(one, other)  # type: ignore[arg-type]
    return one == other


def _told(option: str, problem: Problem) -> str | None:
    """A problem's option as it is typed; None for what is longer than a word."""
    value = getattr(problem.attention, option)
    if value is None:
        return "1/sqrt(d_k)" if option == "scale" and problem.d_k is not None else "none"
    if isinstance(value, Reach) and len(value.padding or ()) > _LONGEST_PADDING:
        return None
    return str(value) if isinstance(value, str | Decimal | Reach) else None
