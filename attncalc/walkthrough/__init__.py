"""Trace to Document: the only place where arithmetic becomes teaching."""

from __future__ import annotations

from collections.abc import Sequence

from attncalc.document import Document, Section
from attncalc.numerals import NumberStyle
from attncalc.trace import Trace
from attncalc.walkthrough.given import given, title
from attncalc.walkthrough.meaning import meaning
from attncalc.walkthrough.output import weighted_sum
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.projections import output_projection, projections
from attncalc.walkthrough.scores import masked_scores, scaled_scores, scores
from attncalc.walkthrough.softmax import softmax

PARTS = (
    given,
    projections,
    scores,
    scaled_scores,
    masked_scores,
    softmax,
    weighted_sum,
    output_projection,
    meaning,
)
"""The walkthrough, in order. A part that the problem does not have returns None."""


def write_walkthrough(
    trace: Trace,
    style: NumberStyle | None = None,
    *,
    full: bool = False,
    stages: Sequence[str] = (),
) -> Document:
    """The derivation of a trace, written out for the problem's queries, or its first one.

    full: leave nothing out, however large. stages: only the parts that derive these stages.
    """
    page = Page(trace, style or NumberStyle(), trace.problem.queries or (0,), full)
    sections: list[Section] = []
    for part in PARTS:
        section = part(page, len(sections) + 1)
        if section is not None:
            sections.append(section)
    if stages:
        sections = [section for section in sections if set(section.stages) & set(stages)]
    return Document(title(page), tuple(sections))
