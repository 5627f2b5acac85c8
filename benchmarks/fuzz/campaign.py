"""Many inputs on many workers: what kills one is told by its parent, which starts another."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import IO

from benchmarks.fuzz.cases import save
from benchmarks.fuzz.inputs import case_of
from benchmarks.fuzz.judging import Finding, format_of
from benchmarks.fuzz.worker import SHRINKING, Job

ROOT = Path(__file__).parent.parent.parent
_FRAME = re.compile(r'File ".*/(attncalc/[\w/]+\.py)", line (\d+)')
_HANGS = (-signal.SIGPROF, -signal.SIGALRM)


class Campaign:
    """Inputs of one seed from a first number to a last, or until a time."""

    def __init__(
        self, seed: int, first: int, last: int, until: float, workers: int, folder: Path
    ) -> None:
        self.seed, self.first, self.last, self.until = seed, first, last, until
        self.workers = workers
        self.folder = folder
        self.found: Counter[str] = Counter()
        self.codes: Counter[int | None] = Counter()
        self.slowest: list[tuple[float, int]] = []
        self.numbers: set[int] = set()
        self.digests: dict[int, str] = {}
        self.began = time.time()
        self.lock = threading.Lock()

    def run(self) -> None:
        """Run them all."""
        threads = [
            threading.Thread(target=self._worker, args=(number,)) for number in range(self.workers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def summary(self) -> str:
        """What was run, how it ended, what was found."""
        seconds = time.time() - self.began
        lines = [
            f"seed {self.seed}: {len(self.numbers)} inputs in {seconds:.0f} s, exit codes "
            + ", ".join(f"{code}: {count}" for code, count in self.codes.most_common()),
            "slowest: "
            + ", ".join(f"{number}: {taken:.1f} s" for taken, number in self.slowest[:5]),
        ]
        lines += [f"{count:6}  {signature}" for signature, count in self.found.most_common()]
        return "\n".join([*lines, f"{len(self.found)} kinds of findings in {self.folder}"])

    def _worker(self, worker: int) -> None:
        """One worker after another, until there is nothing left to do."""
        following: int | None = self.first
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            while following is not None:
                following = self._process(worker, following, Path(folder))

    def _process(self, worker: int, first: int, folder: Path) -> int | None:
        """A process from a number on; the number to go on with."""
        status = folder / "status"
        status.write_text(str(first))
        job = Job(
            self.seed, first, self.workers, self.until, self.last, str(self.folder), str(status)
        )
        log = folder / "log"
        following: int | None = None
        last = first
        with log.open("wb") as errors, _started(job, worker, errors) as process:
            for line in process.stdout or ():
                told = json.loads(line)
                if "number" in told:
                    last = told["number"]
                    self._count(told)
                else:
                    following = told.get("next")
        if process.returncode == 0:
            return following
        number = int(status.read_text())
        if number == SHRINKING:
            return last + 1
        self._death(number, process.returncode, log.read_text(errors="replace"))
        return number + 1

    def _count(self, told: dict[str, object]) -> None:
        """What a worker tells of one input."""
        number = told["number"]
        assert isinstance(number, int)
        with self.lock:
            if number not in self.numbers:
                self.numbers.add(number)
                self.codes[told["code"]] += 1  # type: ignore[index]
                self.slowest.append((told["seconds"], number))  # type: ignore[arg-type]
                self.slowest = sorted(self.slowest, reverse=True)[:20]
            for finding in told["found"]:  # type: ignore[attr-defined]
                self._tell(number, finding["signature"])
            digest = told["digest"]
            if digest and self.digests.setdefault(number, digest) != digest:  # type: ignore[arg-type]
                self._keep(number, Finding("not-twice-the-same", "in another process"))

    def _death(self, number: int, code: int, log: str) -> None:
        """A worker was killed: by its limits, or by a fault of memory."""
        frames = _FRAME.findall(log)
        place = " ".join(f"{file}:{line}" for file, line in frames[:1])
        kind = "hang" if code in _HANGS else "killed"
        name = format_of(case_of(self.seed, number))
        command = case_of(self.seed, number).command
        finding = Finding(kind, f"{code} {place or f'{command} {name}'}", log[-4000:])
        with self.lock:
            self.numbers.add(number)
            self._keep(number, finding)

    def _keep(self, number: int, finding: Finding) -> None:
        folder = self.folder / finding.name()
        if not folder.exists():
            about = {"seed": self.seed, "number": number, **asdict(finding)}
            save(case_of(self.seed, number), folder, about)
        self._tell(number, finding.signature)

    def _tell(self, number: int, signature: str) -> None:
        if not self.found[signature]:
            print(f"{self.seed}/{number}: {signature}", flush=True)
        self.found[signature] += 1


def again(folder: Path) -> int:
    """Run a saved case once more, in a process of its own; 1 if anything is found."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as own:
        status = str(Path(own) / "status")
        job = Job(0, 0, 1, 0, 0, own, status, case=str(folder.resolve()))
        log = Path(own) / "log"
        with log.open("wb") as errors, _started(job, 0, errors) as process:
            out = process.stdout.read() if process.stdout else b""
        if process.returncode:
            print(f"{folder}: killed by {process.returncode}\n{log.read_text()[-2000:]}")
            return 1
    told = json.loads(out)
    verdict = "; ".join(finding["signature"] for finding in told["found"]) or "nothing found"
    print(f"{folder}: exit code {told['code']}: {verdict}\n{told['err']}")
    return 1 if told["found"] else 0


def _started(job: Job, worker: int, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """A worker process, with an order of hashing of its own."""
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(worker + 1),
        "FUZZ_WORKER": str(worker),
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "benchmarks.fuzz.worker", json.dumps(asdict(job))]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=ROOT
    )
