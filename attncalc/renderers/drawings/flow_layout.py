"""Where the boxes of a flow are drawn: in ranks from above to below, each after what leads to it.

In a rank they stand as they are met on the ways back from where the flow ends, along the first
arrow into a box before its next: the order of the formula, Q before K and weights before V. Rank
after rank, each is then put as near below what leads to it as those beside it let it.

Lengths are in em; y grows downwards. An arrow that passes ranks has a place of its own in each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from attncalc.document.document import Arrow, Box, Flow
from attncalc.renderers.drawings.graph_layout import LINE, Point
from attncalc.renderers.inert import inert
from attncalc.renderers.text_widths import cut, text_width

_PADDING = 0.8
_BETWEEN = 1.6
_SPARE = 0.5
"""Around a label, from the next line or label."""

_RANK_GAP = 3.2
_FANNED_GAP = 4.6
"""Where arrows that spread have labels."""

_DEPARTURES = 0.5
"""Between arrows that leave the same box."""

_WIDEST = 18.0
"""What a line of a box has room for."""

HEAD = 0.6
"""Of an arrow: how long it is."""


@dataclass(frozen=True)
class PlacedBox:
    """lines: name and detail, cut to the box. x, y: its upper left corner."""

    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class PlacedArrow:
    """points: where it starts, where it passes, where it ends; vertical in each.

    label: centred at label_at.
    """

    points: tuple[Point, ...]
    label: str
    label_at: Point


@dataclass(frozen=True)
class FlowDrawing:
    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]


@dataclass(eq=False)
class _Node:
    """A box with its lines, or a place that an arrow passes through.

    width: with the labels that arrive. before, after: what it is joined with.
    """

    rank: int
    width: float
    lines: tuple[str, ...] = ()
    box_width: float = 0.0
    x: float = 0.0
    before: list[_Node] = field(default_factory=list)
    after: list[_Node] = field(default_factory=list)

    @property
    def column(self) -> float:
        """The width that keeps what stands straight below it from being moved aside."""
        if len(self.after) == 1 and len(self.after[0].before) == 1:
            return max(self.width, self.after[0].column)
        return self.width


def lay_out_flow(flow: Flow) -> FlowDrawing:
    """The drawing of a flow that has boxes."""
    return _Layout(flow).drawing()


class _Layout:
    """Which rank each box is of, then the order within a rank, then the places across."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.into: list[list[int]] = [[] for _ in flow.boxes]
        self.out_of: list[list[int]] = [[] for _ in flow.boxes]
        for number, arrow in enumerate(flow.arrows):
            self.into[arrow.end].append(number)
            self.out_of[arrow.start].append(number)
        ranks = self._ranks()
        self.nodes = [
            self._node(box, rank, place)
            for place, (box, rank) in enumerate(zip(flow.boxes, ranks, strict=True))
        ]
        self.ways = [self._way(arrow) for arrow in flow.arrows]
        self.order: list[list[_Node]] = [[] for _ in range(max(ranks) + 1)]
        for node in self.nodes:
            if not node.after:
                self._meet(node)
        for rank in self.order:
            _settle(rank)
        left = min(node.x - node.width / 2 for rank in self.order for node in rank)
        for rank in self.order:
            for node in rank:
                node.x -= left
        self.tops = self._tops()

    def _ranks(self) -> list[int]:
        """By the longest way to a box; what nothing leads to stands just above what it leads to."""
        ranks = [0] * len(self.flow.boxes)
        for place in range(len(ranks)):
            before = [self.flow.arrows[number].start for number in self.into[place]]
            ranks[place] = max((ranks[start] + 1 for start in before), default=0)
        for place, into in enumerate(self.into):
            after = [self.flow.arrows[number].end for number in self.out_of[place]]
            if not into and after:
                ranks[place] = min(ranks[end] for end in after) - 1
        return ranks

    def _node(self, box: Box, rank: int, place: int) -> _Node:
        lines = tuple(cut(inert(line), _WIDEST) for line in (box.name, box.detail) if line)
        rooms = [self._label_room(self.flow.arrows[number]) for number in self.into[place]]
        arrivals = sum(rooms) - min(rooms, default=0.0)
        departures = _DEPARTURES * len(self.out_of[place])
        text = max(map(text_width, lines)) + 2 * _PADDING
        box_width = max(text, arrivals + 2 * HEAD, departures)
        return _Node(rank, max(box_width, sum(rooms)), lines, box_width)

    def _label_room(self, arrow: Arrow) -> float:
        return text_width(arrow.label) + 2 * _SPARE if arrow.label else 1.0

    def _way(self, arrow: Arrow) -> list[_Node]:
        """The nodes of an arrow: its boxes, and a new one in each rank between."""
        start, end = self.nodes[arrow.start], self.nodes[arrow.end]
        way = [start, *(_Node(rank, 1.0) for rank in range(start.rank + 1, end.rank)), end]
        for one, next_one in pairwise(way):
            one.after.append(next_one)
            next_one.before.append(one)
        return way

    def _meet(self, node: _Node) -> None:
        """A node stands to the right of all that was met before it."""
        if node not in self.order[node.rank]:
            for before in node.before:
                self._meet(before)
            self.order[node.rank].append(node)

    def drawing(self) -> FlowDrawing:
        boxes = tuple(map(self._box, self.nodes))
        arrows = tuple(self._arrow(number, arrow) for number, arrow in enumerate(self.flow.arrows))
        width = max(node.x + node.width / 2 for rank in self.order for node in rank)
        height = self.tops[-1] + _height(self.order[-1])
        return FlowDrawing(width, height, boxes, arrows)

    def _tops(self) -> list[float]:
        """Where each rank begins, from above to below."""
        rooms = [_height(nodes) + self._gap_below(rank) for rank, nodes in enumerate(self.order)]
        return list(accumulate(rooms[:-1], initial=0.0))

    def _gap_below(self, rank: int) -> float:
        """More room where several arrows leave, one of them with a label."""
        labelled = [arrow for arrow in self.flow.arrows if arrow.label]
        ends = {arrow.end for arrow in labelled if self.nodes[arrow.start].rank == rank}
        return _FANNED_GAP if len(ends) > 1 else _RANK_GAP

    def _box(self, node: _Node) -> PlacedBox:
        left, height = node.x - node.box_width / 2, _height(self.order[node.rank])
        return PlacedBox(node.lines, left, self.tops[node.rank], node.box_width, height)

    def _arrow(self, number: int, arrow: Arrow) -> PlacedArrow:
        first, *passed, last = self.ways[number]
        points = [(first.x + self._leaving(number, arrow), self._bottom(first))]
        for node in passed:
            points += [(node.x, self.tops[node.rank]), (node.x, self._bottom(node))]
        x = last.x + self._arriving(number, arrow)
        points.append((x, self.tops[last.rank]))
        label_at = (x, self.tops[last.rank] - HEAD - 0.9)
        return PlacedArrow(tuple(points), arrow.label, label_at)

    def _bottom(self, node: _Node) -> float:
        return self.tops[node.rank] + _height(self.order[node.rank])

    def _leaving(self, number: int, arrow: Arrow) -> float:
        """Arrows leave a box beside each other, in the order in which they go on."""
        ranked = sorted(self.out_of[arrow.start], key=lambda other: self.ways[other][1].x)
        return _DEPARTURES * (ranked.index(number) - (len(ranked) - 1) / 2)

    def _arriving(self, number: int, arrow: Arrow) -> float:
        """Arrows arrive at a box beside each other, as far apart as their labels need."""
        ranked = sorted(self.into[arrow.end], key=lambda other: self.ways[other][-2].x)
        rooms = [self._label_room(self.flow.arrows[other]) for other in ranked]
        place = ranked.index(number)
        return sum(rooms[:place]) + rooms[place] / 2 - sum(rooms) / 2


def _settle(rank: list[_Node]) -> None:
    """Nodes side by side, each as near below what leads to it as the widths let it.

    What nothing leads to stands beside its neighbour.
    """
    offset = 0.0
    offsets: list[float] = []
    blocks: list[tuple[int, list[float]]] = []
    for place, node in enumerate(rank):
        if place:
            offset += (rank[place - 1].column + node.column) / 2 + _BETWEEN
        offsets.append(offset)
        above = [before.x for before in node.before]
        # Less their offsets, places only have to rise: blocks that do not are made one.
        blocks.append((1, [sum(above) / len(above) - offset] if above else []))
        while len(blocks) > 1 and not _rises(blocks[-2][1], blocks[-1][1]):
            (count, wishes), (more, others) = blocks[-2:]
            blocks[-2:] = [(count + more, wishes + others)]
    settled = [_centre(wishes) for count, wishes in blocks for _ in range(count)]
    for node, x, offset in zip(rank, settled, offsets, strict=True):
        node.x = x + offset


def _rises(wishes: list[float], others: list[float]) -> bool:
    return bool(wishes and others) and _centre(wishes) <= _centre(others)


def _centre(wishes: list[float]) -> float:
    """Where a block stands; anywhere, if nothing leads to it."""
    return sum(wishes) / len(wishes) if wishes else 0.0


def _height(rank: list[_Node]) -> float:
    return max(LINE * len(node.lines) for node in rank) + _PADDING
