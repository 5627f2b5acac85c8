"""A walkthrough as a PDF: tagged, with formulas that a screen reader can say (PDF/UA-1)."""

from __future__ import annotations

import datetime

from attncalc.document.document import Document
from attncalc.records import dataclass
from attncalc.renderers.typst.page import TypstRenderer
from attncalc.renderers.typst.typesetting import Typeset, Typesetter


@dataclass(frozen=True)
class PdfRenderer:
    """As TypstRenderer. The same document, date and fonts give the same bytes."""

    paper: str = "a4"
    footer: str | None = None
    date: datetime.date | None = None
    system_fonts: bool = True

    def render_pdf(self, *documents: Document) -> bytes:
        """The documents as the bytes of one PDF."""
        return self.typeset(*documents).content

    def typeset(self, *documents: Document) -> Typeset:
        """The same, with what could not be shown; AttncalcError without the typst package."""
        renderer = TypstRenderer(self.paper, self.footer, self.date)
        return Typesetter(self.system_fonts).pdf(renderer, lambda own: own.render_all(documents))
