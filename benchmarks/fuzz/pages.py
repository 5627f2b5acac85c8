"""Whether a page is what its format asks for, as far as that is told quickly."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

_VOID = ("meta", "link", "br", "hr", "img", "input", "col", "wbr")
_SCHEMAS = {"explain": "output", "check": "check", "compare": "compare"}


def flaw(command: str, kind: str, content: bytes, text: str, *, closely: bool) -> str:
    """What is wrong with a page; "" if nothing is."""
    ways: dict[str, Callable[[], str]] = {
        "json": lambda: _json(command, text, closely=closely),
        "csv": lambda: _csv(text),
        "npz": lambda: _npz(content),
        "html": lambda: _html(text),
        "svg": lambda: _xml(text),
        "junit": lambda: _xml(text),
        "tex": lambda: _tex(text),
        "typ": lambda: _typst(text) if closely else "",
        "github": lambda: _github(text),
    }
    return ways.get(kind, str)()


def _json(command: str, text: str, *, closely: bool) -> str:
    for line in text.splitlines():
        try:
            value = json.loads(line, parse_constant=_refused)
        except ValueError as error:
            return f"not JSON: {error}"
        if closely:
            for fault in _validator(command).iter_errors(value):
                return f"against the schema: {fault.json_path}"
    return ""


def _refused(constant: str) -> None:
    raise ValueError(constant)


@cache
def _validator(command: str) -> Any:
    from jsonschema import Draft202012Validator

    import attncalc

    schemas = Path(attncalc.__file__).parent / "schemas"
    schema = (schemas / f"{_SCHEMAS[command]}.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(schema))


def _csv(text: str) -> str:
    """Every row of a table has as many cells as its first."""
    widths: set[int] = set()
    for row in csv.reader(io.StringIO(text)):
        if row:
            widths.add(len(row))
    return "" if len(widths) <= 2 else f"rows of {sorted(widths)[:4]} cells"


def _npz(content: bytes) -> str:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            for name in archive.files:
                archive[name]
    except ValueError as error:
        return f"not arrays: {error}"
    return ""


def _xml(text: str) -> str:
    try:
        ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return f"not XML: {str(error).partition(':')[0]}"
    return ""


class _Tags(HTMLParser):
    """Whether every tag is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        if any(name.startswith("on") for name, _ in attrs):
            self.wrong = self.wrong or f"a script in <{tag}>"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag, attrs  # closed at once, as drawings have it

    def handle_endtag(self, tag: str) -> None:
        opened = self.open.pop() if self.open else "nothing"
        if opened != tag:
            self.wrong = self.wrong or f"<{opened}> is closed by </{tag}>"


def _html(text: str) -> str:
    tags = _Tags()
    tags.feed(text)
    tags.close()
    return tags.wrong or (f"<{tags.open[-1]}> stays open" if tags.open else "")


def _tex(text: str) -> str:
    """Braces and environments are closed."""
    depth, escaped = 0, False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth < 0:
                return "a brace too many"
    if depth:
        return "a brace stays open"
    return "" if text.count(r"\begin{") == text.count(r"\end{") else "an environment stays open"


def _typst(text: str) -> str:
    import typst

    try:
        typst.compile(text.encode())
    except typst.TypstError as error:
        return f"not Typst: {error}"
    return ""


def _github(text: str) -> str:
    """Nothing but commands: every line is an annotation."""
    for line in text.splitlines():
        if not line.startswith(("::error", "::warning", "::notice")):
            return f"no annotation: {line[:40]}"
    return ""
