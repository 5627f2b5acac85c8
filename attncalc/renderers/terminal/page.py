"""A walkthrough for the terminal, in colour or as plain text."""

from __future__ import annotations

import os
from io import StringIO
from typing import assert_never

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from attncalc.document.document import (
    Blank,
    Block,
    Code,
    Document,
    Equation,
    Fold,
    Graph,
    Heading,
    Heatmap,
    Inlines,
    Judgement,
    Note,
    NoteKind,
    Paragraph,
    Room,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Expression, Matrix, Relation
from attncalc.language import quotation_marks
from attncalc.language import text as said
from attncalc.records import dataclass
from attncalc.renderers.inert import inert, inert_lines, inert_token
from attncalc.renderers.linear import chain, entry_text, linear
from attncalc.renderers.terminal import styles
from attncalc.renderers.terminal.blanks import held, let_go
from attncalc.renderers.terminal.heatmap import heatmap_lines, ramp_of
from attncalc.renderers.terminal.places import blank_text, room_text
from attncalc.renderers.terminal.tables import tables

INDENT = 3
MOST_PROSE = 100
"""Columns beyond which prose is not set wider, because the eye loses the line."""


@dataclass(frozen=True)
class TerminalRenderer:
    """width: in cells. color: whether to write escape codes; which, the environment says."""

    width: int = 80
    color: bool = False

    def render(self, document: Document) -> str:
        """The document as lines of text."""
        out = StringIO()
        console = Console(
            file=out,
            width=self.width,
            force_terminal=self.color,
            force_jupyter=False,  # in a notebook too, a page is text that is returned
            color_system="auto" if self.color else None,
            no_color=not self.color,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
        )
        _Page(console).write(document)
        text = let_go(inert_lines(out.getvalue()))
        return text if self.color else "\n".join(line.rstrip() for line in text.split("\n"))


class _Page:
    def __init__(self, console: Console) -> None:
        self.console = console
        self.width = console.width
        self.prose = min(self.width, MOST_PROSE)

    def write(self, document: Document) -> None:
        self._title(document.title)
        for section in document.sections:
            self.console.print()
            self._heading(section.heading)
            # The bars beside the weights are the same picture as a graph of them.
            blocks = [block for block in section.blocks if not isinstance(block, Graph | Fold)]
            for number, block in enumerate(blocks):
                if number:
                    self.console.print()
                self._block(block, INDENT)

    def _title(self, title: Section) -> None:
        words = inlines_text(title.heading.words)
        words.stylize(styles.TITLE)
        self.console.print(words, width=self.prose)
        for block in title.blocks:
            if isinstance(block, Paragraph):
                self._prose(inlines_text(block.content, styles.DIM), 0)
            else:
                self._block(block, 0)

    def _heading(self, heading: Heading) -> None:
        """Badge and words on the left, the formula on the right, or below if there is no room."""
        line = Text()
        if heading.number is not None:
            line = Text.assemble((f" {heading.number} ", styles.BADGE), "  ")
        line.append_text(inlines_text(heading.words, styles.HEADING))
        if heading.formula is None:
            self.console.print(line)
            return
        formula = Text(linear(heading.formula), style=styles.FORMULA)
        room = self.prose - line.cell_len - formula.cell_len
        if room >= 2:
            line.append(" " * room)
            line.append_text(formula)
            self.console.print(line)
        else:
            self.console.print(line)
            self._prose(formula, INDENT)

    def _block(self, block: Block, indent: int) -> None:
        match block:
            case Paragraph(content):
                self._prose(inlines_text(content, styles.PROSE), indent)
            case Equation(expression):
                self._equation(expression, indent)
            case Table():
                if block.caption:
                    self._prose(inlines_text(block.caption, styles.DIM), indent)
                for number, table in enumerate(tables(block, self.width - indent)):
                    if number:
                        self.console.print()
                    self.console.print(Padding(table, (0, 0, 0, indent)))
            case Heatmap():
                self._prose(inlines_text(block.caption, styles.DIM), indent)
                ramp = ramp_of(os.environ) if self.console.color_system is not None else None
                for line in heatmap_lines(block, self.width - indent, ramp):
                    self.console.print(Padding(line, (0, 0, 0, indent)))
            case Graph() | Fold():
                pass
            case Note(kind, content, prompt):
                self._note(kind, (*content, *prompt), indent)
            case _:
                assert_never(block)

    def _note(self, kind: NoteKind, content: Inlines, indent: int) -> None:
        match kind:
            case NoteKind.WARNING:
                text = Text(said("Note:") + " ", style=styles.WARNING)
                text.append_text(inlines_text(content))
            case NoteKind.REMARK:
                text = inlines_text(content, styles.DIM)
            case _:
                assert_never(kind)
        self._prose(text, indent)

    def _equation(self, expression: Expression, indent: int) -> None:
        """On one line if it fits; a relation is broken before its signs, a matrix by rows."""
        if isinstance(expression, Relation) and isinstance(expression.sides[-1], Matrix):
            for line in _matrix_lines(expression):
                self._prose(Text(line), indent)
            return
        parts = chain(expression) if isinstance(expression, Relation) else [linear(expression)]
        whole = Text(" ".join(parts))
        if whole.cell_len <= self.width - indent:
            self.console.print(Padding(whole, (0, 0, 0, indent)))
            return
        self._prose(Text(" ".join(parts[:2])), indent)
        for part in parts[2:]:
            self._prose(Text(part), indent + 2)

    def _prose(self, text: Text, indent: int) -> None:
        self.console.print(Padding(text, (0, 0, 0, indent)), width=max(self.prose, indent + 10))


def _matrix_lines(relation: Relation) -> list[str]:
    """`W = [ 1  0 ]` with a line a row, numbers aligned."""
    matrix = relation.sides[-1]
    assert isinstance(matrix, Matrix)
    name = f"{linear(relation.sides[0])} {relation.signs[0].value} "
    widest = max(len(row) for row in matrix.rows)
    cells = [[entry_text(entry) for entry in row] for row in matrix.rows]
    widths = [max(len(row[at]) for row in cells if at < len(row)) for at in range(widest)]
    lines = []
    for number, row in enumerate(cells):
        inside = "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=False))
        left = name if number == 0 else " " * len(name)
        lines.append(f"{left}[ {inside} ]")
    return lines


def inlines_text(content: Inlines, style: str = "") -> Text:
    """Running text: tokens are made inert and quoted, formulas are written on the line."""
    text = Text(style=style)
    for part in content:
        match part:
            case Words(words):
                text.append(held(inert(words)))
            case Token(spelling, focused):
                quoted = held(inert_token(spelling)).join(quotation_marks())
                text.append(quoted, styles.FOCUS if focused else styles.TOKEN)
            case Code(code):
                text.append(inert(code), styles.CODE)
            case Judgement(standing, words):
                text.append(f"{standing.value} {inert(words)}", styles.STANDINGS[standing])
            case Blank():
                text.append_text(blank_text(part))
            case Room(width, written):
                text.append_text(inlines_text(written, styles.DIM) if written else room_text(width))
            case _ if isinstance(part, Expression):
                text.append(linear(part), styles.NUMBERS)
            case _:
                assert_never(part)
    return text
