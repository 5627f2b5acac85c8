"""A graph as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html"""

from __future__ import annotations

import re

from attncalc.document import Edge, Graph, Strength
from attncalc.renderers.inert import inert, inert_token

_ARROWS = {Strength.LOW: "-.->", Strength.MODERATE: "-->", Strength.HIGH: "==>"}
_WIDEST = 5.0

# Whatever Mermaid, its Markdown or HTML may act on; letters, digits and blanks stay as they are.
_SPECIAL = re.compile(r"[^\w .,:!?'’()-]")


def mermaid(graph: Graph) -> str:
    """A node a token, by number, so that no token's spelling is ever syntax."""
    lines = ["flowchart TB"]
    sides = [("queries", 0, graph.queries), ("keys", len(graph.queries), graph.keys)]
    for name, start, tokens in sides:
        if not tokens:
            continue
        title = graph.title if not graph.keys else name
        lines.append(f'    subgraph {name}["{_escaped(inert(title))}"]')
        for place, token in enumerate(tokens, start):
            lines.append(f'        n{place}["{_escaped(inert_token(token.text))}"]')
        lines.append("    end")
    for edge in graph.edges:
        label = f"{edge.strength.value} attention ({edge.number.digits})".capitalize()
        lines.append(f'    n{edge.query} {_ARROWS[edge.strength]}|"{_escaped(label)}"| n{edge.key}')
    lines += [f"    linkStyle {at} {_width(edge)}" for at, edge in enumerate(graph.edges)]
    focused = [f"n{place}" for place, token in enumerate(graph.queries) if token.focused]
    if focused:
        lines.append("    classDef focused stroke-width:3px")
        lines.append(f"    class {','.join(focused)} focused")
    return "\n".join(lines) + "\n"


def _width(edge: Edge) -> str:
    return f"stroke-width:{1 + (_WIDEST - 1) * edge.share:.1f}px"


def _escaped(text: str) -> str:
    """Text as Mermaid's numeric character codes where it is more than plain words."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
