"""A graph in Typst: the data of its drawing, for the functions of graph.typ."""

from __future__ import annotations

from attncalc.document.document import Graph, Strength
from attncalc.renderers.drawings.graph_layout import Curve, Label, Point, lay_out, spoken
from attncalc.renderers.typst.math import shown_token, typst_string


def graph_typst(graph: Graph, caption: str) -> str:
    """A call of graph(…). caption: the content above it, or none."""
    drawing = lay_out(graph, spell=shown_token)
    curves = "".join(f"    {_curve(curve)},\n" for curve in drawing.curves)
    labels = "".join(f"    {_label(label)},\n" for label in drawing.labels)
    size = f"width: {drawing.width:.3f}, height: {drawing.height:.3f}"
    alt = typst_string(spoken(graph, shown_token))
    return (
        f"#graph(title: {caption}, alt: {alt}, {size}, curves: (\n{curves}  ), "
        f"labels: (\n{labels}  ))"
    )


def _curve(curve: Curve) -> str:
    points = (curve.start, curve.leaving, curve.middle, curve.arriving, curve.end)
    dotted = str(curve.strength is Strength.LOW).lower()
    strong = str(curve.strength is Strength.HIGH).lower()
    return (
        f"(points: ({', '.join(map(_point, points))}), tip: {_point(curve.tip)}, "
        f"half: {curve.half_head:.3f}, width: {curve.width:.3f}, ink: {curve.ink:.2f}, "
        f"dotted: {dotted}, strong: {strong})"
    )


def _label(label: Label) -> str:
    """With the whole spelling: Typst cuts it, because it knows how wide it is."""
    side = "right" if label.on_left else "left"
    return (
        f"(spelling: {typst_string(label.whole)}, x: {label.x:.3f}, y: {label.y:.3f}, "
        f"room: {label.room:.3f}, side: {side}, bold: {str(label.focused).lower()}, "
        f"number: {str(label.number).lower()})"
    )


def _point(point: Point) -> str:
    return f"({point[0]:.3f}, {point[1]:.3f})"
