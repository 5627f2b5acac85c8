"""Another step in between: what is said of the steps behind it is made of it, and stays true."""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

import mpmath
import numpy as np
import pytest

import attncalc
from attncalc.document.document import Document, Table, Words
from attncalc.document.expressions import Product, Vector
from attncalc.names import NAMES
from attncalc.numbers.known import Known
from attncalc.selection import Selection
from attncalc.steps.trace import Stage, Trace
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.derivation import derivation
from attncalc.walkthrough.lookup import write_lookup
from attncalc.walkthrough.page import Page
from tests.conftest import SAMPLES
from tests.walkthrough.test_true import STYLE, signs_on, value

BETWEEN = "between"
"""What the step in between is called."""

CASES = [
    ("projections", ("X", "Q", "K", "V", "scores", "scaled_scores", "weights", "head_outputs")),
    ("rope", ("Q", "K", "Q_rotated", "K_rotated")),
    ("llama", ("Q", "K", "V", "K_rotated", "scaled_scores", "masked_scores")),
    ("llama-step", ("V", "Q_rotated", "scores")),
    ("learned-positions", ("X", "X_positioned")),
    ("softcap", ("scores", "scaled_scores", "capped_scores")),
    ("alibi", ("scaled_scores", "masked_scores")),
    ("sink", ("masked_scores", "weights")),
    ("multi-head", ("head_outputs", "concatenated")),
]


def put_between(trace: Trace, stage: str, monkeypatch: pytest.MonkeyPatch) -> Trace:
    """A trace in which a stage is half of what it was, and doubled before it is used.

    All the stages behind it are as they were, so that whatever takes the stage for what they are
    made of says what is not true.
    """
    monkeypatch.setitem(NAMES, BETWEEN, replace(NAMES[stage], name=BETWEEN))
    for module in [each for name, each in sys.modules.items() if name.startswith("attncalc.")]:
        for kind in ("OF_HEADS", "OF_GROUPS", "OF_KEYS", "ONE_A_PAIR"):
            known = getattr(module, kind, ())
            if stage in known:
                monkeypatch.setattr(module, kind, (*known, BETWEEN))
    stages: dict[str, Stage] = {}
    for name, made in trace.stages.items():
        if stage in made.made_of:
            sources = tuple(BETWEEN if each == stage else each for each in made.made_of)
            stages[name] = replace(made, made_of=sources)
        else:
            stages[name] = made
        if name == stage:
            half = Known(made.values * Decimal("0.5"), made.exact)
            stages[name] = Stage.of(name, half, *made.made_of)
            stages[BETWEEN] = Stage.of(BETWEEN, made.plain, name)
    return replace(trace, stages=stages)


def without(document: Document, stage: str) -> Document:
    """The page without what tells how a stage comes about."""
    kept = (section for section in document.sections if stage not in section.stages)
    return replace(document, sections=tuple(kept))


@pytest.mark.parametrize(
    ("sample", "stage"), [(sample, stage) for sample, stages in CASES for stage in stages]
)
def test_between(sample: str, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sign on the page, and in the derivations of what is made of it, is true."""
    recorded = attncalc.explain(attncalc.load(SAMPLES / f"{sample}.yaml"))
    trace = put_between(recorded, stage, monkeypatch)
    selection = Selection(style=STYLE, full=True, heads=tuple(range(trace.problem.heads or 0)))
    assert signs_on(without(write_walkthrough(trace, selection), stage)) > 5
    if stage != "weights":  # which a lookup shows as they are
        signs_on(write_lookup(trace, selection))
    page = Page(trace, selection, (0,))
    for name in (name for name, made in trace.stages.items() if BETWEEN in made.made_of):
        for index in np.ndindex(trace[name].shape):
            expect_derived(page, name, index)


def expect_derived(page: Page, stage: str, index: tuple[int, ...]) -> None:
    """What an entry is computed by comes to that entry."""
    sides = derivation(page, stage, index).sides
    number = mpmath.mpf(str(page.trace[stage][index]).replace("Infinity", "inf"))
    with mpmath.workdps(60):
        for side in sides[1:]:
            found = value(side)
            assert found is None or abs(found - number) < 1e-12 * max(1, abs(number)), sides


def vectors(table: Table) -> list[list[Any]]:
    """Each row's vectors and products of one, as numbers."""
    found: list[list[Any]] = []
    for row in table.rows:
        cells = [cell[0] for cell in row.cells if isinstance(cell, tuple)]
        found.append([value(each) for each in cells if isinstance(each, Vector | Product)])
    return found


def tables(document: Document, title: str) -> list[Table]:
    """The tables of the section of that title."""
    (section,) = (each for each in document.sections if each.heading.words[0] == Words(title))
    return [block for block in section.blocks if isinstance(block, Table)]


def test_sum_of_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embeddings that positions are added to, and the positions, add up to the sums."""
    recorded = attncalc.explain(attncalc.load(SAMPLES / "learned-positions.yaml"))
    trace = put_between(recorded, "X", monkeypatch)
    table = tables(write_walkthrough(trace, Selection(style=STYLE)), "Positions")[-1]
    for x, p, both in vectors(table):
        assert [one + other for one, other in zip(x, p, strict=True)] == both


def test_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """What each head gives is what is put side by side."""
    recorded = attncalc.explain(attncalc.load(SAMPLES / "multi-head.yaml"))
    trace = put_between(recorded, "head_outputs", monkeypatch)
    document = write_walkthrough(trace, Selection(style=STYLE))
    heads, every = tables(document, "Heads together")
    query = recorded.problem.queries[0] if recorded.problem.queries else 0
    beside = [entry for (vector,) in vectors(heads) for entry in vector]
    assert beside == vectors(every)[query][0]


def test_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares of values add up to what is retrieved, and the best match's value is its own."""
    recorded = attncalc.explain(attncalc.load(SAMPLES / "projections.yaml"))
    trace = put_between(recorded, "V", monkeypatch)
    document = write_lookup(trace, Selection(style=STYLE))
    assert document == write_lookup(recorded, Selection(style=STYLE))


@pytest.mark.parametrize("stage", ["scores", "scaled_scores"])
def test_place_of_a_cap(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a cap comes is said only as long as nothing else comes there."""
    recorded = attncalc.explain(attncalc.load(SAMPLES / "softcap.yaml"))
    assert "before bias and mask" in repr(write_walkthrough(recorded))
    trace = put_between(recorded, stage, monkeypatch)
    assert "before bias and mask" not in repr(write_walkthrough(trace))
