"""Where the boxes of a flow are drawn: in ranks from above to below, each after what leads to it.

In a rank they stand as they are met on the ways back from where the flow ends, along the first
arrow into a box before its next: the order of the formula, Q before K and weights before V. Rank
after rank, each is then put as near below what leads to it as those beside it let it. A lane is
laid out by itself, and moved as a whole; what passes lanes passes all of them.

Lengths are in em; y grows downwards. An arrow that passes ranks has a place of its own in each.
"""

from __future__ import annotations

import dataclasses
import math
from itertools import accumulate, pairwise

from attncalc.document.document import Arrow, Box, Flow, Lane
from attncalc.records import dataclass
from attncalc.renderers.drawings.graph_layout import LINE, Point
from attncalc.renderers.inert import inert
from attncalc.renderers.text_widths import cut, text_width

_PADDING = 0.8
_BETWEEN = 1.6
_SPARE = 0.5
"""Around a label, from the next line or label."""

_RANK_GAP = 3.2
_FANNED_GAP, _FAR = 4.6, 2.5
"""Where an arrow with a label goes further to its side than that."""

_DEPARTURES, _FEW = 0.5, 4
"""Between arrows that leave the same box; more than a few leave it over its whole width."""

_WIDEST = 18.0
"""What a line of a box has room for."""

_FRAME = 0.9
"""Around the boxes of a lane."""

_BETWEEN_LANES = 1.1

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
class PlacedLane:
    """x, y: the upper left corner of the frame around a lane."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class FlowDrawing:
    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]
    lanes: tuple[PlacedLane, ...] = ()


@dataclasses.dataclass(eq=False)
class _Node:
    """A box with its lines, or a place that an arrow passes through.

    width: with the labels that arrive. before, after: what it is joined with. lane: its number.
    offset: from the left end of its lane.
    """

    rank: int
    width: float
    lines: tuple[str, ...] = ()
    box_width: float = 0.0
    x: float = 0.0
    before: list[_Node] = dataclasses.field(default_factory=list)
    after: list[_Node] = dataclasses.field(default_factory=list)
    lane: int | None = None
    offset: float = 0.0

    @property
    def margin(self) -> float:
        """What it has on either side, with the frame of its lane."""
        return self.width / 2 + (0.0 if self.lane is None else _FRAME)

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
    """Which rank each box is of, then the order within a rank, then the places across.

    ranks: where they are known.
    """

    def __init__(self, flow: Flow, ranks: list[int] | None = None) -> None:
        self.flow = flow
        self.into: list[list[int]] = [[] for _ in flow.boxes]
        self.out_of: list[list[int]] = [[] for _ in flow.boxes]
        for number, arrow in enumerate(flow.arrows):
            self.into[arrow.end].append(number)
            self.out_of[arrow.start].append(number)
        ranks = ranks or self._ranks()
        self.nodes = [
            self._node(box, rank, place)
            for place, (box, rank) in enumerate(zip(flow.boxes, ranks, strict=True))
        ]
        self.ways = [self._way(arrow) for arrow in flow.arrows]
        self.order: list[list[_Node]] = [[] for _ in range(max(ranks) + 1)]
        for node in self.nodes:
            if not node.after:
                self._meet(node)
        self.lane_widths = [self._lay_out_lane(*each) for each in enumerate(flow.lanes)]
        self._across()
        self._straighten()
        left = min(node.x - node.margin for rank in self.order for node in rank)
        for rank in self.order:
            for node in rank:
                node.x -= left
        self.tops = self._tops()

    def _lay_out_lane(self, number: int, lane: Lane) -> float:
        """Offsets of what is in a lane, as a flow by itself below whatever leads to it; its width.

        What passes on the way out of it stays below where it comes from.
        """
        ranks = [self.nodes[place].rank for place in lane.boxes]
        first = min(ranks) - 1
        within = [at for at, arrow in enumerate(self.flow.arrows) if arrow.end in lane.boxes]
        before = lane.boxes.start - 1
        arrows = tuple(
            Arrow(max(arrow.start - before, 0), arrow.end - before, arrow.label)
            for arrow in (self.flow.arrows[at] for at in within)
        )
        boxes = (Box(" "), *(self.flow.boxes[place] for place in lane.boxes))
        alone = _Layout(Flow("", boxes, arrows), [0, *(rank - first for rank in ranks)])
        pairs = [*zip((self.nodes[place] for place in lane.boxes), alone.nodes[1:], strict=True)]
        for at, way in zip(within, alone.ways, strict=True):
            passed = [node for node in self.ways[at][1:-1] if node.rank > first]
            pairs += zip(passed, way[1:-1], strict=True)
        left = min(placed.x - placed.width / 2 for _, placed in pairs)
        for node, placed in pairs:
            node.lane, node.offset = number, placed.x - left
        for way in self.ways:
            if way[0].lane == number and way[-1].lane is None:
                for node in way[1:-1]:
                    node.lane, node.offset = number, way[0].offset
        return max(placed.x + placed.width / 2 for _, placed in pairs) - left

    def _across(self) -> None:
        """Rank after rank; lanes side by side as one, below the middle of what leads to them."""
        starts: list[float] | None = None
        for rank in self.order:
            firsts = [node for node in rank if node.lane is not None]
            if not firsts:
                _settle(rank)
                continue
            if starts is None:
                starts = self._starts(firsts)
            for node in firsts:
                assert node.lane is not None
                node.x = starts[node.lane] + _FRAME + node.offset
            place = rank.index(firsts[0])
            _settle(rank[:place])
            _move(rank[:place], -math.inf, starts[0] - _BETWEEN)
            others = [node for node in rank[place:] if node.lane is None]
            _settle(others)
            _move(others, starts[-1] + self.lane_widths[-1] + 2 * _FRAME + _BETWEEN, math.inf)

    def _starts(self, firsts: list[_Node]) -> list[float]:
        """Where each lane begins, with its frame."""
        above = [before.x for node in firsts for before in node.before]
        widths = [width + 2 * _FRAME + _BETWEEN_LANES for width in self.lane_widths]
        start = _centre(above) - (sum(widths) - _BETWEEN_LANES) / 2
        return list(accumulate(widths[:-1], initial=start))

    def _straighten(self) -> None:
        """What passes at the end of every rank on its way passes all of them in one line."""
        for way in self.ways:
            passed = [node for node in way[1:-1] if node.lane is None]
            if passed and all(self.order[node.rank][-1] is node for node in passed):
                furthest = max(node.x for node in passed)
                for node in passed:
                    node.x = furthest

    def _ranks(self) -> list[int]:
        """By the longest way to a box; what nothing leads to stands just above what it leads to.

        All lanes are below everything that leads into one of them.
        """
        ranks = [0] * len(self.flow.boxes)
        laned = {place for lane in self.flow.lanes for place in lane.boxes}
        leading = {arrow.start for arrow in self.flow.arrows if arrow.end in laned} - laned
        for place in range(len(ranks)):
            before = {self.flow.arrows[number].start for number in self.into[place]}
            if place in laned:
                before |= leading
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
        width = max(node.x + node.margin for rank in self.order for node in rank)
        height = self.tops[-1] + _height(self.order[-1])
        lanes = tuple(map(self._lane, range(len(self.flow.lanes))))
        if lanes:  # they may be the last rank
            height = max(height, lanes[0].y + lanes[0].height)
        return FlowDrawing(width, height, boxes, arrows, lanes)

    def _lane(self, number: int) -> PlacedLane:
        """The frame of a lane, as high as those of the others."""
        first = self.nodes[self.flow.lanes[number].boxes.start]
        left = first.x - first.offset - _FRAME
        ranks = [node.rank for node in self.nodes if node.lane is not None]
        top, last = self.tops[min(ranks)] - _FRAME, max(ranks)
        bottom = self.tops[last] + _height(self.order[last]) + _FRAME
        return PlacedLane(left, top, self.lane_widths[number] + 2 * _FRAME, bottom - top)

    def _tops(self) -> list[float]:
        """Where each rank begins, from above to below."""
        rooms = [_height(nodes) + self._gap_below(rank) for rank, nodes in enumerate(self.order)]
        return list(accumulate(rooms[:-1], initial=0.0))

    def _gap_below(self, rank: int) -> float:
        """More room where an arrow with a label has far to go to its side."""
        aside = (
            abs(way[-2].x - way[-1].x - self._arriving(number, self.flow.arrows[number]))
            for number, way in enumerate(self.ways)
            if way[-2].rank == rank and self.flow.arrows[number].label
        )
        return _FANNED_GAP if max(aside, default=0.0) > _FAR else _RANK_GAP

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
        apart = _DEPARTURES
        if len(ranked) > _FEW:
            width = self.nodes[arrow.start].box_width
            apart = (width - 2 * _PADDING) / (len(ranked) - 1)
        return apart * (ranked.index(number) - (len(ranked) - 1) / 2)

    def _arriving(self, number: int, arrow: Arrow) -> float:
        """Arrows arrive at a box beside each other, as far apart as their labels need."""
        ranked = sorted(self.into[arrow.end], key=lambda other: self.ways[other][-2].x)
        rooms = [self._label_room(self.flow.arrows[other]) for other in ranked]
        place = ranked.index(number)
        return sum(rooms[:place]) + rooms[place] / 2 - sum(rooms) / 2


def _settle(rank: list[_Node]) -> None:
    """Nodes side by side, each as near below what leads to it as the widths let it.

    A box stands below boxes, whatever passes beside these. What nothing leads to stands beside its
    neighbour.
    """
    offset = 0.0
    offsets: list[float] = []
    blocks: list[tuple[int, list[float]]] = []
    for place, node in enumerate(rank):
        if place:
            offset += (rank[place - 1].column + node.column) / 2 + _BETWEEN
        offsets.append(offset)
        above = [before.x for before in node.before if before.lines]
        above = above or [before.x for before in node.before]
        # Less their offsets, places only have to rise: blocks that do not are made one.
        blocks.append((1, [sum(above) / len(above) - offset] if above else []))
        while len(blocks) > 1 and not _rises(blocks[-2][1], blocks[-1][1]):
            (count, wishes), (more, others) = blocks[-2:]
            blocks[-2:] = [(count + more, wishes + others)]
    settled = [_centre(wishes) for count, wishes in blocks for _ in range(count)]
    for node, x, offset in zip(rank, settled, offsets, strict=True):
        node.x = x + offset


def _move(nodes: list[_Node], least: float, most: float) -> None:
    """Nodes beside each other moved as little as they have to be, to be between two places."""
    if not nodes:
        return
    left = min(node.x - node.width / 2 for node in nodes)
    right = max(node.x + node.width / 2 for node in nodes)
    by = max(0.0, least - left) + min(0.0, most - right)
    for node in nodes:
        node.x += by


def _rises(wishes: list[float], others: list[float]) -> bool:
    return bool(wishes and others) and _centre(wishes) <= _centre(others)


def _centre(wishes: list[float]) -> float:
    """Where a block stands; anywhere, if nothing leads to it."""
    return sum(wishes) / len(wishes) if wishes else 0.0


def _height(rank: list[_Node]) -> float:
    return max(LINE * len(node.lines) for node in rank) + _PADDING
