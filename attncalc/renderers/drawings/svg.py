"""What drawings in SVG share: inert text, numbers, and a file that needs nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from attncalc.renderers.colors import INK, PAPER
from attncalc.renderers.drawings.graph_layout import Point
from attncalc.renderers.inert import inert

EM = 15.0
"""Pixels of an em of a drawing's text."""

MARGIN = 1.2
"""Around what a file draws, in em."""

_TITLE_LINE = 2.2
_TITLE_COLUMNS = 0.62
"""Em a character of a title, at most."""

_FONT = (
    '"Noto Sans", "Liberation Sans", Arial, Helvetica, "DejaVu Sans", "Noto Sans CJK SC", '
    '"Noto Sans Hebrew", "Noto Sans Arabic", sans-serif'
)
_NO_XML = re.compile("[\ufffe\uffff]")


def svg_text(text: str) -> str:
    """Text of others as text; no XML file may hold two of the characters."""
    plain = _NO_XML.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)
    return html.escape(plain)


def px(em: float) -> str:
    """A length in pixels, from one in em."""
    return f"{em * EM:.2f}".rstrip("0").rstrip(".")


def at(point: Point) -> str:
    """A point of a path, from one in em."""
    return f"{px(point[0])} {px(point[1])}"


def svg_file(
    title: str, described: str, style: str, shapes: Iterable[str], width: float, height: float
) -> str:
    """An SVG file on a light background, under its title. width, height: of the shapes, in em."""
    lines = list(_lines(inert(title), max(width, 24.0)))
    above = _TITLE_LINE + 1.35 * (len(lines) - 1)
    across = max(width, *(_TITLE_COLUMNS * len(line) for line in lines)) + 2 * MARGIN
    down = above + height + 2 * MARGIN
    heading = "".join(
        f'<text class="title" x="{px(MARGIN)}" y="{px(MARGIN + 0.9 + 1.35 * place)}">'
        f"{svg_text(line)}</text>\n"
        for place, line in enumerate(lines)
    )
    body = "\n".join(shapes)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{px(across)}" height="{px(down)}" '
        f'viewBox="0 0 {px(across)} {px(down)}" role="img">\n'
        f"<title>{svg_text(inert(title))}</title>\n"
        f"<desc>{svg_text(described)}</desc>\n"
        f"<style>\ntext {{ font: {px(1)}px {_FONT}; fill: {INK}; white-space: pre; }}\n"
        f".title {{ font-weight: bold; }}\n{style}</style>\n"
        f'<rect width="100%" height="100%" fill="{PAPER}"/>\n'
        f"{heading}"
        f'<g transform="translate({px(MARGIN)} {px(MARGIN + above)})">\n{body}\n</g>\n'
        "</svg>\n"
    )


def _lines(title: str, width: float) -> Iterable[str]:
    """A title in lines that are not much wider than the drawing; a word may be."""
    line = ""
    for word in title.split(" "):
        longer = f"{line} {word}" if line else word
        if line and _TITLE_COLUMNS * len(longer) > width:
            yield line
            line = word
        else:
            line = longer
    yield line
