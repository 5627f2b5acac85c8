"""attncalc check, as a user calls it."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from attncalc.checking import check as attncalc_check
from attncalc.cli import progress
from attncalc.cli.check import spread
from attncalc.exports.report_ci import github, junit
from attncalc.exports.report_json import outcome_json
from attncalc.outcomes import Checked
from attncalc.readers import load
from attncalc.steps.engine import explain
from attncalc.steps.trace import Trace
from tests import schemas
from tests.conftest import COMMAND, ROOT, SAMPLES, Attncalc

GOLDEN = Path(__file__).parent / "golden"

PAGE = """\
title: A page
tokens:
  - {token: The,    q: [0.1, 0.2], k: [0.2, 0.1], v: [1, 2]}
  - {token: animal, q: [0.5, 0.4], k: [0.6, 0.5], v: [3, 4]}
attention: {scale: none}
"""
CLAIMS = """\
scores: {animal: {The: 0.14, animal: 0.50}}
weights: {animal: [0.41, 0.58]}
output: [~, [2.15, 3.9]]
"""
PROBLEM = PAGE + "claims:\n" + "".join(f"  {line}\n" for line in CLAIMS.splitlines())


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """A problem with one claim of each verdict."""
    file = tmp_path / "problem.yaml"
    file.write_text(PROBLEM)
    return file


@pytest.mark.installed
@pytest.mark.parametrize(
    "name", ["animal", "animal-weighted-sum", "gallery/alammar-gpt2-masked-scores"]
)
def test_page(name: str, attncalc: Attncalc, golden: Callable[[Path, str], None]) -> None:
    """What a check says of the documents' examples, in 80 columns."""
    result = attncalc("check", SAMPLES / f"{name}.yaml")
    assert (result.code, result.err) == (1, "")
    assert max(map(len, result.out.splitlines())) <= 80
    golden(GOLDEN / f"check-{Path(name).name}-80.txt", result.out)


@pytest.mark.installed
def test_json(problem: Path, attncalc: Attncalc) -> None:
    """The contract's object, number by number."""
    result = attncalc("check", problem, "--json")
    found = json.loads(result.out)
    schema = json.loads((ROOT / "attncalc/schemas/check.schema.json").read_text())
    schemas.validate(found, schema)
    assert list(found) == [
        *("schema", "file", "title", "summary", "unanswered", "first_wrong", "claims", "warnings")
    ]
    assert (found["file"], found["unanswered"]) == (str(problem), 6)
    assert found["schema"] == "attncalc.check/1"
    assert found["summary"] == {"correct": 3, "follows": 1, "slip": 1, "wrong": 1}
    assert found["claims"][0] == {
        "stage": "scores",
        "index": [1, 0],
        "query": "animal",
        "key": "The",
        "claimed": "0.14",
        "computed": 0.14,
        "verdict": "correct",
        "reason": None,
        "diagnosis": None,
    }
    assert found["first_wrong"]["claimed"] == "3.9"
    assert found["first_wrong"]["key"] is None
    assert result.code == 1


def test_tolerance(problem: Path, attncalc: Attncalc) -> None:
    """A tolerance of the command line widens every claim; what is none is refused."""
    found = json.loads(attncalc("check", problem, "--tolerance", "0.01", "--json").out)
    assert found["summary"] == {"correct": 4, "follows": 1, "slip": 0, "wrong": 1}
    assert attncalc("check", problem, "--tolerance", "1").code == 0
    for text in ("-1", "x", "nan"):
        refused = attncalc("check", problem, "--tolerance", text)
        assert (refused.code, refused.out) == (2, "")
        message = f"“{text}”; expected a number that is not negative, like 1e-6"
        assert message in " ".join(refused.err.replace("│", "").split())


@pytest.mark.installed
def test_exit_codes(problem: Path, attncalc: Attncalc, tmp_path: Path) -> None:
    """1 for a wrong number, under --strict for a slip too, 2 where a file cannot be read."""
    right = tmp_path / "right.yaml"
    right.write_text(PAGE + "claims: {scores: {animal: {The: 0.14}}}\n")
    slip = tmp_path / "slip.yaml"
    slip.write_text(PAGE + "claims: {weights: {animal: {animal: 0.58}}}\n")
    assert attncalc("check", right).code == 0
    assert attncalc("check", problem).code == 1
    assert attncalc("check", slip).code == 0
    assert attncalc("check", slip, "--strict").code == 1
    assert attncalc("check", tmp_path / "none.yaml", right).code == 2


@pytest.mark.installed
def test_broken_file_does_not_stop_the_rest(problem: Path, attncalc: Attncalc) -> None:
    """A file that cannot be read is reported, the others are checked, and all are summed up."""
    result = attncalc("check", problem.parent / "none.yaml", problem, problem)
    assert result.err == f"{problem.parent}/none.yaml: there is no such file\n"
    assert "2 problems checked, 2 with a wrong number; 1 file could not be read" in result.out
    assert result.code == 2


def test_claims_of_their_own(attncalc: Attncalc, tmp_path: Path, problem: Path) -> None:
    """Claims may come from a second file, bare or under their key, and by standard input."""
    page = tmp_path / "page.yaml"
    page.write_text(PAGE)
    claims = tmp_path / "claims.yaml"
    claims.write_text(CLAIMS)
    expected = json.loads(attncalc("check", problem, "--json").out)

    def found(*arguments: str | Path, stdin: str = "") -> dict[str, object]:
        result = attncalc("check", *arguments, "--json", stdin=stdin)
        assert (result.code, result.err) == (1, "")
        return dict(json.loads(result.out))

    assert found(page, "--claims", claims) == {**expected, "file": str(claims)}
    claims.write_text(PROBLEM.partition("none}\n")[2])
    assert found(problem, "--claims", claims) == {**expected, "file": str(claims)}
    assert found(page, "--claims", "-", stdin=CLAIMS) == {**expected, "file": "-"}


def test_claims_of_several_problems(attncalc: Attncalc, tmp_path: Path) -> None:
    """One document of claims is for all problems of a file, or there is one for each."""
    page, claims = tmp_path / "pages.yaml", tmp_path / "claims.yaml"
    page.write_text("scores: [[1, 2]]\n---\nscores: [[3, 4]]\n")
    claims.write_text("scores: [[1, ~]]\n---\nscores: [[3, ~]]\n")
    assert attncalc("check", page, "--claims", claims).code == 0
    claims.write_text("scores: [[1, ~]]\n")
    result = attncalc("check", page, "--claims", claims, "-f", "github")
    assert result.out.count("line=1,") == 1
    claims.write_text("{}\n---\n{}\n---\n{}\n")
    result = attncalc("check", page, "--claims", claims)
    assert result.err == f"{claims}: 3 documents of claims; expected 1, or 2, one a problem\n"


def test_claims_table(attncalc: Attncalc, tmp_path: Path) -> None:
    """A table of claims: tokens above and beside, empty cells where nothing is claimed."""
    page = tmp_path / "page.yaml"
    page.write_text("tokens: [a, b, a]\nscores: [[0,0,0],[0,0,0],[0,0,0]]\nV: [[1],[2],[3]]\n")
    table = tmp_path / "claims.csv"
    table.write_text(",a,b,a\na,0.33,,0.33\n\na,0.4,,\n")
    result = attncalc("check", page, "--claims", table, "--stage", "weights", "--json")
    claims = json.loads(result.out)["claims"]
    assert [(claim["index"], claim["verdict"]) for claim in claims] == [
        ([0, 0], "correct"),
        ([0, 2], "correct"),
        ([2, 0], "slip"),
    ]
    table.write_text("token\t1\nb\t2.2\n")
    table = table.rename(tmp_path / "claims.tsv")
    result = attncalc("check", page, "--claims", table, "--stage", "output", "--json")
    assert json.loads(result.out)["first_wrong"]["index"] == [1, 0]


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (",a\na,1,2\n", ["--stage", "weights"], ":2:1: 2 numbers; expected 1, as in the header"),
        (",a,b\na,1\n", ["--stage", "weights"], ":2:1: 1 number; expected 2, as in the header"),
        (
            ",\n",
            ["--stage", "weights"],
            ": the file is empty; expected a header, and a row for each token",
        ),
        (",a\nz,1\n", ["--stage", "weights"], ":2:1: claims.weights: no token “z”"),
        (",a\na,x\n", ["--stage", "weights"], ":2:3: claims.weights: “x”; expected a number"),
        ("t,1\na,x\n", ["--stage", "output"], ":2:3: claims.output: “x”; expected a number"),
        (",a\na,1\n", [], ": a table of claims; expected --stage to say of which"),
    ],
)
def test_bad_tables(
    table: str, options: list[str], message: str, attncalc: Attncalc, tmp_path: Path
) -> None:
    """What is wrong with a table of claims is told with its place."""
    page, claims = tmp_path / "page.yaml", tmp_path / "claims.csv"
    page.write_text("tokens: [a]\nscores: [[1]]\nV: [[1]]\n")
    claims.write_text(table)
    result = attncalc("check", page, "--claims", claims, *options)
    assert result.code == 2
    assert result.err.startswith(f"{claims}{message}")


@pytest.mark.installed
def test_github(problem: Path, attncalc: Attncalc, tmp_path: Path) -> None:
    """A workflow command a wrong number, at its line."""
    result = attncalc("check", problem, "--format", "github")
    name = str(problem).replace(":", "%3A").replace(",", "%2C")
    assert result.out == (
        f"::error file={name},line=9,title=attncalc check::"
        "output of “animal”: 3.9 is claimed, 3.17808 is computed\n"
    )
    strict = attncalc("check", problem, "--format", "github", "--strict")
    assert strict.out.count("::error ") == 2
    assert attncalc("check", "-", "--format", "github", stdin=PROBLEM).out.startswith(
        "::error file=-,title"
    )
    claims = tmp_path / "claims.yaml"
    claims.write_text(CLAIMS)
    own = attncalc("check", problem, "--claims", claims, "--format", "github")
    assert f"{claims},line=3," in own.out


def test_github_says_why(attncalc: Attncalc) -> None:
    """A diagnosis is told with every number it explains, and a masked score as one."""
    sample = SAMPLES / "gallery/alammar-gpt2-masked-scores.yaml"
    assert "it follows if the scores are" in attncalc("check", sample, "-f", "github").out
    masked = "scores: [[1, 2]]\nattention: {mask: [[1, 0]]}\nclaims: {masked_scores: [[1, 2]]}\n"
    assert (
        "2 is claimed, a masked score is computed"
        in attncalc("check", "-", "-f", "github", stdin=masked).out
    )


@pytest.mark.installed
def test_junit(problem: Path, attncalc: Attncalc, tmp_path: Path) -> None:
    """A suite a problem, a case a number; hostile text leaves the XML whole."""
    report = tmp_path / "report.xml"
    problem.write_text(PROBLEM.replace("A page", '"<b>&\\x1b"'))
    assert attncalc("check", problem, "-o", report).code == 1
    (suite,) = ElementTree.parse(report).getroot()
    name = f"{problem}: <b>&␛"
    assert suite.attrib == {"name": name, "tests": "6", "failures": "1", "errors": "0"}
    assert next(iter(suite)).attrib["name"] == "scores[1,0] = 0.14"
    (failure,) = suite.iter("failure")
    assert failure.attrib["type"] == "wrong"


def test_reasons_are_told_to_machines() -> None:
    """Why a number is judged so is told wherever it is told at all."""
    problem = load({"scores": [["1", "2"]], "claims": {"weights": [["0.5", "0.7311"]]}})
    report = attncalc_check(explain(problem))
    reasoned = tuple(replace(finding, reason="because \x1b") for finding in report.findings)
    checked = Checked("a.yaml", "a.yaml", replace(report, findings=reasoned))
    assert github([checked], strict=False) == (
        "::error file=a.yaml,title=attncalc check::weights of “#1” for “#1”: 0.5 is claimed, "
        "0.268941 is computed; because ␛\n"
    )
    wrong, right = ElementTree.fromstring(junit([checked], strict=False))[0]
    assert wrong[0].attrib["message"].endswith("0.268941 is computed; because ␛")
    assert (right[0].tag, right[0].text) == ("system-out", "because ␛")
    exported = json.loads(outcome_json(checked))
    assert [claim["reason"] for claim in exported["claims"]] == ["because \x1b"] * 2


def test_sheets(attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One problem and many sheets: a report each, named by its file, wherever another is broken."""
    monkeypatch.chdir(tmp_path)
    page, *sheets = (Path(f"{name}.yaml") for name in ("page", "a", "b", "c"))
    page.write_text(PAGE)
    for sheet, claims in zip(sheets, ("output: [[1, ~], ~]\n", "{", CLAIMS), strict=True):
        sheet.write_text(claims)
    spread = ["--claims", sheets[0], "--claims", sheets[1], "--claims", sheets[2]]
    once = attncalc("check", page, "--claims", *sheets, "--json")
    assert once == attncalc("check", page, *spread, "--json")
    assert once == attncalc("check", *spread, page, "--json")
    assert once.code == 2
    first, broken, last = map(json.loads, once.out.splitlines())
    assert [each["file"] for each in (first, broken, last)] == [*map(str, sheets)]
    assert (first["unanswered"], first["summary"]["wrong"]) == (3, 1)
    assert [error["file"] for error in broken["errors"]] == [str(sheets[1])]
    text = attncalc("check", page, "--claims", *sheets, "--precision", "2").out
    assert " ".join(text.split()).endswith(
        f"{sheets[0]} 1 number: ✗ 1 wrong; 3 not answered {sheets[1]} could not be read "
        f"{sheets[2]} 6 numbers: ✓ 3 correct, → 1 follows, ≈ 1 slip, ✗ 1 wrong; 6 not answered"
    )


def test_sheets_of_several_problems(
    attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet may be for several problems; one of them that is broken is told once."""
    monkeypatch.chdir(tmp_path)
    sheets, pages = [Path("a.yaml"), Path("b.yaml")], [Path("no.yaml"), Path("page.yaml")]
    pages[1].write_text(PAGE)
    for sheet in sheets:
        sheet.write_text("scores: {animal: {The: 0.14}}\n")
    result = attncalc("check", *pages, "--claims", *sheets)
    assert (result.code, result.err) == (2, f"{pages[0]}: there is no such file\n")
    assert f"1 number in {sheets[0]} on {pages[1]}: ✓ 1 correct" in result.out.replace("\n", " ")
    assert "2 problems checked, 0 with a wrong number; 1 file could not be read" in result.out
    pages[1].write_text(f"{PAGE}---\n{PAGE}")
    found = attncalc("check", pages[1], "--claims", sheets[0]).out
    assert f"{sheets[0]}, problem 2" in found.replace("\n", " ")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("p --claims a b", "p --claims a --claims b"),
        ("p --claims a b --strict c", "p --claims a --claims b --strict c"),
        ("--claims a p q", "--claims a p q"),
        ("-f json --claims a p", "-f json --claims a p"),
        ("-f json p --claims a - -f text b", "-f json p --claims a --claims - -f text b"),
        ("p --claims a -- b", "p --claims a -- b"),
        ("-- p --claims a b", "-- p --claims a b"),
        ("p --claims", "p --claims"),
        ("p --claims=a b", "p --claims=a b"),
    ],
)
def test_spread(given: str, meant: str) -> None:
    """--claims takes all files behind it, once an argument has stood before it."""
    assert spread(given.split(), "--claims", {"--claims", "-f"}) == meant.split()


def test_pipes_are_read_once(attncalc: Attncalc, tmp_path: Path) -> None:
    """What a pipe gives is all that is asked of it, also for the lines of annotations."""
    pipes = {tmp_path / "problem": PAGE, tmp_path / "sheet": CLAIMS}
    for pipe, text in pipes.items():
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_text, args=(text,), daemon=True)
        writer.start()
    problem, sheet = pipes
    result = attncalc("check", problem, "--claims", sheet, "--format", "github")
    assert (result.code, result.err) == (1, "")
    assert result.out.startswith(f"::error file={sheet},line=3,title=attncalc check::")


def test_table_from_a_pipe(attncalc: Attncalc, tmp_path: Path) -> None:
    """A table of claims needs no suffix: --stage tells that it is one."""
    page = tmp_path / "page.yaml"
    page.write_text("tokens: [a, b]\nscores: [[0, 0], [0, 0]]\n")
    given = ["check", page, "--claims", "-", "--stage", "weights", "-f", "github"]
    assert attncalc(*given, stdin=",a,b\na,0.5,\n").code == 0
    assert attncalc(*given, stdin="weights: [[0.5, ~], ~]\n").code == 0
    table = tmp_path / "sheet"
    table.write_text(",a,b\na,0.4,\n")
    found = attncalc("check", page, "--claims", table, "--stage", "weights", "-f", "github")
    assert found.out.startswith(f"::error file={table},line=2,title")


def test_standard_input_once(attncalc: Attncalc) -> None:
    """Standard input is one file."""
    result = attncalc("check", "-", "--claims", "-", stdin=PROBLEM)
    assert (result.code, result.out) == (2, "")
    assert "FILE: - is given more than once; standard input can be read once" in result.err


def test_unreadable_files_are_told_to_machines(
    problem: Path, attncalc: Attncalc, tmp_path: Path
) -> None:
    """A file that cannot be read has its place in JSON, JUnit and annotations."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("scores: [[1, x]]\nkeys: 2\n")
    result = attncalc("check", bad, problem, "--json")
    assert result.code == 2
    schema = json.loads((ROOT / "attncalc/schemas/check.schema.json").read_text())
    first, second = map(json.loads, result.out.splitlines())
    for line in (first, second):
        schemas.validate(line, schema)
    assert list(first) == ["schema", "file", "errors"]
    assert first["errors"][0] == {
        "file": str(bad),
        "line": 1,
        "column": 14,
        "field": "scores",
        "message": "“x”; expected a number",
        "hint": None,
    }
    assert second["file"] == str(problem)

    result = attncalc("check", bad, problem, "--format", "junit")
    broken, whole = ElementTree.fromstring(result.out)
    counts = {"tests": "1", "failures": "0", "errors": "1"}
    assert broken.attrib == {"name": str(bad), **counts}
    ((error,),) = broken
    assert error.attrib["message"] == f"{bad}:1:14: scores: “x”; expected a number"
    assert (error.text or "").count(str(bad)) == 2
    assert whole.attrib["errors"] == "0"

    result = attncalc("check", bad, problem, "--format", "github")
    assert result.out.startswith(
        f"::error file={bad},line=1,col=14,title=attncalc check::scores: “x”; expected a number\n"
        f"::error file={bad},line=2,col=1,title=attncalc check::"
    )


@pytest.mark.parametrize("kind", ["json", "junit", "github", "text"])
def test_nothing_on_standard_output(kind: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """Of one file that cannot be read, standard output gets nothing; a file gets the error."""
    missing, report = tmp_path / "missing.yaml", tmp_path / "report"
    result = attncalc("check", missing, "--format", kind)
    assert (result.code, result.out) == (2, "")
    result = attncalc("check", missing, "--format", kind, "--output", report)
    assert (result.code, result.out) == (2, "")
    assert report.exists() == (kind != "text")
    assert kind == "text" or "there is no such file" in report.read_text()


def test_one_that_dies_takes_no_other_along(
    attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch, problem: Path, tmp_path: Path
) -> None:
    """A file at which the program itself fails, or the process ends, is an error like any other."""
    if COMMAND:
        pytest.skip("the installed command is another process")

    def full() -> None:
        raise MemoryError

    ends: dict[str, Callable[[], object]] = {
        "raises": lambda: 1 / 0,
        "kills": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "leaves": lambda: os._exit(3),
        "fills": full,
    }

    def judged(trace: Trace) -> object:
        end = ends.get(trace.problem.title or "")
        return attncalc_check(trace) if end is None else end()

    monkeypatch.setattr("attncalc.checking.check", judged)
    files = [problem]
    for title in ends:
        file = tmp_path / f"{title}.yaml"
        file.write_text(PROBLEM.replace("A page", title))
        files += [file, problem]
    result = attncalc("check", *files, "--json")
    assert result.code == 2
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in files]
    assert all(line["summary"]["wrong"] == 1 for line in lines[::2])
    raised, killed, left, filled = (line["errors"][0]["message"] for line in lines[1::2])
    assert raised.startswith("a mistake in attncalc itself: ZeroDivisionError: division by zero at")
    assert killed == "the process that checked it was ended by SIGKILL"
    assert left == "the process that checked it was ended with exit code 3"
    assert filled == "the problem does not fit into memory"
    assert f"{files[3]}: the process that checked it was ended by SIGKILL\n  hint: " in result.err


BAD_CLAIMS = """\
tokens: [a, b]
scores: [[1, 2], [3, 4]]
attention: {mask: causal}
claims:
  wieghts: [[1]]
  output: [[1]]
  scores: [[1, 2, 3], {a: 1, c: 2}, 5]
  masked_scores: {a: {b: -inf, a: -inf}, b: [[1], x]}
  weights: {a: -inf, b: {b: {a: 1}}}
  sums: {a: {b: 1}, "#1": 2, b: inf}
  tolerance: -1
"""


def test_bad_claims(attncalc: Attncalc) -> None:
    """Everything that is no claim, in one go, each at its place."""
    result = attncalc("check", "-", stdin=BAD_CLAIMS)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "-:5:12: claims.wieghts: there is no stage “wieghts”; expected one of "
        "scores, masked_scores, exponentials, sums, weights\n  hint: did you mean weights?\n"
        "-:6:11: claims.output: this problem has no stage “output”; expected one of "
        "scores, masked_scores, exponentials, sums, weights\n"
        "-:7:11: claims.scores: 3 rows; expected 2 (scores is 2 × 2)\n"
        "-:8:46: claims.masked_scores: a list or mapping; expected a number\n"
        "-:8:51: claims.masked_scores: “x”; expected a number\n"
        "-:9:16: claims.weights: “-inf”; expected a list of 2, or a mapping by token\n"
        "-:9:29: claims.weights: a list or mapping; expected a number\n"
        "-:10:13: claims.sums: a list or mapping; expected a number\n"
        "-:10:33: claims.sums: an infinity (inf); expected a number\n"
        "  hint: every number must be finite; to hide a key, use mask or bias\n"
        "-:11:14: claims.tolerance: “-1”; expected a number that is not negative, like 1e-6\n"
    )


def test_more_bad_claims(attncalc: Attncalc) -> None:
    """Vectors have no names for their entries, and a number is claimed once."""
    problem = (
        "tokens: [a]\nQ: [[1]]\nK: [[1]]\n"
        "claims: {Q: [{x: 1}], scores: {a: {a: 1, '#1': 1}}, tolerance: x, weights: ~}\n"
    )
    result = attncalc("check", "-", stdin=problem)
    assert result.err == (
        "-:4:14: claims.Q: a mapping; expected 1 numbers in brackets\n"
        "-:4:48: claims.scores: this number is claimed twice; expected it once\n"
        "-:4:64: claims.tolerance: “x”; expected a number that is not negative, like 1e-6\n"
    )


def test_claims_of_keys(attncalc: Attncalc) -> None:
    """A key's vector belongs to a key token, and to no query."""
    problem = "tokens: [a]\nX: [[1]]\nclaims: {K: {a: [2]}}\n"
    (claim,) = json.loads(attncalc("check", "-", "--json", stdin=problem).out)["claims"]
    assert (claim["query"], claim["key"], claim["verdict"]) == (None, "a", "wrong")


def test_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar for many files, on a terminal, after a while."""
    if COMMAND:
        pytest.skip("the installed command is another process")

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    files = [str(number) for number in range(5)]
    assert list(progress.seen(iter(files), 5)) == files
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress.seen(iter(files), 5)) == files
    assert terminal.getvalue() == ""
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    assert list(progress.seen(iter(files), 5)) == files
    assert "checking" in terminal.getvalue()


def test_mistake_of_ours(attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in the program is told as one, with exit code 2: 1 would accuse somebody."""
    if COMMAND:
        pytest.skip("the installed command is another process")

    def broken(*_: object) -> None:
        raise RuntimeError("oh")

    monkeypatch.setattr("attncalc.checking.check", broken)
    result = attncalc("check", SAMPLES / "animal.yaml")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(
        "attncalc: a mistake in attncalc itself: RuntimeError: oh at test_"
    )
    assert result.err.endswith("  hint: please report it, with the input if you can\n")


def test_github_names_the_head(attncalc: Attncalc) -> None:
    """Where there are heads, an annotation says in which one the number is."""
    problem = (
        "tokens: [a]\nQ: [[1, 2]]\nK: [[1, 2]]\nattention: {heads: 2}\n"
        "claims: {scores: [~, [[5]]]}\n"
    )
    result = attncalc("check", "-", "--format", "github", stdin=problem)
    assert "scores of “a” for “a” in head 2: 5 is claimed, 4 is computed" in result.out
