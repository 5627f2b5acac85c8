"""A graph in Graphviz's DOT language: https://graphviz.org/doc/info/lang.html"""

from __future__ import annotations

from attncalc.document import Edge, Graph, Strength, Token
from attncalc.renderers.inert import inert, inert_token

_STYLES = {Strength.LOW: "dotted", Strength.MODERATE: "solid", Strength.HIGH: "bold"}
_WIDEST = 5.0


def dot(graph: Graph) -> str:
    """A node a token, by number; labels are strings, in which nothing is interpreted."""
    lines = [
        "digraph attention {",
        f"    label={_string(inert(graph.title))};",
        "    labelloc=t;",
        '    node [shape=box, style=rounded, fontname="sans-serif"];',
        '    edge [fontname="sans-serif", fontsize=10];',
    ]
    if not graph.keys:
        lines += [_node(place, token) for place, token in enumerate(graph.queries)]
    else:
        sides = (("queries", 0, graph.queries), ("keys", len(graph.queries), graph.keys))
        for name, start, tokens in sides:
            lines.append(f"    subgraph cluster_{name} {{")
            lines.append(f'        label="{name}";')
            lines += ["    " + _node(place, token) for place, token in enumerate(tokens, start)]
            lines.append("    }")
    lines += [_edge(edge) for edge in graph.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _node(place: int, token: Token) -> str:
    bold = ", penwidth=3" if token.focused else ""
    return f"    n{place} [label={_string(inert_token(token.text))}{bold}];"


def _edge(edge: Edge) -> str:
    width = 1 + (_WIDEST - 1) * edge.share
    return (
        f"    n{edge.query} -> n{edge.key} [label={_string(edge.number.digits)}, "
        f"style={_STYLES[edge.strength]}, penwidth={width:.1f}];"
    )


def _string(text: str) -> str:
    """A quoted string: Graphviz would take \\n, \\N and HTML entities for more than they are."""
    plain = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
