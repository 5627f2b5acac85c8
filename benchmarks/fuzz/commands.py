"""The command line: every flag of every command, with values that are right, and odd ones."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.fuzz.options import option
from benchmarks.fuzz.sizes import sizes_of
from benchmarks.fuzz.values import HOSTILE_TOKENS, OPTIONS, STAGES, Record, odd_number
from benchmarks.fuzz.writing import flow_text

PAGES = ("text", "text", "md", "qmd", "tex", "tex", "typ", "html", "json", "json")
TYPESET = ("pdf", "svg", "png")
"""What Typst makes, a second each: seldom."""

TYPESET_SHARE = 0.002
FORMATS = {
    "explain": (*PAGES, "csv", "csv", "npz"),
    "check": (*PAGES, "json", "github", "junit"),
    "compare": PAGES,
    "graph": ("mermaid", "dot", "svg"),
    "worksheet": (*PAGES, "json", "moodle"),
}
_SUFFIXES = {
    "explain": (".txt", ".json", ".md", ".qmd", ".tex", ".typ", ".html", ".csv", ".npz"),
    "check": (".txt", ".json", ".md", ".qmd", ".tex", ".typ", ".html", ".xml"),
    "compare": (".txt", ".json", ".md", ".qmd", ".tex", ".typ", ".html"),
    "graph": (".mmd", ".dot", ".gv", ".svg"),
    "worksheet": (".txt", ".json", ".md", ".qmd", ".tex", ".typ", ".html", ".xml"),
}
_ODD_OUTPUTS = ("-", "out", "out.xyz", ".", "no/such/folder.md", "out.\x1b[2J", "o\nut.md")
_FAR_OUTPUTS = ("/dev/null", "/dev/full", "a" * 250 + ".md", "a" * 300 + ".md", "")
_ODD_FLAGS = ("--nonsense", "-h", "--help", "--version", "--", "-", "--query", "-f", "\x1b[2J", "")


def flags(chance: Random, command: str, problem: Record, *, files: int = 1) -> list[str]:
    """Some flags of a command that reads a problem; files: how many it reads."""
    words = _output(chance, command)
    if command == "worksheet":
        return words + [word for _ in range(2) for word in _of_sheets(chance, problem)]
    choices: list[Callable[[], list[str]]] = [
        lambda: ["-p", _one(chance, ("0", "1", "2", "3", "6", "15", "30"), ("31", "-1", "x"))],
        lambda: ["--rounding", _one(chance, ("half-up", "half-even"), ("down",))],
    ]
    if command == "graph" and chance.random() < 0.3:
        choices = [lambda: ["--kind", _one(chance, ("pipeline", "sequence"), ("x",))]]
    elif command == "graph":
        choices += _of_drawings(chance, problem)
    else:
        choices += [
            lambda: ["--full"],
            lambda: ["--color", _one(chance, ("always", "never", "auto"), ("red",))],
            lambda: ["--paper", _one(chance, ("a4", "us-letter"), ("a5",))],
        ]
    if command in ("explain", "compare"):
        choices += [
            lambda: _query(chance, problem),
            lambda: _query(chance, problem),
            lambda: ["--all-queries"],
            lambda: ["--all-heads"],
            lambda: _head(chance, problem),
        ]
    if command in ("explain", "check"):
        choices += [lambda: option_words(chance, problem)] * 5
    if command == "explain":
        choices += [lambda: ["--stages", _stages(chance)]] * 2
        choices += [lambda: ["--view", _one(chance, ("lookup", "lookup", "steps"), ("x",))]] * 2
    if command == "check":
        tolerances = ("0", "1e-6", "0.01")
        choices += [
            lambda: ["--strict"],
            lambda: ["--tolerance", _one(chance, tolerances, (odd_number(chance),))],
        ]
    if command == "compare" and files == 1:
        words += _vary(chance, problem) if chance.random() < 0.97 else []
        choices += [lambda: _vary(chance, problem)]
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        words += chance.choice(choices)()
    if chance.random() < 0.01:
        words.insert(chance.randrange(len(words) + 1), chance.choice(_ODD_FLAGS))
    return [word.replace("\0", "") for word in words]  # no program can be given one


def _one(chance: Random, usual: tuple[str, ...], odd: tuple[str, ...]) -> str:
    return chance.choice(odd if chance.random() < 0.04 else usual)


def _of_drawings(chance: Random, problem: Record) -> list[Callable[[], list[str]]]:
    """What chooses edges, and the numbers on them."""
    return [
        lambda: _query(chance, problem),
        lambda: _query(chance, problem),
        lambda: ["--all-queries"],
        lambda: _head(chance, problem),
        lambda: ["--stage", chance.choice(("weights", "scores", "scaled_scores", "Q"))],
        lambda: ["--stage", chance.choice(("scores", "masked_scores"))],
        lambda: ["--threshold", _one(chance, ("0", "0.1", "0.3", "-1"), (odd_number(chance),))],
        lambda: ["--top", _one(chance, ("1", "2", "99"), ("0", odd_number(chance)))],
    ]


def _of_sheets(chance: Random, problem: Record) -> list[str]:
    """Some flags of worksheet."""
    stage = chance.choice(("weights", "output", "scores", "sums", "Q"))
    blanks = (stage, f"{stage}[#1]", f"{stage}[#1,1]", f"weights,{stage}")
    choices: tuple[list[str], ...] = (
        [],
        ["--level", _one(chance, ("1", "2", "3"), ("0", "4", "x"))],
        ["--blank", _one(chance, blanks, ("", "[", "weights[", *HOSTILE_TOKENS[:20]))],
        ["--seed", _one(chance, ("0", "1"), ("-1", "x", str(10**30)))],
        ["-p", _one(chance, ("2", "4", "9"), ("1", "31"))],
        ["--code", _one(chance, ("1-7-1-2-abcd", "1-f-1-2-abcd"), ("2-1-1-1-a", "x"))],
        ["--lang", "de"],
        _query(chance, problem),
        _head(chance, problem),
        option_words(chance, problem),
    )
    return chance.choice(choices)


def _head(chance: Random, problem: Record) -> list[str]:
    heads = sizes_of(problem).heads
    if not heads and chance.random() < 0.95:
        return []
    number = str(chance.randint(1, max(heads, 1)))
    return ["--head", _one(chance, (number,), ("0", "9", "-1", "x", "1e3"))]


def page_flags(chance: Random) -> list[str]:
    """Flags of check that say how its page is written, all of them right."""
    choices: tuple[list[str], ...] = (
        ["--full"],
        ["-p", chance.choice(("0", "2", "9"))],
        ["--rounding", "half-even"],
        ["--color", "always"],
    )
    words = ["-f", chance.choice(FORMATS["check"])]
    return words + [word for _ in range(chance.randrange(3)) for word in chance.choice(choices)]


def weave_flags(chance: Random) -> list[str]:
    """Some flags of weave."""
    choices: tuple[list[str], ...] = (["--check"], ["--strict"], ["-o", "woven.md"], ["-o", "-"])
    return [word for _ in range(chance.choice((0, 0, 1, 2))) for word in chance.choice(choices)]


def others(chance: Random) -> list[str]:
    """A call that reads no problem."""
    choices: tuple[list[str], ...] = (
        ["samples"],
        ["samples", chance.choice(("animal", "gallery", "anima", "llama-step", "\x1b[2J", "../x"))],
        ["schema", chance.choice(("input", "output", "check", "compare", "x"))],
        [chance.choice(("explain", "check", "graph", "worksheet", "mark", "practice")), "-h"],
        [chance.choice(("explian", "in.yaml", "", "--version", "-V", "-h", "--nonsense"))],
        [chance.choice(("explain", "check", "graph")), chance.choice(("animal", "missing.yaml"))],
        [chance.choice(("explain", "check", "graph", "compare", "weave")), "."],
        [],
    )
    return chance.choice(choices)


def _output(chance: Random, command: str) -> list[str]:
    if chance.random() < TYPESET_SHARE and command != "graph":
        return ["-f", chance.choice(TYPESET)]
    what = chance.random()
    words = ["-f", chance.choice(FORMATS[command])] if what < 0.85 else []
    if what > 0.97 and command != "graph":
        words.append("--json")
    if chance.random() < 0.08 and words[-1:] in (["html"], ["tex"], ["md"], ["qmd"]):
        words.append("--fragment")
    if chance.random() < 0.06:
        words += ["-o", "out" + chance.choice(_SUFFIXES[command])]
    elif chance.random() < 0.01:
        words += ["-o", chance.choice((*_ODD_OUTPUTS, *_FAR_OUTPUTS, "in.yaml", "in.json"))]
    return words


def _query(chance: Random, problem: Record) -> list[str]:
    tokens = problem.get("tokens")
    names = [name for name in tokens if isinstance(name, str)] if isinstance(tokens, list) else []
    n = sizes_of(problem).n
    odd = (f"#{n + 1}", "#0", "#-1", chance.choice(HOSTILE_TOKENS)[:300])
    return ["-q", _one(chance, ("#1", f"#{n}", *names[:2]), odd)]


def _stages(chance: Random) -> str:
    common = ("scores", "weights", "weights", "exponentials", "sums", "cost", "cost")
    count = chance.choice((1, 1, 2, 3))
    names = [chance.choice(STAGES if chance.random() < 0.2 else common) for _ in range(count)]
    if chance.random() < 0.03:
        names.append(chance.choice(("", " ", "Weights", "all", "#1", *HOSTILE_TOKENS[:20])))
    return ",".join(names)


def option_words(chance: Random, problem: Record) -> list[str]:
    """An option of attention as a flag."""
    name = chance.choice(OPTIONS)
    value = option(chance, name, sizes_of(problem), odd=0.08)
    return [f"--{name.replace('_', '-')}", flow_text(value)[:100_000]]


def _vary(chance: Random, problem: Record) -> list[str]:
    name = chance.choice(OPTIONS)
    value = flow_text(option(chance, name, sizes_of(problem), odd=0.05))
    text = _one(chance, (f"{name}={value}",), (name, f"={value}", f"{name.upper()}={value}"))
    return ["--vary", text[:100_000]]
