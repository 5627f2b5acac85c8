"""The real pdflatex, with what Debian's texlive-latex-recommended and texlive-pictures have."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Run:
    """pages: the text of each page. overfull: by how many points each overfull box is."""

    pages: tuple[str, ...]
    overfull: tuple[float, ...]
    log: str


def compile_latex(folder: Path, name: str, source: str) -> Run:
    """Compile a document in a folder of its own, with no way to run or read anything."""
    if shutil.which("pdflatex") is None:
        message = (
            "NOT TESTED with LaTeX: pdflatex is missing "
            "(apt-get install texlive-latex-base texlive-latex-recommended texlive-pictures)"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    from pypdf import PdfReader

    (folder / f"{name}.tex").write_text(source, encoding="ascii")
    done = subprocess.run(
        ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", name],
        cwd=folder,
        env={**os.environ, "openin_any": "p", "max_print_line": "1000"},
        capture_output=True,
        timeout=60,
    )
    log = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-3000:]
    pages = tuple(page.extract_text() for page in PdfReader(folder / f"{name}.pdf").pages)
    points = re.findall(r"^Overfull \\hbox \(([0-9.]+)pt too wide\)", log, re.MULTILINE)
    return Run(pages, tuple(map(float, points)), log)
