"""A walkthrough as LaTeX: a document of its own, or a piece to be read into one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from attncalc.document.document import (
    Block,
    Document,
    Equation,
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
from attncalc.renderers.column_runs import runs
from attncalc.renderers.latex.graph import graph_latex
from attncalc.renderers.latex.math import LatexMath
from attncalc.renderers.latex.tables import MATHS, filled, heatmaps, inlines, tables
from attncalc.renderers.latex.text import latex_text
from attncalc.renderers.latex.widths import maths_width, width

PAGE = 41.0
"""The width of A4 less its margins, in em of 11 pt."""

COLUMN = 34.0
"""The width of a page of LaTeX's own article, in em of 10 pt."""

_STACKED = LatexMath(latex_text, stacked=True)
_BETWEEN = 2.0

_PACKAGES = r"""\usepackage{amsmath}
\usepackage{booktabs}
\usepackage{xcolor}
"""

_BEGIN = rf"""\documentclass[11pt,a4paper]{{article}}
\usepackage[margin=25mm]{{geometry}}
{_PACKAGES}\begin{{document}}
"""

_COMMANDS = r"""\begingroup
\setlength{\parindent}{0pt}\setlength{\parskip}{0.5\baselineskip}\emergencystretch=3em
\definecolor{attnheat}{RGB}{0,150,140}
\definecolor{attnline}{RGB}{0,110,102}
% a character that Computer Modern does not have, by its code point
\providecommand{\attnglyph}[1]{{\fboxsep=1pt\fbox{\tiny\ttfamily U+#1}}}
% a cell of a heatmap: per cent of colour, width, number
\providecommand{\attncell}[3]{\colorbox{attnheat!#1}{\strut\makebox[#2][r]{#3\hspace{0.2em}}}}
\providecommand{\attnheatmap}{\fboxsep=0pt\tabcolsep=0.1em\renewcommand{\arraystretch}{1.05}}
\providecommand{\attnbar}[1]{\textcolor{attnheat}{\rule{#1}{1.3ex}}}
\providecommand{\arraybackslash}{\let\\\tabularnewline}
% the largest size in which it fits the line
\providecommand{\attnfit}[1]{\par\noindent\sbox0{#1}%
  \ifdim\wd0>\linewidth \sbox0{\small #1}\fi
  \ifdim\wd0>\linewidth \sbox0{\footnotesize #1}\fi
  \ifdim\wd0>\linewidth \sbox0{\scriptsize #1}\fi
  \ifdim\wd0>\linewidth \sbox0{\tiny #1}\fi
  \usebox0\par\vspace{0.3\baselineskip}}
% for a picture so many em wide: small type, or smaller where the line is short
\providecommand{\attnsmall}[1]{\small
  \ifdim #1em>\linewidth \footnotesize\fi
  \ifdim #1em>\linewidth \scriptsize\fi
  \ifdim #1em>\linewidth \tiny\fi
  \setlength{\unitlength}{1em}}
"""

_NEEDED = "% to be read in by \\input; needs \\usepackage{amsmath,booktabs,xcolor}\n"


@dataclass(frozen=True)
class LatexRenderer:
    r"""fragment: a piece for \input, without a title; it needs amsmath, booktabs and xcolor."""

    fragment: bool = False

    def render(self, document: Document) -> str:
        """The document as LaTeX, all of it ASCII."""
        page = _Page(COLUMN if self.fragment else PAGE)
        sections = "\n".join(page.section(section) for section in document.sections)
        if self.fragment:
            notes = "".join(
                page.block(block) for block in document.title.blocks if isinstance(block, Note)
            )
            return f"{_NEEDED}{_COMMANDS}{notes}{sections}\\endgroup\n"
        title = page.title(document.title)
        return f"{_BEGIN}{_COMMANDS}{title}{sections}\\endgroup\n\\end{{document}}\n"


@dataclass(frozen=True)
class _Page:
    """room: the width of a line in em."""

    room: float

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
        return self._heading(section.heading) + "\n".join(self._blocks(section.blocks))

    def _heading(self, heading: Heading) -> str:
        """Number and words, with the formula at the right of the line or below."""
        number = "" if heading.number is None else rf"{heading.number}\quad "
        words = inlines(heading.words)
        if heading.formula is None:
            return f"\\subsection*{{{number}{words}}}\n"
        formula = _STACKED.write(heading.formula)
        if 1.3 * width(number + words) + maths_width(formula) + _BETWEEN > self.room:
            return f"\\subsection*{{{number}{words}}}\n\\[\n{formula}\n\\]\n"
        beside = rf"\hfill{{\normalfont\normalsize $\displaystyle {formula}$}}"
        return f"\\subsection*{{{number}{words}{beside}}}\n"

    def _blocks(self, blocks: Sequence[Block]) -> Iterator[str]:
        """The blocks; formulas that state what is given share a line."""
        beside: list[str] = []
        used = 0.0
        for place, block in enumerate(blocks):
            given = self._given(block)
            wide = maths_width(given) + _BETWEEN if given else 0.0
            if beside and (not given or used + wide > self.room):
                yield _display(" \\qquad\n".join(beside))
                beside, used = [], 0.0
            if given:
                beside.append(given)
                used += wide
            else:
                yield self.block(block)
            if isinstance(block, Paragraph) and any(
                isinstance(after, Table | Heatmap) for after in blocks[place + 1 : place + 2]
            ):
                yield "\\nopagebreak"
        if beside:
            yield _display(" \\qquad\n".join(beside))

    def _given(self, block: Block) -> str:
        """A formula that says what a matrix or a vector is, and is narrow enough to be one."""
        if not isinstance(block, Equation) or not isinstance(block.expression, Relation):
            return ""
        if not isinstance(block.expression.sides[-1], Matrix | Vector):
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
                return self._captioned(inlines(caption), tables(block, self.room))
            case Heatmap(caption=caption):
                return self._captioned(inlines(caption), heatmaps(block, self.room))
            case Graph(caption=caption):
                return graph_latex(block, inlines(caption))
            case Note(kind, content):
                return _note(kind, inlines(content))
            case _:
                assert_never(block)

    def _captioned(self, caption: str, pieces: Iterator[str]) -> str:
        above = f"{{\\slshape {caption}\\par}}\\nopagebreak\n" if caption else ""
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


def _note(kind: NoteKind, text: str) -> str:
    match kind:
        case NoteKind.WARNING:
            return f"\\textbf{{Note:}} {text}\n"
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
