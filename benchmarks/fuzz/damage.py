"""What happens to bytes on their way: cut short, flipped, encoded otherwise, ended otherwise."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.fuzz.values import HOSTILE_TOKENS, ODD_NUMBERS

_PIECES = (
    *(
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "\n",
        "\n\n",
        "---\n",
        "&a ",
        "*a",
        "!!python/x ",
        "|\n",
        "> ",
    ),
    *("%YAML 1.1\n", "# ", '"', "'", "\t", ",", ";", "\\", "? ", "<<: ", "\x00", "\x0b", "\ufffe"),
)

_RUNS = tuple(bytes([code]) for code in b" 0123.-+e%/[]{}()\"'`,;:\n\t#&*|~x\\")
"""What may stand anywhere very often: a pattern that goes back again and again is caught by it."""


def damaged(chance: Random, content: bytes) -> bytes:
    """The bytes, with one thing wrong."""
    at = chance.randrange(len(content) + 1)
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: content[:at],
        lambda: content[at:],
        lambda: content[:at] + content[at + 1 :],
        lambda: content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :],
        lambda: content[:at] + chance.choice(_PIECES).encode() + content[at:],
        lambda: content[:at] + _text(chance).encode("utf-8", "replace") + content[at:],
        lambda: b"\xef\xbb\xbf" + content,
        lambda: content.decode("utf-8", "replace").encode("utf-16", "replace"),
        lambda: content.decode("utf-8", "replace").encode("latin-1", "replace"),
        lambda: content.replace(b"\n", b"\r\n"),
        lambda: content.replace(b"\n", b"\r"),
        lambda: content.replace(b" ", b"\t"),
        lambda: content + b"\n---\n" + content,
        lambda: content.replace(b"0", chance.choice(ODD_NUMBERS)[:200].encode(), 1),
        lambda: _lines(chance, content),
        lambda: content[:at] + _RUNS[chance.randrange(len(_RUNS))] * 60_000 + content[at:],
        lambda: _widened(chance, content),
        lambda: b"",
    )
    return chance.choice(ways)()


def _widened(chance: Random, content: bytes) -> bytes:
    """A line with a long run at its end, or within."""
    lines = content.split(b"\n")
    here = chance.randrange(len(lines))
    at = chance.choice((0, len(lines[here]), chance.randrange(len(lines[here]) + 1)))
    run = chance.choice(_RUNS) * 60_000
    lines[here] = lines[here][:at] + run + chance.choice((b"", b"x")) + lines[here][at:]
    return b"\n".join(lines)


def _text(chance: Random) -> str:
    return chance.choice((chance.choice(HOSTILE_TOKENS), chance.choice(ODD_NUMBERS)))[:200]


def _lines(chance: Random, content: bytes) -> bytes:
    """A line gone, there twice, moved, or indented."""
    lines = content.split(b"\n")
    here = chance.randrange(len(lines))
    line = lines.pop(here)
    what = chance.randrange(4)
    if what == 1:
        lines[here:here] = [line, line]
    elif what == 2:
        lines.insert(chance.randrange(len(lines) + 1), line)
    elif what == 3:
        lines.insert(here, b"  " + line)
    return b"\n".join(lines)
