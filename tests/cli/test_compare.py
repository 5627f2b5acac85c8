"""attncalc compare, as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import attncalc as package
from attncalc.options import OPTIONS
from tests import schemas
from tests.conftest import SAMPLES, Attncalc

GOLDEN = Path(__file__).parent / "golden"
SCALING = SAMPLES / "scaling.yaml"
HEADS = """\
title: Two heads
tokens: [The, cat, sat]
Q: [[1, 2, 3, 4], [0, 1, 0, 1], [2, 0, -1, 1]]
K: [[1, 0, 3, 1], [2, 1, 0, 1], [2, 0, -1, 1]]
V: [[1, 0, 3, 1], [2, 1, 0, 1], [2, 0, -1, 1]]
W_O: [[1, 0], [0, 1], [1, 1], [2, 0]]
attention: {heads: 2}
query: sat
"""

PAGES: dict[str, list[str]] = {
    "scaling": [str(SCALING), "--vary", "scale=none"],
    "animal-causal-base-3": [
        *(str(SAMPLES / "animal.yaml"), "--vary", "mask=causal", "--vary", "base=3"),
        *("--query", "animal"),
    ],
    "csv": [str(SAMPLES / "animal.csv"), str(SAMPLES / "animal.yaml"), "--query", "it"],
    "heads": ["-", "--vary", "scale=none", "--all-heads"],
}


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("name", PAGES)
def test_page(
    name: str,
    width: int,
    attncalc: Attncalc,
    golden: Callable[[Path, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a comparison shows, in three widths; no line is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(width))
    result = attncalc("compare", *PAGES[name], stdin=HEADS)
    assert (result.code, result.err) == (0, "")
    assert max(map(len, result.out.splitlines())) <= width
    golden(GOLDEN / f"compare-{name}-{width}.txt", result.out)


@pytest.mark.installed
def test_json(attncalc: Attncalc) -> None:
    """The object key by key, valid by its schema; each number is the nearest double."""
    result = attncalc("compare", SCALING, "--vary", "scale=none", "--json")
    assert (result.code, result.err, result.out.count("\n")) == (0, "", 1)
    found = json.loads(result.out)
    schema = json.loads(attncalc("schema", "compare").out)
    schemas.validate(found, schema)
    assert list(found) == ["schema", "left", "right", "first_difference", "stages", "queries"]
    assert found["schema"] == "attncalc.compare/1"
    title = "Why scores are scaled"
    assert found["left"] == {"title": title, "varied": {}, "warnings": []}
    assert found["right"] == {"title": title, "varied": {"scale": "none"}, "warnings": []}
    assert found["first_difference"] == "scaled_scores"
    assert found["stages"]["scores"] == {
        "same": True,
        "only": None,
        "largest_difference": 0.0,
        "index": None,
    }
    assert found["stages"]["scaled_scores"] == {
        "same": False,
        "only": "left",
        "largest_difference": None,
        "index": None,
    }
    assert found["stages"]["output"]["index"] == [3, 0]
    (query,) = found["queries"]
    assert (query["head"], query["query"]) == (None, "it")
    assert query["left"]["largest_weight"] == pytest.approx(0.6709889491724381, rel=1e-15)
    assert query["right"]["largest_derivative"] == pytest.approx(0.0028494041, rel=1e-7)


def test_json_of_heads(attncalc: Attncalc) -> None:
    """JSON has every head, unless some are chosen; one side's mask makes no number."""
    arguments = ["compare", "-", "--vary", "mask=[[1,1,0],[1,1,1],[1,1,1]]", "--json"]
    masked = HEADS.replace("heads: 2", "heads: 2, mask: causal")
    found = json.loads(attncalc(*arguments, stdin=masked).out)
    schemas.validate(found, json.loads(attncalc("schema", "compare").out))
    assert [query["head"] for query in found["queries"]] == [1, 2]
    assert found["stages"]["masked_scores"] == {
        "same": False,
        "only": None,
        "largest_difference": None,
        "index": [0, 0, 1],
    }
    assert found["stages"]["weights"]["index"][0] in (0, 1)
    chosen = json.loads(attncalc(*arguments, "--head", "2", "--all-queries", stdin=masked).out)
    assert [(query["head"], query["query"]) for query in chosen["queries"]] == [
        *((2, "The"), (2, "cat"), (2, "sat")),
    ]  # fmt: skip


def test_first_head(attncalc: Attncalc) -> None:
    """The page has the first head, or those that are asked for."""
    arguments = ("compare", "-", "--vary", "scale=none")
    first = attncalc(*arguments, stdin=HEADS).out
    assert "(head 1)" in first
    assert "(head 2)" not in first
    assert "(head 1)" not in attncalc(*arguments, "--head", "2", stdin=HEADS).out


def test_two_problems_of_a_file(attncalc: Attncalc) -> None:
    """A file with two problems compares them; its claims play no part."""
    one, other = (f"tokens: [a, b]\nscores: [[1, 2], [3, {last}]]\n" for last in (4, 5))
    claims = "claims: {scaled_scores: [[1]]}\n"
    result = attncalc("compare", "-", "--all-queries", stdin=f"{one}{claims}---\n{other}")
    assert result.code == 0
    assert "the first problem of standard input against the second · for “a”, “b”" in result.out
    assert "“a” has the same weights on both sides." in result.out


def test_dashes_and_spaces(attncalc: Attncalc) -> None:
    """An option may be written as its flag is, with spaces around the sign."""
    vary = ("--vary", "kv-heads = 2", "--vary", " softcap=1 ")
    found = json.loads(attncalc("compare", "-", *vary, "--json", stdin=HEADS).out)
    assert found["right"]["varied"] == {"kv_heads": "2", "softcap": "1"}
    assert found["first_difference"] == "capped_scores"


@pytest.mark.installed
def test_output_file(attncalc: Attncalc, tmp_path: Path) -> None:
    """The suffix chooses the format, and precision and rounding are those of explain."""
    file = tmp_path / "comparison.json"
    result = attncalc("compare", SCALING, "--vary", "scale=none", "-o", file)
    assert (result.code, result.out) == (0, "")
    assert json.loads(file.read_text())["schema"] == "attncalc.compare/1"
    page = attncalc("compare", SCALING, "--vary", "scale=none", "-p", "1", "--color", "always").out
    assert "≈ 0.7" in page
    assert "0.67" not in page
    assert "\x1b[" in page


LISTED = ", ".join(OPTIONS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scaling.yaml"],
         "scaling.yaml: 1 problem; expected 2 to compare, or a second file, or --vary\n"
         "  hint: try --vary scale=none\n"),
        (["scaling.yaml", "--vary", "scal=none"],
         f"--vary: there is no option “scal”; expected one of {LISTED}\n"
         "  hint: did you mean scale?\n"),
        (["scaling.yaml", "--vary", "scale=non"],
         "--vary: scale: “non”; expected 1/sqrt(d_k), none or a positive number\n"
         "  hint: did you mean none?\n"),
        (["scaling.yaml", "--vary", "scale"],
         "--vary: “scale”; expected OPTION=VALUE, like scale=none\n"
         "  hint: the file is compared with itself under this option\n"),
        (["scaling.yaml", "--vary", "scale=none", "--vary", "scale=2"],
         "--vary: scale is given twice; expected it once\n"),
        (["scaling.yaml", "--vary", "mask=[[1,0]]"],
         "--vary: mask: 1 row; expected 5, one for each token (n=5, m=5, d_k=16, d_v=2)\n"
         "--vary: mask: 2 columns; expected 5, one for each key token "
         "(n=5, m=5, d_k=16, d_v=2)\n"),
        (["scaling.yaml", "--vary", "mask=[[1"],
         "--vary: mask: this is not YAML: while parsing a flow sequence; did not find expected "
         "',' or ']'\n  hint: check brackets, colons and indentation just before this place\n"),
        (["scaling.yaml", "--vary", "heads=2"],
         "--vary: heads=none against heads=2; expected the same on both sides\n"),
        (["scaling.yaml", "animal.yaml"],
         "scaling.yaml and animal.yaml: n=5 against n=8; expected the same on both sides\n"),
        (["two.yaml"], "two.yaml: m=1 against m=2; expected the same on both sides\n"),
        (["two.yaml", "scaling.yaml"], "two.yaml: 2 problems; expected 1\n"),
        (["two.yaml", "--vary", "scale=none"], "two.yaml: 2 problems; expected 1\n"),
        (["three.yaml"],
         "three.yaml: 3 problems; expected 2 to compare, or a second file, or --vary\n"
         "  hint: try --vary scale=none\n"),
        (["scaling.yaml", "scaling.yaml", "two.yaml"],
         "attncalc compare: 3 files; expected 1 or 2\n"),
        (["scaling.yaml", "two.yaml", "--vary", "scale=none"],
         "attncalc compare: 2 files; expected 1 with --vary\n"),
        (["-", "-"], "attncalc compare: standard input is given twice; expected it once\n"),
        (["none.yaml", "scaling.yaml"], "none.yaml: there is no such file\n"),
        (["scaling.yaml", "--vary", "scale=none", "--query", "no"],
         "--query: no token “no”; expected one of the, robot, lifts, it, slowly\n"
         "  hint: the#2 is the second “the”, #6 the sixth token\n"),
    ],
)  # fmt: skip
def test_errors(
    arguments: list[str],
    message: str,
    attncalc: Attncalc,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What cannot be compared is told whole, with exit code 2."""
    for name in ("scaling.yaml", "animal.yaml"):
        (tmp_path / name).write_text((SAMPLES / name).read_text())
    one = "tokens: [a]\nkey_tokens: [b]\nscores: [[1]]\n"
    two = f"{one}---\ntokens: [a]\nkey_tokens: [b, c]\nscores: [[1, 2]]\n"
    (tmp_path / "two.yaml").write_text(two)
    (tmp_path / "three.yaml").write_text(f"{two}---\n{one}")
    monkeypatch.chdir(tmp_path)
    result = attncalc("compare", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err == message


def test_python() -> None:
    """What the command does is a call in Python too."""
    left = package.explain(package.load(SCALING))
    assert package.compare(left, left).first_difference is None
