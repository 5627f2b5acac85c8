"""From the files that are to be checked to what came of each, whatever happens to the others."""

import dataclasses
import signal
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Optional

from attncalc.cli.app import errors_of
from attncalc.errors import InputError
from attncalc.outcomes import Checked, Outcome, Unreadable
from attncalc.problem.problem import Problem
from attncalc.readers import claimed, read, read_claims_of
from attncalc.readers.arrangement import AS_IT_IS, Arrangement
from attncalc.readers.interface import RawProblem
from attncalc.records import dataclass


@dataclass(frozen=True)
class Work:
    """A file to be checked. sheet: the file its claims are in, if not in itself.

    name: what it is called among the others.
    """

    file: str
    sheet: Optional[str]
    name: str

    @property
    def claims(self) -> str:
        """The file that the claims are in."""
        return self.sheet or self.file


def works(files: Sequence[str], sheets: Sequence[str]) -> list[Work]:
    """Every file by itself, or with each of the sheets."""
    if not sheets:
        return [Work(file, None, file) for file in files]
    several = len(files) > 1
    return [
        Work(file, sheet, f"{sheet} on {file}" if several else sheet)
        for file in files
        for sheet in sheets
    ]


@dataclasses.dataclass
class Judge:
    """Judges one file after another; what is asked for again is not read again.

    options: of attention, that override the files'. stage: which one tables of claims are about.
    tolerance: of every claim, instead of the files'.
    with_lines: whether lines of claims are wanted. alone: whether there is only one to be judged.
    arranged: how arrays lie.
    """

    options: Mapping[str, str]
    stage: Optional[str]
    tolerance: Optional[Decimal]
    with_lines: bool
    alone: bool
    arranged: Arrangement = AS_IT_IS
    _files: dict[str, list[RawProblem]] = dataclasses.field(default_factory=dict)
    _sheets: dict[str, list[RawProblem]] = dataclasses.field(default_factory=dict)
    _broken: set[str] = dataclasses.field(default_factory=set)

    def outcomes(self, work: Work) -> list[Outcome]:
        """What came of each problem of a file; or of the file, if it cannot be checked.

        A problem that cannot be read is told with the first of its sheets alone.
        """
        if work.file in self._broken:
            return []
        try:
            return list(self._checked(work))
        except Exception as error:
            errors = errors_of(error) if self.alone else errors_of(error, work.name)
            if work.sheet and any(each.file == work.file for each in errors):
                self._broken.add(work.file)
                return [Unreadable(work.file, work.file, errors)]
            return [Unreadable(work.claims, work.name, errors)]

    def _checked(self, work: Work) -> Iterable[Checked]:
        from attncalc.checking import check
        from attncalc.steps.engine import explain

        raw = self._file(work.file)
        sheet = None if work.sheet is None else self._sheet(work.sheet)
        found = claimed(raw, sheet, self.options)
        for number, located in enumerate(found, 1):
            name = f"{work.name}, problem {number}" if len(found) > 1 else work.name
            report = check(explain(self._tolerated(located.problem)))
            yield Checked(work.claims, name, report, located.lines if self.with_lines else {})

    def _tolerated(self, problem: Problem) -> Problem:
        if self.tolerance is None:
            return problem
        claims = dataclasses.replace(problem.claims, tolerance=self.tolerance)
        return dataclasses.replace(problem, claims=claims)

    def _file(self, name: str) -> list[RawProblem]:
        if name not in self._files:
            self._files[name] = read(name, self.arranged)
        return self._files[name]

    def _sheet(self, name: str) -> list[RawProblem]:
        if name not in self._sheets:
            self._sheets[name] = read_claims_of(name, self.stage, self.arranged)
        return self._sheets[name]


def died(work: Work, code: int) -> list[Outcome]:
    """What came of a file at which the process ended; code: minus a signal, if it was one."""
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    hint = "please report it, with the input if you can; or there is too little memory for it"
    error = InputError(work.claims, f"the process that checked it was ended {how}", hint=hint)
    return [Unreadable(work.claims, work.name, (error,))]
