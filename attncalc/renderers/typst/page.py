"""A walkthrough as Typst source: a page that compiles on its own.

Every text of others is a string or nothing: none of it is ever read as markup. How the parts of a
page look is in page.typ, which is put in front; here they are written down as data for it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import groupby, zip_longest
from typing import assert_never

from attncalc.document.document import (
    Align,
    Bar,
    Blank,
    Block,
    Cell,
    Code,
    Column,
    Computation,
    Document,
    Equation,
    Fold,
    Graph,
    Heatmap,
    HeatmapRow,
    Inline,
    Inlines,
    Judgement,
    Note,
    NoteKind,
    Paragraph,
    Room,
    Row,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Expression, Matrix, Omitted, Relation
from attncalc.document.wording import words
from attncalc.language import language, quotation_marks
from attncalc.language import text as said
from attncalc.records import dataclass
from attncalc.renderers.colors import ON_LIGHT, WHITE, Rgb, hexadecimal, ink_on
from attncalc.renderers.left_out import queries_left_out
from attncalc.renderers.linear import chain, entry_text, linear
from attncalc.renderers.typst.computation import computation_typst
from attncalc.renderers.typst.fold import fold_typst
from attncalc.renderers.typst.graph import graph_typst
from attncalc.renderers.typst.math import (
    chain_math,
    entry_math,
    shown,
    shown_token,
    typst_math,
    typst_string,
)

_STEPS = 10
"""Of the shades beside a heatmap's caption."""
_LONG = 40
"""Characters of a formula beyond which the line that it stands in is not stretched."""
_LONGEST_WORD = 24
_MOST_LEADING = 3
"""Paragraphs before the first drawing or table of a section that stay with it."""
_LONGEST = 140
"""Characters of a formula beyond which it is set in running lines."""
_LONGEST_ON_A_SLIDE = 48
_TALLEST_ON_A_SLIDE = 10
"""Rows of a matrix."""

SLIDES = "slides"
"""The paper that is none."""
_PAPERS = {SLIDES: "presentation-16-9"}

_END = "#sheets-end"
"""Tells where the page ends: on which sheet, and how far down."""


@dataclass(frozen=True)
class TypstRenderer:
    """paper: "a4", "us-letter" or "slides"; None is one page, as long as it has to be.

    footer: small print on each sheet of paper, such as the command. date: goes into the metadata
    of what is made; without one, no date does. unshown: characters that no font has, to be
    written as their code points. tight: how much room there is between the parts of a page.
    """

    paper: str | None = "a4"
    footer: str | None = None
    date: datetime.date | None = None
    unshown: frozenset[str] = frozenset()
    tight: float = 0.85

    @property
    def _has_slides(self) -> bool:
        return self.paper == SLIDES

    def render(self, document: Document) -> str:
        """The document as Typst source."""
        return self.render_all((document,))

    def render_all(self, documents: Sequence[Document]) -> str:
        """Several documents as one source, each beginning on a page of its own."""
        footer = typst_string(shown(self.footer)) if self.footer else "none"
        paper = typst_string(_PAPERS.get(self.paper, self.paper)) if self.paper else "none"
        write = _Writer(self._has_slides)
        lines = [f"#show: handout.with({paper}, {footer})", ""]
        for number, document in enumerate(documents):
            if number:
                lines.append("#pagebreak()")
            lines += write.document(document)
        lines.append(_END)
        return self._source(documents[0].title.heading.words, lines)

    def render_drawings(self, heatmaps: Sequence[Heatmap]) -> str:
        """Heatmaps as a picture of their own, without a page around them."""
        drawings = "".join(f"  {_heatmap(each, 'drawing')},\n" for each in heatmaps)
        return self._source(heatmaps[0].caption, [f"#drawings(\n{drawings})"])

    def _source(self, title: Inlines, lines: Iterable[str]) -> str:
        here = files(__package__)
        page = "".join(
            here.joinpath(name).read_text(encoding="utf-8")
            for name in ("page.typ", "graph.typ", *(["computation.typ"] * self._has_slides))
        )
        slides = str(self._has_slides).lower()
        setting = f"#let slides = {slides}\n#let tight = {self.tight:g}\n"
        before, behind = quotation_marks()
        setting += f'#let spoken = "{language()}"\n#let quotes = ("{before}", "{behind}")\n'
        name = typst_string(" ".join(_plain(title).split()))
        metadata = f"#set document(title: {name}, date: {_date(self.date)})\n"
        spelt = {ord(one): f"‹U+{ord(one):04X}›" for one in self.unshown}
        return setting + page + metadata + ("\n".join(lines) + "\n").translate(spelt)


def _date(date: datetime.date | None) -> str:
    if date is None:
        return "none"
    return f"datetime(year: {date.year}, month: {date.month}, day: {date.day})"


@dataclass(frozen=True)
class _Writer:
    """What the parts of a document are as calls of the functions of page.typ.

    slides: whether a step is a slide, which shows what is drawn before what is worked out.
    """

    slides: bool

    def document(self, document: Document) -> Iterator[str]:
        title = document.title
        below = [block for block in title.blocks if isinstance(block, Paragraph | Equation)]
        yield f"#masthead({_inlines(title.heading.words)}, ["
        yield from map(_line_of_title, below)
        yield "])"
        yield from self._blocks([block for block in title.blocks if block not in below])
        for at, section in enumerate(document.sections, 1):
            yield ""
            yield _heading(section)
            yield from self._blocks(section.blocks, is_last=at == len(document.sections))
        if self.slides and document.drawn is not None:
            drawn = document.drawn()
            yield ""
            yield f"#step(none, {_inlines(_at_a_glance(drawn))})"
            yield computation_typst(drawn)

    def _blocks(self, blocks: Sequence[Block], *, is_last: bool = False) -> Iterator[str]:
        """The blocks; drawings and tables that follow each other are one call, as what is given.

        The words of the last section stay together: a sheet of a few lines is none. So do the first
        words of each and what they lead to, and what is drawn and a last sentence about it.
        """
        ordered = _drawn_first(blocks, self.slides)
        parts = zip((None, *ordered), ordered, strict=False)
        runs = [[block for _, block in run] for _, run in groupby(parts, lambda pair: _kind(*pair))]
        for run, following in zip_longest(runs, runs[1:]):
            after = following[0] if following else None
            figures = _figures(run)
            texts = [block for block in run if isinstance(block, _TEXTS)]
            if figures:
                is_told_of = isinstance(after, Paragraph) and following == runs[-1] == [after]
                leads_on = isinstance(after, Equation | Note) or is_told_of
                yield f"#figures({_leading(leads_on)}{_listed(figures)})"
            elif _is_given(run[-1]):
                formulas = [
                    f"({', '.join(_sides(formula, stacked=True))},)"
                    for block in texts
                    if isinstance(block, Equation)
                    for formula in self._short(block.expression)
                ]
                yield f"#given({_leading(after is not None)}{_listed(formulas)})"
            else:
                first = run is runs[0] and len(texts) <= _MOST_LEADING
                for text, then in zip(texts, (*texts[1:], after), strict=True):
                    below = after if first else then
                    leads_on = isinstance(below, Table | Heatmap | Graph | Fold | Equation | Note)
                    yield self._text(text, is_last or leads_on)

    def _short(self, given: Expression) -> Iterator[Expression]:
        """What is given, on slides in matrices of so many rows that they have room."""
        assert isinstance(given, Relation)
        assert isinstance(given.sides[-1], Matrix)
        rows = given.sides[-1].rows
        if not self.slides or len(rows) <= _TALLEST_ON_A_SLIDE:
            yield given
            return
        yield Relation((*given.sides[:-1], Matrix(rows[:_TALLEST_ON_A_SLIDE])), given.signs)
        for start in range(_TALLEST_ON_A_SLIDE, len(rows), _TALLEST_ON_A_SLIDE):
            yield Matrix(rows[start : start + _TALLEST_ON_A_SLIDE])

    def _text(self, block: Paragraph | Equation | Note, leads_on: bool) -> str:
        match block:
            case Paragraph(content):
                return _prose(content, leads_on)
            case Equation(expression):
                return _derivation(expression, _LONGEST_ON_A_SLIDE if self.slides else _LONGEST)
            case Note():
                return _note(block)
            case _:
                assert_never(block)


_TEXTS = (Paragraph, Equation, Note)


def _at_a_glance(drawn: Computation) -> Inlines:
    return words("The computation of {query} at a glance", query=drawn.query)


def _leading(leads_on: bool) -> str:
    """What says that something stays with what comes next."""
    return "leads-on: true, " if leads_on else ""


def _listed(parts: Iterable[str]) -> str:
    """Arguments, each on a line of its own."""
    return "\n" + "".join(f"  {part},\n" for part in parts)


def _line_of_title(block: Paragraph | Equation) -> str:
    if isinstance(block, Paragraph):
        return f"#about({_inlines(block.content)})"
    return f"#whole({', '.join(_sides(block.expression, stacked=True))})"


def _heading(section: Section) -> str:
    heading = section.heading
    number = "none" if heading.number is None else str(heading.number)
    formula = "" if heading.formula is None else f", formula: {_display(heading.formula)}"
    return f"#step({number}, {_inlines(heading.words)}{formula})"


def _drawn_first(blocks: Sequence[Block], slides: bool) -> Sequence[Block]:
    """On slides, what is drawn comes before tables and derivations, behind the first words."""
    if not slides:
        return blocks
    start = next((at for at, one in enumerate(blocks) if not isinstance(one, Paragraph)), 0)
    pictures = [one for one in blocks[start:] if isinstance(one, Heatmap | Graph | Fold)]
    others = [one for one in blocks[start:] if not isinstance(one, Heatmap | Graph | Fold)]
    return [*blocks[:start], *pictures, *others]


def _figures(run: Sequence[Block]) -> list[str]:
    """The tables and drawings of a run, with what is remarked of a table below it."""
    figures = []
    for block, below in zip_longest(run, run[1:]):
        if isinstance(block, Table | Heatmap | Graph | Fold):
            figure = _figure(block)
            noted = isinstance(below, Note) and f"noted({figure}, {_inlines(below.content)})"
            figures.append(noted or figure)
    return figures


def _kind(before: Block | None, block: Block) -> str:
    """Of which call a block is a part, behind another one."""
    match block:
        case Table() | Heatmap() | Graph() | Fold():
            return "figure"
        case Note(kind=NoteKind.REMARK) if isinstance(before, Table):
            return "figure"
        case Equation() if _is_given(block):
            return "given"
        case Paragraph() | Equation() | Note():
            return "text"
        case _:
            assert_never(block)


def _is_given(block: Block) -> bool:
    """Whether a block is a formula that says what a matrix or a vector is."""
    return (
        isinstance(block, Equation)
        and isinstance(block.expression, Relation)
        and isinstance(block.expression.sides[-1], Matrix)
    )


def _figure(block: Table | Heatmap | Graph | Fold) -> str:
    match block:
        case Table():
            return _table(block)
        case Heatmap():
            return _heatmap(block, "heatmap")
        case Fold():
            return fold_typst(block, _inlines(block.caption))
        case Graph(caption=caption):
            call = graph_typst(block, _inlines(caption) if caption else "none")
            return call.removeprefix("#")
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


def _derivation(expression: Expression, longest: int) -> str:
    """A formula on a line of its own. Fractions of very many terms cannot be drawn as such."""
    sides = expression.sides if isinstance(expression, Relation) else ()
    drawn = [side for side in sides if not isinstance(side, Matrix)]
    wraps = any(len(linear(side)) > longest for side in drawn)
    options = "wraps: true, " if wraps else ""
    return f"#derivation({options}{', '.join(_sides(expression, stacked=not wraps))})"


def _table(table: Table) -> str:
    columns = "".join(f"    {_column(column)},\n" for column in table.columns)
    rows = "".join(f"    {_row(row)},\n" for row in table.rows)
    title = f"title: {_inlines(table.caption)}, " if table.caption else ""
    folds = "folds: true, " if table.folds else ""
    return f"sheet({title}{folds}columns: (\n{columns}  ), rows: (\n{rows}  ))"


def _column(column: Column) -> str:
    align = "right" if column.align is Align.RIGHT else "left"
    heading = _cell_words(column.heading) if column.heading else "none"
    flags = ", ".join(
        f"{name}: {str(getattr(column, name)).lower()}" for name in ("optional", "result", "wraps")
    )
    return f"(heading: {heading}, align: {align}, {flags})"


def _row(row: Row) -> str:
    cells = "".join(f"{_cell(cell)}, " for cell in row.cells)
    marked = "none" if row.marked is None else row.marked
    places = ", places: true" if any(map(_has_a_place, row.cells)) else ""
    return f"(kind: {typst_string(row.kind.value)}, marked: {marked}{places}, cells: ({cells}))"


def _has_a_place(cell: Cell) -> bool:
    """Whether there is a place in it to write in."""
    return not isinstance(cell, Bar) and any(isinstance(part, Blank | Room) for part in cell)


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
    scale = ""
    if heatmap.ends is not None:
        low, high = (
            f"m({typst_string(entry_text(end))}, ${entry_math(end)}$)" for end in heatmap.ends
        )
        fills = ", ".join(_rgb(shaded(step / _STEPS)) for step in range(_STEPS + 1))
        scale = f", scale: (low: {low}, high: {high}, fills: ({fills}))"
    return f"{function}(title: {caption}{scale}, columns: ({columns}), rows: (\n{rows}  ))"


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
    return ON_LIGHT.at(shade)


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
        case Blank(_, _, answer):
            return "#blank()" if answer is None else f"#filled({_math(answer)})"
        case Room(width, written):
            small = "".join(_inline(each, quoted=quoted) for each in written)
            return f"#written({width})[{small}]" if written else f"#room({width})"
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
                texts.append(shown_token(text).join(quotation_marks()))
            case Judgement(standing, text):
                texts.append(f"{standing.value} {shown(text)}")
            case Blank() | Room():
                pass
            case _ if isinstance(part, Expression):
                texts.append(linear(part))
            case _:
                assert_never(part)
    return "".join(texts)
