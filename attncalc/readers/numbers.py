"""From the text of matrices to arrays of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import numpy as np

from attncalc.errors import FieldPath
from attncalc.numbers.arithmetic import Array, NumberError, decimals, parse_number
from attncalc.problem.shapes import Shape
from attncalc.readers.interface import Node
from attncalc.readers.prints import spelled_out
from attncalc.records import dataclass

Faults = Callable[[FieldPath, str, str | None], None]
"""Told of each fault: where, what was found and expected, what to try."""

BFLOAT16 = np.dtype("<f4", metadata={"stored": "bfloat16"})
"""float32 that holds what was bfloat16."""


BITS_OF_BFLOAT16 = 8
"""Its binary digits."""


def bits_of(array: Array) -> int | None:
    """The binary digits of the numbers of an array; None where they are whole."""
    if array.dtype.kind != "f":
        return None
    metadata = array.dtype.metadata
    if metadata is not None and metadata.get("stored") == "bfloat16":
        return BITS_OF_BFLOAT16
    return {2: 11, 4: 24}.get(array.dtype.itemsize, 53)


ABSENT = (None, "", "~", "null", "Null", "NULL")
"""What stands for a value that is not given, where a number or matrix is expected."""


def is_absent(node: Node) -> bool:
    """Whether nothing is given where a number or matrix is expected."""
    return node is None or (isinstance(node, str) and node in ABSENT)


def is_word(node: Node, word: str) -> bool:
    """Whether a text is this word; an array is compared to nothing."""
    return isinstance(node, str) and node == word


def found_instead(node: Node) -> str:
    """What stands where a word or a number was expected."""
    return f"“{node}”" if isinstance(node, str) else "a list or mapping"


def whole_number(text: str) -> int | None:
    """The number that is written in digits alone."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None


_MOST_AXES = 3
"""Heads, rows and columns."""

_PLAIN_CHARACTERS = frozenset("0123456789.+-eE")


@dataclass(frozen=True)
class Rows:
    """A matrix or vector as read: its shape, as far as it has one, and its cells' text in order."""

    path: FieldPath
    shape: Shape
    cells: tuple[str, ...] | Array
    names: tuple[str, ...] = ()

    def numbers(self, exact: bool, faults: Faults, parse: Callable[[str], Decimal]) -> Array | None:
        """The array, of decimals or float64; None where a cell is no number or a row is ragged."""
        if not isinstance(self.cells, tuple):
            return _converted(self, self.cells, exact, faults)
        if not exact and (quick := _quick_doubles(self.cells)) is not None:
            return None if None in self.shape else quick.reshape(_known(self.shape))
        values: list[Decimal] = []
        for place, cell in zip(self.places(), self.cells, strict=True):
            try:
                values.append(parse(cell))
            except NumberError as error:
                faults(place, f"{error}; expected a number", error.hint)
        if len(values) < len(self.cells) or None in self.shape:
            return None
        if exact:
            return decimals(values, _known(self.shape))
        doubles = np.array([float(value) for value in values]).reshape(_known(self.shape))
        for place, value, double in zip(self.places(), values, doubles.flat, strict=True):
            if np.isinf(double) and value.is_finite():
                faults(place, f"{value:.3e} is beyond what float64 holds", _TOO_LARGE_HINT)
        return doubles

    def places(self) -> Iterator[FieldPath]:
        """The path of each cell, in order."""
        if None not in self.shape:
            yield from ((*self.path, *index) for index in np.ndindex(_known(self.shape)))


_TOO_LARGE_HINT = "a problem of this size is computed in float64"


def _known(shape: Shape) -> tuple[int, ...]:
    return tuple(size for size in shape if size is not None)


def _quick_doubles(cells: tuple[str, ...]) -> Array | None:
    """Plain numbers by the million; None where any cell needs the careful way."""
    if not _PLAIN_CHARACTERS.issuperset("".join(cells)):
        return None
    try:
        doubles = np.array([float(cell) for cell in cells])
    except ValueError:
        return None
    return doubles if np.isfinite(doubles).all() else None


def _converted(rows: Rows, array: Array, exact: bool, faults: Faults) -> Array | None:
    """An array from a binary file. A double is a decimal exactly, if a long one."""
    if array.dtype.kind not in "biuf":
        faults(rows.path, f"an array of {array.dtype}; expected numbers", None)
        return None
    doubles = array.astype(np.float64, copy=False)  # it may be larger than the memory
    hides_keys = rows.path[-1] in ("bias", "rows")
    unusable = ~(np.isfinite(doubles) | (np.isneginf(doubles) & hides_keys))
    if unusable.any():
        index = tuple(int(axis) for axis in np.argwhere(unusable)[0])
        found = f"{doubles[index]} at {list(index)}"
        more = int(unusable.sum()) - 1
        faults(
            rows.path,
            f"{found}{f' and {more} more' if more else ''}; expected finite numbers",
            None,
        )
        return None
    if not exact:
        return doubles
    return decimals([Decimal(float(number)) for number in doubles.flat], doubles.shape)


def rows_of(
    node: Node, path: FieldPath, names: tuple[str, ...], faults: Faults, *, stacked: bool = False
) -> Rows | None:
    """A matrix, or a vector, as rows of cells; ragged rows are reported and leave a width of None.

    names: the rows' tokens, for the messages. stacked: whether there may be a matrix a head.
    None where the node is nothing of the kind.
    """
    if isinstance(node, np.ndarray):
        if 0 in node.shape:
            sizes = " × ".join(map(str, node.shape))
            faults(path, f"{sizes} numbers; expected some", None)
            return Rows(path, (None,) * node.ndim, ())
        if node.ndim > _MOST_AXES:
            return Rows(path, (None,) * node.ndim, ())  # whose depth is a fault of its own
        return Rows(path, node.shape, node)
    node = spelled_out(node)
    if not isinstance(node, list):
        found = "a mapping" if isinstance(node, dict) else f"“{node}”"
        faults(path, f"{found}; expected rows of numbers, like [[1, 0], [0, 1]]", None)
        return None
    if not node:
        faults(path, "an empty list; expected rows of numbers", None)
        return None
    if not any(isinstance(row, list) for row in node):
        return _vector(node, path, faults)
    if stacked and (heads := _heads(node)):
        return _stack(heads, path, names, faults)
    return _matrix(node, path, names, faults)


def _heads(node: list[Node]) -> list[list[Node]]:
    """The matrices of a matrix for each head; nothing where that is not what is written."""
    parts = [part for part in node if isinstance(part, list) and part and isinstance(part[0], list)]
    return parts if len(parts) == len(node) and _depth(node) == 3 else []


def _stack(
    heads: list[list[Node]], path: FieldPath, names: tuple[str, ...], faults: Faults
) -> Rows | None:
    """A matrix for each head, all of the same shape."""
    parts = [_matrix(part, (*path, head), names, faults) for head, part in enumerate(heads)]
    matrices = [part for part in parts if part is not None]
    if len(matrices) < len(heads):
        return Rows(path, (len(heads), None, None), ())
    first = matrices[0].shape
    for head, matrix in enumerate(matrices):
        if matrix.shape != first and None not in (*matrix.shape, *first):
            found, wanted = (" × ".join(map(str, each)) for each in (matrix.shape, first))
            message = f"head {head + 1} is {found}; expected {wanted}, as in head 1"
            faults((*path, head), message, None)
    if len({matrix.shape for matrix in matrices}) > 1 or None in first:
        return Rows(path, (len(heads), None, None), ())
    cells = tuple(cell for matrix in matrices for cell in matrix.cells)
    return Rows(path, (len(heads), *first), cells, names)


def _vector(node: list[Node], path: FieldPath, faults: Faults) -> Rows | None:
    cells = [cell for cell in node if isinstance(cell, str)]
    for column, cell in enumerate(node):
        if not isinstance(cell, str):
            faults((*path, column), f"{_kind(cell)}; expected a number", None)
    return Rows(path, (len(node),), tuple(cells)) if len(cells) == len(node) else None


def _matrix(
    node: list[Node], path: FieldPath, names: tuple[str, ...], faults: Faults
) -> Rows | None:
    depth = _depth(node)
    if depth > 2:
        return Rows(path, (None,) * depth, ())
    rows = [row for row in node if isinstance(row, list)]
    widths = [len(row) for row in rows]
    width = max(set(widths), key=lambda each: (widths.count(each), each))
    sound = len(rows) == len(node)
    for number, row in enumerate(node):
        place = (*path, number)
        who = f"row {number + 1}" + (f" (“{names[number]}”)" if number < len(names) else "")
        if not isinstance(row, list):
            faults(place, f"{who} is {_kind(row)}; expected {_numbers(width)} in brackets", None)
            continue
        if len(row) != width:
            sound = False
            faults(
                place,
                f"{who} has {_numbers(len(row))}; expected {width}, as in the other rows",
                None,
            )
        for column, cell in enumerate(row):
            if not isinstance(cell, str):
                sound = False
                faults((*place, column), f"{_kind(cell)}; expected a number", None)
    if not sound:
        _report_cells(rows, path, faults)
        return Rows(path, (len(node), None), ())
    if width == 0:
        faults(path, "rows without numbers; expected at least one in each row", None)
        return None
    return Rows(path, (len(node), width), tuple(str(cell) for row in rows for cell in row), names)


def _report_cells(rows: list[list[Node]], path: FieldPath, faults: Faults) -> None:
    """The cells of rows that do not fit together are looked at too, to report all at once."""
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            try:
                if isinstance(cell, str):
                    parse_number(cell)
            except NumberError as error:
                faults((*path, number, column), f"{error}; expected a number", error.hint)


def _depth(node: Node) -> int:
    if not isinstance(node, list):
        return 0
    return 1 + max((_depth(item) for item in node), default=0)


def _kind(node: Node) -> str:
    if isinstance(node, dict):
        return "a mapping"
    return "missing" if node in ABSENT else f"“{node}”"


def _numbers(count: int) -> str:
    return f"{count} number{'s' if count != 1 else ''}"
