"""A walkthrough as a PDF: tagged, with formulas that a screen reader can say (PDF/UA-1)."""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from attncalc.document import Document
from attncalc.errors import AttncalcError
from attncalc.renderers.typst import TypstRenderer

_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_STANDARD: Final = "ua-1"
"""Refuses what no font can show, which is how it is found."""


@dataclass(frozen=True)
class Typeset:
    """A PDF, and the characters that no installed font has: they stand in it as code points."""

    pdf: bytes
    missing: tuple[str, ...]


@dataclass(frozen=True)
class PdfRenderer:
    """As TypstRenderer. The same document, date and fonts give the same bytes."""

    paper: str = "a4"
    footer: str | None = None
    date: datetime.date | None = None
    system_fonts: bool = True

    def render_pdf(self, *documents: Document) -> bytes:
        """The documents as the bytes of one PDF."""
        return self.typeset(*documents).pdf

    def typeset(self, *documents: Document) -> Typeset:
        """The same, with what could not be shown; AttncalcError without the typst package."""
        try:
            import typst
        except ImportError as error:
            message = "a PDF needs the typst package; try: pip install 'attncalc[pdf]'"
            raise AttncalcError(message) from error

        renderer = TypstRenderer(self.paper, self.footer, self.date)
        while True:
            source = renderer.render_all(documents).encode()
            try:
                pdf = typst.compile(
                    source,
                    format="pdf",
                    pdf_standards=_STANDARD,
                    ignore_system_fonts=not self.system_fonts,
                )
            except typst.TypstError as error:
                missing = _missing(error.diagnostic) - renderer.unshown
                if not missing:
                    message = f"typst could not set the page: {error.message}"
                    raise AttncalcError(message) from error
                renderer = replace(renderer, unshown=renderer.unshown | missing)
            else:
                return Typeset(pdf, tuple(sorted(filter(_has_glyph, renderer.unshown))))


def _has_glyph(character: str) -> bool:
    """Not of those that only join or direct others."""
    return unicodedata.category(character) != "Cf"


def _missing(diagnostic: str) -> frozenset[str]:
    """The characters that typst says no font has. Letters they are joined with are not."""
    clusters = _MISSING.findall(diagnostic)
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(clusters))
    return frozenset(one for one in text if not one.isascii())
