"""What must be given, and which shapes fit together.

Works on shapes alone, so that a reader can ask about all of them even where some numbers are
unreadable, and report everything that is wrong in one go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from attncalc.errors import Fault, FieldPath

Shape: TypeAlias = tuple[int | None, ...]
"""None: not known, because the rows differ or could not be read."""

STARTS = "Q and K, or X with W_Q and W_K, or scores, or weights"


def shape_faults(
    tokens: int, key_tokens: int, shapes: Mapping[FieldPath, Shape], *, cross: bool
) -> list[Fault]:
    """Everything that is missing, given twice, or of a shape that does not fit.

    tokens, key_tokens: n and m. cross: whether the key side has tokens of its own.
    """
    given = {path[0]: shape for path, shape in shapes.items() if path[0] != "attention"}
    return [
        *_missing_or_twice(set(map(str, given)), cross=cross),
        *_misfits(tokens, key_tokens, shapes),
    ]


def _missing_or_twice(given: set[str], *, cross: bool) -> Iterator[Fault]:
    middle = [name for name in ("scores", "weights") if name in given]
    direct = [name for name in ("Q", "K", "V") if name in given]
    embedded = [name for name in ("X", "X_key") if name in given]
    earlier = [name for name in ("Q", "K", "W_Q", "W_K") if name in given]
    if len(middle) == 2:
        yield Fault(
            ("weights",),
            "scores and weights are both given; expected one of them",
            "weights follow from scores; put published ones under claims",
        )
    if middle and earlier:
        yield Fault(
            (middle[0],),
            f"{middle[0]} and {_listed(earlier)} are both given; expected one or the other",
            f"{middle[0]} would be computed; put published ones under claims",
        )
    if embedded and direct:
        yield Fault(
            (embedded[0],),
            f"{embedded[0]} and {_listed(direct)} are both given; expected one or the other",
            "give Q, K, V themselves, or X with W_Q, W_K, W_V to project it",
        )
    elif "X" in given and not middle and {"W_Q", "W_K", "W_V"} & given:
        for weight, name in (("W_Q", "Q"), ("W_K", "K")):
            if weight not in given:
                yield Fault(
                    ("X",),
                    f"X is given but {weight} is missing; expected {weight} to project X to {name}",
                    "without any of W_Q, W_K, W_V, the embeddings themselves are Q, K and V",
                )
    elif not middle and not embedded and not {"Q", "K"} <= given:
        missing = " and ".join(name for name in ("Q", "K") if name not in given)
        verb = "are" if missing == "Q and K" else "is"
        yield Fault((), f"{missing} {verb} missing; expected {STARTS}")
    yield from _orphans(given)
    if cross and "X" in given and "X_key" not in given:
        yield Fault(
            ("key_tokens",),
            "key_tokens is given but X_key is missing; expected one embedding for each key token",
            "without key_tokens, the tokens attend to themselves",
        )


def _orphans(given: set[str]) -> Iterator[Fault]:
    """Things that are of no use without another."""
    for name, needs in (
        ("W_Q", "X"),
        ("W_K", "X"),
        ("W_V", "X"),
        ("X_key", "X"),
        ("b_Q", "W_Q"),
        ("b_K", "W_K"),
        ("b_V", "W_V"),
        ("b_O", "W_O"),
    ):
        if name in given and needs not in given:
            yield Fault(
                (name,), f"{name} is given but {needs} is missing; expected both or neither"
            )
    if "W_O" in given and not {"V", "W_V", "X"} & given:
        yield Fault(("W_O",), "W_O is given but there are no values; expected V, or X with W_V")
    if "V" in given and "W_V" in given:
        yield Fault(("V",), "V and W_V are both given; expected one or the other")


def _misfits(n: int, m: int, shapes: Mapping[FieldPath, Shape]) -> Iterator[Fault]:
    keys = "X_key" if ("X_key",) in shapes else "X"
    values = next((name for name in ("V", "W_V", keys) if (name,) in shapes), "V")
    projected = ("W_K",) in shapes
    known = {"n": n, "m": m} | {
        dimension: size
        for dimension, places in (
            ("d_model", (("X", 1),)),
            ("d_k", (("Q", 1), ("W_Q", 1))),
            ("d_v", ((values, 1),)),
        )
        for size in [_first_size(shapes, places)]
        if size is not None
    }
    for path, shape in shapes.items():
        expected = _expected(path, keys, values, projected=projected)
        if len(shape) != len(expected):
            yield Fault(
                path, f"{_ordinal_shape(len(shape))}; expected {_ordinal_shape(len(expected))}"
            )
            continue
        for axis, (wanted, reason) in enumerate(expected):
            size = n if wanted == "n" else m if wanted == "m" else _size(shapes, wanted)
            found = shape[axis]
            if size is None or found is None or found == size:
                continue
            dimensions = ", ".join(f"{name}={value}" for name, value in known.items())
            what = "numbers" if len(shape) == 1 else ("rows", "columns")[axis]
            yield Fault(
                path,
                f"{found} {what if found != 1 else what[:-1]}; "
                f"expected {size}, {reason} ({dimensions})",
                _SHAPE_HINTS.get((path, axis)),
            )


_Place: TypeAlias = tuple[str, int]

_SHAPE_HINTS: dict[tuple[FieldPath, int], str] = {
    (("K",), 1): "a score is the dot product of a query and a key: they need the same width",
    (("weights",), 1): "a row of weights has one number for each key token",
    (("scores",), 1): "a row of scores has one number for each key token",
}


def _expected(
    path: FieldPath, keys: str, values: str, *, projected: bool
) -> tuple[tuple[str | _Place | None, str], ...]:
    """For each axis: the dimension or the place whose size it must have, and why.

    keys, values: the names of the key side's embeddings and of what the values' width is read from.
    """
    per_token = ("n", "one for each token")
    per_key = ("m", "one for each key token")
    anything = (None, "")
    match path:
        case ("Q",) | ("X",):
            return (per_token, anything)
        case ("K",):
            return (per_key, (("Q", 1), "the width of Q"))
        case ("V",):
            return (per_key, anything)
        case ("X_key",):
            return (per_key, anything if projected else (("X", 1), "the width of X"))
        case ("W_Q",):
            return ((("X", 1), "the width of X"), anything)
        case ("W_K",):
            return (((keys, 1), f"the width of {keys}"), (("W_Q", 1), "the width of W_Q"))
        case ("W_V",):
            return (((keys, 1), f"the width of {keys}"), anything)
        case ("b_Q",) | ("b_K",) | ("b_V",) | ("b_O",):
            matrix = f"W_{str(path[0])[-1]}"
            return (((matrix, 1), f"the width of {matrix}"),)
        case ("W_O",):
            return (((values, 1), "the width of the values"), anything)
        case _:
            return (per_token, per_key)


def _size(shapes: Mapping[FieldPath, Shape], place: str | _Place | None) -> int | None:
    if not isinstance(place, tuple):
        return None
    name, axis = place
    shape = shapes.get((name,), ())
    return shape[axis] if len(shape) > axis else None


def _first_size(shapes: Mapping[FieldPath, Shape], places: tuple[_Place, ...]) -> int | None:
    sizes = (_size(shapes, place) for place in places)
    return next((size for size in sizes if size is not None), None)


def _ordinal_shape(axes: int) -> str:
    return {0: "a single number", 1: "a row of numbers", 2: "rows of numbers"}.get(
        axes, f"{axes} levels of rows"
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
