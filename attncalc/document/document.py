"""What a walkthrough is made of, whatever it will be printed on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import field, replace
from enum import Enum
from typing import TypeAlias

from attncalc.document.expressions import (
    Expression,
    Number,
    Omitted,
    Relation,
    Sign,
    Symbol,
    Vector,
)
from attncalc.document.topics import Topic
from attncalc.records import dataclass


@dataclass(frozen=True)
class Words:
    """Running text of ours or of the problem file; may hold any character."""

    text: str


@dataclass(frozen=True)
class Token:
    """A token's spelling, shown as one: arbitrary text, to be made inert by the renderer."""

    text: str
    focused: bool = False


@dataclass(frozen=True)
class Code:
    """Something to be typed: a command-line option, a key of the problem file."""

    text: str


class Standing(Enum):
    """How something that was judged stands: its sign tells so where there is no colour."""

    RIGHT = "✓"
    CARRIED = "→"
    NEAR = "≈"
    WRONG = "✗"


@dataclass(frozen=True)
class Judgement:
    """What something was found to be, in words behind a sign, to be seen at a glance.

    Text may hold any character, as that of Words.
    """

    standing: Standing
    text: str


@dataclass(frozen=True)
class Quantity:
    """Something of which a page shows the value, perhaps in several places: they have it in common.

    name: what it is called; places: which of that name it is, counted from 0. Only a page whose
    reader can point at a number has a use for it.
    """

    name: str
    places: tuple[int, ...]

    @property
    def id(self) -> str:
        """Its name and its places, counted from 1: weights_3_1."""
        return "_".join((self.name, *(str(place + 1) for place in self.places)))


@dataclass(frozen=True)
class Blank:
    """A place for a number that is to be found: as wide as any other, whatever the number is.

    label: which number it is, for those who hear it. answer: its digits, where it is filled in;
    where it is not, nothing of it is known here.
    """

    quantity: Quantity
    label: Inlines
    answer: Number | None = None

    @property
    def id(self) -> str:
        """Of its quantity."""
        return self.quantity.id


@dataclass(frozen=True)
class Room:
    """A line to write on. width: in em of the type around it.

    written: what stands there in small type, instead of the line.
    """

    width: int
    written: Inlines = ()


Inline: TypeAlias = Words | Token | Code | Judgement | Blank | Room | Expression
Inlines: TypeAlias = tuple[Inline, ...]


@dataclass(frozen=True)
class Bar:
    """A share between 0 and 1 drawn as a length, relative to the longest of its column."""

    share: float


Cell: TypeAlias = Inlines | Bar


class Align(Enum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Column:
    """optional: may be left out on a narrow page, because another column says it too.

    wraps: its words may be set on several lines.
    """

    heading: Inlines
    align: Align = Align.LEFT
    optional: bool = False
    result: bool = False
    wraps: bool = False


class RowKind(Enum):
    BODY = "body"
    TOTAL = "total"
    OMITTED = "omitted"


@dataclass(frozen=True)
class Row:
    """One row. An OMITTED row has one cell, which says what was left out.

    query: the place of the query that it is about, in a table with a row for each. quantity: what
    it works out. quantities: what its cells are the values of, in order.
    """

    cells: tuple[Cell, ...]
    kind: RowKind = RowKind.BODY
    focused: bool = False
    query: int | None = None
    quantity: Quantity | None = None
    quantities: tuple[Quantity | None, ...] = ()

    @property
    def marked(self) -> int | None:
        """The cell that is marked where the row is focused: its focused token, or its first."""
        if not self.focused:
            return None
        return next((at for at, cell in enumerate(self.cells) if _has_focus(cell)), 0)


def _has_focus(cell: Cell) -> bool:
    return not isinstance(cell, Bar) and any(
        isinstance(part, Token) and part.focused for part in cell
    )


@dataclass(frozen=True)
class Heading:
    """A section's heading: number (None for the title), words, and the formula it is about."""

    number: int | None
    words: Inlines
    formula: Expression | None = None


@dataclass(frozen=True)
class Paragraph:
    content: Inlines
    topic: Topic | None = None


@dataclass(frozen=True)
class Equation:
    """A formula on a line of its own."""

    expression: Expression
    topic: Topic | None = None


@dataclass(frozen=True)
class Table:
    """A row with fewer cells than there are columns has nothing to say in the last ones.

    folds: whether its rows may stand in several columns, on paper that is wide enough for them.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: Inlines = ()
    topic: Topic | None = None
    folds: bool = False


@dataclass(frozen=True)
class HeatmapRow:
    """shades: 0 (nothing) to 1 (the largest), one a number.

    query: the place of the query that it is about. made_of: for each number, itself and the
    quantities that it comes from.
    """

    token: Token
    numbers: tuple[Expression, ...]
    shades: tuple[float, ...]
    query: int | None = None
    made_of: tuple[tuple[Quantity, ...], ...] = ()


@dataclass(frozen=True)
class Heatmap:
    """Numbers with a shade behind each: row attends to column.

    columns, and each row's numbers and shades, have the same length; an Omitted among the columns
    or rows stands for those left out. ends: the numbers of the shades 0 and 1; None where all
    shades are the same.
    """

    columns: tuple[Token | Omitted, ...]
    rows: tuple[HeatmapRow | Omitted, ...]
    caption: Inlines
    topic: Topic | None = None
    ends: tuple[Expression, Expression] | None = None


class NoteKind(Enum):
    WARNING = "warning"
    REMARK = "remark"


@dataclass(frozen=True)
class Note:
    """prompt: what can be done at a command line, and is left away on paper."""

    kind: NoteKind
    content: Inlines
    prompt: Inlines = ()
    topic: Topic | None = None


class Strength(Enum):
    """How strong an edge is, beside the strongest of its query."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


@dataclass(frozen=True)
class Edge:
    """From a query to a key, by their places among the nodes.

    share: of the largest number of its query, from 0 to 1.
    """

    query: int
    key: int
    number: Number
    strength: Strength
    share: float


FEW_QUERIES, FEW_EDGES = 4, 16
"""In a graph of more of both, not every edge can have its number."""


@dataclass(frozen=True)
class Graph:
    """Attention as a directed graph: an edge from each query to every key it attends to.

    title: what the tokens are of. queries, keys: the nodes, in two groups where they differ; the
    places of edges are counted through both. caption: what is drawn, and what is left out. few: of
    a crowded one the same with few edges, for what draws every edge with its number.
    """

    title: str
    queries: tuple[Token, ...]
    keys: tuple[Token, ...]
    edges: tuple[Edge, ...]
    caption: Inlines = ()
    topic: Topic | None = None
    few: Graph | None = None

    @property
    def is_crowded(self) -> bool:
        """Whether there are more edges than can be told apart if all of them have a number."""
        several = len({edge.query for edge in self.edges}) > FEW_QUERIES
        return several and len(self.edges) > FEW_EDGES


@dataclass(frozen=True)
class Box:
    """A step of a flow: its name, and what is there then, such as a shape."""

    name: str
    detail: str = ""


@dataclass(frozen=True)
class Arrow:
    """From one box to another, by their places. label: what is done on the way."""

    start: int
    end: int
    label: str = ""


@dataclass(frozen=True)
class Lane:
    """Boxes, by their places, that are drawn together, beside those of the other lanes."""

    name: str
    boxes: range


@dataclass(frozen=True)
class Flow:
    """Boxes and what leads from one to the next; never back to an earlier one.

    lanes: what runs side by side, from left to right; no arrow leads from one to another.
    """

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    lanes: tuple[Lane, ...] = ()


@dataclass(frozen=True)
class Message:
    """What one participant hands to another, by their places."""

    sender: int
    receiver: int
    text: str


@dataclass(frozen=True)
class Branch:
    """Messages that go on at the same time as those of other branches. name: what it is of."""

    name: str
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Exchange:
    """Participants and their messages, in order. result: what is left, with the last of them.

    parallel: branches that run side by side, after the messages and before those at the end.
    left_with: the places of the first and the last of several that are left with the result.
    """

    title: str
    participants: tuple[str, ...]
    messages: tuple[Message, ...]
    result: str
    parallel: tuple[Branch, ...] = ()
    at_the_end: tuple[Message, ...] = ()
    left_with: tuple[int, int] | None = None


@dataclass(frozen=True)
class Worked:
    """A number with the sign before it: = where its digits are the whole of it, ≈ where not."""

    sign: Sign
    number: Number


@dataclass(frozen=True)
class WorkedKey:
    """A key: its number in each column, and its share of the greatest weight, from 0 to 1.

    answers: its vector, where scores are made of one. masked: whether the query
    cannot see it; then it has no weight.
    """

    token: Token
    answers: Vector | None
    numbers: tuple[Worked | None, ...]
    share: float
    masked: bool = False


@dataclass(frozen=True)
class WorkedColumn:
    """name: what its numbers are. done: what was done to the column before it."""

    name: str
    done: str


@dataclass(frozen=True)
class Summed:
    """A weighted sum: its entries, and what each key gives to it, from the first key on.

    name: what the sum is; letter: of its entries. entries: with Omitted for those left out. parts:
    of each key, as far as drawings go; empty where a number is too large to be drawn. total:
    likewise.
    """

    name: str
    letter: str
    entries: tuple[Worked | Omitted, ...]
    tokens: tuple[Token, ...]
    parts: tuple[tuple[float, ...], ...]
    total: tuple[float, ...]


@dataclass(frozen=True)
class Computation:
    """How one query's output comes about: key by key from the scores to the weights, and the sum.

    asks: the query's vector, where scores are made of one. Keys that are left out are Omitted.
    """

    title: str
    query: Token
    asks: Relation | None
    columns: tuple[WorkedColumn, ...]
    keys: tuple[WorkedKey | Omitted, ...]
    summed: Summed | None = None
    head: str = ""


@dataclass(frozen=True)
class FoldPart:
    """A part of a matrix, below the heads that take it: so many of those shown.

    symbol: of the part. columns: which of the matrix. share: its place among the parts, from 0 to
    1, by which it is coloured.
    """

    symbol: Symbol
    columns: str
    heads: int
    share: float


@dataclass(frozen=True)
class FoldedMatrix:
    letter: str
    parts: tuple[FoldPart | Omitted, ...]


@dataclass(frozen=True)
class Fold:
    """Matrices cut into parts, side by side, and above them the heads that take these."""

    heads: tuple[str | Omitted, ...]
    matrices: tuple[FoldedMatrix, ...]
    caption: Inlines
    topic: Topic | None = None


Block: TypeAlias = Paragraph | Equation | Table | Heatmap | Graph | Fold | Note
"""topic, of each: what it is about, by which a page can leave it out; None is always shown."""


def about(topic: Topic, blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same blocks, of that topic where they have none of their own."""
    return tuple(each if each.topic else replace(each, topic=topic) for each in blocks)


@dataclass(frozen=True)
class OfQuery:
    """Blocks about one query, where the same is said of several.

    place: the query's, among all of them. asked: whether the page is about this query; if not,
    only a page that lets its reader choose a query has a place for them.
    """

    query: Token
    place: int
    blocks: tuple[Block, ...]
    asked: bool = True


@dataclass(frozen=True)
class Section:
    """stages: the stages of the trace that this section derives, by their JSON names.

    topic: of the section as a whole, if it has one.
    """

    heading: Heading
    content: tuple[Block | OfQuery, ...]
    stages: tuple[str, ...] = ()
    topic: Topic | None = None

    def without(self, hidden: Collection[Topic]) -> Section | None:
        """The section without its blocks of these topics; None if nothing of it is left then."""
        if self.topic in hidden:
            return None
        content: list[Block | OfQuery] = []
        for part in self.content:
            if isinstance(part, OfQuery):
                blocks = tuple(block for block in part.blocks if block.topic not in hidden)
                if blocks:
                    content.append(replace(part, blocks=blocks))
            elif part.topic not in hidden:
                content.append(part)
        return replace(self, content=tuple(content)) if content or not self.content else None

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The content of a page that lets nobody choose: all that was asked for, in order."""
        blocks: list[Block] = []
        for part in self.content:
            if not isinstance(part, OfQuery):
                blocks.append(part)
            elif part.asked:
                blocks += part.blocks
        return tuple(blocks)


@dataclass(frozen=True)
class Document:
    """title: what is explained, and the lines under it that say what it is and where it is from.

    drawn: the whole of a query's computation in one picture, for what is shown to many; None where
    there is none. Only slides have it, so that it is made where it is asked for.
    """

    title: Section
    sections: tuple[Section, ...]
    drawn: Callable[[], Computation] | None = field(default=None, compare=False)
