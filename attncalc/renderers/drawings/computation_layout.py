"""Where the parts of a query's computation stand: a row a key, from its score to its weight; a sum.

Lengths are in em; y grows downwards. Columns stand from left to right, with what is done between
them; to their right, arrows are added head to tail, or the entries of the sum are bars.
"""

from __future__ import annotations

import math
from itertools import accumulate, pairwise, product
from typing import Literal, TypeAlias

from attncalc.document.document import Computation, Summed, Worked, WorkedKey
from attncalc.document.expressions import Expression, Omitted, Relation, Sign, Symbol, Vector
from attncalc.language import text
from attncalc.records import dataclass
from attncalc.renderers.drawings.graph_layout import LINE, Point
from attncalc.renderers.inert import inert_token
from attncalc.renderers.linear import entry_text, linear
from attncalc.renderers.text_widths import cut, text_width

Look: TypeAlias = Literal["plain", "quiet", "done", "bold", "focus"]
Anchor: TypeAlias = Literal["start", "middle", "end"]

_PITCH = 1.9
_WIDEST_TOKEN, _WIDEST_PART = 9.0, 5.0
_WIDEST_QUERY, _WIDEST_VECTOR = 40.0, 20.0
_BAR_HEIGHT = 1.1
_GAP = 1.1
_BOLD = 1.1
_AIR = 0.35
"""Around what stands in the plane."""

_HEADS = {"axis": 0.0, "step": 0.5, "part": 0.75, "result": 0.9}


@dataclass(frozen=True)
class Text:
    """A line of text, in the middle of its height at y."""

    text: str
    x: float
    y: float
    anchor: Anchor = "start"
    look: Look = "plain"

    @property
    def span(self) -> tuple[float, float]:
        """From where to where it reaches across."""
        width = text_width(self.text) * (_BOLD if self.look in ("bold", "focus") else 1.0)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return left, left + width


@dataclass(frozen=True)
class Rect:
    """strong: whether it stands out."""

    x: float
    y: float
    width: float
    height: float
    strong: bool = False


@dataclass(frozen=True)
class Stroke:
    """A line, with a head at its end if it is an arrow."""

    start: Point
    end: Point
    look: Literal["axis", "step", "part", "result"]

    @property
    def arrow(self) -> tuple[Point, tuple[Point, ...]]:
        """Where the line ends, and the corners of the head behind it; a short arrow's is short."""
        (x, y), (to_x, to_y) = self.start, self.end
        length = _length((self.start, self.end))
        head = min(_HEADS[self.look], 0.6 * length)
        if not head:
            return self.end, ()
        along = ((to_x - x) / length, (to_y - y) / length)
        neck = (to_x - head * along[0], to_y - head * along[1])
        aside = (0.45 * head * along[1], -0.45 * head * along[0])
        corners = (
            self.end,
            (neck[0] + aside[0], neck[1] + aside[1]),
            (neck[0] - aside[0], neck[1] - aside[1]),
        )
        return neck, corners


@dataclass(frozen=True)
class Room:
    """How far a picture spreads out. over: whether what is done stands over the column that it
    makes, and not before it.
    """

    bar: float
    entry_bar: float
    plane: float
    between_panels: float
    over: bool


WIDE = Room(bar=7.0, entry_bar=11.0, plane=15.0, between_panels=3.2, over=False)
CLOSE = Room(bar=5.0, entry_bar=8.0, plane=13.0, between_panels=2.2, over=True)
"""For a slide, where letters are the larger the less wide the whole is."""


@dataclass(frozen=True)
class Picture:
    width: float
    height: float
    texts: tuple[Text, ...]
    rects: tuple[Rect, ...]
    strokes: tuple[Stroke, ...]


def lay_out_computation(computation: Computation, room: Room = WIDE) -> Picture:
    """The drawing of a computation."""
    return _Layout(computation, room).picture()


class _Layout:
    """From above to below: what the query asks with, the headings, a row a key."""

    def __init__(self, computation: Computation, room: Room) -> None:
        self.computation = computation
        self.room = room
        self.texts: list[Text] = []
        self.rects: list[Rect] = []
        self.strokes: list[Stroke] = []
        self.head_at = self._query()
        self.rows_at = self.head_at + 0.9 + _PITCH / 2
        self.bottom = self.rows_at + _PITCH * (len(computation.keys) - 0.5)
        self.right = self._columns()
        if computation.summed is not None:
            self._sum(computation.summed, self.right + room.between_panels)

    def picture(self) -> Picture:
        width = max([self.right, *(each.span[1] for each in self.texts)])
        return Picture(
            width, self.bottom, tuple(self.texts), tuple(self.rects), tuple(self.strokes)
        )

    def _query(self) -> float:
        """Who asks, with what; where the headings stand."""
        said = self.computation
        below = 4.7 if self.room.over else 3.6
        name = cut(inert_token(said.query.text), _WIDEST_TOKEN)
        title = text("query {token}", token=name)
        if said.head:
            title = text("{head}, query {token}", head=said.head, token=name)
        self.texts.append(Text(title, 0.0, 0.65, look="focus"))
        if said.asks is None:
            return below
        vector = Relation(said.asks.sides[1:], ())
        asks = f"q {said.asks.signs[0].value} {_linear(vector)}"
        if text_width(asks) <= _WIDEST_QUERY:
            self.texts.append(Text(asks, self.texts[0].span[1] + 1.2, 0.65, look="focus"))
        return below

    def _columns(self) -> float:
        """Tokens, then each stage's numbers with what was done before it; where they end."""
        said = self.computation
        keys = [(at, key) for at, key in enumerate(said.keys) if isinstance(key, WorkedKey)]
        names = [cut(inert_token(key.token.text), _WIDEST_TOKEN) for _, key in keys]
        self.texts.append(Text(text("key"), 0.0, self.head_at, look="quiet"))
        room = max(_BOLD * text_width(name) for name in (*names, text("key")))
        for (place, key), name in zip(keys, names, strict=True):
            look: Look = "bold" if key.token.focused else "plain"
            self.texts.append(Text(name, 0.0, self._row(place), look=look))
        for place, other in enumerate(said.keys):
            if isinstance(other, Omitted):
                more = text("… {count} more", count=other.count)
                self.texts.append(Text(more, 0.0, self._row(place), look="quiet"))
        x = self._answers(room + _GAP)
        for at, column in enumerate(said.columns):
            if column.done and not self.room.over:
                x = self._done(column.done, x, text_width(column.done) + 1.0, self.head_at) + 0.5
            numbers = [_worked(key.numbers[at]) for _, key in keys]
            wide = max(map(text_width, (column.name, *numbers)))
            if column.done and self.room.over:
                wide = max(wide, text_width(column.done) + 1.0)
                self._done(column.done, x, wide, self.head_at - LINE)
            self.texts.append(Text(column.name, x + wide, self.head_at, "end", "quiet"))
            for (place, key), number in zip(keys, numbers, strict=True):
                look = "quiet" if key.masked else "bold" if self._is_result(at, key) else "plain"
                self.texts.append(Text(number, x + wide, self._row(place), "end", look))
            x += wide + _GAP
        for place, key in keys:
            if key.share > 0:
                top = self._row(place) - _BAR_HEIGHT / 2
                wide = self.room.bar * key.share
                self.rects.append(Rect(x, top, wide, _BAR_HEIGHT, key.share == 1))
        return x + self.room.bar

    def _done(self, done: str, x: float, wide: float, y: float) -> float:
        """An arrow with what is done above it; where it ends."""
        self.texts.append(Text(done, x + wide / 2, y - LINE, "middle", "done"))
        self.strokes.append(Stroke((x + 0.1, y), (x + wide - 0.1, y), "step"))
        return x + wide

    def _answers(self, x: float) -> float:
        """The keys' vectors, if there are any; where they end."""
        texts = [
            (place, _linear(key.answers))
            for place, key in enumerate(self.computation.keys)
            if isinstance(key, WorkedKey) and key.answers is not None
        ]
        wide = max((text_width(vector) for _, vector in texts), default=math.inf)
        if wide > _WIDEST_VECTOR:  # a number that is cut would be another number
            return x
        self.texts.append(Text("k", x, self.head_at, look="quiet"))
        self.texts += [Text(vector, x, self._row(place)) for place, vector in texts]
        return x + wide + _GAP

    def _is_result(self, at: int, key: WorkedKey) -> bool:
        """Whether it is the greatest weight."""
        return at == len(self.computation.columns) - 1 and key.share == 1

    def _row(self, place: int) -> float:
        return self.rows_at + _PITCH * place

    def _sum(self, summed: Summed, x: float) -> None:
        """Arrows added head to tail where there are two entries; or a bar an entry."""
        heading = text("weighted sum of the values")
        self.texts.append(Text(heading, x, self.head_at, look="quiet"))
        if len(summed.total) == 2:
            self._plane(summed, x)
        else:
            self._entries(summed, x)

    def _plane(self, summed: Summed, x: float) -> None:
        tops = self.head_at + LINE
        ends = [(0.0, 0.0), *accumulate_points(summed.parts)]
        points = [*ends, (summed.total[0], summed.total[1])]
        left, right = min(p[0] for p in points), max(p[0] for p in points)
        low, high = min(p[1] for p in points), max(p[1] for p in points)
        span = max(right - left, high - low) or 1.0
        scale = (self.room.plane - 3.0) / span

        def placed(point: Point) -> Point:
            return (
                x + 1.5 + (point[0] - left) * scale,
                tops + 1.5 + (high - point[1]) * scale,
            )

        width, height = (right - left) * scale + 3.0, (high - low) * scale + 3.0
        zero = placed((0.0, 0.0))
        self.strokes.append(Stroke((x, zero[1]), (x + width, zero[1]), "axis"))
        self.strokes.append(Stroke((zero[0], tops), (zero[0], tops + height), "axis"))
        taken: list[tuple[float, float, float, float]] = []
        longest = sorted(
            zip(summed.tokens, pairwise(ends), strict=True), key=lambda each: -_length(each[1])
        )
        drawn = [(token, placed(one), placed(end)) for token, (one, end) in longest]
        drawn = [each for each in drawn if _length(each[1:]) > 0.05]
        axes = [(each.start, each.end) for each in self.strokes[-2:]]
        self.strokes.append(Stroke(zero, placed(points[-1]), "result"))
        self.strokes += [Stroke(one, end, "part") for _, one, end in drawn]
        lines = [*axes, *((one, end) for _, one, end in drawn), (zero, placed(points[-1]))]
        for token, one, end in drawn:
            self._name_arrow(
                token.text, one, end, (x, tops, x + width, tops + height), taken, lines
            )
        result = _vector(summed)
        self.texts.append(Text(result, x, tops + height + 0.9, look="focus"))
        self.bottom = max(self.bottom, tops + height + 0.9 + LINE / 2)
        self.right = max(self.right, x + width)

    def _name_arrow(
        self,
        token: str,
        one: Point,
        end: Point,
        area: tuple[float, float, float, float],
        taken: list[tuple[float, float, float, float]],
        lines: list[tuple[Point, Point]],
    ) -> None:
        """The token beside its arrow, on the first side that is free; nowhere if none is."""
        name = cut(inert_token(token), _WIDEST_PART)
        half = text_width(name) / 2 + _AIR / 2
        length = _length((one, end))
        along = ((end[0] - one[0]) / length, (end[1] - one[1]) / length)
        reach = half * abs(along[1]) + LINE / 2 * abs(along[0]) + _AIR
        for share, side in product((0.5, 0.3, 0.7), (1, -1)):
            x, y = (start + share * (stop - start) for start, stop in zip(one, end, strict=True))
            middle = (x + side * along[1] * reach, y - side * along[0] * reach)
            box = (middle[0] - half, middle[1] - LINE / 2, middle[0] + half, middle[1] + LINE / 2)
            inside = area[0] <= box[0] and box[2] <= area[2] and area[1] <= box[1]
            crossed = any(crosses(box, *line) for line in lines)
            free = all(
                box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]
                for other in taken
            )
            if inside and box[3] <= area[3] and free and not crossed:
                taken.append(box)
                self.texts.append(Text(name, *middle, "middle"))
                return

    def _entries(self, summed: Summed, x: float) -> None:
        """A row an entry: its number, and a bar from a common axis."""
        rows = [*enumerate(zip(_places(summed), summed.entries, strict=True))]
        said = {
            row: f"{linear(Symbol(summed.letter, (str(at + 1),)))} {_worked(entry)}"
            for row, (at, entry) in rows
            if isinstance(entry, Worked)
        }
        bars = x + _BOLD * max(map(text_width, said.values())) + _GAP
        drawn = [at for row, (at, _) in rows if row in said and summed.total]
        sizes = [summed.total[at] for at in drawn]
        scale = (
            self.room.entry_bar / ((max(0.0, *sizes) - min(0.0, *sizes)) or 1.0) if drawn else 0.0
        )
        zero = bars - min(0.0, *sizes) * scale if drawn else bars
        added = False
        for row, (at, entry) in rows:
            y = self._row(row)
            if isinstance(entry, Omitted):
                more = text("… {count} more", count=entry.count)
                self.texts.append(Text(more, x, y, look="quiet"))
                continue
            self.texts.append(Text(said[row], bars - _GAP, y, "end", "focus"))
            if drawn:
                added |= self._entry_bar(summed, at, zero, y, scale)
        under = self._row(len(rows))
        if added:
            self.texts.append(Text(text("each part is from one key"), x, under, look="quiet"))
        self.bottom = max(self.bottom, under + LINE / 2)
        self.right = bars + self.room.entry_bar

    def _entry_bar(self, summed: Summed, at: int, zero: float, y: float, scale: float) -> bool:
        """What each key gives, head to tail, where all point one way; or the sum alone."""
        parts = [part[at] for part in summed.parts]
        one_way = all(part >= 0 for part in parts) or all(part <= 0 for part in parts)
        ends = [0.0, *(accumulate(parts) if one_way else [summed.total[at]])]
        largest = max(parts, key=abs)
        for step, (one, end) in enumerate(pairwise(ends)):
            if one != end:
                strong = one_way and parts[step] == largest
                left, top = zero + min(one, end) * scale, y - _BAR_HEIGHT / 2
                self.rects.append(Rect(left, top, abs(end - one) * scale, _BAR_HEIGHT, strong))
        self.strokes.append(Stroke((zero, y - _PITCH / 2), (zero, y + _PITCH / 2), "axis"))
        return one_way


def accumulate_points(parts: tuple[tuple[float, ...], ...]) -> list[Point]:
    """Where each arrow ends, if each begins where the one before it ends."""
    return [*zip(*(accumulate(each) for each in zip(*parts, strict=True)), strict=True)]


def crosses(box: tuple[float, float, float, float], one: Point, end: Point) -> bool:
    """Whether a line touches a rectangle."""
    least, most = 0.0, 1.0
    for low, high, start, stop in (
        (box[0], box[2], one[0], end[0]),
        (box[1], box[3], one[1], end[1]),
    ):
        way = stop - start
        if way == 0:
            if not low < start < high:
                return False
            continue
        near, far = sorted(((low - start) / way, (high - start) / way))
        least, most = max(least, near), min(most, far)
    return least < most


def _places(summed: Summed) -> list[int]:
    """The place of each entry, with those left out counted."""
    widths = [entry.count if isinstance(entry, Omitted) else 1 for entry in summed.entries]
    return [*accumulate(widths[:-1], initial=0)]


def _worked(worked: Worked | None) -> str:
    if worked is None:
        return "–"
    return f"{worked.sign.value} {entry_text(worked.number)}".replace("-", "−")


def _vector(summed: Summed) -> str:
    exact = all(isinstance(e, Omitted) or e.sign is Sign.EXACT for e in summed.entries)
    numbers = Vector(tuple(e if isinstance(e, Omitted) else e.number for e in summed.entries))
    return f"{summed.name} {(Sign.EXACT if exact else Sign.ROUNDED).value} {_linear(numbers)}"


def _linear(expression: Expression) -> str:
    return linear(expression).replace("-", "−")


def _length(line: tuple[Point, Point]) -> float:
    (x, y), (other_x, other_y) = line
    return float(((other_x - x) ** 2 + (other_y - y) ** 2) ** 0.5)
