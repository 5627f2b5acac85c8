"""Tokens given as rows, {token: it, q: […], k: […], v: […]}, turned into matrices."""

from __future__ import annotations

from collections.abc import Mapping

from attncalc.errors import FieldPath
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults

VECTORS_OF_A_ROW = {"q": "Q", "k": "K", "v": "V", "x": "X"}
INCOMPLETE = "\0"
"""Stands for a matrix that some rows have no part of: given, but not to be read."""

_ROW_KEYS = ("token", *VECTORS_OF_A_ROW)


def in_rows(tokens: Node) -> bool:
    """Whether tokens are given as rows rather than as names."""
    return isinstance(tokens, list) and any(isinstance(token, dict) for token in tokens)


def columns_from_rows(fields: Mapping[str, Node], faults: Faults) -> dict[str, Node]:
    """The same fields with every row's vectors gathered in Q, K, V or X.

    Reports rows without a token, rows that lack a vector others have, and a matrix that is given
    both ways.
    """
    tokens = fields.get("tokens")
    if not isinstance(tokens, list) or not in_rows(tokens):
        return dict(fields)
    names: list[Node] = []
    for number, row in enumerate(tokens):
        if not isinstance(row, dict) or not isinstance(row.get("token"), str):
            found = (
                "a row without a token" if isinstance(row, dict) else "a token without its vectors"
            )
            faults(
                ("tokens", number),
                f"{found}; expected {{token: …, q: […], k: […]}} in each row",
                None,
            )
            names.append(f"#{number + 1}")
        else:
            names.append(row["token"])
    gathered: dict[str, Node] = {**fields, "tokens": names}
    for letter, matrix in VECTORS_OF_A_ROW.items():
        having = [
            number for number, row in enumerate(tokens) if isinstance(row, dict) and letter in row
        ]
        if not having:
            continue
        if matrix in fields:
            message = (
                f"{matrix} is given as a matrix and as {letter} in the rows; expected one of them"
            )
            faults((matrix,), message, None)
        for number in range(len(tokens)):
            if number not in having and isinstance(tokens[number], dict):
                found = f"“{names[number]}” has no {letter}, and other rows have one"
                message = f"{found}; expected {letter} in each row"
                faults(("tokens", number), message, _hint(letter))
        if len(having) == len(tokens):
            gathered[matrix] = [row[letter] for row in tokens if isinstance(row, dict)]
        else:
            gathered[matrix] = INCOMPLETE
    return gathered


def unknown_row_keys(tokens: Node) -> list[tuple[FieldPath, str, tuple[str, ...]]]:
    """Keys of rows that mean nothing: their path, their name, the keys there are."""
    if not isinstance(tokens, list):
        return []
    return [
        (("tokens", number, key), key, _ROW_KEYS)
        for number, row in enumerate(tokens)
        if isinstance(row, dict)
        for key in row
        if key not in _ROW_KEYS
    ]


def original_path(path: FieldPath, fields: Mapping[str, Node]) -> FieldPath:
    """Where in the file a gathered value stood: Q, 2, 0 was tokens, 2, q, 0."""
    letter = next((one for one, matrix in VECTORS_OF_A_ROW.items() if path[:1] == (matrix,)), None)
    if letter is None or path[0] in fields or not in_rows(fields.get("tokens")):
        return path
    return ("tokens", path[1], letter, *path[2:]) if len(path) > 1 else ("tokens",)


def _hint(letter: str) -> str | None:
    if letter in "qx":
        return "for tokens that are only attended to, use key_tokens with K and V as matrices"
    return None
