"""How wide text will be in a font that is not known, in em; rather too wide than too narrow."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TypeAlias

Measure: TypeAlias = Callable[[str], float]
"""The width of a text in em."""

_NARROW = frozenset(" .,:;!'|iIjlt()[]/")
_WIDE = frozenset("mwMW%@—…␣∅")
_WIDEST_TOKEN = 60
"""Characters beyond which a text is cut whatever they are, so that none takes long."""

_JOINER = "\u200d"


def text_width(text: str) -> float:
    """The width of a text in a sans-serif font. Wide characters count as two columns."""
    return sum(map(_character_width, text))


def _character_width(character: str) -> float:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.95
    return 0.7 if character.isupper() else 0.6


def cut(text: str, room: float, measure: Measure = text_width) -> str:
    """The text, or as much of its beginning as fits the room before an ellipsis."""
    if len(text) <= _WIDEST_TOKEN and measure(text) <= room:
        return text
    for end in range(min(len(text) - 1, _WIDEST_TOKEN), 0, -1):
        if _may_end(text, end) and measure(text[:end] + "…") <= room:
            return text[:end] + "…"
    return "…"


def _may_end(text: str, at: int) -> bool:
    """Whether what stands before is whole: no accent or joined picture is cut in two."""
    after = text[at]
    goes_on = unicodedata.category(after) in ("Mn", "Me", "Mc", "Cf", "Sk")
    return not goes_on and text[at - 1] != _JOINER
