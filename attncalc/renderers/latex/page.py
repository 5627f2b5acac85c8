"""A walkthrough as LaTeX: a document of its own, or a piece to be read into one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import assert_never

from attncalc.document.document import (
    Block,
    Document,
    Equation,
    Fold,
    Graph,
    Heading,
    Heatmap,
    Note,
    NoteKind,
    Paragraph,
    Section,
    Table,
)
from attncalc.document.expressions import Expression, Matrix, Relation, Vector
from attncalc.language import Language, language
from attncalc.language import text as said
from attncalc.records import dataclass
from attncalc.renderers.column_runs import runs
from attncalc.renderers.latex.fold import fold_latex
from attncalc.renderers.latex.graph import graph_latex
from attncalc.renderers.latex.math import LatexMath
from attncalc.renderers.latex.tables import MATHS, filled, heatmaps, inlines, scale, tables
from attncalc.renderers.latex.text import latex_text
from attncalc.renderers.latex.widths import maths_width

PAGE = 41.0
"""The width of A4 less its margins, in em of 11 pt."""

COLUMN = 34.0
"""The width of a page of LaTeX's own article, in em of 10 pt."""

SLIDE = 27.0
"""The width of a slide of beamer."""

NARROW = 20.0
"""The width of one of two columns."""

_STACKED = LatexMath(latex_text, stacked=True)
_BETWEEN = 2.0

_PACKAGES = r"""\usepackage{amsmath}
\usepackage{amssymb}
\usepackage{booktabs}
\usepackage{graphicx}
\usepackage{xcolor}
"""

_CLASS = r"""\documentclass[11pt,a4paper]{article}
\usepackage[margin=25mm]{geometry}
"""

_HYPHENATION: dict[Language, str] = {"en": "", "de": "ngerman"}
"""What babel calls a language that LaTeX does not have by itself."""

_COMMANDS = r"""\begingroup
\setlength{\parindent}{0pt}\setlength{\parskip}{0.5\baselineskip}\emergencystretch=3em
\definecolor{attncold}{RGB}{245,249,249}
\definecolor{attnheat}{RGB}{0,112,104}
\definecolor{attnline}{RGB}{0,110,102}
\providecommand{\attnifslide}[2]{\ifcsname ver@beamer.cls\endcsname #1\else #2\fi}
% beamer sets no sections within a frame
\providecommand{\attnheading}[1]{\attnifslide
  {\par\medskip{\usebeamercolor[fg]{structure}\large\bfseries #1\par}\attnkeep}{\subsection*{#1}}}
% a character that Computer Modern does not have, by its code point
\providecommand{\attnglyph}[1]{{\fboxsep=1pt\fbox{\tiny\ttfamily U+#1}}}
% a cell of a heatmap: per cent of colour, width, number
\providecommand{\attncell}[3]{\colorbox{attnheat!#1!attncold}{\strut\makebox[#2][r]{#3\hspace{0.2em}}}}
\providecommand{\attnheatmap}{\fboxsep=0pt\tabcolsep=0.1em\renewcommand{\arraystretch}{1.05}}
% a part of a matrix: per cent of colour, width, name
\providecommand{\attnpart}[3]{\colorbox{attnheat!#1!attncold}{\strut\makebox[#2]{#3}}}
% all shades of a heatmap side by side
\providecommand{\attnshade}[1]{\textcolor{attnheat!#1!attncold}{\rule{0.6em}{1.3ex}}}
\providecommand{\attnscale}{\attnshade{0}\attnshade{10}\attnshade{20}\attnshade{30}\attnshade{40}%
\attnshade{50}\attnshade{60}\attnshade{70}\attnshade{80}\attnshade{90}\attnshade{100}}
\providecommand{\attnbar}[1]{\textcolor{attnheat!70}{\rule{#1}{1.3ex}}}
% what was found of something, in its colour; a tick is one of amssymb, if that is there
\providecommand{\attntick}{\ifcsname checkmark\endcsname\checkmark\else\surd\fi}
\providecommand{\attnright}{\color[RGB]{0,92,158}$\attntick$}
\providecommand{\attncarried}{$\rightarrow$}
\providecommand{\attnnear}{$\approx$}
\providecommand{\attnwrong}{\bfseries\color[RGB]{166,62,0}$\boldsymbol\times$}
% a box for a number, empty or filled in, and a line of so many em to write on
\providecommand{\attnbox}[2]{{\fboxsep=0pt\fboxrule=#1%
  \raisebox{0pt}[1.35em][0.75em]{\fbox{\rule[-0.55em]{0pt}{1.7em}\makebox[5em]{#2}}}}}
\providecommand{\attnblank}{\attnbox{0.4pt}{}}
\providecommand{\attnfilled}[1]{\attnbox{0.8pt}{\bfseries\boldmath\color[RGB]{0,92,158}#1}}
\providecommand{\attnroom}[1]{\makebox[#1em]{\dotfill}}
\providecommand{\arraybackslash}{\let\\\tabularnewline}
% together on a page; where a slide is too short for that, apart
\providecommand{\attnkeep}{\attnifslide{\penalty5000 }{\nopagebreak}}
\providecommand{\attnkeepbelow}{\postdisplaypenalty=\attnifslide{5000}{10000}\relax}
% the largest size in which it fits line and page, or scaled to fit
\providecommand{\attnheight}{\attnifslide{0.6}{0.9}\textheight}
\providecommand{\attnset}[2]{\sbox0{#1\tabcolsep=0.6em #2}\sbox0{\raise\dp0\box0}}
\providecommand{\attnsmaller}[1]{\ifdim\wd0>\linewidth #1\else
  \ifdim\ht0>\attnheight #1\fi\fi}
\providecommand{\attnfit}[1]{\par\noindent\attnset{}{#1}%
  \attnsmaller{\attnset{\small}{#1}}\attnsmaller{\attnset{\footnotesize}{#1}}%
  \ifdim\wd0>\linewidth \sbox0{\resizebox{\linewidth}{!}{\box0}}\fi
  \ifdim\ht0>\attnheight \sbox0{\resizebox{!}{\attnheight}{\box0}}\fi
  \usebox0\par\vspace{0.3\baselineskip}}
% for a picture so many em wide and high: small type, or smaller where line or page is short
\providecommand{\attnsmall}[2]{\small
  \attnreduced{#1}{#2}{\footnotesize}\attnreduced{#1}{#2}{\scriptsize}\attnreduced{#1}{#2}{\tiny}%
  \setlength{\unitlength}{1em}}
\providecommand{\attnreduced}[3]{%
  \ifdim #1em>\linewidth #3\else\ifdim #2em>0.6\textheight #3\fi\fi}
"""

_NEEDED = "% to be read in by \\input; needs \\usepackage{amsmath,booktabs,graphicx,xcolor}\n"


@dataclass(frozen=True)
class LatexRenderer:
    r"""fragment: a piece for \input, without a title; see _NEEDED for the packages."""

    fragment: bool = False

    def render(self, document: Document) -> str:
        """The document as LaTeX, all of it ASCII."""
        page = _Page(COLUMN, (NARROW, SLIDE)) if self.fragment else _Page(PAGE)
        sections = "\n".join(page.section(section) for section in document.sections)
        if self.fragment:
            notes = "".join(
                page.block(block) for block in document.title.blocks if isinstance(block, Note)
            )
            return f"{_NEEDED}{_COMMANDS}{notes}{sections}\\endgroup\n"
        title = page.title(document.title)
        preamble = f"{_CLASS}{_babel(language())}{_PACKAGES}"
        body = f"{_COMMANDS}{title}{sections}\\endgroup\n"
        return f"{preamble}\\begin{{document}}\n{body}\\end{{document}}\n"


def _babel(spoken: Language) -> str:
    """What breaks words as the language does, where TeX has it; not every installation does."""
    name = _HYPHENATION[spoken]
    load = f"\\usepackage[{name},shorthands=off]{{babel}}"
    return f"\\IfFileExists{{{name}.ldf}}{{{load}}}{{}}\n" if name else ""


@dataclass(frozen=True)
class _Page:
    """room: the width of a line in em. shorter: those of other lines it may stand on, ascending."""

    room: float
    shorter: tuple[float, ...] = ()

    def title(self, title: Section) -> str:
        """The title in large letters, and what stands under it."""
        words = inlines(title.heading.words)
        large = f"{{\\LARGE\\bfseries\\raggedright {words}\\par}}\n\n"
        return large + "".join(
            f"{{\\small {self.block(block)}\\par}}\n"
            if isinstance(block, Paragraph)
            else self.block(block)
            for block in title.blocks
        )

    def section(self, section: Section) -> str:
        """Heading and blocks."""
        return _heading(section.heading) + "\n".join(self._blocks(section.blocks))

    def _blocks(self, blocks: Sequence[Block]) -> Iterator[str]:
        """The blocks, those that may share a line together."""
        groups = [list(group) for _, group in groupby(blocks, _is_given)]
        pieces = [piece for group in groups for piece in _apart(group)]
        for piece, following in zip_longest(pieces, pieces[1:]):
            yield self._for_any_line(piece)
            ends_in_words = isinstance(piece[-1], Paragraph)
            if ends_in_words and following and isinstance(following[0], Table | Heatmap):
                yield "\\attnkeep"

    def _for_any_line(self, blocks: Sequence[Block]) -> str:
        """What is set for a line, or for one that is shorter, as TeX finds it."""
        variants = {room: _Page(room)._together(blocks) for room in (*self.shorter, self.room)}
        return _chosen(list(variants.items()))

    def _together(self, blocks: Sequence[Block]) -> str:
        """Blocks; formulas that state what is given share a line."""
        lines: list[str] = []
        beside: list[str] = []
        used = 0.0
        for block in blocks:
            given = self._given(block)
            wide = maths_width(given) + _BETWEEN if given else 0.0
            if beside and (not given or used + wide > self.room):
                lines.append(_display(" \\qquad\n".join(beside)))
                beside, used = [], 0.0
            if given:
                beside.append(given)
                used += wide
            else:
                lines.append(self.block(block))
        if beside:
            lines.append(_display(" \\qquad\n".join(beside)))
        return "\n".join(lines)

    def _given(self, block: Block) -> str:
        """A formula that says what a matrix or a vector is, and is narrow enough to be one."""
        if not isinstance(block, Equation) or not _is_given(block):
            return ""
        formula = _STACKED.write(block.expression)
        return formula if maths_width(formula) <= self.room else ""

    def block(self, block: Block) -> str:
        """One block."""
        match block:
            case Paragraph(content):
                return inlines(content) + "\n"
            case Equation(expression):
                return self._equation(expression)
            case Table(caption=caption):
                return self._captioned(inlines(caption), tables(block, self._table_room))
            case Heatmap(caption=caption):
                return self._captioned(
                    inlines(caption) + scale(block), heatmaps(block, self._table_room)
                )
            case Fold(caption=caption):
                return self._captioned(inlines(caption), iter([fold_latex(block)]))
            case Graph(caption=caption):
                return graph_latex(block, inlines(caption))
            case Note(kind, content):
                return _note(kind, inlines(content))
            case _:
                assert_never(block)

    @property
    def _table_room(self) -> float:
        """Tables are rather small than in pieces, for which a slide has no height."""
        return max(self.room, COLUMN) if self.room >= SLIDE else self.room

    def _captioned(self, caption: str, pieces: Iterator[str]) -> str:
        above = f"{{\\slshape {caption}\\par}}\\attnkeep\n" if caption else ""
        return above + "\n".join(pieces) + "\n"

    def _equation(self, expression: Expression) -> str:
        """On a line if it fits, else a line a side, aligned at the signs."""
        whole = _STACKED.write(expression)
        if maths_width(whole) <= self.room:
            return _display(whole)
        if not isinstance(expression, Relation):
            lines = [f"&{line}" for line in filled(MATHS.write(expression), self.room)]
            return _aligned(lines)
        first, *rest = expression.sides
        name = _STACKED.write(first)
        left = max(self.room - maths_width(name) - _BETWEEN, self.room / 2)
        lines = []
        for sign, side in zip(expression.signs[-len(rest) :], rest, strict=True):
            joined = _STACKED.sign(sign)
            top, *below = self._side(side, left)
            lines += [f"&{joined} {top}", *(rf"&\quad {line}" for line in below)]
        lines[0] = f"{name} {lines[0]}"
        return _aligned(lines)

    def _side(self, side: Expression, limit: float) -> list[str]:
        """One side in as many lines as it takes."""
        whole = _STACKED.write(side)
        if maths_width(whole) <= limit:
            return [whole]
        if isinstance(side, Matrix):
            return list(_matrix_blocks(side, limit))
        return filled(MATHS.write(side), limit)


def _heading(heading: Heading) -> str:
    """Number and words, and the formula below: within a heading some classes drop it."""
    number = "" if heading.number is None else rf"{heading.number}\quad "
    formula = (
        ""
        if heading.formula is None
        else f"\\begingroup\\attnkeepbelow\n{_display(_STACKED.write(heading.formula))}\\endgroup\n"
    )
    return f"\\attnheading{{{number}{inlines(heading.words)}}}\n{formula}"


def _chosen(variants: Sequence[tuple[float, str]]) -> str:
    """What fits a line, by the rooms for which it was set, ascending; what is alike stands once."""
    (_, text), *more = variants
    while more and more[0][1] == text:
        more = more[1:]
    if not more:
        return text
    room = more[0][0]
    return f"\\ifdim\\linewidth<{room:.0f}em\\relax\n{text}\\else\n{_chosen(more)}\\fi\n"


def _is_given(block: Block) -> bool:
    """Whether a block is a formula that says what a matrix or a vector is."""
    return (
        isinstance(block, Equation)
        and isinstance(block.expression, Relation)
        and isinstance(block.expression.sides[-1], Matrix | Vector)
    )


def _apart(group: Sequence[Block]) -> Iterator[Sequence[Block]]:
    """Formulas that may share a line as one, others one by one."""
    if _is_given(group[0]):
        yield group
    else:
        yield from ([block] for block in group)


def _note(kind: NoteKind, text: str) -> str:
    match kind:
        case NoteKind.WARNING:
            label = latex_text(said("Note:"))
            return f"\\textbf{{{label}}} {text}\n"
        case NoteKind.REMARK:
            return f"\\nopagebreak\n{{\\small {text}\\par}}\n"
        case _:
            assert_never(kind)


def _matrix_blocks(matrix: Matrix, limit: float) -> Iterator[str]:
    """A wide matrix in blocks of columns, the bracket left open where it goes on."""
    widths = [
        max(maths_width(MATHS.entry(row[at])) for row in matrix.rows if at < len(row)) + 1
        for at in range(max(map(len, matrix.rows)))
    ]
    blocks = list(runs(widths, limit - 1))
    for block in blocks:
        left = "[" if block.start == 0 else "."
        right = "]" if block.stop == len(widths) else "."
        rows = tuple(row[block.start : block.stop] for row in matrix.rows)
        yield _STACKED.matrix(rows, left + right)


def _display(formula: str) -> str:
    return f"\\[\n{formula}\n\\]\n"


def _aligned(lines: Sequence[str]) -> str:
    inside = " \\\\\n".join(lines)
    return _display(f"\\begin{{aligned}}\n{inside}\n\\end{{aligned}}")
