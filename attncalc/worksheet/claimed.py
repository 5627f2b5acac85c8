"""Answers as problem files with claims: each file a student's, judged as check judges it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from attncalc.checking import check
from attncalc.errors import InputError, InputErrors
from attncalc.problem.problem import Problem
from attncalc.readers import read
from attncalc.readers.contents import SUFFIXES, TABLE_SUFFIXES
from attncalc.readers.fields import build_claims
from attncalc.records import dataclass
from attncalc.report import Finding, Report
from attncalc.worksheet.judging import NONE_KNOWN, VERDICTS, Judge, Judged
from attncalc.worksheet.making import CREDIT
from attncalc.worksheet.marking import MOST_DIAGNOSES, Marker, Marks

_JUDGED = {verdict: judged for judged, verdict in VERDICTS.items()}


def is_table(file: str) -> bool:
    """Whether a file of answers is a table, rather than a problem with claims."""
    return file == "-" or Path(file).suffix.lower() not in {*SUFFIXES} - {*TABLE_SUFFIXES}


def gathered(files: Sequence[str]) -> list[str]:
    """The files, with those in a folder in its place. Raises InputError for one without any."""
    found: list[str] = []
    for file in files:
        folder = Path(file)
        if file == "-" or not folder.is_dir():
            found.append(file)
            continue
        inside = sorted(
            str(each)
            for each in folder.iterdir()
            if each.suffix.lower() in SUFFIXES and not each.name.startswith(".")
        )
        if not inside:
            message = "no answers in this folder; expected tables, or problem files with claims"
            raise InputError(file, message)
        found += inside
    return found


@dataclass(frozen=True, eq=False)
class Claimed:
    """Files with claims on one sheet's problem."""

    files: Sequence[str]
    marker: Marker

    def check(self) -> None:
        """Read all of them. Raises InputErrors with everything that is wrong with any."""
        errors: list[InputError] = []
        if len(self.marker.sheets) > 1:
            message = f"claims on {len(self.marker.sheets)} sheets; expected one sheet"
            errors.append(InputError(self.files[0], message))
        for file in [] if errors else self.files:
            try:
                self._problem(file)
            except InputErrors as found:
                errors += found.errors
            except InputError as found:
                errors.append(found)
        if errors:
            raise InputErrors(tuple(errors))

    def twice(self) -> list[str]:
        """The files that do not count, because a later one is called the same: a sentence each."""
        last = self._last
        return [
            f"{file}: “{Path(file).stem}” stands in a later file too; that one counts"
            for file in self.files
            if last[Path(file).stem] != file
        ]

    def marks(self) -> Iterator[Marks]:
        """The marks of each file that counts."""
        if not self.files:
            return
        (sheet,), last = self.marker.sheets, self._last
        judge = Judge(sheet)
        for file in self.files:
            if last[Path(file).stem] == file:
                # What is worked out is the sheet's: only the claims on it are a student's own.
                report = check(replace(sheet.trace, problem=self._problem(file)))
                yield self._marks(judge, Path(file).stem, report)

    @property
    def _last(self) -> dict[str, str]:
        return {Path(file).stem: file for file in self.files}

    def _problem(self, file: str) -> Problem:
        """The sheet's problem, with the claims of a file."""
        raws = read(file)
        if len(raws) > 1:
            raise InputError(file, f"{len(raws)} problems; expected 1")
        (raw,) = raws
        (sheet,) = self.marker.sheets
        return build_claims(raw, sheet.trace.problem)

    def _marks(self, judge: Judge, student: str, report: Report) -> Marks:
        blanks = judge.sheet.blanks
        findings = {(each.claim.stage, each.claim.index): each for each in report.findings}
        found = [findings.get(blank.entry) for blank in blanks]
        names = tuple(dict.fromkeys(each.what for each in report.diagnoses))
        values = np.array([[_value(each) for each in found]])
        verdicts = np.array(
            [[Judged.NONE if each is None else _JUDGED[each.verdict] for each in found]]
        )
        founded = judge.founded(values)
        mistakes = np.full(values.shape, NONE_KNOWN, dtype=np.int16)
        for at, finding in enumerate(found):
            diagnosis = None if finding is None else report.diagnosis_of(finding)
            if diagnosis is not None:
                mistakes[0, at] = names.index(diagnosis.what)
        cells = ["" if each is None else each.claim.text for each in found]
        shares = np.where((mistakes != NONE_KNOWN) & (values != 0), float(CREDIT), 0.0)
        earned = judge.points(verdicts, founded, shares, self.marker.credit)
        out_of = np.array([float(judge.sheet.points)])
        first = [*dict.fromkeys(name for name in mistakes[0].tolist() if name != NONE_KNOWN)]
        told = [*first, *[NONE_KNOWN] * MOST_DIAGNOSES][:MOST_DIAGNOSES]
        diagnoses = np.array([told], dtype=np.int16)
        return Marks([student], [""], [cells], verdicts, earned, out_of, mistakes, diagnoses, names)


def _value(finding: Finding | None) -> float:
    return float("nan") if finding is None else float(finding.claim.value)
