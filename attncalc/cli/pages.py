"""Documents as pages: each format by its own renderer, imported only when it is asked for."""

import datetime
import os
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attncalc.cli import output
from attncalc.cli.options import Color
from attncalc.errors import InputError
from attncalc.formats import FRAGMENTS, PAGES, PageFormat, Paper
from attncalc.handouts import Layout, Rendered, missing_glyphs, rendered
from attncalc.records import dataclass

if TYPE_CHECKING:
    from attncalc.document.document import Document


_LAST = 253_402_300_799
"""The last second of the year 9999."""


def refuse_fragment(fragment: bool, format: str) -> None:
    """Refuse a fragment of a format that has none."""
    if fragment and format not in FRAGMENTS:
        message = f"{format} has no fragments; expected one of {', '.join(FRAGMENTS)}"
        raise InputError("--fragment", message)


@dataclass(frozen=True)
class Pages:
    """How pages are written. command: what was typed, for the small print of a handout, if any."""

    format: PageFormat
    command: Sequence[str] = ()
    fragment: bool = False
    paper: Paper = "a4"
    color: Color = "auto"
    output_file: str | None = None

    def write(self, documents: "Sequence[Document]") -> None:
        """Write the documents to the output file, or to standard output."""
        self.expect(len(documents))
        self.put(rendered(self.format, documents, self._layout()))

    def expect(self, documents: int) -> None:
        """Refuse what the format cannot do with so many documents."""
        if documents != 1 and PAGES[self.format].single:
            message = f"{documents} pages; expected 1 for {self.format}"
            raise InputError("--format", message, hint="md, typ and pdf take several")

    def put(self, page: Rendered) -> None:
        """Write a page, and say what it could not show."""
        if page.missing:
            from attncalc.cli.app import say

            say(f"attncalc: {missing_glyphs(page.missing)}")
            say("  hint: install a font that has them, such as Noto")
        output.write(page.content, self.output_file)

    def _layout(self) -> Layout:
        return Layout(
            self.fragment,
            self.paper,
            shlex.join(["attncalc", *self.command]) if self.command else None,
            _date() if PAGES[self.format].dated else None,
            output.width(),
            output.in_color(self.color, self.output_file),
        )


def _date() -> datetime.date:
    """Today, or the day of SOURCE_DATE_EPOCH: https://reproducible-builds.org/specs/

    Raises InputError for one that is no time: who sets it relies on it.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.date.today()
    if not (epoch.isascii() and epoch.isdecimal() and len(epoch) < 13 and int(epoch) <= _LAST):
        found = epoch if len(epoch) <= 40 else f"{epoch[:40]}…"
        message = f"“{found}”; expected the seconds since 1970, at most {_LAST}"
        raise InputError("SOURCE_DATE_EPOCH", message, hint="date +%s prints them; or unset it")
    return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
