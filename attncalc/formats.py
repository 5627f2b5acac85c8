"""The formats that there are, and what is to be known of each before anything is written.

Nothing is imported that takes time, so that the command line can say what there is. A dispatch on a
format ends in assert_never: a format that it does not know is an error of types.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from attncalc.records import dataclass

PictureFormat: TypeAlias = Literal["svg", "png"]
PageFormat: TypeAlias = Literal["text", "md", "qmd", "tex", "typ", "pdf", "html", PictureFormat]
"""Of whatever has a page."""

DataFormat: TypeAlias = Literal["json", "csv", "npz"]
"""Of traces for other programs."""

ReportFormat: TypeAlias = Literal["json", "github", "junit"]
"""Of what came of checked files, for other programs."""

DrawingFormat: TypeAlias = Literal["mermaid", "dot", "svg"]
"""Of graphs."""

WovenFormat: TypeAlias = Literal["md", "text", "html", "tex", "mermaid", "json"]
"""Of what is woven into a document."""

SheetFormat: TypeAlias = Literal[PageFormat, "json", "moodle", "canvas", "jupyterquiz"]
"""Of worksheets: pages, and what is for other programs, those that mark and learning platforms."""

Paper: TypeAlias = Literal["a4", "us-letter", "slides"]
"""slides: of 16 by 9, a step a slide, which any viewer of PDF shows."""


@dataclass(frozen=True)
class KindOfPage:
    """suffix: of its files. fragments: whether it has a piece for inclusion beside the whole page.

    single: whether a file of it has one document only. dated: whether its metadata tell the day.
    """

    suffix: str
    fragments: bool = False
    single: bool = False
    dated: bool = False


PAGES: dict[PageFormat, KindOfPage] = {
    "text": KindOfPage(".txt"),
    "md": KindOfPage(".md", fragments=True),
    "qmd": KindOfPage(".qmd", fragments=True),
    "tex": KindOfPage(".tex", fragments=True, single=True),
    "typ": KindOfPage(".typ", dated=True),
    "pdf": KindOfPage(".pdf", dated=True),
    "html": KindOfPage(".html", fragments=True, single=True),
    "svg": KindOfPage(".svg", single=True),
    "png": KindOfPage(".png", single=True),
}

FRAGMENTS = tuple(name for name, page in PAGES.items() if page.fragments)
"""Formats that have a piece for inclusion in a page."""

SHEET_SUFFIXES: dict[str, SheetFormat] = {
    ".json": "json",
    ".xml": "moodle",
    ".zip": "canvas",
    **{page.suffix: name for name, page in PAGES.items()},
}
"""What the suffix of a worksheet's file says; jupyterquiz is JSON too, and has to be named."""
