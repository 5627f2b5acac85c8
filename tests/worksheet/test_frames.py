"""Marks of data frames, in parts, as Dask hands them out."""

from __future__ import annotations

import csv
import io
import json
import math
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from attncalc.errors import InputErrors
from attncalc.exports.frames import MarksOf
from attncalc.exports.worksheet_json import worksheet_json
from attncalc.worksheet.judging import Credit
from tests.conftest import Attncalc
from tests.worksheet.examples import maker
from tests.worksheet.sheets import TWO

RIGHT = ["3", "1", "0.75", "0.25", "2.1170", "1.2840", "3.4010", "0.6225", "0.3775", "2.2449"]


class Frame:
    """As much of a data frame as is needed."""

    def __init__(self, table: Mapping[str, list[Any]]) -> None:
        self.table = table
        self.columns = [*table]

    def itertuples(self, *, index: bool, name: None) -> Iterator[tuple[Any, ...]]:
        assert not index
        assert name is None
        return zip(*self.table.values(), strict=True)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A sheet's JSON in a file."""
    path = tmp_path / "sheet.json"
    path.write_text(worksheet_json(maker(TWO).made(None)))
    return path


def answers(sheet: Path, students: int) -> dict[str, list[Any]]:
    """What some students type; the output's last entry nobody knows."""
    blanks = json.loads(sheet.read_text())["blanks"]
    ids = [blank["id"] for blank in blanks]
    table: dict[str, list[Any]] = {"student": [f"s{number}" for number in range(students)]}
    for name, answer in zip(ids, [*RIGHT, None], strict=True):
        table[name] = [answer if number % 3 else "x" for number in range(students)]
    return table


def test_a_frame_of_answers_is_one_of_marks(sheet: Path) -> None:
    table = answers(sheet, 4)
    table["output_2_2"] = [None, math.nan, "2.1326", 2.1326]
    marks = pickle.loads(pickle.dumps(MarksOf(sheet, Credit())))(Frame(table))
    assert isinstance(marks, Frame)
    assert marks.columns[:5] == ["student", "points", "out_of", "first_wrong", "diagnosis"]
    assert marks.table["points"] == [0, 10, 11, 1]
    assert marks.table["out_of"] == [11.0] * 4
    assert marks.table["output_2_2"] == ["none", "none", "right", "right"]


def test_columns_that_are_no_blanks_are_refused(sheet: Path) -> None:
    with pytest.raises(InputErrors) as found:
        MarksOf(sheet)(Frame({"student": [], "sums_9": []}))
    assert str(found.value).startswith("answers:1: the column “sums_9” is no blank of this sheet")


def test_codes_of_no_sheet_are_refused(sheet: Path, tmp_path: Path) -> None:
    line = sheet.read_text()
    code = json.loads(line)["code"]
    both = tmp_path / "both.json"
    both.write_text(line + line.replace(code, "1-1-1-2-other"))
    table = {**answers(sheet, 2), "code": [code, "1-1-1-2-OTHER"]}
    assert MarksOf(both)(Frame(table)).table["points"] == [0, 10]
    with pytest.raises(InputErrors) as found:
        MarksOf(both)(Frame({**table, "code": [code, "none"]}))
    assert str(found.value) == f"answers: “none” is the code of no sheet of {both}"


def test_dask_marks_parts_on_a_cluster(sheet: Path, tmp_path: Path, attncalc: Attncalc) -> None:
    """As the command does, in the same order, from CSV and from Parquet where it can be read."""
    frames = pytest.importorskip("dask.dataframe")
    distributed = pytest.importorskip("distributed")
    table = answers(sheet, 60)
    for part in range(3):
        with (tmp_path / f"answers-{part}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(table)
            writer.writerows([*zip(*table.values(), strict=True)][20 * part : 20 * part + 20])
    files = sorted(str(path) for path in tmp_path.glob("answers-*.csv"))
    by_command = attncalc("mark", sheet, *files)
    expected = [*csv.DictReader(io.StringIO(by_command.out))]
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as local,
        distributed.Client(local),
    ):
        parts = frames.read_csv(files, dtype=str)
        found = parts.map_partitions(MarksOf(str(sheet))).compute()
    assert len(found) == len(expected) == 60
    assert [*found["student"]] == [row["student"] for row in expected]
    assert [*found["points"]] == [float(row["points"]) for row in expected]
    for name in table:
        if name != "student":
            assert [*found[name]] == [row[name] for row in expected]
