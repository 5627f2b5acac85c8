"""attncalc worksheet: sheets and keys in files, and what is wrong with what is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import COMMAND, SAMPLES, Attncalc

CAUSAL = SAMPLES / "causal.yaml"
CAT = SAMPLES / "cat.yaml"
with_typst = pytest.mark.skipif(bool(COMMAND), reason="the installed command has no extras")


@pytest.mark.installed
def test_a_sheet_is_text(attncalc: Attncalc) -> None:
    done = attncalc("worksheet", CAT)
    assert done.code == 0
    assert "Points: ..... of 9" in done.out
    assert "\x1b" not in done.out
    assert attncalc("worksheet", CAT, "--color", "always").out.count("\x1b") > 5
    assert '"schema": "attncalc.worksheet/1"' in attncalc("worksheet", CAT, "--json").out


def test_a_sheet_and_its_key(attncalc: Attncalc, tmp_path: Path) -> None:
    """The same page: what is typed to make it stands on neither."""
    sheet, key = tmp_path / "sheet.md", tmp_path / "key.html"
    done = attncalc("worksheet", CAT, "-o", sheet, "--key", key)
    assert (done.code, done.out) == (0, "")
    assert "attncalc" not in sheet.read_text()
    assert key.read_text().count("filled") > 9
    alone = attncalc("worksheet", CAT, "--key", key)
    assert (alone.code, alone.out) == (0, "")
    both = attncalc("worksheet", CAT, "--key", key, "--format", "text")
    assert "of 9" in both.out


@pytest.mark.own  # pypdf, which reads it, is no library of ours
@with_typst
def test_variants_are_one_file(attncalc: Attncalc, tmp_path: Path) -> None:
    from pypdf import PdfReader

    sheets, keys = tmp_path / "sheets.pdf", tmp_path / "keys.pdf"
    given = ("--seed", "7", "--variants", "2", "--paper", "us-letter")
    done = attncalc("worksheet", CAT, *given, "-o", sheets, "--key", keys)
    assert done.code == 0
    for file in (sheets, keys):
        pages = PdfReader(file).pages
        text = "".join(page.extract_text() for page in pages)
        assert "1-7-1-2-" in text
        assert "1-7-2-2-" in text
        assert pages[0].mediabox.width == 612
        assert "worksheet" not in text


def test_variants_are_a_file_each(attncalc: Attncalc, tmp_path: Path) -> None:
    given = ("--seed", "7", "--variants", "2")
    sheets, keys = tmp_path / "s-{variant}.html", tmp_path / "k-{code}.tex"
    assert attncalc("worksheet", CAT, *given, "-o", sheets, "--key", keys).code == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[2:] == ["s-1.html", "s-2.html"]
    assert [name.rpartition("-")[0] for name in names[:2]] == ["k-1-7-1-2", "k-1-7-2-2"]


def test_in_german(attncalc: Attncalc) -> None:
    done = attncalc("worksheet", CAUSAL, "--lang", "de", "--decimal", "comma")
    assert "Die Scores von „like“ berechnen: die Anfrage mal jeden Schlüssel." in done.out
    assert "Punkte: ..... von 15" in done.out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            ("--key", "key.doc"),
            "--key: no page ends in “.doc”; expected one of .txt, .md, .qmd, .tex, .typ, .pdf, "
            ".html, .svg, .png\n",
        ),
        (
            ("-o", "a.md", "--key", "a.md"),
            "--key: a.md is the sheet's file too; expected another one\n",
        ),
        (
            ("--seed", "1", "--variants", "3", "-o", "a.html"),
            "--output: 3 sheets in one file; expected 1 for html\n"
            "  hint: sheet-{variant}.html is a file each\n",
        ),
        (
            ("--seed", "1", "--variants", "3", "--key", "a.png"),
            "--key: 3 sheets in one file; expected 1 for png\n"
            "  hint: sheet-{variant}.png is a file each\n",
        ),
        (
            ("--variants", "3"),
            "--variants: 3 sheets of the same numbers; expected --seed, for new ones\n"
            "  hint: --seed 1 --variants 3\n",
        ),
    ],
)
def test_refused(
    given: tuple[str, ...],
    said: str,
    attncalc: Attncalc,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = attncalc("worksheet", CAT, *given)
    assert (done.code, done.out, done.err) == (2, "", said)
    assert list(tmp_path.iterdir()) == []
