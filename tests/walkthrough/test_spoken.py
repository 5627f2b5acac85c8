"""Reports, comparisons and costs in another language: nothing of ours is left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

import attncalc
from attncalc.cli.apart import apart
from attncalc.cli.judging import Judge, died, works
from attncalc.comparison import Origin, compare
from attncalc.document.document import Judgement, Words
from attncalc.language import Tongue, in_tongue
from attncalc.outcomes import Checked, Unreadable
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.checked import write_report, write_summary
from attncalc.walkthrough.compared import write_comparison
from tests.conftest import SAMPLES

GALLERY = SAMPLES / "gallery"


class Bracketed(dict[str, str]):
    """Every sentence there is, between brackets."""

    def get(self, template: str, _: Any = None) -> str:
        return f"⟦{template}⟧"


FOREIGN = Tongue(Bracketed(), comma=False)


def unsaid(part: Any) -> Iterator[str]:
    """Letters of a document that are in no sentence of the language."""
    if isinstance(part, tuple) and any(isinstance(each, Words | Judgement) for each in part):
        texts = (each.text if isinstance(each, Words | Judgement) else " " for each in part)
        whole = "".join(texts)
        while (shorter := re.sub("⟦[^⟦⟧]*⟧", "", whole)) != whole:
            whole = shorter
        yield from filter(re.compile(r"[^\W\d_]{2}").search, [whole])
    elif isinstance(part, tuple):
        for each in part:
            yield from unsaid(each)
    elif is_dataclass(part):
        for field in fields(part):
            yield from unsaid(getattr(part, field.name))


SAMPLES_CHECKED = sorted([*GALLERY.glob("*.yaml"), SAMPLES / "animal.yaml"])


@pytest.mark.parametrize("sample", SAMPLES_CHECKED, ids=lambda path: path.stem)
def test_reports(sample: Path) -> None:
    """Of the file, only its own title, source and notes."""
    problem = attncalc.load_all(sample)[0]
    report = attncalc.check(attncalc.explain(problem))
    with in_tongue(FOREIGN):
        document = write_report(report, name="x.yaml")
    own = {problem.title, problem.notes}
    assert set(unsaid(document)) <= own


def test_comparisons() -> None:
    ours, theirs = (
        attncalc.explain(attncalc.load(SAMPLES / name)) for name in ("scaling.yaml", "scaling.yaml")
    )
    one = attncalc.load(SAMPLES / "multi-head.yaml")
    other = attncalc.load({**_fields("multi-head"), "attention": {"heads": 2, "mask": "causal"}})
    for left, right in ((ours, theirs), (attncalc.explain(one), attncalc.explain(other))):
        comparison = compare(left, right)
        with in_tongue(FOREIGN):
            document = write_comparison(comparison, Origin("-"), Origin("-", None, {"mask": "1"}))
        assert set(unsaid(document)) <= {left.problem.title, right.problem.title, "mask=1"}


def _fields(name: str) -> dict[str, Any]:
    """A sample as a mapping."""
    problem = attncalc.load(SAMPLES / f"{name}.yaml")
    names = ("Q", "K", "V", "W_O")
    return {"tokens": problem.tokens, **{key: getattr(problem, key) for key in names}}


@pytest.mark.parametrize("sample", ["causal", "cross-attention", "grouped-query", "llama-step"])
def test_costs(sample: str) -> None:
    trace = attncalc.explain(attncalc.load_all(SAMPLES / f"{sample}.yaml")[0])
    with in_tongue(FOREIGN):
        document = write_walkthrough(trace, Selection(stages=("cost",)))
    assert list(unsaid(document.sections)) == []


def test_files_that_are_checked_in_another_process() -> None:
    """What is found there is said in the language in force here."""
    judge = Judge({}, None, None, with_lines=False, alone=False)
    files = [str(GALLERY / "workbook-other-width.yaml"), "no.yaml", str(SAMPLES / "animal.yaml")]
    with in_tongue(FOREIGN):
        outcomes = [
            each for found in apart(works(files, []), judge.outcomes, died) for each in found
        ]
        first, missing, _ = outcomes
        assert isinstance(first, Checked)
        assert isinstance(missing, Unreadable)
        document = write_report(first.report)
        assert {*unsaid(write_summary(outcomes))} <= {*files}
    notes = "".join(
        part.text
        for block in document.sections[0].blocks
        for part in getattr(block, "content", ())
        if isinstance(part, Words)
    )
    assert "⟦the scores are divided by √{number}⟧".replace("{number}", "12") in notes
    assert "One mistake would explain" in notes
