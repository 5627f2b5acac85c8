"""Text of others, made safe to show: nothing in it moves a cursor, changes a colour or turns text.

Control characters, bidirectional overrides and other invisible characters are made visible. What
keeps the log of a build may take text for a command; such text is broken by the same marks.
"""

from __future__ import annotations

import re
import unicodedata

_SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
    r"|#(?=#\w*\[)"
)
# GitHub takes ::name …:: for a command where a line begins, whatever blanks are before it, and
# ##[name] anywhere; others take ##name[…]: https://github.com/actions/runner, ActionCommand.cs.
_COMMAND = re.compile(r"^((?:[^\S\n]|\x1b\[[0-9;]*m)*)::", re.MULTILINE)
_JOINERS = "\u200c\u200d"
_PICTURES = 0x2400


def inert(text: str) -> str:
    """The text on one line, every character that would not show made to show."""
    return _SUSPECT.sub(_visible, text)


def inert_lines(text: str) -> str:
    """Lines of inert text that a program prints, none of which begins a command of a log.

    The colon becomes a ratio's, which looks the same and takes the same room.
    """
    return _COMMAND.sub("\\1\N{RATIO}:", text)


def inert_token(text: str) -> str:
    """A token's spelling: as inert, with blanks at its ends and an empty token made visible."""
    stripped = text.strip(" ")
    if not text:
        return "∅"
    ahead = len(text) - len(text.lstrip(" "))
    behind = len(text) - len(text.rstrip(" ")) if stripped else 0
    return "␣" * ahead + inert(stripped) + "␣" * behind


def _visible(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character == "#":
        return "‹#›"
    if code < 0x20:
        return chr(_PICTURES + code)
    if code == 0x7F:
        return "␡"
    if character in _JOINERS and _joins(found.string, found.start()):
        return character
    return f"‹U+{code:04X}›"


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands between two characters that it can join, as in an emoji family."""
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    return len(around) == 2 and all(unicodedata.category(one)[0] in "LMS" for one in around)
