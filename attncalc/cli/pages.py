"""Documents as pages: each format by its own renderer, imported only when it is asked for."""

import datetime
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from attncalc.cli import output
from attncalc.cli.options import Color
from attncalc.errors import InputError

if TYPE_CHECKING:
    from attncalc.document import Document

_FRAGMENTS = ("md", "tex", "html")


class Paper(str, Enum):
    A4 = "a4"
    US_LETTER = "us-letter"


Fragment = Annotated[
    bool,
    typer.Option("--fragment", help="Only the piece, for inclusion in a page: md, tex, html."),
]
PaperOption = Annotated[Paper, typer.Option("--paper", help="Of typ and pdf.")]


@dataclass(frozen=True)
class Pages:
    """How pages are written. command: what was typed, for the small print of a handout."""

    format: str
    command: Sequence[str] = ()
    fragment: bool = False
    paper: Paper = Paper.A4
    color: Color = Color.AUTO
    output_file: str | None = None

    def write(self, documents: "Sequence[Document]") -> None:
        """Write the documents to the output file, or to standard output."""
        if self.fragment and self.format not in _FRAGMENTS:
            message = f"{self.format} has no fragments; expected one of {', '.join(_FRAGMENTS)}"
            raise InputError("--fragment", message)
        output.write(self._rendered(documents), self.output_file)

    def _rendered(self, documents: "Sequence[Document]") -> str | bytes:
        match self.format:
            case "md":
                from attncalc.renderers.markdown import MarkdownRenderer

                markdown = MarkdownRenderer(self.fragment)
                return "\n".join(map(markdown.render, documents))
            case "tex":
                from attncalc.renderers.latex import LatexRenderer

                return LatexRenderer(self.fragment).render(self._only(documents))
            case "html":
                from attncalc.renderers.html import HtmlRenderer

                return HtmlRenderer(self.fragment).render(self._only(documents))
            case "typ":
                from attncalc.renderers.typst import TypstRenderer

                typst = TypstRenderer(self.paper.value, self._footer, _date())
                return typst.render_all(documents)
            case "pdf":
                return self._pdf(documents)
            case _:
                from attncalc.renderers.terminal import TerminalRenderer

                color = output.in_color(self.color, self.output_file)
                terminal = TerminalRenderer(output.width(), color)
                return "\n\n".join(map(terminal.render, documents))

    def _only(self, documents: "Sequence[Document]") -> "Document":
        if len(documents) != 1:
            message = f"{len(documents)} problems; expected 1 for {self.format}"
            raise InputError("--format", message, hint="md, typ and pdf take several")
        return documents[0]

    @property
    def _footer(self) -> str:
        return shlex.join(["attncalc", *self.command])

    def _pdf(self, documents: "Sequence[Document]") -> bytes:
        from attncalc.renderers.inert import inert
        from attncalc.renderers.pdf import PdfRenderer

        typeset = PdfRenderer(self.paper.value, self._footer, _date()).typeset(*documents)
        if typeset.missing:
            characters = " ".join(typeset.missing)
            sys.stderr.write(
                f"attncalc: no installed font has {inert(characters)}; on the page they stand as "
                "code points\n  hint: install a font that has them, such as Noto\n"
            )
        return typeset.pdf


def _date() -> datetime.date:
    """Today, or the day of SOURCE_DATE_EPOCH: https://reproducible-builds.org/specs/"""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdecimal():
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    return datetime.date.today()
