"""What comes of files that are to be checked, without the process that checks apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from attncalc.cli.judging import Judge, Work, works
from attncalc.outcomes import Checked, Unreadable


@pytest.fixture
def judge() -> Judge:
    """A judge of several files."""
    return Judge({}, None, None, with_lines=True, alone=False)


def test_each_file_is_read_once(judge: Judge, tmp_path: Path) -> None:
    """What was read may be gone: a pipe gives nothing the second time."""
    problem, sheets = tmp_path / "p.yaml", [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    problem.write_text("scores: [[1, 2]]\n")
    for sheet in sheets:
        sheet.write_text("weights: [[0.5, 0.5]]\n")
    twice = works([str(problem)] * 2, [*map(str, sheets)])
    first = [judge.outcomes(work) for work in twice]
    for path in (problem, *sheets):
        path.unlink()
    second = [judge.outcomes(work) for work in twice]
    for (before,), (after,) in zip(first, second, strict=True):
        assert isinstance(before, Checked)
        assert isinstance(after, Checked)
        assert (before.name, before.lines) == (after.name, {0: 1, 1: 1})
        assert before.report.findings == after.report.findings


def test_broken_problem_is_told_once(judge: Judge, tmp_path: Path) -> None:
    """With the first of its sheets, by its own name."""
    problem = str(tmp_path / "p.yaml")
    first, second = (judge.outcomes(work) for work in works([problem], ["a.yaml", "b.yaml"]))
    (unreadable,) = first
    assert isinstance(unreadable, Unreadable)
    assert (unreadable.file, unreadable.name, second) == (problem, problem, [])


def test_broken_sheet(judge: Judge, tmp_path: Path) -> None:
    """It is told by its own name, for each problem."""
    problem, sheet = tmp_path / "p.yaml", str(tmp_path / "a.yaml")
    problem.write_text("scores: [[1, 2]]\n")
    (outcome,) = judge.outcomes(Work(str(problem), sheet, "a on p"))
    assert isinstance(outcome, Unreadable)
    assert (outcome.file, outcome.name) == (sheet, "a on p")
