"""Running text in the language in force, with tokens and formulas in the slots of its sentences."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter
from typing import TypeAlias

from attncalc.document.document import Inline, Inlines, Words
from attncalc.language import own, text
from attncalc.names import NAMES

Slot: TypeAlias = str | int | Inline | Inlines

_parse = Formatter().parse


def words(template: str, **slots: Slot) -> Inlines:
    """A sentence, or a heading. template: in English, with {named} slots."""
    parts: list[Inline] = []
    for literal, name, _, _ in _parse(own(template)):
        parts.append(Words(literal))
        if name is not None:
            parts += _filling(slots[name])
    return _joined(parts)


def counted_words(one: str, several: str, count: int, **slots: Slot) -> Inlines:
    """A sentence about one thing, or about {count} of them."""
    return words(one if count == 1 else several, count=count, **slots)


def term(stage: str) -> str:
    """What a stage is called in a sentence: by its letter, where it has one."""
    named = NAMES[stage]
    return named.symbol or text(named.called)


def term_in_full(stage: str) -> str:
    """What a stage is called, and its letter where it has one: queries Q."""
    named = NAMES[stage]
    called = text(named.called)
    return called if named.symbol is None else f"{called} {named.symbol}"


def listing(
    parts: Sequence[Inlines], between: str = "{first}, {then}", last: str = "{first} and {last}"
) -> Inlines:
    """Several of a kind: a, b and c. between, last: how they are joined, and how the last is."""
    told = parts[0]
    for part in parts[1:-1]:
        told = words(between, first=told, then=part)
    return words(last, first=told, last=parts[-1]) if len(parts) > 1 else told


def listing_of_first(parts: Sequence[Inlines], most: int | None) -> Inlines:
    """Several of a kind, of many only the first: a, b and 7 more. most: None for all of them."""
    more = len(parts) - len(parts[:most])
    rest = [words("{count} more", count=more)] if more else []
    return listing([*parts[:most], *rest])


def sentences(*parts: Inlines) -> Inlines:
    """One sentence after another, with a blank between them; those that are empty are none."""
    told: list[Inline] = []
    for part in filter(None, parts):
        told += (Words(" "), *part) if told else part
    return _joined(told)


def _filling(slot: Slot) -> Inlines:
    if isinstance(slot, str | int):
        return (Words(str(slot)),)
    return slot if isinstance(slot, tuple) else (slot,)


def _joined(parts: Sequence[Inline]) -> Inlines:
    """The same with words that follow each other as one."""
    joined: list[Inline] = []
    for part in parts:
        if isinstance(part, Words) and joined and isinstance(joined[-1], Words):
            joined[-1] = Words(joined[-1].text + part.text)
        elif part != Words(""):
            joined.append(part)
    return tuple(joined)
