"""Sheets marked a second, beside a floor measured in the same run: reading the same table alone.

python benchmarks/marks.py [--students 1000] [--many 1000000] [--sheets 1000]

A quarter of the students has all of it right, a quarter does not scale the scores, a quarter errs
once, and a quarter leaves blanks empty or types what is no number. Memory is the largest that the
process held; it is flat if the many take about as much as the few.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parent.parent / "samples" / "causal.yaml"
MISTAKE = "the scores are not scaled"
FLOOR = """\
import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8") as table:
    for row in csv.reader(table):
        pass
"""

Sheet = dict[str, Any]


def run(*command: str) -> tuple[float, float]:
    """Seconds, and megabytes at most, of a process."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def rows(sheets: list[Sheet], students: int) -> Iterator[list[str]]:
    """A header, and a row a student; with several sheets, one after another is answered."""
    several = len(sheets) > 1
    yield ["student", *(["code"] if several else []), *(b["id"] for b in sheets[0]["blanks"])]
    chance = random.Random(1)
    for number in range(students):
        sheet = sheets[number % len(sheets)]
        answers = answered(sheet["blanks"], number % 4, chance)
        yield [f"student {number}", *([sheet["code"]] if several else []), *answers]


def answered(blanks: list[Sheet], kind: int, chance: random.Random) -> list[str]:
    """What one student types."""
    answers = [blank["answer"] for blank in blanks]
    if kind == 1:
        found = [{m["diagnosis"]: m["answer"] for m in blank["mistakes"]} for blank in blanks]
        answers = [each.get(MISTAKE, a) for each, a in zip(found, answers, strict=True)]
    elif kind == 2:
        at = chance.randrange(len(answers))
        answers[at] = f"{float(answers[at]) + chance.choice((-0.3, 0.1, 0.25)):.4f}"
    elif kind == 3:
        answers = [chance.choice(("", "?", a, a, a)) for a in answers]
    return answers


def report(name: str, folder: Path, sheets: list[Sheet], students: int) -> None:
    """Mark so many, and print what it took."""
    sheet, answers = folder / "sheet.json", folder / "answers.csv"
    sheet.write_text("".join(json.dumps(each) + "\n" for each in sheets), encoding="utf-8")
    with answers.open("w", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows(rows(sheets, students))
    mark = (sys.executable, "-m", "attncalc", "mark", str(sheet), str(answers))
    seconds, megabytes = run(*mark, "-o", str(folder / "marks.csv"))
    floor, _ = run(sys.executable, "-c", FLOOR, str(answers))
    print(f"{name}: {seconds:8.1f} s, {students / seconds:8.0f} a second, {megabytes:5.0f} MB")
    print(f"  reading the table alone: {floor:.2f} s; ratio {seconds / floor:.1f}")


def main() -> None:
    """A class, a very large one, and one in which everyone has their own sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, count in (("--students", 1000), ("--many", 1_000_000), ("--sheets", 1000)):
        parser.add_argument(name, type=int, default=count)
    wanted = parser.parse_args()
    made = subprocess.run(
        [sys.executable, "-m", "attncalc", "worksheet", str(SAMPLE), "--seed", "1", "--json"],
        capture_output=True,
        check=True,
    )
    sheet = json.loads(made.stdout)
    # As much work as sheets with different numbers, which take longer to make than to mark.
    own = [{**sheet, "code": f"1-1-{number}-2-test"} for number in range(1, wanted.sheets + 1)]
    with tempfile.TemporaryDirectory() as folder:
        report("one sheet", Path(folder), [sheet], wanted.students)
        report("one sheet, many", Path(folder), [sheet], wanted.many)
        if own:
            report("a sheet each", Path(folder), own, wanted.sheets)


if __name__ == "__main__":
    main()
