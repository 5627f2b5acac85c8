"""Files that are not read say what they are, and what converts them."""

from __future__ import annotations

import ast
import io
import pickle
import re
import zipfile
from pathlib import Path

import pytest

from attncalc.readers.foreign import KINDS, hint
from tests.conftest import Attncalc

EXPECTED = "expected YAML, JSON, a table, or arrays as .npz"


def zipped(*names: str) -> bytes:
    """An archive with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "opendocument.spreadsheet" if name == "mimetype" else "x")
    return out.getvalue()


CONTENTS = {
    "an Excel workbook": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "an OpenDocument spreadsheet": zipped("mimetype"),
    "a Numbers spreadsheet": zipped("Index/Document.iwa"),
    "a PyTorch file": zipped("archive/data.pkl"),
    "a document of a word processor": b"{\\rtf1",
    "a PDF": b"%PDF-1.7",
    "a picture": b"\x89PNG\r\n",
    "a pickle, which runs code when it is opened": pickle.dumps([1]),
    "a MATLAB file": b"MATLAB 5.0 MAT-file",
    "an R file": b"RDX3\n",
    "an HDF5 file": b"\x89HDF\r\n",
    "a Parquet table": b"PAR1",
    "a Feather table": b"ARROW1",
    "a model's file": b"GGUF",
    "a web page": b"<!DOCTYPE html>",
    "a database": b"SQLite format 3\0",
    "an archive": b"\x1f\x8b",
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_suffixes(kind: object, attncalc: Attncalc, tmp_path: Path) -> None:
    """A suffix tells a file, whatever is in it."""
    (found,) = (each for each in KINDS if each is kind)
    for suffix in found.suffixes:
        file = tmp_path / f"scores{suffix.upper()}"
        file.write_bytes(b"tokens: [a]\n")
        result = attncalc("explain", file)
        assert (result.code, result.out) == (2, "")
        assert result.err == (
            f"{file}: this is {found.name}; {EXPECTED}\n  hint: {hint(found, file)}\n"
        )


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("file", ["a.csv", "a", "-", "a.yaml"])
def test_contents(name: str, file: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """Content tells it too, under any other name and from a pipe."""
    content = CONTENTS[name] + b"\0" * 40
    path = tmp_path / file
    path.write_bytes(content)
    result = attncalc("explain", "-" if file == "-" else path, stdin=content)
    assert (result.code, result.out) == (2, "")
    assert f": this is {name}; {EXPECTED}\n  hint: " in result.err


def test_every_kind_is_tested() -> None:
    """Kinds that content tells are in the table above."""
    assert {kind.name for kind in KINDS if kind.begins} == set(CONTENTS)


def test_hints(tmp_path: Path) -> None:
    """What converts a file is a line that Python reads, with the file's name quoted for a shell."""
    lines = [hint(kind, tmp_path / "it's.x") for kind in KINDS]
    programs = [found[1] for line in lines if (found := re.search('python -c "([^"]*)"', line))]
    assert len(programs) == 6
    for program in programs:
        ast.parse(program)
        assert not set(program) & set('"$`\\')
    assert hint(KINDS[3], Path("q.pt")) == (
        'python -c "import sys, torch; from safetensors.torch import save_file; save_file({n: '
        "a.detach().clone().contiguous() for n, a in (lambda t: t if isinstance(t, dict) else "
        "{'Q': t})(torch.load(sys.argv[1], map_location='cpu', weights_only=True)).items()}, "
        'sys.argv[2])" q.pt q.safetensors'
    )
    assert hint(KINDS[1], Path("it's.ods")) == (
        "soffice --headless --convert-to csv 'it'\"'\"'s.ods'"
    )


def test_nothing_is_opened(tmp_path: Path, attncalc: Attncalc) -> None:
    """A pickle that would write a file writes none, under no name."""

    class Writes:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "written",))

    content = pickle.dumps(Writes())
    for name in ("a.pkl", "a.pt", "a.npy", "a.npz", "a.yaml", "a.csv", "a"):
        (tmp_path / name).write_bytes(content)
        assert attncalc("explain", tmp_path / name).code == 2
        assert attncalc("explain", f"Q={tmp_path / name}", f"K={tmp_path / name}").code == 2
    assert not (tmp_path / "written").exists()


def test_large_file_of_another_kind(
    attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large file is told by its name before its size."""
    monkeypatch.setattr("attncalc.readers.contents.LARGEST_TEXT", 70_000)
    (tmp_path / "a.pt").write_bytes(b"x" * 100_000)
    assert "this is a PyTorch file" in attncalc("explain", tmp_path / "a.pt").err
