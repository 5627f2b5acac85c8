"""Where the boxes of a flow are drawn: in ranks from above to below, each after what leads to it.

Lengths are in em; y grows downwards. An arrow that passes ranks has a place of its own in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, combinations, pairwise

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

_SWEEPS, _SETTLINGS = 24, 10
"""How often ranks are sorted, and moved."""

_LOOSELY = 0.01
"""How firmly a box stands that is joined with none on that side; others do so by 1."""

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


@dataclass
class _Node:
    """A box with its lines, or a place that an arrow passes through.

    width: with the labels that arrive. before, after: what it is joined with.
    """

    rank: int
    width: float
    lines: tuple[str, ...] = ()
    box_width: float = 0.0
    x: float = 0.0
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)


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
        self.order = [
            [at for at, node in enumerate(self.nodes) if node.rank == rank]
            for rank in range(max(ranks) + 1)
        ]
        self._sort()
        self._place()
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

    def _way(self, arrow: Arrow) -> list[int]:
        """The nodes of an arrow: its boxes, and a new one in each rank between."""
        way = [arrow.start]
        for rank in range(self.nodes[arrow.start].rank + 1, self.nodes[arrow.end].rank):
            way.append(len(self.nodes))
            self.nodes.append(_Node(rank, 1.0))
        way.append(arrow.end)
        for one, next_one in pairwise(way):
            self.nodes[one].after.append(next_one)
            self.nodes[next_one].before.append(one)
        return way

    def _sort(self) -> None:
        """Each rank by the middle of what its nodes are joined with; the fewest crossings win."""
        best = self.order = [sorted(rank, key=self._loose) for rank in self.order]
        fewest = self._crossings(best)
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            at = {node: place for rank in self.order for place, node in enumerate(rank)}
            ranks = []
            for rank in self.order if down else reversed(self.order):
                middles = {node: self._middle(node, at, down=down) for node in rank}
                ranks.append(sorted(rank, key=middles.__getitem__))
                at.update({node: place for place, node in enumerate(ranks[-1])})
            self.order = ranks if down else ranks[::-1]
            crossings = self._crossings(self.order)
            if crossings < fewest:
                best, fewest = self.order, crossings
        self.order = best

    def _loose(self, number: int) -> bool:
        """What nothing leads to stands beside what comes from above."""
        return not self.nodes[number].before

    def _middle(self, number: int, at: dict[int, int], *, down: bool) -> float:
        joined = self.nodes[number].before if down else self.nodes[number].after
        return _mean([at[other] for other in joined] or [at[number]])

    def _crossings(self, order: list[list[int]]) -> int:
        at = {node: place for rank in order for place, node in enumerate(rank)}
        return sum(
            (at[one] - at[other]) * (at[end] - at[other_end]) < 0
            for rank in order
            for one, other in combinations(rank, 2)
            for end in self.nodes[one].after
            for other_end in self.nodes[other].after
        )

    def _place(self) -> None:
        """From left to right, towards what they are joined with, then below what leads to them."""
        for rank in self.order:
            x = 0.0
            for node in rank:
                x += self.nodes[node].width / 2
                self.nodes[node].x = x
                x += self.nodes[node].width / 2 + _BETWEEN
            for node in rank:
                self.nodes[node].x -= x / 2
        for _ in range(_SETTLINGS):
            for rank in reversed(self.order):
                self._settle(rank, down=False)
        for rank in self.order:
            self._settle(rank, down=True)
        left = min(node.x - node.width / 2 for node in self.nodes)
        for each in self.nodes:
            each.x -= left

    def _settle(self, rank: list[int], *, down: bool) -> None:
        """Nodes of a rank as near to where they want to be as their widths let them.

        What nothing leads to gives way to the others.
        """
        offset = 0.0
        offsets: list[float] = []
        blocks: list[list[tuple[float, float]]] = []
        for place, number in enumerate(rank):
            if place:
                before = self.nodes[rank[place - 1]]
                offset += (before.width + self.nodes[number].width) / 2 + _BETWEEN
            offsets.append(offset)
            want, firmness = self._wish(self.nodes[number], down=down)
            # Less their offsets, places only have to rise: blocks that do not are made one.
            blocks.append([(want - offset, firmness)])
            while len(blocks) > 1 and _centre(blocks[-2]) > _centre(blocks[-1]):
                blocks[-2:] = [blocks[-2] + blocks[-1]]
        settled = [_centre(block) for block in blocks for _ in block]
        for number, x, offset in zip(rank, settled, offsets, strict=True):
            self.nodes[number].x = x + offset

    def _wish(self, node: _Node, *, down: bool) -> tuple[float, float]:
        """Where a node wants to be, and how firmly."""
        joined = node.before if down else [*node.before, *node.after]
        if not joined:
            return node.x, _LOOSELY
        return _mean([self.nodes[other].x for other in joined]), 1.0

    def drawing(self) -> FlowDrawing:
        boxes = tuple(self._box(node) for node in self.nodes if node.lines)
        arrows = tuple(self._arrow(number, arrow) for number, arrow in enumerate(self.flow.arrows))
        width = max(node.x + node.width / 2 for node in self.nodes)
        height = self.tops[-1] + self._height(self.order[-1])
        return FlowDrawing(width, height, boxes, arrows)

    def _tops(self) -> list[float]:
        """Where each rank begins, from above to below."""
        rooms = [self._height(rank) + self._gap_below(rank) for rank in self.order[:-1]]
        return list(accumulate(rooms, initial=0.0))

    def _gap_below(self, rank: list[int]) -> float:
        """More room where several arrows leave, one of them with a label."""
        leaving = [arrow for arrow in self.flow.arrows if arrow.start in rank and arrow.label]
        return _FANNED_GAP if len({arrow.end for arrow in leaving}) > 1 else _RANK_GAP

    def _height(self, rank: list[int]) -> float:
        return max(LINE * len(self.nodes[node].lines) for node in rank) + _PADDING

    def _box(self, node: _Node) -> PlacedBox:
        left, height = node.x - node.box_width / 2, self._height(self.order[node.rank])
        return PlacedBox(node.lines, left, self.tops[node.rank], node.box_width, height)

    def _arrow(self, number: int, arrow: Arrow) -> PlacedArrow:
        way = self.ways[number]
        first, last = self.nodes[way[0]], self.nodes[way[-1]]
        points = [(first.x + self._leaving(number, arrow), self._bottom(first))]
        for place in way[1:-1]:
            node = self.nodes[place]
            points += [(node.x, self.tops[node.rank]), (node.x, self._bottom(node))]
        x = last.x + self._arriving(number, arrow)
        points.append((x, self.tops[last.rank]))
        label_at = (x, self.tops[last.rank] - HEAD - 0.9)
        return PlacedArrow(tuple(points), arrow.label, label_at)

    def _bottom(self, node: _Node) -> float:
        return self.tops[node.rank] + self._height(self.order[node.rank])

    def _leaving(self, number: int, arrow: Arrow) -> float:
        """Arrows leave a box beside each other, in the order in which they go on."""
        own = self.out_of[arrow.start]
        ranked = sorted(own, key=lambda other: self.nodes[self.ways[other][1]].x)
        return _DEPARTURES * (ranked.index(number) - (len(ranked) - 1) / 2)

    def _arriving(self, number: int, arrow: Arrow) -> float:
        """Arrows arrive at a box beside each other, as far apart as their labels need."""
        own = self.into[arrow.end]
        ranked = sorted(own, key=lambda other: self.nodes[self.ways[other][-2]].x)
        rooms = [self._label_room(self.flow.arrows[other]) for other in ranked]
        place = ranked.index(number)
        return sum(rooms[:place]) + rooms[place] / 2 - sum(rooms) / 2


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def _centre(block: Sequence[tuple[float, float]]) -> float:
    """The mean of what nodes want, by how firmly they want it."""
    return sum(want * firmness for want, firmness in block) / sum(firmness for _, firmness in block)
