r"""How wide a piece of LaTeX will be, in em, to within a tenth; TeX itself does the rest.

Knows what latex_math and latex_text write, and takes an unknown command for a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

_SCRIPT = 0.75
_WORD_SPACE = 0.34
_RELATION = 1.34
_OPERATOR = 1.23
_SMALL_GAP = 0.17

_COMMANDS = {
    "times": _OPERATOR,
    "div": _OPERATOR,
    "cdot": 0.73,
    "approx": _RELATION,
    "cdots": 1.4,
    "dots": 1.2,
    "infty": 1.0,
    "sum": 1.3,
    "surd": 0.9,
    "sqrt": 0.9,
    "quad": 1.0,
    "qquad": 2.0,
    "attnblank": 5.1,
}
_NOTHING = frozenset(
    ["texttt", "textbf", "mathrm", "boldmath", "displaystyle", "allowbreak", "left", "right"]
)
_THIN = frozenset(".,:;!'|iljt ")
_LETTER = 0.53

_PIECES = re.compile(
    r"\\attnglyph\{(?P<glyph>[0-9A-F]+)\}|\\char(?P<char>[0-9]+) "
    r"|\\begin\{array\}\{r*\}(?P<array>.*?)\\end\{array\}"
    r"|\\(?P<accent>[`'^\"~=.])|\\(?P<command>[A-Za-z]+) ?|\\(?P<escaped>.)|(?P<one>.)",
    re.DOTALL,
)


_MEASURED = 4_000
"""Characters that are read one by one. What is longer is wider than any page, however wide."""


def width(latex: str) -> float:
    """The width in em of text that may hold maths between dollars."""
    if len(latex) > _MEASURED:
        return _LETTER * len(latex)
    parts = latex.split("$")
    return sum(
        maths_width(part) if place % 2 else _Line(part, maths=False).width()
        for place, part in enumerate(parts)
    )


def maths_width(latex: str) -> float:
    """The width in em of a formula."""
    return _Line(latex, maths=True).width()


class _Line:
    """A line that is read from left to right."""

    def __init__(self, latex: str, *, maths: bool) -> None:
        self.pieces: Iterator[re.Match[str]] = _PIECES.finditer(latex)
        self.maths = maths

    def width(self) -> float:
        """The width of what is left, up to the end of a group."""
        total = 0.0
        for piece in self.pieces:
            if piece["one"] == "}":
                break
            total += self._piece(piece)
        return total

    def _piece(self, piece: re.Match[str]) -> float:
        if piece["glyph"]:
            return 0.3 * (len(piece["glyph"]) + 2) + 0.2
        if piece["char"]:
            return _LETTER
        if piece["array"]:
            return _array_width(piece["array"])
        if piece["command"]:
            return self._command(piece["command"])
        if piece["accent"]:
            return 0.0
        return self._character(piece["escaped"] or piece["one"])

    def _command(self, command: str) -> float:
        if command == "attnroom":
            next(self.pieces)
            return float("".join(piece["one"] for piece in self._until_brace()))
        if command == "attnfilled":
            self._group()
            return _COMMANDS["attnblank"]
        if command == "frac":
            return max(self._group(), self._group()) + 0.3
        if command in {"text", "ensuremath"}:
            maths, self.maths = self.maths, command == "ensuremath"
            inside = self._group()
            self.maths = maths
            return inside
        if command in _NOTHING:
            return 0.0
        if command in _COMMANDS:
            return _COMMANDS[command]
        return 0.5 * len(command) if command in {"cos", "sin", "tanh", "ln"} else 0.65

    def _until_brace(self) -> Iterator[re.Match[str]]:
        return takewhile(lambda piece: piece["one"] != "}", self.pieces)

    def _group(self) -> float:
        """The width of the next group, whose opening brace is read too."""
        next(self.pieces)
        return self.width()

    def _character(self, character: str) -> float:
        if character == "{":
            return self.width()
        if self.maths:
            if character in "_^":
                return _SCRIPT * self._group()
            if character in " \n":
                return 0.0
            if character == "=":
                return _RELATION
            if character in "+-/":
                return _OPERATOR if character == "+" else 0.85
            if character == ",":
                return 0.28 + _SMALL_GAP
        if character in _THIN:
            return _WORD_SPACE
        if character in "mwMW" or character.isupper():
            return 0.8
        return _LETTER


def _array_width(array: str) -> float:
    rows = [[maths_width(cell) for cell in row.split("&")] for row in array.split(r"\\")]
    columns = max(map(len, rows))
    widest = (max(row[at] for row in rows if at < len(row)) for at in range(columns))
    return sum(widest) + columns
