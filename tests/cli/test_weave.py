"""attncalc weave, as a user calls it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from attncalc.problem.problem import Problem
from attncalc.steps import engine
from attncalc.steps.trace import Trace
from tests.conftest import COMMAND, ROOT, Attncalc

CAT = "# Cats\n\n```attncalc\nfile=sample:cat stages=weights\n```\n"
CLAIM = "```attncalc format=json\nweights: [[1]]\nclaims: {weights: [[WEIGHT]]}\n```\n"
END = "<!-- attncalc: to here -->\n"


@pytest.fixture
def handout(tmp_path: Path) -> Path:
    """A document with a block that is not filled yet."""
    path = tmp_path / "handout.md"
    path.write_text(CAT)
    return path


@pytest.mark.installed
def test_in_place(attncalc: Attncalc, handout: Path) -> None:
    """A document is filled in place; one that is up to date is not written again."""
    assert attncalc("weave", handout) == attncalc("weave", handout)
    woven = handout.read_text()
    assert woven.startswith(CAT)
    assert woven.endswith(END)
    os.utime(handout, (1, 1))
    done = attncalc("weave", handout)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert handout.stat().st_mtime == 1


@pytest.mark.installed
def test_check(attncalc: Attncalc, handout: Path) -> None:
    """--check writes nothing and names the documents that would change."""
    done = attncalc("weave", "--check", handout)
    assert (done.code, done.out) == (1, "")
    assert done.err == f"{handout}: not up to date; attncalc weave {handout}\n"
    assert handout.read_text() == CAT
    attncalc("weave", handout)
    assert attncalc("weave", "--check", handout).code == 0


def test_output(attncalc: Attncalc, handout: Path, tmp_path: Path) -> None:
    """--output leaves the document as it is, and writes another, also where both are the same."""
    other = tmp_path / "woven.md"
    assert attncalc("weave", handout, "--output", other).code == 0
    assert handout.read_text() == CAT
    assert other.read_text().endswith(END)
    assert attncalc("weave", other, "-o", tmp_path / "again.md").code == 0
    assert (tmp_path / "again.md").read_bytes() == other.read_bytes()


@pytest.mark.installed
def test_standard_streams(attncalc: Attncalc, tmp_path: Path) -> None:
    """- reads standard input and writes standard output, with every byte of the rest."""
    done = attncalc("weave", "-", stdin=b"\xef\xbb\xbf" + CAT.replace("\n", "\r\n").encode())
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("\ufeff# Cats\r\n")
    assert done.out.endswith("\r\n\r\n<!-- attncalc: to here -->\r\n")
    plain = attncalc("weave", "-", stdin="nothing to weave")
    assert plain.out == "nothing to weave"
    attncalc("weave", "-", "-o", tmp_path / "out.md", stdin="nothing")
    assert (tmp_path / "out.md").read_text() == "nothing"
    checked = attncalc("weave", "-", "--check", stdin=CAT)
    assert (checked.code, checked.out) == (1, "")
    assert attncalc("weave", "-", "--check", stdin="nothing") == attncalc("weave", "-", stdin="")


@pytest.mark.parametrize(
    ("weight", "arguments", "code", "said"),
    [
        ("1", [], 0, ""),
        ("1.02", [], 1, "3: weights of “#1” for “#1”: 1.02 is claimed, 1 is computed\n"),
        ("0.995", [], 1, "3: weights of “#1” for “#1”: 0.995 is claimed, 1 is computed\n"),
        ("1.00", ["--strict"], 0, ""),
    ],
)
def test_claims(
    weight: str, arguments: list[str], code: int, said: str, attncalc: Attncalc, handout: Path
) -> None:
    """A wrong number is told with the document's line; the document is woven all the same."""
    handout.write_text(CLAIM.replace("WEIGHT", weight))
    done = attncalc("weave", handout, *arguments)
    assert (done.code, done.out, done.err) == (code, "", said and f"{handout}:{said}")
    assert handout.read_text().endswith(END)
    assert attncalc("weave", handout, "--check", *arguments).code == code


def test_hostile_claim(attncalc: Attncalc, handout: Path) -> None:
    """A token in a message moves no cursor."""
    body = '{"tokens": ["\\u001b[31m"], "weights": [[1]], "claims": {"weights": [[2]]}}'
    handout.write_text(f"```attncalc format=json\n{body}\n```\n")
    assert "weights of “␛[31m” for “␛[31m”: 2 is claimed" in attncalc("weave", handout).err


def test_slip(attncalc: Attncalc, handout: Path) -> None:
    """A slip fails only under --strict."""
    document = CLAIM.replace("weights: [[1]]", "scores: [[1, 2]]").replace("[[WEIGHT]]", "[[0.26]]")
    handout.write_text(document.replace("[[0.26]]", "[[0.26, ~]]"))
    assert attncalc("weave", handout).code == 0
    done = attncalc("weave", handout, "--strict")
    assert done.code == 1
    assert "0.26 is claimed, 0.268941 is computed" in done.err


def test_errors(attncalc: Attncalc, handout: Path, tmp_path: Path) -> None:
    """A document with an error is left as it is; the others are woven."""
    bad = tmp_path / "bad.md"
    bad.write_text("```attncalc\ntokens: [a]\nx: \x1b\n```\n\n" + END)
    before = bad.read_bytes()
    missing, latin = tmp_path / "handuot.md", tmp_path / "latin.md"
    latin.write_bytes(b"ab\nc\xe4d\n")
    done = attncalc("weave", bad, missing, latin, tmp_path, handout)
    assert (done.code, done.out) == (2, "")
    lines = done.err.splitlines()
    assert lines[0].startswith(f"{bad}:3:4: the character U+001B may not stand in YAML")
    assert f"{bad}:6:1: something woven ends here that has not begun" in lines
    assert f"{missing}: there is no such file" in lines
    assert f"  hint: did you mean {handout}?" in lines
    assert f"{latin}:2:2: this is not text: the byte 0xe4; expected UTF-8" in lines
    assert f"{tmp_path}: this is a directory; expected a file" in lines
    assert "\x1b" not in done.err
    assert bad.read_bytes() == before
    assert handout.read_text().endswith(END)


def test_document_that_cannot_be_written(
    attncalc: Attncalc, handout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that cannot be written is named; the others are woven."""
    if COMMAND:
        pytest.skip("the installed command is another process")
    other = handout.with_name("other.md")
    other.write_text(CAT)
    put = os.replace

    def replace(source: str, target: Path) -> None:
        if target.name == handout.name:
            raise PermissionError(13, "Permission denied")
        put(source, target)

    monkeypatch.setattr("os.replace", replace)
    done = attncalc("weave", handout, other)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"{handout}: cannot be written: Permission denied\n"
    assert (handout.read_text(), other.read_text().endswith(END)) == (CAT, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.md", "-"], "attncalc weave: 2 documents; expected 1 with standard input\n"),
        (["a.md", "b.md", "-o", "c.md"], "attncalc weave: 2 documents; expected 1 with --output\n"),
    ],
)
def test_usage(arguments: list[str], said: str, attncalc: Attncalc) -> None:
    """Several documents have no single place to go to."""
    done = attncalc("weave", *arguments)
    assert (done.code, done.out, done.err) == (2, "", said)


def test_check_and_output(attncalc: Attncalc, handout: Path, tmp_path: Path) -> None:
    """--check has nothing to put into another file."""
    done = attncalc("weave", handout, "--check", "--output", tmp_path / "other.md")
    assert (done.code, done.out) == (2, "")
    assert "--output: --check writes nothing; leave one of both out" in done.err


def test_allow_outside(attncalc: Attncalc, tmp_path: Path) -> None:
    """A document in one folder reads a problem in another only if that is allowed."""
    (tmp_path / "problem.yaml").write_text("scores: [[1]]\n")
    (tmp_path / "docs").mkdir()
    document = tmp_path / "docs" / "d.md"
    document.write_text("```attncalc file=../problem.yaml\n```\n")
    refused = attncalc("weave", document)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(
        f"{document}:1:13: “../problem.yaml” is outside of the document's folder"
    )
    assert attncalc("weave", "--allow-outside", document).code == 0
    assert document.read_text().endswith(END)


def test_too_large(attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input has the limit that files have."""
    if COMMAND:
        pytest.skip("the installed command is another process")
    monkeypatch.setattr("attncalc.readers.contents.LARGEST_TEXT", 1024**2)
    done = attncalc("weave", "-", stdin="a" * (1024**2 + 1))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("-: the file is larger than 1 MiB\n")


def test_mistake_of_ours(
    attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch, handout: Path
) -> None:
    """A mistake in the program is told of the document at which it was; the others are woven."""
    if COMMAND:
        pytest.skip("the installed command is another process")
    other = handout.with_name("other.md")
    other.write_text(CAT.replace("cat", "animal"))
    traced = engine.explain

    def explain(problem: Problem, stages: Sequence[str]) -> Trace:
        if "Cat" in problem.tokens:
            raise ZeroDivisionError("oh")
        return traced(problem, stages)

    monkeypatch.setattr(importlib.import_module("attncalc.weaving.content"), "explain", explain)
    done = attncalc("weave", handout, other)
    assert done.code == 2
    assert done.err.startswith(f"{handout}: a mistake in attncalc itself: ZeroDivisionError: oh at")
    assert handout.read_text() == CAT
    assert other.read_text().endswith(END)


def test_standard_output_that_is_full(attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written is no mistake of a document."""
    if COMMAND:
        pytest.skip("the installed command is another process")

    def write(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("attncalc.cli.output.write", write)
    done = attncalc("weave", "-", stdin="nothing")
    assert (done.code, done.out) == (2, "")
    assert done.err == "attncalc: cannot write: No space left on device\n"


def test_own_documents(attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is woven into the README and the docs is what would be woven now."""
    monkeypatch.chdir(ROOT)
    pages = ["README.md", *sorted(str(path) for path in Path("docs").glob("*.md"))]
    done = attncalc("weave", "--check", *pages)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert any("<!-- attncalc: to here -->" in Path(page).read_text() for page in pages)
