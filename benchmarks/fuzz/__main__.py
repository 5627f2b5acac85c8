"""Run inputs for some minutes on all cores, or one saved case again; tell what was found.

python -m benchmarks.fuzz [--minutes 5] [--seed 1] [--workers 2] [--count N]
python -m benchmarks.fuzz --case FOLDER...
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from benchmarks.fuzz.campaign import Campaign, again


def main() -> int:
    """The exit code is 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--count", type=int, default=10**9, help="number of inputs")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--case", type=Path, nargs="+", help="run saved cases again")
    given = parser.parse_args()
    if given.case:
        return max(again(folder) for folder in given.case)
    campaign = Campaign(
        given.seed,
        given.first,
        given.first + given.count,
        time.time() + given.minutes * 60,
        given.workers,
        given.findings.resolve(),
    )
    campaign.run()
    print(campaign.summary())
    return 1 if campaign.found else 0


if __name__ == "__main__":
    sys.exit(main())
