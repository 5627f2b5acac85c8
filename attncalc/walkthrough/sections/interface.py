"""What is said of a step: its parts of the page, where its numbers come from, how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import Enum
from typing import TypeAlias

from attncalc.document.document import Inlines, Section
from attncalc.document.expressions import Expression, Sign, Symbol
from attncalc.document.numerals import Shown
from attncalc.document.wording import Slot, words
from attncalc.language import text
from attncalc.records import dataclass
from attncalc.steps.interface import Step
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.tasks import Tasks

Index: TypeAlias = tuple[int, ...]

Called: TypeAlias = Callable[[Trace], str]
"""What something is called in a drawing of this trace."""

Operation: TypeAlias = Callable[[Trace, str], str]
"""What is done to a stage, named second, on the way to the one that it is an operation of."""


Formula: TypeAlias = Callable[[Page, Expression], Expression]
"""What a step makes, in the formula under the title, of what the steps before it have made."""

Reading: TypeAlias = Callable[[Page, int], Iterator[Inlines]]
"""How a part of that formula is read, for a lesson; told the section that works it out."""


class Place(Enum):
    """Where on a page a part stands: what is told of each head stands together, there and back."""

    BEFORE_HEADS = "before heads"
    OF_EACH_HEAD = "of each head"
    AFTER_HEADS = "after heads"
    BACK_TO_HEADS = "back to heads"
    BACK_IN_EACH_HEAD = "back in each head"
    BACK_FROM_HEADS = "back from heads"


@dataclass(frozen=True)
class Part:
    """A part of a page.

    write: given the page, and the part's number on it; None where the problem does not have it.
    """

    place: Place
    write: Callable[[Page, int], Section | None]


@dataclass(frozen=True)
class Derived:
    """What a number is computed by, and its value: all sides of its equation but its symbol.

    signs: one before each side.
    """

    sides: tuple[Expression, ...]
    signs: tuple[Sign, ...]


Derivation: TypeAlias = Callable[[Page, str, Index], Derived | None]
"""How one number of a stage of one head comes about; None where it is given."""


@dataclass(frozen=True)
class Drawn:
    """How a stage is drawn.

    participant: who makes it, in a sequence. done: what is done to each stage that it is made of,
    in a flow; nothing where that is an empty text. asked: the same in a sequence, if it is more
    than what is done, with a capital. called: how it is called there, and in a flow, if not as in
    names.py. box: in a flow alone.
    """

    participant: Called
    done: Operation
    asked: Operation | None = None
    called: Called | None = None
    box: Called | None = None


@dataclass(frozen=True)
class Told:
    """What is said of a stage by itself. drawn: None for a part of what is drawn as one.

    task: what a sheet says of it; None of what is given, or only put together.
    """

    derivation: Derivation
    drawn: Drawn | None
    task: Tasks | None = None


@dataclass(frozen=True)
class Meant:
    """A symbol, and what it stands for.

    symbol: with the index that makes it another one, as the Q of W_Q, or with running ones, i and
    j. size: of what it stands for, where it has one.
    """

    symbol: Symbol
    meaning: Inlines
    size: Inlines = ()


@dataclass(frozen=True)
class Explanation:
    """All that is said of a step.

    step: None for what belongs to no step, such as what is given, or what it all means. told: of
    each of the step's stages. mentioned: of its option, in the line under the title. formula: what
    it adds to the formula there. symbols: those that it brings, for the glossary of a lesson.
    reading: how a lesson reads its part of the formula. taught: what a lesson says of the words
    that are mentioned.
    """

    step: Step | None = None
    parts: tuple[Part, ...] = ()
    told: Mapping[str, Told] = field(default_factory=dict)
    mentioned: Callable[[Page], Iterator[Slot]] = lambda _page: iter(())
    formula: Formula = lambda _page, before: before
    symbols: Callable[[Page], Iterator[Meant]] = lambda _page: iter(())
    reading: Reading = lambda _page, _number: iter(())
    taught: Callable[[Page], Iterator[Inlines]] = lambda _page: iter(())


def given(_page: Page, _stage: str, _index: Index) -> None:
    """The derivation of what is never computed."""


def computed(
    page: Page, stage: str, index: Index, operation: Expression, operands: Sequence[Shown]
) -> Derived:
    """A number as what it is computed by, and its value. operands: the numbers in the operation."""
    value = page.entry(stage, index)
    exact = all(operand.exact for operand in operands)
    first = Sign.EXACT if exact else Sign.ROUNDED
    last = Sign.EXACT if exact and value.exact else Sign.ROUNDED
    return Derived((operation, value.number), (first, last))


def handed_on(page: Page, source: str, index: Index) -> Derived:
    """A number that is one of another stage as it is: that one's symbol, and its value."""
    symbol = Symbol(page.letter(source), page.index_names(source, index))
    value = page.entry(source, index)
    return Derived((symbol, value.number), (Sign.EXACT, value.sign))


def size_of(page: Page, stage: str) -> Inlines:
    """How large a stage is, of any one head: 8 × 3; nothing where there is none."""
    if stage not in page.trace:
        return ()
    rows, columns = page.trace.stages[stage].shape[-2:]
    return words("{rows} × {columns}", rows=rows, columns=columns)


def size_of_row(page: Page, stage: str) -> Inlines:
    """How large a row of it is."""
    if stage not in page.trace:
        return ()
    return words("1 × {columns}", columns=page.trace.stages[stage].shape[-1])


def always(name: str) -> Called:
    """The same in every drawing. name: a template, in English."""
    return lambda _trace: text(name)


def untold(_trace: Trace, _start: str) -> str:
    """An operation of which nothing is said."""
    return ""
