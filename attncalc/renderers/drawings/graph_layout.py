"""Where the parts of a graph are drawn: queries on the left, keys on the right, curves between.

Lengths are in em of the drawing's text; y grows downwards. SVG, Typst and LaTeX draw the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias

from attncalc.document.document import Edge, Graph, Strength, Token
from attncalc.language import numeral, template, text
from attncalc.records import dataclass
from attncalc.renderers.inert import inert_token
from attncalc.renderers.text_widths import Measure, cut, text_width

Point: TypeAlias = tuple[float, float]

Spell: TypeAlias = Callable[[str], str]
"""How a token is spelled so that nothing in it acts, and all of it shows."""

LINE = 1.3
"""Height of a line of text; nothing on another line comes nearer."""

_KEY_PITCH = 1.27
_STRETCHED = 0.6
"""What is added between keys at most, where there are more edges than keys."""

_BETWEEN_QUERIES = 0.75
_WIDEST_TOKEN, _NARROWEST_TOKEN = 9.0, 3.0
_WIDEST = 37.0
"""What a narrow page of small print has room for."""

_GAP = 0.45
_BOLD = 1.08
"""How much wider bold letters are."""

_LEAST_REACH, _MOST_REACH = 8.0, 15.0
_BEND = 0.38
"""How far along a curve leaves its horizontal, as a share of its reach."""

_HEAD = 0.62
_THINNEST, _THICKEST = 0.1, 0.27
_THICKEST_OF_SEVERAL = 0.2
_ARRIVALS = 0.46
"""Between arrow heads at the same key."""

_WEB_PITCH, _WEB_REACH = 1.9, 15.0
_PALEST, _DARKEST = 0.12, 0.5


@dataclass(frozen=True)
class Label:
    """Text in the middle of a line; x is where it begins, or ends where it stands on the left.

    text: cut to its room. whole: the full spelling. number: whether it is one.
    """

    text: str
    whole: str
    x: float
    y: float
    room: float
    on_left: bool = False
    focused: bool = False
    number: bool = False


@dataclass(frozen=True)
class Curve:
    """Two quadratic Béziers, start to middle and on to end, each with its control point.

    It leaves and arrives horizontally. tip: of the arrow head that begins at the end.
    half_head: half the height of that head; 0 where there is none. ink: how much of its colour is
    seen, from 0 to 1.
    """

    start: Point
    leaving: Point
    middle: Point
    arriving: Point
    end: Point
    tip: Point
    half_head: float
    width: float
    strength: Strength
    ink: float = 1.0


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    labels: tuple[Label, ...]
    curves: tuple[Curve, ...]


def lay_out(graph: Graph, measure: Measure = text_width, spell: Spell = inert_token) -> Drawing:
    """The drawing of a graph that has edges. measure: of a text's width in em."""
    layout = _Web if graph.is_crowded else _Layout
    return layout(graph, measure, spell).drawing()


class _Layout:
    """One query's edges spread from a point, with their numbers in a column behind the keys.

    Those of several leave one below the other, each beginning with its number.
    """

    def __init__(self, graph: Graph, measure: Measure, spell: Spell) -> None:
        self.measure = measure
        self.spell = spell
        self.edges = sorted(graph.edges, key=lambda edge: (edge.query, edge.key))
        self.leaving = {
            query: list(edges) for query, edges in groupby(self.edges, lambda edge: edge.query)
        }
        self.arriving = {
            key: list(edges)
            for key, edges in groupby(
                sorted(self.edges, key=lambda edge: edge.key), lambda edge: edge.key
            )
        }
        self.single = len(self.leaving) == 1
        own = not graph.keys
        nodes = (*graph.queries, *graph.keys)
        self.query_tokens = {query: nodes[query] for query in self.leaving}
        first = 0 if own else len(graph.queries)
        self.keys = range(first, len(nodes))
        self.key_tokens: dict[int, Token] = {key: nodes[key] for key in self.keys}
        self._rows()
        self._columns()

    def _columns(self) -> None:
        """From left to right: queries, their edges' numbers if several, curves, keys, numbers."""
        numbers = max(self.measure(_digits(edge)) for edge in self.edges)
        self.number_room = numbers
        left = _WIDEST - numbers - 4 * _GAP - _LEAST_REACH
        self.widest_token = min(_WIDEST_TOKEN, max(_NARROWEST_TOKEN, left / 2))
        self.query_room = self._room(self.query_tokens.values())
        self.key_room = self._room(self.key_tokens.values())
        left += _LEAST_REACH - self.query_room - self.key_room
        self.number_start = self.query_room + 2 * _GAP
        self.curve_start = self.query_room + _GAP
        if not self.single:
            self.curve_start = self.number_start + numbers + _GAP
        reach = max(_LEAST_REACH, min(self.wished_reach, left))
        self.curve_end = self.curve_start + reach
        self.key_start = self.curve_end + _GAP
        self.width = self.key_start + self.key_room
        if self.single:
            self.number_end = self.width + 2 * _GAP + numbers
            self.width = self.number_end

    @property
    def wished_reach(self) -> float:
        return min(_MOST_REACH, 0.6 * self.height)

    def _room(self, tokens: Iterable[Token]) -> float:
        widths = [
            self.measure(self.spell(token.text)) * (_BOLD if token.focused else 1.0)
            for token in tokens
        ]
        return min(max(widths), self.widest_token)

    def _rows(self) -> None:
        """From above to below, both columns around the same middle."""
        blocks = [LINE * len(edges) for edges in self.leaving.values()]
        left = sum(blocks) + _BETWEEN_QUERIES * (len(blocks) - 1)
        if self.single:
            left = LINE
        rows = [
            max(_KEY_PITCH, _ARRIVALS * (len(self.arriving.get(key, ())) + 1)) for key in self.keys
        ]
        spread = min(max(0.0, left - sum(rows)) / len(rows), _STRETCHED)
        right = sum(rows) + spread * len(rows)
        self.height = max(left, right)
        top = (self.height - right) / 2
        self.key_at: dict[int, float] = {}
        for key, row in zip(self.keys, rows, strict=True):
            self.key_at[key] = top + (row + spread) / 2
            top += row + spread
        self.block_at: dict[int, float] = {}
        top = (self.height - left) / 2
        for query, block in zip(self.leaving, blocks, strict=True):
            self.block_at[query] = top
            top += block + _BETWEEN_QUERIES

    def drawing(self) -> Drawing:
        labels = [*self._queries(), *self._keys(), *self._numbers()]
        curves = tuple(self._curve(edge) for edge in self.edges)
        return Drawing(self.width, self.height, tuple(labels), curves)

    def _queries(self) -> list[Label]:
        return [
            self._token(token, self.query_room, self._middle(query), on_left=True)
            for query, token in self.query_tokens.items()
        ]

    def _keys(self) -> list[Label]:
        return [
            self._token(token, self.key_start, self.key_at[key])
            for key, token in self.key_tokens.items()
        ]

    def _token(self, token: Token, x: float, y: float, *, on_left: bool = False) -> Label:
        whole = self.spell(token.text)
        room = self.query_room if on_left else self.key_room
        text = cut(whole, room / (_BOLD if token.focused else 1.0), self.measure)
        return Label(text, whole, x, y, room, on_left, token.focused)

    def _numbers(self) -> list[Label]:
        labels = []
        for edge in self._numbered():
            x = self.number_end if self.single else self.number_start + self.number_room
            y = self.key_at[edge.key] if self.single else self._port(edge)
            digits = _digits(edge)
            labels.append(Label(digits, digits, x, y, self.number_room, on_left=True, number=True))
        return labels

    def _numbered(self) -> list[Edge]:
        return self.edges

    def _middle(self, query: int) -> float:
        if self.single:
            return self.height / 2
        return self.block_at[query] + LINE * len(self.leaving[query]) / 2

    def _port(self, edge: Edge) -> float:
        """Where an edge leaves its query."""
        if self.single:
            return self.height / 2
        return self.block_at[edge.query] + LINE * (self.leaving[edge.query].index(edge) + 0.5)

    def _arrival(self, edge: Edge) -> float:
        """Where an edge reaches its key: one below the other, in the order of their queries."""
        there = self.arriving[edge.key]
        return self.key_at[edge.key] + _ARRIVALS * (there.index(edge) - (len(there) - 1) / 2)

    def _curve(self, edge: Edge) -> Curve:
        thickest = _THICKEST if self.single else _THICKEST_OF_SEVERAL
        width = _THINNEST + (thickest - _THINNEST) * edge.share
        y, below = self._port(edge), self._arrival(edge)
        left, tip = self.curve_start, self.curve_end
        right = tip - _HEAD
        bend = _BEND * (right - left)
        return Curve(
            start=(left, y),
            leaving=(left + bend, y),
            middle=((left + right) / 2, (y + below) / 2),
            arriving=(right - bend, below),
            end=(right, below),
            tip=(tip, below),
            half_head=0.14 + 0.6 * width,
            width=width,
            strength=edge.strength,
        )


class _Web(_Layout):
    """Many edges: a row a query, and only its strongest edge has a number and a head.

    The others are thin, and the paler the weaker they are; the strongest lie on top.
    """

    wished_reach = _WEB_REACH

    def _rows(self) -> None:
        rows = max(len(self.leaving), len(self.keys))
        self.height = _WEB_PITCH * rows
        self.block_at = {
            query: self.height * (place + 0.5) / len(self.leaving)
            for place, query in enumerate(self.leaving)
        }
        self.key_at = {
            key: self.height * (place + 0.5) / len(self.keys) for place, key in enumerate(self.keys)
        }
        self.strongest = {
            query: max(edges, key=lambda edge: edge.share) for query, edges in self.leaving.items()
        }
        self.edges.sort(key=self._is_strongest)

    def _is_strongest(self, edge: Edge) -> bool:
        return self.strongest[edge.query] is edge

    def _numbered(self) -> list[Edge]:
        return list(self.strongest.values())

    def _middle(self, query: int) -> float:
        return self.block_at[query]

    def _port(self, edge: Edge) -> float:
        return self.block_at[edge.query]

    def _arrival(self, edge: Edge) -> float:
        return self.key_at[edge.key]

    def _curve(self, edge: Edge) -> Curve:
        curve = super()._curve(edge)
        if self._is_strongest(edge):
            return replace(curve, strength=Strength.HIGH)
        width = _THINNEST * (0.4 + 0.6 * edge.share)
        ink = _PALEST + (_DARKEST - _PALEST) * edge.share**2
        return replace(
            curve, width=width, strength=Strength.MODERATE, half_head=0.0, tip=curve.end, ink=ink
        )


def _digits(edge: Edge) -> str:
    return numeral(edge.number.digits).replace("-", "−")


_STRENGTHS = {
    Strength.LOW: template("low"),
    Strength.MODERATE: template("moderate"),
    Strength.HIGH: template("high"),
}


def spoken(graph: Graph, spell: Spell = inert_token) -> str:
    """The edges in words, for those who do not see them."""
    nodes = (*graph.queries, *graph.keys)
    parts = []
    for query, edges in groupby(graph.edges, lambda edge: edge.query):
        ends = ", ".join(
            f"{spell(nodes[edge.key].text)} {_digits(edge)} ({text(_STRENGTHS[edge.strength])})"
            for edge in edges
        )
        parts.append(text("{query} attends to {keys}", query=spell(nodes[query].text), keys=ends))
    return "; ".join(parts) + "."
