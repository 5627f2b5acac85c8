"""Typst's compiler: source in; a PDF or a picture out, and the characters that no font has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias

from attncalc.errors import AttncalcError, installing
from attncalc.records import dataclass
from attncalc.renderers.typst.page import TypstRenderer

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


@dataclass(frozen=True)
class Typesetter:
    """Compiles; AttncalcError without the typst package, or where typst refuses the source."""

    system_fonts: bool = True

    def pdf(self, renderer: TypstRenderer, source: Source) -> Typeset:
        """A PDF/UA-1."""
        return self._settled(renderer, source)[0]

    def picture(self, renderer: TypstRenderer, source: Source, kind: str) -> Typeset:
        """The only page of a source, as a picture, "svg" or "png". Letters are outlines."""
        found, text = self._settled(renderer, source)  # only a PDF tells what no font has
        return replace(found, content=self._compiled(text, kind))

    def _settled(self, renderer: TypstRenderer, source: Source) -> tuple[Typeset, str]:
        """The PDF, and the source of it, in which no font lacks a character."""
        typst = _typst()
        while True:
            text = source(renderer)
            try:
                return Typeset(self._compiled(text, "pdf"), _glyphs(renderer.unshown)), text
            except typst.TypstError as error:
                missing = _missing(error.diagnostic) - renderer.unshown
                if not missing:
                    message = f"typst could not set the page: {error.message}"
                    raise AttncalcError(message) from error
                renderer = replace(renderer, unshown=renderer.unshown | missing)

    def _compiled(self, source: str, kind: str) -> bytes:
        compiled: bytes = _typst().compile(
            source.encode(),
            format=kind,
            ppi=_PIXELS_PER_INCH,
            pdf_standards=_STANDARD if kind == "pdf" else [],
            ignore_system_fonts=not self.system_fonts,
        )
        return compiled


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
