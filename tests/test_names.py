"""What is forgotten of a stage turns red: every table of stages knows every stage."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from attncalc.names import NAMES, STAGES
from attncalc.readers import load_all
from attncalc.steps.engine import explain
from attncalc.steps.order import STEPS
from attncalc.walkthrough.sections.order import EXPLANATIONS, told
from attncalc.walkthrough.sources import sources
from tests.conftest import ROOT, SAMPLES

NO_ARITHMETIC = {"X", "X_key", "weighted_values", "concatenated"}
"""Stages that are given or put together, or whose products are counted with the output's."""

OUTPUT = json.loads((ROOT / "attncalc/schemas/output.schema.json").read_text(encoding="utf-8"))


def documented() -> set[str]:
    """The stages of the table in docs/output-format.md."""
    text = (ROOT / "docs/output-format.md").read_text(encoding="utf-8")
    return set(re.findall(r"`([A-Za-z_]+)`", text))


LONGEST_LABEL = 40
"""Of an arrow; more would not stand beside it."""

TABLES: dict[str, tuple[Collection[str], set[str]]] = {
    "derivations and drawings": (
        [stage for each in EXPLANATIONS if each.step is not None for stage in each.told],
        set(),
    ),
    "the schema of results": (OUTPUT["properties"]["stages"]["properties"], set()),
    "the schema of costs": (
        OUTPUT["properties"]["cost"]["properties"]["stages"]["properties"],
        NO_ARITHMETIC,
    ),
    "the documentation": (documented(), set()),
}
"""What each table knows, and what it rightly does not."""


@pytest.mark.parametrize("table", TABLES)
def test_every_table_knows_every_stage(table: str) -> None:
    """A stage that is added to names.py is missing there until its line is written."""
    known, other = TABLES[table]
    assert [stage for stage in STAGES if stage not in known and stage not in other] == []


def test_names_of_tables_are_stages() -> None:
    """And what a table knows is a stage: nothing is left of one that was removed."""
    for table, (known, _) in TABLES.items():
        if "schema" not in table and "documentation" not in table:
            assert set(known) - {*STAGES} == set(), table


def test_every_step_is_explained() -> None:
    """Once; a step that is added to the order is missing here until it has its section."""
    explained = [each.step for each in EXPLANATIONS if each.step is not None]
    assert [step for step in STEPS if step not in explained] == []
    assert len(explained) == len(STEPS)


@pytest.mark.parametrize("sample", sorted(SAMPLES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_stage_is_told_by_its_step(sample: Path) -> None:
    """The step that makes it here says how its numbers come about, and how it is drawn."""
    for problem in load_all(sample):
        trace = explain(problem)
        for stage in trace.stages:
            (step,) = (step for step in STEPS if stage in step.shapes(problem))
            own = next(each for each in EXPLANATIONS if each.step is step)
            assert own.told[stage] is told(trace, stage)
            drawn = own.told[stage].drawn
            if drawn is not None:
                labels = [drawn.done(trace, start) for start in sources(trace, stage)]
                assert drawn.participant(trace)
                assert max(map(len, labels), default=0) <= LONGEST_LABEL


def test_names_differ() -> None:
    """Two stages are never called the same."""
    assert len({name.called for name in NAMES.values()}) == len(NAMES)


def test_names_are_read_without_arithmetic() -> None:
    """The command line and the documentation read names at no cost to speak of."""
    code = "import sys, attncalc.names; assert not {'numpy', 'rich', 'yaml'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
