"""Trace to Document: the only place where arithmetic becomes teaching."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from attncalc.document.document import Computation, Document, Section
from attncalc.document.wording import words
from attncalc.selection import Selection
from attncalc.steps.trace import Trace
from attncalc.walkthrough.additions import with_additions
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.remark import remark
from attncalc.walkthrough.sections.glossary import glossary
from attncalc.walkthrough.sections.idea import idea
from attncalc.walkthrough.sections.interface import Part, Place
from attncalc.walkthrough.sections.order import explanations_of
from attncalc.walkthrough.title import title

_THERE_AND_BACK = (
    (Place.BEFORE_HEADS, Place.OF_EACH_HEAD, Place.AFTER_HEADS),
    (Place.BACK_TO_HEADS, Place.BACK_IN_EACH_HEAD, Place.BACK_FROM_HEADS),
)


def write_walkthrough(trace: Trace, selection: Selection | None = None) -> Document:
    """The derivation of a trace, written out for the chosen queries and heads.

    If no heads are chosen, the first is written out, and of the others their weights are shown.
    Sections are counted as they are shown; one that stands alone has no number.
    """
    page = Page.of(trace, selection or Selection())
    sections: list[Section] = []
    for before, within, after in _THERE_AND_BACK:
        for part in _parts(page, before):
            _append(sections, part, page)
        for head in page.heads:
            for part in _parts(page, within):
                _append(sections, part, page.of_head(head), head)
        for part in _parts(page, after):
            _append(sections, part, page)
    top = title(page).without(page.selection.hidden)
    assert top is not None  # a title is of no topic
    if page.teaches:
        sections.insert(0, idea(page, sections, 1))
        sections.append(glossary(page, (top, *sections), len(sections) + 1))
    if len(sections) == 1:
        sections = [replace(sections[0], heading=replace(sections[0].heading, number=None))]
    if sections:
        sections[-1] = replace(sections[-1], content=(*sections[-1].content, remark(page)))
    whole = not page.selection.stages and "graph" not in page.selection.hidden
    return Document(top, tuple(sections), partial(_drawn, page) if whole else None)


def _drawn(page: Page) -> Computation:
    """What the first query computes in the first head that is written out."""
    from attncalc.walkthrough.computation import computation_of

    return computation_of(page.of_head(page.heads[0]))


def _parts(page: Page, place: Place) -> Iterator[Part]:
    """The parts that stand there, in order, of the steps that the problem takes."""
    for each in explanations_of(page.trace.problem):
        yield from (part for part in each.parts if part.place is place)


def _append(sections: list[Section], part: Part, page: Page, head: int | None = None) -> None:
    """Add a section, if there is one that is shown; headed by the head it is about."""
    before = len(sections) + page.teaches  # a lesson begins with a section of its own
    written, stages = part.write(page, before + 1), page.selection.stages
    section = None if written is None else written.without(page.selection.hidden)
    if section is None or (stages and not set(section.stages) & set(stages)):
        return
    section = with_additions(section, page.selection)
    if head is not None:
        named = words("{section}, head {head}", section=section.heading.words, head=head + 1)
        section = replace(section, heading=replace(section.heading, words=named))
    sections.append(section)
