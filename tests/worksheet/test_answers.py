"""Tables of answers, as they come: what is read, and what is wrong with them, word for word."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from attncalc.errors import InputErrors
from attncalc.worksheet.answers import Numbers, Row, Tables, number_of

IDS = ["scores_2_1", "scores_2_2", "weights_2_1"]

Written = Callable[..., str]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A table in a file, of its text or bytes."""

    def write(content: str | bytes, name: str = "answers.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def rows(*files: str, ids: list[str] = IDS) -> list[Row]:
    with Tables(files, ids) as tables:
        tables.check()
        found = [row for block in tables.blocks(2) for row in block]
        assert tables.students == len(found)
    return found


def refused(*files: str, tables: Tables | None = None) -> str:
    """The errors, without the folder."""
    with pytest.raises(InputErrors) as found:
        (tables or Tables(files, IDS)).check()
    folder = str(Path(files[0]).parent) + "/" if files else ""
    return str(found.value).replace(folder, "")


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("0.284", 0.284, 0.001),
        (" 0.2840 ", 0.284, 0.0001),
        ("0,284", 0.284, 0.001),
        ("28.40%", 0.284, 0.0001),
        ("28,40 %", 0.284, 0.0001),
        ("1,234", 1.234, 0.001),
        ("1,234.5", 1234.5, 0.1),
        ("1.234,5", 1234.5, 0.1),
        ("1 234.5", 1234.5, 0.1),
        ("-0.5", -0.5, 0.1),
        ("\N{MINUS SIGN}0.5", -0.5, 0.1),
        ("≈ 0.3", 0.3, 0.1),
        ("=0.3", 0.3, 0.1),
        ("'0.3", 0.3, 0.1),
        ("7", 7, 1),
        ("1e-3", 0.001, 0.001),
        (".5", 0.5, 0.1),
    ],
)
def test_numbers_as_they_are_typed(text: str, number: float, unit: float) -> None:
    assert number_of(text) == (number, unit)


@pytest.mark.parametrize(
    ("text", "number"), [("6/2", 3), ("1/3", 1 / 3), ("sqrt(2)/2", 2**-0.5), ("2√3", 12**0.5)]
)
def test_fractions_and_roots_are_exact(text: str, number: float) -> None:
    found = number_of(text)
    assert found is not None
    assert found[0] == pytest.approx(number, rel=1e-15)
    assert found[1] < 1e-50


@pytest.mark.parametrize(
    "text",
    [
        *("", "?", "n/a", "abc", "0.2.8", "nan", "inf", "-∞", "1e99999", "0.5 or 0.6", "1/0"),
        *("5" * 3000, "=cmd|' /C calc'!A0", "\0", "\u202e0.5", "e^2", "0x10", "½"),
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert number_of(text) is None


def test_what_was_typed_once_is_read_once() -> None:
    numbers = Numbers(most=1)
    for _ in range(3):
        values, units = numbers.read([["0.5", "x"], ["0.25", "0.5"]], 2)
        assert values.tolist()[1] == [0.25, 0.5]
        assert values[0, 0] == 0.5
        assert np.isnan(values[0, 1])
        assert units.tolist()[1] == [0.01, 0.1]


TABLE = "student,scores_2_1,scores_2_2,weights_2_1\nAnn,1,2,0.5\nBob,,x,50%\n"
READ = [Row("Ann", "", ["1", "2", "0.5"]), Row("Bob", "", ["", "x", "50%"])]


@pytest.mark.parametrize(
    "content",
    [
        TABLE,
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        TABLE.replace(",", "|").join(["sep=|\r\n", ""]),
        "\n\n" + TABLE + ",,,\n\n",
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("\n", "\r"),
        "\ufeff" + TABLE,
        TABLE.encode("utf-16"),
        TABLE.replace("student", " Student ").replace("weights_2_1", "Weights 2.1"),
        TABLE.replace("x,", '"x",'),
        TABLE.replace("50%", "50%,,"),
        TABLE.replace("student", '"student"').replace("scores_2_2", '"scores_2_2"'),
    ],
    ids=range(13),
)
def test_tables_of_any_make(content: str | bytes, written: Written) -> None:
    assert rows(written(content)) == READ


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name", "Ann"),
        ("Timestamp,Email Address,Full name", "2026-01-01 10:00:00,a@b.c,Ann"),
        ("Nachname,Vorname,E-Mail-Adresse", "Lee,Ann,a@b.c"),
        ("Vorname,Status", "Ann,Beendet"),
        ("id,Grade/10.00", "Ann,7"),
    ],
)
def test_exports_of_platforms(header: str, row: str, written: Written) -> None:
    """Columns that are no blank's do not matter there."""
    ids = "17: scores_2_1 The score of “it” for “The”,1.0,scores_2_2,weights_2_1"
    table = f"{header},{ids}\n{row},1,9,2,0.5\n"
    name = "Ann Lee" if "Lee" in row else "Ann"
    assert rows(written(table)) == [Row(name, "", ["1", "2", "0.5"])]


def test_columns_may_be_missing_and_in_any_order(written: Written) -> None:
    tables = Tables([written("weights_2_1,student\n0.5,Ann\n,\n0.6\n")], IDS)
    tables.check()
    assert tables.missing() == ["scores_2_1", "scores_2_2"]
    (block,) = tables.blocks(5)
    assert block == [Row("Ann", "", ["", "", "0.5"]), Row("line 4", "", ["", "", "0.6"])]


def test_the_last_row_of_a_student_counts(written: Written) -> None:
    first = written("student,scores_2_1\nAnn,1\nBob,2\n Ann ,3\n,4\n,5\n")
    second = written("student,scores_2_1\nBob,6\n", "late.csv")
    tables = Tables([first, second], IDS)
    tables.check()
    found = [(row.student, row.cells[0]) for block in tables.blocks(9) for row in block]
    assert found == [("Ann", "3"), ("line 5", "4"), ("line 6", "5"), ("Bob", "6")]
    told, more = tables.twice()
    assert [each.rpartition("/")[2] for each in told] == [
        "answers.csv:2: “Ann” stands in a later row too; that one counts",
        "answers.csv:3: “Bob” stands in a later row too; that one counts",
    ]
    assert more == 0


def test_of_many_rows_that_do_not_count_only_the_first_are_told(written: Written) -> None:
    tables = Tables([written("student,scores_2_1\n" + "Ann,1\n" * 31)], IDS)
    tables.check()
    told, more = tables.twice()
    assert (len(told), more, tables.students) == (20, 10, 1)


def test_everything_that_is_wrong_is_said_at_once(written: Written) -> None:
    first = written(
        "student,weigths_2_1,scores_2_1,scores_2_1,student,points\nAnn,1,2,3,4,5\nBob,1,2,3,4,5,6\n"
    )
    second = written("Name,weights_9_1,score\nAnn,0,5\nBob,0,5,1\n", "other.csv")
    third = written("scores_2_1;scores_2_2\n1;2\n", "nameless.csv")
    assert refused(first, second, third) == (
        "answers.csv:1: the column “weigths_2_1” is no blank of this sheet; expected scores_2_1, "
        "scores_2_2 and 1 more\n"
        "  hint: did you mean weights_2_1?\n"
        "answers.csv:1: the column “points” is no blank of this sheet; expected scores_2_1, "
        "scores_2_2 and 1 more\n"
        "answers.csv:1: the column “student” stands twice; expected once\n"
        "answers.csv:1: the column “scores_2_1” stands twice; expected once\n"
        "answers.csv:3: 7 cells; expected 6, as in the header\n"
        "  hint: for decimal commas, save the table with semicolons or tabs\n"
        "other.csv:1: the column “weights_9_1” is no blank of this sheet; expected scores_2_1, "
        "scores_2_2 and 1 more\n"
        "  hint: did you mean weights_2_1?\n"
        "other.csv:3: 4 cells; expected 3, as in the header\n"
        "  hint: for decimal commas, save the table with semicolons or tabs\n"
        "nameless.csv:1: no column of names; expected “student”"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty; expected a header, and a row for each student"),
        ("\n \n", "the file is empty; expected a header, and a row for each student"),
        ("sep=;\n", "the file is empty; expected a header, and a row for each student"),
        ("student,scores_2_1\n", "a header without rows; expected one for each student"),
        (
            b"student,scores_2_1\n\xff,1\n",
            "this is not text in UTF-8; expected UTF-8, or UTF-16 with its mark\n"
            "  hint: save the table as UTF-8 (in Excel: CSV UTF-8)",
        ),
        (
            'student,scores_2_1\nAnn,"' + "x" * 200_000,
            "a row that cannot be read: field larger than field limit (131072)\n"
            "  hint: is there a quotation mark that is not closed?",
        ),
    ],
    ids=range(6),
)
def test_files_that_cannot_be_read(content: str | bytes, message: str, written: Written) -> None:
    found = refused(written(content))
    assert found.replace("answers.csv:2: ", "answers.csv: ") == f"answers.csv: {message}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(str(tmp_path / "none.csv")) == "none.csv: there is no such file"


def test_answers_for_another_sheet(written: Written) -> None:
    assert refused(written("Name,Grade\nAnn,1\n")) == (
        "answers.csv:1: no column of a blank of this sheet; expected scores_2_1, scores_2_2 and 1 "
        "more\n  hint: attncalc worksheet FILE --answers answers.csv writes an empty table"
    )
    short = Tables([written("Name,Grade\nAnn,1\n")], IDS[:2])
    assert "expected scores_2_1, scores_2_2\n" in refused(tables=short)


def test_codes_say_which_sheet_is_answered(written: Written) -> None:
    table = written(
        "student,code,scores_2_1\nAnn, 1-7-1-2-ABCD ,1\nBob,1-7-2-2-bcde,1\nCy,,\nDi,\n"
    )
    codes = ["1-7-1-2-abcd", "1-7-3-2-cdef"]
    folder = str(Path(table).parent) + "/"
    assert refused(tables=Tables([table], IDS, codes, several=True)).replace(folder, "") == (
        "answers.csv:3: “1-7-2-2-bcde” is the code of no sheet here; expected one of 2, such as "
        "1-7-1-2-abcd\n"
        "answers.csv:4: no code of a sheet; expected one of 2, such as 1-7-1-2-abcd\n"
        "answers.csv:5: no code of a sheet; expected one of 2, such as 1-7-1-2-abcd"
    )
    assert refused(tables=Tables([table], IDS, codes[:1])).replace(folder, "") == (
        "answers.csv:3: “1-7-2-2-bcde” is the code of no sheet here; expected 1-7-1-2-abcd"
    )
    without = written("student,scores_2_1\nAnn,1\n")
    assert refused(tables=Tables([without], IDS, codes, several=True)).endswith(
        "answers.csv:1: no column “code”; expected one that says which sheet each row answers"
    )


def test_the_same_student_on_two_sheets_is_two(written: Written) -> None:
    table = written("student,code,scores_2_1\nAnn,a,1\nAnn,b,2\nAnn,A,3\n")
    tables = Tables([table], IDS, ["a", "b"], several=True)
    tables.check()
    found = [(row.code, row.cells[0]) for block in tables.blocks(9) for row in block]
    assert found == [("b", "2"), ("a", "3")]


def test_standard_input_is_read_as_often_as_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(TABLE.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert rows("-") == READ


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are of Unix")
def test_a_pipe_is_read_as_often_as_is_needed(tmp_path: Path) -> None:
    import os
    import threading

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(TABLE,))
    writer.start()
    assert rows(str(pipe)) == READ
    writer.join()
