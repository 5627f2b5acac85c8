r"""A graph in LaTeX's own picture environment: curves by \qbezier, which needs no package."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Graph, Strength
from attncalc.renderers.drawings.graph_layout import Curve, Drawing, Label, Point, lay_out
from attncalc.renderers.latex.text import latex_text
from attncalc.renderers.latex.widths import width

_SPARE = 1.1
"""Because widths are known to within a tenth."""

_BACKTICK = 0.5
"""Written as an accent, which by itself is as wide as a letter."""

_APART = 0.24
"""Between the dots of a dotted line."""


def graph_latex(graph: Graph, caption: str) -> str:
    r"""A picture under its caption, on one page with it, in em of its text: \small, or smaller."""
    drawing = lay_out(graph, measure=_width)
    size = f"({drawing.width:.2f},{drawing.height:.2f})"
    lines = [
        r"\par\noindent\begin{minipage}[b]{\linewidth}",
        rf"{{\slshape {caption}\par}}\vspace{{0.5\baselineskip}}",
        rf"\attnsmall{{{drawing.width:.2f}}}{{{drawing.height:.2f}}}\noindent",
        rf"\begin{{picture}}{size}",
        *(line for curve in drawing.curves for line in _curve(curve, drawing)),
        r"\color{black}",
        *(_label(label, drawing) for label in drawing.labels),
        r"\end{picture}",
        r"\end{minipage}\par\vspace{0.5\baselineskip}",
    ]
    return "\n".join(lines) + "\n"


def _width(text: str) -> float:
    return _SPARE * width(latex_text(text)) + _BACKTICK * text.count("`")


def _curve(curve: Curve, drawing: Drawing) -> Iterator[str]:
    """Two curves and a head of short lines, drawn as thick as it is."""
    yield rf"\color{{attnline!{round(100 * curve.ink)}}}\linethickness{{{curve.width:.3f}em}}"
    yield _bezier(curve.start, curve.leaving, curve.middle, curve, drawing)
    yield _bezier(curve.middle, curve.arriving, curve.end, curve, drawing)
    if not curve.half_head:
        return
    (x, y), (tip, _) = curve.end, curve.tip
    height = drawing.height - y
    yield r"\linethickness{0.08em}"
    for share in range(-4, 5):
        start = f"({x:.3f},{height + share * curve.half_head / 4:.3f})"
        yield rf"\qbezier{start}{start}({tip - 0.05:.3f},{height:.3f})"


def _bezier(start: Point, bend: Point, end: Point, curve: Curve, drawing: Drawing) -> str:
    dots = ""
    if curve.strength is Strength.LOW:
        length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
        dots = f"[{max(4, round(length / (_APART + curve.width)))}]"
    return rf"\qbezier{dots}" + "".join(_at(point, drawing) for point in (start, bend, end))


def _label(label: Label, drawing: Drawing) -> str:
    text = latex_text(label.text)
    text = rf"\textbf{{{text}}}" if label.focused else text
    side = "r" if label.on_left else "l"
    return rf"\put{_at((label.x, label.y), drawing)}{{\makebox(0,0)[{side}]{{\strut {text}}}}}"


def _at(point: Point, drawing: Drawing) -> str:
    """Where a point is for LaTeX, whose y grows upwards."""
    return f"({point[0]:.3f},{drawing.height - point[1]:.3f})"
