"""Graphs and flows in Graphviz's DOT language: https://graphviz.org/doc/info/lang.html"""

from __future__ import annotations

from attncalc.document.document import Arrow, Box, Edge, Flow, Graph, Strength, Token
from attncalc.language import numeral
from attncalc.language import text as said
from attncalc.renderers.colors import LINES, STRONG, TINT
from attncalc.renderers.inert import inert, inert_token

_STYLES = {Strength.LOW: "dotted", Strength.MODERATE: "solid", Strength.HIGH: "bold"}
_COLORS = {Strength.LOW: LINES, Strength.MODERATE: LINES, Strength.HIGH: STRONG}
_WIDEST = 5.0


def dot(graph: Graph) -> str:
    """A node a token, by number; labels are strings, in which nothing is interpreted."""
    lines = [
        "digraph attention {",
        f"    label={_string(inert(graph.title))};",
        '    labelloc=t; fontname="sans-serif";',
        '    node [shape=box, style=rounded, fontname="sans-serif"];',
        '    edge [fontname="sans-serif", fontsize=10];',
    ]
    if not graph.keys:
        lines += [_node(place, token) for place, token in enumerate(graph.queries)]
    else:
        sides = (("queries", 0, graph.queries), ("keys", len(graph.queries), graph.keys))
        for name, start, tokens in sides:
            lines.append(f"    subgraph cluster_{name} {{")
            lines.append(f"        label={_string(said(name))};")
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
        f"    n{edge.query} -> n{edge.key} [label={_string(numeral(edge.number.digits))}, "
        f'style={_STYLES[edge.strength]}, color="{_COLORS[edge.strength]}", penwidth={width:.1f}];'
    )


def dot_flow(flow: Flow) -> str:
    """A node a box, by number; an arrow's label says what is done."""
    lines = [
        "digraph flow {",
        f"    label={_string(inert(flow.title))};",
        '    labelloc=t; fontname="sans-serif";',
        f'    node [shape=box, style="rounded,filled", fillcolor="{TINT}", color="{STRONG}", '
        'fontname="sans-serif"];',
        f'    edge [color="{LINES}", fontname="sans-serif", fontsize=10];',
    ]
    own = {place: lane for lane in flow.lanes for place in lane.boxes}
    for number, lane in enumerate(flow.lanes):
        lines.append(f"    subgraph cluster_{number} {{")
        lines.append(f'        label={_string(inert(lane.name))}; color="{LINES}"; style=rounded;')
        lines += ["    " + _box(place, flow.boxes[place]) for place in lane.boxes]
        lines.append("    }")
    lines += [_box(place, box) for place, box in enumerate(flow.boxes) if place not in own]
    lines += map(_arrow, flow.arrows)
    return "\n".join([*lines, "}"]) + "\n"


def _box(place: int, box: Box) -> str:
    label = "\\n".join(_plain(inert(line)) for line in (box.name, box.detail) if line)
    return f'    b{place} [label="{label}"];'


def _arrow(arrow: Arrow) -> str:
    label = f" [label={_string(inert(arrow.label))}]" if arrow.label else ""
    return f"    b{arrow.start} -> b{arrow.end}{label};"


def _string(text: str) -> str:
    return f'"{_plain(text)}"'


def _plain(text: str) -> str:
    """The inside of a string: Graphviz would take \\n, \\N and entities for more than they are."""
    return text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
