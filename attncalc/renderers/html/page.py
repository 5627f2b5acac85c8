"""A walkthrough as one HTML file that needs nothing else: no network and no font.

Nor does it need a script; with one it can be read step by step (stepper.py). A fragment, which
is to be put into another page, has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import assert_never

from attncalc.document.document import (
    Block,
    Document,
    Equation,
    Fold,
    Graph,
    Heading,
    Heatmap,
    Inlines,
    Note,
    NoteKind,
    OfQuery,
    Paragraph,
    Section,
    Table,
)
from attncalc.document.expressions import Expression, Relation, Vector
from attncalc.language import language, text
from attncalc.records import dataclass
from attncalc.renderers.html import stepper as html_stepper
from attncalc.renderers.html.files import policy
from attncalc.renderers.html.fold import fold_html
from attncalc.renderers.html.graph import graph_html
from attncalc.renderers.html.guest import guest_style_sheet
from attncalc.renderers.html.marks import UNMARKED, Marks, marks_of
from attncalc.renderers.html.mathml import mathml_block
from attncalc.renderers.html.style import style_sheet
from attncalc.renderers.html.tables import heatmap_html, table_html
from attncalc.renderers.html.text import bare, escaped, expression_html, inlines_html


@dataclass(frozen=True)
class HtmlRenderer:
    """fragment: a div with its style, to be put into a page, whose headings start a level lower."""

    fragment: bool = False

    def render(self, document: Document) -> str:
        """The document as HTML."""
        if self.fragment:
            body = _Page(level=2, marks=UNMARKED).html(document)
            style = f"<style>\n{guest_style_sheet()}</style>"
            return f'<div class="attncalc">\n{style}\n{body}\n</div>\n'
        controls, script = html_stepper.stepper_html(document), html_stepper.script()
        return whole_page(document, controls, body_html(document), html_stepper.style(), script)


def body_html(document: Document) -> str:
    """What a page has between its controls and its script."""
    return _Page(level=1, marks=marks_of(document)).html(document)


def whole_page(document: Document, controls: str, body: str, style: str, script: str) -> str:
    """A file that needs nothing else. style: of the controls, and of what the script does."""
    title = bare(inlines_html(document.title.heading.words))
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="{language()}">\n'
        "<head>\n"
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n"
        f"<style>\n{style_sheet()}</style>\n"
        f"<style>\n{_WHOLE_PAGE}{style}</style>\n"
        "</head>\n"
        '<body class="attncalc">\n'
        f"{controls}"
        f"<main>\n{body}\n</main>\n"
        f'<script type="module">{script}</script>\n'
        "</body>\n"
        "</html>\n"
    )


_WHOLE_PAGE = """\
html { color-scheme: light dark; }
@page { margin: 18mm 17mm; }
"""


class _Page:
    """level: of the title's heading; the sections' are one lower. marks: for the script."""

    def __init__(self, level: int, marks: Marks) -> None:
        self.level = level
        self.marks = marks
        self.tables = 0

    def html(self, document: Document) -> str:
        return "\n".join((self._title(document.title), *map(self._section, document.sections)))

    def _title(self, title: Section) -> str:
        words = inlines_html(title.heading.words)
        name = f'<h{self.level} class="name">{words}</h{self.level}>'

        def line(block: Block) -> str:
            if isinstance(block, Paragraph):
                return f'<p class="about">{inlines_html(block.content)}</p>'
            return self._block(block, bare(words))

        return "\n".join(("<header>", name, *self._parts(title, line), "</header>"))

    def _section(self, section: Section) -> str:
        words = bare(inlines_html(section.heading.words))
        parts = self._parts(section, lambda block: self._block(block, words))
        number = section.heading.number
        named = f' id="step-{number}"' if self.marks.marked and number is not None else ""
        heading = self._heading(section.heading)
        return "\n".join((f'<section class="step"{named}>', heading, *parts, "</section>"))

    def _parts(self, section: Section, html: Callable[[Block], str]) -> Iterator[str]:
        """Blocks, and what is about one query; what was not asked for waits to be chosen."""
        first = self.tables
        for part in section.content if self.marks.marked else section.blocks:
            if not isinstance(part, OfQuery):
                yield html(part)
                first = self.tables
                continue
            last = self.tables
            # What is chosen is seen instead of what was asked for, and its tables count like those.
            self.tables = last if part.asked else first
            blocks = "\n".join(map(html, part.blocks))
            self.tables = self.tables if part.asked else last
            waits = "" if part.asked else " hidden"
            yield f'<div class="of-query"{self.marks.query(part.place)}{waits}>\n{blocks}\n</div>'

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
                return _scrolling(text("Formula"), _formula(expression), "equation scroll")
            case Table():
                return self._scrolling_table(table_html(block, about, self.marks))
            case Heatmap():
                return self._scrolling_table(heatmap_html(block, about, self.marks))
            case Graph():
                return graph_html(block)
            case Fold():
                return self._scrolling_table(fold_html(block))
            case Note(kind, content):
                return _note(kind, content)
            case _:
                assert_never(block)

    def _scrolling_table(self, table: str) -> str:
        self.tables += 1
        return _scrolling(text("Table {number}", number=self.tables), table, "scroll")


def _note(kind: NoteKind, content: Inlines) -> str:
    words = inlines_html(content)
    match kind:
        case NoteKind.WARNING:
            label = escaped(text("Note:"))
            return f'<p class="warning" role="note"><strong>{label}</strong> {words}</p>'
        case NoteKind.REMARK:
            return f'<p class="remark">{words}</p>'
        case _:
            assert_never(kind)


def _formula(expression: Expression) -> str:
    """A formula on a line of its own; one that ends in a vector on several, where that is long."""
    if isinstance(expression, Relation) and isinstance(expression.sides[-1], Vector):
        return expression_html(expression, stacked=True, wraps=True)
    return mathml_block(expression)


def _scrolling(name: str, content: str, classes: str) -> str:
    """What may be wider than the page, in a box that the keyboard reaches and scrolls."""
    attributes = f'class="{classes}" role="group" tabindex="0" aria-label="{name}"'
    return f"<div {attributes}>\n{content}\n</div>"
