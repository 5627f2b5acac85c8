"""What a page costs as a whole process: a PDF next to the bare typst compile of the same source,
and 64 tokens as HTML with every query to choose from.

Run it from the root of the repository, where attncalc is installed with its pdf extra:

    python -m benchmarks.pages [--rounds 9]

Every command runs once unmeasured; then all of them run in turn, round after round. Printed are the
medians. These are figures to read, not tests: the exit code is 1 if a command fails, never because
something was slow.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.startup import ATTNCALC, SAMPLE, Command

COMPILE = "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2], pdf_standards='ua-1')"
TOKENS, WIDTH = 64, 8
MOST_TIMES_TYPST = 2.0
MOST_SECONDS = 1.0


def long_problem() -> str:
    """A problem of 64 tokens with 8 entries each, as YAML."""
    numbers = random.Random(64)
    lines = [f"tokens: [{', '.join(f'w{place}' for place in range(TOKENS))}]"]
    for name in "QKV":
        lines.append(f"{name}:")
        for _ in range(TOKENS):
            lines.append(f"- [{', '.join(f'{numbers.gauss(0, 1):.2f}' for _ in range(WIDTH))}]")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description="What a page costs.")
    parser.add_argument("--rounds", type=int, default=9, help="runs of each command")
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds must be at least 1")
    with tempfile.TemporaryDirectory() as folder:
        long, source = Path(folder, "long.yaml"), str(Path(folder, "animal.typ"))
        long.write_text(long_problem(), encoding="utf-8")
        Command((*ATTNCALC, "explain", SAMPLE, "--output", source)).run(measured=False)
        bare = Command((sys.executable, "-c", COMPILE, source, str(Path(folder, "bare.pdf"))))
        pdf = Command((*ATTNCALC, "explain", SAMPLE, "--output", str(Path(folder, "a.pdf"))))
        html = Command((*ATTNCALC, "explain", str(long), "--output", str(Path(folder, "l.html"))))
        commands = {"typst compile": bare, "attncalc, PDF of animal": pdf, "64 tokens, HTML": html}
        for command in commands.values():
            command.run(measured=False)
        for _ in range(rounds):
            for command in commands.values():
                command.run()
        size = Path(folder, "l.html").stat().st_size

    print(f"{f'median of {rounds} runs, ms':28}{'CPU':>8}{'wall':>8}")
    for name, command in commands.items():
        print(f"{name:28}{median(command.cpu) * 1e3:8.1f}{median(command.wall) * 1e3:8.1f}")
    times = median(pdf.wall) / median(bare.wall)
    print(f"\nPDF of animal / typst compile: {times:.2f}   target: at most {MOST_TIMES_TYPST}")
    print(
        f"64 tokens, HTML: {median(html.wall):.2f} s, {size / 1e3:.0f} kB   "
        f"target: under {MOST_SECONDS} s"
    )


if __name__ == "__main__":
    main()
