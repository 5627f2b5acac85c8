"""What thousands of tokens cost as a whole process, next to numpy scripts of the same numbers: a
page about one query next to a script that works that row out, all outputs next to one that goes
through the rows a tile at a time.

Run it from the root of the repository, where attncalc is installed:

    python -m benchmarks.large [--rounds 3] [--tokens 8192]

Every command runs once unmeasured; then all of them run in turn, round after round. Printed are the
medians, the peak of resident memory, and ratios. These are figures to read, not tests: the exit
code is 1 if a command fails or numbers differ, never because something was slow.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.startup import ATTNCALC, Command

LONGEST, JSON_TOKENS = 65_536, 2048

GIVEN = """
import sys, numpy as np
n, numbers = int(sys.argv[1]), np.random.default_rng(64)
np.savez(sys.argv[2], query="#101", **{name: numbers.standard_normal((n, 64)) for name in "QKV"})
"""
ROW = """
import sys, numpy as np
given = np.load(sys.argv[1])
Q, K, V = (given[name] for name in "QKV")
s = Q[100] @ K.T / np.sqrt(Q.shape[1])
a = np.exp(s - s.max())
a /= a.sum()
print(a.max(), *(a @ V))
"""
TILES = """
import sys, numpy as np
given = np.load(sys.argv[1])
Q, K, V = (given[name] for name in "QKV")
output = np.empty((len(Q), V.shape[1]))
for at in range(0, len(Q), 256):
    rows = slice(at, at + 256)
    s = Q[rows] @ K.T
    s /= np.sqrt(Q.shape[1])
    s -= s.max(axis=1, keepdims=True)
    np.exp(s, out=s)
    s /= s.sum(axis=1, keepdims=True)
    output[rows] = s @ V
np.savez(sys.argv[2], output=output)
"""


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description="What thousands of tokens cost.")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each command")
    parser.add_argument("--tokens", type=int, default=8192, help="queries, and keys")
    chosen = parser.parse_args()
    if chosen.rounds < 1 or chosen.tokens < 101:
        parser.error("--rounds must be at least 1, and --tokens at least 101")
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), chosen.rounds, chosen.tokens)


def _measure(folder: Path, rounds: int, n: int) -> None:
    given, long, short = (_given(folder, count) for count in (n, LONGEST, JSON_TOKENS))
    ours, theirs, text = (str(folder / name) for name in ("ours.npz", "theirs.npz", "out.json"))
    explain = (*ATTNCALC, "explain")
    row = Command((sys.executable, "-c", ROW, given))
    tiles = Command((sys.executable, "-c", TILES, given, theirs))
    page = Command((*explain, given))
    output = Command((*explain, given, "--stages", "output", "--output", ours))
    longest = Command((*explain, long))
    json = Command((*explain, short, "--json", "--output", text))
    commands = {
        f"script, a row of {n}": row,
        f"page of {n} tokens": page,
        f"script, tiles of rows of {n}": tiles,
        f"output of {n} tokens, npz": output,
        f"page of {LONGEST} tokens": longest,
        f"every stage of {JSON_TOKENS}, JSON": json,
    }
    for command in commands.values():
        command.run(measured=False)
    _check(ours, theirs)
    for _ in range(rounds):
        for command in commands.values():
            command.run()
    print(f"{f'median of {rounds} runs':32}{'CPU, s':>8}{'wall, s':>9}{'peak, MB':>10}")
    for name, command in commands.items():
        times = f"{median(command.cpu):8.2f}{median(command.wall):9.2f}"
        print(f"{name:32}{times}{median(command.peak):10.0f}")
    print()
    _ratio("page / script of a row", page, row, "3, 300 MB")
    _ratio("output / script of tiles", output, tiles, "1.5, 400 MB")
    print(f"page of {LONGEST} tokens: target: at most 600 MB and a few seconds")


def _given(folder: Path, n: int) -> str:
    """A file of so many tokens; made elsewhere, as a process begins with its parent's memory."""
    file = str(folder / f"{n}.npz")
    Command((sys.executable, "-c", GIVEN, str(n), file)).run(measured=False)
    return file


def _check(ours: str, theirs: str) -> None:
    """Both must have computed the same, or the comparison says nothing."""
    worst = np.abs(np.load(ours)["output"] - np.load(theirs)["output"]).max()
    print(f"the script's outputs differ from attncalc's by at most {worst:.1e}\n")
    if not worst < 1e-12:
        sys.exit("the script computed other outputs")


def _ratio(name: str, over: Command, under: Command, target: str) -> None:
    cpu, wall = (median(a) / median(b) for a, b in ((over.cpu, under.cpu), (over.wall, under.wall)))
    print(f"{name}: CPU {cpu:.2f}, wall {wall:.2f}   target: at most {target}")


if __name__ == "__main__":
    main()
