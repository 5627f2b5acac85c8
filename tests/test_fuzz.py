"""The fuzzer: its inputs are the same everywhere, it sees what must not be, and a few run clean."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.fuzz import judging, own_claims, pages, running, shrinking
from benchmarks.fuzz.campaign import Campaign, again
from benchmarks.fuzz.cases import Case, OwnClaims, load, save
from benchmarks.fuzz.inputs import case_of
from benchmarks.fuzz.running import Outcome
from tests.conftest import ROOT

INPUTS = 30
CASE = Case(("explain", "in.yaml"), {"in.yaml": b"weights: [[1]]\n"})
FINE = Outcome(0, b"weights\n", "", {"in.yaml": b"weights: [[1]]\n"})


def test_a_few_inputs(tmp_path: Path) -> None:
    """Some inputs of a fixed seed, in a process of their own."""
    campaign = Campaign(11, 0, INPUTS, time.time() + 60, 1, tmp_path)
    campaign.run()
    assert not campaign.found, campaign.summary()
    assert len(campaign.numbers) == INPUTS
    assert {0, 2} <= set(campaign.codes)


def test_same_inputs_everywhere() -> None:
    """The order of hashing, which is another in each process, has no part in an input."""
    program = (
        "from benchmarks.fuzz.inputs import case_of\n"
        "print([case_of(3, number) for number in range(40)])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    there = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, check=True
    )
    here = str([case_of(3, number) for number in range(40)])
    assert there.stdout.decode().rstrip("\n") == here


@pytest.mark.parametrize(
    ("case", "outcome", "signature"),
    [
        (CASE, replace(FINE, code=1), "exit-code: explain 1"),
        (
            CASE,
            replace(
                FINE,
                code=2,
                out=b"",
                err="x: a mistake in attncalc itself: KeyError: 1 at a.py:3\n",
            ),
            "traceback: KeyError at a.py:3",
        ),
        (
            CASE,
            replace(FINE, code=None, escaped="KeyError at a.py:3"),
            "traceback: KeyError at a.py:3",
        ),
        (CASE, replace(FINE, code=2, err="no\n"), "stdout: explain text"),
        (CASE, replace(FINE, code=2, out=b""), "no-message: explain"),
        (CASE, replace(FINE, code=2, out=b"", err="\x1b[2J\n"), "raw-stderr: explain"),
        (CASE, replace(FINE, err="::error::x\n"), "log-command: explain stderr"),
        (
            CASE,
            replace(FINE, err="/x/y.py:7: RuntimeWarning: z\n"),
            "warning: RuntimeWarning y.py:7",
        ),
        (
            CASE,
            replace(FINE, code=2, out=b"", err="the problem does not fit into memory\n"),
            "memory: explain text",
        ),
        (CASE, replace(FINE, out=b"a\x1b]0;b\n"), "raw-output: explain text"),
        (CASE, replace(FINE, out="a\u202eb\n".encode()), "raw-output: explain text"),
        (CASE, replace(FINE, left={}), "removed: explain"),
        (CASE, replace(FINE, left={"in.yaml": b""}), "overwritten: explain"),
        (CASE, replace(FINE, left={**FINE.left, ".x": b""}), "left-behind: explain False"),
        (CASE, replace(FINE, context="a became b"), "context: a became b"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_must_not_be(case: Case, outcome: Outcome, signature: str) -> None:
    """Everything that must not be is seen; a run in which nothing is wrong gives nothing."""
    assert judging.findings(CASE, FINE) == []
    assert [finding.signature for finding in judging.findings(case, outcome)] == [signature]


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("json", '{"a": 1}', '{"a": NaN}'),
        ("csv", "a,b\n1,2\n", "a,b\n1\n1,2,3\n1,2,3,4\n"),
        ("html", "<p>a<br></p>", "<p><b>a</p>"),
        ("html", "<p>a</p>", '<p onclick="x">a</p>'),
        ("html", "<p>a</p>", "<p>a"),
        ("svg", "<svg/>", "<svg>"),
        ("junit", "<a>b</a>", "<a>\x0b</a>"),
        ("tex", r"\{ {}", "{"),
        ("tex", r"\begin{a}\end{a}", r"\begin{a}"),
        ("typ", "a", "#let"),
        ("github", "::error::x\n", "x\n"),
    ],
)
def test_flaws_of_pages(kind: str, right: str, wrong: str) -> None:
    """A page that is not what its format asks for."""
    assert pages.flaw("check", kind, right.encode(), right, closely=kind == "typ") == ""
    assert pages.flaw("check", kind, wrong.encode(), wrong, closely=kind == "typ") != ""


def test_own_numbers(tmp_path: Path) -> None:
    """The program's numbers are handed back to it; a wrong one would be seen."""
    problem = b"scores: [[1, 2]]\nV: [[1], [2]]\n"
    case = Case(("explain", "in.yaml", "--json"), {"in.yaml": problem})
    own = OwnClaims(3)
    running.set_up()
    claimed = own_claims.checked(case, own, running.run(case, tmp_path))
    assert claimed is not None
    numbers = claimed.files["own.json"]
    assert json.loads(numbers)["claims"]["weights"] == [["0.269", "0.731"]]
    assert judging.accusations(own, running.run(claimed, tmp_path)) == []
    false = {**claimed.files, "own.json": numbers.replace(b"0.731", b"0.752")}
    (found,) = judging.accusations(own, running.run(replace(claimed, files=false), tmp_path))
    assert found.signature == "own-claims: wrong"


def test_saved_and_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A case is read back as it was saved, and runs in a process of its own."""
    files = {"in.yaml": b"weights: [[1]]\n", "a b": b"\x00"}
    case = Case(("explain", "in.yaml", "--json"), files, b"x", own_claims=OwnClaims(2))
    save(case, tmp_path / "case", {"kind": "hang"})
    assert load(tmp_path / "case") == case
    assert again(tmp_path / "case") == 0
    assert "exit code 0: nothing found" in capsys.readouterr().out


def test_smaller() -> None:
    """What has no part in a finding is left out."""
    case = Case(
        ("explain", "in", "--full", "-p", "3"), {"in": b"a\nb\nc, d, bad\ne\n", "other": b""}
    )

    def still(candidate: Case) -> bool:
        return b"bad" in candidate.files.get("in", b"") and "-p" in candidate.args

    assert shrinking.smaller(case, still, 5) == Case(("explain", "-p"), {"in": b"bad"})
