"""A walkthrough, or heatmaps on their own, as one picture: SVG or PNG."""

from __future__ import annotations

from collections.abc import Sequence

from attncalc.document.document import Document, Heatmap
from attncalc.errors import AttncalcError
from attncalc.records import dataclass
from attncalc.renderers.typst.page import TypstRenderer
from attncalc.renderers.typst.typesetting import Source, Typeset, Typesetter

_LONGEST = 300_000
"""Characters of source, some ten sheets of paper; pictures of more take gigabytes to draw."""


@dataclass(frozen=True)
class PictureRenderer:
    """kind: "svg" or "png". The same document and fonts give the same bytes."""

    kind: str
    system_fonts: bool = True

    def typeset(self, document: Document) -> Typeset:
        """The document on one page, as long as it has to be; AttncalcError if that is too long."""

        def source(renderer: TypstRenderer) -> str:
            text = renderer.render(document)
            if len(text) > _LONGEST:
                message = (
                    f"one picture of all this would be {len(text) / _LONGEST:.1f} times as long as "
                    "a picture may be; name single --stages or fewer queries, or make a PDF"
                )
                raise AttncalcError(message)
            return text

        return self._picture(source)

    def typeset_drawings(self, heatmaps: Sequence[Heatmap]) -> Typeset:
        """Heatmaps without a page around them, beside each other where there are several."""
        return self._picture(lambda renderer: renderer.render_drawings(heatmaps))

    def _picture(self, source: Source) -> Typeset:
        plain = TypstRenderer(paper=None)
        return Typesetter(self.system_fonts).picture(plain, source, self.kind)
