"""How many faults planted in the arithmetic and in the checking turn a test red.

    python -m benchmarks.planted [--count 120] [--seed 1] [--first TEST] [--only] [FILE…]

One fault at a time is planted in a copy of the tree: another operator, another comparison, a bound
rounded the other way, a number one too large. The tests of its room must then fail. What survives
is printed with its place: a test is missing there, or the change makes no difference. Tests named
by --first are run before those of the room, or alone with --only.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parent.parent
PATIENCE = 600
"""Seconds after which a test that runs on and on has noticed the fault."""

CHECKING = (
    "tests/checking/test_conventions.py",
    "tests/checking/test_verdicts.py",
    "tests/numbers/test_rounding.py",
    "tests/checking/test_promises.py",
    "tests/numbers/test_intervals.py",
    "tests/numbers",
    "tests/checking",
    "tests/test_published.py",
    "tests/test_gallery.py",
)
"""The quick ones first: one red test is enough."""

ARITHMETIC = (
    "tests/test_exactness.py",
    "tests/test_settled.py",
    "tests/test_properties.py",
    "tests/test_against_oracle.py",
    "tests/steps",
    "tests/test_cost.py",
    "tests/walkthrough/test_true.py",
    "tests/walkthrough/test_large.py",
    "tests/test_numerals.py",
    "tests/cli/test_explain.py",
    "tests/cli/test_compare.py",
    "tests/readers",
    "tests/checking",
)
ROOMS = {
    "attncalc/numbers/intervals.py": ("tests/numbers/test_intervals.py", *CHECKING),
    "attncalc/numbers/rounding.py": CHECKING,
    "attncalc/numbers/transcendental.py": CHECKING,
    "attncalc/numbers/rows.py": CHECKING,
    "attncalc/checking/*.py": CHECKING,
    "attncalc/problem/claims.py": CHECKING,
    "attncalc/numbers/*.py": ARITHMETIC,
    "attncalc/document/numerals.py": ARITHMETIC,
    "attncalc/steps/*.py": ARITHMETIC,
}
"""Files, and the tests that must notice a fault in them."""

OTHERWISE: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Mod: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
RENAMED = {"_UP": "_DOWN", "_DOWN": "_UP", "min": "max", "max": "min", "any": "all", "all": "any"}
RENAMED |= {"low": "high", "high": "low", "ROUND_FLOOR": "ROUND_CEILING"}
RENAMED |= {"ROUND_CEILING": "ROUND_FLOOR", "next_plus": "next_minus", "next_minus": "next_plus"}


@dataclass(frozen=True)
class Fault:
    """A planted fault: the file, the line that is changed, before and after, and the whole file."""

    file: str
    line: int
    before: str
    after: str
    source: str


def faults(file: str, text: str) -> Iterator[Fault]:
    """Every fault that can be planted in a module."""
    tree = ast.parse(text)
    for node in list(_code(tree)):
        for restore in _planted(node):
            line = getattr(node, "lineno", 0)
            if line:
                source = ast.unparse(tree)
                yield Fault(file, line, *_difference(text, source), source)
            restore()


def _code(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are worked out; neither types nor what only a type checker takes."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.AnnAssign):
            if child.value is not None:
                yield child.value
                yield from _code(child.value)
            continue
        if isinstance(child, ast.arg | ast.Import | ast.ImportFrom | ast.Assert):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        if isinstance(child, ast.FunctionDef):
            for part in (*child.args.defaults, *child.args.kw_defaults, *child.body):
                if part is not None:
                    yield part
                    yield from _code(part)
            continue
        yield from _code(child)


def _planted(node: ast.AST) -> Iterator[Callable[[], None]]:
    """Change a node in place, and yield what changes it back; once for each way to change it."""

    def change(owner: ast.AST, field: str, value: object) -> Callable[[], None]:
        before = getattr(owner, field)
        setattr(owner, field, value)
        return lambda: setattr(owner, field, before)

    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        other = OTHERWISE.get(type(node.op))
        if other:
            yield change(node, "op", other())
    elif isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            other = OTHERWISE[type(operator)]
            yield change(node, "ops", [*node.ops[:place], other(), *node.ops[place + 1 :]])
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        more = (not node.value) if isinstance(node.value, bool) else node.value + 1
        yield change(node, "value", more)
    elif isinstance(node, ast.Name) and node.id in RENAMED:
        yield change(node, "id", RENAMED[node.id])
    elif isinstance(node, ast.Attribute) and node.attr in RENAMED:
        yield change(node, "attr", RENAMED[node.attr])
    elif isinstance(node, ast.IfExp | ast.If | ast.While):
        yield change(node, "test", ast.UnaryOp(ast.Not(), copy.deepcopy(node.test)))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield change(node, "op", ast.UAdd() if isinstance(node.op, ast.USub) else ast.Not())
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield change(node, "ifs", [])


def _difference(text: str, source: str) -> tuple[str, str]:
    """The first line that is another, as it is written without comments."""
    for before, after in zip(
        ast.unparse(ast.parse(text)).split("\n"), source.split("\n"), strict=False
    ):
        if before != after:
            return before.strip(), after.strip()
    return "", ""


def chosen(patterns: Sequence[str], count: int, seed: int) -> list[Fault]:
    """So many faults, drawn from all that can be planted in these files."""
    every = [
        fault
        for pattern in patterns
        for path in sorted(ROOT.glob(pattern))
        for fault in faults(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        if fault.before != fault.after
    ]
    drawn = random.Random(seed).sample(every, min(count, len(every)))
    print(f"{len(drawn)} of {len(every)} faults that can be planted, seed {seed}", flush=True)
    return drawn


def tests_of(file: str) -> Sequence[str]:
    """The tests that must notice a fault in a file."""
    return next(tests for pattern, tests in ROOMS.items() if Path(file).match(pattern))


def noticed(fault: Fault, tests: Sequence[str], tree: Path) -> bool:
    """Whether one of some tests turns red, in a copy of the tree."""
    path = tree / fault.file
    sound = path.read_text(encoding="utf-8")
    path.write_text(fault.source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    command += ["--hypothesis-profile=noticing", "--exhaustive"]
    try:
        done = subprocess.run([*command, *tests], cwd=tree, capture_output=True, timeout=PATIENCE)
        return done.returncode == 1 or done.returncode == 2
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(sound, encoding="utf-8")


def main() -> None:
    """Plant, run, and tell what survived."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("files", nargs="*", default=[*ROOMS])
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first", action="append", default=[], metavar="TEST")
    parser.add_argument("--only", action="store_true")
    asked = parser.parse_args()
    drawn = chosen(asked.files, asked.count, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for job in range(asked.jobs):
            tree = Path(folder) / str(job)
            ignored = shutil.ignore_patterns(".git", ".venv*", "node_modules", "__pycache__")
            shutil.copytree(ROOT, tree, ignore=ignored)
            trees.put(tree)

        def judge(fault: Fault) -> bool:
            tree = trees.get()
            tests = [*asked.first, *(() if asked.only else tests_of(fault.file))]
            red = noticed(fault, tests, tree)
            trees.put(tree)
            mark = "red     " if red else "SURVIVED"
            print(
                f"{mark} {fault.file}:{fault.line}: {fault.before}  ->  {fault.after}", flush=True
            )
            return red

        with ThreadPoolExecutor(asked.jobs) as pool:
            red = sum(pool.map(judge, drawn))
    print(f"{red} of {len(drawn)} turned a test red: {red / max(1, len(drawn)):.0%}")


if __name__ == "__main__":
    main()
