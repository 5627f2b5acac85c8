r"""Any text as LaTeX, in ASCII, so that it neither acts nor depends on an encoding.

What Computer Modern has is written by command; anything else is a small box with its code point.
The commands exist in OT1 and in T1, in text and in \text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TYPEWRITER = r'"$<>\^_{|}~'
"""Characters that only the typewriter font has in every encoding; CM's italic $ is a pound."""

_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0331": "b",
}

_LETTERS = {
    "ß": "ss",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "ı": "i",
    "–": "textendash",
    "—": "textemdash",
    "“": "textquotedblleft",
    "”": "textquotedblright",
    "‘": "textquoteleft",
    "’": "textquoteright",
    "…": "textellipsis",
    "¡": "textexclamdown",
    "¿": "textquestiondown",
    "§": "S",
    "␣": "textvisiblespace",
}

QUOTATION_MARKS = {"“": "``", "”": "''", "„": ",,"}
"""As they are typed: without T1, two commas are what they look like."""

_MATHS = {
    "·": r"\cdot",
    "×": r"\times",
    "÷": r"\div",
    "−": "-",
    "±": r"\pm",
    "≈": r"\approx",
    "≠": r"\neq",
    "≤": r"\leq",
    "≥": r"\geq",
    "√": r"\surd",
    "∞": r"\infty",
    "∅": r"\emptyset",
    "°": r"^\circ",
    "²": r"^2",
    "³": r"^3",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "∈": r"\in",
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "δ": r"\delta",
    "θ": r"\theta",
    "λ": r"\lambda",
    "μ": r"\mu",
    "π": r"\pi",
    "σ": r"\sigma",
    "ω": r"\omega",
}

_PIECES = re.compile(r"‹U\+([0-9A-F]{4,6})›|(.)", re.DOTALL)
_PICTURES = range(0x2400, 0x2421)
_DELETE = 0x2421


@lru_cache(maxsize=32)  # a token stands in many rows, and may be as long as a file
def latex_text(text: str, *, breakable: bool = False) -> str:
    """Inert text as LaTeX; breakable where there is nothing else to break a line at."""
    pieces: list[str] = []
    before = ""
    for found in _PIECES.finditer(unicodedata.normalize("NFC", text)):
        code, character = found.groups()
        piece = glyph_box(int(code, 16)) if code else _character(character)
        if character == before and character in "-',":
            piece = "{}" + piece  # no ligature
        if breakable and pieces:
            piece = r"\allowbreak{}" + piece
        pieces.append(piece)
        before = character or ""
    return "".join(pieces)


def glyph_box(code: int) -> str:
    """A small box that names a character that cannot be set."""
    return rf"\attnglyph{{{code:04X}}}"


def _character(character: str) -> str:
    if character in "[*":
        return f"{{{character}}}"  # not an argument of a line break before it
    if character in "#%&":
        return "\\" + character
    if character == "`":
        return r"\`{}"  # by itself it would be a quotation mark
    if character in _TYPEWRITER:
        return rf"\texttt{{\char{ord(character)} }}"
    if " " <= character <= "~":
        return character
    if character == "„":
        return QUOTATION_MARKS[character]
    if character in _LETTERS:
        return rf"\{_LETTERS[character]}{{}}"
    if character in _MATHS:
        return rf"\ensuremath{{{_MATHS[character]}}}"
    base, *marks = list(unicodedata.normalize("NFD", character))
    if len(marks) == 1 and marks[0] in _ACCENTS and base.isascii() and base.isalpha():
        dotless = rf"\{base}" if base in "ij" and unicodedata.combining(marks[0]) == 230 else base
        return rf"\{_ACCENTS[marks[0]]}{{{dotless}}}"
    code = ord(character)
    if code in _PICTURES:
        return glyph_box(code - _PICTURES.start)
    return glyph_box(0x7F if code == _DELETE else code)
