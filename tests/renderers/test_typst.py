"""Typst source, from documents made by hand and from samples."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from attncalc.document.document import (
    Align,
    Bar,
    Code,
    Column,
    Document,
    Equation,
    Heading,
    Heatmap,
    HeatmapRow,
    Note,
    NoteKind,
    Paragraph,
    Row,
    RowKind,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import (
    Matrix,
    Number,
    Omitted,
    Relation,
    Sign,
    Sum,
    Symbol,
    Vector,
)
from attncalc.readers import load_all
from attncalc.renderers.colors import contrast, ink_on
from attncalc.renderers.typst.page import TypstRenderer, shaded
from attncalc.steps.engine import explain
from attncalc.walkthrough import write_walkthrough
from tests.conftest import SAMPLES

GOLDEN = Path(__file__).parent / "golden"
TERMS = Sum(tuple(Number(f"{number}.25") for number in range(30)))
SIGNS = (Sign.EXACT, Sign.ROUNDED)
ENTRIES = Vector(tuple(Number(f"{number}.5") for number in range(12)))


def own_part(source: str) -> str:
    """The source without the page that is put in front of every document."""
    return source[source.index("#set document(") :]


def body(*blocks: object, title: tuple[object, ...] = (Words("T"),)) -> str:
    """What is written for these blocks, without the page that is put in front."""
    section = Section(Heading(None, (Words("Part"),)), blocks)  # type: ignore[arg-type]
    note = Note(NoteKind.WARNING, (Words("beware"),))
    heading = Heading(None, title)  # type: ignore[arg-type]
    source = TypstRenderer().render(Document(Section(heading, (note,)), (section,)))
    return own_part(source)


@pytest.mark.parametrize("sample", ["animal", "projections", "sink"])
def test_golden(sample: str, golden: Callable[[Path, str], None]) -> None:
    """A whole walkthrough, as it is written to a file behind the page."""
    trace = explain(load_all(SAMPLES / f"{sample}.yaml")[0])
    renderer = TypstRenderer("us-letter", f"attncalc explain {sample}.yaml")
    golden(GOLDEN / f"{sample}.typ", own_part(renderer.render(write_walkthrough(trace))))


def test_front_matter() -> None:
    """Title and date go into the metadata; the footer is a string like every other text."""
    document = Document(Section(Heading(None, (Words('a "b"'),)), ()), ())
    source = TypstRenderer("a4", 'x" #y', datetime.date(2026, 11, 2)).render(document)
    assert source.endswith(
        '#set document(title: "a \\"b\\"", date: datetime(year: 2026, month: 11, day: 2))\n'
        '#show: handout.with("a4", "x\\" #y")\n'
        "\n"
        '#masthead([#"a \\"b\\""], [\n'
        "])\n"
        "#sheets-end\n"
    )
    assert "date: none" in TypstRenderer().render(document)


def test_title_in_metadata() -> None:
    """Tokens, code and formulas of a title are spelt out for the metadata."""
    written = body(title=(Words("a "), Token("b"), Code(" c "), Symbol("d")))
    assert written.startswith('#set document(title: "a “b” c d", date: none)')


def test_several_documents() -> None:
    """Each document begins on a page of its own."""
    one = Document(Section(Heading(None, (Words("one"),)), ()), ())
    source = TypstRenderer().render_all((one, one))
    assert source.count('#masthead([#"one"], [') == 2
    assert source.count("\n#pagebreak()\n") == 1


def test_unshown() -> None:
    """Characters that no font has are written as their code points; the metadata keep them."""
    document = Document(Section(Heading(None, (Words("漢!"),)), ()), ())
    source = TypstRenderer(unshown=frozenset("漢")).render(document)
    assert 'title: "漢!"' in source
    assert '#masthead([#"‹U+6F22›!"], [' in source


def test_blocks() -> None:
    """Every block is a call with data."""
    warning = Note(NoteKind.WARNING, (Words("note"),))
    remark = Note(NoteKind.REMARK, (Code("--query"), Symbol("x")))
    assert body(warning, remark).splitlines()[3:] == [
        '#masthead([#"T"], [',
        "])",
        '#warning("Note:", [#"beware"])',
        "",
        '#step(none, [#"Part"])',
        '#warning("Note:", [#"note"])',
        '#remark([#key("--query")#m("x", $x$)])',
        "#sheets-end",
    ]


def test_prose() -> None:
    """A sentence that introduces a formula stays with it; long formulas are not stretched."""
    long = Relation((Symbol("o"), ENTRIES), (Sign.EXACT,))
    written = body(Paragraph((Words("w" * 30), Token("t", True), long)), Equation(Symbol("x")))
    assert f'#prose([#breakable("{"w" * 30}")#quoted("t", focused: true)#m("o = [' in written
    assert "], leads-on: true, even: false)\n" in written
    assert '#derivation(m("x", $ x $))\n' in written


def test_derivation() -> None:
    """A chain is given side by side; one of very many terms may be broken in its lines."""
    short = Relation((Symbol("s"), Number("1"), Number("2")), SIGNS)
    sides = 'm("s", $display(s)$), m("= 1", $display(= 1)$), m("≈ 2", $display(≈ 2)$)'
    assert f"#derivation({sides})\n" in body(Equation(short))
    assert '#derivation(wraps: true, m("s", $s$), m("= 0.25' in body(
        Equation(Relation((Symbol("s"), TERMS), (Sign.EXACT,)))
    )


def test_side_by_side() -> None:
    """Tables and drawings that follow each other share lines, as do matrices that are given."""
    table = Table((Column(()),), (Row(((Words("x"),),)),))
    heatmap = Heatmap((Token("a"),), (HeatmapRow(Token("x"), (Number("1"),), (1.0,)),), ())
    matrix = Equation(Relation((Symbol("W"), Matrix(((Number("1"),),))), (Sign.EXACT,)))
    written = body(matrix, matrix, table, heatmap, Equation(Symbol("x")), table)
    calls = [line for line in written.splitlines() if line.startswith(("#", "  sheet", "  heat"))]
    assert [call.split("(")[0].strip() for call in calls][5:] == [
        "#given",
        "#figures",
        "sheet",
        "heatmap",
        "#derivation",
        "#figures",
        "sheet",
        "#sheets-end",
    ]
    assert written.count('  (m("W", $display(W)$), m("= [[1]]", ') == 2
    assert written.count("leads-on: true") == 2


def test_noted() -> None:
    """What is remarked of a table stands below it, also where others stand beside it."""
    table = Table((Column(()),), (Row(((Words("x"),),)),))
    remark = Note(NoteKind.REMARK, (Words("so"),))
    written = body(table, remark, table, Note(NoteKind.WARNING, (Words("beware"),)), remark)
    assert written.count("#figures(") == written.count("noted(sheet(") == 1
    assert written.count('), [#"so"]),') == 1
    assert '#remark([#"so"])' in written


def test_last_words() -> None:
    """The words of the last section stay together."""
    words = Paragraph((Words("w"),))
    sections = tuple(Section(Heading(None, (Words(name),)), (words, words)) for name in "ab")
    written = TypstRenderer().render(Document(Section(Heading(None, ()), ()), sections))
    assert written.count('#prose([#"w"])') == written.count('#prose([#"w"], leads-on: true)') == 2


def test_first_words() -> None:
    """A few words at the beginning stay with the table they lead to; many are not kept together."""
    words, table = Paragraph((Words("w"),)), Table((Column((Words("c"),)),), ())

    def leading(*blocks: Paragraph | Table) -> int:
        sections = (Section(Heading(1, ()), blocks), Section(Heading(2, ()), ()))
        written = TypstRenderer().render(Document(Section(Heading(None, ()), ()), sections))
        return written.count('[#"w"], leads-on: true)')

    assert leading(words, words, table, words) == 2
    assert leading(words, words, words, words, table, words) == 1
    assert leading(table, words, words, table, words) == 1


def test_table() -> None:
    """Cells are words, chains or bars; rows and columns say what kind they are."""
    chain = Relation((Number("1"), Number("2")), SIGNS)
    table = Table(
        (
            Column((Words("key"),), optional=True),
            Column((), Align.RIGHT, result=True),
            Column((Token("h"),), wraps=True),
        ),
        (
            Row(((Token("t"),), (chain,), Bar(0.5)), focused=True),
            Row(((Words("3 left out"),),), RowKind.OMITTED),
        ),
        (Words("cap"),),
    )
    assert body(table).splitlines()[8:] == [
        "#figures(",
        '  sheet(title: [#"cap"], columns: (',
        '    (heading: [#"key"], align: left, optional: true, result: false, wraps: false),',
        "    (heading: none, align: right, optional: false, result: true, wraps: false),",
        '    (heading: [#token("h")], align: left, optional: false, result: false, wraps: true),',
        "  ), rows: (",
        '    (kind: "body", marked: 0, cells: ([#token("t")], '
        'chain(m("= 1", $= 1$), m("≈ 2", $≈ 2$)), bar(0.5000), )),',
        '    (kind: "omitted", marked: none, cells: ([#"3 left out"], )),',
        "  )),",
        ")",
        "#sheets-end",
    ]


def test_heatmap() -> None:
    """Shades are colours, with an ink that is read on them; what is left out has none."""
    row = HeatmapRow(Token("x", True), (Number("0"), Omitted(2), Number("1")), (0.0, 0.0, 1.0))
    columns = (Token("a"), Omitted(2), Token("b"))
    heatmap = Heatmap(columns, (row, Omitted(1), Omitted(2)), (Words("heat"),))
    black = 'ink: rgb("#000000")'
    assert body(heatmap).splitlines()[8:] == [
        "#figures(",
        '  heatmap(title: [#"heat"], columns: (token("a"), […], token("b"), ), rows: (',
        '    (label: token("x", focused: true), cells: ('
        f'(fill: rgb("#f5f9f9"), {black}, number: m("0", $0$)), '
        f'(fill: rgb("#ffffff"), {black}, number: m("…", $dots.h$)), '
        '(fill: rgb("#007068"), ink: rgb("#ffffff"), number: m("1", $1$)), )),',
        '    (left-out: "… 1 query left out …"),',
        '    (left-out: "… 2 queries left out …"),',
        "  )),",
        ")",
        "#sheets-end",
    ]


@pytest.mark.parametrize("percent", range(0, 101, 5))
def test_contrast(percent: int) -> None:
    """Numbers are readable on every shade (4.5 to 1, WCAG 2 AA)."""
    fill = shaded(percent / 100)
    assert contrast(fill, ink_on(fill)) >= 4.5
