"""One problem from several files, each given by the name of what it holds: Q=q.npy K=k.csv."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from attncalc.errors import FieldPath, InputError, InputErrors
from attncalc.problem.problem import MATRICES, PER_KEY, PER_QUERY, VECTORS
from attncalc.readers.interface import Node, Place, RawProblem
from attncalc.readers.names import canonical

_OPTIONS = ("mask", "bias", "positions", "sink")
_TOKENS = ("tokens", "key_tokens")
_NAMES = (*MATRICES, *VECTORS, *_OPTIONS, *_TOKENS)
_PART = re.compile(r"([A-Za-z_]{1,20})=(.+)", re.DOTALL)


class Parts(str):
    """Arguments NAME=FILE as they were typed, which are one problem together.

    files: the file of each, by the name in the problem file.
    """

    words: tuple[str, ...]
    files: Mapping[str, str]

    def __new__(cls, words: Sequence[str], files: Mapping[str, str]) -> Parts:
        parts = super().__new__(cls, " ".join(words))
        parts.words, parts.files = (*words,), files
        return parts

    def __getnewargs__(self) -> tuple[tuple[str, ...], Mapping[str, str]]:  # type: ignore[override]
        return self.words, self.files  # to be made again in another process


def gathered(words: Sequence[str]) -> list[str]:
    """The same files, those given by a name put together where the first of them stands.

    A file that is really called so is that file. Raises InputError for a name given twice.
    """
    files: dict[str, str] = {}
    typed: list[str] = []
    places: list[int] = []
    kept: list[str] = []
    for word in words:
        found = _PART.fullmatch(word)
        name = canonical(found[1]) if found else ""
        if found is None or name not in _NAMES or os.path.exists(word):
            kept.append(word)
            continue
        if name in files:
            raise InputError(word, f"{name} is given twice; expected one file for it")
        files[name] = found[2]
        places.append(len(kept))
        typed.append(word)
    return [*kept[: places[0]], Parts(typed, files), *kept[places[0] :]] if places else kept


def read(parts: Parts, content: Callable[[str, str], Node]) -> RawProblem:
    """The problem in several files. content: what a file holds, by its name and its own.

    Text is given as text. Raises InputErrors with everything that is wrong with any of them.
    """
    from attncalc.readers import matrix_text  # not at start-up: most problems are one file

    fields: dict[str, Node] = {}
    options: dict[str, Node] = {}
    matrices: dict[str, matrix_text.Matrix] = {}
    errors: list[InputError] = []
    for name, file in parts.files.items():
        try:
            node = content(name, file)
            if isinstance(node, str) and name in _TOKENS:
                node = [line.strip() for line in node.splitlines() if line.strip()]
            elif isinstance(node, str):
                matrices[name] = matrix_text.read(node, file)
                node = matrices[name].rows
        except InputErrors as found:
            errors.extend(found.errors)
        else:
            flat = name in VECTORS or name == "sink"
            (options if name in _OPTIONS else fields)[name] = _vector(node) if flat else node
    if errors:
        raise InputErrors(tuple(errors))
    _name_tokens(fields, {name: matrix.names for name, matrix in matrices.items()})
    if options:
        fields["attention"] = options

    def locate(path: FieldPath, _of_key: bool) -> Place | None:
        name, *steps = path[1:] if path[:1] == ("attention",) else path or ("",)
        matrix = matrices.get(str(name))
        row, cell = (step if isinstance(step, int) else 0 for step in (*steps, 0, 0)[:2])
        return matrix.place(row, cell) if matrix else None

    return RawProblem(str(parts), fields, locate, files=parts.files)


def _vector(node: Node) -> Node:
    """A vector that is written as one row, or one number below the other."""
    if isinstance(node, np.ndarray):
        return node.reshape(-1) if node.size == max(node.shape, default=0) else node
    if isinstance(node, list) and len(node) == 1:
        return node[0]
    if isinstance(node, list) and all(isinstance(row, list) and len(row) == 1 for row in node):
        return [cell for row in node if isinstance(row, list) for cell in row]
    return node


def _name_tokens(fields: dict[str, Node], names: Mapping[str, list[str]]) -> None:
    """Tokens from the first column of the matrices, where they are not given."""
    queries, keys = (
        next((named for name in side if (named := names.get(name))), [])
        for side in (PER_QUERY, PER_KEY)
    )
    if "tokens" in fields or not queries:
        return
    fields["tokens"] = [*queries]
    if keys and keys != queries and "key_tokens" not in fields:
        fields["key_tokens"] = [*keys]
