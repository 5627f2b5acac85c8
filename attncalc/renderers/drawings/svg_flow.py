"""A flow of boxes as an SVG file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from attncalc.document.document import Flow
from attncalc.language import text
from attncalc.renderers.colors import LINES, MUTED, PAPER, STRONG, TINT
from attncalc.renderers.drawings.flow_layout import (
    HEAD,
    FlowDrawing,
    PlacedArrow,
    PlacedBox,
    lay_out_flow,
)
from attncalc.renderers.drawings.graph_layout import LINE
from attncalc.renderers.drawings.svg import at, px, svg_file, svg_text
from attncalc.renderers.inert import inert

_STYLE = f"""\
.lane {{ fill: none; stroke: {LINES}; stroke-dasharray: 2 4; stroke-linecap: round; }}
.box {{ fill: {TINT}; stroke: {STRONG}; stroke-width: 1.5; }}
.name, .shape {{ text-anchor: middle; }}
.shape {{ fill: {MUTED}; }}
.arrow {{ fill: none; stroke: {LINES}; stroke-width: 1.5; }}
.head {{ fill: {LINES}; }}
.done {{ text-anchor: middle; font-style: italic; stroke: {PAPER}; stroke-width: 5;
  stroke-linejoin: round; paint-order: stroke; }}
"""


def svg_flow(flow: Flow) -> str:
    """The flow as an SVG file that needs nothing else."""
    drawing = lay_out_flow(flow)
    return svg_file(
        flow.title, _spoken(flow), _STYLE, _shapes(drawing), drawing.width, drawing.height
    )


def _spoken(flow: Flow) -> str:
    """The arrows in words, for those who do not see them."""
    names = [inert(f"{box.name} {box.detail}".strip()) for box in flow.boxes]
    parts = [
        text("{start} to {end}", start=names[arrow.start], end=names[arrow.end])
        + (f" ({inert(arrow.label)})" if arrow.label else "")
        for arrow in flow.arrows
    ]
    return "; ".join(parts or names) + "."


def _shapes(drawing: FlowDrawing) -> Iterator[str]:
    for lane in drawing.lanes:
        yield (
            f'<rect class="lane" x="{px(lane.x)}" y="{px(lane.y)}" width="{px(lane.width)}" '
            f'height="{px(lane.height)}" rx="10"/>'
        )
    for arrow in drawing.arrows:
        yield _arrow(arrow)
    for box in drawing.boxes:
        yield from _box(box)
    for arrow in drawing.arrows:
        if arrow.label:
            x, y = arrow.label_at
            label = svg_text(inert(arrow.label))
            yield f'<text class="done" x="{px(x)}" y="{px(y + 0.35)}">{label}</text>'


def _arrow(arrow: PlacedArrow) -> str:
    """Curves between ranks, straight lines through them, and a head at the end."""
    *passed, (x, y) = arrow.points
    points = [*passed, (x, y - HEAD)]
    path = f"M{at(points[0])}"
    for place, (one, end) in enumerate(pairwise(points)):
        if place % 2:
            path += f" L{at(end)}"
        else:
            down = end[1] - one[1]
            leaving, arriving = (one[0], one[1] + 0.4 * down), (end[0], one[1] + 0.3 * down)
            path += f" C{at(leaving)} {at(arriving)} {at(end)}"
    head = f"M{at((x, y))} L{at((x - 0.28, y - HEAD))} L{at((x + 0.28, y - HEAD))} Z"
    return f'<path class="arrow" d="{path}"/><path class="head" d="{head}"/>'


def _box(box: PlacedBox) -> Iterator[str]:
    yield (
        f'<rect class="box" x="{px(box.x)}" y="{px(box.y)}" width="{px(box.width)}" '
        f'height="{px(box.height)}" rx="6"/>'
    )
    top = box.y + box.height / 2 - LINE * len(box.lines) / 2
    for place, line in enumerate(box.lines):
        name = "shape" if place else "name"
        x, y = box.x + box.width / 2, top + LINE * (place + 0.5) + 0.35
        yield f'<text class="{name}" x="{px(x)}" y="{px(y)}">{svg_text(line)}</text>'
