"""What attncalc prints may end in the log of a build, where text of others must command nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from attncalc.cli import app
from attncalc.renderers.inert import inert, inert_lines
from tests.conftest import Attncalc

EVIL = (
    "::error file=a.yaml::x",
    "  ::add-mask::x",
    "\u3000::warning::x",
    "##[error]x",
    "###[group]x",
    "##vso[task.setvariable variable=a]x",
    "##teamcity[x]",
    "a\n::error::x",
    "a\r::error::x",
    "\x1b[31m::error::x\x00",
    "long words " * 7 + "::error::x " * 20,
)
COMMAND = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def assert_quiet(text: str) -> None:
    """Nothing in the text is a command to whoever keeps the log, or moves a cursor."""
    assert not COMMAND.search(text), text
    assert not CONTROLS.search(text), text


@pytest.mark.parametrize("evil", EVIL)
def test_text_of_a_problem(evil: str, attncalc: Attncalc) -> None:
    """Titles, sources, notes and tokens command nothing, whatever is printed for a log."""
    problem = {
        "title": evil,
        "source": evil,
        "notes": evil,
        "tokens": [evil, "b"],
        "scores": [[1, 2], [3, 4]],
        "V": [[1], [2]],
        "claims": {"weights": {"#1": [0.5, 0.5]}},
    }
    given = json.dumps(problem)
    for command in (
        ["explain", "-"],
        ["explain", "-", "--all-queries", "--full"],
        ["explain", "-", "--view", "lookup"],
        ["explain", "-", "--json"],
        ["explain", "-", "--format", "csv"],
        ["explain", "-", "--query", evil, "--stages", "nothing"],
        ["check", "-"],
        ["check", "-", "--json"],
        ["check", "-", "--format", "junit"],
        ["compare", "-", "--scale", "1", "--scale", "2"],
    ):
        result = attncalc(*command, stdin=given)
        assert_quiet(result.out)
        assert_quiet(result.err)
    (first, second) = attncalc("check", "-", "-f", "github", stdin=given).out.splitlines()
    for line in (first, second):
        assert line.startswith("::error file=-,title=attncalc check::weights of “")
        assert_quiet(line.removeprefix("::error"))


@pytest.mark.parametrize("evil", EVIL)
def test_arguments(evil: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """Neither do names of files, nor words that are no options."""
    good = tmp_path / "good.yaml"
    good.write_text("scores: [[1]]\nclaims: {weights: [[2]]}\n")
    for command in (
        ["explain", evil],
        ["explain", good, "--output", evil],
        ["explain", good, "--output", f"x.{evil}"],
        ["explain", good, "--query", evil],
        ["explain", good, "--scale", evil],
        ["explain", good, "--format", evil],
        ["explain", good, f"--{evil}"],
        ["explain", good, evil],
        ["check", good, "--tolerance", evil],
        ["check", good, "--claims", evil],
        ["check", evil, good, "--format", "junit"],
        ["check", evil, good, "--json"],
        ["samples", evil],
        ["weave", evil],
    ):
        result = attncalc(*command)
        assert_quiet(result.out)
        assert_quiet(result.err)
    result = attncalc("check", evil, good, "--format", "github")
    assert all(line.startswith("::error file=") for line in result.out.splitlines())
    assert_quiet(result.out.replace("\n::error ", "\n").removeprefix("::error "))


def test_woven_documents(attncalc: Attncalc, tmp_path: Path) -> None:
    """Neither does what weaving says of a document and its numbers."""
    document = tmp_path / "d.md"
    problem = json.dumps({"tokens": [EVIL[0]], "weights": [[1]], "claims": {"weights": [[2]]}})
    for body in (problem, "file=::error::x", "##[error]=2", "tokens: [::error::x"):
        document.write_text(f"```attncalc\n{body}\n```\n")
        assert_quiet(attncalc("weave", document).err)


def test_inert_lines() -> None:
    """Only what begins a line, or what a command looks like, is changed; nothing is moved."""
    assert inert_lines("::a\n  ::b\n\x1b[1m::c\nd ::e\n\n::") == (
        "\N{RATIO}:a\n  \N{RATIO}:b\n\x1b[1m\N{RATIO}:c\nd ::e\n\n\N{RATIO}:"
    )
    assert inert("##ing ## [x] #[y] std::vector") == "##ing ## [x] #[y] std::vector"
    assert inert("###[x]##y[z]") == "#‹#›#[x]‹#›#y[z]"


@pytest.mark.parametrize(("leaving", "code"), [(SystemExit(1), 1), (SystemExit("x"), 0)])
def test_a_reader_who_leaves(
    leaving: SystemExit, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody reads any more, click leaves by itself."""

    def left(_: list[str]) -> int:
        raise leaving

    monkeypatch.setattr(app, "_run", left)
    assert app.call(["schema"]) == code
