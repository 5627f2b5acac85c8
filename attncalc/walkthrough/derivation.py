"""One number of a stage, from its operands to its value, written out term by term."""

from __future__ import annotations

from attncalc.document.expressions import Relation, Symbol
from attncalc.steps.stages import OF_GROUPS
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.interface import Index
from attncalc.walkthrough.sections.order import told


def derivation(page: Page, stage: str, index: Index) -> Relation:
    """A number's symbol, what it is made of, and its value; which head it is of is said before."""
    head, index = page.trace.within_head(stage, index)
    if head is not None and stage in OF_GROUPS:  # any query head of the group sees it
        head *= (page.trace.problem.heads or 1) // (page.trace.problem.kv_heads or 1)
    page = page.of_head(head)
    symbol = Symbol(page.letter(stage), page.index_names(stage, index))
    derived = told(page.trace, stage).derivation(page, stage, index)
    if derived is None:
        value = page.entry(stage, index)
        return Relation((symbol, value.number), (value.sign,))
    return Relation((symbol, *derived.sides), derived.signs)
