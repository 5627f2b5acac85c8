"""Samples worked through, and their pages, once for all tests that look at them.

What one test has made covers nothing in another: they are for tests of what becomes of a trace or a
page, and not of how it is made.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from attncalc.document.document import Document
from attncalc.readers import load_all
from attncalc.steps.engine import explain
from attncalc.steps.trace import Trace
from attncalc.walkthrough import write_walkthrough
from tests.conftest import SAMPLES

FILES = sorted(SAMPLES.glob("*.yaml"))


@cache
def traces(path: Path) -> tuple[Trace, ...]:
    """The problems of a file, worked through."""
    return tuple(explain(problem) for problem in load_all(path))


@cache
def page(name: str) -> Document:
    """The walkthrough of a sample's first problem."""
    return write_walkthrough(traces(SAMPLES / f"{name}.yaml")[0])
