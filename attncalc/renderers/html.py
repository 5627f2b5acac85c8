"""A walkthrough as one HTML file that needs nothing else: no network, no script, no font."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import assert_never

from attncalc.document import (
    Block,
    Document,
    Equation,
    Heading,
    Heatmap,
    Inlines,
    Note,
    NoteKind,
    Paragraph,
    Section,
    Table,
)
from attncalc.renderers.html_style import style_sheet
from attncalc.renderers.html_tables import heatmap_html, table_html
from attncalc.renderers.html_text import bare, expression_html, inlines_html
from attncalc.renderers.mathml import mathml_block

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page may load and run: nothing but its own style."""


@dataclass(frozen=True)
class HtmlRenderer:
    """fragment: a div with its style, to be put into a page, whose headings start a level lower."""

    fragment: bool = False

    def render(self, document: Document) -> str:
        """The document as HTML."""
        style = f"<style>\n{style_sheet()}</style>"
        body = _Page(level=2 if self.fragment else 1).html(document)
        if self.fragment:
            return f'<div class="attncalc">\n{style}\n{body}\n</div>\n'
        title = bare(inlines_html(document.title.heading.words))
        return (
            "<!DOCTYPE html>\n"
            '<html lang="en">\n'
            "<head>\n"
            '<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            f"<title>{title}</title>\n"
            f"{style}\n"
            f"<style>\n{_WHOLE_PAGE}</style>\n"
            "</head>\n"
            '<body class="attncalc">\n'
            f"<main>\n{body}\n</main>\n"
            "</body>\n"
            "</html>\n"
        )


_WHOLE_PAGE = """\
html { color-scheme: light dark; }
@page { margin: 18mm 17mm; }
"""


class _Page:
    """level: of the title's heading; the sections' are one lower."""

    def __init__(self, level: int) -> None:
        self.level = level
        self.tables = count(1)

    def html(self, document: Document) -> str:
        return "\n".join((self._title(document.title), *map(self._section, document.sections)))

    def _title(self, title: Section) -> str:
        words = inlines_html(title.heading.words)
        lines = ["<header>", f'<h{self.level} class="name">{words}</h{self.level}>']
        for block in title.blocks:
            if isinstance(block, Paragraph):
                lines.append(f'<p class="about">{inlines_html(block.content)}</p>')
            else:
                lines.append(self._block(block, bare(words)))
        return "\n".join((*lines, "</header>"))

    def _section(self, section: Section) -> str:
        words = bare(inlines_html(section.heading.words))
        blocks = (self._block(block, words) for block in section.blocks)
        lines = ('<section class="step">', self._heading(section.heading), *blocks, "</section>")
        return "\n".join(lines)

    def _heading(self, heading: Heading) -> str:
        """Number and words on the left, the formula on the right, or below if there is no room."""
        level = self.level + 1
        number = (
            f'<span class="number">{heading.number}</span> ' if heading.number is not None else ""
        )
        lines = [
            '<div class="heading">',
            f'<h{level} class="part">{number}{inlines_html(heading.words)}</h{level}>',
        ]
        if heading.formula is not None:
            formula = expression_html(heading.formula, stacked=True)
            lines.append(f'<p class="formula">{formula}</p>')
        return "\n".join((*lines, "</div>"))

    def _block(self, block: Block, about: str) -> str:
        match block:
            case Paragraph(content):
                return f"<p>{inlines_html(content)}</p>"
            case Equation(expression):
                return _scrolling("Formula", mathml_block(expression), "equation scroll")
            case Table():
                return self._scrolling_table(table_html(block, about))
            case Heatmap():
                return self._scrolling_table(heatmap_html(block, about))
            case Note(kind, content):
                return _note(kind, content)
            case _:
                assert_never(block)

    def _scrolling_table(self, table: str) -> str:
        return _scrolling(f"Table {next(self.tables)}", table, "scroll")


def _note(kind: NoteKind, content: Inlines) -> str:
    words = inlines_html(content)
    match kind:
        case NoteKind.WARNING:
            return f'<p class="warning" role="note"><strong>Note:</strong> {words}</p>'
        case NoteKind.REMARK:
            return f'<p class="remark">{words}</p>'
        case _:
            assert_never(kind)


def _scrolling(name: str, content: str, classes: str) -> str:
    """What may be wider than the page, in a box that the keyboard reaches and scrolls."""
    attributes = f'class="{classes}" role="group" tabindex="0" aria-label="{name}"'
    return f"<div {attributes}>\n{content}\n</div>"
