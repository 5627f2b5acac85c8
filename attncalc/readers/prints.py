"""Matrices as programs print them and as they stand in papers, read as rows.

    tensor([[1.0, 0.5],       [[1.  0.5]      [1 0.5; 0.8 1]       \\begin{bmatrix}
            [0.8, 1.0]])       [0.8 1. ]]                           1 & 0.5 \\\\ 0.8 & 1
                                                                  \\end{bmatrix}

A print is rewritten in place as a list of lists: as far as it goes, every number stays where it
stands, so that a fault in it has the right line and column.
"""

from __future__ import annotations

import re

from attncalc.readers.interface import DEEPEST, Node

_CALL = re.compile(r"\s*[A-Za-z_][\w.]*\(\s*(?=\[)")
_CALLED = re.compile(r"\w\(\s*\[")
_TAIL = re.compile(r"\s*(?:,\s*[A-Za-z_]\w*\s*=[^\[\]]*)?,?\s*\)\s*")
_PIECE = re.compile(r"[\[\],;]|[^\s\[\],;]+|\s+")

_NO_NUMBER = re.compile(r"[{}:\"]")
"""What stands in a mapping or a text."""

# Compiled when the first is met: most problems have none, and these take longest.
_LATEX = (
    r"(?s)[\s$]*(?:\\left\s*[\[(|.]\s*)?\\begin\{(\w+)\}(?:\{[^{}]*\})?(.*)\\end\{\1\}"
    r"(?:\s*\\right\s*[\])|.])?[\s$]*"
)
_ENVIRONMENTS = ("matrix", "bmatrix", "pmatrix", "vmatrix", "Bmatrix", "smallmatrix", "array")
_LATEX_NUMBERS = (
    (r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2"),
    (r"\\sqrt\s*\{([^{}]*)\}", r"√(\1)"),
    (r"\\infty", "inf"),
    (r"\\(?:hline|[,;:! ]|quad|qquad|phantom\{[^{}]*\})", ""),
)

_LATEX_ROWS = r"\\\\(?:\[[^\]]*\])?"

_VALUE = (
    r"(?:^|[{,\n])[ \t]*(?:-[ \t]+)?[\"']?"
    r"(?!(?:key_)?tokens|title|source|notes|query)[A-Za-z_]\w*[\"']?[ \t]*:\s*"
    r"(?=(?:[A-Za-z_][\w.]*\(\s*)?\[)"
)
"""A key of a mapping, before a list or a call with one."""


def spelled_out(node: Node) -> Node:
    """The rows of a matrix that is given as a print; whatever else it is, as it is."""
    if isinstance(node, str):
        rows = _rows_of(node)
        return node if rows is None else rows
    if isinstance(node, list):
        if any(isinstance(item, str) and item.lstrip()[-1:] in ("]", ")") for item in node):
            return [spelled_out(item) for item in node]
        if _has_blanks(node):
            rows = _rows_of(_written(node))
            return node if rows is None else rows
    return node


def has_calls(text: str) -> bool:
    """Whether there may be prints in it that name what they print: tensor([…])."""
    return _CALLED.search(text) is not None


def repaired(text: str) -> str:
    """A text of YAML with its prints of matrices rewritten as lists; the same if it has none."""
    pieces: list[str] = []
    done = 0
    for found in re.finditer(_VALUE, text):
        start = found.end()
        end = _end_of(text, start)
        if end is None:
            break
        listed = _as_list(text[start:end])
        if listed is not None:
            pieces += [text[done:start], listed]
            done = end
    return "".join([*pieces, text[done:]])


def _rows_of(text: str) -> list[Node] | None:
    """A print as rows; None where it is none."""
    flow = _from_latex(text) if "\\begin" in text else _as_list(text)
    return None if flow is None else _nested(flow)


def _has_blanks(node: list[Node]) -> bool:
    """Whether what stands between two commas is more than one number: 1. 0.5, or 1; 2."""
    for row in node:
        cells = row if isinstance(row, list) else [row]
        if any(isinstance(cell, str) and _is_several(cell) for cell in cells):
            return True
    return False


def _is_several(cell: str) -> bool:
    words = cell.replace(";", " ").split() if " " in cell or ";" in cell else []
    return len(words) > 1 and all(
        word[0] not in "/*+)" and word[-1] not in "/*+-(" for word in words
    )


def _written(node: list[Node]) -> str:
    """Rows as text again; their numbers in a row are told apart by blanks alone."""
    rows = [_written(item) if isinstance(item, list) else str(item) for item in node]
    return f"[{' '.join(rows)}]"


def _end_of(text: str, start: int) -> int | None:
    """Where the value that begins here has closed all its brackets; None if it never does.

    Nor if they are too deep to be read.
    """
    depth = 0
    for found in re.compile(r"[\[\]()]").finditer(text, start):
        depth += 1 if found[0] in "[(" else -1
        if depth == 0:
            return found.end()
        if depth > DEEPEST:
            return None
    return None


def _as_list(text: str) -> str | None:
    """A print in brackets as a list of lists, as long as it was; None where it is none."""
    call = _CALL.match(text)
    start = call.end() if call else len(text) - len(text.lstrip())
    if text[start : start + 1] != "[":
        return None
    end = _end_of(text, start)
    if end is None or not (_TAIL if call else _BLANK).fullmatch(text, end):
        return None
    inside = _with_commas(text[start:end])
    return None if inside is None else _blanked(text[:start]) + inside + _blanked(text[end:])


_BLANK = re.compile(r"\s*")


def _blanked(text: str) -> str:
    return re.sub(r"\S", " ", text)


def _with_commas(text: str) -> str | None:
    """Brackets with a comma between any two neighbours inside of them.

    The comma takes the place of the last blank between them. Semicolons end rows.
    """
    by_blanks = "," not in text
    rows = ";" in text
    pieces: list[str] = []
    depth, before = 0, ""
    for piece in _PIECE.findall(text):
        if piece == ";":
            pieces.append("],[")
            before = ""
            continue
        if piece.isspace():
            pieces.append(piece)
            continue
        depth += (piece == "[") - (piece == "]")
        if (rows and depth > 1) or _NO_NUMBER.search(piece):
            return None
        neighbours = before == "]" or (by_blanks and before not in ("", "[", ","))
        if neighbours and piece not in ("]", ","):
            if pieces[-1].isspace():
                pieces[-1] = pieces[-1][:-1] + ","
            else:
                pieces.append(",")
        pieces.append(piece)
        before = piece
    whole = "".join(pieces)
    return f"[{whole}]" if rows else whole


def _from_latex(text: str) -> str | None:
    """A matrix of LaTeX as a list of lists."""
    found = re.fullmatch(_LATEX, text)
    if found is None or found[1] not in _ENVIRONMENTS:
        return None
    rows = []
    for row in re.split(_LATEX_ROWS, found[2]):
        for pattern, plain in _LATEX_NUMBERS:
            row = re.sub(pattern, plain, row)
        if "[" in row or "]" in row:
            return None
        if row.strip():
            rows.append(row.replace("&", ","))
    return f"[[{'],['.join(rows)}]]"


def _nested(flow: str) -> list[Node] | None:
    """A list of lists as what it says; None where brackets do not match."""
    stack: list[list[Node]] = [[]]
    for piece in re.findall(r"[\[\],]|[^\[\],]+", flow):
        if piece == "[":
            inner: list[Node] = []
            stack[-1].append(inner)
            stack.append(inner)
        elif piece == "]":
            stack.pop()
        elif piece != "," and piece.strip():
            stack[-1].append(piece.strip())
    (whole,) = stack[0]
    return whole if isinstance(whole, list) else None
