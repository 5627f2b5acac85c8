"""A query's computation as an SVG file, in type that is read from the last row."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Computation
from attncalc.language import text
from attncalc.renderers.colors import FOCUS, INK, LINES, MUTED, PAPER, STRONG
from attncalc.renderers.drawings.computation_layout import (
    Picture,
    Rect,
    Stroke,
    Text,
    lay_out_computation,
)
from attncalc.renderers.drawings.svg import at, px, svg_file, svg_text
from attncalc.renderers.inert import inert_token

_STYLE = f"""\
text {{ font-variant-numeric: tabular-nums; }}
.quiet {{ fill: {MUTED}; }}
.done {{ font-style: italic; }}
.bold {{ font-weight: bold; }}
.focus {{ font-weight: bold; fill: {FOCUS}; }}
.middle {{ text-anchor: middle; }}
.end {{ text-anchor: end; }}
rect.bar {{ fill: {LINES}; stroke: {PAPER}; stroke-width: 1; }}
rect.strong {{ fill: {STRONG}; }}
.axis {{ stroke: {MUTED}; stroke-width: 1; }}
.step {{ stroke: {INK}; stroke-width: 1.5; }}
.part {{ stroke: {LINES}; stroke-width: 3; }}
.result {{ stroke: {FOCUS}; stroke-width: 4; }}
path.step {{ fill: {INK}; stroke: none; }}
path.part {{ fill: {LINES}; stroke: none; }}
path.result {{ fill: {FOCUS}; stroke: none; }}
"""


def svg_computation(computation: Computation) -> str:
    """The computation as an SVG file that needs nothing else."""
    picture = lay_out_computation(computation)
    described = text("What {token} computes.", token=inert_token(computation.query.text))
    return svg_file(
        computation.title, described, _STYLE, _shapes(picture), picture.width, picture.height
    )


def _shapes(picture: Picture) -> Iterator[str]:
    yield from map(_rect, picture.rects)
    for stroke in picture.strokes:
        yield from _stroke(stroke)
    yield from map(_text, picture.texts)


def _rect(rect: Rect) -> str:
    strong = " strong" if rect.strong else ""
    return (
        f'<rect class="bar{strong}" x="{px(rect.x)}" y="{px(rect.y)}" '
        f'width="{px(rect.width)}" height="{px(rect.height)}"/>'
    )


def _stroke(stroke: Stroke) -> Iterator[str]:
    """A line, and the head of an arrow."""
    if stroke.start == stroke.end:
        return
    (x, y), (neck, corners) = stroke.start, stroke.arrow
    yield (
        f'<line class="{stroke.look}" x1="{px(x)}" y1="{px(y)}" x2="{px(neck[0])}" '
        f'y2="{px(neck[1])}"/>'
    )
    if corners:
        outline = " L".join(map(at, corners))
        yield f'<path class="{stroke.look}" d="M{outline} Z"/>'


def _text(label: Text) -> str:
    names = [label.look] * (label.look != "plain") + [label.anchor] * (label.anchor != "start")
    classes = f' class="{" ".join(names)}"' if names else ""
    return (
        f'<text{classes} x="{px(label.x)}" y="{px(label.y + 0.35)}">{svg_text(label.text)}</text>'
    )
