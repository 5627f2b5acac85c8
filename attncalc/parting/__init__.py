"""Two dumps of the same stages: where they part, which of the two is wrong, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from attncalc.checking.floors import floors
from attncalc.difference import (
    BITS_OF_DOUBLE,
    Cause,
    Difference,
    Side,
    StageDifference,
    Status,
    called,
)
from attncalc.language import Sentence, template
from attncalc.names import STAGES
from attncalc.numbers.arithmetic import Array
from attncalc.parting.anchored import Anchored, anchored, lost
from attncalc.parting.causes import causes_of
from attncalc.parting.comparing import compared, filled
from attncalc.parting.dumps import RENAMED, Dump, Given, Source, conformed, read_dump
from attncalc.parting.options import other_options
from attncalc.parting.taking import Taken, taken
from attncalc.problem.options import STAND_IN
from attncalc.problem.problem import MATRICES, MATRIX_OF, VECTORS
from attncalc.readers.arrangement import AS_IT_IS, Arrangement
from attncalc.steps.engine import explain
from attncalc.steps.order import stage_shapes
from attncalc.steps.stages import OF_SCORES, ON_REQUEST
from attncalc.steps.trace import Trace

__all__ = ["Source", "difference"]

_LEAST_SEEN = 1e-6
"""A weight of 0 where so much is expected tells of a mask; a smaller one may be too small."""


def difference(
    a: Source, b: Source, tolerance: float = 0.0, arrangement: Arrangement = AS_IT_IS
) -> Difference:
    """Compare two dumps, stage by stage.

    a, b: files (.npz, .safetensors, problem files), mappings of arrays, problems or traces.
    tolerance: by how much numbers may differ, whatever rounding explains. arrangement: how the
    arrays of files lie.
    Raises InputErrors for what is none of these.
    """
    dumps = read_dump(a, "A", arrangement), read_dump(b, "B", arrangement)
    found = [
        Taken(None, frozenset(each.options)) if each.trace is not None else taken(each, other)
        for each, other in (dumps, dumps[::-1])
    ]
    notes = [note for each in dumps for note in each.notes]
    notes += [note for each in found for note in each.notes]
    masks = _unsaid_masks(dumps, found)
    if masks is not None:
        found = [_masked(each, mask) for each, mask in zip(found, masks, strict=True)]
        notes += _of_masks(masks)
    one, other = (_side(*each) for each in zip(dumps, found, strict=True))
    for side in (one, other):
        notes += side[1]
    return _difference(one[0], other[0], notes, tolerance)


def _difference(a: Side, b: Side, notes: list[str], tolerance: float) -> Difference:
    options = other_options(a.trace, b.trace) if a.trace and b.trace else ()
    parameters = _other_parameters(a, b)
    # Where the two do not do the same, they inherit more than noise.
    parted = bool(options or parameters)
    ours, theirs = (_accumulated(side) if parted else side for side in (a, b))
    stages: list[StageDifference] = []
    for name in STAGES:
        if name not in a.stages and name not in b.stages:
            continue
        if name in ON_REQUEST and not _printed(name, a, b):
            continue
        each = compared(name, ours, theirs, parted=parted, tolerance=tolerance)
        wrong = each.only is not None and (name in a.lost or name in b.lost)
        parted = parted or wrong or each.status is Status.DIFFERS
        stages.append(each)
    why: list[Cause] = []
    if any(each.fails for each in stages):
        why = [cause for side in (a, b) for cause in causes_of(side)]
    why.sort(key=lambda cause: STAGES.index(cause.stage))
    for side in (a, b):
        notes += _undefined(side)
    failing = [each.name for each in stages if each.fails]
    given = (*(name for name in failing if name in a.given & b.given), *parameters)
    return Difference(a, b, tuple(stages), given, options, tuple(why), tuple(notes), tolerance)


def _printed(name: str, a: Side, b: Side) -> bool:
    """Whether a side has a stage that is left out unless it is asked for."""
    return any(name in side.stages and not side.computed for side in (a, b))


def _side(dump: Dump, found: Taken) -> tuple[Side, list[str]]:
    if dump.trace is not None:
        return _computed(dump, dump.trace), []
    if found.given is None:
        own = {
            name: conformed(array, None) for name, array in dump.arrays.items() if name in STAGES
        }
        note = Sentence(
            "{side} has neither queries and keys nor what they are made of: whether its stages "
            "follow is not known",
            side=dump.name,
        )
        return Side(dump.name, dump.file, False, dump.bits, own), [note]
    own = _own(dump, found.given)
    if not own and any(name in dump.fields for name in found.given.names):
        return _computed(dump, explain(found.given.problem)), []
    return _judged(dump, found.given, own)


def _computed(dump: Dump, trace: Trace) -> Side:
    off = floors(trace, BITS_OF_DOUBLE)
    stages = {name: trace[name].astype(np.float64) for name in STAGES if name in trace}
    room = {name: off[name] if name in off else np.zeros(stages[name].shape) for name in stages}
    given = frozenset(trace.problem.arrays()) & frozenset(STAGES)
    return Side(
        dump.name, dump.file, True, BITS_OF_DOUBLE, stages, trace, stages, room, given=given
    )


def _own(dump: Dump, given: Given) -> dict[str, Array]:
    """A dump's stages behind what is given in it, shaped as the problem has them."""
    shapes = stage_shapes(given.problem)
    return {
        name: conformed(dump.arrays[name], shapes.get(name, _alike(name, shapes)))
        for name in STAGES
        if name in dump.arrays and name not in given.names and not given.is_before(name)
    }


def _before(dump: Dump, given: Given) -> dict[str, Array]:
    """A dump's stages before what it begins with: nothing is known to follow from them."""
    return {
        name: conformed(dump.arrays[name], None)
        for name in STAGES
        if name in dump.arrays and name not in given.names and given.is_before(name)
    }


def _alike(name: str, shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...] | None:
    """The shape of a stage that a problem does not have: as that of its kind."""
    if name in OF_SCORES:
        return shapes.get("weights")
    return shapes.get("Q" if name.startswith("Q") else "K" if name.startswith("K") else "output")


def _judged(dump: Dump, given: Given, own: dict[str, Array]) -> tuple[Side, list[str]]:
    """A dump's own stages, and which of them follow."""
    notes: list[str] = []
    found = anchored(given.problem, own, dump.bits)
    for name in OF_SCORES:
        if name not in own or name not in found.expected:
            continue
        if found.expected[name].shape != own[name].shape:
            continue
        own[name], number = filled(own[name], found.expected[name])
        if number is not None:
            notes.append(
                Sentence(
                    "{side} fills in {number} for scores that are masked, as -inf",
                    side=dump.name,
                    number=f"{number:.4g}",
                )
            )
    if notes:
        found = anchored(given.problem, own, dump.bits)
    stages = {**_before(dump, given), **_given_stages(dump, given, found), **own}
    stages = {name: stages[name] for name in STAGES if name in stages}
    where = lost(own, found, dump.bits, given.names)
    side = Side(
        dump.name,
        dump.file,
        False,
        dump.bits,
        stages,
        found.trace,
        found.expected,
        found.floors,
        where,
        frozenset(given.names) & frozenset(STAGES),
    )
    return side, notes


def _given_stages(dump: Dump, given: Given, found: Anchored) -> dict[str, Array]:
    """What is given in a dump itself, and is a stage."""
    stages: dict[str, Array] = {}
    for name in STAGES:
        if name not in dump.fields or name not in given.names:
            continue
        meant = RENAMED.get(name, name)
        stages[name] = found.trace[meant].astype(np.float64)
        found.expected[name], found.floors[name] = stages[name], found.floors[meant]
    return stages


def _unsaid_masks(dumps: tuple[Dump, Dump], found: list[Taken]) -> list[Array | None] | None:
    """Where either side hides keys though neither says its mask; None where one does."""
    masks: list[Array | None] = []
    for dump, each in zip(dumps, found, strict=True):
        if each.given is None or "mask" in each.says:
            return None
        attention = each.given.problem.attention
        if not isinstance(attention.mask, str):
            return None
        masks.append(_seen(dump, each.given))
    return masks if any(mask is not None for mask in masks) else None


def _seen(dump: Dump, given: Given) -> Array | None:
    """True where a dump's own numbers let a query attend; None where nothing is hidden."""
    own = _own(dump, given)
    shape = stage_shapes(given.problem).get("weights")
    scores, weights = own.get("masked_scores"), own.get("weights")
    if scores is not None and scores.shape == shape:
        hidden: Array = scores <= float(STAND_IN)
    elif weights is not None and weights.shape == shape:
        expected = anchored(given.problem, own, dump.bits).expected["weights"]
        hidden = weights == 0
        if not (hidden & (expected > _LEAST_SEEN)).any():
            return None
    else:
        return None
    if not hidden.any():
        return None
    first = hidden[0] if hidden.ndim == 3 and (hidden == hidden[:1]).all() else hidden
    return ~first


def _masked(found: Taken, mask: Array | None) -> Taken:
    if mask is None or found.given is None:
        return found
    problem = found.given.problem
    problem = replace(problem, attention=replace(problem.attention, mask=mask))
    return replace(found, given=replace(found.given, problem=problem))


def _of_masks(masks: list[Array | None]) -> Iterator[str]:
    """That no mask is said, and what is taken for one."""
    counts = [0 if mask is None else int((~mask).sum()) for mask in masks]
    yield Sentence(
        "neither side says its mask: what has no weight is taken to be masked (A: {a} pairs, B: "
        "{b})",
        a=counts[0],
        b=counts[1],
    )


def _accumulated(side: Side) -> Side:
    """A side with all rounding since what it begins with as the room that its numbers have."""
    if side.trace is None or side.computed:
        return side
    return replace(side, floors=anchored(side.trace.problem, {}, side.bits, side.stages).floors)


def _other_parameters(a: Side, b: Side) -> tuple[str, ...]:
    """What both are given beside stages, and is not alike; a bias that only one has is not."""
    if a.trace is None or b.trace is None:
        return ()
    ours, theirs = a.trace.problem.arrays(), b.trace.problem.arrays()
    both = ours.keys() & theirs.keys()
    unlike = {
        name
        for name in both - {*STAGES}
        if ours[name].shape != theirs[name].shape
        or _apart(ours[name], theirs[name], a.bits, b.bits)
    }
    alone = ours.keys() ^ theirs.keys()
    unlike |= {bias for bias, matrix in MATRIX_OF.items() if matrix in both and bias in alone}
    return tuple(name for name in (*MATRICES, *VECTORS) if name in unlike)


def _apart(one: Array, other: Array, *bits: int) -> bool:
    """Whether two arrays are further apart than storing them explains."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    room = 4 * 2.0 ** -min(bits) * np.maximum(np.abs(a), np.abs(b))
    with np.errstate(invalid="ignore"):
        return bool((~(np.abs(a - b) <= room) & ~((a == b) | (np.isnan(a) & np.isnan(b)))).any())


def _undefined(side: Side) -> Iterator[str]:
    """Where a side has NaN, or infinity where no score is hidden."""
    told: set[str] = set()
    for name, values in side.stages.items():
        hides: Any = (values == -np.inf) if name in OF_SCORES else False
        for kind, where in (
            (template("NaN"), np.isnan(values)),
            (template("infinity"), np.isinf(values) & ~np.asarray(hides)),
        ):
            if not where.any() or kind in told:
                continue  # what follows from it has it, too
            told.add(kind)
            place = tuple(map(int, np.argwhere(where)[0]))
            yield Sentence(
                "{side} has {kind} in the {stage}: {count} of {of} numbers, the first at [{place}]",
                side=side.name,
                kind=kind,
                stage=called(name),
                count=int(where.sum()),
                of=values.size,
                place=", ".join(str(at + 1) for at in place),
            )
