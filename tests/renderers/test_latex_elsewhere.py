r"""Fragments of LaTeX where lines are short: in two columns, and on the slides of beamer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from attncalc.document.document import Document, Equation, Heading, Paragraph, Section, Words
from attncalc.document.expressions import Number, Relation, Sign, Sum, Symbol
from attncalc.readers import load_all
from attncalc.renderers.latex.page import LatexRenderer
from attncalc.steps.engine import explain
from attncalc.walkthrough import write_walkthrough
from tests.conftest import SAMPLES
from tests.renderers.pdflatex import compile_latex

NAMES = ["animal", "apple", "llama", "multi-head", "scaling"]
"""Those that are long, wide or have several heads."""

WORST = 5.0
"""Points by which a box may be too wide or too high."""

PACKAGES = "\\usepackage{amsmath,booktabs,graphicx,xcolor}\\begin{document}\n"
CLASSES = {
    "twocolumn": ("\\documentclass[twocolumn]{article}", "\\section*{%s}\\input{%s}\n"),
    "beamer": (
        "\\documentclass{beamer}",
        "\\begin{frame}[allowframebreaks=0.9]{%s}\\input{%s}\\end{frame}\n",
    ),
}


@pytest.mark.parametrize("name", CLASSES)
def test_samples(tmp_path: Path, name: str) -> None:
    """A sample fits two columns, and slides, without a line too long or a page too full."""
    last = []
    for sample in NAMES:
        document = write_walkthrough(explain(load_all(SAMPLES / f"{sample}.yaml")[0]))
        source = LatexRenderer(fragment=True).render(document)
        (tmp_path / f"{sample}.tex").write_text(source, encoding="ascii")
        last.append(document.sections[-1].heading.words[0])
    begin, piece = CLASSES[name]
    inputs = "".join(piece % (sample, sample) for sample in NAMES)
    run = compile_latex(tmp_path, "all", f"{begin}{PACKAGES}{inputs}\\end{{document}}\n")
    assert [points for points in run.overfull if points > WORST] == []
    high = re.findall(r"^Overfull \\vbox \(([0-9.]+)pt too high\)", run.log, re.MULTILINE)
    assert [points for points in high if float(points) > WORST] == []
    text = " ".join(" ".join(run.pages).split())
    for words in set(last):  # where a page cannot be broken, beamer loses what follows
        assert isinstance(words, Words)
        assert text.count(words.text) >= last.count(words)


def written(terms: int) -> str:
    """A fragment with a formula of so many terms."""
    total = Sum(tuple(Number(f"{place}.2345") for place in range(terms)))
    formula = Equation(Relation((Symbol("s"), total, Number("3.4")), (Sign.EXACT, Sign.ROUNDED)))
    heading = Heading(1, (Words("Part"),))
    title = Section(Heading(None, (Words("Title"),)), ())
    source = LatexRenderer(fragment=True).render(Document(title, (Section(heading, (formula,)),)))
    return source.split("\\attnheading{1", 1)[1]


def test_lines_of_any_length() -> None:
    """TeX has a formula once for each length of line that it cannot be the same for."""
    assert "\\ifdim" not in written(2)
    assert re.findall(r"ifdim.linewidth<(\d+)em", written(5)) == ["27"]
    assert re.findall(r"ifdim.linewidth<(\d+)em", written(9)) == ["27", "34"]
    assert written(9).count("\\fi\n") == 2


def test_headings_stay_with_what_they_are_of(tmp_path: Path) -> None:
    """On slides, no heading and no formula of one is left behind by the words below it."""
    sections = tuple(
        Section(
            Heading(at, (Words(f"Part{at}"),), Symbol("s") if at % 2 else None),
            tuple(Paragraph((Words(f"Words{at}"),)) for _ in range(at % 7 + 1)),
        )
        for at in range(1, 60)
    )
    title = Section(Heading(None, (Words("Title"),)), ())
    source = LatexRenderer(fragment=True).render(Document(title, sections))
    (tmp_path / "parts.tex").write_text(source, encoding="ascii")
    begin, piece = CLASSES["beamer"]
    whole = f"{begin}{PACKAGES}{piece % ('parts', 'parts')}\\end{{document}}\n"
    for page in compile_latex(tmp_path, "all", whole).pages:
        parts, words = (set(re.findall(rf"{name}(\d+)", page)) for name in ("Part", "Words"))
        assert parts <= words
