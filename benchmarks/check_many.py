"""Files checked a second: a thousand in one call, against one process a file.

python benchmarks/check_many.py [--files 1000]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROBLEM = """\
tokens: [I, like, tea]
Q: [[1, 0], [0, 1], [1, 0.{number}]]
K: [[1, 1], [0, 1], [1, 2]]
V: [[10, 0], [0, 10], [5, 5]]
claims:
  scores: {{tea: [1.5, 0.5, 2.0]}}
  weights: {{tea: {{I: 0.3, like: 0.2, tea: 0.5}}}}
"""
PROCESSES = 20


def timed(files: list[str]) -> float:
    """Seconds for one call; what it finds is not looked at."""
    command = [sys.executable, "-m", "attncalc", "check", "--json", *files]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"attncalc check ended with {done.returncode}")
    return time.perf_counter() - began


def main() -> None:
    """Write the files, check them both ways, print files a second and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / f"{number:04}.yaml") for number in range(count)]
        for number, file in enumerate(files):
            Path(file).write_text(PROBLEM.format(number=number), encoding="utf-8")
        timed(files[:1])  # bytecode
        together = count / timed(files)
        alone = PROCESSES / sum(timed([file]) for file in files[:PROCESSES])
    print(f"{count} files in one call:   {together:8.0f} files/s")
    print(f"one process a file: {alone:12.0f} files/s")
    print(f"ratio: {together / alone:25.1f}")


if __name__ == "__main__":
    main()
