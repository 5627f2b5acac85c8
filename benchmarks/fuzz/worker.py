"""One process that runs inputs until its time is over; what kills it is found by its parent.

    python -m benchmarks.fuzz.worker JOB

A line of JSON a finding on standard output. The number that is being run stands in a file, because
a process that has crashed tells nothing any more.
"""

from __future__ import annotations

import faulthandler
import gc
import hashlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.fuzz import judging, own_claims, running, shrinking
from benchmarks.fuzz.cases import Case, OwnClaims, load, save
from benchmarks.fuzz.inputs import case_of, typeset
from benchmarks.fuzz.judging import Finding

SECONDS = 10.0
"""Of CPU, for one input; none is so large that it may take longer."""

PATIENCE = 15
"""Times as much for the clock on the wall, on a machine that has other work to do."""

MEMORY = 1024**3
"""Bytes that one input may take, beside what the libraries take."""

LIFETIME = 3000
"""Inputs of one process, so that nothing piles up."""

SHARED = 20
"""Every so many inputs, one is run by every worker, and twice by each."""

SHRINKING = -1
"""Stands in place of a number while a finding that is told already is made smaller."""


@dataclass(frozen=True)
class Job:
    """What a worker is to do. folder: for findings. status: where it says which number it runs."""

    seed: int
    first: int
    step: int
    until: float
    count: int
    folder: str
    status: str
    shrink: float = 4.0
    case: str = ""


def main() -> None:
    """Run a job, given as JSON."""
    job = Job(**json.loads(sys.argv[1]))
    reports = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)
    faulthandler.enable()
    faulthandler.register(signal.SIGPROF, chain=True, all_threads=False)
    faulthandler.register(signal.SIGALRM, chain=True, all_threads=False)
    running.set_up()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        Worker(job, Path(folder), reports).work()
        os.chdir("/")


class Worker:
    """Runs inputs one after the other, and tells what it finds."""

    def __init__(self, job: Job, folder: Path, reports: Any) -> None:
        self.job = job
        self.folder = folder
        self.reports = reports
        self.status = os.open(job.status, os.O_WRONLY | os.O_CREAT)

    def work(self) -> None:
        """All of the job, or as much as one process should do."""
        job = self.job
        running.run(Case(("samples",)), self.folder)
        _limit_memory()
        gc.disable()  # as the command does
        gc.freeze()
        if job.case:
            found, outcome = self.judged(load(Path(job.case)), closely=True)
            self.tell(code=outcome.code, err=outcome.err[:3000], found=_plain(found))
            return
        number = job.first
        for done in range(LIFETIME):
            if number >= job.count or time.time() > job.until:
                self.tell(finished=True)
                return
            if self.is_mine(number):
                self.input(number)
            if done % 16 == 0:
                gc.collect()
            number += 1
        self.tell(next=number)

    def is_mine(self, number: int) -> bool:
        """Inputs are dealt out to workers in turn; some are for all of them."""
        own = number % self.job.step == int(os.environ.get("FUZZ_WORKER", "0"))
        return own or number % SHARED == 0

    def input(self, number: int) -> None:
        """Run the input of a number."""
        self.say(number)
        case = case_of(self.job.seed, number)
        shared = number % SHARED == 0 and not typeset(case)
        found, outcome = self.judged(case, closely=number % 50 == 0)
        digest = ""
        if shared:
            _limit_time(SECONDS)
            again = running.run(case, self.folder)
            _limit_time(0)
            digest = _digest(outcome)
            if digest != _digest(again):
                found.append(Finding("not-twice-the-same", f"{case.command}"))
        self.tell(
            number=number,
            code=outcome.code,
            seconds=round(outcome.seconds, 3),
            digest=digest,
            found=_plain(found),
        )
        for finding in found:
            self.keep(case, number, finding)

    def judged(self, case: Case, *, closely: bool) -> tuple[list[Finding], running.Outcome]:
        """What is found of a case, within its limits."""
        _limit_time(SECONDS * (3 if typeset(case) else 1))
        try:
            outcome = running.run(case, self.folder)
            found = judging.findings(case, outcome, closely=closely)
            if case.own_claims:
                found += self.own_numbers(case, case.own_claims, outcome)
            if case.command == "weave" and outcome.code == 0 and len(case.args) == 2:
                found += self.woven_again(case, outcome)
        finally:
            _limit_time(0)
        return found, outcome

    def own_numbers(self, case: Case, own: OwnClaims, outcome: running.Outcome) -> list[Finding]:
        """What is found when the program's numbers are handed back to it."""
        claimed = own_claims.checked(case, own, outcome)
        if claimed is None:
            return []
        judged = running.run(claimed, self.folder)
        return [*judging.findings(claimed, judged), *judging.accusations(own, judged)]

    def woven_again(self, case: Case, outcome: running.Outcome) -> list[Finding]:
        """A document that is up to date is left as it is."""
        files = {**case.files, **outcome.left}
        again = running.run(Case(case.args, files), self.folder)
        same = again.code == 0 and again.left == outcome.left
        return [] if same else [Finding("woven-twice", f"exit code {again.code}", again.err)]

    def keep(self, case: Case, number: int, finding: Finding) -> None:
        """Save a finding, the first of its kind, and make it smaller."""
        folder = Path(self.job.folder) / finding.name()
        if folder.exists():
            return
        about = {"seed": self.job.seed, "number": number, **asdict(finding)}
        save(case, folder, about)
        if self.job.shrink and finding.kind not in ("memory", "not-twice-the-same"):
            self.say(SHRINKING)

            def still(candidate: Case) -> bool:
                found, _ = self.judged(candidate, closely=False)
                return finding.signature in {other.signature for other in found}

            small = shrinking.smaller(case, still, self.job.shrink)
            save(small, folder / "small", about)

    def say(self, number: int) -> None:
        """Leave behind which number is being run."""
        os.pwrite(self.status, f"{number:<20}".encode(), 0)

    def tell(self, **line: object) -> None:
        """A line for the parent."""
        self.reports.write(json.dumps(line) + "\n")
        self.reports.flush()


def _plain(found: list[Finding]) -> list[dict[str, str]]:
    return [{"name": finding.name(), "signature": finding.signature} for finding in found]


def _digest(outcome: running.Outcome) -> str:
    """What a run came to, shortly."""
    told = hashlib.sha256()
    for part in (repr(outcome.code).encode(), outcome.out, outcome.err.encode()):
        told.update(part)
    for name, content in sorted(outcome.left.items()):
        told.update(name.encode() + content)
    return told.hexdigest()[:16]


def _limit_memory() -> None:
    """As much as is taken now, and a limit more; where the system tells."""
    statistics = Path("/proc/self/statm")
    if statistics.exists():
        taken = int(statistics.read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, hard))


def _limit_time(seconds: float) -> None:
    """The process is killed after so many seconds of CPU, with a traceback; 0: it is not."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * PATIENCE)


if __name__ == "__main__":
    main()
