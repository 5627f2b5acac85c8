"""What calling attncalc costs, in CPU and wall time, next to what any such tool must cost.

Run it where attncalc's libraries are installed:

    python benchmarks/startup.py [--rounds 15] [--typer-0-29 PYTHON]

Every command runs once unmeasured; then all of them run in turn, round after round, with compiled
bytecode, writing to a pipe that is read to its end. Printed are the medians.

--typer-0-29 (or the variable TYPER_0_29) names the Python of an environment that has typer 0.29:
a command that does nothing is then timed with it too, which is why pyproject.toml stays below it:

    python -m venv .venv-typer029 && .venv-typer029/bin/pip install 'typer==0.29.*'

These are figures to read, not tests: the exit code is 1 if a command fails or weights differ, never
because something was slow.
"""

from __future__ import annotations

import argparse
import compileall
import json
import math
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = str(ROOT / "samples" / "animal.yaml")
ATTNCALC = (sys.executable, "-m", "attncalc")
TARGET = 1.25

BARE, VERSION, HELP, FLOOR = "python -c pass", "attncalc --version", "attncalc --help", "(a) floor"
EXPLAIN, JSON, TORCH = "attncalc explain", "attncalc explain --json", "(b) torch weights"
NO_OP, NO_OP_029 = "typer no-op", "typer no-op, 0.29"

NO_OP_APP = """\
import typer
app = typer.Typer()
@app.command()
def nothing() -> None:
    pass
app()
"""
IMPORTS = """\
import sys
from attncalc.cli import main
code = main(sys.argv[1:])
loaded = [name for name in ("numpy", "rich", "typer", "yaml") if name in sys.modules]
print(f"\\nloaded: {' '.join(loaded)}")
sys.exit(code)
"""


@dataclass
class Command:
    """A command and what its runs took, in seconds."""

    arguments: tuple[str, ...]
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    """Resident memory at its most, in megabytes."""

    def run(self, *, measured: bool = True) -> str:
        """What it prints. Exits if it fails."""
        user = _environment()
        start = time.perf_counter()
        process = subprocess.Popen(self.arguments, stdout=subprocess.PIPE, cwd=ROOT, env=user)
        assert process.stdout is not None
        with process.stdout:
            printed = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"exit code {process.returncode}: {' '.join(self.arguments)}")
        if measured:
            self.cpu.append(used.ru_utime + used.ru_stime)
            self.wall.append(took)
            self.peak.append(used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))
        return printed.decode()


def _environment() -> dict[str, str]:
    """As a user has it: bytecode is kept, output is buffered, nothing is decided for numpy."""
    decided = ("PYTHON", "FORCE_COLOR", "NO_COLOR", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(decided)}
    return {**kept, "COLUMNS": "100"}


def _commands(typer_029: str | None) -> dict[str, Command]:
    commands = {
        BARE: Command((sys.executable, "-c", "pass")),
        VERSION: Command((*ATTNCALC, "--version")),
        HELP: Command((*ATTNCALC, "--help")),
        FLOOR: Command((sys.executable, "-m", "benchmarks.floor", SAMPLE)),
        EXPLAIN: Command((*ATTNCALC, "explain", SAMPLE)),
        JSON: Command((*ATTNCALC, "explain", SAMPLE, "--json")),
        NO_OP: Command((sys.executable, "-c", NO_OP_APP)),
    }
    if find_spec("torch"):
        commands[TORCH] = Command((sys.executable, "-m", "benchmarks.torch_weights", SAMPLE))
    if typer_029:
        commands[NO_OP_029] = Command((typer_029, "-c", NO_OP_APP))
    return commands


def _versions(python: str = sys.executable) -> None:
    if python == sys.executable:
        libraries = ", ".join(f"{name} {version(name)}" for name in ("typer", "rich", "numpy"))
        print(f"python {platform.python_version()}, {libraries}, {os.cpu_count()} processors")
        return
    asked = "import platform, importlib.metadata as m; print(platform.python_version(), m.version"
    answer = Command((python, "-c", f"{asked}('typer'))")).run(measured=False).split()
    print(f"{NO_OP_029}: python {answer[0]}, typer {answer[1]}")


def _check_imports() -> None:
    for option in ("--version", "--help"):
        printed = Command((sys.executable, "-c", IMPORTS, option)).run(measured=False)
        loaded = printed.splitlines()[-1].removeprefix("loaded: ").split()
        verdict = "numpy is imported" if "numpy" in loaded else "numpy is not imported"
        print(f"attncalc {option}: {verdict} (of its libraries: {', '.join(loaded) or 'none'})")


def _check_weights(ours: str, torchs: str) -> None:
    """Both must have computed the same, or the comparison says nothing."""
    rows = zip(json.loads(ours)["stages"]["weights"], json.loads(torchs), strict=True)
    pairs = [pair for our, their in rows for pair in zip(our, their, strict=True)]
    worst = max(abs(our - their) for our, their in pairs)
    print(f"torch's {len(pairs)} weights differ from attncalc's by at most {worst:.1e}")
    if not math.isclose(worst, 0, abs_tol=1e-12):
        sys.exit("torch computed other weights")


def _print_times(commands: dict[str, Command]) -> None:
    print(f"\n{'median of ' + str(len(commands[BARE].cpu)) + ' runs, ms':28}{'CPU':>8}{'wall':>8}")
    for name, command in commands.items():
        print(f"{name:28}{median(command.cpu) * 1e3:8.1f}{median(command.wall) * 1e3:8.1f}")


def _print_ratio(commands: dict[str, Command], over: str, under: str, target: str = "") -> None:
    cpu = median(commands[over].cpu) / median(commands[under].cpu)
    wall = median(commands[over].wall) / median(commands[under].wall)
    print(f"{f'{over} / {under}':44}{cpu:7.2f}{wall:8.2f}{target}")


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description="What calling attncalc costs.")
    parser.add_argument("--rounds", type=int, default=15, help="runs of each command")
    parser.add_argument(
        "--typer-0-29",
        metavar="PYTHON",
        default=os.environ.get("TYPER_0_29"),
        help="the Python of an environment with typer 0.29",
    )
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    python_029 = which(options.typer_0_29) if options.typer_0_29 else None
    if options.typer_0_29 and not python_029:
        parser.error(f"there is no Python at {options.typer_0_29}")
    for folder in ("attncalc", "benchmarks"):
        if not compileall.compile_dir(ROOT / folder, quiet=1):
            sys.exit(f"{folder} does not compile")

    _versions()
    commands = _commands(python_029 and os.path.abspath(python_029))
    if NO_OP_029 in commands:
        _versions(commands[NO_OP_029].arguments[0])
    _check_imports()
    printed = {name: command.run(measured=False) for name, command in commands.items()}
    if TORCH in commands:
        _check_weights(printed[JSON], printed[TORCH])
    for _ in range(options.rounds):
        for command in commands.values():
            command.run()

    _print_times(commands)
    print(f"\n{'ratio':44}{'CPU':>7}{'wall':>8}")
    _print_ratio(commands, EXPLAIN, FLOOR, f"   target: at most {TARGET}")
    if TORCH in commands:
        _print_ratio(commands, TORCH, EXPLAIN)
    else:
        print("torch is not installed: skipped")
    if NO_OP_029 in commands:
        _print_ratio(commands, NO_OP_029, NO_OP)


if __name__ == "__main__":
    main()
