"""LaTeX pages, set by the real pdflatex."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from attncalc.document.document import (
    Align,
    Bar,
    Block,
    Cell,
    Code,
    Column,
    Document,
    Equation,
    Heading,
    Heatmap,
    HeatmapRow,
    Judgement,
    Note,
    NoteKind,
    Paragraph,
    Row,
    RowKind,
    Section,
    Standing,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import (
    Expression,
    Matrix,
    Name,
    Number,
    Omitted,
    Relation,
    Sign,
    Sum,
    Symbol,
    Vector,
)
from attncalc.language import Speech, speaking
from attncalc.readers import load_all
from attncalc.renderers.inert import inert_token
from attncalc.renderers.latex.page import LatexRenderer
from attncalc.renderers.latex.text import latex_text
from attncalc.renderers.latex.widths import width
from attncalc.steps.engine import explain
from attncalc.walkthrough import write_walkthrough
from tests import samples
from tests.conftest import SAMPLES
from tests.renderers.hostile import HOSTILE
from tests.renderers.pdflatex import compile_latex, compile_together

GOLDEN = Path(__file__).parent / "golden"
WORST = 5.0
"""Points by which a box may be too wide."""

AROUND = (
    "\\documentclass{article}\\usepackage{amsmath,booktabs,graphicx,xcolor}\\begin{document}\n%s"
    "\\end{document}\n"
)
TITLE = Section(
    Heading(None, (Words("Title"),)),
    (Paragraph((Words("under it"),)), Note(NoteKind.WARNING, (Words("beware"),))),
)
NAMES = [path.stem for path in sorted(SAMPLES.glob("*.yaml"))]
LETTERS = "ABCDEFGHIJKLMNOP"


@cache
def sample(name: str) -> Document:
    """The walkthrough of a sample."""
    return write_walkthrough(explain(load_all(SAMPLES / f"{name}.yaml")[0]))


def document(*blocks: Block, formula: Expression | None = None) -> Document:
    """A document of one section."""
    return Document(TITLE, (Section(Heading(1, (Words("Part"),), formula), blocks),))


def body(*blocks: Block, fragment: bool = False, formula: Expression | None = None) -> str:
    """What is written of one section."""
    source = LatexRenderer(fragment).render(document(*blocks, formula=formula))
    return source.split("\\attnheading{1", 1)[1]


def squeezed(text: str) -> str:
    """Text without blanks and without what fonts do to letters."""
    text = unicodedata.normalize("NFKC", text).translate({0x2019: "'", 0x201D: '"'})
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("name", ["animal", "causal", "sink"])
def test_golden(name: str, golden: Callable[[Path, str], None]) -> None:
    """Three samples as they are written."""
    golden(GOLDEN / f"{name}.tex", LatexRenderer().render(sample(name)))


def test_samples_standalone(tmp_path: Path) -> None:
    """Every sample is a document that pdflatex sets, with no line too long."""
    sources = [LatexRenderer().render(samples.page(name)) for name in NAMES]
    runs = dict(zip(NAMES, compile_together(tmp_path, "samples", sources), strict=True))
    worst = {name: max(run.overfull, default=0) for name, run in runs.items()}
    assert {name: points for name, points in worst.items() if points > WORST} == {}
    for name, run in runs.items():
        assert any("In words" in page for page in islice(run.from_the_end(), 2)), name


@pytest.mark.parametrize(
    "measure", ["", "\\setlength{\\textwidth}{307pt}\n"], ids=["article", "slide"]
)
def test_samples_fragments(tmp_path: Path, measure: str) -> None:
    r"""Every sample can be read in by \input into one document, even a narrow one."""
    for name in NAMES:
        source = LatexRenderer(fragment=True).render(samples.page(name))
        (tmp_path / f"{name}.tex").write_text(source, encoding="ascii")
    inputs = "".join(f"\\section*{{{name}}}\\input{{{name}}}\n" for name in NAMES)
    run = compile_latex(tmp_path, "all-samples", AROUND % (measure + inputs))
    assert [points for points in run.overfull if points > WORST] == []
    assert "LaTeX Warning: Command" not in run.log


@pytest.mark.no_cover
def test_hostile(tmp_path: Path) -> None:
    """Tokens that try to be LaTeX are set as they are spelled, wherever they stand."""
    sources = [LatexRenderer().render(hostile_document(spelling)) for spelling in HOSTILE]
    runs = compile_together(tmp_path, "hostile", sources)
    for spelling, run in zip(HOSTILE, runs, strict=True):
        text = squeezed("".join(run.pages))
        shown = squeezed(inert_token(spelling))
        if shown.isascii():
            assert text.count(shown) >= 3, spelling
        boxes = re.findall(r"attnglyph\{(.*?)\}", latex_text(inert_token(spelling)))
        assert all(f"U+{box}" in text for box in boxes), spelling


def hostile_document(spelling: str) -> Document:
    """A document with the spelling wherever a word, a token or a name may stand."""
    token, words = Token(spelling, focused=True), Words(spelling)
    name = Symbol("q", (Name(spelling),))
    row: tuple[Cell, ...] = ((token,), (words,), (name,), (Code(spelling),))
    columns = (Column((token,)), Column((words,), wraps=True), Column((name,)), Column(()))
    heat = HeatmapRow(token, (Number("1"),), (1.0,))
    blocks: tuple[Block, ...] = (
        Paragraph((Words("begin "), token, Words(" middle "), words, Code(spelling))),
        Paragraph((Judgement(Standing.WRONG, spelling), Judgement(Standing.RIGHT, "x"))),
        Equation(Relation((name, Number(spelling)), (Sign.EXACT,))),
        Table(columns, (Row(row), Row(row, focused=True)), caption=(token,)),
        Heatmap((token,), (heat,), (words,)),
    )
    title = Section(Heading(None, (token, words)), (Paragraph((words,)),))
    return Document(title, (Section(Heading(1, (token, words), name), blocks),))


def test_packages() -> None:
    """A fragment has no preamble and no title; both are ASCII."""
    source = LatexRenderer(fragment=True).render(document(Paragraph((Words("漢é"),))))
    assert "usepackage" not in re.sub(r"(?m)^%.*", "", source)
    assert "documentclass" not in source
    assert "Title" not in source
    assert "beware" in source
    assert source.isascii()
    assert "\\attnglyph{6F22}\\'{e}" in source


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("a-b--c''d,,e", "a-b-{}-c'{}'d,{}," + "e"),
        ("[*] 5% #&", r"{[}{*}] 5\% \#\&"),
        ("a_$", r"a\texttt{\char95 }\texttt{\char36 }"),
        ("éïşŁ", r"\'{e}\" {\i}".replace(" ", "") + r"\c{s}\L{}"),
        ("ẹ́`", r"\d{e}\attnglyph{0301}\`{}"),
        ("ą×", r"\attnglyph{0105}\ensuremath{\times}"),
        ("‹U+200B›", r"\attnglyph{200B}"),
        ("␛␡", r"\attnglyph{001B}\attnglyph{007F}"),
        ("👩", r"\attnglyph{1F469}"),
        ("„x“", r",,x\textquotedblleft{}"),
    ],
)
def test_text(text: str, latex: str) -> None:
    """Any character is a command that every LaTeX has, or a box."""
    assert latex_text(text) == latex


def test_breakable() -> None:
    """A long token can be broken anywhere."""
    assert latex_text("ab", breakable=True) == r"a\allowbreak{}b"


def test_estimates(tmp_path: Path) -> None:
    """Estimated widths are within a tenth or half an em of the real ones."""
    pieces = [
        "0.4735",
        r"$0.6 \times 0.2 + 0.5 \times (-0.1) = 0.12 - 0.05$",
        r"$\displaystyle\frac{e^{1.22}}{e^{0.17} + e^{-0.77}} \approx 0.2287$",
        r"$\alpha_{\text{it},\text{tired}} = [0.1, 0.2, \dots, 0.3]$",
        r"$\mathrm{softmax}(X W_{Q}) = \tanh(\sqrt{d_{k}}) \cdot \infty$",
        "animal, didn't cross the street",
        latex_text("漢 {a} é # “x”"),
        "$\\left[\\begin{array}{rr}\n0.5 & -1.0 \\\\\n2 & 3\n\\end{array}\\right]$",
    ]
    source = LatexRenderer().render(document())
    boxes = "".join(f"\\sbox0{{{piece}}}\\typeout{{WIDTH \\the\\wd0}}\n" for piece in pieces)
    run = compile_latex(tmp_path, "widths", source.replace("\\endgroup", boxes + "x\\endgroup"))
    real = [float(points) / 10.95 for points in re.findall(r"WIDTH ([0-9.]+)pt", run.log)]
    estimated = [width(piece) for piece in pieces]
    assert estimated == pytest.approx(real, rel=0.12, abs=0.6)


def terms(count: int) -> Sum:
    """A sum of so many terms."""
    return Sum(tuple(Number(f"{place}.2345") for place in range(count)))


def test_equations() -> None:
    """Long derivations are aligned at their signs; terms that are too many go on below."""
    chain = Relation((Symbol("s"), terms(6), Number("3.4")), (Sign.EXACT, Sign.ROUNDED))
    assert "aligned" not in body(Equation(chain))
    long = Relation((Symbol("s"), terms(14), Number("3.4")), (Sign.EXACT, Sign.ROUNDED))
    text = body(Equation(long))
    assert "\\begin{aligned}\ns &= 0.2345 + " in text
    assert "\\\\\n&\\quad {}+ " in text
    assert "\\\\\n&\\approx 3.4\n" in text
    middle = Relation((Symbol("s"), terms(9), Number("3.4")), (Sign.EXACT, Sign.ROUNDED))
    assert "\\quad" not in body(Equation(middle)).split("aligned", 1)[1]
    assert "\\begin{aligned}\n&0.2345" in body(Equation(terms(30)))
    assert "\\[\nx\n\\]" in body(Equation(Symbol("x")))


def test_what_is_given() -> None:
    """Formulas that say what a matrix is share lines; a wide one is cut into columns."""

    def given(name: str, columns: int) -> Equation:
        matrix = Matrix((tuple(Number("0.25") for _ in range(columns)),) * 2)
        return Equation(Relation((Symbol(name), matrix), (Sign.EXACT,)))

    text = body(given("A", 2), given("B", 3), given("C", 8), Paragraph((Words("end"),)))
    assert re.search(r"A = [^]]*?\\right\] \\qquad\nB =", text)
    assert text.count("\\[\n") == 2
    wide = body(given("W", 40))
    assert "\\left[\\begin" in wide
    assert "\\right.\\\\\n" in wide.replace("\\right. \\\\", "\\right.\\\\")
    assert "\\left.\\begin" in wide
    vector = Relation((Symbol("v"), Vector((Number("1"),))), (Sign.EXACT,))
    assert body(Equation(vector)).count("\\[\n") == 1


def test_heading() -> None:
    """A heading's formula stands below it, on a line of its own: some classes drop headings."""
    short = Relation((Symbol("x"), Symbol("y")), (Sign.EXACT,))
    assert body(formula=short).startswith(
        "\\quad Part}\n\\begingroup\\attnkeepbelow\n\\[\nx = y\n\\]\n\\endgroup\n"
    )
    untitled = Document(TITLE, (Section(Heading(None, (Words("Part"),)), ()),))
    assert "\\attnheading{Part}" in LatexRenderer().render(untitled)


def long_table(count: int, *more: Column, optional: bool = True) -> Table:
    """A table with a sum of so many terms in its second column, and a bar."""
    relation = Relation((terms(count), Number("9.9")), (Sign.ROUNDED,))
    result = Relation((Number("9.9"),), (Sign.ROUNDED,))
    columns = (
        Column((Words("key"),)),
        Column((Words("terms"),)),
        Column((Words("again"),), optional=optional),
        Column((Words("score"),), Align.RIGHT, result=True),
        Column(()),
        *more,
    )
    cells: tuple[Cell, ...] = ((Token("a"),), (relation,), (Words("more"),), (result,), Bar(0.5))
    extra: tuple[Cell, ...] = tuple((terms(3),) for _ in more)
    last: tuple[Cell, ...] = ((Words("sum"),), (), (), (result,), ())
    return Table(
        columns,
        (
            Row(cells + extra),
            Row(((Words("… 2 more"),),), RowKind.OMITTED),
            Row(last + tuple(() for _ in more), RowKind.TOTAL),
        ),
    )


def test_table_widths() -> None:
    """Optional columns go, then relations are broken, then columns stand below."""
    fits = body(long_table(3))
    assert "again" in fits
    assert "\\attnbar" in fits
    narrow = body(long_table(10))
    assert "again" not in narrow
    broken = body(long_table(16))
    assert re.search(r"\na & \$0\.2345 .*\$ & *\\\\\n & \$\{\}\+ 8", broken)
    assert re.search(r"\n & \$\\approx 9\.9\$ & .*approx 9\.9\$\} ", broken)
    assert "\\attnbar" not in body(long_table(11, optional=False))
    more = Column((Words("wide"),))
    apart = body(long_table(16, more, more, more))
    assert apart.count("\\begin{tabular}") == 2
    assert apart.count("key & ") == 2
    assert "\\multicolumn{5}" in apart


def test_width_of_long_text() -> None:
    """A token as long as a file is not read letter by letter; it is wider than any page."""
    assert width("m" * 4_000) == pytest.approx(3_200)
    assert width("m" * 4_001) > 1_000
    assert width("$\\frac{" * 4_001) > 1_000


def test_table_words() -> None:
    """Columns of words are wrapped, long tokens too; a table without headings has none."""
    words = Words("many words that go on and on and on and on")
    table = Table(
        (Column(()), Column((), wraps=True)),
        (Row(((Token("x" * 60),), (words,))), Row(((), (terms(9),)))),
    )
    text = body(table)
    assert "{@{}p{14.0em}p{20.0em}" in text
    assert "\\toprule\n\\raggedright" in text
    assert "\\midrule" not in text


def test_mixed_cell() -> None:
    """Where formulas are broken, other cells are left as they are."""
    many = Relation((terms(30), Number("1")), (Sign.EXACT,))
    cells: tuple[Cell, ...] = ((Words("n = "), Symbol("n")), (many,))
    short: tuple[Cell, ...] = ((), (Symbol("m"),))
    text = body(Table((Column(()), Column(())), (Row(cells), Row(short))))
    assert "\nn = $n$ & $0.2345" in text
    assert "\n & $m$ " in text


def test_short_row() -> None:
    """A row with fewer cells than there are columns has nothing in the last ones."""
    total = Row(((Words("all"),), (Number("3"),)), RowKind.TOTAL)
    full = Row(((Words("one"),), (Number("1"),), Bar(0.5)))
    text = body(Table((Column(()), Column(()), Column(())), (full, total)))
    assert (
        "{\\bfseries\\boldmath all} & {\\bfseries\\boldmath $3$} & \\\\"
        in text.replace("&  \\\\", "& \\\\")
        or "$3$} & \\\\" in text
    )


def test_running_formula() -> None:
    """A vector in running text can be broken behind its commas, but not in a cell."""
    vector = Vector((Number("1"), Number("2")))
    assert "$[1, \\allowbreak 2]$" in body(Paragraph((vector,)))
    assert "$[1, 2]$" in body(Table((Column(()),), (Row(((vector,),)),)))


def test_long_table() -> None:
    """A table longer than a page is several, each with its headings."""
    rows = tuple(Row(((Number(str(number)),),)) for number in range(90))
    text = body(Table((Column((Words("n"),)),), rows))
    assert text.count("\nn \\\\") == 3
    assert "$89$" in text


def test_heatmap() -> None:
    """Cells are coloured by their shades; columns that do not fit stand below."""
    tokens = tuple(Token(LETTERS[at] * 20) for at in range(8))
    numbers = tuple(Number("0.25") for _ in tokens)
    row = HeatmapRow(Token("x", focused=True), numbers, (0.0, 0.5, 1.0, 1.5, -0.5, 0, 0, 0))
    part = HeatmapRow(Token("y"), (Number("1"), Omitted(3), *numbers[2:]), (1.0,) + (0.0,) * 7)
    heatmap = Heatmap((*tokens[:1], Omitted(3), *tokens[2:]), (row, Omitted(4), part), ())
    text = body(heatmap, fragment=True)
    assert text.count("\\begin{tabular}") == 4 + 2  # for a short line, and for a longer one
    assert "\\textbf{x} & \\attncell{0}" in text
    assert re.search(r"\\attncell\{100\}\{[0-9.]+em\}\{\\color\{white\}\$0.25\$\}", text)
    assert "(4 more)" in text
    assert "AAAAAAAAAAAAA\\textellipsis{}" in text
    assert "& $\\cdots$" in text


STUB = r"""\LdfInit{ngerman}{captionsngerman}
\ifx\l@ngerman\undefined\adddialect\l@ngerman0\fi
\def\captionsngerman{}\def\datengerman{}\def\extrasngerman{}\def\noextrasngerman{}
\typeout{WORDS ARE BROKEN}\ldf@finish{ngerman}
"""
"""What babel reads, of an installation that breaks German words."""


def test_german(tmp_path: Path) -> None:
    """A German page has its words broken where TeX can do it, and is set where it cannot."""
    with speaking(Speech("de")):
        document = write_walkthrough(explain(load_all(SAMPLES / "animal.yaml")[0]))
        source = LatexRenderer().render(document)
        assert "babel" not in LatexRenderer(fragment=True).render(document)
    assert "babel" not in LatexRenderer().render(document)
    plain = compile_latex(tmp_path, "plain", source)
    (tmp_path / "ngerman.ldf").write_text(STUB, encoding="ascii")
    broken = compile_latex(tmp_path, "broken", source)
    assert "WORDS ARE BROKEN" in broken.log
    assert "Attention-Gewichte" in " ".join(plain.pages)
    assert plain.pages == broken.pages
