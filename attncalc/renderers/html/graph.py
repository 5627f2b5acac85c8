"""A graph in HTML: a figure, drawn in the page itself."""

from __future__ import annotations

from attncalc.document.document import Graph
from attncalc.renderers.drawings.svg_graph import inline_svg
from attncalc.renderers.html.text import inlines_html


def graph_html(graph: Graph) -> str:
    """The figure with its caption; whoever does not see it is told the edges."""
    caption = f"<figcaption>{inlines_html(graph.caption)}</figcaption>\n" if graph.caption else ""
    return f'<figure class="graph">\n{caption}{inline_svg(graph)}\n</figure>'
