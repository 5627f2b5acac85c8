"""A graph in SVG: a file of its own, or a figure in a page of HTML."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Graph, Strength
from attncalc.language import text
from attncalc.renderers.colors import LINES, MUTED, STRONG
from attncalc.renderers.drawings.graph_layout import LINE, Curve, Drawing, Label, lay_out, spoken
from attncalc.renderers.drawings.svg import at, px, svg_file, svg_text
from attncalc.renderers.text_widths import text_width

_STYLE = f"""\
.digits {{ fill: {MUTED}; font-variant-numeric: tabular-nums; }}
.bold {{ font-weight: bold; }}
.line {{ fill: none; stroke: {LINES}; stroke-linecap: round; }}
.head {{ fill: {LINES}; }}
.line.high {{ stroke: {STRONG}; }}
.head.high {{ fill: {STRONG}; }}
"""


def svg_graph(graph: Graph) -> str:
    """The graph as an SVG file that needs nothing else."""
    if not graph.edges:
        return svg_file(graph.title, text("No edges."), _STYLE, (), 10.0, 0.0)
    drawing = lay_out(graph)
    shapes, width, height = [*_shapes(drawing)], drawing.width, drawing.height
    if graph.is_crowded:
        legend = (
            text("Number and arrow: the greatest of each query."),
            text("The paler a line, the smaller."),
        )
        height += 1.2 + LINE * len(legend)
        width = max(width, *map(text_width, legend))
        for above, line in enumerate(reversed(legend)):
            y = px(height - LINE * above - 0.3)
            shapes.append(f'<text class="digits" x="0" y="{y}">{svg_text(line)}</text>')
    return svg_file(graph.title, spoken(graph), _STYLE, shapes, width, height)


def inline_svg(graph: Graph) -> str:
    """The graph as an svg element of HTML, whose colours are those of the page around it."""
    drawing = lay_out(graph)
    width, height = px(drawing.width), px(drawing.height)
    body = "\n".join(_shapes(drawing))
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{svg_text(spoken(graph))}">\n{body}\n</svg>'
    )


def _shapes(drawing: Drawing) -> Iterator[str]:
    for curve in drawing.curves:
        yield _curve(curve)
    for label in drawing.labels:
        yield _label(label)


def _curve(curve: Curve) -> str:
    strength = curve.strength.value
    path = (
        f"M{at(curve.start)} Q{at(curve.leaving)} {at(curve.middle)} "
        f"Q{at(curve.arriving)} {at(curve.end)}"
    )
    look = ""
    if curve.strength is Strength.LOW:
        look = f' stroke-dasharray="0 {px(0.2 + 1.6 * curve.width)}"'
    if curve.ink < 1:
        look += f' stroke-opacity="{curve.ink:.2f}"'
    line = f'<path class="line {strength}" d="{path}" stroke-width="{px(curve.width)}"{look}/>'
    if not curve.half_head:
        return line
    x, y = curve.end
    head = f"M{at(curve.tip)} L{at((x, y - curve.half_head))} L{at((x, y + curve.half_head))} Z"
    return f'{line}<path class="head {strength}" d="{head}"/>'


def _label(label: Label) -> str:
    """Text; one that is cut says the whole of it where a pointer rests."""
    names = ["digits"] * label.number + ["bold"] * label.focused
    classes = f' class="{" ".join(names)}"' if names else ""
    anchor = ' text-anchor="end"' if label.on_left else ""
    whole = f"<title>{svg_text(label.whole)}</title>" if label.text != label.whole else ""
    baseline = label.y + 0.35
    return (
        f'<text{classes} x="{px(label.x)}" y="{px(baseline)}"{anchor}>'
        f"{whole}{svg_text(label.text)}</text>"
    )
