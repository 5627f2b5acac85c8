"""A walkthrough as Typst source: a page that compiles on its own.

Every text of others is a string or nothing: none of it is ever read as markup. How the parts of a
page look is in page.typ, which is put in front; here they are written down as data for it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from importlib.resources import files
from itertools import zip_longest
from typing import assert_never

from attncalc.document.document import (
    Align,
    Bar,
    Block,
    Cell,
    Code,
    Column,
    Document,
    Equation,
    Graph,
    Heatmap,
    HeatmapRow,
    Inline,
    Inlines,
    Judgement,
    Note,
    NoteKind,
    Paragraph,
    Row,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Expression, Matrix, Omitted, Relation
from attncalc.language import text as said
from attncalc.records import dataclass
from attncalc.renderers.colors import WHITE, Rgb, between, hexadecimal, ink_on
from attncalc.renderers.left_out import queries_left_out
from attncalc.renderers.linear import chain, entry_text, linear
from attncalc.renderers.typst.graph import graph_typst
from attncalc.renderers.typst.math import (
    chain_math,
    entry_math,
    shown,
    shown_token,
    typst_math,
    typst_string,
)

_COLDEST = (247, 251, 255)
_MILD = (107, 174, 214)
_HOTTEST = (8, 69, 148)
_LONG = 40
"""Characters of a formula beyond which the line that it stands in is not stretched."""
_LONGEST_WORD = 24
_LONGEST = 140
"""Characters of a formula beyond which it is set in running lines."""


@dataclass(frozen=True)
class TypstRenderer:
    """paper: "a4" or "us-letter"; None is one page, as long as it has to be.

    footer: small print on each sheet of paper, such as the command. date: goes into the metadata
    of what is made; without one, no date does. unshown: characters that no font has, to be
    written as their code points.
    """

    paper: str | None = "a4"
    footer: str | None = None
    date: datetime.date | None = None
    unshown: frozenset[str] = frozenset()

    def render(self, document: Document) -> str:
        """The document as Typst source."""
        return self.render_all((document,))

    def render_all(self, documents: Sequence[Document]) -> str:
        """Several documents as one source, each beginning on a page of its own."""
        footer = typst_string(shown(self.footer)) if self.footer else "none"
        paper = typst_string(self.paper) if self.paper else "none"
        lines = [f"#show: handout.with({paper}, {footer})", ""]
        for number, document in enumerate(documents):
            if number:
                lines.append("#pagebreak()")
            lines += _document(document)
        return self._source(documents[0].title.heading.words, lines)

    def render_drawings(self, heatmaps: Sequence[Heatmap]) -> str:
        """Heatmaps as a picture of their own, without a page around them."""
        drawings = "".join(f"  {_heatmap(each, 'drawing')},\n" for each in heatmaps)
        return self._source(heatmaps[0].caption, [f"#drawings(\n{drawings})"])

    def _source(self, title: Inlines, lines: Iterable[str]) -> str:
        here = files(__package__)
        page = "".join(
            here.joinpath(name).read_text(encoding="utf-8") for name in ("page.typ", "graph.typ")
        )
        name = typst_string(" ".join(_plain(title).split()))
        metadata = f"#set document(title: {name}, date: {_date(self.date)})\n"
        spelt = {ord(one): f"‹U+{ord(one):04X}›" for one in self.unshown}
        return page + metadata + ("\n".join(lines) + "\n").translate(spelt)


def _date(date: datetime.date | None) -> str:
    if date is None:
        return "none"
    return f"datetime(year: {date.year}, month: {date.month}, day: {date.day})"


def _document(document: Document) -> Iterable[str]:
    title = document.title
    below = [block for block in title.blocks if isinstance(block, Paragraph | Equation)]
    yield f"#masthead({_inlines(title.heading.words)}, ["
    yield from map(_line_of_title, below)
    yield "])"
    for block in title.blocks:
        if block not in below:
            yield _block(block)
    for section in document.sections:
        yield ""
        yield _heading(section)
        for block, following in zip_longest(section.blocks, section.blocks[1:]):
            yield _block(block, leads_on=isinstance(following, Table | Equation | Note))


def _line_of_title(block: Paragraph | Equation) -> str:
    if isinstance(block, Paragraph):
        return f"#about({_inlines(block.content)})"
    return f"#whole({', '.join(_sides(block.expression, stacked=True))})"


def _heading(section: Section) -> str:
    heading = section.heading
    number = "none" if heading.number is None else str(heading.number)
    formula = "" if heading.formula is None else f", formula: {_display(heading.formula)}"
    return f"#step({number}, {_inlines(heading.words)}{formula})"


def _block(block: Block, *, leads_on: bool = False) -> str:
    match block:
        case Paragraph(content):
            return _prose(content, leads_on)
        case Equation(expression):
            return _derivation(expression)
        case Table():
            return _table(block)
        case Heatmap():
            return f"#{_heatmap(block, 'heatmap')}"
        case Graph(caption=caption):
            return graph_typst(block, _inlines(caption) if caption else "none")
        case Note():
            return _note(block)
        case _:
            assert_never(block)


def _note(note: Note) -> str:
    content = _inlines(note.content)
    match note.kind:
        case NoteKind.WARNING:
            return f"#warning({typst_string(said('Note:'))}, {content})"
        case NoteKind.REMARK:
            return f"#remark({content})"
        case _:
            assert_never(note.kind)


def _prose(content: Inlines, leads_on: bool) -> str:
    """A paragraph; one that holds a long formula is not stretched to even lines."""
    long = any(isinstance(part, Relation) and len(linear(part)) > _LONG for part in content)
    options = (", leads-on: true" if leads_on else "") + (", even: false" if long else "")
    return f"#prose({_inlines(content)}{options})"


def _derivation(expression: Expression) -> str:
    """A formula on a line of its own. Fractions of very many terms cannot be drawn as such."""
    sides = expression.sides if isinstance(expression, Relation) else ()
    drawn = [side for side in sides if not isinstance(side, Matrix)]
    wraps = any(len(linear(side)) > _LONGEST for side in drawn)
    options = "wraps: true, " if wraps else ""
    return f"#derivation({options}{', '.join(_sides(expression, stacked=not wraps))})"


def _table(table: Table) -> str:
    columns = "".join(f"    {_column(column)},\n" for column in table.columns)
    rows = "".join(f"    {_row(row)},\n" for row in table.rows)
    title = f"title: {_inlines(table.caption)}, " if table.caption else ""
    return f"#sheet({title}columns: (\n{columns}  ), rows: (\n{rows}  ))"


def _column(column: Column) -> str:
    align = "right" if column.align is Align.RIGHT else "left"
    heading = _cell_words(column.heading) if column.heading else "none"
    flags = ", ".join(
        f"{name}: {str(getattr(column, name)).lower()}" for name in ("optional", "result", "wraps")
    )
    return f"(heading: {heading}, align: {align}, {flags})"


def _row(row: Row) -> str:
    cells = "".join(f"{_cell(cell)}, " for cell in row.cells)
    focused = str(row.focused).lower()
    return f"(kind: {typst_string(row.kind.value)}, focused: {focused}, cells: ({cells}))"


def _cell(cell: Cell) -> str:
    if isinstance(cell, Bar):
        return f"bar({cell.share:.4f})"
    if len(cell) == 1 and isinstance(cell[0], Relation) and len(cell[0].sides) > 1:
        return f"chain({', '.join(_sides(cell[0]))})"
    return _cell_words(cell)


def _heatmap(heatmap: Heatmap, function: str) -> str:
    columns = "".join(
        "[…], " if isinstance(column, Omitted) else f"{_token(column)}, "
        for column in heatmap.columns
    )
    rows = "".join(f"    {_heatmap_row(row)},\n" for row in heatmap.rows)
    caption = _inlines(heatmap.caption)
    return f"{function}(title: {caption}, columns: ({columns}), rows: (\n{rows}  ))"


def _heatmap_row(row: HeatmapRow | Omitted) -> str:
    if isinstance(row, Omitted):
        return f"(left-out: {typst_string(queries_left_out(row.count))})"
    cells = "".join(
        f"{_heatmap_cell(number, shade)}, "
        for number, shade in zip(row.numbers, row.shades, strict=True)
    )
    return f"(label: {_token(row.token)}, cells: ({cells}))"


def _heatmap_cell(number: Expression, shade: float) -> str:
    math = f"m({typst_string(entry_text(number))}, ${entry_math(number)}$)"
    fill = WHITE if isinstance(number, Omitted) else shaded(shade)
    return f"(fill: {_rgb(fill)}, ink: {_rgb(ink_on(fill))}, number: {math})"


def shaded(shade: float) -> Rgb:
    """The colour of a shade between 0 and 1."""
    if shade < 0.5:
        return between(_COLDEST, _MILD, 2 * shade)
    return between(_MILD, _HOTTEST, 2 * shade - 1)


def _rgb(color: Rgb) -> str:
    return f'rgb("{hexadecimal(color)}")'


def _token(token: Token) -> str:
    focused = ", focused: true" if token.focused else ""
    return f"token({typst_string(shown_token(token.text))}{focused})"


def _inlines(content: Inlines) -> str:
    """Running text as a content block, in which a token stands between quotation marks."""
    return f"[{''.join(_inline(part, quoted=True) for part in content)}]"


def _cell_words(content: Inlines) -> str:
    return f"[{''.join(_inline(part, quoted=False) for part in content)}]"


def _inline(part: Inline, *, quoted: bool) -> str:
    match part:
        case Words(words):
            return _words(shown(words))
        case Token() if quoted:
            return f"#{_token(part).replace('token', 'quoted', 1)}"
        case Token():
            return f"#{_token(part)}"
        case Code(code):
            return f"#key({typst_string(shown(code))})"
        case Judgement(standing, words):
            kind, sign = typst_string(standing.name.lower()), typst_string(standing.value)
            return f"#judged({kind}, {sign}, {typst_string(shown(words))})"
        case _ if isinstance(part, Expression):
            return f"#{_math(part)}"
        case _:
            assert_never(part)


def _words(text: str) -> str:
    """A string; words longer than a narrow column may be broken."""
    longest = max(map(len, text.split(" ")))
    string = typst_string(text)
    return f"#breakable({string})" if longest > _LONGEST_WORD else f"#{string}"


def _math(expression: Expression) -> str:
    return f"m({typst_string(linear(expression))}, ${typst_math(expression)}$)"


def _display(expression: Expression) -> str:
    """A formula on a line of its own; sums carry their index below."""
    return f"m({typst_string(linear(expression))}, $ {typst_math(expression, stacked=True)} $)"


def _sides(expression: Expression, *, stacked: bool = False) -> list[str]:
    """The sides of a relation, each a formula that begins with its sign."""
    if not isinstance(expression, Relation):
        return [_display(expression)]
    texts, formulas = chain(expression), chain_math(expression, stacked=stacked)
    style = "display({})" if stacked else "{}"
    return [
        f"m({typst_string(text)}, ${style.format(formula)}$)"
        for text, formula in zip(texts, formulas, strict=True)
    ]


def _plain(content: Inlines) -> str:
    """The title for a reader of metadata."""
    texts = []
    for part in content:
        match part:
            case Words(text) | Code(text):
                texts.append(shown(text))
            case Token(text):
                texts.append(f"“{shown_token(text)}”")
            case Judgement(standing, text):
                texts.append(f"{standing.value} {shown(text)}")
            case _ if isinstance(part, Expression):
                texts.append(linear(part))
            case _:
                assert_never(part)
    return "".join(texts)
