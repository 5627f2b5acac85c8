"""Trace to Document: the only place where arithmetic becomes teaching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from attncalc.document.document import Document, Section
from attncalc.names import COST
from attncalc.selection import Selection
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, words
from attncalc.walkthrough.sections.cache import cache
from attncalc.walkthrough.sections.cost import cost
from attncalc.walkthrough.sections.given import given, title
from attncalc.walkthrough.sections.join import concatenation, folding, other_heads
from attncalc.walkthrough.sections.mask import masked_scores
from attncalc.walkthrough.sections.meaning import meaning
from attncalc.walkthrough.sections.mix import weighted_sum
from attncalc.walkthrough.sections.project import output_projection, projections, unprojected
from attncalc.walkthrough.sections.rotate import added_positions, rotation
from attncalc.walkthrough.sections.score import capped_scores, scaled_scores, scores
from attncalc.walkthrough.sections.softmax import softmax

Part: TypeAlias = Callable[[Page, int], Section | None]
"""A part of the walkthrough, given its number; None where the problem does not have it."""

BEFORE_HEADS: tuple[Part, ...] = (given, cache, added_positions, unprojected, folding)
OF_EACH_HEAD: tuple[Part, ...] = (
    projections,
    rotation,
    scores,
    scaled_scores,
    capped_scores,
    masked_scores,
    softmax,
    weighted_sum,
)
AFTER_HEADS: tuple[Part, ...] = (other_heads, concatenation, output_projection, meaning)


def write_walkthrough(trace: Trace, selection: Selection | None = None) -> Document:
    """The derivation of a trace, written out for the chosen queries and heads.

    If no heads are chosen, the first is written out, and of the others their weights are shown.
    """
    page = Page.of(trace, selection or Selection())
    stages = page.selection.stages
    sections: list[Section] = []
    for part in BEFORE_HEADS:
        _append(sections, part(page, len(sections) + 1))
    for head in page.heads:
        own = page.of_head(head)
        for part in OF_EACH_HEAD:
            _append(sections, part(own, len(sections) + 1), head)
    for part in AFTER_HEADS:
        _append(sections, part(page, len(sections) + 1))
    if COST in stages:
        sections.append(cost(page, len(sections) + 1))
    if stages:
        sections = [section for section in sections if set(section.stages) & set(stages)]
    return Document(title(page), tuple(sections))


def _append(sections: list[Section], section: Section | None, head: int | None = None) -> None:
    """Add a section, if there is one; headed by the head it is about."""
    if section is None:
        return
    if head is not None:
        named = (*section.heading.words, *words(f", head {head + 1}"))
        section = replace(section, heading=replace(section.heading, words=named))
    sections.append(section)
