"""attncalc mark: what is printed and written of a class's answers."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from attncalc.cli.together import together
from attncalc.errors import InputError
from tests.conftest import Attncalc

GOLDEN = Path(__file__).parent / "golden"

PROBLEM = """\
title: Two words
tokens: [The, it]
Q: [[2], [1]]
K: [[3], [1]]
V: [[3, 1], [1, 4]]
attention: {scale: 0.25}
"""

HEADER = (
    "student,scores_2_1,scores_2_2,scaled_scores_2_1,scaled_scores_2_2,exponentials_2_1,"
    "exponentials_2_2,sums_2,weights_2_1,weights_2_2,output_2_1,output_2_2\n"
)
RIGHT = "3,1,0.75,0.25,2.1170,1.2840,3.4010,0.6225,0.3775,2.2449,2.1326"
UNSCALED = "3,1,3,1,20.0855,2.7183,22.8038,0.8808,0.1192,2.7616,1.3576"
CARELESS = "3,1,0.75,,2.117,1.3333,,x,0.3775,,2.1326"
CLASS = f"{HEADER}Ann,{RIGHT}\n=cmd|'/C calc'!A0,{UNSCALED}\nCy,{CARELESS}\n"
ALL_RIGHT = ",".join(["right"] * 11)
MARKS = (
    HEADER.replace("student", "student,points,out_of,first_wrong,diagnosis")
    + f"Ann,11,11,,,{ALL_RIGHT}\n"
    + "'=cmd|'/C calc'!A0,9,11,scaled_scores_2_1,the scores are not scaled,right,right,"
    + f"wrong,wrong,{','.join(['follows'] * 7)}\n"
    + "Cy,6,11,exponentials_2_2,,right,right,right,none,right,wrong,none,none,right,none,right\n"
)


@pytest.fixture
def class_of_three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a problem and the answers to it, in which the command runs."""
    (tmp_path / "two.yaml").write_text(PROBLEM)
    (tmp_path / "answers.csv").write_text(CLASS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("class_of_three")
def test_marks_of_a_problem_file(attncalc: Attncalc) -> None:
    result = attncalc("mark", "two.yaml", "answers.csv")
    assert (result.code, result.out, result.err) == (0, MARKS, "")


def test_marks_of_a_worksheet(attncalc: Attncalc, class_of_three: Path) -> None:
    """As it is printed, or set in lines; the answers from a pipe."""
    sheet = attncalc("worksheet", "two.yaml", "--json").out
    (class_of_three / "sheet.json").write_text(sheet)
    (class_of_three / "set.json").write_text(json.dumps(json.loads(sheet), indent=2))
    assert attncalc("mark", "sheet.json", "-", stdin=CLASS).out == MARKS
    assert attncalc("mark", "set.json", "answers.csv").out == MARKS
    assert attncalc("mark", "-", "answers.csv", stdin=sheet).out == MARKS


def test_marks_in_files(attncalc: Attncalc, class_of_three: Path) -> None:
    result = attncalc("mark", "two.yaml", "answers.csv", "-o", "marks.csv")
    assert (result.code, result.out, result.err) == (0, "", "")
    assert (class_of_three / "marks.csv").read_text() == MARKS
    assert attncalc("mark", "two.yaml", "answers.csv", "-o", "-").out == MARKS
    both = attncalc("mark", "two.yaml", "answers.csv", "-o", "marks.csv", "--json")
    assert (class_of_three / "marks.csv").read_text() == MARKS
    attncalc("mark", "two.yaml", "answers.csv", "-o", "marks.json")
    assert (class_of_three / "marks.json").read_text() == both.out
    assert both.out == attncalc("mark", "two.yaml", "answers.csv", "--json").out


@pytest.mark.usefixtures("class_of_three")
def test_marks_as_json(attncalc: Attncalc) -> None:
    lines = attncalc("mark", "two.yaml", "answers.csv", "--json").out.splitlines()
    ann, unscaled, cy, whole = map(json.loads, lines)
    assert (ann["student"], ann["points"], ann["first_wrong"]) == ("Ann", 11, None)
    assert unscaled["student"] == "=cmd|'/C calc'!A0"
    assert unscaled["diagnosis"] == "the scores are not scaled"
    assert unscaled["blanks"]["scaled_scores_2_1"] == {
        "verdict": "wrong",
        "answer": "3",
        "points": 0,
        "diagnosis": "the scores are not scaled",
    }
    assert cy["blanks"]["weights_2_1"] == {
        "verdict": "none",
        "answer": "x",
        "points": 0,
        "diagnosis": None,
    }
    blanks = whole.pop("blanks")
    assert [*blanks] == HEADER.strip().split(",")[1:]
    assert blanks["sums_2"] == {
        "right": 0.333333,
        "follows": 0.333333,
        "slip": 0,
        "wrong": 0,
        "none": 0.333333,
    }
    assert whole == {
        "schema": "attncalc.class/1",
        "students": 3,
        "mean": 8.666667,
        "out_of": 11,
        "mistakes": [{"diagnosis": "the scores are not scaled", "students": 1}],
    }


@pytest.mark.usefixtures("class_of_three")
def test_credit(attncalc: Attncalc) -> None:
    credit = "follows=0.5, mistake=0.5"
    result = attncalc("mark", "two.yaml", "answers.csv", "--credit", credit)
    points = [row["points"] for row in csv.DictReader(io.StringIO(result.out))]
    assert points == ["11", "6.5", "6"]  # two are right, two a known mistake, seven follow


@pytest.mark.parametrize(
    "credit", ["", "follows", "follows=2", "follows=x", "slip=nan", "right=1", "=1", "slip=0.5,"]
)
@pytest.mark.usefixtures("class_of_three")
def test_what_is_no_credit(credit: str, attncalc: Attncalc) -> None:
    result = attncalc("mark", "two.yaml", "answers.csv", "--credit", credit)
    part = "" if credit.endswith(",") else credit
    assert (result.code, result.out, result.err) == (
        2,
        "",
        f"--credit: “{part}”; expected shares from 0 to 1, like follows=1,slip=0.5\n"
        "  hint: what can be given a share: follows, slip, mistake\n",
    )


@pytest.mark.usefixtures("class_of_three")
def test_the_same_credit_twice(attncalc: Attncalc) -> None:
    result = attncalc("mark", "two.yaml", "answers.csv", "--credit", "slip=0,slip=1")
    assert (result.code, result.err) == (2, "--credit: slip stands twice; expected once\n")


def test_who_stands_twice_and_what_nobody_answered_is_said(
    attncalc: Attncalc, class_of_three: Path
) -> None:
    rows = "".join(f"Ann,{number}\n" for number in range(23))
    (class_of_three / "answers.csv").write_text(f"student,scores_2_1\n{rows}")
    result = attncalc("mark", "two.yaml", "answers.csv")
    assert result.out.splitlines()[1].startswith("Ann,0,11,scores_2_1,")
    *told, more, missing = result.err.splitlines()
    assert len(told) == 20
    assert told[0] == ("warning: answers.csv:2: “Ann” stands in a later row too; that one counts")
    assert more == "warning: 2 more rows do not count either"
    assert missing == (
        "warning: no column for scores_2_2, scaled_scores_2_1, scaled_scores_2_2 and 7 more: "
        "nobody has answered there"
    )


def test_variants_are_told_apart_by_their_code(attncalc: Attncalc, class_of_three: Path) -> None:
    made = attncalc("worksheet", "two.yaml", "--seed", "1", "--variants", "3", "--json")
    (class_of_three / "sheets.json").write_text(made.out)
    sheets = [json.loads(line) for line in made.out.splitlines()]
    ids = [blank["id"] for blank in sheets[0]["blanks"]]
    rows = [
        f"student {number}," + ",".join([sheet["code"], *(b["answer"] for b in sheet["blanks"])])
        for number, sheet in enumerate(sheets)
    ]
    table = "\n".join([f"student,code,{','.join(ids)}", *rows, *rows[:1]])
    (class_of_three / "answers.csv").write_text(table)
    result = attncalc("mark", "sheets.json", "answers.csv")
    assert result.code == 0
    marks = [*csv.DictReader(io.StringIO(result.out))]
    assert [row["student"] for row in marks] == ["student 1", "student 2", "student 0"]
    assert all(row["points"] == row["out_of"] for row in marks)
    (class_of_three / "answers.csv").write_text(table.replace(sheets[1]["code"], "1-9-9-2-0000"))
    result = attncalc("mark", "sheets.json", "answers.csv")
    assert (result.code, result.out, result.err) == (
        2,
        "",
        "answers.csv:3: “1-9-9-2-0000” is the code of no sheet here; expected one of 3, such as "
        f"{sheets[0]['code']}\n",
    )
    (class_of_three / "sheets.json").write_text(made.out + made.out)
    result = attncalc("mark", "sheets.json", "answers.csv")
    assert result.err == "sheets.json: sheets with the same code; expected each once\n"


CLAIMS = """\
scores: [[~, ~], [3, 1]]
scaled_scores: [[~, ~], [3.00, 1.00]]
weights: [[~, ~], [0.8808, 0.1192]]
output: [[~, ~], [2.7616, 2.5]]
"""


def test_claims_in_files(attncalc: Attncalc, class_of_three: Path) -> None:
    """A file a student, called as they are: claims alone, or a whole problem with claims."""
    folder = class_of_three / "handed in"
    folder.mkdir()
    (folder / "Ann Lee.yaml").write_text(CLAIMS)
    indented = CLAIMS.replace("\n", "\n  ").rstrip()
    (folder / "Bob.yaml").write_text(f"{PROBLEM}claims:\n  {indented}\n")
    (folder / ".hidden.yaml").write_text("no")
    (folder / "notes.txt").write_text("no")
    result = attncalc("mark", "two.yaml", "handed in")
    assert result.code == 0, result.err
    ann, bob = csv.DictReader(io.StringIO(result.out))
    assert ann.pop("student") == "Ann Lee"
    assert bob.pop("student") == "Bob"
    assert ann == bob
    verdicts = [ann[name] for name in HEADER.strip().split(",")[1:]]
    assert verdicts == [
        *("right", "right", "wrong", "wrong", "none", "none", "none", "follows", "follows"),
        *("follows", "wrong"),
    ]
    assert ann["diagnosis"] == "the scores are not scaled"
    # 2 right, 2 by a known mistake, and an output that follows from weights that are given.
    assert (ann["points"], ann["out_of"]) == ("3", "11")


def test_tables_and_claims_together(attncalc: Attncalc, class_of_three: Path) -> None:
    for name in ("one", "two"):
        (class_of_three / name).mkdir()
        (class_of_three / name / "Di.yaml").write_text(CLAIMS)
    result = attncalc("mark", "two.yaml", "answers.csv", "one", "two/Di.yaml", "--json")
    assert [json.loads(line).get("student") for line in result.out.splitlines()] == [
        "Ann",
        "=cmd|'/C calc'!A0",
        "Cy",
        "Di",
        None,
    ]
    assert result.err == (
        "warning: one/Di.yaml: “Di” stands in a later file too; that one counts\n"
    )


def test_everything_that_is_wrong_with_any_file(attncalc: Attncalc, class_of_three: Path) -> None:
    (class_of_three / "empty").mkdir()
    (class_of_three / "Ann.yaml").write_text("weights: [[1, 2, 3]]\nscore: [[1]]\n")
    (class_of_three / "Bob.yaml").write_text("a: 1\n---\nb: 2\n")
    (class_of_three / "other.csv").write_text("student,sums_9\nAnn,1\n")
    result = attncalc("mark", "two.yaml", "other.csv", "Ann.yaml", "Bob.yaml", "none.yaml")
    assert (result.code, result.out) == (2, "")
    told = [line.partition(" ")[0] for line in result.err.splitlines() if "hint" not in line]
    assert told == ["other.csv:1:", "Ann.yaml:1:10:", "Ann.yaml:2:8:", "Bob.yaml:", "none.yaml:"]
    result = attncalc("mark", "two.yaml", "empty")
    assert (result.code, result.err) == (
        2,
        "empty: no answers in this folder; expected tables, or problem files with claims\n",
    )


def test_claims_on_several_sheets(attncalc: Attncalc, class_of_three: Path) -> None:
    made = attncalc("worksheet", "two.yaml", "--seed", "1", "--variants", "2", "--json")
    (class_of_three / "sheets.json").write_text(made.out)
    (class_of_three / "Ann.yaml").write_text(CLAIMS)
    result = attncalc("mark", "sheets.json", "Ann.yaml")
    assert (result.code, result.err) == (2, "Ann.yaml: claims on 2 sheets; expected one sheet\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("two.yaml", "answers.csv", "-o", "answers.csv"), "answers.csv is the input"),
        (("two.yaml", "answers.csv", "-o", "marks.xyz"), "names no format"),
        (("two.yaml", "answers.csv", "--report", "class.csv"), "names no format"),
        (("-", "-"), "- is given more than once"),
        (("two.yaml", "answers.csv", "--feedback", "two.yaml"), "cannot be made: File exists"),
        (("two.yaml", "answers.csv", "-o", "none/marks.csv"), "there is no directory none"),
        (("none.yaml", "answers.csv"), "there is no such file"),
    ],
)
@pytest.mark.usefixtures("class_of_three")
def test_wrong_usage(arguments: tuple[str, ...], message: str, attncalc: Attncalc) -> None:
    result = attncalc("mark", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_page_of_a_class(
    lang: str, attncalc: Attncalc, class_of_three: Path, golden: Callable[[Path, str], None]
) -> None:
    result = attncalc("mark", "two.yaml", "answers.csv", "--report", "class.txt", "--lang", lang)
    assert (result.code, result.out) == (0, MARKS)  # data are English
    golden(GOLDEN / f"class-{lang}.txt", (class_of_three / "class.txt").read_text())


def test_a_class_that_makes_no_known_mistake(attncalc: Attncalc, class_of_three: Path) -> None:
    (class_of_three / "answers.csv").write_text(f"{HEADER}Ann,{RIGHT}\n")
    attncalc("mark", "two.yaml", "answers.csv", "--report", "class.txt")
    page = (class_of_three / "class.txt").read_text()
    assert "1 student, with 11 of 11 points\n" in page
    assert "the hardest" not in page
    assert "No answer is one that a known mistake gives." in page


def test_pages_for_students(attncalc: Attncalc, class_of_three: Path) -> None:
    names = ["Ann", "ann", "../../etc/passwd", "Zoë Müller", "<b>&", "\u202e", "x" * 200]
    table = HEADER + "".join(f'"{name}",{UNSCALED}\n' for name in names) + f"Di,{RIGHT}\n"
    (class_of_three / "answers.csv").write_text(table)
    result = attncalc("mark", "two.yaml", "answers.csv", "--feedback", "pages", "-o", "marks.csv")
    assert (result.code, result.out, result.err) == (0, "", "")
    written = sorted(path.name for path in (class_of_three / "pages").iterdir())
    assert written == sorted(
        [
            "Ann.html",
            "Di.html",
            "ann-2.html",
            "b.html",
            "etc-passwd.html",
            "student.html",
            f"{'x' * 80}.html",
            "Zoë-Müller.html",
        ]
    )
    hostile = (class_of_three / "pages/b.html").read_text()
    assert "<b>&" not in hostile
    assert "&lt;b&gt;&amp;" in hostile
    right = (class_of_three / "pages/Di.html").read_text()
    assert "wrong" not in right.partition("<body")[2]


def test_pages_for_students_as_pdf(attncalc: Attncalc, class_of_three: Path) -> None:
    pytest.importorskip("typst")
    attncalc("mark", "two.yaml", "answers.csv", "--feedback", "pages", "--feedback-format", "pdf")
    written = [*(class_of_three / "pages").iterdir()]
    assert len(written) == 3
    assert all(path.read_bytes().startswith(b"%PDF") for path in written)


def test_several_processes_give_the_same_in_order(
    attncalc: Attncalc, class_of_three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attncalc.cli.marked.BLOCK", 2)
    monkeypatch.setattr("attncalc.cli.marked._WORTH_IT", 10)
    rows = "".join(f"s{number},{RIGHT if number % 3 else UNSCALED}\n" for number in range(30))
    (class_of_three / "answers.csv").write_text(HEADER + rows)
    alone = attncalc("mark", "two.yaml", "answers.csv", "--json", "--jobs", "1")
    assert alone.out.count("\n") == 31
    assert attncalc("mark", "two.yaml", "answers.csv", "--json", "--jobs", "3") == alone
    assert attncalc("mark", "two.yaml", "answers.csv", "--json") == alone


def _die(number: int) -> int:
    import os

    os._exit(number)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_a_process_that_dies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError) as found:
        [*together(iter(range(9)), _die, 2)]
    assert str(found.value) == (
        "--jobs: a process that did the work was ended\n"
        "  hint: with too little memory for several, try --jobs 1"
    )
    monkeypatch.setattr(sys, "platform", "darwin")
    assert [*together(iter([1, 2]), str, 2)] == ["1", "2"]
