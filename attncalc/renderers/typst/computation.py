"""One query's computation in Typst: the data of its drawing, for computation.typ."""

from __future__ import annotations

from collections.abc import Iterable

from attncalc.document.document import Computation
from attncalc.language import text
from attncalc.renderers.drawings.computation_layout import (
    CLOSE,
    Rect,
    Stroke,
    Text,
    lay_out_computation,
)
from attncalc.renderers.drawings.graph_layout import Point
from attncalc.renderers.typst.math import shown_token, typst_string

_SHARES = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""How much of a text stands before its place."""


def computation_typst(computation: Computation) -> str:
    """A call of worked-out(…)."""
    picture = lay_out_computation(computation, CLOSE)
    alt = text("What {token} computes.", token=shown_token(computation.query.text))
    strokes = [stroke for stroke in picture.strokes if stroke.start != stroke.end]
    return (
        f"#worked-out(alt: {typst_string(alt)}, width: {picture.width:.3f}, "
        f"height: {picture.height:.3f}, rects: {_listed(map(_rect, picture.rects))}, "
        f"strokes: {_listed(map(_stroke, strokes))}, texts: {_listed(map(_text, picture.texts))})"
    )


def _listed(parts: Iterable[str]) -> str:
    return "(" + "".join(f"\n    {part}," for part in parts) + ")"


def _rect(rect: Rect) -> str:
    return (
        f"(x: {rect.x:.3f}, y: {rect.y:.3f}, width: {rect.width:.3f}, height: {rect.height:.3f}, "
        f"strong: {str(rect.strong).lower()})"
    )


def _stroke(stroke: Stroke) -> str:
    neck, corners = stroke.arrow
    head = "".join(f"{_point(corner)}, " for corner in corners)
    return (
        f'(line: ({_point(stroke.start)}, {_point(neck)}), head: ({head}), look: "{stroke.look}")'
    )


def _text(label: Text) -> str:
    return (
        f"(spelling: {typst_string(label.text)}, x: {label.x:.3f}, y: {label.y:.3f}, "
        f'before: {_SHARES[label.anchor]:g}, look: "{label.look}")'
    )


def _point(point: Point) -> str:
    return f"({point[0]:.3f}, {point[1]:.3f})"
