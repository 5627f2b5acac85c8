"""One stage of both sides: the same, the same but for rounding, or not."""

from __future__ import annotations

import math

import numpy as np

from attncalc.difference import Different, Side, StageDifference, Status
from attncalc.numbers.arithmetic import Array
from attncalc.parting.anchored import beyond
from attncalc.problem.options import STAND_IN

_LENIENT = 16.0
"""What is granted for rounding, where the options do not say how a stage came about."""

_ROWS_AT_ONCE = 1 << 22
"""Numbers that are compared at a time, so that large stages take little memory beside their own."""

_MOST_SHOWN = 6


def compared(
    name: str, a: Side, b: Side, *, parted: bool, tolerance: float = 0.0
) -> StageDifference:
    """A stage that at least one side has. parted: whether an earlier one differs.

    tolerance: by how much numbers may differ, whatever rounding explains.
    """
    one, other = a.stages.get(name), b.stages.get(name)
    shapes = (None if one is None else one.shape, None if other is None else other.shape)
    if one is None or other is None:
        there = one if other is None else other
        assert there is not None
        return StageDifference(name, Status.MISSING, shapes, of=there.size)
    if one.shape != other.shape:
        return StageDifference(name, Status.SHAPE, shapes, of=max(one.size, other.size))
    equal = _alike(one, other)
    if equal.all():
        return StageDifference(name, Status.EQUAL, shapes, 0.0, 0.0, 0, one.size)
    with np.errstate(invalid="ignore"):
        granted = np.abs(one - other) <= tolerance
    outside = _beyond_rounding(name, a, b, parted=parted) & ~equal & ~granted
    differs = bool(outside.any())
    which = outside if differs else ~equal
    inherited, added = _shares(name, a, b)
    return StageDifference(
        name,
        Status.DIFFERS if differs else Status.NOISE,
        shapes,
        _largest(one, other, ~equal),
        _relative(one, other, which),
        int(outside.sum()),
        one.size,
        inherited,
        added,
        _numbers(one, other, which, min(a.bits, b.bits)),
    )


def _beyond_rounding(name: str, a: Side, b: Side, *, parted: bool) -> Array:
    """Where the sides are further apart than rounding explains."""
    one, other = a.stages[name], b.stages[name]
    room: Array = np.zeros(())
    known = [name in side.floors and side.floors[name].shape == one.shape for side in (a, b)]
    for side, there in zip((a, b), known, strict=True):
        # The roundings of two programs are independent: they add up by their squares.
        room = np.hypot(room, side.floors[name] if there else _of_type(one, side.bits))
    if all(known):
        if a.follows(name) is False and b.follows(name) is False:
            room = room * _LENIENT
        if not parted and not _is_given(name, a, b):
            with np.errstate(invalid="ignore"):
                apart = np.abs(a.expected[name] - b.expected[name])
            room = room + np.where(np.isfinite(apart), apart, 0.0)
    outside = beyond(one, other, room, min(a.bits, b.bits))
    if a.follows(name) is not b.follows(name):
        for side in (a, b):
            if name in side.lost:
                outside |= side.lost[name]
    return outside


def _is_given(name: str, a: Side, b: Side) -> bool:
    """Whether a stage is what either side begins with, and inherits nothing."""
    return name in a.given or name in b.given


def _of_type(values: Array, bits: int) -> Array:
    """What rounding may do to the sums of a row of which nothing more is known."""
    sizes = np.where(np.isfinite(values), np.abs(values), 0.0)
    widest = sizes.max(axis=-1, keepdims=True, initial=0.0) if sizes.ndim else sizes
    room: Array = _LENIENT * 2.0**-bits * (sizes + widest)
    return room


def _shares(name: str, a: Side, b: Side) -> tuple[float | None, float | None]:
    """What the sides' earlier stages let them differ by, and what this one adds."""
    ours, theirs = a.expected.get(name), b.expected.get(name)
    if _is_given(name, a, b):
        return None, None
    one, other = a.stages[name], b.stages[name]
    if ours is None or theirs is None or not ours.shape == theirs.shape == one.shape:
        return None, None
    with np.errstate(invalid="ignore"):
        inherited = np.where(_alike(ours, theirs), 0.0, np.abs(ours - theirs))
        added = np.abs((one - ours) - (other - theirs))
    there = np.isfinite(ours) & np.isfinite(theirs)
    added = np.where(np.isnan(added), np.where(there, np.inf, 0.0), added)
    return _greatest(inherited), _greatest(np.where(_alike(one, other), 0.0, added))


def _alike(one: Array, other: Array) -> Array:
    alike: Array = (one == other) | (np.isnan(one) & np.isnan(other))
    return alike


def _greatest(values: Array) -> float:
    """The greatest, infinite where one has no value."""
    return float(np.where(np.isnan(values), np.inf, values).max(initial=0.0))


def _largest(one: Array, other: Array, where: Array) -> float | None:
    """The largest difference; None where it is not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        largest = float(np.abs(one[where] - other[where]).max())
    return largest if math.isfinite(largest) else None


def _relative(one: Array, other: Array, where: Array) -> float | None:
    a, b = one[where], other[where]
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        largest = float((np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))).max())
    return largest if math.isfinite(largest) else None


def _numbers(one: Array, other: Array, where: Array, bits: int) -> tuple[Different, ...]:
    """The first number that differs, then those that differ most."""
    places = np.flatnonzero(where)
    a, b = one.ravel()[places], other.ravel()[places]
    with np.errstate(invalid="ignore", over="ignore"):
        sizes = np.nan_to_num(np.abs(a - b), nan=np.inf)
    most = np.argsort(-sizes, kind="stable")[:_MOST_SHOWN]
    kept = list(dict.fromkeys((0, *most.tolist())))[:_MOST_SHOWN]
    found: list[Different] = []
    for at in kept:
        index = tuple(map(int, np.unravel_index(int(places[at]), one.shape)))
        found.append(
            Different(index, float(a[at]), float(b[at]), ulps(float(a[at]), float(b[at]), bits))
        )
    return tuple(found)


def ulps(a: float, b: float, bits: int) -> float | None:
    """How many units of the last place two numbers of so many binary digits are apart."""
    if not (math.isfinite(a) and math.isfinite(b)):
        return None
    size = max(abs(a), abs(b))
    unit = math.ldexp(1.0, math.frexp(size)[1] - bits)
    return abs(a - b) / unit if unit else 0.0


def filled(own: Array, expected: Array) -> tuple[Array, float | None]:
    """Scores with -inf for what was filled in for it, and that number."""
    least = float(STAND_IN)
    hidden = (expected == -np.inf) & (own <= least) & np.isfinite(own)
    if not hidden.any():
        return own, None
    return np.where(hidden, -np.inf, own), float(own[hidden].max())
