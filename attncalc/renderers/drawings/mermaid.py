"""Graphs and flows as Mermaid flowcharts, exchanges as its sequence diagrams.

https://mermaid.js.org/syntax/flowchart.html, https://mermaid.js.org/syntax/sequenceDiagram.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attncalc.document.document import (
    Edge,
    Exchange,
    Flow,
    Graph,
    Message,
    Strength,
    Token,
)
from attncalc.language import numeral, template, text
from attncalc.renderers.colors import INK, LINES, PAPER, STRONG, TINT
from attncalc.renderers.inert import inert, inert_token

_ARROWS = {Strength.LOW: "-.->", Strength.MODERATE: "-->", Strength.HIGH: "==>"}
_LABELS = {
    Strength.LOW: template("Low attention ({number})"),
    Strength.MODERATE: template("Moderate attention ({number})"),
    Strength.HIGH: template("High attention ({number})"),
}
_LINES = {Strength.LOW: LINES, Strength.MODERATE: LINES, Strength.HIGH: "#00776f"}
"""Seen on a light page and on a dark one."""

_CLASSES = {
    Strength.LOW: f"fill:{TINT},stroke:{LINES},color:{INK},stroke-dasharray:2 3",
    Strength.MODERATE: f"fill:#b5d8d4,stroke:{LINES},color:{INK}",
    Strength.HIGH: f"fill:{STRONG},stroke:{STRONG},color:{PAPER}",
}
_WIDEST = 5.0

# Whatever Mermaid, its Markdown or HTML may act on; letters, digits and blanks stay as they are.
# A colon too: a code after `style` and a colon loses its end.
_SPECIAL = re.compile(r"[^\w .,!?'’()×÷√…-]")

_DECODED_TOO = re.compile(r"(?<=\$)(?=\$)|(?<=\\)(?=n)")


def mermaid(graph: Graph) -> str:
    """A node a token, by number, so that no token's spelling is ever syntax.

    A query that attends to its own token is a node of its own, beside that of the key: what Mermaid
    writes at a loop, it writes over other labels.
    """
    loops = any(edge.query == edge.key for edge in graph.edges)
    queries = {edge.query for edge in graph.edges} if loops else set()
    nodes = list(enumerate((*graph.queries, *graph.keys)))
    asking = [f'q{place}["{_token(token)}"]' for place, token in nodes if place in queries]
    answering = [f'n{place}["{_token(token)}"]' for place, token in nodes]
    if not loops and graph.keys:
        count = len(graph.queries)
        asking, answering = answering[:count], answering[count:]
    lines = ["flowchart TB", f'    subgraph tokens["{_escaped(inert(graph.title))}"]']
    lines.append("        direction LR")
    if len(asking) > 1:
        lines += _group("queries", asking) + _group("keys", answering)
    else:
        lines += [f"        {node}" for node in (*asking, *answering)]
    lines.append("    end")
    start = "q" if loops else "n"
    for edge in graph.edges:
        label = text(_LABELS[edge.strength], number=numeral(edge.number.digits))
        arrow = f'{_ARROWS[edge.strength]}|"{_escaped(label)}"|'
        lines.append(f"    {start}{edge.query} {arrow} n{edge.key}")
    lines += [f"    linkStyle {at} {_line(edge)}" for at, edge in enumerate(graph.edges)]
    lines += _classes(graph)
    focused = [
        f"{'q' if place in queries else 'n'}{place}"
        for place, token in enumerate(graph.queries)
        if token.focused
    ]
    if focused:
        lines.append("    classDef focused stroke-width:3px")
        lines.append(f"    class {','.join(focused)} focused")
    return "\n".join(lines) + "\n"


def _group(name: str, nodes: list[str]) -> list[str]:
    inside = [f"            {node}" for node in nodes]
    return [f'        subgraph {name}["{_escaped(text(name))}"]', *inside, "        end"]


def _token(token: Token) -> str:
    return _escaped(inert_token(token.text))


def _classes(graph: Graph) -> Iterator[str]:
    """The keys of a single query, by how strong their edges are; those of several differ."""
    if len({edge.query for edge in graph.edges}) != 1:
        return
    for strength in Strength:
        keys = [f"n{edge.key}" for edge in graph.edges if edge.strength is strength]
        if keys:
            yield f"    classDef {strength.value} {_CLASSES[strength]}"
            yield f"    class {','.join(keys)} {strength.value}"


def _line(edge: Edge) -> str:
    width = 1 + (_WIDEST - 1) * edge.share
    return f"stroke:{_LINES[edge.strength]},stroke-width:{width:.1f}px"


def mermaid_flow(flow: Flow) -> str:
    """A node a box, by number, one below the other in the order of the arrows; lanes are groups."""
    lines = ["flowchart TB", f'    subgraph flow["{_escaped(inert(flow.title))}"]']
    lines.append("        direction TB")
    begin = {lane.boxes.start: (number, lane) for number, lane in enumerate(flow.lanes)}
    end = {lane.boxes.stop for lane in flow.lanes}
    inside = ""
    for place, box in enumerate(flow.boxes):
        if place in end:
            lines.append("        end")
            inside = ""
        if place in begin:
            number, lane = begin[place]
            lines.append(f'        subgraph lane{number}["{_escaped(inert(lane.name))}"]')
            inside = "    "
        words = "<br/>".join(_escaped(inert(line)) for line in (box.name, box.detail) if line)
        lines.append(f'{inside}        b{place}["{words}"]')
    lines += ["        end"] * (len(flow.boxes) in end)
    lines.append("    end")
    for arrow in flow.arrows:
        label = f'|"{_escaped(inert(arrow.label))}"|' if arrow.label else ""
        lines.append(f"    b{arrow.start} -->{label} b{arrow.end}")
    return "\n".join(lines) + "\n"


def mermaid_exchange(exchange: Exchange) -> str:
    """A participant a lifeline, by number; branches go on in parallel.

    What is left stands over those that are left with it.
    """
    lines = ["sequenceDiagram", f"    title {_escaped(inert(exchange.title))}"]
    for place, name in enumerate(exchange.participants):
        lines.append(f"    participant p{place} as {_escaped(inert(name))}")
    lines += [f"    {_message(message)}" for message in exchange.messages]
    for number, branch in enumerate(exchange.parallel):
        lines.append(f"    {'and' if number else 'par'} {_escaped(inert(branch.name))}")
        lines += [f"        {_message(message)}" for message in branch.messages]
    lines += ["    end"] * bool(exchange.parallel)
    lines += [f"    {_message(message)}" for message in exchange.at_the_end]
    last = len(exchange.participants) - 1
    over = ",".join(f"p{place}" for place in exchange.left_with or (last,))
    lines.append(f"    Note over {over}: {_escaped(inert(exchange.result))}")
    return "\n".join(lines) + "\n"


def _message(message: Message) -> str:
    return f"p{message.sender} ->> p{message.receiver}: {_escaped(inert(message.text))}"


def _escaped(text: str) -> str:
    """Text as Mermaid's numeric character codes where it is more than plain words.

    Mermaid looks for formulas and line ends after it has decoded these; what begins one is kept
    apart by a joiner of no width.
    """
    apart = _DECODED_TOO.sub("\u2060", text)
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", apart)
