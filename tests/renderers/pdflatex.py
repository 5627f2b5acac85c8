"""The real pdflatex, with what Debian's texlive-latex-recommended and texlive-pictures have."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pytest

BEGIN, END = "\\begin{document}\n", "\\end{document}\n"
NEXT = "NEXT DOCUMENT"


@dataclass(frozen=True)
class Run:
    """overfull: by how many points each overfull box is. page_range: of the file, from 0."""

    file: Path
    page_range: range
    overfull: tuple[float, ...]
    log: str

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """The text of each page; to read it takes longer than to set it."""
        return tuple(self.from_the_end())[::-1]

    def from_the_end(self) -> Iterator[str]:
        """The same, the last page first; each is read when it is asked for."""
        pages = _read(self.file, self.file.stat().st_mtime_ns)
        return (pages[number].extract_text() for number in reversed(self.page_range))


@lru_cache(maxsize=1)
def _read(file: Path, _written: int) -> list[Any]:
    """The pages of a file; documents that were set together are parts of one."""
    from pypdf import PdfReader

    return list(PdfReader(file).pages)


def compile_together(folder: Path, name: str, sources: Sequence[str]) -> list[Run]:
    """Compile documents as parts of one, each from a page of its own on.

    Their preambles must be the same. What each then defines, it defines in a group.
    """
    (preamble,) = {source.partition(BEGIN)[0] for source in sources}
    bodies = [source.partition(BEGIN)[2].partition(END)[0] for source in sources]
    between = f"\\clearpage\\typeout{{{NEXT} \\thepage}}\n"
    whole = compile_latex(folder, name, preamble + BEGIN + between.join(["", *bodies]) + END)
    starts = [int(page) - 1 for page in re.findall(f"^{NEXT} (\\d+)", whole.log, re.MULTILINE)]
    ends = [*starts[1:], whole.page_range.stop]
    _, *logs = whole.log.split(NEXT)
    return [
        Run(whole.file, range(start, end), _overfull(log), log)
        for start, end, log in zip(starts, ends, logs, strict=True)
    ]


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
    (pages,) = re.findall(r"^Output written on .* \((\d+) pages?", log, re.MULTILINE)
    return Run(folder / f"{name}.pdf", range(int(pages)), _overfull(log), log)


def _overfull(log: str) -> tuple[float, ...]:
    found = re.findall(r"^Overfull \\hbox \(([0-9.]+)pt too wide\)", log, re.MULTILINE)
    return tuple(map(float, found))
