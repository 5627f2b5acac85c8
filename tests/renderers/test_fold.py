"""Matrices that are cut into heads, as a picture: on the page, and in every format that draws."""

from __future__ import annotations

from typing import Any

import pytest

import attncalc
from attncalc.document.document import (
    Document,
    Fold,
    FoldedMatrix,
    FoldPart,
    Heading,
    Section,
    Words,
)
from attncalc.document.expressions import Omitted, Symbol
from attncalc.renderers.html.page import HtmlRenderer
from attncalc.renderers.latex.page import LatexRenderer
from attncalc.renderers.linear import linear
from attncalc.renderers.markdown import MarkdownRenderer
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.renderers.typst.page import TypstRenderer
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from tests.conftest import SAMPLES

SHARED = Fold(
    ("head 1", "head 2", Omitted(5), "head 8"),
    (
        FoldedMatrix(
            "Q",
            (
                FoldPart(Symbol("Q", ("1",)), "1 2", 1, 0.0),
                FoldPart(Symbol("Q", ("2",)), "3 4", 1, 0.2),
                Omitted(5),
                FoldPart(Symbol("Q", ("8",)), "15 16", 1, 1.0),
            ),
        ),
        FoldedMatrix(
            "K",
            (
                FoldPart(Symbol("K", ("1",)), "1 2", 2, 0.25),
                Omitted(5),
                FoldPart(Symbol("K", ("12",)), "3 … 9", 1, 0.75),
            ),
        ),
    ),
    (Words("Which"),),
)


def folds_of(problem: Any, **chosen: Any) -> list[Fold]:
    """The pictures on a page."""
    page = write_walkthrough(attncalc.explain(attncalc.load(problem)), Selection(**chosen))
    return [b for section in page.sections for b in section.blocks if isinstance(b, Fold)]


def parts(fold: Fold) -> dict[str, list[tuple[str, str, int] | int]]:
    """Name, columns and heads of each part, or how many heads are left out."""
    return {
        matrix.letter: [
            part.count
            if isinstance(part, Omitted)
            else (linear(part.symbol), part.columns, part.heads)
            for part in matrix.parts
        ]
        for matrix in fold.matrices
    }


def test_grouped() -> None:
    """Keys and values that heads share stand below all of these."""
    (fold,) = folds_of(SAMPLES / "llama.yaml")
    assert fold.heads == ("head 1", "head 2", "head 3", "head 4")
    assert parts(fold) == {
        "Q": [("Q₁", "1 2", 1), ("Q₂", "3 4", 1), ("Q₃", "5 6", 1), ("Q₄", "7 8", 1)],
        "K": [("K₁", "1 2", 2), ("K₂", "3 4", 2)],
        "V": [("V₁", "1 2", 2), ("V₂", "3 4", 2)],
    }
    shares = [part.share for part in fold.matrices[0].parts if isinstance(part, FoldPart)]
    assert shares == sorted(set(shares))


def test_many_heads() -> None:
    """Of many heads those of the table are drawn, with wide parts by their ends."""
    (fold,) = folds_of({"tokens": ["a"], "X": [["1"] * 120], "attention": {"heads": 20}})
    drawn = parts(fold)
    assert drawn["Q"][0] == ("Q₁", "1 … 6", 1)
    assert drawn["Q"][-1] == ("Q₂₀", "115 … 120", 1)
    assert any(isinstance(part, int) for part in drawn["Q"])
    assert len(drawn["V"]) == len(fold.heads)
    places = [place for place, head in enumerate(fold.heads) if isinstance(head, Omitted)]
    assert [place for place, part in enumerate(drawn["K"]) if isinstance(part, int)] == places


def test_no_fold() -> None:
    """Matrices of each head are not cut, and a picture can be left out."""
    assert folds_of(SAMPLES / "grouped-query.yaml") == []
    assert folds_of(SAMPLES / "animal.yaml") == []
    assert folds_of(SAMPLES / "llama.yaml", hide=("graph",)) == []


def page(renderer: Any) -> str:
    """A page of the picture alone."""
    section = Section(Heading(1, (Words("Heads"),)), (SHARED,))
    text = renderer.render(Document(Section(Heading(None, (Words("T"),)), ()), (section,)))
    assert isinstance(text, str)
    return text


def test_html() -> None:
    """A table, in which a shared part spans its heads."""
    text = page(HtmlRenderer())
    assert '<th scope="col">…</th><th scope="col">head 8</th>' in text
    assert '<td class="shade-5" colspan="2"><b>K₁</b> 1 2</td><td class="omitted">…</td>' in text
    assert '<td class="shade-14"><b>Q₈</b> 15 16</td>' in text


def test_latex() -> None:
    """A tabular, in which a shared part is as wide as its heads' columns."""
    text = page(LatexRenderer())
    assert r"\multicolumn{2}{c}{\attnpart{25}{" in text
    assert r"$\mathbf{K}_{12}$" in text
    assert r"$\cdots$ & \attnpart{55}" in text
    assert "Which" in text


def test_typst() -> None:
    """The cells of a table with their spans; a heading that is left out is one, too."""
    text = page(TypstRenderer())
    assert ' fold(title: [#"Which"], heads: ("head 1", "head 2", "…", "head 8", )' in text
    assert '(span: 2, fill: rgb("#' in text
    assert '(span: 1, fill: none, ink: black, name: "…", columns: "")' in text


def test_markdown() -> None:
    """A table, in which a shared part stands below each of its heads."""
    text = page(MarkdownRenderer())
    assert "| $K$ | $\\mathbf{K}_{1}$ 1 2 | $\\mathbf{K}_{1}$ 1 2 | … |" in text


@pytest.mark.parametrize("color", [False, True])
def test_terminal(color: bool) -> None:
    """A terminal has the table, which says the same, and no picture."""
    assert "Q₁" not in page(TerminalRenderer(80, color))
