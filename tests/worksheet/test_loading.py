"""Sheets that are read again, and what is none."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from attncalc.errors import InputError, InputErrors
from attncalc.exports.answers_csv import answer_table
from attncalc.exports.worksheet_json import worksheet_json
from attncalc.readers import read
from attncalc.sheet import Sheet
from attncalc.worksheet.loading import is_sheet, maker_of, sheet_of
from attncalc.worksheet.making import Wanted
from tests.conftest import SAMPLES
from tests.worksheet.examples import TEA, maker, of_sample


def again(text: str, folder: Path) -> Sheet:
    """A sheet that was printed, read."""
    file = folder / "sheet.json"
    file.write_text(text, encoding="utf-8")
    (raw,) = read(file)
    assert is_sheet(raw)
    return sheet_of(raw)


@pytest.mark.parametrize("name", ["animal", "causal", "multi-head", "cross-attention", "rope"])
@pytest.mark.parametrize("level", [1, 3])
def test_as_it_was_printed(name: str, level: int, tmp_path: Path) -> None:
    """Every blank with its answer, its ranges, and how it is made of others."""
    sheet = of_sample(name, level=level)
    found = again(worksheet_json(sheet), tmp_path)
    assert (found.code, found.seed, found.variant, found.level) == (sheet.code, None, 1, level)
    assert (found.query, found.decimals) == (sheet.query, 4)
    assert worksheet_json(found) == worksheet_json(sheet)
    for blank, other in zip(sheet.blanks, found.blanks, strict=True):
        assert (blank.value, blank.range) == (other.value, other.range)
        assert [m.range for m in blank.mistakes] == [m.range for m in other.mistakes]
        awaited = [
            None if each.carried is None else each.carried.awaited for each in (blank, other)
        ]
        assert awaited[0] == awaited[1]


def test_a_problem_is_no_sheet() -> None:
    """Only what says so is one."""
    (raw,) = read(SAMPLES / "animal.yaml")
    assert not is_sheet(raw)


def test_one_problem(tmp_path: Path) -> None:
    """A sheet is of one problem."""
    file = tmp_path / "two.yaml"
    file.write_text("Q: [[1]]\nK: [[1]]\nV: [[1]]\n---\nQ: [[1]]\nK: [[1]]\nV: [[1]]\n")
    with pytest.raises(InputError, match="2 problems; expected 1"):
        maker_of(file, Wanted())


def test_options_override() -> None:
    """What is asked for at the command line belongs to the sheet's problem."""
    made = maker_of(SAMPLES / "animal.yaml", Wanted(), {"scale": "1/sqrt(d_k)"}, ["tired"])
    sheet = made.made(None)
    assert "scaled_scores" in sheet.stages
    assert sheet.given["attention"]["scale"] == "1/sqrt(d_k)"
    assert sheet.given["query"] == ["tired"]


def test_the_table() -> None:
    """A column for the student, and one for each blank."""
    sheet = maker(TEA, blank="weights").made(None)
    assert answer_table([sheet]) == "student,weights_3_1,weights_3_2,weights_3_3\n"
    assert answer_table([sheet] * 2) == "code,student,weights_3_1,weights_3_2,weights_3_3\n"


def printed(**changes: Any) -> dict[str, Any]:
    """A sheet that was printed, and changed."""
    sheet: dict[str, Any] = json.loads(worksheet_json(maker(TEA, blank="weights").made(None)))
    return {**sheet, **changes}


def blank(**changes: Any) -> list[dict[str, Any]]:
    """Its blanks, the second of them changed."""
    blanks = copy.deepcopy(printed()["blanks"])
    blanks[1] = {**blanks[1], **changes}
    return [*blanks]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"problem": None}, "a sheet without problem and blanks; expected both"),
        ({"blanks": []}, "a sheet without problem and blanks; expected both"),
        (
            {"blanks": ["weights"]},
            "blank 1 is no mapping; expected stage, index, answer, …",
        ),
        (
            {"blanks": blank(stage="capped_scores")},
            "blank 2: no stage “capped_scores”; expected one that its problem has",
        ),
        ({"blanks": blank(index=[2])}, "blank 2: index 2; expected one in 3 × 3, from 0"),
        ({"blanks": blank(index="2")}, "blank 2: index 2; expected one in 3 × 3, from 0"),
        (
            {"blanks": blank(index=[2, 3])},
            "blank 2: index 2, 3; expected one in 3 × 3, from 0",
        ),
        ({"blanks": blank(index=[2, -1])}, "blank 2: “-1”; expected a whole number"),
        ({"blanks": blank(lower="a")}, "blank 2: “a”; expected a number"),
        ({"blanks": blank(lower=2, upper=1)}, "blank 2: from 2 to 1; expected lower up to upper"),
        (
            {"blanks": blank(mistakes=["x"])},
            "blank 2: a mistake is no mapping; expected diagnosis, lower, upper",
        ),
        (
            {"blanks": [*blank()[:1], *blank()[:1]]},
            "a blank stands in the sheet twice; expected each once",
        ),
        ({"decimals": "four"}, "decimals: “four”; expected a whole number"),
        ({"seed": "x"}, "seed: “x”; expected a whole number"),
    ],
)
def test_no_sheet(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    """What is wrong with it is said."""
    with pytest.raises(InputError) as refused:
        again(json.dumps(printed(**changes)), tmp_path)
    assert refused.value.problem == message


def test_a_problem_that_is_none(tmp_path: Path) -> None:
    """As in a problem file."""
    with pytest.raises(InputErrors, match="K"):
        again(json.dumps(printed(problem={"Q": [["1"]]})), tmp_path)


def test_what_may_be_missing(tmp_path: Path) -> None:
    """Mistakes, a title, a code; a diagnosis is text, whatever is in it."""
    sheet = printed(title=None, code=None, blanks=blank(mistakes=None))
    sheet["blanks"][0]["mistakes"] = [{"diagnosis": "a {b}", "lower": 5, "upper": 6}]
    found = again(json.dumps(sheet), tmp_path)
    assert found.code == ""
    assert found.blanks[1].mistakes == ()
    assert str(found.blanks[0].mistakes[0].what) == "a (b)"
    assert found.blanks[0].mistakes[0].credit == 0
    seeded = again(json.dumps(printed(seed=5, variant=2)), tmp_path)
    assert (seeded.seed, seeded.variant) == (5, 2)
