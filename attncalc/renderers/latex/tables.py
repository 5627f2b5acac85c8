r"""Tables and heatmaps for LaTeX, with booktabs, fitted to the width of a page.

Widths are in em of the document's own size. \attnfit makes the type smaller where that is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from attncalc.document.document import (
    Align,
    Bar,
    Blank,
    Cell,
    Code,
    Heatmap,
    HeatmapRow,
    Inline,
    Inlines,
    Judgement,
    Room,
    Row,
    RowKind,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Expression, Omitted, Relation
from attncalc.language import quotation_marks, text
from attncalc.renderers.colors import ON_LIGHT, WHITE, ink_on
from attncalc.renderers.column_runs import runs
from attncalc.renderers.inert import inert, inert_token
from attncalc.renderers.latex.math import LatexMath
from attncalc.renderers.latex.text import QUOTATION_MARKS, latex_text
from attncalc.renderers.latex.widths import maths_width, width

MATHS = LatexMath(latex_text)
GAP = 1.3
SMALLER = 1.2
"""How much more fits in \\footnotesize; tables that need more are rearranged."""

SMALLEST = 1.8
"""How much more fits where it is scaled: a matrix is a picture, too, and rather not in pieces."""

_WIDEST_BAR = 9.0
_NARROWEST_BAR = 3.0
_NARROWEST_WORDS = 10.0
_WIDEST_TOKEN = 14.0
_NARROWEST_MATHS = 14.0
_MOST_LABEL = 14
_LONGEST_WORD = 30
_MOST_LINES = 40
_APART = 2.0
_MOST_FOLDS = 3
"""Between rows that stand side by side, and how many of them do."""

_BREAKABLE = r", \allowbreak "


def inlines(content: Inlines, *, quoted: bool = True) -> str:
    """Running text; tokens are quoted, but not in a table."""
    return "".join(_inline(part, quoted=quoted) for part in content)


def _word(word: str) -> str:
    """What stands between blanks; a blank that holds holds there too."""
    pieces = word.split("\N{NO-BREAK SPACE}")
    return "~".join(latex_text(each, breakable=len(each) > _LONGEST_WORD) for each in pieces)


def _inline(part: Inline, *, quoted: bool) -> str:
    match part:
        case Words(text):
            return " ".join(map(_word, inert(text).split(" ")))
        case Token(text, focused):
            spelling = inert_token(text)
            token = latex_text(spelling, breakable=quoted and len(spelling) > _MOST_LABEL)
            if not quoted:
                return token
            before, behind = (QUOTATION_MARKS[mark] for mark in quotation_marks())
            token = rf"\textbf{{{token}}}" if focused else token
            return f"{before}{token}{behind}"
        case Code(text):
            return rf"\texttt{{{latex_text(inert(text))}}}"
        case Judgement(standing, text):
            return rf"{{\attn{standing.name.lower()}{{}} {latex_text(inert(text))}}}"
        case Blank(_, _, answer):
            return r"\attnblank{}" if answer is None else rf"\attnfilled{{${MATHS.write(answer)}$}}"
        case Room(width, written):
            small = inlines(written, quoted=quoted)
            return rf"{{\footnotesize {small}}}" if written else rf"\attnroom{{{width}}}"
        case _ if isinstance(part, Expression):
            formula = MATHS.write(part)
            return f"${formula.replace(', ', _BREAKABLE) if quoted else formula}$"
        case _:
            assert_never(part)


def tables(table: Table, room: float) -> Iterator[str]:
    """The table as one tabular, or as several, where it is too wide or too long for one.

    Where it is too wide, columns that repeat others go first, then long relations are broken
    before their signs, then columns stand below, behind the first one again.
    """
    small = room * SMALLER
    bars = [at for at in range(len(table.columns)) if any(_is_bar(row, at) for row in table.rows)]
    plain = [at for at in range(len(table.columns)) if at not in bars]
    setting = _Setting(table, _no_limit(table))
    if setting.total(plain) > small:
        plain = [at for at in plain if not table.columns[at].optional]
    if setting.total(plain) > small:
        setting = _Setting(table, _limits(table, setting, plain, room))
    left = (room if setting.total(plain) <= room else small) - setting.total(plain)
    left = left / max(len(bars), 1) - GAP
    if bars and left >= _NARROWEST_BAR:
        setting.bar = min(left, _WIDEST_BAR)
        plain = sorted([*plain, *bars])
    is_matrix = all(table.columns[at].align is Align.RIGHT for at in plain[1:])
    if table.folds:
        yield from setting.side_by_side(plain, room)
        return
    for block in _blocks(setting, plain, SMALLEST * room if is_matrix else small):
        yield from setting.tabulars(block)


def _no_limit(table: Table) -> list[float | None]:
    return [_NARROWEST_WORDS * 2 if column.wraps else None for column in table.columns]


def _limits(
    table: Table, setting: _Setting, columns: Sequence[int], room: float
) -> list[float | None]:
    """The widest column is given what room the others leave; words get a share of it."""
    limits = _no_limit(table)
    widest = max(columns, key=lambda at: setting.widths[at])
    left = room - (setting.total(columns) - setting.widths[widest])
    limits[widest] = max(_NARROWEST_MATHS, left)
    return limits


def _blocks(setting: _Setting, columns: list[int], room: float) -> Iterator[list[int]]:
    """Runs of columns that fit, the first column repeated in each."""
    if setting.total(columns) <= room or len(columns) < 3:
        yield columns
        return
    first, *rest = columns
    block = [first]
    for at in rest:
        if len(block) > 1 and setting.total([*block, at]) > room:
            yield block
            block = [first]
        block.append(at)
    yield block


class _Setting:
    """A table's cells as lines of LaTeX, those of each column no wider than its limit."""

    def __init__(self, table: Table, limits: Sequence[float | None]) -> None:
        self.table = table
        self.bar = 0.0
        self.headings = [inlines(column.heading, quoted=False) for column in table.columns]
        self.cells = [
            [_lines(cell, limits[at]) for at, cell in enumerate(row.cells)] for row in table.rows
        ]
        self.paragraphs: dict[int, float] = {}
        self.widths = [self._width(at, limits[at]) for at in range(len(table.columns))]

    def _width(self, at: int, limit: float | None) -> float:
        """A column's width; words and long tokens are set in lines."""
        body = [
            row[at]
            for row, whole in zip(self.cells, self.table.rows, strict=True)
            if at < len(row) and whole.kind is not RowKind.OMITTED
        ]
        widest = max((width(line) for lines in body for line in lines), default=0.0)
        widest = max(widest, width(self.headings[at]))
        most = limit if self.table.columns[at].wraps else None
        if any(_is_words(row, at) for row in self.table.rows):
            most = most or _WIDEST_TOKEN
        if most is not None and widest > most:
            self.paragraphs[at] = widest = most
        return widest

    def total(self, columns: Sequence[int]) -> float:
        """The width of these columns side by side."""
        return sum(self.widths[at] + GAP for at in columns) - GAP

    def tabulars(self, kept: Sequence[int]) -> Iterator[str]:
        """These columns, in as many tabulars as pages may need."""
        head = [r"\toprule"]
        if any(self.headings[at] for at in kept):
            head += [_row([self.headings[at] for at in kept]), r"\midrule"]
        body: list[str] = []
        for number, row in enumerate(self.table.rows):
            lines = list(self._row_lines(number, row, kept))
            if body and len(body) + len(lines) > _MOST_LINES:
                yield self._tabular(kept, [*head, *body])
                body = []
            body += lines
        yield self._tabular(kept, [*head, *body])

    def side_by_side(self, kept: Sequence[int], room: float) -> Iterator[str]:
        """These columns, without rules, their rows in as many columns as there is room for."""
        most = int((room + _APART) // (self.total(kept) + _APART))
        rows = [[*self._row_lines(at, row, kept)] for at, row in enumerate(self.table.rows)]
        height = -(-len(rows) // max(1, min(most, _MOST_FOLDS)))
        pieces = []
        for start in range(0, len(rows), height):
            inside = "\n".join(line for lines in rows[start : start + height] for line in lines)
            columns = "".join(self._column(at) for at in kept)
            pieces.append(
                f"\\begin{{tabular}}[t]{{@{{}}{columns}@{{}}}}\n{inside}\n\\end{{tabular}}"
            )
        apart = f"%\n\\hspace{{{_APART:g}em}}%\n"
        yield f"\\attnfit{{{apart.join(pieces)}}}"

    def _tabular(self, kept: Sequence[int], lines: Sequence[str]) -> str:
        columns = "".join(self._column(at) for at in kept)
        inside = "\n".join(lines)
        return (
            f"\\attnfit{{\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n{inside}\n\\bottomrule\n"
            "\\end{tabular}}"
        )

    def _column(self, at: int) -> str:
        if at in self.paragraphs:
            return f"p{{{self.paragraphs[at]:.1f}em}}"
        return "r" if self.table.columns[at].align is Align.RIGHT else "l"

    def _row_lines(self, number: int, row: Row, kept: Sequence[int]) -> Iterator[str]:
        if row.kind is RowKind.OMITTED:
            yield rf"\multicolumn{{{len(kept)}}}{{@{{}}l@{{}}}}{{{self.cells[number][0][0]}}} \\"
            return
        if row.kind is RowKind.TOTAL:
            yield r"\midrule"
        cells = [self._cell(number, row, at) for at in kept]
        height = max(map(len, cells))
        filled_up = []
        for at, lines in zip(kept, cells, strict=True):
            blanks = [""] * (height - len(lines))
            # A result stands beside the last line of a broken relation.
            at_the_end = self.table.columns[at].result
            filled_up.append([*blanks, *lines] if at_the_end else [*lines, *blanks])
        yield from map(_row, zip(*filled_up, strict=True))

    def _cell(self, number: int, row: Row, at: int) -> list[str]:
        if at >= len(row.cells):
            return [""]
        content = row.cells[at]
        if isinstance(content, Bar):
            return [rf"\attnbar{{{min(content.share, 1.0) * self.bar:.2f}em}}"]
        lines = self.cells[number][at]
        if at in self.paragraphs:
            lines = [rf"\raggedright\arraybackslash {line}" for line in lines]
        column = self.table.columns[at]
        if column.result or (row.kind is RowKind.TOTAL and at):
            return [_bold(line) for line in lines]
        if row.marked == at or (at == 0 and row.kind is RowKind.TOTAL):
            return [_bold(line) for line in lines]
        return lines


def _lines(cell: Cell, limit: float | None) -> list[str]:
    """A cell's lines: one, or for a formula wider than the limit as many as it takes."""
    if isinstance(cell, Bar):
        return [""]
    if len(cell) == 1 and limit is not None and isinstance(cell[0], Expression):
        return [f"${line}$" for line in broken(cell[0], limit)]
    if len(cell) == 1 and isinstance(cell[0], Token):
        spelling = inert_token(cell[0].text)
        return [latex_text(spelling, breakable=len(spelling) > _MOST_LABEL)]
    return [inlines(cell, quoted=False)]


def broken(expression: Expression, limit: float) -> list[str]:
    """A formula in lines, broken before its signs, and within its sides where it has to be."""
    whole = MATHS.write(expression)
    if maths_width(whole) <= limit:
        return [whole]
    sides = MATHS.chain(expression) if isinstance(expression, Relation) else [whole]
    return [line for side in sides for line in filled(side, limit)]


def filled(side: str, limit: float) -> list[str]:
    """A side in lines, broken before a plus or behind a comma."""
    lines = [""]
    for piece in _pieces(side):
        if lines[-1] and maths_width(lines[-1] + piece) > limit:
            lines.append("{}" + piece.lstrip())
        else:
            lines[-1] += piece
    return lines


def _pieces(side: str) -> Iterator[str]:
    """The text, cut before each plus and behind each comma that stand in no group."""
    depth = start = 0
    for at, character in enumerate(side):
        depth += (character == "{") - (character == "}")
        if depth == 0 and (side.startswith(" + ", at) or side[max(at - 2, 0) : at] == ", "):
            yield side[start:at]
            start = at
    yield side[start:]


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells).rstrip() + r" \\"


def _bold(line: str) -> str:
    return rf"{{\bfseries\boldmath {line}}}" if line else ""


def _is_bar(row: Row, at: int) -> bool:
    return at < len(row.cells) and isinstance(row.cells[at], Bar)


def _is_words(row: Row, at: int) -> bool:
    """Whether a cell is nothing but words, a token or something typed, which can be wrapped."""
    if at >= len(row.cells) or row.kind is RowKind.OMITTED:
        return False
    content = row.cells[at]
    return (
        not isinstance(content, Bar)
        and bool(content)
        and all(isinstance(part, Words | Token | Code | Judgement) for part in content)
    )


def heatmaps(heatmap: Heatmap, room: float) -> Iterator[str]:
    """The heatmap as a tabular of coloured cells; columns that do not fit stand in another."""
    headings = [
        r"$\cdots$" if isinstance(column, Omitted) else _label(column) for column in heatmap.columns
    ]
    rows = [row for row in heatmap.rows if isinstance(row, HeatmapRow)]
    widths = [
        max(width(headings[at]), *(maths_width(MATHS.entry(row.numbers[at])) for row in rows)) + 0.8
        for at in range(len(headings))
    ]
    label = max(width(_label(row.token)) for row in rows) + 1
    for block in runs(widths, room * SMALLEST - label):
        heading = _row(["", *(headings[at] for at in block)])
        lines = [_heatmap_row(row, widths, block) for row in heatmap.rows]
        for start in range(0, len(lines), _MOST_LINES):
            inside = "\n".join([heading, *lines[start : start + _MOST_LINES]])
            columns = "l@{\\hspace{0.6em}}" + "r" * len(block)
            yield (
                f"\\attnfit{{\\attnheatmap\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n{inside}\n"
                "\\end{tabular}}"
            )


def scale(heatmap: Heatmap) -> str:
    """From which number to which the shades go, after the caption."""
    if heatmap.ends is None:
        return ""
    low, high = (f"${MATHS.write(end)}$" for end in heatmap.ends)
    return rf"\quad \mbox{{\upshape {low} \attnscale{{}} {high}}}"


def _heatmap_row(row: HeatmapRow | Omitted, widths: Sequence[float], block: range) -> str:
    if isinstance(row, Omitted):
        more = latex_text(text("({count} more)", count=row.count))
        return rf"$\vdots$ & \multicolumn{{{len(block)}}}{{l}}{{{more}}} \\"
    label = _label(row.token)
    cells = [rf"\textbf{{{label}}}" if row.token.focused else label]
    for at in block:
        number = row.numbers[at]
        if isinstance(number, Omitted):
            cells.append(r"$\cdots$")
            continue
        shade = round(min(max(row.shades[at], 0.0), 1.0) * 100)
        ink = r"\color{white}" if ink_on(ON_LIGHT.at(shade / 100)) == WHITE else ""
        cells.append(rf"\attncell{{{shade}}}{{{widths[at]:.1f}em}}{{{ink}${MATHS.write(number)}$}}")
    return _row(cells)


def _label(token: Token) -> str:
    spelling = inert_token(token.text)
    if len(spelling) > _MOST_LABEL:
        spelling = spelling[: _MOST_LABEL - 1] + "…"
    return latex_text(spelling)
