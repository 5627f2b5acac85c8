"""That every format, and every option of attention, stands in each table that must know it."""

from __future__ import annotations

from typing import get_args

import pytest

from attncalc import formats
from attncalc.cli import graph, options
from attncalc.options import OPTIONS
from attncalc.readers.options import KEYS
from attncalc.renderers.markdown import MERMAID
from tests.conftest import SAMPLES, Attncalc


def test_pages() -> None:
    """What is to be known of a page is known of every format, in the order of the help."""
    assert tuple(formats.PAGES) == get_args(formats.PageFormat)
    suffixes = [page.suffix for page in formats.PAGES.values()]
    assert len(set(suffixes)) == len(suffixes)
    assert set(MERMAID) <= set(formats.PAGES)


@pytest.mark.parametrize(
    ("suffixes", "known", "without"),
    [
        (options.COMPARE_SUFFIXES, options.CompareFormat, set()),
        (options.EXPLAIN_SUFFIXES, options.ExplainFormat, set()),
        (formats.SHEET_SUFFIXES, formats.SheetFormat, {"jupyterquiz"}),
        (options.CHECK_SUFFIXES, options.CheckFormat, {"github"}),
        (graph.SUFFIXES, formats.DrawingFormat, set()),
    ],
)
def test_suffixes(suffixes: dict[str, str], known: object, without: set[str]) -> None:
    """Every format is chosen by a suffix; annotations are read from a log, and have none."""
    assert {*suffixes.values(), *without} == set(get_args(known))


def test_flags_of_attention() -> None:
    """Whatever a file may say of attention can be typed, in the same order."""
    assert tuple(OPTIONS) == KEYS


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("command", ["explain", "check"])
def test_overridden(command: str, name: str, attncalc: Attncalc) -> None:
    """What is typed is read; what is wrong with it is told by the name of the flag."""
    flag = f"--{name.replace('_', '-')}"
    result = attncalc(command, SAMPLES / "cat.yaml", flag, "[")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(flag)
