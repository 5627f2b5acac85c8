"""A walkthrough as Markdown, for GitHub, Jupyter, pandoc and Quarto alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from attncalc.document.document import (
    Align,
    Bar,
    Blank,
    Block,
    Cell,
    Code,
    Column,
    Document,
    Equation,
    Fold,
    FoldPart,
    Graph,
    Heading,
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
    RowKind,
    Section,
    Standing,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Expression, Number, Omitted, Relation
from attncalc.language import numeral, quotation_marks
from attncalc.language import text as said
from attncalc.records import dataclass
from attncalc.renderers.drawings.mermaid import mermaid
from attncalc.renderers.inert import inert, inert_token
from attncalc.renderers.latex.math import LatexMath

_WIDEST_BAR = 12
_BAR = "•"
"""What a bar is made of: blocks are in no font of LaTeX's."""

_MOST_UNWRAPPED = 72
"""Characters of a row beyond which pandoc gives columns shares of the line, by their dashes."""

_MOST_ON_A_LINE = 90
"""Characters of LaTeX beyond which a chain is set a side a line."""

_EMPTY = r"\_" * 10
"""A place for a number; what is filled in is bold instead."""

_JUDGED = {
    Standing.RIGHT: r"\checkmark",
    Standing.CARRIED: r"\to",
    Standing.NEAR: r"\approx",
    Standing.WRONG: r"\times",
}
"""As formulas: as letters, TeX has none of them."""

_SIGNS = {
    "≈": r"\approx",
    "≠": r"\neq",
    "≤": r"\leq",
    "≥": r"\geq",
    "∞": r"\infty",
    "∅": r"\emptyset",
    "∈": r"\in",
    "√": r"\sqrt{}",
    "Σ": r"\Sigma",
    "α": r"\alpha",
    "β": r"\beta",
    "ε": r"\varepsilon",
    "θ": r"\theta",
    "σ": r"\sigma",
}
"""Signs that LaTeX has in maths alone, and not as letters."""

_MATHEMATICAL = re.compile(r"e|inf|√")
"""A number that is more than digits."""

_ALIKE = {"'": "’", '"': "”", "`": "‘", "<": "‹", ">": "›", "$": "＄", "&": "＆"}
"""Letters that look like what could be markup."""
_AS_MATHS = {
    "#": r"\sharp",
    "%": r"\circ/\circ",
    "*": r"\ast",
    "@": "@",
    "[": r"\lbrack",
    "\\": r"\backslash",
    "]": r"\rbrack",
    "^": r"\wedge",
    "_": r"\underline{\enspace}",
    "{": r"\lbrace",
    "|": r"\vert",
    "}": r"\rbrace",
    "~": r"\sim",
}
"""Signs that do, by names of letters alone."""
_SPELLED = str.maketrans(
    _ALIKE | {sign: rf"}}{{{named}}}\text{{" for sign, named in _AS_MATHS.items()}
)

_ESCAPED = re.compile(r"[\\`*{}\[\]<>#$&|~^@\"]|(?<![^\W_])_|_(?![^\W_])|!(?=\[)")
"""What may be markup; an underscore within a word is none."""

_SEPARATORS = re.compile(
    r"(?<=\.)\.|(?<=www)\.|(?<=-)-|-(?=-)|:(?=//|[\w+-]+:)|^[-+=](?=\W|$)|^=+$"
)
"""What would begin a link, an emoji, a dash or a list, but is common in prose elsewhere."""

_ROOT = re.compile(r"[0-9./]*√(?:[0-9.]+|\([0-9./]+\))")
_SIGN = re.compile(f"[{''.join(_SIGNS)}](?![0-9])")
"""A sign in running text that LaTeX has only in maths. Maths does not end before a digit."""

_NUMBERED = re.compile(r"^([0-9]{1,9})([.)])(?= |$)")
_COMMAND = re.compile(r"\\[a-z]+|[\\${}*]")
_SPACES = re.compile(r"(?<= ) ")


MERMAID = {"md": "mermaid", "qmd": "{mermaid}"}
"""What a fence is called whose diagram is drawn, by the kind of Markdown: GitHub's, Quarto's."""


@dataclass(frozen=True)
class MarkdownRenderer:
    """fragment: without the title, to be put under a heading of another document.

    level: of the sections' headings, from 2; the title's is one above. kind: of MERMAID.
    """

    fragment: bool = False
    level: int = 2
    kind: str = "md"

    def render(self, document: Document) -> str:
        """The document as GitHub-flavoured Markdown with maths between dollars."""
        blocks: list[str] = []
        title = document.title
        if not self.fragment:
            blocks.append(f"{'#' * (self.level - 1)} {_inlines(title.heading.words)}")
            blocks += map(self._block, title.blocks)
        else:
            blocks += [self._block(block) for block in title.blocks if isinstance(block, Note)]
        for section in document.sections:
            blocks += self._section(section)
        return "\n\n".join(blocks) + "\n"

    def _section(self, section: Section) -> Iterator[str]:
        yield from _heading(section.heading, self.level)
        yield from map(self._block, section.blocks)

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph(content):
                return _inlines(content)
            case Equation(expression):
                return _equation(expression)
            case Table(caption=caption):
                return _captioned(caption, _table(block))
            case Heatmap(caption=caption):
                return _captioned(caption, _heatmap(block))
            case Fold(caption=caption):
                return _captioned(caption, _fold(block))
            case Graph():
                graph = block.few or block
                fence = f"```{MERMAID[self.kind]}"
                return _captioned(graph.caption, [fence, *mermaid(graph).splitlines(), "```"])
            case Note(kind, content):
                return _note(kind, _inlines(content))
            case _:
                assert_never(block)


def _heading(heading: Heading, level: int) -> Iterator[str]:
    """A line with number and words, and the formula below."""
    number = "" if heading.number is None else f"{heading.number}. "
    yield f"{'#' * level} {number}{_inlines(heading.words)}"
    if heading.formula is not None:
        yield _display(_STACKED.write(heading.formula))


def _note(kind: NoteKind, text: str) -> str:
    match kind:
        case NoteKind.WARNING:
            return f"> **{_text(said('Note:'))}** {text}"
        case NoteKind.REMARK:
            return text
        case _:
            assert_never(kind)


def _captioned(caption: Inlines, table: Sequence[str]) -> str:
    above = f"{_inlines(caption)}\n\n" if caption else ""
    return above + "\n".join(table)


def _equation(expression: Expression) -> str:
    """On a line, or a side a line, aligned at the signs."""
    whole = _STACKED.write(expression)
    if not isinstance(expression, Relation) or len(whole) <= _MOST_ON_A_LINE:
        return _display(whole)
    if len(expression.sides) < 3:
        return _display(whole)
    first, *rest = expression.sides
    signs = expression.signs[-len(rest) :]
    lines = [
        f"&{_STACKED.sign(sign)} {_STACKED.write(side)}"
        for sign, side in zip(signs, rest, strict=True)
    ]
    inside = " \\\\\n".join(lines)
    return _display(f"\\begin{{aligned}}\n{_STACKED.write(first)} {inside}\n\\end{{aligned}}")


def _display(formula: str) -> str:
    return f"$$\n{formula}\n$$"


def _table(table: Table) -> list[str]:
    """Header, rule and rows. A pipe table has to have a header, if an empty one."""
    headings = [_inlines(column.heading, quoted=False) for column in table.columns]
    rows = [[_cell(row, at, table.columns) for at in range(len(headings))] for row in table.rows]
    rules = _rules(table.columns, [headings, *rows])
    return [_row(headings), _row(rules), *map(_row, rows)]


def _rules(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The dashes below the headings; as long as what stands there, where lines are long."""
    long = any(len(_row(row)) > _MOST_UNWRAPPED for row in rows)
    for at, column in enumerate(columns):
        dashes = max(3, *(_seen(row[at]) for row in rows)) if long else 3
        yield "-" * dashes + ":" if column.align is Align.RIGHT else ":" + "-" * dashes


def _seen(cell: str) -> int:
    """About how many characters of a cell are seen: commands are not, nor what marks maths."""
    return len(_COMMAND.sub("x", cell))


def _cell(row: Row, at: int, columns: Sequence[Column]) -> str:
    """A cell's text; an omitted row has only its first."""
    if at >= len(row.cells):
        return "…" if columns[at].align is Align.RIGHT else ""
    content: Cell = row.cells[at]
    if isinstance(content, Bar):
        return _BAR * round(min(content.share, 1.0) * _WIDEST_BAR)
    text = _inlines(content, quoted=False)
    if row.kind is RowKind.OMITTED or not text:
        return text
    strong = row.kind is RowKind.TOTAL or columns[at].result or row.marked == at
    return f"**{text}**" if strong and "$" not in _unescaped(text) else text


def _unescaped(text: str) -> str:
    return re.sub(r"\\.", "", text)


def _fold(fold: Fold) -> list[str]:
    """A row a matrix, with a part once more for each head that shares it."""
    heads = ["…" if isinstance(head, Omitted) else head for head in fold.heads]
    rows = [
        [f"${matrix.letter}$", *(cell for part in matrix.parts for cell in _parts(part))]
        for matrix in fold.matrices
    ]
    rule = ["---", *([":-:"] * len(heads))]
    return [f"| {' | '.join(row)} |" for row in (["", *heads], rule, *rows)]


def _parts(part: FoldPart | Omitted) -> list[str]:
    if isinstance(part, Omitted):
        return ["…"]
    (number,) = part.symbol.indices
    return [f"$\\mathbf{{{part.symbol.letter}}}_{{{number}}}$ {part.columns}"] * part.heads


def _heatmap(heatmap: Heatmap) -> list[str]:
    """Numbers, the largest of each row in bold."""
    headings = [
        "…" if isinstance(column, Omitted) else _token(column.text) for column in heatmap.columns
    ]
    rows = []
    for row in heatmap.rows:
        if isinstance(row, Omitted):
            left_out = _text(said("… {count} more", count=row.count))
            rows.append(_row([left_out, *("…" for _ in headings)]))
        else:
            rows.append(_row(_heatmap_row(row)))
    return [_row(["", *headings]), _row([":---", *("---:" for _ in headings)]), *rows]


def _heatmap_row(row: HeatmapRow) -> Iterator[str]:
    label = _token(row.token.text)
    yield f"**{label}**" if row.token.focused else label
    most = max(row.shades)
    for number, shade in zip(row.numbers, row.shades, strict=True):
        if isinstance(number, Omitted):
            yield "…"
        else:
            text = _inlines((number,))
            yield f"**{text}**" if shade == most > 0 and "$" not in text else text


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _inlines(content: Inlines, *, quoted: bool = True) -> str:
    """Running text; tokens are quoted, but not in a table."""
    return "".join(_inline(part, quoted=quoted) for part in content)


def _inline(part: Inline, *, quoted: bool) -> str:
    match part:
        case Words(text):
            return _words(inert(text))
        case Token(text, focused):
            token = _token(text)
            if not quoted:
                return token
            before, behind = quotation_marks()
            return f"{before}**{token}**{behind}" if focused else f"{before}{token}{behind}"
        case Code(text):
            code = inert(text)
            # Readers do not agree on what a code span in a cell may hold.
            return _code(code) if quoted or not _ESCAPED.search(code) else _text(code)
        case Judgement(standing, text):
            words = _text(inert(text))
            words = f"**{words}**" if standing is Standing.WRONG else words
            return f"${_JUDGED[standing]}$ {words}"
        case Blank(_, _, answer):
            return _EMPTY if answer is None else f"**{_inlines((answer,))}**"
        case Room(width, written):
            return _inlines(written, quoted=quoted) or "." * width
        case Number(digits) if not _MATHEMATICAL.search(digits):
            return _ESCAPED.sub(r"\\\g<0>", inert(numeral(digits)))
        case _ if isinstance(part, Expression):
            return f"${_MATHS.write(part)}$"
        case _:
            assert_never(part)


def _words(text: str) -> str:
    """Running text; signs that are in no font of LaTeX's for text are maths."""
    parts, start = [], 0
    for root in _ROOT.finditer(text):
        parts += [_signed(text[start : root.start()]), f"${_MATHS.write(Number(root[0]))}$"]
        start = root.end()
    return "".join((*parts, _signed(text[start:])))


def _signed(text: str) -> str:
    return _SIGN.sub(lambda found: f"${_SIGNS[found[0]]}$", _text(text))


def _text(text: str) -> str:
    """Text that no Markdown reader takes for anything else."""
    text = _ESCAPED.sub(r"\\\g<0>", text)
    text = _SEPARATORS.sub(r"\\\g<0>", text)
    return _NUMBERED.sub(r"\1\\\2", text)


def _token(text: str) -> str:
    """A token's spelling, every blank of it kept."""
    return _SPACES.sub("&nbsp;", _text(inert_token(text)))


def _code(text: str) -> str:
    """A code span, fenced by more backticks than it holds."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if longest or text.startswith(" ") else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def _spell(text: str) -> str:
    r"""A name inside \text{…}: what could be markup, in maths or around it, by what looks like it.

    Readers differ in what a backslash before such a character means; none takes these for markup,
    and all of them can be set, by LaTeX too, but for $ and &, which are in full width.
    """
    return text.translate(_SPELLED)


_MATHS = LatexMath(_spell)
_STACKED = LatexMath(_spell, stacked=True)
