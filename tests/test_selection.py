"""What of a trace is written out: chosen once, and nowhere handed on option by option."""

from __future__ import annotations

import ast
from dataclasses import fields
from importlib import import_module
from typing import get_type_hints

import pytest

import attncalc
from attncalc.cli.app import COMMANDS
from attncalc.selection import Selection
from attncalc.walkthrough.lookup import write_lookup
from tests.conftest import ROOT, SAMPLES

OWN = {"full", "every_head"}
"""What nobody but a selection has by these names."""

AT_THE_BOUNDARY = {
    ("cli/explain.py", "explain"),
    ("cli/check.py", "check"),
    ("cli/compare.py", "compare"),
    ("cli/diff.py", "diff"),
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


def test_options_are_declared_once() -> None:
    """What two commands call by the same flag, and explain alike, is one declaration."""
    declared: dict[tuple[str, str], set[int]] = {}
    for name in COMMANDS:
        command = getattr(import_module(f"attncalc.cli.{name}"), name)
        for hint in get_type_hints(command, include_extras=True).values():
            for option in getattr(hint, "__metadata__", ()):
                # typer takes the first flag for a default until it reads the annotation
                for flag in (option.default, *(option.param_decls or ())):
                    declared.setdefault((flag, option.help), set()).add(id(option))
    assert ("--precision", "Decimals of a rounded number.") in declared
    assert {flag for flag, places in declared.items() if len(places) > 1} == set()


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
