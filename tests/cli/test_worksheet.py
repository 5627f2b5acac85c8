"""attncalc worksheet, as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Attncalc

ANIMAL = str(SAMPLES / "animal.yaml")
CAT = str(SAMPLES / "cat.yaml")


def test_json(attncalc: Attncalc) -> None:
    """One object on one line, whose problem can be explained by itself."""
    result = attncalc("worksheet", CAT, "--seed", "3", "--json")
    assert (result.code, result.err) == (0, "")
    sheet = json.loads(result.out)
    assert result.out.count("\n") == 1
    assert (sheet["schema"], sheet["seed"], sheet["variant"]) == ("attncalc.worksheet/1", 3, 1)
    first = sheet["blanks"][0]
    assert first["id"].startswith(f"{first['stage']}_")
    assert first["lower"] <= float(first["answer"]) <= first["upper"]
    explained = attncalc("explain", "-", "--json", stdin=json.dumps(sheet["problem"]))
    stages = json.loads(explained.out)["stages"]
    for blank in sheet["blanks"]:
        if blank["stage"] in stages:
            number = stages[blank["stage"]]
            for place in blank["index"]:
                number = number[place]
            assert number == pytest.approx(
                float(blank["answer"]), abs=0.5 * 10 ** -blank["decimals"]
            )


def test_variants(attncalc: Attncalc) -> None:
    """A sheet a line, each with its code, which gives it again."""
    result = attncalc("worksheet", CAT, "--seed", "1", "--variants", "3", "--json")
    lines = result.out.splitlines()
    sheets = [json.loads(line) for line in lines]
    assert [sheet["variant"] for sheet in sheets] == [1, 2, 3]
    assert len({sheet["code"] for sheet in sheets}) == 3
    again = attncalc("worksheet", CAT, "--code", sheets[1]["code"], "--json")
    assert again.out == f"{lines[1]}\n"


def test_a_warning(attncalc: Attncalc) -> None:
    """What the file's own numbers cannot tell apart is said beside them."""
    result = attncalc("worksheet", ANIMAL, "--json")
    assert result.code == 0
    assert result.err.startswith("warning: not in every blank can these mistakes be told from ")
    assert json.loads(result.out)["warnings"] == [result.err.removeprefix("warning: ").strip()]


def test_answers(attncalc: Attncalc, tmp_path: Path) -> None:
    """The empty table alone, or beside the sheet."""
    table = tmp_path / "answers.csv"
    result = attncalc("worksheet", CAT, "--seed", "1", "--answers", str(table), "--blank", "sums")
    assert (result.code, result.out) == (0, "")
    assert table.read_text() == "student,sums_2\n" or table.read_text().startswith("student,sums_")
    beside = attncalc("worksheet", CAT, "--seed", "1", "--answers", str(table), "--json")
    assert json.loads(beside.out)["seed"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            [CAT, "--variants", "3"],
            "--variants: 3 sheets of the same numbers; expected --seed, for new ones\n"
            "  hint: --seed 1 --variants 3\n",
        ),
        (
            [CAT, "--code", "1-7-1-2-aaaa"],
            "--code: 1-7-1-2-aaaa is of another file, or of other options; here it would be "
            "1-7-1-2-{mark}\n  hint: give --blank, --query, --head and --precision as when the "
            "sheet was made\n",
        ),
        (
            [CAT, "--head", "1"],
            "--head: 1; the problem has no heads\n",
        ),
    ],
)
def test_bad_input(arguments: list[str], message: str, attncalc: Attncalc) -> None:
    """Told whole, with nothing on stdout."""
    result = attncalc("worksheet", *arguments, "--json")
    assert (result.code, result.out) == (2, "")
    head, _, tail = message.partition("{mark}")
    assert result.err.startswith(head)
    assert result.err.endswith(tail)
