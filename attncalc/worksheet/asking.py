"""Which numbers a sheet asks for: by level, by stage, or one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product

import numpy as np

from attncalc.document import numerals
from attncalc.document.numerals import round_to
from attncalc.errors import InputError, suggestion
from attncalc.names import GRADIENTS, STAGES, Axis
from attncalc.numbers.arithmetic import like
from attncalc.numbers.terms import Entry
from attncalc.problem.problem import ADDRESS_HINT, Problem, find_token
from attncalc.records import dataclass
from attncalc.steps.enclosing import Index, works_out
from attncalc.steps.stages import OF_KEYS, OF_SCORES, tokens_along
from attncalc.steps.trace import Trace

LEVELS = (1, 2, 3)

_FLAG = "--blank"


@dataclass(frozen=True)
class Focus:
    """The query that a sheet is about, and the head, both from 0; None where there are none."""

    query: int
    head: int | None


def focus_of(trace: Trace, head: int | None) -> Focus:
    """The query of a problem; in that head, or the first."""
    heads = trace.problem.heads
    if head is not None and (heads is None or head >= heads):
        found = "no heads" if heads is None else f"{heads} heads"
        raise InputError("--head", f"{head + 1}; the problem has {found}")
    return Focus(query_of(trace.problem), None if heads is None else head or 0)


def query_of(problem: Problem) -> int:
    """The file's query, or its last one, which sees the most."""
    return problem.queries[0] if problem.queries else len(problem.tokens) - 1


def by_level(trace: Trace, level: int, focus: Focus) -> list[Entry]:
    """One number a step; all numbers of the query from the scores on; or everything."""
    if level == 1:
        return [*_one_a_step(trace, focus)]
    stages = [stage for stage in _asked(trace) if level == 3 or _is_late(stage)]
    entries: list[Entry] = []
    for stage in stages:
        chosen = _everywhere(trace, stage) if level == 3 else _of_focus(trace, stage, focus)
        entries += [(stage, index) for index in chosen if _is_number(trace, stage, index)]
    return entries


def _asked(trace: Trace) -> list[str]:
    """The stages that take work: not those that are given, or other stages as they are."""
    problem = trace.problem
    stages = [stage for stage in trace.stages if works_out(problem, stage)]
    left_out = {"weighted_values", "concatenated", "positions", *GRADIENTS}
    if trace.bias is None:
        left_out.add("masked_scores")
    if problem.unprojected:
        left_out |= {"Q", "K", "V"}
    if "output" in trace and trace.attended != "output" and problem.W_O is None:
        left_out.add("output")
    return [stage for stage in stages if stage not in left_out]


def _is_late(stage: str) -> bool:
    return STAGES.index(stage) >= STAGES.index("scores")


def _one_a_step(trace: Trace, focus: Focus) -> Iterator[Entry]:
    """Of one key, up to what it gives to the output: none of them is told by the others."""
    key = _other_key(trace, focus)
    last = ["weighted_values"] if "V" in trace else []
    for stage in [*_asked(trace), *last]:
        axes = trace.axes(stage)
        if not _is_late(stage) or STAGES.index(stage) > STAGES.index("weighted_values"):
            continue
        places = {
            Axis.HEAD: focus.head or 0,
            Axis.QUERY: focus.query,
            Axis.KEY: key,
            Axis.ENTRY: 0,
        }
        index = tuple(places[axis] for axis in axes)
        if _is_number(trace, stage, index):
            yield stage, index


def _other_key(trace: Trace, focus: Focus) -> int:
    """The first key that the query sees, apart from itself."""
    weights = trace["weights"]
    row = weights[focus.head, focus.query] if trace.has_heads else weights[focus.query]
    seen = [place for place, weight in enumerate(row) if weight]
    itself = focus.query + trace.problem.past_length if trace.problem.self_attention else -1
    return next((place for place in seen if place != itself), seen[0] if seen else 0)


def _everywhere(trace: Trace, stage: str) -> list[Index]:
    return [*np.ndindex(trace[stage].shape)]


def _of_focus(trace: Trace, stage: str, focus: Focus) -> list[Index]:
    """The query's row; of stages of keys, every row."""
    ranges = [
        _along(axis, size, focus)
        for axis, size in zip(trace.axes(stage), trace[stage].shape, strict=True)
    ]
    return [*product(*ranges)]


def _along(axis: Axis, size: int, focus: Focus) -> Sequence[int]:
    if axis is Axis.QUERY:
        return [focus.query]
    if axis is Axis.HEAD:
        return [focus.head or 0]
    return range(size)


def _is_number(trace: Trace, stage: str, index: Index) -> bool:
    """Whether there is anything to be worked out: no score that is hidden, and nothing cached."""
    if stage in OF_KEYS and index[-2] < trace.problem.past_length:
        return False
    value = trace[stage][index]
    return stage not in OF_SCORES or bool(value != like(trace[stage], "-Infinity"))


_ITEM = re.compile(r"\s*([A-Za-z_]+)\s*(?:\[([^\]]*)\])?\s*(?:,|$)")


def by_name(trace: Trace, text: str, focus: Focus) -> list[Entry]:
    """The numbers of `weights,output`, `weights[tea]`, `weights[tea, I]` or `output[tea, 1]`.

    In brackets stands a place for each axis, from the first on: a token's address, or a number
    from 1 for a head or an entry of a vector. Without brackets it is the query's.
    Raises InputError for what there is not.
    """
    known = _asked(trace) + [s for s in ("weighted_values", "masked_scores") if s in trace]
    entries: dict[Entry, None] = {}
    place = 0
    while place < len(text):
        found = _ITEM.match(text, place)
        if found is None:
            message = f"“{text[place:]}”; expected stages, like weights,output or weights[tea]"
            raise InputError(_FLAG, message)
        stage, inside = found.groups()
        if stage not in known:
            message = f"no stage “{stage}” to be blanked; expected one of {', '.join(known)}"
            raise InputError(_FLAG, message, hint=suggestion(stage, known))
        chosen = _of_focus(trace, stage, focus) if inside is None else _cells(trace, stage, inside)
        entries |= {(stage, index): None for index in chosen if _is_number(trace, stage, index)}
        place = found.end()
    if not entries:
        raise InputError(_FLAG, "nothing to be worked out there; expected numbers that are")
    return sorted(entries, key=lambda entry: (STAGES.index(entry[0]), entry[1]))


def _cells(trace: Trace, stage: str, inside: str) -> list[Index]:
    """The entries at some places, of all there are along the axes that are not named."""
    axes, shape = trace.axes(stage), trace[stage].shape
    parts = [part.strip() for part in inside.split(",")]
    if len(parts) > len(axes) or not all(parts):
        wanted = ", ".join(axis.value for axis in axes)
        raise InputError(_FLAG, f"{stage}[{inside}]; expected at most a {wanted}")
    ranges: list[Sequence[int]] = [
        [_place(trace, stage, axis, size, part)]
        for axis, size, part in zip(axes, shape, parts, strict=False)
    ]
    ranges += [range(size) for size in shape[len(parts) :]]
    return [*product(*ranges)]


def _place(trace: Trace, stage: str, axis: Axis, size: int, text: str) -> int:
    tokens = tokens_along(axis, trace.problem)
    if tokens is not None:
        found = find_token(text, tokens)
        if found is None:
            message = f"{stage}: no {axis.value} “{text}”; expected one of {', '.join(tokens)}"
            raise InputError(_FLAG, message, hint=ADDRESS_HINT)
        return found
    if not (text.isdecimal() and 0 < int(text) <= size):
        message = f"{stage}: no {axis.value} “{text}”; expected 1 to {size}"
        raise InputError(_FLAG, message)
    return int(text) - 1


def answer_of(value: Decimal, decimals: int) -> str:
    """A number with so many decimals, half a unit up."""
    return f"{round_to(value, decimals, 'half-up'):f}"


def decimals_of(values: Sequence[Decimal], most: int) -> list[int]:
    """How many decimals each number of a row is asked with: as many as it takes, up to the most.

    A number that would be left with one significant digit is asked with two.
    """
    places = [numerals.decimals_of(value) for value in values]
    common = min(max(places, default=0), most)
    return [
        common if not value or places[at] <= common else max(common, 1 - value.adjusted())
        for at, value in enumerate(values)
    ]
