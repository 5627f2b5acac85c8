"""attncalc check, as a user calls it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from attncalc.cli import progress
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


@pytest.mark.parametrize(
    "name", ["animal", "animal-weighted-sum", "gallery/alammar-gpt2-masked-scores"]
)
def test_page(name: str, attncalc: Attncalc, golden: Callable[[Path, str], None]) -> None:
    """What a check says of the documents' examples, in 80 columns."""
    result = attncalc("check", SAMPLES / f"{name}.yaml")
    assert (result.code, result.err) == (1, "")
    assert max(map(len, result.out.splitlines())) <= 80
    golden(GOLDEN / f"check-{Path(name).name}-80.txt", result.out)


def test_json(problem: Path, attncalc: Attncalc) -> None:
    """The contract's object, number by number."""
    result = attncalc("check", problem, "--json")
    found = json.loads(result.out)
    schema = json.loads((ROOT / "attncalc/schemas/check.schema.json").read_text())
    jsonschema.validate(found, schema)
    assert list(found) == ["schema", "title", "summary", "first_wrong", "claims", "warnings"]
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
    expected = attncalc("check", problem, "--json")
    assert attncalc("check", page, "--claims", claims, "--json") == expected
    claims.write_text(PROBLEM.partition("none}\n")[2])
    assert attncalc("check", problem, "--claims", claims, "--json") == expected
    assert attncalc("check", page, "--claims", "-", "--json", stdin=CLAIMS) == expected


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


def test_junit(problem: Path, attncalc: Attncalc, tmp_path: Path) -> None:
    """A suite a problem, a case a number; hostile text leaves the XML whole."""
    report = tmp_path / "report.xml"
    problem.write_text(PROBLEM.replace("A page", '"<b>&\\x1b"'))
    assert attncalc("check", problem, "-o", report).code == 1
    (suite,) = ElementTree.parse(report).getroot()
    assert suite.attrib == {"name": "<b>&␛", "tests": "6", "failures": "1"}
    assert next(iter(suite)).attrib["name"] == "scores[1,0] = 0.14"
    (failure,) = suite.iter("failure")
    assert failure.attrib["type"] == "wrong"


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
    assert list(progress.seen(files)) == files
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress.seen(files)) == files
    assert terminal.getvalue() == ""
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    assert list(progress.seen(files)) == files
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
