"""Pages in every format, as a user asks for them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from attncalc import load
from attncalc.steps.order import stage_shapes
from tests.conftest import COMMAND, SAMPLES, Attncalc

ANIMAL = SAMPLES / "animal.yaml"
BEGINNINGS = {
    "md": "# The animal didn't cross the street because it was too tired",
    "tex": "\\documentclass",
    "typ": "",
    "html": "<!DOCTYPE html>",
}
with_typst = pytest.mark.skipif(bool(COMMAND), reason="the installed command has no extras")


@pytest.mark.installed
@pytest.mark.parametrize("kind", BEGINNINGS)
def test_format(kind: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """A format is chosen by its name, or by the suffix of the file that is written."""
    result = attncalc("explain", ANIMAL, "--format", kind)
    assert (result.code, result.err) == (0, "")
    assert BEGINNINGS[kind] in result.out
    assert "1.22" in result.out
    assert "\x1b" not in result.out
    file = tmp_path / f"animal.{kind}"
    done = attncalc("explain", ANIMAL, "--output", file)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert BEGINNINGS[kind] in file.read_text()


@pytest.mark.installed
def test_quarto(attncalc: Attncalc, tmp_path: Path) -> None:
    """Markdown for Quarto is the same, but for the name of a fence whose diagram is drawn."""
    github, quarto = tmp_path / "animal.md", tmp_path / "animal.qmd"
    for file in (github, quarto):
        assert attncalc("explain", ANIMAL, "--output", file).code == 0
    assert quarto.read_text().count("```{mermaid}") == 1
    assert quarto.read_text().replace("{mermaid}", "mermaid") == github.read_text()


@pytest.mark.installed
@pytest.mark.parametrize("kind", ["md", "qmd", "tex", "html"])
def test_fragment(kind: str, attncalc: Attncalc) -> None:
    """A fragment has no head of its own."""
    result = attncalc("explain", ANIMAL, "--format", kind, "--fragment")
    assert (result.code, result.err) == (0, "")
    assert "\\documentclass" not in result.out
    assert "<!DOCTYPE" not in result.out
    assert "1.22" in result.out


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("explain", "typ"),
        *(("explain", kind) for kind in ("text", "json", "csv", "npz")),
        *(("check", kind) for kind in ("json", "github", "junit")),
        ("compare", "json"),
    ],
)
def test_no_fragment(command: str, kind: str, attncalc: Attncalc) -> None:
    """Formats that are whole pages, or no pages, have no fragments."""
    result = attncalc(command, ANIMAL, "--format", kind, "--fragment")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"--fragment: {kind} has no fragments; expected one of md, qmd, tex, html\n"
    )


@pytest.mark.installed
def test_several_problems(attncalc: Attncalc) -> None:
    """Several problems go into one text or Typst source, but not into one HTML or TeX file."""
    two = "weights: [[1]]\n---\nweights: [[1]]\n"
    assert attncalc("explain", "-", "--format", "md", stdin=two).out.count("# Attention") == 2
    assert "#pagebreak()" in attncalc("explain", "-", "--format", "typ", stdin=two).out
    result = attncalc("explain", "-", "--format", "html", stdin=two)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "--format: 2 pages; expected 1 for html\n  hint: md, typ and pdf take several\n"
    )


def test_several_reports(attncalc: Attncalc) -> None:
    """Reports on several files have a summary, a page more."""
    result = attncalc("check", ANIMAL, SAMPLES / "cat.yaml", "--format", "html")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("--format: 3 pages; expected 1 for html\n")


def test_paper_and_command(attncalc: Attncalc) -> None:
    """The small print of a handout is the command that made it; its paper is chosen."""
    result = attncalc("explain", ANIMAL, "--format", "typ", "--paper", "us-letter")
    assert '"us-letter"' in result.out
    assert f"attncalc explain {ANIMAL} --format typ --paper us-letter" in result.out


@pytest.mark.installed
def test_comparison(attncalc: Attncalc) -> None:
    """A comparison is a page like any other."""
    result = attncalc("compare", ANIMAL, "--vary", "mask=causal", "--format", "md")
    assert (result.code, result.err) == (0, "")
    assert "| attention weights" in result.out


@with_typst
def test_pdf(attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF, the same to the byte on the same day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    files = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for file in files:
        done = attncalc("explain", ANIMAL, "--format", "pdf", "--output", tmp_path / "same.pdf")
        assert (done.code, done.out, done.err) == (0, "", "")
        (tmp_path / "same.pdf").rename(file)
    one, two = (file.read_bytes() for file in files)
    assert one.startswith(b"%PDF-")
    assert one == two
    assert b"2023-11-14" in one
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert attncalc("explain", ANIMAL, "--output", tmp_path / "today.pdf").code == 0


@with_typst
def test_missing_glyphs(attncalc: Attncalc, tmp_path: Path) -> None:
    """Characters that no font has are named, and do not come out as boxes."""
    problem = 'tokens: ["\U00012345"]\nweights: [[1]]\n'
    done = attncalc("explain", "-", "--output", tmp_path / "cuneiform.pdf", stdin=problem)
    assert (done.code, done.out) == (0, "")
    assert done.err == (
        "attncalc: no installed font has \U00012345; on the page they stand as code points\n"
        "  hint: install a font that has them, such as Noto\n"
    )


@pytest.mark.installed
def test_pdf_without_typst(
    attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the package that sets PDFs, the message says what to install."""
    monkeypatch.setitem(sys.modules, "typst", None)
    result = attncalc("explain", ANIMAL, "--output", tmp_path / "animal.pdf")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "attncalc: PDF, SVG and PNG pages need the package typst, which is not installed; try: "
        "pip install typst, where attncalc is installed; with pipx: pipx inject attncalc typst\n"
    )
    assert not (tmp_path / "animal.pdf").exists()


@with_typst
@pytest.mark.parametrize(("kind", "beginning"), [("svg", b"<svg "), ("png", b"\x89PNG\r\n")])
def test_pictures(kind: str, beginning: bytes, attncalc: Attncalc, tmp_path: Path) -> None:
    """A page as one picture, or with --stages their heatmaps alone, of a head if one is named."""
    page, drawing, head = (tmp_path / f"{name}.{kind}" for name in ("page", "drawing", "head"))
    sample = SAMPLES / "llama.yaml"
    for file, options in (
        (page, ()),
        (drawing, ("--stages", "scores,weights")),
        (head, ("--stages", "weights", "--head", "2")),
    ):
        done = attncalc("explain", sample, "--output", file, *options)
        assert (done.code, done.out, done.err) == (0, "", "")
        assert file.read_bytes().startswith(beginning)
    assert len(head.read_bytes()) < len(drawing.read_bytes()) < len(page.read_bytes())


@with_typst
def test_no_picture(attncalc: Attncalc, tmp_path: Path) -> None:
    """What cannot be drawn is said, and nothing is written."""
    file = tmp_path / "output.png"
    result = attncalc("explain", ANIMAL, "--stages", "weights,output", "--output", file)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "--stages: output has no heatmap; expected of scores, exponentials, weights\n"
        "  hint: without --stages, the whole page is drawn\n"
    )
    two = "weights: [[1]]\n---\nweights: [[1]]\n"
    result = attncalc("explain", "-", "--stages", "weights", "-o", file, stdin=two)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "--format: 2 pages; expected 1 for png\n  hint: md, typ and pdf take several\n"
    )
    assert not file.exists()


@pytest.mark.installed
@pytest.mark.parametrize("kind", BEGINNINGS)
def test_report(kind: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """What a check has found is a page too; a wrong number is still the exit code 1."""
    file = tmp_path / f"report.{kind}"
    gpt2 = SAMPLES / "gallery" / "alammar-gpt2-masked-scores.yaml"
    done = attncalc("check", gpt2, "--output", file)
    assert (done.code, done.out, done.err) == (1, "", "")
    report = file.read_text()
    assert "Where it goes wrong" in report
    assert "out of reach of any rounding" in report


@with_typst
def test_reports(attncalc: Attncalc, tmp_path: Path) -> None:
    """Reports of several files are one PDF, with a summary at its end; none at all is no page."""
    file = tmp_path / "reports.pdf"
    done = attncalc("check", *sorted((SAMPLES / "gallery").glob("leetgpu*.yaml")), "-o", file)
    assert (done.code, done.out, done.err) == (1, "", "")
    assert file.read_bytes().startswith(b"%PDF-")
    done = attncalc("check", tmp_path / "nothing.yaml", "-o", tmp_path / "none.pdf")
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "nothing.yaml" in done.err
    assert not (tmp_path / "none.pdf").exists()


@pytest.mark.no_cover
@pytest.mark.own
@pytest.mark.parametrize("kind", ["text", "md", "tex", "typ", "html"])
@pytest.mark.parametrize("sample", ["animal", "causal", "llama-step", "base"])
def test_each_stage_alone(sample: str, kind: str, attncalc: Attncalc) -> None:
    """Whatever one asks for alone, its part of the page stands in every format."""
    problem = load(SAMPLES / f"{sample}.yaml")
    for stage in (*stage_shapes(problem), "cost"):
        result = attncalc(
            "explain", SAMPLES / f"{sample}.yaml", "--stages", stage, "--format", kind
        )
        assert (result.code, result.err) == (0, ""), stage
        assert result.out
