"""Which shapes fit together.

Works on shapes alone, so that a reader can ask about all of them even where some numbers are
unreadable, and report everything that is wrong in one go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Literal, TypeAlias

from attncalc.errors import Fault, FieldPath
from attncalc.options import Numbers, axes_of
from attncalc.problem.buckets import WHERE as BUCKETS
from attncalc.problem.buckets import Buckets
from attncalc.problem.requirements import (
    missing_or_twice,
    needs_of_gate,
    needs_of_past,
    needs_of_positions,
    needs_of_vectors,
)
from attncalc.records import dataclass

Shape: TypeAlias = tuple[int | None, ...]
"""None: not known, because the rows differ or could not be read."""

_Axis: TypeAlias = tuple[int | None, str]
"""The size that an axis must have, None if any, and why."""

_PAST = ("attention", "past")
_BY_QUERY_HEAD = (("Q",), ("W_Q",), ("b_Q",))
_BY_GROUP = (
    *((name,) for name in ("K", "V", "X_key", "W_K", "W_V", "b_K", "b_V")),
    (*_PAST, "K"),
    (*_PAST, "V"),
)
PADDING = ("attention", "mask", "padding")
"""Where a mask says which keys no query may attend to."""

_OF_PAIRS = (
    *(("scores",), ("weights",), ("attention", "mask"), PADDING),
    *(("attention", "bias"), ("attention", "bias", "rows")),
)
_TABLE = (*BUCKETS, "table")
_SLOPES = ("attention", "bias", "slopes")
_OF_ANY_WIDTHS = ("general", "additive")
"""Scores of queries and keys that need not be as wide as each other."""

_VECTORS = (("b_Q",), ("b_K",), ("b_V",), ("b_G",), ("b_O",))


@dataclass(frozen=True)
class Outline:
    """What of a problem says which shapes fit.

    tokens, key_tokens: n, and how many keys this step brings. shapes: of everything that has one,
    by its place in the problem file. cross: whether the key side has tokens of its own. heads,
    kv_heads: as declared. past: how many keys stand before this step's. positions: whether they
    are added to X or turn Q and K. turned: how many entries of a vector are turned, if not all.
    chosen: of options that are read by their declaration, the form that was chosen. buckets: of
    relative positions, which a bias may have a table for.
    """

    tokens: int
    key_tokens: int
    shapes: Mapping[FieldPath, Shape]
    cross: bool = False
    heads: int | None = None
    kv_heads: int | None = None
    past: int = 0
    positions: Literal["none", "added", "rope"] = "none"
    turned: int | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    buckets: Buckets | None = None

    def faults(self) -> list[Fault]:
        """Everything that is missing, given twice, or of a shape that does not fit."""
        empty = list(self._empty())
        if empty:
            return empty  # nothing fits to nothing: what else could be said of shapes leads astray
        given = {str(path[0]) for path in self.shapes if path[0] != "attention"}
        past = {str(path[2]) for path in self.shapes if path[:2] == _PAST}
        faults = [
            *missing_or_twice(given, cross=self.cross),
            *needs_of_positions(given, self.positions),
            *needs_of_vectors(given, self.chosen),
            *needs_of_gate(given, self.chosen),
            *(needs_of_past(given, past) if past or self.past else ()),
        ]
        counted = list(self._miscounted())
        faults += self.buckets.faults() if self.buckets else ()
        return [*faults, *counted, *(() if counted else self._misfits()), *self._unturnable()]

    def _empty(self) -> Iterator[Fault]:
        """What has no rows, or rows without numbers."""
        for path, shape in self.shapes.items():
            if 0 in shape:
                yield Fault(path, f"{' × '.join(map(str, shape))} numbers; expected some")

    @cached_property
    def counts(self) -> tuple[int | None, int | None]:
        """How many heads and key-value heads: declared, or as many as matrices are stacked."""
        return head_counts(self.shapes, self.heads, self.kv_heads)

    def misnamed(self, dimensions: Mapping[str, tuple[str, ...]]) -> Iterator[Fault]:
        """Names of entries that are more or fewer than these. dimensions: by the matrix."""
        widths = {
            "X": ("d_model", self.d_model),
            "Q": ("d_k", self.d_k),
            "K": ("d_k", self.width_of_keys),
            "V": ("d_v", self.d_v),
        }
        for name, names in dimensions.items():
            letter, width = widths[name]
            if width is not None and len(names) != width:
                found = f"{len(names)} name{'s' if len(names) != 1 else ''}"
                of_head = "of one head's " if self.counts[0] and name != "X" else "of "
                expected = (
                    f"expected {width}, one for each entry {of_head}{name} ({letter}={width})"
                )
                yield Fault(("dimensions", name), f"{found}; {expected}")

    @property
    def d_k(self) -> int | None:
        """The width of one head's queries."""
        given = {("scores",), ("weights",)} & set(self.shapes)
        names = () if given else ("X",) if self._unprojected else ("Q", "W_Q")
        return next((w for name in names if (w := self._width((name,))) is not None), None)

    @property
    def width_of_keys(self) -> int | None:
        """The width of one head's keys; that of its queries where they must be the same."""
        names = (("K",), ("W_K",))
        own = [self._width(name) for name in names if name in self.shapes]
        return own[0] if own else self.d_k

    @property
    def d_model(self) -> int | None:
        """The width of embeddings."""
        return self._size(("X",), -1)

    @property
    def d_v(self) -> int | None:
        """The width of one key-value head's values."""
        names = ["V", "W_V", *([self._keys] if self._unprojected else [])]
        return next((self._width((name,)) for name in names if (name,) in self.shapes), None)

    @property
    def _unprojected(self) -> bool:
        names = {path[0] for path in self.shapes}
        return "X" in names and not names & {"W_Q", "W_K", "W_V"}

    @property
    def _keys(self) -> str:
        """What the key side's embeddings are called."""
        return "X_key" if ("X_key",) in self.shapes else "X"

    def _known(self) -> str:
        sizes = {
            "n": self.tokens,
            "m": self.past + self.key_tokens,
            "d_model": self.d_model,
            "d_k": self.d_k,
            "d_v": self.d_v,
            "heads": self.counts[0],
            "kv_heads": None if self.counts[1] == self.counts[0] else self.counts[1],
            "past": self.past or None,
        }
        return ", ".join(f"{name}={size}" for name, size in sizes.items() if size is not None)

    def _size(self, path: FieldPath, axis: int) -> int | None:
        shape = self.shapes.get(path, ())
        return shape[axis] if len(shape) >= (axis + 1 if axis >= 0 else -axis) else None

    def _count(self, path: FieldPath) -> int | None:
        """How many heads' columns a folded matrix has."""
        return self.counts[0 if path in _BY_QUERY_HEAD or path == ("X",) else 1]

    def _is_stacked(self, path: FieldPath) -> bool:
        return len(self.shapes.get(path, ())) == (3 if path not in _VECTORS else 2)

    def _width(self, path: FieldPath) -> int | None:
        """The width of one head's part; of all of it where there are no heads."""
        width, count = self._size(path, -1), self._count(path)
        if width is None or self._is_stacked(path) or count is None:
            return width
        return width // count if width % count == 0 else None

    def _miscounted(self) -> Iterator[Fault]:
        """Heads that do not divide what they must."""
        h, groups = self.counts
        if groups is not None and h is None:
            hint = "heads is the number of query heads; kv_heads divides it"
            yield Fault(("attention", "kv_heads"), "kv_heads is given but heads is missing", hint)
            return
        if h is None or groups is None:
            return
        if h % groups:
            hint = "each key-value head serves as many query heads as the others"
            message = f"kv_heads={groups} does not divide heads={h}"
            yield Fault(("attention", "kv_heads"), message, hint)
            return
        embeddings = (("X",), ("X_key",))
        for path in (*_BY_QUERY_HEAD, *_BY_GROUP, ("X",)):
            width, count = self._size(path, -1), self._count(path)
            if path not in self.shapes or path in _VECTORS or self._is_stacked(path):
                continue
            if path in embeddings and not self._unprojected:
                continue
            if width is not None and count is not None and width % count:
                name = "heads" if count == h else "kv_heads"
                message = (
                    f"{name}={count} does not divide {width}, the width of {path[-1]}; "
                    f"expected the same number of columns for each head ({self._known()})"
                )
                yield Fault(path, message, "head 1 takes the first columns, head 2 the next")
        if self._unprojected and groups != h and ("X_key",) not in self.shapes:
            message = "X stands for queries and keys alike, so they have as many heads"
            yield Fault(("attention", "kv_heads"), f"{message}; expected W_Q, W_K and W_V", None)

    def _misfits(self) -> Iterator[Fault]:
        h = self.counts[0]
        for path, shape in self.shapes.items():
            axes = self._expected(path)
            if len(shape) != len(axes):
                hint = _HEADS_HINT if h is None and len(shape) == len(axes) + 1 == 3 else None
                yield Fault(path, f"{_levels(len(shape))}; expected {self._wanted(path)}", hint)
                continue
            for axis, (size, reason) in enumerate(axes):
                found = shape[axis]
                if size is None or found is None or found == size:
                    continue
                place = axis - len(axes)
                what = "numbers" if len(axes) == 1 else {-3: "matrices", -2: "rows"}.get(place)
                what = what or "columns"
                if found == 1:
                    what = "matrix" if what == "matrices" else what[:-1]
                message = f"{found} {what}; expected {size}, {reason} ({self._known()})"
                yield Fault(path, message, _SHAPE_HINTS.get((path, place)))

    def _wanted(self, path: FieldPath) -> str:
        """How deep a value must be nested."""
        declared = axes_of(path[1:]) if path[0] == "attention" else None
        if declared is not None:
            each = ", or one for each head" if declared.of_each_head else ""
            return f"{_levels(len(declared.axes))}{each}"
        if path in _VECTORS or path == PADDING:
            return _levels(1)
        if path in (("scores",), ("weights",)) and self.counts[0] is not None:
            return f"rows of numbers for each of {self.counts[0]} heads"
        if path == ("attention", "sink"):
            return "a number, or one for each head"
        if path == _SLOPES:
            return _levels(1)
        return _levels(2)

    def _expected(self, path: FieldPath) -> tuple[_Axis, ...]:
        """The axes of what stands at a path."""
        h, groups = self.counts
        declared = axes_of(path[1:]) if path[0] == "attention" else None
        if declared is not None:
            return self._declared(path, declared)
        matrix = self._matrix(path)
        if path in _OF_PAIRS:
            given = path in (("scores",), ("weights",))
            stacked = h is not None and (given or len(self.shapes[path]) == 3)
            for_all = path == ("attention", "mask") and len(self.shapes[path]) == 1
            if path == PADDING or for_all:
                return matrix[1:]  # a row for all queries
            return ((h, "one for each head"), *matrix) if stacked else matrix
        if path == _SLOPES:
            return ((h or 1, "one for each head"),)
        if path == _TABLE:
            count = None if self.buckets is None else self.buckets.count
            return ((count, "one for each bucket"), (h or 1, "one for each head"))
        if path == ("attention", "sink"):
            single = not self.shapes[path]
            return () if single or h is None else ((h, "one for each head"),)
        if not self._is_stacked(path) or h is None:
            return matrix
        per_head = (h, "one for each head")
        per_group = (groups, "one for each key-value head")
        if path in _BY_QUERY_HEAD:
            return (per_head, *matrix)
        if path in _BY_GROUP:
            return (per_head if groups == h else per_group, *matrix)
        return matrix

    def _declared(self, path: FieldPath, numbers: Numbers) -> tuple[_Axis, ...]:
        """The axes of an option's numbers, as they are declared."""
        axes = tuple(self._named(path, axis) for axis in numbers.axes)
        stacked = numbers.of_each_head and len(self.shapes[path]) == len(axes) + 1
        return ((self.counts[0], "one for each head"), *axes) if stacked else axes

    def _named(self, path: FieldPath, axis: str) -> _Axis:
        """The size of what stands along an axis of an option's numbers, by its name."""
        match axis:
            case "n":
                return (self.tokens, "one for each token")
            case "m":
                return (self.key_tokens, "one for each key token")
            case "d_q":
                return (self.d_k, "the width of the queries")
            case "d_k":
                return (self.width_of_keys, "the width of the keys")
            case "h·d_v":
                return self._combined()
            case _:
                return self._first_of(path, axis)

    def _first_of(self, path: FieldPath, axis: str) -> _Axis:
        """What stands along an axis of the option's own: as many as where it has it first."""
        own = {other: axes_of(other[1:]) for other in self.shapes if other[:2] == path[:2]}
        first, axes = next(
            (other, numbers.axes)
            for other, numbers in own.items()
            if numbers is not None and axis in numbers.axes
        )
        return (self._size(first, axes.index(axis) - len(axes)), f"as many as {first[-1]} has")

    def _matrix(self, path: FieldPath) -> tuple[_Axis, ...]:
        """The rows and columns of a matrix, or the entries of a vector."""
        per_token = (self.tokens, "one for each token")
        per_key = (self.key_tokens, "one for each key token")
        per_past = (self.past, "one for each past token")
        anything: _Axis = (None, "")
        projected = ("W_K",) in self.shapes
        match path:
            case ("Q",) | ("X",):
                return (per_token, anything)
            case ("K",):
                return (per_key, self._like(path, ("Q",)))
            case ("V",):
                return (per_key, anything)
            case ("X_key",):
                return (per_key, anything if projected else self._like(path, ("X",)))
            case ("W_Q",):
                return ((self._size(("X",), -1), "the width of X"), anything)
            case ("W_K",):
                return (self._embedded(), self._like(path, ("W_Q",)))
            case ("W_V",):
                return (self._embedded(), anything)
            case ("b_Q",) | ("b_K",) | ("b_V",):
                return (self._like(path, (f"W_{str(path[0])[-1]}",)),)
            case ("b_O",):
                return ((self._size(("W_O",), -1), "the width of W_O"),)
            case ("W_G",):
                return ((self._size(("X",), -1), "the width of X"), self._combined())
            case ("b_G",):
                return (self._combined(),)
            case ("W_O",):
                return (self._combined(), anything)
            case ("d_output",):
                return (per_token, self._of_output())
            case ("attention", "positions"):
                return (per_token, (self._size(("X",), -1), "the width of X"))
            case ("attention", "past", "K"):
                return (
                    per_past,
                    self._of_groups(path, self.width_of_keys, "the width of the keys"),
                )
            case ("attention", "past", "V"):
                return (per_past, self._of_groups(path, self.d_v, "the width of the values"))
            case ("attention", "past", "X"):
                return (per_past, (self._size(("X",), -1), "the width of X"))
            case _:
                if not self.past or {("scores",), ("weights",)} & set(self.shapes):
                    return (per_token, per_key)
                columns = self.past + self.key_tokens
                return (per_token, (columns, f"{per_key[1]}, the past's too"))

    def _embedded(self) -> _Axis:
        return (self._size((self._keys,), -1), f"the width of {self._keys}")

    def _combined(self) -> _Axis:
        """The width of the heads' results, side by side."""
        d_v, h = self.d_v, self.counts[0]
        if d_v is None or h is None:
            return (d_v, "the width of the values")
        return (h * d_v, f"{h} heads with {d_v} numbers each")

    def _of_output(self) -> _Axis:
        """The width of the output."""
        if ("W_O",) in self.shapes:
            return (self._size(("W_O",), -1), "the width of the output, that of W_O")
        width, why = self._combined()
        return (
            width,
            f"the width of the output, {why}" if self.counts[0] else "the width of the output",
        )

    def _like(self, path: FieldPath, other: FieldPath) -> _Axis:
        """The width that a matrix must have to go with another one."""
        if self.chosen.get("score") in _OF_ANY_WIDTHS and path in (("K",), ("W_K",)):
            return (None, "")
        plain = self._is_stacked(path) == self._is_stacked(other)
        if self._count(path) == self._count(other) and plain:
            return (self._size(other, -1), f"the width of {other[0]}")
        return self._of_groups(path, self._width(other), f"the width of {other[0]}'s heads")

    def _of_groups(self, path: FieldPath, width: int | None, name: str) -> _Axis:
        """So many numbers a head, in a matrix that is folded or stacked."""
        count = self._count(path)
        if width is None or count is None or self._is_stacked(path):
            return (width, name)
        return (count * width, f"{name} for each of {count} heads")

    def _unturnable(self) -> Iterator[Fault]:
        """Rotation turns pairs of entries."""
        if self.positions != "rope" or self.d_k is None:
            return
        where = ("attention", "positions")
        apart = self.width_of_keys is not None and self.width_of_keys != self.d_k
        if apart and self.chosen.get("score") in _OF_ANY_WIDTHS:
            widths = f"queries have {self.d_k} entries and keys {self.width_of_keys}"
            message = f"rope turns queries and keys alike, but {widths}"
            yield Fault(where, f"{message}; expected the same width")
            return
        if self.turned is None and self.d_k % 2:
            message = f"rope turns pairs of entries, and d_k={self.d_k} is odd"
            yield Fault(where, f"{message}; expected an even d_k, or dims", "dims: 2 turns two")
        if self.turned is not None and self.turned > self.d_k:
            message = f"dims={self.turned} entries are to be turned, of d_k={self.d_k}"
            yield Fault(where, f"{message}; expected at most {self.d_k}")


def head_counts(
    shapes: Mapping[FieldPath, Shape], heads: int | None, kv_heads: int | None
) -> tuple[int | None, int | None]:
    """How many heads and key-value heads there are; None for none.

    heads, kv_heads: as declared. A matrix for each head declares them too, by their number.
    """
    stacked = {path: shape[0] for path, shape in shapes.items() if len(shape) == 3}
    by_query = [stacked.get(path) for path in (("Q",), ("W_Q",), ("scores",), ("weights",))]
    by_group = [stacked.get(path) for path in _BY_GROUP]
    groups = next((count for count in (kv_heads, *by_group) if count), None)
    h = next((count for count in (heads, *by_query, *by_group) if count), None)
    return h, groups or h


_HEADS_HINT = "for a matrix a head, give heads"

_SHAPE_HINTS: dict[tuple[FieldPath, int], str] = {
    (("K",), -1): "a score is the dot product of a query and a key: they need the same width",
    (("weights",), -1): "a row of weights has one number for each key token",
    (("scores",), -1): "a row of scores has one number for each key token",
}


def _levels(axes: int) -> str:
    return {
        0: "a single number",
        1: "a row of numbers",
        2: "rows of numbers",
    }.get(axes, f"{axes} levels of rows")
