"""What of a trace is written out, and how: chosen once, and then handed on whole.

It is made where something is asked for: at the command line, in a woven block, by attncalc.handout.
Whoever writes takes it as it is, or the page that carries it. It needs no arithmetic.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal, TypeAlias

from attncalc.document.style import NumberStyle
from attncalc.document.topics import HIDDEN, Detail, Topic
from attncalc.language import Speech
from attncalc.records import dataclass

View: TypeAlias = Literal["steps", "lookup"]

Notation: TypeAlias = Literal["paper", "flash"]
"""How gradients are called: ∂L/∂S, or dS as in FlashAttention."""


@dataclass(frozen=True)
class Selection:
    """queries: positions of the tokens written out term by term; the problem's own if none.

    heads: the only ones it is about, from 0; if none, a page writes the first out, and data have
    all. every_head: all of them, however many. stages: only what derives these. view: "lookup"
    tells the same numbers as a search. full: leave nothing out, however large. turns: whether the
    reader of a page can choose its query. detail: how much is said. hide: topics left out besides.
    backward: whether gradients are written out, too; gradient_check: and each beside a difference
    quotient; gradients: how they are called. speech: the language of it all.
    """

    queries: tuple[int, ...] = ()
    heads: tuple[int, ...] = ()
    every_head: bool = False
    stages: tuple[str, ...] = ()
    view: View = "steps"
    style: NumberStyle = field(default_factory=NumberStyle)
    full: bool = False
    turns: bool = False
    detail: Detail = "standard"
    hide: tuple[Topic, ...] = ()
    backward: bool = False
    gradient_check: bool = False
    gradients: Notation = "paper"
    speech: Speech = field(default_factory=Speech)

    @property
    def hidden(self) -> frozenset[Topic]:
        """The topics that are left out."""
        return HIDDEN[self.detail] | {*self.hide}

    @property
    def goes_back(self) -> bool:
        """Whether gradients are asked for: to be written out, or to be checked besides."""
        return self.backward or self.gradient_check

    def heads_of(self, count: int | None) -> tuple[int, ...]:
        """The heads that were asked for, of so many (None: there are none); none if none were."""
        return tuple(range(count or 0)) if self.every_head else self.heads


@dataclass(frozen=True)
class Edges:
    """Which edges a graph of attention has: those of a stage, by its numbers, which stand at them.

    threshold: below it there is none. top: so many a query at most, the strongest.
    """

    stage: str = "weights"
    threshold: float = float("-inf")
    top: int | None = None
    style: NumberStyle = field(default_factory=NumberStyle)
