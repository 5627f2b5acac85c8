"""The terminal page, from documents made by hand."""

from __future__ import annotations

import re

import pytest
from rich.style import Style

from attncalc.document.document import (
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
from attncalc.document.expressions import Number, Omitted, Relation, Sign, Sum, Symbol
from attncalc.renderers.colors import ON_DARK, ON_LIGHT
from attncalc.renderers.terminal.heatmap import heatmap_lines, ramp_of
from attncalc.renderers.terminal.page import TerminalRenderer

TERMS = Sum(tuple(Number(f"{number}.25") for number in range(9)))
FORMULA = Relation((Symbol("s"), TERMS, Number("38.25")), (Sign.EXACT, Sign.ROUNDED))
TITLE = Section(Heading(None, (Words("Title"),)), (Note(NoteKind.WARNING, (Words("beware"),)),))
HEATMAP = Heatmap(
    (Token("a"), Omitted(3), Token("a very long token indeed")),
    (
        HeatmapRow(Token("x"), (Number("0.1"), Omitted(3), Number("0.9")), (0.1, 0.0, 1.0)),
        Omitted(1),
        HeatmapRow(Token("y", True), (Number("1"), Omitted(3), Number("0")), (1.0, 0.0, 0.0)),
    ),
    (Words("heat"),),
    ends=(Number("0"), Number("1")),
)


def page(*sections: Section, width: int = 60, color: bool = False) -> str:
    """A page of these sections under a title."""
    return TerminalRenderer(width, color).render(Document(TITLE, sections))


def section(*blocks: object) -> Section:
    """A section with a long formula in its heading."""
    return Section(Heading(1, (Words("Part"),), FORMULA), blocks)  # type: ignore[arg-type]


def test_narrow() -> None:
    """What does not fit beside stands below; relations break before their signs."""
    assert page(
        section(Equation(FORMULA), Paragraph((Code("--full"), Words(" \x1b")))), width=50
    ) == (
        "Title\n"
        "Note: beware\n"
        "\n"
        " 1   Part\n"
        "   s = 0.25 + 1.25 + 2.25 + 3.25 + 4.25 + 5.25 +\n"
        "   6.25 + 7.25 + 8.25 ≈ 38.25\n"
        "   s = 0.25 + 1.25 + 2.25 + 3.25 + 4.25 + 5.25 +\n"
        "   6.25 + 7.25 + 8.25\n"
        "     ≈ 38.25\n"
        "\n"
        "   --full ␛\n"
    )


def test_a_formula_without_a_value() -> None:
    """A formula that is not a relation stands on a line of its own, too."""
    short = Sum(TERMS.terms[:2])
    assert page(section(Equation(short))).splitlines()[-1] == "   0.25 + 1.25"
    lines = page(section(Equation(TERMS)), width=40).splitlines()[-2:]
    assert lines == ["   0.25 + 1.25 + 2.25 + 3.25 + 4.25 +", "   5.25 + 6.25 + 7.25 + 8.25"]


def test_table() -> None:
    """Optional columns go first, and bars are drawn in what room is left."""
    table = Table(
        (
            Column((Words("key"),)),
            Column((Code("again"),), optional=True),
            Column((Symbol("v"),), result=True),
            Column(()),
        ),
        (
            Row(((Token("a"),), (Words("[1, 2]"),), (FORMULA,), Bar(1.0))),
            Row(((Words("… 2 more"),),), RowKind.OMITTED),
            Row(((Words("sum"),), (), (Number("1"),), ()), RowKind.TOTAL),
        ),
    )
    narrow, wide = page(section(table), width=60), page(section(table), width=150)
    assert "again" not in narrow
    assert "≈ 38.25" in narrow
    assert "again" in wide
    assert re.search(r"38\.25 +█{24}\n", wide)
    assert "… 2 more" in wide


@pytest.mark.parametrize("width", [60, 30, 20])
def test_a_long_heading_is_folded(width: int) -> None:
    """What stands above a column is shown whole, as what stands in it, where there is no room."""
    heading = Sum(tuple(Symbol("w", (f"{number}",)) for number in range(9)))
    row = Row(((Words("key"),), (FORMULA,)))
    table = Table((Column(()), Column((heading,)), Column((Words("score"),))), (row,))
    page = TerminalRenderer(width).render(Document(TITLE, (Section(Heading(1, ()), (table,)),)))
    shown = "".join(page.split())
    assert "w₀+w₁+w₂+w₃+w₄+w₅+w₆+w₇+w₈" in shown.replace("score", "")


def test_heatmap_without_color() -> None:
    """Without colour a mark behind each number shows how large it is."""
    assert page(section(HEATMAP)).split("heat\n")[1] == (
        "        a  …  a very long t…\n"
        "   x  0.1  …             0.9█\n"
        "   … 1 query left out …\n"
        "   y    1█ …               0\n"
    )


@pytest.mark.parametrize("colors", ["truecolor", ""])
def test_heatmap_in_color(colors: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In colour the background shows it, in as many colours as the terminal has."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", colors)
    # rich remembers the colours in which a style was first rendered
    Style.parse.cache_clear()
    Style._add.cache_clear()
    text = page(section(HEATMAP), color=True)
    assert "█" not in text
    assert ("48;2;" if colors else "48;5;") in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "x  0.1" in plain
    assert plain.rstrip().endswith(f"0 {' ' * 22} 1")


def test_ground() -> None:
    """On a light terminal dark is more, as on paper; on any other, bright is."""
    assert ramp_of({}) is ramp_of({"COLORFGBG": "15;0"}) is ON_DARK
    assert ramp_of({"COLORFGBG": "0;15"}) is ramp_of({"COLORFGBG": "0;default;7"}) is ON_LIGHT
    lines = [*heatmap_lines(HEATMAP, 80, ON_LIGHT)]
    assert any("rgb(255,255,255) on rgb" in str(span.style) for span in lines[-2].spans)
