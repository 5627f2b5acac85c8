"""What every renderer is: a Document in, text out."""

from __future__ import annotations

from typing import Protocol

from attncalc.document.document import Document


class Renderer(Protocol):
    """Turns a document into the text of one format; knows nothing about attention."""

    def render(self, document: Document) -> str:
        """The document as text, with a newline at its end."""
        ...
