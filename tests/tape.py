"""Gradients by a tape: every number remembers what it was made of, and how it changes with it.

Nothing of the matrix formulas of attention's gradients is in here. The oracle's own loops are run
once more over numbers that are written down as they are made (Speelpenning, 1980; micrograd): then
the tape is read backward, from the output to everything it was made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import mpmath

from tests import oracle
from tests.oracle import Real

STAGES = (
    *("gated", "concatenated", "head_outputs", "V", "weights"),
    *("masked_scores", "capped_scores", "scaled_scores", "scores"),
    *("Q_rotated", "K_rotated", "Q_normalized", "K_normalized", "Q", "K"),
    *("X_positioned", "X", "X_key"),
)
"""Stages whose gradients are asked for."""

PARAMETERS = tuple(f"{kind}_{letter}" for kind in "Wb" for letter in "OQKVG")
LEAVES = ("X", "X_key", "Q", "K", "V", "scores", "weights", *PARAMETERS)

_PLUS, _TIMES, _OVER, _NUMBER = oracle.plus, oracle.times, oracle.over, oracle.number
_POWER, _CAPPED, _SIGMOID, _ROOT = (
    oracle.power,
    oracle.capped,
    oracle.sigmoid,
    oracle.square_root,
)
_SOFTMAX, _SLICES = oracle.softmax, oracle.slices
_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(eq=False)
class Entry:
    """A number on the tape. parts: what it was made of, and by how much it changes with each."""

    value: Real
    parts: tuple[tuple[Entry, Real], ...] = ()
    gradient: Real = field(default=_ZERO)


TAPE: list[Entry] = []


def written(value: Real, *parts: tuple[Real, Real]) -> Entry:
    """A number, made of others, some of which may be no entries."""
    kept = tuple((part, slope) for part, slope in parts if isinstance(part, Entry))
    entry = Entry(value, kept)
    TAPE.append(entry)
    return entry


def plain(x: Real) -> Real:
    return x.value if isinstance(x, Entry) else x


def either(*numbers: Real) -> bool:
    return any(isinstance(x, Entry) for x in numbers)


def plus(x: Real, y: Real) -> Real:
    value = _PLUS(plain(x), plain(y))
    return written(value, (x, _ONE), (y, _ONE)) if either(x, y) else value


def times(x: Real, y: Real) -> Real:
    a, b = plain(x), plain(y)
    value = _TIMES(a, b)
    return written(value, (x, b), (y, a)) if either(x, y) else value


def over(x: Real, y: Real) -> Real:
    """0 / 0 is 0, and has no derivative: 0 is taken for it."""
    a, b = plain(x), plain(y)
    value = _OVER(a, b)
    if not either(x, y):
        return value
    if b == 0:
        return written(value)
    return written(value, (x, _OVER(_ONE, b)), (y, _TIMES(-_ONE, _OVER(value, b))))


def square_root(x: Real) -> Real:
    a = plain(x)
    value = _ROOT(a)
    if not either(x):
        return value
    return written(value, *([] if value == 0 else [(x, _OVER(Fraction(1, 2), value))]))


def power(base: Fraction | None, exponent: Real) -> Real:
    value = _POWER(base, plain(exponent))
    if not either(exponent):
        return value
    slope = value if base is None else _TIMES(value, mpmath.log(oracle.real(base)))
    return written(value, (exponent, slope))


def capped(score: Real, cap: Fraction) -> Real:
    value = _CAPPED(plain(score), plain(cap))
    share = _OVER(value, plain(cap))
    slope = _PLUS(_ONE, _TIMES(-_ONE, _TIMES(share, share)))
    return written(value, (score, slope)) if either(score) else value


def sigmoid(x: Real) -> Real:
    value = _SIGMOID(plain(x))
    rest = _PLUS(_ONE, _TIMES(-_ONE, value))
    return written(value, (x, _TIMES(value, rest))) if either(x) else value


def softmax(row: Any, base: Any, sink: Any = None) -> Any:
    """In a row that is hidden whole too, values are multiplied by weights, which have gradients."""
    weights = _SOFTMAX(row, base, sink)
    return [each if isinstance(each, Entry) else written(each) for each in weights]


def slices(matrix: Any, parts: int) -> Any:
    """Embeddings that are queries, keys and values are three numbers each."""
    return each(_SLICES(matrix, parts), lambda x: written(plain(x), (x, _ONE)))


def number(text: Any) -> Real:
    return text if isinstance(text, Entry) else _NUMBER(text)


def leaves(typed: Any) -> Any:
    """Numbers that were typed, at the beginning of the tape."""
    if isinstance(typed, list | tuple):
        return [leaves(part) for part in typed]
    return written(_NUMBER(typed))


def each(nested: Any, change: Any) -> Any:
    """Nested lists with every number changed."""
    if isinstance(nested, Sequence):
        return [each(part, change) for part in nested]
    return change(nested)


def gradient_of(entry: Any) -> Real:
    """The gradient of a number; 0 of a hidden score, and of what nothing was made of."""
    return entry.gradient if isinstance(entry, Entry) else _ZERO


def gradients(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Every gradient of a problem with d_output, by name, as nested lists of numbers."""
    room = oracle.DIGITS + oracle._room(problem)
    with mpmath.workdps(room):
        return _gradients(problem, room)


def _gradients(problem: Mapping[str, Any], room: int) -> dict[str, Any]:
    TAPE.clear()
    taped = {name: leaves(x) if name in LEAVES else x for name, x in problem.items()}
    options = dict(problem.get("attention", {}))
    if "past" in options:
        past = options["past"]
        options["past"] = {name: leaves(x) if name in "KV" else x for name, x in past.items()}
    if "gate" in options:
        options["gate"] = leaves(options["gate"])
    if options:
        taped["attention"] = options
    primitives: tuple[Any, ...] = (
        plus,
        times,
        over,
        square_root,
        power,
        capped,
        sigmoid,
        softmax,
        slices,
        number,
    )
    replaced: dict[str, Any] = {each.__name__: each for each in primitives}
    with (
        patch.multiple(oracle, **replaced),
        patch.object(oracle, "_room", lambda _: room - oracle.DIGITS),
    ):
        stages = oracle.forward(taped)
    d_output = oracle.grid(problem["d_output"])
    for row, seeds in zip(stages["output"], d_output, strict=True):
        for entry, seed in zip(row, seeds, strict=True):
            entry.gradient = _PLUS(entry.gradient, seed)
    for entry in reversed(TAPE):
        for part, slope in entry.parts:
            part.gradient = _PLUS(part.gradient, _TIMES(entry.gradient, slope))
    found = {"d_output": d_output}
    found |= dict(_found(problem, stages))
    found |= {f"d_{name}": each(taped[name], gradient_of) for name in PARAMETERS if name in taped}
    if any(name in found for name in ("d_scores", "d_masked_scores")):
        found["weight_dots"] = _dots(stages["weights"])
    return found


def _found(problem: Mapping[str, Any], stages: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in STAGES:
        if name in stages and not ("weights" in problem and name.endswith("scores")):
            yield f"d_{name}", each(stages[name], gradient_of)


def _dots(rows: Any) -> Any:
    """Σ α dα of each row."""
    if isinstance(rows[0], list):
        return [_dots(row) for row in rows]
    total = _ZERO
    for entry in rows:
        total = _PLUS(total, _TIMES(plain(entry), gradient_of(entry)))
    return total
