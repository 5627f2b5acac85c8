"""What the heading of a table's column says: tokens, or which entry of which vector.

Q1, q_1, Q[0], Q.1, `Query (Q) 1` and the like are entries, Q and `Query vector` whole vectors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from attncalc.readers.names import canonical
from attncalc.records import dataclass

Kind: TypeAlias = Literal["token", "entry", "vector", "index", "none", "unknown"]

COLUMNS_HINT = "columns are token, q1, q2, …, k1, …, v1, …, or x1, …; or Word, Query (Q), Key (K)"

_TOKEN = ("token", "tokens", "word", "words")
_LETTERS = ("Q", "K", "V", "X")
_FURTHER = {"vector", "vectors", "dim", "dimension", "component", "entry"}
"""What may stand in a heading beside the name of a vector."""

_INDEX = ("index", "row", "no", "nr", "pos", "position", "id")
_PART = re.compile(r"[^\W\d_]+|[0-9]+")


@dataclass(frozen=True)
class Heading:
    """What a column is of. letter: of the matrix; number: of the entry, as it is typed.

    mangled: whether the number stands behind a point, as pandas numbers columns of one name.
    """

    kind: Kind
    letter: str = ""
    number: int = 0
    mangled: bool = False


def read(heading: str) -> Heading:
    """What a heading says. Case, quotes, Markdown's marks and words in brackets do not matter."""
    name = heading.strip(" \"'\t*`$").lower()
    if name in ("", "#") or re.fullmatch(r"unnamed: [0-9]+(_level_[0-9]+)?", name):
        return Heading("none")
    words: list[str] = []
    numbers: list[str] = []
    for part in _PART.findall(_without_brackets(name)):
        (numbers if part.isdecimal() else words).append(part)
    if not numbers and " ".join(words) in _TOKEN:
        return Heading("token")
    if not numbers and words and words[0] in _INDEX:
        return Heading("index")
    letter = _letter(words[0]) if words else None
    others = [word for word in words[1:] if word not in _FURTHER and _letter(word) != letter]
    if (
        letter is None
        or others
        or "--" in name
        or len(numbers) > 1
        or any(len(each) > 6 for each in numbers)
    ):
        return Heading("unknown")
    if not numbers:
        return Heading("vector", letter)
    return Heading("entry", letter, int(numbers[0]), f".{numbers[0]}" in name)


def is_header(row: Sequence[str]) -> bool:
    """Whether a row has headings of vectors, or one beside tokens or an index."""
    kinds = [read(cell).kind for cell in row]
    vectors = kinds.count("entry") + kinds.count("vector")
    named = "token" in kinds or kinds[0] in ("none", "index")
    return vectors > 1 or (vectors > 0 and named)


def _letter(word: str) -> str | None:
    """The matrix that a word names, if it has a row for each token."""
    name = canonical(word)
    return name if name in _LETTERS else None


def _without_brackets(name: str) -> str:
    """A heading without what stands in round brackets, unless it is a number: units, letters."""
    kept: list[str] = []
    for piece in name.split("("):
        inside, closing, after = piece.partition(")")
        if not kept or not closing:
            kept.append(piece)
        else:
            kept.append((f" {inside} " if inside.strip().isdecimal() else " ") + after)
    return "".join(kept)
