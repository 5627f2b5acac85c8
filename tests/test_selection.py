"""What of a trace is written out: chosen once, and nowhere handed on option by option."""

from __future__ import annotations

import ast
from dataclasses import fields

import pytest

import attncalc
from attncalc.selection import Selection
from attncalc.walkthrough.lookup import write_lookup
from tests.conftest import ROOT, SAMPLES

OWN = {"full", "every_head"}
"""What nobody but a selection has by these names."""

AT_THE_BOUNDARY = {
    ("cli/explain.py", "explain"),
    ("cli/check.py", "check"),
    ("cli/compare.py", "compare"),
    ("handouts.py", "handout"),
}
"""Where an option comes in by itself."""


def test_nothing_is_handed_on_by_itself() -> None:
    """Past the boundary no function takes an option that a selection has."""
    assert {each.name for each in fields(Selection)} >= OWN
    product = ROOT / "attncalc"
    found = {
        (path.relative_to(product).as_posix(), node.name)
        for path in product.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for argument in (*node.args.args, *node.args.kwonlyargs)
        if argument.arg in OWN
    }
    assert found == AT_THE_BOUNDARY


@pytest.mark.parametrize(
    ("selection", "count", "heads"),
    [
        (Selection(), 2, ()),
        (Selection(heads=(1,)), 2, (1,)),
        (Selection(every_head=True), 2, (0, 1)),
        (Selection(every_head=True), None, ()),
    ],
)
def test_heads(selection: Selection, count: int | None, heads: tuple[int, ...]) -> None:
    """Heads are those that are named, or all there are; there may be none."""
    assert selection.heads_of(count) == heads


def test_a_lookup_does_not_turn() -> None:
    """The lookup tells of the chosen queries alone, whoever reads it."""
    trace = attncalc.explain(attncalc.load(SAMPLES / "animal.yaml"))
    assert write_lookup(trace, Selection(turns=True)) == write_lookup(trace, Selection())
