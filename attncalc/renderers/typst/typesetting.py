"""Typst's compiler: source in; a PDF or a picture out, and the characters that no font has."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from attncalc.errors import AttncalcError, installing
from attncalc.records import dataclass
from attncalc.renderers.typst.page import SLIDES, TypstRenderer

Source: TypeAlias = Callable[[TypstRenderer], str]
"""What is to be set, as written by a renderer that knows which characters no font has."""

_PIXELS_PER_INCH = 192
"""Of a PNG: sharp on a projector."""

_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_STANDARD: Final = "ua-1"
"""Refuses what no font can show, which is how it is found."""


@dataclass(frozen=True)
class Typeset:
    """The bytes of a page, and the characters that no installed font has: they stand in it as
    code points.
    """

    content: bytes
    missing: tuple[str, ...]


_TIGHTER = (0.65, 0.45)
_LEAST_ON_THE_LAST = 0.45
"""How far down the last sheet has to be filled, if there are several."""


@dataclass(frozen=True)
class _Sheets:
    """A PDF, how many sheets it has, and how far down the last is filled, from 0 to 1."""

    content: bytes
    number: int
    filled: float

    @property
    def spill(self) -> bool:
        """Whether the last of several sheets has little on it."""
        return self.number > 1 and self.filled < _LEAST_ON_THE_LAST


@dataclass(frozen=True)
class Typesetter:
    """Compiles; AttncalcError without the typst package, or where typst refuses the source."""

    system_fonts: bool = True

    def pdf(self, renderer: TypstRenderer, source: Source) -> Typeset:
        """A PDF/UA-1. What would spill over to a last sheet is taken in by setting it tighter."""
        sheets, renderer = self._settled(renderer, source)
        if renderer.paper != SLIDES and sheets.spill:
            tighter = (self._sheets(source(replace(renderer, tight=tight))) for tight in _TIGHTER)
            sheets = next((each for each in tighter if each.number < sheets.number), sheets)
        return Typeset(sheets.content, _glyphs(renderer.unshown))

    def picture(self, renderer: TypstRenderer, source: Source, kind: str) -> Typeset:
        """The only page of a source, as a picture, "svg" or "png". Letters are outlines."""
        _, renderer = self._settled(renderer, source)  # only a PDF tells what no font has
        with self._compiler(source(renderer)) as compiler:
            content = compiler.compile(format=kind, ppi=_PIXELS_PER_INCH)
        return Typeset(content, _glyphs(renderer.unshown))

    def _settled(self, renderer: TypstRenderer, source: Source) -> tuple[_Sheets, TypstRenderer]:
        """The PDF in which no font lacks a character, and the renderer of its source."""
        typst = _typst()
        while True:
            try:
                return self._sheets(source(renderer)), renderer
            except typst.TypstError as error:
                missing = _missing(error.diagnostic) - renderer.unshown
                if not missing:
                    message = f"typst could not set the page: {error.message}"
                    raise AttncalcError(message) from error
                renderer = replace(renderer, unshown=renderer.unshown | missing)

    def _sheets(self, source: str) -> _Sheets:
        """The sheets that a source makes. Asking where it ends costs nothing once it is set."""
        with self._compiler(source) as compiler:
            content = compiler.compile(format="pdf", pdf_standards=_STANDARD)
            ends = json.loads(compiler.query("<end>", field="value"))  # drawings tell of none
        return _Sheets(content, *(ends[-1] if ends else (1, 1.0)))

    @contextmanager
    def _compiler(self, source: str) -> Iterator[Any]:
        """A compiler of a source; it remembers what it has set only of a file."""
        with TemporaryDirectory() as folder:
            file = Path(folder, "page.typ")
            file.write_text(source, encoding="utf-8")
            yield _typst().Compiler(file, ignore_system_fonts=not self.system_fonts)


def _typst() -> Any:
    try:
        import typst
    except ImportError as error:
        needed = "PDF, SVG and PNG pages need the package typst, which is not installed"
        raise AttncalcError(f"{needed}; try: {installing('typst')}") from error
    return typst


def _glyphs(characters: frozenset[str]) -> tuple[str, ...]:
    """Not those that only join or direct others."""
    return tuple(sorted(one for one in characters if unicodedata.category(one) != "Cf"))


def _missing(diagnostic: str) -> frozenset[str]:
    """The characters that typst says no font has. Letters they are joined with are not."""
    clusters = _MISSING.findall(diagnostic)
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(clusters))
    return frozenset(one for one in text if not one.isascii())
