"""Where in a Markdown document something is woven: which lines ask for it, which are replaced.

A block asks for a walkthrough; what is woven stands below it, between two marks:

    ```attncalc
    file=animal.yaml stages=weights
    ```

    <!-- attncalc: woven from here; edits will be lost -->
    …
    <!-- attncalc: to here -->

A comment asks for one without being seen, and is its own first mark:

    <!-- attncalc file=animal.yaml stages=weights -->
    …
    <!-- attncalc: to here -->

Markdown-it says where fences, comments and headings are. The document's own lines are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from enum import Enum
from typing import assert_never

from markdown_it import MarkdownIt
from markdown_it.token import Token

from attncalc.errors import InputError, suggestion
from attncalc.records import dataclass
from attncalc.weaving.pieces import Piece, lines_of, words_of

BEGIN = "<!-- attncalc: woven from here; edits will be lost -->"
END = "<!-- attncalc: to here -->"

_NAME = "attncalc"
_FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})[ \t]*(.*)$")
_INFO = re.compile(r"attncalc(?=[ \t]|$)")
_WORD = re.compile(r"\{?\s*\.?([\w-]+)")
"""The first word behind a fence, also as a class of Pandoc's."""
_FIRST_OF_COMMENT = re.compile(r"<!--\s*([\w-]+)")
_NEAR = 0.8
"""How like our name a word is that is meant for it; calc and attncalculator are 0.7 like it."""
_RUN = re.compile(r"\{\s*attncalc(?![\w-])")
"""How a fence names a program that is to run it."""
_COMMENT = re.compile(r"<!--\s*attncalc(?![\w-])")
_VERBATIM = re.compile(r"<!--|<(script|pre|style|textarea)\b", re.IGNORECASE)
_OURS = re.compile(r"^[\s>*+-]*(?:(?:`{3,}|~{3,})[ \t]*\{?\.?attncalc|<!--\s*attncalc)(?![\w-])")
"""A line that looks as if it were meant for us, wherever it stands."""


@dataclass(frozen=True)
class Passage:
    """One place where something is woven.

    asks: what asks for it, as far as it names options; its text is of no use. info: its words.
    body: its lines below. level: of the heading it stands under, 0 if under none. replaced: the
    lines, from 0, that are replaced by what is woven; none yet of a new one. visible: whether it
    is a block, which has a mark of its own below it.
    """

    asks: Piece
    info: tuple[Piece, ...]
    body: tuple[Piece, ...]
    level: int
    replaced: range
    visible: bool


@dataclass(frozen=True)
class Found:
    """The passages of a document, and what is wrong with its blocks and marks."""

    passages: tuple[Passage, ...]
    errors: tuple[InputError, ...]


class _Kind(Enum):
    HEADING = "heading"
    BLOCK = "block"
    COMMENT = "comment"
    BEGIN = "begin"
    END = "end"


@dataclass(frozen=True)
class _Part:
    """A part of the document that matters here; lines from 0. level: of a heading."""

    kind: _Kind
    lines: range
    level: int = 0


def find(text: str, file: str) -> Found:
    """Every passage of a document. file: its name, for what is wrong with it."""
    return _Search(text, file).found()


class _Search:
    def __init__(self, text: str, file: str) -> None:
        self.file = file
        lines = lines_of(text.removeprefix("\ufeff"))
        self.lines = [line.rstrip("\r\n") for line in lines]
        self.errors: list[InputError] = []

    def found(self) -> Found:
        parts = list(self._parts())
        passages = tuple(self._passages(parts))
        return Found(passages, tuple(self.errors))

    def _passages(self, parts: Sequence[_Part]) -> Iterator[Passage]:
        """A block or a comment, with the marks that follow it."""
        level = 0
        rest = list(reversed(parts))
        while rest:
            part = rest.pop()
            match part.kind:
                case _Kind.HEADING:
                    level = part.level
                case _Kind.BLOCK:
                    passage = self._block(part, level)
                    if rest and self._follows(part, rest[-1]):
                        begin = rest.pop()
                        replaced = self._up_to_end(begin, begin.lines.start, rest)
                        passage = replace(passage, replaced=replaced)
                    yield passage
                case _Kind.COMMENT:
                    passage = self._comment(part, level)
                    replaced = self._up_to_end(part, part.lines.stop, rest)
                    yield replace(passage, replaced=replaced)
                case _Kind.BEGIN:
                    hint = "only blank lines may stand between a block and its mark"
                    self._fault(part, "this mark follows no attncalc block", hint)
                    self._up_to_end(part, part.lines.stop, rest)
                case _Kind.END:
                    self._fault(part, "something woven ends here that has not begun", None)
                case _:
                    assert_never(part.kind)

    def _follows(self, block: _Part, part: _Part) -> bool:
        between = self.lines[block.lines.stop : part.lines.start]
        return part.kind is _Kind.BEGIN and not any(map(str.strip, between))

    def _up_to_end(self, mark: _Part, start: int, rest: list[_Part]) -> range:
        """The lines from a start up to the end mark, which is taken from the rest."""
        while rest and rest[-1].kind is _Kind.HEADING:
            rest.pop()
        if rest and rest[-1].kind is _Kind.END:
            return range(start, rest.pop().lines.stop)
        before = f" before line {rest[-1].lines.start + 1}" if rest else ""
        found = f"what is woven below this has no end{before}; expected {END}"
        self._fault(mark, found, "write the mark below it, on a line of its own")
        return range(start, start)

    def _block(self, part: _Part, level: int) -> Passage:
        """The passage that a fenced block asks for."""
        opening = self._piece(part.lines.start)
        fence = _FENCE.match(opening.text)
        assert fence is not None
        info = opening.part(fence.start(3), fence.start(3) + len(_info(fence)))
        if info.text.startswith("{"):
            inside = words_of(info.part(1, info.text.rfind("}")))
            words = tuple(word for word in inside if not word.text.startswith((".", "#")))
        else:
            words = tuple(words_of(info.part(len(_NAME))))
        self._refuse_for_quarto(info, words)
        indent = len(fence[1])
        inner = (self._piece(number) for number in part.lines[1:-1])
        body = tuple(line.part(_blanks(line.text, indent)) for line in inner)
        after = part.lines.stop
        return Passage(opening.part(fence.start(2)), words, body, level, range(after, after), True)

    def _refuse_for_quarto(self, info: Piece, words: Sequence[Piece]) -> None:
        """Pandoc takes a fence for one only if what stands behind it are its own attributes."""
        braced = info.text.startswith("{")
        bare = [word for word in words if not braced or "=" not in word.text]
        if self.file.endswith(".qmd") and bare:
            hint = "or write options on lines of their own, inside the block"
            expected = "NAME=VALUE" if braced else "{.attncalc NAME=VALUE}"
            found = f"“{bare[0].text}”, which Quarto does not read here; expected {expected}"
            self.errors.append(bare[0].error(self.file, found, hint=hint))

    def _comment(self, part: _Part, level: int) -> Passage:
        """The passage that a comment asks for."""
        asks, *_ = pieces = [self._piece(number) for number in part.lines]
        asks = asks.part(asks.text.index("<!--"))
        while _NAME not in pieces[0].text:
            pieces.pop(0)  # <!-- may stand alone
        first, *more = pieces
        *lines, last = first.part(first.text.index(_NAME) + len(_NAME)), *more
        lines.append(last.part(0, last.text.find("-->")))
        info = tuple(words_of(lines[0]))
        after = part.lines.stop
        return Passage(asks, info, tuple(lines[1:]), level, range(after, after), False)

    def _parts(self) -> Iterator[_Part]:
        """Headings, blocks, comments and marks, in order."""
        for token in _tokens(self.lines):
            lines = range(*(token.map or (0, 0)))
            if token.type == "heading_open" and token.level == 0:
                yield _Part(_Kind.HEADING, lines, int(token.tag[1:]))
            elif token.type == "fence":
                yield from self._fence(lines, nested=token.level > 0)
            elif token.type == "html_block":
                yield from self._html(lines, token)

    def _fence(self, lines: range, *, nested: bool) -> Iterator[_Part]:
        opening = _FENCE.match(_unquoted(self.lines[lines.start]))
        assert opening is not None
        fence, info = opening[2], _info(opening)
        ours = _is_ours(info)
        if _RUN.match(info):
            found = f"“{info}” names a program to be run; expected {{.attncalc}}"
            self._fault(_Part(_Kind.BLOCK, lines), found, None)
        elif not ours and (word := _misspelt(_WORD.match(info))):
            found = f"a block of “{word}”; expected attncalc, with a blank behind it"
            self._fault(_Part(_Kind.BLOCK, lines), found, f"did you mean {_NAME}?")
        elif nested:
            if ours:
                self._nested(lines)
        elif not self._is_closed(fence, lines):
            if ours:
                message = f"this block is not closed; expected {fence} on a line of its own"
                self._fault(_Part(_Kind.BLOCK, lines), message, None)
            else:
                self._swallowed(lines)
        elif ours:
            yield _Part(_Kind.BLOCK, lines)
        else:
            self._closed_by_ours(fence, lines)

    def _is_closed(self, fence: str, lines: range) -> bool:
        last = _FENCE.match(self.lines[lines[-1]])
        return len(lines) > 1 and last is not None and not _info(last) and last[2].startswith(fence)

    def _swallowed(self, lines: range) -> None:
        """A fence of another kind that is not closed, so that what is below it is code."""
        ours = [number for number in lines[1:] if _OURS.match(self.lines[number])]
        if ours:
            message = f"this block is not closed, so that line {ours[0] + 1} is a part of it"
            self._fault(_Part(_Kind.BLOCK, lines), message, None)

    def _closed_by_ours(self, fence: str, lines: range) -> None:
        """A fence of another kind that goes on until ours, below it, is closed."""
        for number in lines[1:-1]:
            inner = _FENCE.match(self.lines[number])
            if inner is not None and inner[2].startswith(fence) and _is_ours(_info(inner)):
                message = f"this block is not closed before line {number + 1}, which begins another"
                hint = "what is only to be shown needs a longer fence around it"
                self._fault(_Part(_Kind.BLOCK, lines), message, hint)
                return

    def _html(self, lines: range, token: Token) -> Iterator[_Part]:
        text = token.content.strip()
        part = _Part(_Kind.COMMENT, lines)
        opening = _COMMENT.match(text)
        if opening is None and (word := _misspelt(_FIRST_OF_COMMENT.match(text))):
            found = f"a comment of “{word}”; expected attncalc"
            self._fault(part, found, f"did you mean {_NAME}?")
        elif opening is None:
            if not _VERBATIM.match(text) and any(map(_OURS.match, text.split("\n"))):
                message = "a block or comment of attncalc in HTML; expected a blank line before it"
                self._fault(part, message, None)
        elif token.level:
            self._nested(lines)
        elif "-->" not in text:
            self._fault(part, "this comment is not closed; expected -->", None)
        elif not text.endswith("-->") or text.count("-->") > 1:
            self._fault(part, "text behind the comment; expected it on lines of its own", None)
        elif text[opening.end() : opening.end() + 1] != ":":
            yield part
        else:
            yield from self._mark(text, lines)

    def _mark(self, text: str, lines: range) -> Iterator[_Part]:
        kinds = {BEGIN: _Kind.BEGIN, END: _Kind.END}
        spelt = " ".join(text.split())
        if spelt in kinds:
            yield _Part(kinds[spelt], lines)
            return
        found = f"an unknown mark “{spelt}”; expected {END}"
        near = suggestion(spelt, kinds)
        self._fault(_Part(_Kind.END, lines), found, near)

    def _nested(self, lines: range) -> None:
        message = "this stands inside a list or a quotation; expected it at the margin"
        self._fault(_Part(_Kind.BLOCK, lines), message, None)

    def _piece(self, number: int) -> Piece:
        return Piece(self.lines[number], number + 1, 1)

    def _fault(self, part: _Part, problem: str, hint: str | None) -> None:
        piece = self._piece(part.lines.start)
        start = piece.part(len(piece.text) - len(piece.text.lstrip()))
        self.errors.append(start.error(self.file, problem, hint=hint))


def _tokens(lines: Sequence[str]) -> list[Token]:
    """The blocks of a document, as Markdown has them, without what is inside paragraphs."""
    source = "\n".join(_without_front_matter(lines)).replace("\0", "\ufffd")
    tokens: list[Token] = []
    markdown = MarkdownIt("commonmark")
    markdown.block.parse(source, markdown, {}, tokens)
    return tokens


def _without_front_matter(lines: Sequence[str]) -> Iterable[str]:
    """The lines, those of a YAML head between --- and --- or ... emptied."""
    if not lines or lines[0].rstrip() != "---":
        return lines
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in ("---", "..."):
            return ["" for _ in lines[: number + 1]] + [*lines[number + 1 :]]
    return lines


def _info(fence: re.Match[str]) -> str:
    """What stands behind a fence."""
    return fence[3].rstrip(" \t")


def _misspelt(found: re.Match[str] | None) -> str | None:
    """The word, if it is nearly our name: attncal, Attncalc; or our name with a sign behind it."""
    word = found[1] if found else ""
    if word.startswith(f"{_NAME}-") or len(word) > 2 * len(_NAME):
        return None  # a name of its own
    return word if get_close_matches(word.lower(), [_NAME], 1, _NEAR) else None


def _is_ours(info: str) -> bool:
    """Whether a fence is meant for us: attncalc …, or {.attncalc …} among other classes."""
    if info.startswith("{") and "}" in info:
        inside = Piece(info[1 : info.rfind("}")], 1, 1)
        return ".attncalc" in (word.text for word in words_of(inside))
    return _INFO.match(info) is not None


def _unquoted(line: str) -> str:
    """A line without what quotations and lists put before it."""
    return re.sub(r"^(?:[\s>*+-]|[0-9]+[.)])*(?=`{3}|~{3})", "", line)


def _blanks(line: str, most: int) -> int:
    """How many blanks a line begins with, counted up to so many."""
    return min(len(line) - len(line.lstrip(" ")), most)
