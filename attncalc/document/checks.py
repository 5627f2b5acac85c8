"""How a page that can judge what is typed into its blanks does so; others have no use for it."""

from __future__ import annotations

from typing import Any

from attncalc.document.document import Document, Inlines, Quantity
from attncalc.records import dataclass

Span = tuple[float, float]
"""A range, with both of its ends."""


@dataclass(frozen=True)
class KnownMistake:
    """What it gives. what: in words."""

    what: str
    span: Span


@dataclass(frozen=True)
class Check:
    """How one blank is judged.

    unit: of the last place that is asked for. ways: what is right, by the formula and by its
    conventions. carried: how it is made of other blanks, a list as a script works it out; None
    where it is made of none. own: these blanks; siblings: all blanks that are like some of them, by
    their places among the checks. hint: what it is made of, as far as that may be seen.
    """

    blank: Quantity
    answer: str
    unit: float
    points: int
    ways: tuple[Span, ...]
    mistakes: tuple[KnownMistake, ...]
    carried: Any
    own: tuple[int, ...]
    siblings: tuple[tuple[int, ...], ...]
    hint: Inlines


@dataclass(frozen=True)
class Checked:
    """A page whose blanks are judged as they are filled in.

    name: tells it from other pages, of which a browser keeps what was typed. half: of a unit of the
    last place that is asked for. order: in which the blanks are judged.
    """

    document: Document
    name: str
    half: float
    order: tuple[int, ...]
    checks: tuple[Check, ...]
