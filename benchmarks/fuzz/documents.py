"""Markdown documents to be woven: blocks, comments, marks, and what looks like them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.fuzz.options import option
from benchmarks.fuzz.sizes import sizes_of
from benchmarks.fuzz.values import HOSTILE_TOKENS, OPTIONS, STAGES, Record, odd_number
from benchmarks.fuzz.writing import flow_text, yaml_text

_END = "<!-- attncalc: to here -->"
_BEGIN = "<!-- attncalc: woven from here; edits will be lost -->"
_FORMATS = ("md", "text", "html", "tex", "mermaid", "json")
_FILES = (
    *("in.yaml", "in.yaml", "in.yaml", "sample:cat", "sample:cat", "sample:sink", "sample:llama"),
    *("sample:nope", "missing.yaml", "/etc/passwd", "../x.yaml", "-"),
)
_PROSE = (
    "# A heading\n",
    "Some words.\n",
    "> quoted\n",
    "- a list\n  - deeper\n",
    "```python\nprint(1)\n```\n",
    "~~~\nattncalc\n~~~\n",
    "<!-- a comment -->\n",
    "<script>\n```attncalc\n```\n</script>\n",
    "```attncal\nfile=in.yaml\n```\n",
    "---\ntitle: x\n---\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
    f"{_END}\n",
    f"{_BEGIN}\n",
    "```\n",
    "`" * 3000 + "\n",
    " " * 3000 + "x\n",
    "    ```attncalc\n    file=in.yaml\n    ```\n",
    "```{attncalc}\nfile=in.yaml\n```\n",
)


def document(chance: Random, problem: Record) -> str:
    """A document with a few pieces."""
    pieces: tuple[Callable[[], str], ...] = (
        lambda: chance.choice(_PROSE),
        lambda: _block(chance, problem),
        lambda: _block(chance, problem),
        lambda: _comment(chance, problem),
        lambda: f"{_block(chance, problem)}\n{_BEGIN}\n\nold\n\n{_END}\n",
    )
    text = "\n".join(chance.choice(pieces)() for _ in range(chance.choice((1, 1, 2, 3))))
    return text.replace("\n", "\r\n") if chance.random() < 0.05 else text


def _block(chance: Random, problem: Record) -> str:
    fence = chance.choice(("```", "```", "~~~", "````", "```", "``"))
    indent = ""
    if chance.random() < 0.06:
        indent = chance.choice(("  ", "> ", "- ", "\t"))
    if chance.random() < 0.6:
        words, body = _words(chance, problem), yaml_text(chance, problem)
    else:
        words, body = "", f"file={chance.choice(_FILES)} {_words(chance, problem)}\n"
    lines = f"{fence}attncalc {words}\n{body}{fence}\n".splitlines()
    return "\n".join(indent + line for line in lines) + "\n"


def _comment(chance: Random, problem: Record) -> str:
    what = f"file={chance.choice(_FILES)} {_words(chance, problem)}"
    if chance.random() < 0.4:
        what = f"{_words(chance, problem)}\n{yaml_text(chance, problem)}"
    return f"<!-- attncalc {what} -->\n" + chance.choice((f"{_END}\n", f"x\n{_END}\n", "", "x\n"))


def _words(chance: Random, problem: Record) -> str:
    usual: tuple[Callable[[], str], ...] = (
        lambda: f"format={chance.choice(_FORMATS)}",
        lambda: f"format={chance.choice(_FORMATS)}",
        lambda: f"stages={chance.choice(('scores', 'weights', 'weights,cost', 'cost', 'output'))}",
        lambda: "query=#1",
        lambda: f"precision={chance.choice(('0', '2', '30'))}",
        lambda: chance.choice(("all-queries", "all-heads", "full", "full=true")),
        lambda: f"view={chance.choice(('lookup', 'steps'))}",
        lambda: "rounding=half-even",
        lambda: f"stage={chance.choice(('weights', 'scores'))} format=mermaid top=2",
        lambda: _option(chance, problem),
    )
    odd: tuple[Callable[[], str], ...] = (
        lambda: f"stages={chance.choice(STAGES)},{chance.choice((*STAGES, '', 'x'))}",
        lambda: f"query={chance.choice(('#2', 'it', '#0', chance.choice(HOSTILE_TOKENS)[:99]))}",
        lambda: f"precision={chance.choice(('99', 'x', '-1', '１'))}",
        lambda: f"head={chance.choice(('1', '2', '0'))}",
        lambda: chance.choice(("full=no", "x=", "=", "'", 'title="', "format=pdf", "weights")),
        lambda: f"threshold={odd_number(chance)[:99]} format=mermaid",
        lambda: _option(chance, problem),
    )
    choices = odd if chance.random() < 0.12 else usual
    return " ".join(chance.choice(choices)() for _ in range(chance.choice((0, 1, 1, 1, 2))))


def _option(chance: Random, problem: Record) -> str:
    name = chance.choice(OPTIONS)
    value = flow_text(option(chance, name, sizes_of(problem), odd=0.1))[:5000]
    quote = chance.choice(("'", "'", '"', ""))
    return f"{name.replace('_', '-')}={quote}{value}{quote}"
